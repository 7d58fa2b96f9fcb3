/** What must be said wherever one looks: that the line is down, that something is wrong, that a long way is under way. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { sentence } from "../words/sentence";
import { Icon } from "../paint/icons";
import { destination, stopTravelling } from "../state/journey";
import { frame, trouble } from "../state/run";
import { connected, place } from "../wire/connection";
import type { Problems } from "../wire/messages";
import { linkBroken } from "../state/address";
import { t } from "../words/words";

/** The line may take this long to come up before anything is said. */
const PATIENCE_MS = 2000;

export function Notices(): JSX.Element {
  return (
    <div class="notices">
      <Journey />
      <Trouble />
    </div>
  );
}

function Journey(): JSX.Element | null {
  if (destination.value === null || !connected.value) return null;
  const words = t("journey.on", { step: frame.value?.step ?? 1, to: destination.value });
  return <Notice icon="forward" role="status" words={words} does={t("journey.stop")} press={stopTravelling} />;
}

function Trouble(): JSX.Element | null {
  const patience = useSignal(true);
  useEffect(() => {
    const waited = setTimeout(() => (patience.value = false), PATIENCE_MS);
    return () => clearTimeout(waited);
  }, []);
  if (!connected.value && !patience.value) return <Notice icon="warn" role="alert" words={t("trouble.lost")} />;
  if (place.value && frame.value) return <Notice icon="warn" role="status" words={t("line.place", { place: place.value })} />;
  if (!trouble.value && !linkBroken.value) return null;
  const dismiss = (): void => {
    trouble.value = null;
    linkBroken.value = false;
  };
  const words = trouble.value ? wordsOf(trouble.value) : t("trouble.link");
  return <Notice icon="warn" role="alert" words={words} does={t("trouble.dismiss")} press={dismiss} />;
}

/** What is wrong with a request is told as it is; only what has no words of its own is a fault of ours. */
function wordsOf({ reason, problems }: Problems): string {
  const [first] = problems;
  return reason === "fault" || !first ? t("trouble.fault") : sentence(first);
}

interface NoticeProps {
  icon: "warn" | "forward";
  role: "alert" | "status";
  words: string;
  does?: string;
  press?: () => void;
}

function Notice({ icon, role, words, does, press }: NoticeProps): JSX.Element {
  return (
    <p class={`notice notice-${role}`} role={role}>
      <Icon name={icon} /> {words}
      {does && (
        <button type="button" class="button" onClick={press}>
          {does}
        </button>
      )}
    </p>
  );
}
