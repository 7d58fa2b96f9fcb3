/** One example or the whole batch: what the edges and rings show is always said here. */
import type { JSX } from "preact";
import { frame } from "../state/run";
import { example, shows } from "../state/selection";
import { t } from "../words/words";

export function ShowsControl(): JSX.Element {
  const batch = (frame.value?.section("terms").length ?? 0) / 2;
  return (
    <div class="segments" role="group" aria-label={t("stage.shows")}>
      <button type="button" aria-pressed={shows.value === "example"} onClick={() => (shows.value = "example")}>
        {t("stage.example", { example: Math.min(example.value, Math.max(0, batch - 1)) + 1, batch })}
      </button>
      <button type="button" aria-pressed={shows.value === "batch"} onClick={() => (shows.value = "batch")}>
        {t("stage.batch")}
      </button>
    </div>
  );
}
