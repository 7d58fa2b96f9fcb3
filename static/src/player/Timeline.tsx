/** The timeline: drag anywhere, forwards or backwards, over steps above and over the visits of one step below. */
import { effect, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { experiment } from "../state/experiment";
import { history, recorded } from "../state/history";
import { playing, position, visit } from "../state/moment";
import { palette } from "../state/palette";
import { frame, graph } from "../state/run";
import { canvasSize, fit } from "../canvas/fit";
import { eachFrame, goTo, scrub } from "../state/loop";
import { visitName } from "../words/names";
import { locale, t } from "../words/words";
import { drawRuler, visitAt } from "./ruler";
import { drawHistory, drawPlayhead, drawSeismograph, extent, stepAt, xOfStep } from "./timeline";

const HEIGHT = 164;
/** While numbers stream in, the history is drawn this often and the playhead at every screen frame. */
const LIVE_MS = 120;

export function Timeline(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const moving = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  useEffect(() => canvasSize(box.current as HTMLElement, size), []);
  useEffect(() => {
    let stale = true;
    const own = document.createElement("canvas");
    const stop = effect(() => {
      void [recorded.value, size.value, palette.value, locale.value, graph.value];
      stale = true;
    });
    let moved = -1;
    let drawn = 0;
    const paint = (): void => {
      const { width } = size.peek();
      const built = graph.peek();
      const kept = history.peek();
      const shown = frame.peek();
      if (!built || !kept || !shown || width < 200) return;
      const look = { width, palette: palette.peek(), ratio: Math.min(2, devicePixelRatio || 1) };
      if (!stale && moved === position.peek()) return;
      const now = performance.now();
      const due = stale && (!playing.peek() || now - drawn > LIVE_MS);
      if (due) {
        drawn = now;
        const context = fit(still.current, { width, height: HEIGHT });
        if (context) {
          drawSeismograph(context, kept, look, own);
          drawHistory(context, kept, look);
        }
      }
      const context = fit(moving.current, { width, height: HEIGHT });
      const total = extent(kept.furthest);
      if (context) {
        const playhead = xOfStep(shown.step, total, width);
        drawPlayhead(context, shown.step, total, look);
        const optimizer = experiment.peek()?.optimizer.kind ?? "";
        drawRuler(context, built, { ...look, position: position.peek(), step: shown.step, playhead, optimizer });
      }
      moved = position.peek();
      stale &&= !due;
    };
    const leave = eachFrame(paint);
    return () => {
      stop();
      leave();
    };
  }, []);

  const drag = (event: PointerEvent): void => {
    const target = event.currentTarget as HTMLElement;
    if (event.type === "pointerdown") target.setPointerCapture(event.pointerId);
    else if (!target.hasPointerCapture(event.pointerId)) return;
    const rect = target.getBoundingClientRect();
    const x = event.clientX - rect.left;
    if (target.dataset["part"] === "visits") dragVisit(x, size.peek().width);
    else void scrub(stepAt(x, extent(history.peek()?.furthest ?? 1), size.peek().width));
  };
  return (
    <div ref={box} class="timeline">
      <canvas ref={still} aria-hidden="true" />
      <canvas ref={moving} aria-hidden="true" />
      <StepSlider drag={drag} />
      <VisitSlider drag={drag} />
    </div>
  );
}

type Drag = (event: PointerEvent) => void;

function dragVisit(x: number, width: number): void {
  const built = graph.peek();
  if (!built) return;
  playing.value = false;
  position.value = visitAt(built, x, width);
}

function StepSlider({ drag }: { drag: Drag }): JSX.Element {
  const step = frame.value?.step ?? 1;
  void recorded.value;
  const most = history.value?.furthest ?? 1;
  const keys = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[event.key];
    const to = event.key === "Home" ? 1 : event.key === "End" ? most : by === undefined ? null : step + by;
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    playing.value = false;
    void goTo(to);
  };
  return (
    <div
      class="timeline-steps"
      data-part="steps"
      role="slider"
      tabIndex={0}
      aria-label={t("timeline.steps")}
      aria-valuemin={1}
      aria-valuemax={Math.max(most, step)}
      aria-valuenow={step}
      aria-valuetext={t("timeline.step", { step })}
      onKeyDown={keys}
      onPointerDown={drag}
      onPointerMove={drag}
    />
  );
}

function VisitSlider({ drag }: { drag: Drag }): JSX.Element {
  const built = graph.value;
  const count = built?.visits.length ?? 1;
  const now = built?.visits[visit.value];
  const words = built && now ? `${t(`phase.${now.phase}`)}, ${visitName(built, now, experiment.value?.optimizer.kind ?? "")}` : "";
  const keys = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? count : by === undefined ? null : Math.round(position.peek()) + by;
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    playing.value = false;
    position.value = Math.max(0, Math.min(count, to));
  };
  return (
    <div
      class="timeline-visits"
      data-part="visits"
      role="slider"
      tabIndex={0}
      aria-label={t("timeline.visits")}
      aria-valuemin={1}
      aria-valuemax={count}
      aria-valuenow={visit.value + 1}
      aria-valuetext={words}
      onKeyDown={keys}
      onPointerDown={drag}
      onPointerMove={drag}
    />
  );
}
