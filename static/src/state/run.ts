/** The run behind the page: what the service built, the step it shows, and the ways to ask for another. */
import { batch, effect, signal } from "@preact/signals";
import { Connection, connected, type Answer, type Ask } from "../wire/connection";
import type { Frame, Responses } from "../wire/frame";
import { Lines } from "../wire/lines";
import type { Catalogue, DataFacts, Experiment, Fault, Graph, Predictions, Problems, Proved, Sampled, Statistics } from "../wire/messages";
import { experiment, problems } from "./experiment";
import { History, history, recorded } from "./history";
import { goalNow, travel } from "./journey";
import { isSpread } from "./flow";
import { look, selection, shows } from "./selection";

/** A change made to a run at a step. */
export type Edit = Graph["edits"][number];

export const catalogue = signal<Catalogue | null>(null);
export const graph = signal<Graph | null>(null);
export const frame = signal<Frame | null>(null);
export const responses = signal<Responses | null>(null);
export const predictions = signal<Predictions | null>(null);
export const proof = signal<Proved | null>(null);
export const statistics = signal<Statistics | null>(null);
export const samples = signal<Sampled | null>(null);
/** Why this run has no gradients of one example alone, once the service has said so. */
export const unsampled = signal<Fault | null>(null);
export const edits = signal<readonly Edit[]>([]);
/** What is wrong that is not in the experiment: a lost message, a fault of ours. */
export const trouble = signal<Problems | null>(null);

let connection: Connection | null = null;
/** The generation that runs, and the newest one asked for: a refused experiment leaves the running one as it is. */
let generation = 0;
let asked = 0;
/** The experiment that runs, as it was opened: with the edits it says everything. */
let base: Experiment | null = null;
/** The document on the page that stands for what was asked for; the same but for what edits have changed. */
let opened: Experiment | null = null;
/** What was asked for while the line was down. */
let unanswered: Experiment | null = null;
/** The run that was shown is on its way to where it stood, on a line that knew nothing of it. */
let returning: Promise<unknown> | null = null;
/** The request whose frame is shown: answers that come in another order do not take the page back. */
let newest = 0;
/** A graph whose first frame is still on its way: both are shown together, never one without the other. */
let built: Graph | null = null;

/** Connect, and open whatever experiment is chosen, now and after every reconnection; done when the line is up. */
export function start(address: string): Promise<void> {
  const lines = new Lines(address);
  connection = new Connection(() => lines.open(), hear, reopen);
  effect(() => {
    if (experiment.value && experiment.value !== opened) void open(experiment.value);
  });
  effect(() => {
    const wanted = look.value;
    if (frame.peek()) void connection?.ask({ kind: "look", generation, look: wanted });
  });
  return new Promise((resolve) =>
    effect(() => {
      if (connected.value) resolve();
    }),
  );
}

/** Has an experiment been asked for that does not run yet? */
export function opening(): boolean {
  return asked !== generation;
}

/** Requests under way; without a line there is no end of them. */
export function outstanding(): number {
  return connected.peek() ? (connection?.outstanding ?? 0) : Infinity;
}

/** The moment shown, as far as the run goes: what was opened, the edits since, the step. */
export function runNow(): { experiment: Experiment; edits: Edit[]; step: number } | null {
  return base && frame.value ? { experiment: base, edits: [...edits.value], step: frame.value.step } : null;
}

async function open(next: Experiment): Promise<void> {
  opened = next;
  const answer = await send(next, [], 1);
  unanswered = answer ? null : next;
}

/**
 * The same experiment at the same step, on a connection that knows nothing of it; then what was asked for meanwhile,
 * at once: so the page does not take the first over again, and what is chosen from here on comes after both.
 */
function reopen(): void {
  if (base) {
    const back = send(base, edits.peek(), goalNow() ?? frame.peek()?.step ?? 1).then(() => {
      if (returning === back) returning = null;
    });
    returning = back;
  }
  if (unanswered) void open(unanswered);
}

/** Does something once the run that was shown stands on the line again: at once, unless that is new. */
export function whenBack(then: () => void): void {
  if (returning) void returning.then(then);
  else then();
}

/** Milliseconds in which a question that costs nothing is answered. */
const SOON = 5000;

/**
 * Someone is back after a while, in which the machine may have slept and the line gone without a word: a question that
 * costs nothing tells, before something is asked that matters.
 */
export function lookAgain(): void {
  if (frame.peek() && outstanding() === 0) void connection?.ask({ kind: "look", generation, look: look.peek() }, SOON);
}

/** Open at a moment; answers, there, whether the service could. The page takes the experiment over when it runs. */
export async function openAt(next: Experiment, made: readonly Edit[], step: number): Promise<boolean> {
  const answer = await send(next, made, step);
  return answer?.kind === "frame";
}

/** Opens as near to the step as one request comes, and goes the rest of the way. */
async function send(next: Experiment, made: readonly Edit[], step: number): Promise<Answer | null> {
  asked += 1;
  const request: Ask = { kind: "open", generation: asked, experiment: next, edits: [...made], step, look: look.peek() };
  return travel(step, async () => (await connection?.ask(request)) ?? null, () => part(step));
}

/**
 * Do so many steps of the run that is shown. What the line took with it is asked again once the run is open as it was:
 * what was not answered is not done, so nothing is done twice, and no step that somebody asked for is lost.
 */
