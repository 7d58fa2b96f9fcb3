/** A histogram of sizes on the fixed log10 scale, with what has no place on it counted in words below. */
import type { JSX } from "preact";
import { superscript } from "../../numbers";
import { Drawing } from "../../canvas/Drawing";
import { HIGHEST, LOWEST, type Mark } from "../../paint/scale";
import { palette } from "../../state/palette";
import { t } from "../../words/words";
import { drawHistogram } from "./bars";
import { histogram, type Histogram } from "./histogram";

const HEIGHT = 72;
const APART: readonly Mark[] = ["zero", "small", "large", "nan", "infinite"];

/** null while the pass has not come to the values. */
export function Sizes({ title, values }: { title: string; values: Iterable<number> | null }): JSX.Element {
  const found = values && histogram(values);
  const colours = palette.value;
  return (
    <div role="group" class="inspector-part" aria-label={title}>
      <h3>{title}</h3>
      <Drawing
        height={HEIGHT}
        label={found ? said(found) : t("mark.waiting")}
        draw={(context, width) => drawHistogram(context, { width, height: HEIGHT, found, palette: colours })}
      />
      <p class="inspector-line note">{found ? said(found) : t("mark.waiting")}</p>
    </div>
  );
}

function said({ total, bins, apart }: Histogram): string {
  const most = bins.indexOf(Math.max(...bins));
  const decade = Math.floor(LOWEST + (most / bins.length) * (HIGHEST - LOWEST));
  const counted = bins.some(Boolean)
    ? t("inspector.sizes.most", { total, decade: `10${superscript(decade)}` })
    : t("inspector.sizes.none", { total });
  const outside = APART.filter((kind) => apart[kind] > 0).map(
    (kind) => `${t(`mark.${kind}`)}: ${apart[kind]}`,
  );
  return [counted, ...outside].join(" · ");
}
