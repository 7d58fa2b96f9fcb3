/**
 * One number a layer over the steps, on a log10 axis: the gradient's norm, or how far the update moves the
 * weights.
 */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { normColour, type Palette } from "../paint/palette";
import { history, recorded } from "../state/history";
import { palette } from "../state/palette";
import { t } from "../words/words";
import { byLayer } from "./columns";
import { Curves } from "./Curves";
import { NumberTable } from "./NumberTable";
import type { Line } from "./plot";
import { useCalm } from "./useCalm";

/** The scale that never moves is the one shown first. */
const fixed = signal(true);
const FIXED = [1e-10, 1e2] as const;
/** The part of the ramp whose colours stand out from the ground in both themes. */
const FAINTEST = 0.62;

export function ByLayer({ of, table }: { of: "norms" | "ratios"; table: boolean }): JSX.Element {
  useCalm(recorded);
  const found = history.peek();
  if (!found || found.records.length === 0) return <p class="note">{t("charts.empty")}</p>;
  const lines = found.weights.map((_, i) => line(i, found.weights.length, palette.value));
  const label = t(`charts.tab.${of}`);
  if (table)
    return (
      <NumberTable
        label={label}
        data={byLayer(found, of)}
        names={lines.map((each) => each.name)}
        first={t("charts.step")}
      />
    );
  const range = of === "norms" && fixed.value ? FIXED : null;
  return (
    <>
      <div class="charts-line">
        <p class="note">{t(`charts.${of}.note`)}</p>
        {of === "norms" && (
          <div class="segments" role="group" aria-label={t("charts.range")}>
            {([true, false] as const).map((each) => (
              <button
                key={String(each)}
                type="button"
                aria-pressed={fixed.value === each}
                onClick={() => (fixed.value = each)}
              >
                {t(each ? "charts.range.fixed" : "charts.range.fitted")}
              </button>
            ))}
          </div>
        )}
      </div>
      <Curves data={byLayer(found, of)} label={label} look={{ lines, log: true, range, named: true }} />
    </>
  );
}

function line(layer: number, layers: number, colours: Palette): Line {
  const share = layers > 1 ? layer / (layers - 1) : 1;
  return {
    name: t("charts.layer", { layer: layer + 1 }),
    colour: normColour(colours, FAINTEST + (1 - FAINTEST) * share),
    width: 1.4,
  };
}
