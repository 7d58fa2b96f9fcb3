import type { JSX } from "preact";

import { Icon } from "../paint/icons";
import { change, experiment, problems, problemsAt } from "../state/experiment";
import { catalogue } from "../state/run";
import type { Fault } from "../wire/messages";
import { t } from "../words/words";
import { mendOf, type Mend } from "./mend";
import { nameOf } from "../words/names";
import { sentence } from "../words/sentence";

/** Parts of an experiment that show their problems themselves. */
const PLACES = ["data", "network", "loss", "optimizer", "batch", "seeds", "dtype"];

/** The problems of one place; `deep` takes those inside it along, for a place that is folded. */
export function Problems({ at, deep = false }: { at: string; deep?: boolean }): JSX.Element | null {
  const found = problemsAt(at).filter((problem) => deep || problem.where === at);
  return found.length > 0 ? <>{found.map(line)}</> : null;
}

/** The problems that stand at no line of the builder, so that none goes unsaid. */
export function OtherProblems(): JSX.Element | null {
  const found = problems.value.filter(({ where }) => !PLACES.includes(where.split(".")[0] ?? ""));
  return found.length > 0 ? <>{found.map(line)}</> : null;
}

export function AllProblems(): JSX.Element {
  return <>{problems.value.map(line)}</>;
}

/** A sentence with the mark that says something is wrong, and a button if one press can mend it. */
export function Problem({
  words,
  mend,
  id,
}: {
  words: string;
  mend?: Mend | null;
  id?: string;
}): JSX.Element {
  return (
    <div class="builder-problem" id={id} role="alert">
      <Icon name="warn" size={14} />
      <span>{words}</span>
      {mend && (
        <button type="button" class="button outlined" onClick={() => change(mend.next)}>
          {mendWords(mend)}
        </button>
      )}
    </div>
  );
}

function line(problem: Fault): JSX.Element {
  const [current, known] = [experiment.value, catalogue.value];
  const mend = current && known ? mendOf(problem, current, known) : null;
  return <Problem key={problem.where + problem.code} words={sentence(problem)} mend={mend} />;
}

function mendWords({ words }: Mend): string {
  return words.key === "builder.mend.count"
    ? t(words.key, { count: words.count })
    : t(words.key, { loss: nameOf("loss", words.loss) });
}
