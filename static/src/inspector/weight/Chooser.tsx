/** The gradient of each example as a bar, and one of the examples to be chosen by it. */
import type { JSX } from "preact";
import { format } from "../../numbers";
import { Drawing } from "../../canvas/Drawing";
import { palette } from "../../state/palette";
import { example } from "../../state/selection";
import { t } from "../../words/words";
import { barOf, exampleAt } from "./each";
import type { Share } from "./shares";
import { drawStrip } from "./strip";
import "./each.css";

export const HEIGHT = 78;

export interface Choice {
  /** Of every example of the step, in its order. */
  all: readonly Share[];
  /** So many of them, the last, are the batch shown. */
  batch: number;
  chosen: number;
  mean: number;
}

/** A slider over the examples of the batch, whose track are the bars. */
export function Chooser({ all, batch, chosen, mean }: Choice): JSX.Element {
  const colours = palette.value;
  const bar = barOf(chosen, batch, all.length);
  const choose = (next: number): void => void (example.value = Math.max(0, Math.min(batch - 1, next)));
  const press = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? batch - 1 : by === undefined ? null : chosen + by;
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    choose(to);
  };
  const click = (event: MouseEvent): void => {
    const rect = (event.currentTarget as HTMLElement).getBoundingClientRect();
    choose(exampleAt(event.clientX - rect.left, rect.width, batch, all.length));
  };
  return (
    <div
      class="inspector-each"
      role="slider"
      tabIndex={0}
      aria-label={t("inspector.each.choose")}
      aria-valuemin={1}
      aria-valuemax={batch}
      aria-valuenow={chosen + 1}
      aria-valuetext={t("inspector.each.value", { example: chosen + 1, batch, value: format(all[bar]?.value ?? NaN) })}
      onKeyDown={press}
      onClick={click}
    >
      <Drawing
        height={HEIGHT}
        draw={(context, width) =>
          drawStrip(context, {
            width,
            height: HEIGHT,
            shares: all,
            example: bar,
            label: t("inspector.this"),
            mean,
            palette: colours,
          })
        }
      />
    </div>
  );
}
