/** Keys that work anywhere on the page, unless a field has them. */
import { DIALS, dial, speed, SPEEDS } from "../state/moment";
import { redo, undo } from "../state/experiment";
import { restart, stepBy, toggle } from "../state/loop";
import { panel } from "../state/view";

export const KEYS: readonly { keys: string; action: string }[] = [
  { keys: "Space", action: "play" },
  { keys: "← →", action: "step" },
  { keys: "[ ]", action: "dial" },
  { keys: "− +", action: "speed" },
  { keys: "Home", action: "restart" },
  { keys: "C", action: "charts" },
  { keys: "Ctrl Z", action: "undo" },
];

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target as HTMLElement;
    const typing = target.closest("input:not([type=range]), select, textarea, [contenteditable]");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing) {
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
      if (target.closest("button, a, summary, [role=option], [role=menuitem]")) return false;
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
    default:
      return false;
  }
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(length - 1, index));
}
