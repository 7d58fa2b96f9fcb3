/** The stage: the network as a picture, a sentence above it, the scale below it. */
import { effect, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { eachFrame } from "../state/loop";
import { canvasSize, fit } from "../canvas/fit";
import { whole } from "../numbers";
import { live, playing, position } from "../state/moment";
import { palette } from "../state/palette";
import { frame, graph, responses } from "../state/run";
import { select, selection, shows } from "../state/selection";
import { reducedMotion } from "../state/view";
import { locale, t } from "../words/words";
import { FIRST, placeOf, pressed, type Focus } from "./focus";
import { Lamps } from "./Lamps";
import type { StageLook } from "./look";
import { layoutOf, type StageLayout } from "./layout";
import { Legend } from "./Legend";
import { Headline, Spoken } from "./Narration";
import { drawMoving, drawStill, type LeftOut } from "./paint";
import { inputPicture, unitPictures } from "./pictures";
import { pick } from "./pick";
import { sceneAt } from "./scene";
import { ShowsControl } from "./ShowsControl";
import "./stage.css";

/** Edges drawn between two columns: fewer while numbers change at every screen frame. */
const MOST = 1500;
const MOST_LIVE = 400;

export function Stage(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const moving = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  const keyed = useSignal(false);
  const stand = useSignal<Focus>(FIRST);
  const leftOut = useSignal<LeftOut>({ drawn: 0, total: 0 });
  const layout = useComputed<StageLayout | null>(() => {
    const { width, height } = size.value;
    return graph.value && width > 0 ? layoutOf(graph.value, width, height) : null;
  });

  const focus = useComputed(() => (keyed.value ? stand.value : null));

  useEffect(() => canvasSize(box.current as HTMLElement, size), []);

  useSignalEffect(() => {
    if (graph.value && selection.value) stand.value = placeOf(graph.value, selection.value);
  });

  useEffect(() => {
    let stale = true;
    let last = -1;
    let lastStill = ""; // the still canvas is drawn again only when what it shows has changed
    const stop = effect(() => {
      void [frame.value, layout.value, selection.value, shows.value, playing.value, palette.value, responses.value, locale.value, focus.value];
      stale = true;
    });
    const paint = (): void => {
      const built = graph.peek();
      const shown = frame.peek();
      const place = layout.peek();
      if (!built || !shown || !place || shown.header.generation !== built.generation) return;
      const at = reducedMotion.peek() ? Math.ceil(position.peek()) : position.peek();
      const scene = sceneAt(built, place, shown, at, shows.peek(), live());
      if (!stale && at === last) return;
      const stood = `${Math.floor(at)} ${scene.within >= 1} ${scene.lossError}`;
      const colours = palette.peek();
      const look: StageLook = {
        palette: colours,
        selection: selection.peek(),
        shows: shows.peek(),
        focus: focus.peek(),
        pictures: unitPictures(built, responses.peek(), colours),
        input: inputPicture(built, shown, colours),
        most: playing.peek() && at >= built.visits.length ? MOST_LIVE : MOST,
      };
      if (stale || stood !== lastStill) {
        const context = fit(still.current, place);
        if (context) leftOut.value = drawStill(context, scene, look);
      }
      const context = fit(moving.current, place);
      if (context) drawMoving(context, scene, look);
      last = at;
      lastStill = stood;
      stale = false;
    };
    const leave = eachFrame(paint);
    return () => {
      stop();
      leave();
    };
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    const place = layout.peek();
    const built = graph.peek();
    if (!place || !built || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = pressed(built, place, stand.peek(), selection.peek(), event.key);
    if (next === undefined) return;
    select(next);
    keyed.value = true;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section class="stage" aria-label={t("stage.label")}>
      <header class="stage-top">
        <ShowsControl />
        <Lamps />
        <p class="stage-caption">
          {edgesTold(leftOut.value)}
        </p>
      </header>
      <Headline />
      <div
        ref={box}
        class="stage-canvas"
        tabIndex={0}
        role="application"
        aria-roledescription={t("stage.roledescription")}
        aria-label={t("stage.keys")}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          keyed.value = event.currentTarget.matches(":focus-visible");
        }}
        onBlur={() => (keyed.value = false)}
        onPointerDown={() => (keyed.value = false)}
        onPointerMove={(event) => {
          const place = layout.peek();
          const built = graph.peek();
          const found = place && built ? pick(built, place, event.offsetX, event.offsetY) : null;
          event.currentTarget.style.cursor = found ? "pointer" : "default";
        }}
        onClick={(event) => {
          const place = layout.peek();
          const built = graph.peek();
          if (place && built) select(pick(built, place, event.offsetX, event.offsetY));
        }}
      >
        <canvas ref={still} aria-hidden="true" />
        <canvas ref={moving} aria-hidden="true" />
      </div>
      <Legend />
      <Spoken />
    </section>
  );
}

/** "514 strongest of 1,053,184 edges" */
function edgesTold({ drawn, total }: LeftOut): string {
  const all = whole(total, locale.value);
  return drawn < total ? t("stage.edges", { shown: whole(drawn, locale.value), total: all }) : t("stage.all_edges", { total: all });
}
