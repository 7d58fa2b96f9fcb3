/** The key of the seismograph's colours: twelve decades, the same for every network. */
import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { normColour } from "../paint/palette";
import { DECADES } from "../paint/scale";
import { palette } from "../state/palette";
import { fit } from "../canvas/fit";
import { t } from "../words/words";

const SIZE = { width: 14 * DECADES, height: 10 };

export function NormKey(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(
    () =>
      effect(() => {
        const colours = palette.value;
        const context = fit(canvas.current, SIZE);
        if (!context) return;
        for (let decade = 0; decade < DECADES; decade++) {
          context.fillStyle = normColour(colours, (decade + 0.5) / DECADES);
          context.fillRect(14 * decade, 0, 13, 10);
        }
      }),
    [],
  );
  return (
    <p class="player-key">
      {t("player.key")} <span>10⁻¹⁰</span> <canvas ref={canvas} aria-hidden="true" /> <span>10²</span>
    </p>
  );
}
