/** The colours of the theme in force, read from the style sheet once a theme. */
import { computed } from "@preact/signals";
import { paletteOf, type Palette } from "../paint/palette";
import { fonts, theme } from "./view";

export const palette = computed<Palette>(() => {
  void fonts.value; // a new palette makes every drawing new
  const chosen = theme.value; // the attribute is set by an effect of the same signal, perhaps after this is asked
  document.documentElement.dataset["theme"] = chosen;
  return paletteOf(document.documentElement);
});
