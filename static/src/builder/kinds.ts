/** What a kind of thing is when nobody has set it, and what stays when one kind is swapped for another. */
import type { Kind } from "../wire/messages";

/** A choice as the catalogue describes it: its kind and a value for each of its settings. */
export type Chosen = Readonly<{ kind: string } & Record<string, unknown>>;

export function named<K extends Kind>(kinds: readonly K[], kind: string): K {
  const found = kinds.find((each) => each.kind === kind);
  if (found) return found;
  const known = kinds.map((each) => each.kind).join(", ");
  throw new Error(
    `expected one of ${known}, got ${kind}; reload the page so that it knows this service's kinds`,
  );
}

/** A kind with every setting at its default. */
export function fresh(kind: Kind): Chosen {
  return {
    kind: kind.kind,
    ...Object.fromEntries(kind.settings.map((s) => [s.name, structuredClone(s.default)])),
  };
}

/** Swaps the kind. A setting that both have stays if it was set by hand, not if it was left at its default. */
export function swapped(chosen: Chosen, kinds: readonly Kind[], next: string): Chosen {
  const before = named(kinds, chosen.kind);
  const after = named(kinds, next);
  const kept = after.settings.filter((setting) => {
    const old = before.settings.find((each) => each.name === setting.name && each.type === setting.type);
    return old && !same(old.default, chosen[setting.name]);
  });
  return {
    ...fresh(after),
    ...Object.fromEntries(kept.map((setting) => [setting.name, chosen[setting.name]])),
  };
}

/** Settings that a document leaves out take their defaults, in the choices inside it as well. */
export function completed(chosen: Chosen, kinds: readonly Kind[], inner: readonly Kind[]): Chosen {
  const kind = named(kinds, chosen.kind);
  const whole: Record<string, unknown> & { kind: string } = { ...fresh(kind), ...chosen };
  for (const { name, type } of kind.settings)
    if (type === "choice") whole[name] = completed(whole[name] as Chosen, inner, inner);
  return whole;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
