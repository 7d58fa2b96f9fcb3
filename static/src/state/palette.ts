/** The colours of the theme in force, read from the style sheet once a theme. */
import { computed } from "@preact/signals";
import { paletteOf, type Palette } from "../paint/palette";
import { theme } from "./view";

export const palette = computed<Palette>(() => {
  const chosen = theme.value; // the attribute is set by an effect of the same signal, perhaps after this is asked
  document.documentElement.dataset["theme"] = chosen;
  return paletteOf(document.documentElement);
});