export async function advance(steps: number): Promise<Answer | null> {
  const story = history.peek();
  for (;;) {
    if (returning) await returning; // or it would be asked of what is not open yet, and be lost
    if (history.peek() !== story) return null; // another experiment has been chosen meanwhile
    const answer = await connection?.ask({ kind: "advance", generation, steps });
    if (answer || !connection) return answer ?? null;
    await opensAgain();
  }
}

/** Done when the line is up and what is shown runs there. */
function opensAgain(): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (!connected.value || !frame.value || opening()) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

/** Go to a step, however far. It has been reached if the answer stands there; if not, something else came between. */
export function seek(step: number): Promise<Answer | null> {
  return travel(step, () => part(step));
}

/** As far towards a step as one request goes; what was asked while the run was being opened again is asked once more. */
async function part(step: number): Promise<Answer | null> {
  const [story, of] = [history.peek(), generation];
  const answer = (await connection?.ask({ kind: "seek", generation: of, step })) ?? null;
  const renewed = answer?.kind === "problems" && answer.reason === "stale" && of !== generation && history.peek() === story;
  return renewed ? part(step) : answer;
}

/** Can inputs be drawn on a line or a plane? */
export function drawable({ shape, features }: DataFacts): boolean {
  return shape.length === 1 && features <= 2;
}

export async function askResponses(): Promise<void> {
  const data = graph.peek()?.data;
  if (data && drawable(data)) await connection?.ask({ kind: "respond", generation });
}

export async function askPredictions(): Promise<void> {
  if (graph.peek()?.data.classes) await connection?.ask({ kind: "predict", generation });
}

export async function askStatistics(): Promise<void> {
  await connection?.ask({ kind: "summarize", generation });
}

export async function askSamples(parameter: string, index: number[]): Promise<void> {
  await connection?.ask({ kind: "sample", generation, parameter, index });
}

export async function prove(parameter: string, index: number[]): Promise<void> {
  await connection?.ask({ kind: "prove", generation, parameter, index });
}

/** Change the learning rate from the next step on, without starting again. */
export async function editRate(value: number): Promise<void> {
  const step = frame.peek()?.step ?? 0;
  const edit: Edit = { kind: "learning_rate", step, value };
  edits.value = [...edits.value.filter((made) => made.step < step || othersAt(made, step)), edit];
  await connection?.ask({ kind: "edit", generation, edit });
  history.peek()?.forgetAfter(step); // only now: frames asked for before the edit came first, and are another story
  recorded.value += 1;
}

/** Edits of other things at the same step stay. */
function othersAt(made: Edit, step: number): boolean {
  return made.step === step && made.kind !== "learning_rate";
}

/** Take a document as standing for the running experiment: its change has been made by an edit. */
export function adopt(next: Experiment): void {
  opened = next;
}

function hear(answer: Answer, of: number): void {
  if (of < generation) return; // about an experiment that has been replaced
  batch(() => {
    if (answer.kind === "graph") built = answer;
    else if (answer.kind === "frame") hearFrame(answer.frame);
    else if (answer.kind === "responses") responses.value = answer.responses;
    else if (answer.kind === "predictions") predictions.value = answer;
    else if (answer.kind === "proved") proof.value = answer;
    else if (answer.kind === "statistics") statistics.value = answer;
    else if (answer.kind === "sampled") samples.value = answer;
    else if (answer.kind === "problems") hearProblems(answer);
  });
}

function hearFrame(next: Frame): void {
  if (built) hearGraph(built);
  built = null;
  if (next.header.id >= newest) frame.value = next;
  newest = Math.max(newest, next.header.id);
  history.peek()?.add(next);
  recorded.value += 1;
}

function hearGraph(next: Graph): void {
  problems.value = [];
  trouble.value = null;
  const before = graph.peek();
  graph.value = next;
  if (before?.generation === next.generation) return; // only the layout changed
  const again = JSON.stringify([base, edits.peek()]) === JSON.stringify([next.experiment, next.edits]);
  generation = next.generation;
  base = next.experiment;
  edits.value = next.edits;
  if (next.generation === asked) takeOver(next); // else the page has gone on to another
  if (again) return; // a line that was down: same moment, same numbers
  if (JSON.stringify(before?.nodes) !== JSON.stringify(next.nodes)) selection.value = null;
  if (next.nodes.some((node, i) => node.group === "dense" && isSpread(next, i))) shows.value = "batch";
  history.value = new History(next);
  responses.value = null;
  predictions.value = null;
  proof.value = null;
  statistics.value = null;
  samples.value = null;
  unsampled.value = null;
}

/** The page shows what runs: every field filled in, and the rate that the edits have led to. */
function takeOver(next: Graph): void {
  const rate = next.edits.findLast((made) => made.kind === "learning_rate")?.value;
  const { optimizer } = next.experiment;
  const shown = rate === undefined ? next.experiment : { ...next.experiment, optimizer: { ...optimizer, lr: rate } };
  opened = shown;
  experiment.value = shown;
}

/** What is not wrong but not to be had: it is said where it would stand. */
const UNSAMPLED: readonly string[] = ["mixed_examples", "too_many_samples"];

function hearProblems(found: Problems): void {
  const unsaid = found.problems.find(({ code }) => UNSAMPLED.includes(code));
  if (unsaid) unsampled.value = unsaid;
  else if (found.reason === "experiment" && found.generation === asked) problems.value = found.problems;
  else if (found.reason === "message" || found.reason === "fault") trouble.value = found;
}
