/** What is wrong outside the experiment, in one plain sentence: the line to the service, or a fault of ours. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../paint/icons";
import { trouble } from "../state/run";
import { connected } from "../wire/connection";
import { linkBroken } from "../state/view";
import { t } from "../words/words";

export function Trouble(): JSX.Element | null {
  const everConnected = useSignal(false);
  if (connected.value) everConnected.value = true;
  const lost = everConnected.value && !connected.value;
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
