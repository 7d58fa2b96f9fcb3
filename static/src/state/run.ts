/** The run behind the page: what the service built, the step it shows, and the ways to ask for another. */
import { batch, effect, signal } from "@preact/signals";
import { Connection, type Answer } from "../wire/connection";
import type { Frame, Responses } from "../wire/frame";
import type { Catalogue, Experiment, Graph, Predictions, Problems, Proved, RateEdit } from "../wire/messages";
import { experiment, problems } from "./experiment";
import { History, history, recorded } from "./history";
import { look, selection } from "./selection";

export const catalogue = signal<Catalogue | null>(null);
export const graph = signal<Graph | null>(null);
export const frame = signal<Frame | null>(null);
export const responses = signal<Responses | null>(null);
export const predictions = signal<Predictions | null>(null);
export const proof = signal<Proved | null>(null);
export const edits = signal<readonly RateEdit[]>([]);
/** What is wrong that is not in the experiment: a lost message, a fault of ours. */
export const trouble = signal<Problems | null>(null);

let connection: Connection | null = null;
let generation = 0;
let opened: Experiment | null = null;
let lastStep = 1;
/** A graph whose first frame is still on its way: both are shown together, never one without the other. */
let built: Graph | null = null;

/** Connect, and open whatever experiment is chosen, now and after every reconnection. */
export function start(base: string): void {
  const url = new URL("ws", base);
  url.protocol = url.protocol.replace("http", "ws");
  connection = new Connection(url.href, hear, () => void reopen());
  effect(() => {
    if (experiment.value && experiment.value !== opened) void open(experiment.value);
  });
  effect(() => {
    const wanted = look.value;
    if (graph.peek() && frame.peek()) void connection?.ask({ kind: "look", generation, look: wanted });
  });
}

/** Requests under way. */
export function outstanding(): number {
  return connection?.outstanding ?? 0;
}

/** Start an experiment from its first step. */
async function open(next: Experiment): Promise<void> {
  opened = next;
  edits.value = [];
  lastStep = 1;
  await send(next, 1);
}

/** The same experiment at the same step, on a connection that knows nothing of it. */
async function reopen(): Promise<void> {
  if (opened) await send(opened, lastStep);
}

/** Open at a moment: an experiment, the edits made to it, a step. */
export async function openAt(next: Experiment, made: readonly RateEdit[], step: number): Promise<void> {
  opened = next;
  edits.value = made;
  lastStep = step;
  experiment.value = next;
  await send(next, step);
}

async function send(next: Experiment, step: number): Promise<void> {
  generation += 1;
  const made = [...edits.peek()];
  await connection?.ask({ kind: "open", generation, experiment: next, edits: made, step, look: look.peek() });
}

export async function advance(steps: number): Promise<Answer | null> {
  return (await connection?.ask({ kind: "advance", generation, steps })) ?? null;
}

export async function seek(step: number): Promise<Answer | null> {
  return (await connection?.ask({ kind: "seek", generation, step: Math.max(1, Math.round(step)) })) ?? null;
}

export async function askResponses(): Promise<void> {
  const features = graph.peek()?.data.features ?? 99;
  if (features <= 2) await connection?.ask({ kind: "respond", generation });
}

export async function askPredictions(): Promise<void> {
  if (graph.peek()?.data.classes) await connection?.ask({ kind: "predict", generation });
}

export async function prove(parameter: string, index: number[]): Promise<void> {
  await connection?.ask({ kind: "prove", generation, parameter, index });
}

/** Change the learning rate from the next step on, without starting again. */
export async function editRate(value: number): Promise<void> {
  const step = frame.peek()?.step ?? 0;
  const edit: RateEdit = { kind: "learning_rate", step, value };
  edits.value = [...edits.value, edit];
  history.peek()?.forgetAfter(step);
  await connection?.ask({ kind: "edit", generation, edit });
}

/** Take an experiment as the running one without opening it again (its change has been made by an edit). */
export function adopt(next: Experiment): void {
  opened = next;
}

function hear(answer: Answer, of: number): void {
  if (of !== generation) return; // an answer about an experiment that has been replaced
  batch(() => {
    if (answer.kind === "graph") built = answer;
    else if (answer.kind === "frame") hearFrame(answer.frame);
    else if (answer.kind === "responses") responses.value = answer.responses;
    else if (answer.kind === "predictions") predictions.value = answer;
    else if (answer.kind === "proved") proof.value = answer;
    else hearProblems(answer);
  });
}

function hearGraph(next: Graph): void {
  problems.value = [];
  trouble.value = null;
  if (graph.peek()?.generation === next.generation) {
    graph.value = next; // only the layout changed
    return;
  }
  const before = graph.peek();
  const same = before && JSON.stringify(before.nodes) === JSON.stringify(next.nodes);
  if (!same) selection.value = null;
  graph.value = next;
  history.value = new History(next);
  responses.value = null;
  predictions.value = null;
  proof.value = null;
}

function hearFrame(next: Frame): void {
  if (built) hearGraph(built);
  built = null;
  frame.value = next;
  lastStep = next.step;
  history.peek()?.add(next);
  recorded.value += 1;
}

function hearProblems(found: Problems): void {
  if (found.reason === "experiment") problems.value = found.problems;
  else if (found.reason !== "stale") trouble.value = found;
}
