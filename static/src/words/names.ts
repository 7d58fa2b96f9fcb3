/** Names of things in the page's language. */
import type { Graph, Visit } from "../wire/messages";
import { isKey, t } from "./words";

/** A kind's name where the language has one ("MSELoss" stays as it is). */
export function kindName(kind: string): string {
  const key = `kind.${kind}`;
  return isKey(key) ? t(key) : kind;
}

export type Named = "data" | "loss" | "init" | "setting";

/** A choice of the builder. A kind the catalogues have no word for goes by its own name. */
export function nameOf(what: Named, name: string): string {
  const key = `builder.${what}.${name}`;
  return isKey(key) ? t(key) : name;
}

/** A group of layers in a menu. */
export function groupName(group: string): string {
  const key = `builder.layers.${group}`;
  return isKey(key) ? t(key) : group;
}

/** A visit where there is no room for its name: "2 ▸" for the weights of layer 2, "◂ f" for an activation, L, Δw. */
export function visitMark(graph: Graph, visit: Visit): string {
  if (visit.phase === "update") return "Δw";
  const node = graph.nodes[visit.node];
  if (!node) return "";
  const initial = node.group === "activation" ? "f" : (kindName(node.kind)[0] ?? "");
  return directed(visit, isLoss(graph, visit) ? "L" : opens(graph, visit) ? String(node.column) : initial);
}

/** A visit in a word: "Linear 2 ▸", "◂ Tanh"; the arrow says which way. The update is named by its optimizer. */
export function visitName(graph: Graph, visit: Visit, optimizer: string): string {
  if (visit.phase === "update") return optimizer;
  const node = graph.nodes[visit.node];
  if (!node) return "";
  const name = kindName(node.kind);
  return directed(visit, isLoss(graph, visit) ? t("stage.loss") : opens(graph, visit) ? `${name} ${node.column}` : name);
}

function directed({ phase }: Visit, name: string): string {
  if (phase === "backward") return `◂ ${name}`;
  return phase === "forward" ? `${name} ▸` : name;
}

function isLoss(graph: Graph, { node }: Visit): boolean {
  return node === graph.nodes.length - 1;
}

/** Does a layer's column begin with this node? */
function opens(graph: Graph, { node }: Visit): boolean {
  const column = graph.nodes[node]?.column ?? 0;
  return column > 0 && graph.nodes[node - 1]?.column !== column;
}
