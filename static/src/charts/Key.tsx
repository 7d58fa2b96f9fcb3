/** Which line is which, drawn as the chart draws it. */
import type { JSX } from "preact";
import type { Line } from "./plot";

export function Key({ lines, note }: { lines: readonly Line[]; note: string }): JSX.Element {
  return (
    <ul class="charts-key note" title={note}>
      {lines.map(({ name, colour, width }) => (
        <li key={name}>
          <svg width={18} height={6} aria-hidden="true">
            <path d="M0 3h18" stroke={colour} stroke-width={width} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
