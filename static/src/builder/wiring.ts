/** Which layer reads which. A layer without names reads the one before it; a number names a layer by its place. */
import type { Layer } from "./layers";

export const INPUT = "input";

/** What other layers call the layer at a place; −1 is the network's input. */
export function calledAt(layers: readonly Layer[], place: number): string {
  return place < 0 ? INPUT : layers[place]?.name || String(place);
}

/** The names a layer reads, those it leaves out as well. */
export function readsOf(layers: readonly Layer[], place: number): string[] {
  const named = layers[place]?.inputs ?? [];
  return named.length > 0 ? named : [calledAt(layers, place - 1)];
}

/** Does a layer read something else than the one before it? */
export function branches(layers: readonly Layer[], place: number): boolean {
  const reads = readsOf(layers, place);
  return reads.length > 1 || reads[0] !== calledAt(layers, place - 1);
}

/** What a layer at a place may read: the input, and every layer before it. */
export function readable(layers: readonly Layer[], place: number): string[] {
  return Array.from({ length: place + 1 }, (_, k) => calledAt(layers, k - 1));
}

/**
 * A list after an edit, in which every reference by number still means the layer that it meant: `to` answers what a
 * layer that stood at a place is called now.
 */
export function followed(layers: readonly Layer[], to: (place: number) => string): Layer[] {
  const meant = (name: string): string => (/^\d+$/.test(name) ? to(Number(name)) : name);
  return layers.map((layer) => {
    if (!layer.inputs?.length && !layer.shares) return layer;
    return {
      ...layer,
      ...(layer.inputs && { inputs: layer.inputs.map(meant) }),
      ...(layer.shares && { shares: meant(layer.shares) }),
    };
  });
}

/** What a new layer that joins several reads: the one before it, and the nearest earlier value of the same shape. */
export function joined(layers: readonly Layer[], place: number, outputs: readonly (readonly number[] | null)[]): string[] {
  const same = (a: number): boolean => String(outputs[a]) === String(outputs[place - 1]);
  const earlier = Array.from({ length: Math.max(0, place - 1) }, (_, k) => place - 2 - k).find(same);
  return [calledAt(layers, place - 1), calledAt(layers, earlier ?? -1)];
}
