/** The only place that knows uPlot: lines over steps, on a linear or a log10 axis. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { format, superscript } from "../numbers";
import type { Palette } from "../paint/palette";
import type { Columns } from "./columns";

export interface Line {
  name: string;
  colour: string;
  width: number;
}

export interface PlotLook {
  lines: readonly Line[];
  log: boolean;
  /** Ends of the value axis; null fits it to the values. */
  range: readonly [number, number] | null;
  palette: Palette;
  /** Write each line's name at its right end, as where the lines differ by shade alone. */
  named: boolean;
}

const NAMES = 72;
const APART = 12;
const FEW = 12;

/** A chart in an element. It is built anew when its look changes, and only fed when its numbers do. */
export class Plot {
  private chart: uPlot | null = null;
  private key = "";

  constructor(private readonly place: HTMLElement) {}

  show(data: Columns, look: PlotLook): void {
    const { clientWidth: width, clientHeight: height } = this.place;
    if (width === 0 || height === 0) return;
    const aligned = [data.steps, ...data.columns] as uPlot.AlignedData;
    const { palette, ...rest } = look;
    const key = JSON.stringify([rest, palette.theme]);
    if (this.chart && key === this.key) {
      if (this.chart.width !== width || this.chart.height !== height) this.chart.setSize({ width, height });
      this.chart.setData(aligned);
      return;
    }
    this.destroy();
    this.key = key;
    this.chart = new uPlot(options(look, width, height), aligned, this.place);
  }

  destroy(): void {
    this.chart?.destroy();
    this.chart = null;
  }
}

function options(look: PlotLook, width: number, height: number): uPlot.Options {
  const { lines, log, range, palette, named } = look;
  const font = `10px ${palette.sans}`;
  const axis = {
    stroke: palette.ink3,
    font,
    ticks: { show: false },
    grid: { stroke: palette.line, width: 1 },
  };
  return {
    width,
    height,
    padding: [8, named ? NAMES : 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range: (_, low, high) => [low, high > low ? high : low + 1] },
      y: {
        ...(log ? { distr: 3 as const, log: 10 as const } : {}),
        ...(range ? { range: [range[0], range[1]] as uPlot.Range.MinMax } : {}),
      },
    },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 4,
        grid: { show: false },
        values: (_, splits) => splits.map((s) => (Number.isInteger(s) ? String(s) : "")),
      },
      {
        ...axis,
        size: 52,
        gap: 6,
        values: (_, splits) => splits.map((split) => label(split, log)),
        ...(log ? { splits: decades, filter: (_: uPlot, splits: number[]) => splits } : {}),
      },
    ],
    series: [{}, ...lines.map(series)],
    hooks: named ? { draw: [(chart) => drawNames(chart, look, font)] } : {},
  };
}

/** The first few steps are points: a line needs two of them to be seen. */
function series({ name, colour, width }: Line): uPlot.Series {
  const points = {
    show: (_: uPlot, __: number, first: number, last: number) => last - first < FEW,
    size: 4,
    fill: colour,
  };
  return { label: name, stroke: colour, width, spanGaps: true, points };
}

/** Powers of ten only, every other one where there are many. */
function decades(_: uPlot, __: number, low: number, high: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const pitch = last - first > 6 ? 2 : 1;
  return Array.from({ length: Math.floor((last - first) / pitch) + 1 }, (_, i) => 10 ** (first + i * pitch));
}

/** uPlot thins a log axis out by null, and would write 0 for 1e-5. */
function label(split: number | null, log: boolean): string {
  if (split === null) return "";
  if (!log)
    return split === 0
      ? "0"
      : format(Number(split.toPrecision(4)))
          .replace(/(\.\d*?)0+$/, "$1")
          .replace(/\.$/, "");
  const exponent = Math.log10(split);
  return Math.abs(exponent - Math.round(exponent)) < 1e-9 ? `10${superscript(Math.round(exponent))}` : "";
}

/** The names at the right, each beside the last point of its line, moved apart where they would touch. */
function drawNames(chart: uPlot, { lines, palette }: PlotLook, font: string): void {
  const { ctx: context, bbox } = chart;
  const ratio = uPlot.pxRatio;
  const ends = lines.flatMap((line, i) => {
    const values = chart.data[i + 1] as (number | null)[];
    const last = values.findLast((value) => value !== null);
    return last == null ? [] : [{ line, y: chart.valToPos(last, "y", true) }];
  });
  context.save();
  context.font = font.replace("10px", `${10 * ratio}px`);
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.lineWidth = 2 * ratio;
  const right = bbox.left + bbox.width;
  let floor = bbox.top;
  for (const { line, y } of ends.sort((a, b) => a.y - b.y)) {
    floor = Math.max(floor, Math.min(y, bbox.top + bbox.height));
    context.strokeStyle = line.colour;
    context.beginPath();
    context.moveTo(right + 4 * ratio, floor);
    context.lineTo(right + 12 * ratio, floor);
    context.stroke();
    context.fillStyle = palette.ink2;
    context.fillText(line.name, right + 16 * ratio, floor);
    floor += APART * ratio;
  }
  context.restore();
}
