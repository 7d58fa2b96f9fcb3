/** One sentence for a moment: where the pass is, and what happens there, with the number in it. Pure. */
import { format } from "../numbers";
import { visitOf, weightOf } from "../state/moment";
import type { Frame } from "../wire/frame";
import type { Graph, Visit } from "../wire/messages";
import { t } from "../words/words";

export interface Narration {
  title: string;
  text: string;
}

export function narrate(graph: Graph, frame: Frame, visit: Visit, optimizer: string): Narration {
  const fault = frame.header.faultNode;
  if (fault >= 0 && come(graph, frame, visit)) return faultWords(graph, frame);
  if (visit.phase === "update") return updateWords(graph, frame, optimizer);
  if (visit.phase === "loss") return { title: t("narration.loss"), text: t("narration.loss.text", lossValues(graph, frame)) };
  const node = graph.nodes[visit.node];
  if (!node) return { title: "", text: "" };
  if (visit.node === graph.nodes.length - 1)
    return { title: t("narration.backward.loss"), text: t("narration.backward.loss.text", { loss: node.kind }) };
  const layers = graph.nodes.at(-1)?.column ?? 1;
  const place = { layer: node.column, layers: layers - 1, kind: node.kind };
  const title = t(visit.phase === "forward" ? "narration.forward" : "narration.backward", place);
  const weight = weightOf(graph, visit.node);
  if (visit.phase === "forward")
    return { title, text: weight < 0 ? t("narration.forward.activation", place) : t("narration.forward.linear", place) };
  if (weight < 0) return { title, text: t("narration.backward.activation", place) };
  return { title, text: gradientWords(graph, frame, weight) };
}

/** "Norm 0.075, 2.0 times layer 3": a layer beside the one the gradient came from. */
function gradientWords(graph: Graph, frame: Frame, weight: number): string {
  const norm = frame.norm("gradient", weight);
  const later = graph.parameters.findIndex((p, i) => i > weight && p.name.endsWith(".weight"));
  const ratio = norm / frame.norm("gradient", later);
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
  const ratios = graph.parameters.map((p, i) => (p.name.endsWith(".weight") ? frame.norm("update", i) / frame.norm("before", i) : NaN));
  const finite = ratios.filter(Number.isFinite);
  if (finite.length === 0) return { title: t("narration.update", { optimizer }), text: t("narration.update.text.zero") };
  const values = {
    optimizer,
    least: format(Math.min(...finite)),
    most: format(Math.max(...finite)),
    rate: format(frame.learningRate),
  };
  return { title: t("narration.update", values), text: t("narration.update.text", values) };
}

function lossValues(graph: Graph, frame: Frame): Record<string, string | number> {
  return { loss: format(frame.loss), batch: frame.section("terms").length / 2, kind: graph.nodes.at(-1)?.kind ?? "" };
}

function faultWords(graph: Graph, frame: Frame): Narration {
  const node = graph.nodes[frame.header.faultNode];
  const values = { kind: node?.kind ?? "", layer: node?.column ?? 0, phase: t(`phase.${frame.header.faultPhase}`) };
  return { title: t("narration.fault"), text: t("narration.fault.text", values) };
}

/** Has the pass come to where the first NaN or infinity was made? */
function come(graph: Graph, frame: Frame, visit: Visit): boolean {
  return graph.visits.indexOf(visit) >= visitOf(graph, frame.header.faultPhase, frame.header.faultNode);
}
