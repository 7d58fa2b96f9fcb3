/** Which example of the batch is shown and what it is; with `choice`, whether the numbers are its own or the batch's. */
import type { JSX } from "preact";
import { format } from "../numbers";
import { Icon } from "../paint/icons";
import { Picture } from "../canvas/Picture";
import { palette } from "../state/palette";
import { frame, graph } from "../state/run";
import { example, shows } from "../state/selection";
import type { Frame } from "../wire/frame";
import type { DataFacts } from "../wire/messages";
import { t } from "../words/words";
import { batchSize } from "./place";

export function Example({ choice = false }: { choice?: boolean }): JSX.Element | null {
  const shown = frame.value;
  const data = graph.value?.data;
  if (!shown || !data) return null;
  const batch = batchSize(shown);
  const here = Math.min(example.value, batch - 1);
  const move = (by: number): void => void (example.value = (here + by + batch) % batch);
  return (
    <div class="inspector-part inspector-example">
      <div class="inspector-line">
        <div class="inspector-chooser" role="group" aria-label={t("inspector.example.choose")}>
          <button
            type="button"
            class="button icon-only"
            aria-label={t("inspector.example.previous")}
            onClick={() => move(-1)}
          >
            <Icon name="back" size={11} />
          </button>
          <output>{t("inspector.example", { example: here + 1, batch })}</output>
          <button
            type="button"
            class="button icon-only"
            aria-label={t("inspector.example.next")}
            onClick={() => move(1)}
          >
            <Icon name="forward" size={11} />
          </button>
        </div>
        {choice && <Choice />}
      </div>
      <div class="inspector-target">
        {data.picture && (
          <Picture
            name="inspector-digit"
            values={shown.section("input")}
            side={data.picture[1]}
            palette={palette.value}
          />
        )}
        <p class="note">{described(shown, data)}</p>
      </div>
    </div>
  );
}

/** Only where there are numbers of both: of a weight, whose gradient is the sum of every example's share. */
function Choice(): JSX.Element {
  return (
    <div class="segments" role="group" aria-label={t("inspector.shows")}>
      {(["example", "batch"] as const).map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={shows.value === each}
          onClick={() => (shows.value = each)}
        >
          {t(`inspector.shows.${each}`)}
        </button>
      ))}
    </div>
  );
}

/** The example in a line: its inputs where they are few, and what the network should say. */
function described(shown: Frame, data: DataFacts): string {
  const target = data.classes
    ? (data.class_names[shown.target] ?? String(shown.target))
    : format(shown.target);
  const wanted = t(data.classes ? "inspector.example.class" : "inspector.example.value", { target });
  if (data.picture || data.features > 2 || data.shape.length > 1) return wanted;
  const inputs = Array.from(
    shown.section("input"),
    (x, i) => `${data.feature_names[i] ?? i + 1} = ${format(x)}`,
  );
  return `${inputs.join(", ")} · ${wanted}`;
}
