import type { JSX } from "preact";
import { tone } from "../Live";

const BAR = 40;

/**
 * A bar from the middle: right and solid above zero, left and hatched below. Full length is the largest
 * term.
 */
export function TermBar({ value, most }: { value: number; most: number }): JSX.Element {
  const length = Math.max(0.6, Math.min(1, size(value) / most) * (BAR / 2));
  return (
    <svg width={BAR} height={8} viewBox={`0 0 ${BAR} 8`} class={tone(value)} aria-hidden="true">
      <path d={`M${BAR / 2} 0v8`} class="inspector-axis" />
      {value < 0 ? (
        <path d={hatch(BAR / 2 - length, length)} class="inspector-hatch" />
      ) : (
        <rect x={BAR / 2} y={1} width={length} height={6} fill="currentColor" />
      )}
      {value < 0 && (
        <rect x={BAR / 2 - length} y={1} width={length} height={6} fill="currentColor" opacity={0.35} />
      )}
    </svg>
  );
}

/** Slanted lines inside a bar 6 high: 45°, 4 apart. */
function hatch(left: number, length: number): string {
  const lines: string[] = [];
  for (let x = left - 6; x < left + length; x += 4) {
    const [from, to] = [Math.max(left, x), Math.min(left + length, x + 6)];
    if (to > from) lines.push(`M${from} ${7 - (from - x)}L${to} ${7 - (to - x)}`);
  }
  return lines.join("");
}

/** The length a value asks for; what is not finite has none. */
export function size(value: number): number {
  return Number.isFinite(value) ? Math.abs(value) : 0;
}
