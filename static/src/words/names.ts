/** Names of things in the page's language. */
import type { Graph, Visit } from "../wire/messages";
import { isKey, t } from "./words";

/** A kind's name where the language has one ("MSELoss" stays as it is). */
export function kindName(kind: string): string {
  const key = `kind.${kind}`;
  return isKey(key) ? t(key) : kind;
}

/** A visit in a word: "Linear 2 ▸", "◂ Tanh"; the arrow says which way. The update is named by its optimizer. */
export function visitName(graph: Graph, visit: Visit, optimizer: string): string {
  if (visit.phase === "update") return optimizer;
  const node = graph.nodes[visit.node];
  if (!node) return "";
  const loss = visit.node === graph.nodes.length - 1;
  const opens = !loss && graph.nodes[visit.node - 1]?.column !== node.column;
  const name = loss ? t("stage.loss") : opens && node.column > 0 ? `${kindName(node.kind)} ${node.column}` : kindName(node.kind);
  if (visit.phase === "backward") return `◂ ${name}`;
  return visit.phase === "forward" ? `${name} ▸` : name;
}
