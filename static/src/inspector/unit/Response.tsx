/**
 * What a unit answers over the whole input, with the example shown as a ring; only where inputs can be
 * drawn.
 */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { format } from "../../numbers";
import { paint } from "../../canvas/pixels";
import { fillResponse } from "../../paint/response";
import { palette } from "../../state/palette";
import { responses } from "../../state/run";
import type { Graph } from "../../wire/messages";
import { t } from "../../words/words";

const SIZE = 120;

export function Response({
  built,
  node,
  row,
}: {
  built: Graph;
  node: number;
  row: number;
}): JSX.Element | null {
  const canvas = useRef<HTMLCanvasElement>(null);
  const found = responses.value;
  const colours = palette.value;
  const place = gridOf(built, node, row);
  const values = found?.grids[place];
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  useEffect(() => {
    if (!canvas.current || !found || !values) return;
    const grid = { side: found.side, size: Math.round(SIZE * ratio), ratio };
    paint(canvas.current, grid, (pixels) => fillResponse(pixels, values, grid, colours));
  }, [found, values, colours, ratio]);
  if (!found || !values) return null;
  const scale = format(found.scales[place] ?? 1);
  return (
    <div role="group" class="inspector-part inspector-response" aria-label={t("inspector.response")}>
      <canvas ref={canvas} role="img" aria-label={t("inspector.response.label", { scale })} />
      <div>
        <h3>{t("inspector.response")}</h3>
        <p class="note">{t("inspector.response.note", { scale, step: found.step })}</p>
      </div>
    </div>
  );
}

/** Grids come in the order input, node 0, node 1, …: one for each unit. */
function gridOf(built: Graph, node: number, row: number): number {
  const before = built.nodes.slice(0, Math.max(0, node)).reduce((sum, each) => sum + each.units, 0);
  return node < 0 ? row : built.data.features + before + row;
}
