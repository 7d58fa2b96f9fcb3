import type { ComponentChildren, JSX } from "preact";

/** A name and what it is, as one line of a list. */
export function Row({
  name,
  children,
}: {
  name: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="inspector-row">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
