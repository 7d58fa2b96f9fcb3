/** The frame of the page: a bar, the panels, the player. Where there is no room for all, one panel is in front. */
import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Builder } from "../builder/Builder";
import { Inspector } from "../inspector/Inspector";
import { Player } from "../player/Player";
import { Stage } from "../stage/Stage";
import { selection } from "../state/selection";
import { panel, type Panel } from "../state/view";
import { t } from "../words/words";
import { Bar } from "./Bar";
import { KeyList } from "./KeyList";
import { Notices } from "./Notices";
import "./shell.css";

export function Shell(): JSX.Element {
  return (
    <div class="shell" data-panel={panel.value} data-selected={selection.value ? "yes" : "no"}>
      <a class="skip" href="#stage">
        {t("shell.skip")}
      </a>
      <Bar />
      <main class="shell-main">
        <h1 class="visually-hidden">Backflow</h1>
        <div class="shell-builder">
          <Builder />
        </div>
        <div class="shell-stage" id="stage">
          <Stage />
          {panel.value === "charts" ? (
            <div class="shell-charts">
              <LateCharts />
            </div>
          ) : null}
        </div>
        <div class="shell-inspector">
          <Inspector />
        </div>
      </main>
      <Player />
      <Tabs />
      <Notices />
      <KeyList />
    </div>
  );
}

/** The charts are fetched when they are first opened: the page starts without them. */
function LateCharts(): JSX.Element {
  const charts = useSignal<ComponentType | null>(null);
  useEffect(() => {
    void import("../charts/Charts").then((module) => (charts.value = module.Charts));
  }, []);
  const Charts = charts.value;
  return Charts ? <Charts /> : <p class="shell-loading">{t("shell.loading")}</p>;
}

const PANELS: readonly Panel[] = ["stage", "builder", "inspector", "charts"];

/** The four tabs of a narrow screen. */
function Tabs(): JSX.Element {
  return (
    <nav class="shell-tabs" aria-label={t("shell.panels")}>
      {PANELS.map((name) => (
        <button key={name} type="button" aria-pressed={panel.value === name} onClick={() => (panel.value = name)}>
          {t(`panel.${name}`)}
        </button>
      ))}
    </nav>
  );
}
