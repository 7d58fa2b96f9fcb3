/** The fixed scale, always in sight: what width, opacity, dash and the six marks mean. */
import { effect, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { canvasSize, fit } from "../canvas/fit";
import { drawLegend, legendHeight, type LegendWords } from "../paint/legend";
import { live, visit } from "../state/moment";
import { palette } from "../state/palette";
import { graph } from "../state/run";
import { shows } from "../state/selection";
import { locale, t } from "../words/words";

/** What the edges show, said by the legend: values going forward, gradients coming back, changes in the update. */
export function scaleWords(): string {
  const visits = graph.value?.visits ?? [];
  const phase = live() ? "backward" : (visits[visit.value]?.phase ?? "forward");
  const batch = shows.value === "batch";
  if (phase === "update") return t("legend.update");
  if (phase === "backward") return t(batch ? "legend.gradient.batch" : "legend.gradient");
  return t(batch ? "legend.weight" : "legend.value");
}

function legendWords(): LegendWords {
  return {
    scale: scaleWords(),
    positive: t("legend.positive"),
    negative: t("legend.negative"),
    marks: {
      zero: t("mark.zero"),
      "not reached": t("mark.waiting"),
      small: t("mark.small"),
      large: t("mark.large"),
      nan: t("mark.nan"),
      infinite: t("mark.infinite"),
    },
  };
}

export function Legend(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  useEffect(() => canvasSize(box.current as HTMLElement, size), []);
  useEffect(
    () =>
      effect(() => {
        void locale.value;
        const { width } = size.value;
        const colours = palette.value;
        const words = legendWords();
        const measure = canvas.current?.getContext("2d");
        if (!measure || width === 0) return;
        const height = legendHeight(measure, width, words, colours);
        const context = fit(canvas.current, { width, height });
        if (context) drawLegend(context, { x: 0, y: 0, width }, words, colours);
      }),
    [],
  );
  return (
    <div ref={box} class="stage-legend">
      <canvas ref={canvas} role="img" aria-label={t("legend.label", { scale: scaleWords() })} />
    </div>
  );
}
