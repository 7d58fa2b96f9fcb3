/** How the page is set up for this person: theme, language, which panel lies open where there is no room for all. */
import { effect, signal } from "@preact/signals";
import { locale, speak, type Locale } from "../words/words";

export type Theme = "dark" | "light";
export type Panel = "stage" | "builder" | "inspector" | "charts";

export const theme = signal<Theme>("dark");
/** The panel in front. On a wide screen only the charts make use of it: the others always stand. */
export const panel = signal<Panel>("stage");
export const reducedMotion = signal(false);
/** Grows when a font has arrived: what is written on a canvas is then written again. */
export const fonts = signal(0);
/** Does the list of keys lie open? */
export const keysShown = signal(false);

const THEME = "backflow.theme";
const LANGUAGE = "backflow.language";

/** Take over what was chosen last time, or what the system prefers, and keep what is chosen from now on. */
export async function startView(root: HTMLElement): Promise<void> {
  const light = matchMedia("(prefers-color-scheme: light)");
  theme.value = (recall(THEME) as Theme | null) ?? (light.matches ? "light" : "dark");
  const asked = new URLSearchParams(location.search).get("lang");
  await speak((asked ?? recall(LANGUAGE) ?? root.lang) === "ko" ? "ko" : "en");
  const motion = matchMedia("(prefers-reduced-motion: reduce)");
  reducedMotion.value = motion.matches;
  motion.addEventListener("change", () => (reducedMotion.value = motion.matches));
  document.fonts?.addEventListener("loadingdone", () => (fonts.value += 1));
  effect(() => {
    root.dataset["theme"] = theme.value;
  });
  effect(() => {
    root.lang = locale.value;
  });
}

export function chooseTheme(next: Theme): void {
  theme.value = next;
  keep(THEME, next);
}

export function chooseLanguage(next: Locale): void {
  void speak(next);
  keep(LANGUAGE, next);
}

/** Storage may be forbidden; the choice then lasts as long as the page. */
function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // as above
  }
}
