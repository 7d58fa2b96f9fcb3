import { useState } from "preact/hooks";
import type { TargetedDragEvent } from "preact";

import { landing } from "./layers";

type Dragged = TargetedDragEvent<HTMLElement>;

export interface Drag {
  /** Place of the row being dragged; -1 if none is. */
  from: number;
  /** Gap it would drop into: 0 before the first row. -1 if it is over none. */
  gap: number;
  start: (event: Dragged, place: number) => void;
  over: (event: Dragged, place: number) => void;
  drop: (event: Dragged) => void;
  end: () => void;
}

/** A row dragged to another place of its list. Only rows of this list are taken. */
export function useDrag(onMove: (from: number, to: number) => void): Drag {
  const [{ from, gap }, set] = useState({ from: -1, gap: -1 });
  const end = (): void => set({ from: -1, gap: -1 });
  return {
    from,
    gap,
    end,
    start(event, place) {
      const row = event.currentTarget.closest("li");
      event.dataTransfer?.setData("text/plain", String(place)); // without data Firefox starts no drag
      if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
      if (row) event.dataTransfer?.setDragImage(row, 12, 15);
      set({ from: place, gap: -1 });
    },
    over(event, place) {
      if (from < 0) return;
      event.preventDefault();
      const { top, height } = event.currentTarget.getBoundingClientRect();
      const next = event.clientY < top + height / 2 ? place : place + 1;
      if (next !== gap) set({ from, gap: next });
    },
    drop(event) {
      event.preventDefault();
      if (from >= 0 && gap >= 0) onMove(from, landing(from, gap));
      end();
    },
  };
}
