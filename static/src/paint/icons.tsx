import type { JSX } from "preact";

/** Outlines on a grid of 20 by 20. */
const OUTLINES = {
  back: "M15 4.5v11L5.5 10z",
  check: "M4 10.5l4 4 8-9",
  chevron: "M5.5 8l4.5 4.5L14.5 8",
  close: "M5.5 5.5l9 9M14.5 5.5l-9 9",
  down: "M10 4v12M5.5 11.5L10 16l4.5-4.5",
  download: "M10 3.5v9M6.5 9l3.5 3.5L13.5 9M4 16.5h12",
  forward: "M5 4.5v11l9.5-5.5z",
  grip: "M7.5 5h.01M7.5 10h.01M7.5 15h.01M12.5 5h.01M12.5 10h.01M12.5 15h.01",
  keyboard:
    "M3.5 5.5h13a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM6 8.5h.01M10 8.5h.01M14 8.5h.01M7 11.8h6",
  link: "M8.2 11.8l3.6-3.6M9.5 6.5l1.4-1.4a3.2 3.2 0 0 1 4.5 4.5l-1.4 1.4M10.5 13.5l-1.4 1.4a3.2 3.2 0 0 1-4.5-4.5L6 9",
  moon: "M16.5 11.6A6.8 6.8 0 1 1 8.4 3.5a5.4 5.4 0 0 0 8.1 8.1z",
  pause: "M6.5 4.5v11M13.5 4.5v11",
  play: "M6 3.8v12.4L16.5 10z",
  plus: "M10 4.5v11M4.5 10h11",
  redo: "M12.5 4.5L16.5 8.5l-4 4M16 8.5H8a4 4 0 0 0 0 8h2.5",
  restart: "M5 4.5v11M16 4.5v11L7.5 10z",
  sun: "M10 6.6a3.4 3.4 0 1 0 0 6.8a3.4 3.4 0 1 0 0-6.8M10 2v1.6M10 16.4V18M2 10h1.6M16.4 10H18M4.35 4.35l1.1 1.1M14.55 14.55l1.1 1.1M4.35 15.65l1.1-1.1M14.55 5.45l1.1-1.1",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6M8.5 9v4.5M11.5 9v4.5",
  undo: "M7.5 4.5l-4 4 4 4M4 8.5h8a4 4 0 0 1 0 8H9.5",
  up: "M10 16V4M5.5 8.5L10 4l4.5 4.5",
  upload: "M10 12.5v-9M6.5 7L10 3.5 13.5 7M4 16.5h12",
  warn: "M10 3.2l7.5 13.3h-15zM10 8v4M10 14.3v.1",
} as const;

export type IconName = keyof typeof OUTLINES;

const FILLED: ReadonlySet<IconName> = new Set(["back", "forward", "play", "restart"]);

/** A drawing without words: whatever it stands in says the words. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill={FILLED.has(name) ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width={name === "grip" || name === "pause" ? 2.2 : 1.6}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={OUTLINES[name]} />
    </svg>
  );
}

// Light falling back from a loss on the right: each bar is a few decades shorter and fainter.
const BARS = [
  { half: 1, opacity: 0.35 },
  { half: 2, opacity: 0.5 },
  { half: 4, opacity: 0.65 },
  { half: 6.5, opacity: 0.82 },
  { half: 9.5, opacity: 1 },
];

/** The mark of Backflow. */
export function Brand({ size = 22 }: { size?: number }): JSX.Element {
  return (
    <svg class="brand" width={size} height={size} viewBox="0 0 22 22" fill="currentColor" aria-hidden="true">
      {BARS.map(({ half, opacity }, i) => (
        <rect key={i} x={2 + 4 * i} y={11 - half} width={2.2} height={2 * half} rx={1.1} opacity={opacity} />
      ))}
    </svg>
  );
}
