/**
 * The batch behind a gradient: every example's share as a bar, this one marked, and the sum the engine
 * holds.
 */
import type { JSX } from "preact";
import { format } from "../../numbers";
import { Drawing } from "../../canvas/Drawing";
import { palette } from "../../state/palette";
import type { Frame } from "../../wire/frame";
import { t } from "../../words/words";
import { Live } from "../Live";
import { batchSize } from "../place";
import { brokenOf, shares, stance, tallest } from "./shares";
import { drawStrip, drawWaiting } from "./strip";
import type { WeightFacts } from "./weight";

const HEIGHT = 78;

export function Batch({
  shown,
  facts,
  reached,
}: {
  shown: Frame;
  facts: WeightFacts;
  reached: boolean;
}): JSX.Element {
  const batch = batchSize(shown);
  const all = reached ? shares(shown, facts) : null;
  const colours = palette.value;
  const sum = facts.gradient ?? all?.reduce((total, share) => total + share.value, 0) ?? NaN;
  const [broken, longest] = all ? [brokenOf(all), format(tallest(all))] : [0, ""];
  const most = broken ? t("inspector.strip.broken", { count: broken, batch }) : t("inspector.tallest", { value: longest });
  const words = all ? `${t("inspector.strip", { batch })} ${most}.` : t("mark.waiting");
  return (
    <div role="group" class="inspector-part" aria-label={t("inspector.batch", { batch })}>
      <div class="inspector-line">
        <h3 class="inspector-plain">{t("inspector.batch", { batch })}</h3>
        <Live id="gradient" value={facts.gradient} known={reached} hued />
      </div>
      <Drawing
        height={HEIGHT}
        label={words}
        draw={(context, width) =>
          all
            ? drawStrip(context, {
                width,
                height: HEIGHT,
                shares: all,
                example: shown.example,
                label: t("inspector.this"),
                palette: colours,
              })
            : drawWaiting(context, { width, height: HEIGHT, palette: colours })
        }
      />
      <p class="inspector-line note">
        <span>{all ? t(`inspector.stance.${stance(facts.share, sum)}`) : t("mark.waiting")}</span>
        {all && <span>{most}</span>}
      </p>
    </div>
  );
}
