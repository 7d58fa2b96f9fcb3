/** One array in a line and a picture: mean and spread, how many numbers are of which size, and what has none. */
import type { ComponentChildren, JSX } from "preact";
import { superscript, whole } from "../../numbers";
import { Drawing } from "../../canvas/Drawing";
import { LOWEST } from "../../paint/scale";
import { palette } from "../../state/palette";
import type { Summary } from "../../wire/messages";
import { locale, t } from "../../words/words";
import { Live } from "../Live";
import { drawBars, FOOT } from "./bars";
import { apart, moments, percent } from "./sizes";

const HEIGHT = 24;

interface Props {
  name: ComponentChildren;
  /** data-testid, after "inspector-mean-" and "inspector-spread-". */
  id: string;
  /** null while there is no answer. */
  found: Summary | null;
  /** Has the pass shown come to these numbers? */
  known: boolean;
  axis?: boolean;
}

export function Sizes({ name, id, found, known, axis = false }: Props): JSX.Element {
  const shown = known ? found : null;
  const both = shown && moments(shown);
  const colours = palette.value;
  const height = HEIGHT + (axis ? FOOT : 0);
  const beside = shown ? outside(shown) : [];
  return (
    <div class="inspector-sizes">
      <div class="inspector-line">
        <span>{name}</span>
        <span class="inspector-moments">
          {!shown && <Live id={`mean-${id}`} value={0} known={false} />}
          {both && (
            <>
              <Live id={`mean-${id}`} value={both.mean} />
              <i>±</i>
              <Live id={`spread-${id}`} value={both.spread} />
            </>
          )}
        </span>
      </div>
      <Drawing
        height={height}
        label={shown ? said(shown) : t("mark.waiting")}
        draw={(context, width) => drawBars(context, { width, height, found: shown, axis, palette: colours })}
      />
      {beside.length > 0 && (
        <p class="note" data-testid={`inspector-apart-${id}`}>
          {beside.join(" · ")}
        </p>
      )}
    </div>
  );
}

/** What has no place on the scale, where there is any. */
function outside(found: Summary): string[] {
  const { count: total } = found;
  return apart(found)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) =>
      kind === "zero"
        ? t("inspector.sizes.zeros", { count: number(count), total: number(total), share: percent(count, total) })
        : `${t(`mark.${kind}`)}: ${number(count)}`,
    );
}

function said(found: Summary): string {
  const most = found.decades.indexOf(Math.max(...found.decades));
  const total = number(found.count);
  const counted = found.decades.some(Boolean)
    ? t("inspector.sizes.most", {
        total,
        from: `10${superscript(LOWEST + most)}`,
        to: `10${superscript(LOWEST + most + 1)}`,
      })
    : t("inspector.sizes.none", { total });
  return [counted, ...outside(found)].join(" · ");
}

function number(count: number): string {
  return whole(count, locale.value);
}
