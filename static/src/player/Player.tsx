/** The bar at the bottom: play, one step by as much as the dial says, speed, and the timeline below. */
import type { JSX } from "preact";
import { Icon } from "../paint/icons";
import { DIALS, dial, playing, speed, SPEEDS, visit, type Dial } from "../state/moment";
import { restart, stepBy, toggle } from "../state/loop";
import { frame, graph } from "../state/run";
import { t, type Key } from "../words/words";
import { NormKey } from "./NormKey";
import "./player.css";
import { Timeline } from "./Timeline";

export function Player(): JSX.Element {
  return (
    <section class="player" aria-label={t("player.label")}>
      <div class="player-bar">
        <div class="player-buttons" role="group" aria-label={t("player.transport")}>
          <Transport name="restart" press={() => void restart()} />
          <Transport name="back" press={() => void stepBy(-1)} />
          <button type="button" class="player-play" aria-label={t(playing.value ? "player.pause" : "player.play")} aria-keyshortcuts="Space" onClick={toggle}>
            <Icon name={playing.value ? "pause" : "play"} size={18} />
          </button>
          <Transport name="forward" press={() => void stepBy(1)} />
        </div>
        <SpeedSlider />
        <DialControl />
        <NormKey />
        <Counters />
      </div>
      <Timeline />
    </section>
  );
}

function Transport({ name, press }: { name: "restart" | "back" | "forward"; press: () => void }): JSX.Element {
  return (
    <button type="button" class="player-button" aria-label={t(`player.${name}`)} title={t(`player.${name}`)} onClick={press}>
      <Icon name={name} size={16} />
    </button>
  );
}

function SpeedSlider(): JSX.Element {
  const now = SPEEDS[speed.value];
  const words = now ? speedWords(now.label) : "";
  return (
    <label class="player-speed">
      <span class="player-note">{t("player.speed")}</span>
      <input
        type="range"
        min={0}
        max={SPEEDS.length - 1}
        value={speed.value}
        aria-label={t("player.speed")}
        aria-valuetext={words}
        onInput={(event) => (speed.value = Number(event.currentTarget.value))}
      />
      <output class="player-value">{words}</output>
    </label>
  );
}

/** "60/s" is said in words: steps a second. */
function speedWords(label: string): string {
  return label.endsWith("/s") ? t("player.rate", { rate: label.slice(0, -2) }) : label;
}

function DialControl(): JSX.Element {
  return (
    <div class="player-dial" role="group" aria-label={t("player.dial")}>
      <span class="player-note" aria-hidden="true">
        {t("player.dial")}
      </span>
      <div class="segments">
        {DIALS.map((name) => (
          <button key={name} type="button" aria-pressed={dial.value === name} onClick={() => (dial.value = name)}>
            {t(`dial.${name}` satisfies `dial.${Dial}` as Key)}
          </button>
        ))}
      </div>
    </div>
  );
}

function Counters(): JSX.Element {
  const shown = frame.value;
  const built = graph.value;
  return (
    <p class="player-counters">
      <Counter name="player.epoch" value={shown?.epoch ?? 0} id="epoch" />
      <Counter name="player.step" value={shown?.step ?? 0} id="step" />
      <Counter name="player.visit" value={visit.value + 1} id="visit" of={built?.visits.length ?? 0} />
    </p>
  );
}

function Counter({ name, value, of, id }: { name: Key; value: number; of?: number; id: string }): JSX.Element {
  return (
    <span>
      {t(name)} <b data-testid={`counter-${id}`}>{value}</b>
      {of === undefined ? null : ` / ${of}`}
    </span>
  );
}
