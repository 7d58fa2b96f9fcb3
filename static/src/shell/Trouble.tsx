/** What is wrong outside the experiment, in one plain sentence: the line to the service, or a fault of ours. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Icon } from "../paint/icons";
import { trouble } from "../state/run";
import { connected } from "../wire/connection";
import { linkBroken } from "../state/view";
import { t } from "../words/words";

/** The line may take this long to come up before anything is said. */
const PATIENCE_MS = 2000;

export function Trouble(): JSX.Element | null {
  const patience = useSignal(true);
  useEffect(() => {
    const waited = setTimeout(() => (patience.value = false), PATIENCE_MS);
    return () => clearTimeout(waited);
  }, []);
  const lost = !connected.value && !patience.value;
  if (!lost && !trouble.value && !linkBroken.value) return null;
  const words = lost ? t("trouble.lost") : trouble.value ? t("trouble.fault") : t("trouble.link");
  const dismiss = (): void => {
    trouble.value = null;
    linkBroken.value = false;
  };
  return (
    <p class="trouble" role="alert">
      <Icon name="warn" /> {words}
      {lost ? null : (
        <button type="button" class="button" onClick={dismiss}>
          {t("trouble.dismiss")}
        </button>
      )}
    </p>
  );
}
