/** What the network answers over its inputs: a decision surface for two, a fitted curve for one. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { format } from "../numbers";
import { Drawing } from "../canvas/Drawing";
import { paint } from "../canvas/pixels";
import { fillResponse } from "../paint/response";
import { palette } from "../state/palette";
import { drawable, graph, responses } from "../state/run";
import type { Responses } from "../wire/frame";
import type { DataFacts } from "../wire/messages";
import { t } from "../words/words";
import { drawFitted, drawPoints } from "./draw";
import { NumberTable } from "./NumberTable";
import { answer, dataPoints, fitted, inputAt, places } from "./surface";
import { useCalm } from "./useCalm";

const SIDE = 212;
const COARSE = 9;

export function Surface({ table }: { table: boolean }): JSX.Element {
  useCalm(responses);
  const data = graph.value?.data;
  const found = responses.peek();
  if (!data || !drawable(data))
    return <p class="note">{t("charts.none.surface", { features: data?.features ?? 0 })}</p>;
  if (!found) return <p class="note">{t("charts.wait")}</p>;
  const shown = { data, found };
  if (data.features === 1) return table ? <FittedTable {...shown} /> : <Fitted {...shown} />;
  return table ? <PlaneTable {...shown} /> : <Plane {...shown} />;
}

interface Shown {
  data: DataFacts;
  found: Responses;
}

function Plane({ data, found }: Shown): JSX.Element {
  const colours = palette.value;
  const points = useMemo(() => dataPoints(data), [data]);
  const ground = useMemo(() => document.createElement("canvas"), []);
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  useMemo(() => {
    const grid = { side: found.surfaceSide, size: Math.round(SIDE * ratio), ratio };
    paint(ground, grid, (pixels) => fillResponse(pixels, found.surface, grid, colours));
  }, [found, colours, ratio]);
  const [x, y] = data.feature_names;
  return (
    <div class="charts-beside">
      <Drawing
        name="charts-surface"
        height={SIDE}
        label={t("charts.surface.label", { x: x ?? "", y: y ?? "" })}
        draw={(context, width) => {
          context.drawImage(ground, 0, 0, width, width);
          drawPoints(context, width, points, colours, data.classes ? 0.5 : 0);
        }}
      />
      <p class="note">{note(data, found)}</p>
    </div>
  );
}

function note(data: DataFacts, found: Responses): string {
  const [zero, one] = [data.class_names[0] ?? "0", data.class_names[1] ?? "1"];
  if (data.classes) return t("charts.surface.note", { zero, one, step: found.step });
  return t("charts.surface.note.value", { scale: format(found.surfaceScale), step: found.step });
}

function Fitted({ data, found }: Shown): JSX.Element {
  const colours = palette.value;
  const points = useMemo(() => dataPoints(data), [data]);
  const line = fitted(found);
  return (
    <div>
      <Drawing
        height={SIDE}
        label={t("charts.curve.label", { x: data.feature_names[0] ?? "" })}
        draw={(context, width) =>
          drawFitted(context, { width, height: SIDE, line, points, palette: colours })
        }
      />
      <p class="note">{t("charts.curve.note", { step: found.step })}</p>
    </div>
  );
}

function FittedTable({ data, found }: Shown): JSX.Element {
  const line = fitted(found);
  const columns = { steps: line.map(([x]) => Number(x.toFixed(3))), columns: [line.map(([, y]) => y)] };
  const x = data.feature_names[0] ?? "";
  return (
    <NumberTable
      label={t("charts.curve.label", { x })}
      data={columns}
      names={[t("charts.answer")]}
      first={x}
    />
  );
}

function PlaneTable({ data, found }: Shown): JSX.Element {
  const side = found.surfaceSide;
  const coarse = places(side, COARSE);
  const [x, y] = data.feature_names;
  const heading = (column: number): string => format(Number(inputAt(column, side).toFixed(3)));
  return (
    <div class="charts-scroll" tabIndex={0} role="region" aria-label={t("charts.surface.table")}>
      <table class="charts-table">
        <caption class="note">{t("charts.surface.table")}</caption>
        <thead>
          <tr>
            <th scope="col">
              {y} \ {x}
            </th>
            {coarse.map((column) => (
              <th key={column} scope="col">
                {heading(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {coarse.map((row) => (
            <tr key={row}>
              <th scope="row">{heading(side - 1 - row)}</th>
              {coarse.map((column) => (
                <td key={column}>{answer(found, row, column).toFixed(2).replace("-", "−")}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
