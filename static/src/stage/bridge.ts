/** Headings above the columns, and the bridge below: each layer's gradient norm on the fixed scale. */
import { format } from "../numbers";
import { drawMeter } from "../paint/meter";
import { weightOf } from "../state/flow";
import { reachedAt } from "../state/moment";
import { kindName } from "../words/names";
import { t } from "../words/words";
import type { Column } from "./layout";
import type { StageLook } from "./look";
import type { Scene } from "./scene";

const METER = 116;
/** A meter of this width has room for its layer's own symbol before the number. */
const ROOM_FOR_NAME = 100;
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

export function drawHeadings(context: CanvasRenderingContext2D, scene: Scene, { palette }: StageLook): void {
  const { layout, graph, visit } = scene;
  const room = spacing(layout.columns);
  context.save();
  context.textAlign = "center";
  for (const column of layout.columns) {
    const now = visit.node >= 0 && graph.nodes[visit.node]?.column === column.index;
    const narrow = room < 58; // many layers: numbers, and not every one
    if (narrow && column.index % Math.ceil(30 / room) !== 0 && !now) continue;
    const full = column.index === 0 ? t("stage.input") : t("stage.layer", { layer: column.index });
    const name = narrow ? String(column.index || "") : full;
    const note = fitted(context, column.last > column.linear ? kindName(graph.nodes[column.last]?.kind ?? "") : "", room, palette);
    heading(context, { x: column.x, name, note: room > 96 ? note : "", now }, palette);
    if (note && room <= 96 && !narrow) heading(context, { x: column.x, name: "", note, now, y: 29 }, palette);
  }
  heading(context, { x: layout.loss.x, name: t("stage.loss"), note: "", now: visit.node === graph.nodes.length - 1 }, palette);
  context.restore();
}

/** A note that has room beside its neighbours, or none. */
function fitted(context: CanvasRenderingContext2D, note: string, room: number, palette: StageLook["palette"]): string {
  context.font = `400 12px ${palette.sans}`;
  return context.measureText(note).width < room - 6 ? note : "";
}

interface Heading {
  x: number;
  name: string;
  note: string;
  now: boolean;
  y?: number;
}

function heading(context: CanvasRenderingContext2D, { x, name, note, now, y = 15 }: Heading, palette: StageLook["palette"]): void {
  const weight = now ? 500 : 400;
  context.font = `${weight} 12px ${palette.sans}`;
  const gap = name && note ? 5 : 0;
  const first = context.measureText(name).width;
  context.font = `400 12px ${palette.sans}`;
  const second = context.measureText(note).width;
  const left = x - (first + gap + second) / 2;
  context.textAlign = "left";
  context.fillStyle = palette.ink3;
  context.fillText(note, left + first + gap, y);
  context.font = `${weight} 12px ${palette.sans}`;
  context.fillStyle = now ? palette.ink : palette.ink2;
  context.fillText(name, left, y);
}

/** Distance between columns. */
function spacing(columns: readonly Column[]): number {
  return columns.length > 1 ? (columns[1] as Column).x - (columns[0] as Column).x : 200;
}

export function drawBridge(context: CanvasRenderingContext2D, scene: Scene, { palette }: StageLook): void {
  const { layout, graph, frame, position } = scene;
  if (!layout.meters) return;
  const top = layout.height - 44;
  const width = Math.min(METER, spacing(layout.columns) - 22);
  context.save();
  context.strokeStyle = palette.line;
  context.beginPath();
  context.moveTo(8, top - 8.5);
  context.lineTo(layout.width - 8, top - 8.5);
  context.stroke();
  const [numbered, named] = [width > 34, width > ROOM_FOR_NAME];
  const first = layout.columns.find(({ linear }) => linear >= 0);
  const beside = drawCaption(context, { top, room: (first?.x ?? layout.width) - width / 2, named }, palette);
  const below = beside ? top : numbered ? top + 13 : top - 3;
  for (const column of layout.columns) {
    if (column.linear < 0) continue;
    const known = reachedAt(graph, "backward", column.linear, position);
    const norm = frame.norm("gradient", weightOf(graph, column.linear));
    const left = column.x - width / 2;
    drawMeter(context, { x: left, y: below + 18, width, height: 5 }, known ? norm : "not reached", palette);
    const told = known ? format(norm) : width > 110 ? t("stage.not_reached") : "";
    if (numbered) words(context, { x: left, y: below + 9 }, named ? `‖∂L/∂W${subscript(column.index)}‖` : "", told, known, palette);
  }
  context.restore();
}

/** What the meters are: left of the first where there is room, else on a line above. Answers which. */
function drawCaption(
  context: CanvasRenderingContext2D,
  { top, room, named }: { top: number; room: number; named: boolean },
  palette: StageLook["palette"],
): boolean {
  const lines = t("stage.norm").split("\n");
  context.font = `11px ${palette.sans}`;
  context.fillStyle = palette.ink3;
  const beside = Math.max(...lines.map((line) => context.measureText(line).width)) + 20 <= room;
  if (beside) for (const [k, line] of lines.entries()) context.fillText(line, 8, top + 9 + 14 * k);
  else context.fillText(lines.join(" ") + (named ? "" : ", ‖∂L/∂W‖"), 8, top + 5);
  return beside;
}

function words(
  context: CanvasRenderingContext2D,
  { x, y }: { x: number; y: number },
  symbol: string,
  value: string,
  known: boolean,
  palette: StageLook["palette"],
): void {
  context.font = `12px ${palette.sans}`;
  const symbolWidth = symbol ? context.measureText(symbol).width + 6 : 0;
  context.fillStyle = palette.ink3;
  if (symbolWidth) context.fillText(symbol, x, y);
  context.font = `${known ? 500 : 400} ${symbolWidth ? 12 : 11}px ${palette.sans}`;
  context.fillStyle = known ? palette.ink : palette.ink3;
  if (known || symbolWidth) context.fillText(value, x + symbolWidth, y);
}

export function subscript(number: number): string {
  return String(number).replace(/\d/g, (digit) => SUBSCRIPTS[Number(digit)] ?? "");
}
