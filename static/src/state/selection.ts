/** What the person has picked out: a unit, a weight or a layer, and whether the picture shows one example or the batch. */
import { computed, signal } from "@preact/signals";
import type { Look } from "../wire/messages";

export type Selection =
  | { kind: "unit"; node: number; row: number }
  | { kind: "weight"; node: number; row: number; column: number }
  | { kind: "layer"; node: number };

export const selection = signal<Selection | null>(null);
/** Which example of the batch is shown. */
export const example = signal(0);
/** Example and batch sum are never mixed up: the stage and the inspector both say which this is. */
export const shows = signal<"example" | "batch">("example");

/** The selection as the service understands it. */
export const look = computed<Look>(() => {
  const chosen = selection.value;
  const row = chosen && chosen.kind !== "layer" ? chosen.row : 0;
  const column = chosen?.kind === "weight" ? chosen.column : -1;
  return { example: example.value, node: chosen?.node ?? -1, row, column };
});

export function select(next: Selection | null): void {
  selection.value = next;
}
