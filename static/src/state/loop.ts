/** The one loop: once a screen frame, move the clock, ask for what is due, and let every canvas draw. */
import { effect, untracked } from "@preact/signals";
import { history, type History } from "./history";
import { destination, stopTravelling } from "./journey";
import { breaksAt, dial, followed, live, playing, position, speed, SPEEDS, type Speed } from "./moment";
import { advance, frame, graph, lookAgain, outstanding, seek } from "./run";
import { due, moved, press, REST } from "./clock";

/** Live training asks for at most this many frames ahead: a slow line slows itself and nothing queues. */
const AHEAD = 2;
/** Milliseconds without a screen frame, after which the machine may have slept. */
const AWAY = 10_000;

let piled = 0;
let resting = 0;
let last = 0;
const painters = new Set<() => void>();

/** Have a function called once each screen frame; answers how to stop that. */
export function eachFrame(paint: () => void): () => void {
  painters.add(paint);
  return () => void painters.delete(paint);
}

export function startLoop(): void {
  let story: History | null = null; // a line that was down and came back goes on with the same one
  effect(() => {
    if (story && history.value !== story) position.value = 0;
    story = history.value;
  });
  effect(() => {
    const shown = frame.value;
    if (shown?.broken?.step === shown?.step) untracked(haltLive);
  });
  requestAnimationFrame(tick);
}

function tick(now: number): void {
  if (now - last > AWAY) lookAgain();
  const passed = Math.min(100, now - last); // a page that was hidden does not jump
  last = now;
  if (playing.peek()) play(passed, SPEEDS[speed.peek()] as Speed);
  for (const paint of painters) paint();
  requestAnimationFrame(tick);
}

function play(passed: number, now: Speed): void {
  const built = graph.peek();
  const shown = frame.peek();
  if (!built || !shown || destination.peek() !== null) return;
  const count = built.visits.length;
  if (!followed(now)) {
    position.value = count;
    piled += (now.steps * passed) / 1000;
    if (outstanding() >= AHEAD) return;
    const { steps, rest } = due(piled);
    piled = rest;
    if (steps > 0) void advance(steps);
    return;
  }
  const before = position.peek();
  const motion = now.motion || 1;
  position.value = now.motion ? moved(built, before, passed, now.motion) : Math.min(count, before + (passed / 1000) * now.steps * count);
  const breaks = breaksAt(built, shown);
  if (before < breaks && position.peek() >= breaks) {
    position.value = breaks;
    playing.value = false; // shown, not run over
    return;
  }
  if (position.peek() < count) return;
  resting += passed * motion;
  if (resting < REST && now.motion) return;
  if (outstanding() === 0) void next(0);
}

/** Training too fast to follow stops at the step in which a number broke, and what was asked for ahead is taken back. */
function haltLive(): void {
  if (!live()) return;
  playing.value = false;
  if (outstanding() > 0) void goTo(frame.peek()?.step ?? 1);
}

async function next(at: number): Promise<void> {
  resting = 0;
  const answer = await advance(1);
  if (answer?.kind === "frame") position.value = at;
}

export function toggle(): void {
  piled = 0;
  playing.value = !playing.value;
}

let pressed: Promise<void> = Promise.resolve();

/** Presses wait for each other, and none is dropped; but a long way that is under way ends where it has come to. */
function afterOthers(press: () => Promise<void>): Promise<void> {
  if (destination.peek() !== null) stopTravelling();
  pressed = pressed.then(press);
  return pressed;
}

/** One press of the step buttons: by as much as the dial says. */
export function stepBy(direction: 1 | -1): Promise<void> {
  playing.value = false;
  return afterOthers(() => stepOnce(direction));
}

async function stepOnce(direction: 1 | -1): Promise<void> {
  const built = graph.peek();
  const shown = frame.peek();
  if (!built || !shown) return;
  const { position: at, step } = press(built, position.peek(), dial.peek(), direction, shown.step);
  if (step === 1) await next(at);
  else if (step !== 0) await goTo(shown.step + step, at);
  else position.value = at;
  const broke = frame.peek()?.broken?.step ?? 0;
  if (step > 1 && broke > shown.step && broke < shown.step + step) await goTo(broke); // not run over
}

/** Go to a step; the place within it is the end unless another is named. */
export async function goTo(step: number, at?: number): Promise<void> {
  const to = Math.max(1, Math.round(step));
  const answer = await seek(to);
  if (answer?.kind === "frame" && answer.frame.step === to) position.value = at ?? graph.peek()?.visits.length ?? 0;
}

export function restart(): Promise<void> {
  return afterOthers(() => goTo(1, 0));
}

let wanted: number | null = null;
let seeking = false;

/** Follow a hand that drags: of the places it passes while one is being fetched, only the newest is fetched next. */
export async function scrub(step: number): Promise<void> {
  playing.value = false;
  wanted = step;
  if (destination.peek() !== null) stopTravelling();
  if (seeking) return;
  seeking = true;
  while (wanted !== null) {
    const to: number = wanted;
    wanted = null;
    await goTo(to);
  }
  seeking = false;
}
