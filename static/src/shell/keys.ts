/** Keys that work anywhere on the page, unless a field has them. */
import { DIALS, dial, speed, SPEEDS } from "../state/moment";
import { redo, undo } from "../state/edit";
import { restart, stepBy, toggle } from "../state/loop";
import { keysShown, panel } from "../state/view";
import type { Key } from "../words/words";

/** What the list of keys says, in its order. */
export const KEYS = [
  { keys: ["Space"], does: "keys.play" },
  { keys: ["←", "→"], does: "keys.step" },
  { keys: ["[", "]"], does: "keys.dial" },
  { keys: ["−", "+"], does: "keys.speed" },
  { keys: ["Home"], does: "keys.restart" },
  { keys: ["C"], does: "keys.charts" },
  { keys: ["Ctrl", "Z"], does: "keys.undo" },
  { keys: ["Tab", "↑", "↓", "Enter"], does: "keys.stage" },
  { keys: ["?"], does: "keys.list" },
] as const satisfies readonly { keys: readonly string[]; does: Key }[];

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target as HTMLElement;
    const typing = target.closest("input:not([type=range]), select, textarea, [contenteditable]");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      target.blur(); // a field would undo its own text and no longer show what runs
      (event.shiftKey ? redo : undo)();
      event.preventDefault();
    } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && plain(event, target)) event.preventDefault();
  });
}

/** Keys without a modifier. A focused button keeps Space for itself, a slider its arrows. */
function plain(event: KeyboardEvent, target: HTMLElement): boolean {
  const slider = target.closest("input[type=range], [role=slider], [role=tablist], [role=listbox], [role=menu]");
  switch (event.key) {
    case " ":
      if (target.closest("a, summary, [role=option], [role=menuitem]")) return false;
      // A button that was reached by keys is pressed by Space; one that was just clicked is not.
      if (target.closest("button")?.matches(":focus-visible")) return false;
      toggle();
      return true;
    case "ArrowLeft":
    case "ArrowRight":
      if (slider) return false;
      void stepBy(event.key === "ArrowRight" ? 1 : -1);
      return true;
    case "Home":
      if (slider) return false;
      void restart();
      return true;
    case "[":
    case "]":
      dial.value = DIALS[clamp(DIALS.indexOf(dial.peek()) + (event.key === "]" ? 1 : -1), DIALS.length)] ?? "operation";
      return true;
    case "-":
    case "+":
    case "=":
      speed.value = clamp(speed.peek() + (event.key === "-" ? -1 : 1), SPEEDS.length);
      return true;
    case "c":
    case "C":
      panel.value = panel.peek() === "charts" ? "stage" : "charts";
      return true;
    case "?":
      keysShown.value = !keysShown.peek();
      return true;
    default:
      return false;
  }
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(length - 1, index));
}
