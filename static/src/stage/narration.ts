/** One sentence for a moment: where the pass is, and what happens there, with the number in it. Pure. */
import { format } from "../numbers";
import { weightOf, weightsOf } from "../state/flow";
import { breaksAt } from "../state/moment";
import type { Broken, Frame } from "../wire/frame";
import type { Graph, Visit } from "../wire/messages";
import { isKey, t, type Values } from "../words/words";

export interface Narration {
  title: string;
  text: string;
}

/** What the sentence is about: the visit, and whether its front has arrived. */
export interface Told {
  visit: Visit;
  done: boolean;
  optimizer: string;
}

export function narrate(graph: Graph, frame: Frame, { visit, done, optimizer }: Told): Narration {
  const at = graph.visits.indexOf(visit) + (done ? 1 : 0);
  if (frame.broken && at >= breaksAt(graph, frame)) return brokenWords(graph, frame.broken);
  if (visit.phase === "update") return updateWords(graph, frame, optimizer);
  if (visit.phase === "loss") return { title: t("narration.loss"), text: t(done ? "narration.loss.text" : "narration.loss.way", lossValues(graph, frame)) };
  const node = graph.nodes[visit.node];
  if (!node) return { title: "", text: "" };
  if (visit.node === graph.nodes.length - 1)
    return { title: t("narration.backward.loss"), text: t("narration.backward.loss.text", { loss: node.kind }) };
  const layers = graph.nodes.at(-1)?.column ?? 1;
  const place = { layer: node.column, layers: layers - 1, kind: node.kind };
  const title = titleOf(visit, place);
  const weight = weightOf(graph, visit.node);
  if (visit.phase === "forward") return { title, text: worded("forward", node.group, place) };
  if (weight < 0) return { title, text: worded("backward", node.group, place) };
  if (done) return { title, text: gradientWords(graph, frame, weight) };
  return { title, text: node.group === "dense" ? t("narration.backward.linear.way") : worded("backward", node.group, place) };
}

/** What a group of layers does on its way; what none has words for is told by its name alone. */
function worded(way: "forward" | "backward", group: string, place: Values): string {
  const key = `narration.${way}.${group}`;
  return isKey(key) ? t(key, place) : t(`narration.${way}.plain`, place);
}

function titleOf(visit: Visit, place: { layer: number; layers: number; kind: string }): string {
  if (place.layer === 0) return t(visit.phase === "forward" ? "narration.forward.input" : "narration.backward.input");
  return t(visit.phase === "forward" ? "narration.forward" : "narration.backward", place);
}

/** "Norm 0.075, 2.0 times layer 3": a layer beside the one the gradient came from. Said once the front has passed. */
function gradientWords(graph: Graph, frame: Frame, weight: number): string {
  const norm = frame.norm("gradient", weight);
  if (norm === 0) return t("narration.backward.linear.zero");
  const later = weightsOf(graph).find((parameter) => parameter > weight) ?? -1;
  const ratio = later < 0 ? NaN : norm / frame.norm("gradient", later);
  if (!Number.isFinite(ratio)) return t("narration.backward.linear.last", { norm: format(norm) });
  const column = graph.nodes[graph.parameters[later]?.node ?? 0]?.column ?? 0;
  return t("narration.backward.linear", { norm: format(norm), ratio: times(ratio), later: column });
}

/** Two digits are enough for how many times: 0.075, 2.0, 150, 1.2e−6. */
function times(ratio: number): string {
  const two = Number(ratio.toPrecision(2));
  if (two === 0) return "0";
  if (two >= 1e-3 && two < 1e4) return two < 10 ? ratio.toPrecision(2) : String(two);
  return two.toExponential(1).replace("e-", "e−").replace("e+", "e");
}

function updateWords(graph: Graph, frame: Frame, optimizer: string): Narration {
  return { title: t("narration.update", { optimizer }), text: moves(graph, frame) };
}

/** By what share of its size each layer moves; and of those that do not, why. */
function moves(graph: Graph, frame: Frame): string {
  const weights = weightsOf(graph);
  const halt = weights.filter((i) => frame.norm("update", i) === 0);
  const still = halt.filter((i) => frame.norm("gradient", i) === 0);
  const layers = (of: readonly number[]): string => of.map((i) => graph.nodes[graph.parameters[i]?.node ?? 0]?.column ?? 0).join(", ");
  if (still.length > 0) return still.length === weights.length ? t("narration.update.text.zero") : t("narration.update.text.still", { layers: layers(still) });
  if (halt.length === weights.length) return t(frame.learningRate === 0 ? "narration.update.text.rate" : "narration.update.text.held.all");
  const ratios = weights.map((i) => frame.norm("update", i) / frame.norm("before", i)).filter((ratio) => ratio > 0 && ratio < Infinity);
  if (ratios.length === 0) return t("narration.update.text.first");
  const values = { least: format(Math.min(...ratios)), most: format(Math.max(...ratios)), layers: layers(halt) };
  return t(halt.length > 0 ? "narration.update.text.held" : "narration.update.text", values);
}

function lossValues(graph: Graph, frame: Frame): Record<string, string | number> {
  return { loss: format(frame.loss), batch: frame.section("terms").length / 2, kind: graph.nodes.at(-1)?.kind ?? "" };
}

function brokenWords(graph: Graph, { step, node, phase }: Broken): Narration {
  const at = graph.nodes[node];
  const values = { kind: at?.kind ?? "", layer: at?.column ?? 0, phase: t(`phase.${phase}`), step };
  const text = node === graph.nodes.length - 1 ? t("narration.fault.loss", values) : t("narration.fault.text", values);
  return { title: t("narration.fault", values), text };
}
