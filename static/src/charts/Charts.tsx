/** The drawer of charts: one at a time, each as a picture and as a table of the same numbers. */
import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "../paint/icons";
import { drawable, graph } from "../state/run";
import { panel } from "../state/view";
import { t } from "../words/words";
import { ByLayer } from "./ByLayer";
import { Guesses } from "./Guesses";
import { Losses } from "./Losses";
import { Surface } from "./Surface";
import "./charts.css";

type Tab = "loss" | "norms" | "ratios" | "surface" | "curve" | "predictions";

const chosen = signal<Tab>("loss");
const table = signal(false);

/** What can be drawn of these data: a picture of the inputs, or the classes one by one, or both. */
const tabs = computed<readonly Tab[]>(() => {
  const data = graph.value?.data;
  const over: Tab[] = data && drawable(data) ? [data.features === 2 ? "surface" : "curve"] : [];
  return ["loss", "norms", "ratios", ...over, ...(data?.classes ? (["predictions"] as const) : [])];
});

export function Charts(): JSX.Element {
  const tab = tabs.value.includes(chosen.value) ? chosen.value : "loss";
  return (
    <section class="charts" aria-label={t("charts.label")}>
      <div class="charts-bar">
        <TabList tab={tab} />
        <div class="segments" role="group" aria-label={t("charts.view")}>
          {([false, true] as const).map((each) => (
            <button
              key={String(each)}
              type="button"
              aria-pressed={table.value === each}
              onClick={() => (table.value = each)}
            >
              {t(each ? "charts.view.table" : "charts.view.chart")}
            </button>
          ))}
        </div>
        <button
          type="button"
          class="button icon-only"
          aria-label={t("charts.close")}
          title={t("charts.close")}
          onClick={() => (panel.value = "stage")}
        >
          <Icon name="close" size={14} />
        </button>
      </div>
      <div
        class="charts-body"
        role="tabpanel"
        id="charts-panel"
        aria-labelledby={`charts-tab-${tab}`}
        tabIndex={0}
      >
        <Shown tab={tab} />
      </div>
    </section>
  );
}

function Shown({ tab }: { tab: Tab }): JSX.Element {
  if (tab === "loss") return <Losses table={table.value} />;
  if (tab === "norms" || tab === "ratios") return <ByLayer key={tab} of={tab} table={table.value} />;
  return tab === "predictions" ? <Guesses table={table.value} /> : <Surface table={table.value} />;
}

/** One tab stop for all tabs; arrows move among them. */
function TabList({ tab }: { tab: Tab }): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const count = tabs.value.length;
    const here = tabs.value.indexOf(tab);
    const next = step
      ? (here + step + count) % count
      : event.key === "Home"
        ? 0
        : event.key === "End"
          ? count - 1
          : null;
    if (next === null) return;
    event.preventDefault();
    chosen.value = tabs.value[next] ?? "loss";
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[next]?.focus();
  };
  return (
    <div class="charts-tabs" role="tablist" aria-label={t("charts.tabs")} ref={list} onKeyDown={move}>
      {tabs.value.map((each) => (
        <button
          key={each}
          type="button"
          role="tab"
          id={`charts-tab-${each}`}
          aria-selected={each === tab}
          aria-controls="charts-panel"
          tabIndex={each === tab ? 0 : -1}
          onClick={() => (chosen.value = each)}
        >
          {t(`charts.tab.${each}`)}
        </button>
      ))}
    </div>
  );
}
