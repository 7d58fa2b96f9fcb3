/** How the weight and its gradient went over the steps seen while it is selected. */
import type { JSX } from "preact";
import { format } from "../../numbers";
import { drawCurve } from "../../paint/curve";
import { Drawing } from "../../canvas/Drawing";
import { palette } from "../../state/palette";
import { t } from "../../words/words";
import { range, type Sample } from "./trail";

const HEIGHT = 24;
const COLUMNS = ["weight", "gradient"] as const;

export function Trails({ trail }: { trail: readonly Sample[] }): JSX.Element {
  if (trail.length < 2) return <p class="note inspector-trails">{t("inspector.trail.empty")}</p>;
  return (
    <div class="inspector-trails">
      {COLUMNS.map((of) => (
        <Trail key={of} of={of} trail={trail} />
      ))}
    </div>
  );
}

function Trail({ of, trail }: { of: (typeof COLUMNS)[number]; trail: readonly Sample[] }): JSX.Element {
  const span = range(trail, of) ?? { low: 0, high: 0 };
  const colours = palette.value;
  const values = trail.map((sample) => sample[of]);
  const words = t("inspector.trail", {
    name: t(`inspector.trail.${of}`),
    first: trail[0]?.step ?? 0,
    last: trail.at(-1)?.step ?? 0,
    low: format(span.low),
    high: format(span.high),
  });
  return (
    <div class="inspector-trail" title={words}>
      <span class="note">{t(`inspector.trail.${of}`)}</span>
      <Drawing
        height={HEIGHT}
        label={words}
        draw={(context, width) =>
          drawCurve(context, { x: 1, y: 2, width: width - 2, height: HEIGHT - 4 }, values, {
            colour: of === "weight" ? colours.ink : colours.ink2,
            width: 1.3,
            low: span.low,
            high: span.high,
            total: values.length,
          })
        }
      />
    </div>
  );
}
