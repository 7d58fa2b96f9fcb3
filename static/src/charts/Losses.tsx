/** Loss on the batches and on the test set. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { history, recorded } from "../state/history";
import { palette } from "../state/palette";
import { t } from "../words/words";
import { losses, lossRows } from "./columns";
import { Curves } from "./Curves";
import { Key } from "./Key";
import { NumberTable } from "./NumberTable";
import { useCalm } from "./useCalm";

const log = signal(false);

export function Losses({ table }: { table: boolean }): JSX.Element {
  useCalm(recorded);
  const found = history.peek();
  const colours = palette.value;
  if (!found || found.furthest === 0) return <p class="note">{t("charts.empty")}</p>;
  const lines = [
    { name: t("charts.train"), colour: colours.ink3, width: 0.8 },
    { name: t("charts.test"), colour: colours.ink, width: 1.8 },
  ];
  if (table) {
    const names = [...lines.map((line) => line.name), t("charts.accuracy")];
    return (
      <NumberTable
        label={t("charts.tab.loss")}
        data={lossRows(found)}
        names={names}
        first={t("charts.step")}
      />
    );
  }
  return (
    <>
      <div class="charts-line">
        <Key lines={lines} note={t("charts.loss.note")} />
        <div class="segments" role="group" aria-label={t("charts.scale")}>
          {([false, true] as const).map((each) => (
            <button
              key={String(each)}
              type="button"
              aria-pressed={log.value === each}
              onClick={() => (log.value = each)}
            >
              {t(each ? "charts.scale.log" : "charts.scale.linear")}
            </button>
          ))}
        </div>
      </div>
      <Curves
        data={losses(found)}
        label={t("charts.tab.loss")}
        look={{ lines, log: log.value, range: null, named: false }}
      />
    </>
  );
}
