/** The formula of a weight's gradient: as symbols, with the forward pass filled in, or all in numbers. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { format } from "../../numbers";
import { shows } from "../../state/selection";
import type { Frame } from "../../wire/frame";
import { t } from "../../words/words";
import { Live, tone } from "../Live";
import { batchSize } from "../place";
import { Symbols } from "../Symbols";
import { shares } from "./shares";
import type { WeightFacts } from "./weight";

const FORMS = ["symbols", "half", "numbers"] as const;
const form = signal<(typeof FORMS)[number]>("numbers");

export interface Reach {
  kept: boolean;
  delta: boolean;
  gradient: boolean;
}

interface Props {
  shown: Frame;
  facts: WeightFacts;
  reach: Reach;
}

export function Factors(props: Props): JSX.Element {
  const batch = shows.value === "batch";
  return (
    <div role="group" class="inspector-part" aria-label={t("inspector.formula")}>
      <div class="inspector-line">
        <h3 class="inspector-plain">{t(batch ? "inspector.formula.batch" : "inspector.formula.example")}</h3>
        <div class="segments" role="group" aria-label={t("inspector.form")}>
          {FORMS.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={form.value === each}
              onClick={() => (form.value = each)}
            >
              {t(`inspector.form.${each}`)}
            </button>
          ))}
        </div>
      </div>
      {batch ? <Sum {...props} /> : <Share {...props} />}
    </div>
  );
}

/** ∂Lₙ/∂w = δₙ · aₙ: what this one example adds. */
function Share({ facts, reach }: Props): JSX.Element {
  const { delta, kept, share } = facts;
  const chosen = form.value;
  const numbers = chosen === "numbers";
  const words = reach.gradient
    ? t("inspector.says.share.numbers", { delta: format(delta), kept: format(kept), share: format(share) })
    : t("inspector.says.share");
  return (
    <div class="inspector-formula">
      <p class="visually-hidden">{words}</p>
      {chosen !== "half" && (
        <div class="inspector-symbols" aria-hidden="true">
          <Symbols of="∂L_n/∂w" />
          <i>=</i>
          <Symbols of="δ_n" />
          <i>·</i>
          <Symbols of="a_n" />
        </div>
      )}
      {chosen !== "symbols" && (
        <div class="inspector-values">
          {numbers ? <Live id="share" value={share} known={reach.gradient} hued /> : <Symbols of="∂L_n/∂w" />}
          <i>=</i>
          {numbers ? <Live id="delta" value={delta} known={reach.delta} hued /> : <Symbols of="δ_n" />}
          <i>×</i>
          <Live id="kept" value={kept} known={reach.kept} hued />
        </div>
      )}
      <div class="inspector-notes note">
        <span>{t("inspector.share")}</span>
        <i />
        <span>{t("inspector.delta")}</span>
        <i />
        <span>{t("inspector.kept")}</span>
      </div>
    </div>
  );
}

/** ∂L/∂w = Σₙ δₙ · aₙ: what the weight is moved by. */
function Sum({ shown, facts, reach }: Props): JSX.Element {
  const batch = batchSize(shown);
  const all = shares(shown, facts);
  const [first, last] = [all?.[0]?.value, all?.at(-1)?.value];
  return (
    <div class="inspector-formula inspector-sum">
      <p class="visually-hidden">{t("inspector.says.sum", { batch })}</p>
      {form.value !== "half" && (
        <p class="inspector-symbols">
          <Symbols of="∂L/∂w = Σ_n δ_n · a_n" />
        </p>
      )}
      {form.value === "half" && (
        <p class="inspector-symbols inspector-half">
          <Symbols of={`∂L/∂w = δ_1 · a_1 + … + δ_${batch} · a_${batch}`} />
        </p>
      )}
      {form.value === "numbers" && (
        <p class="inspector-values">
          <Live id="sum" value={facts.gradient} known={reach.gradient} hued />
          {reach.gradient && first !== undefined && last !== undefined && (
            <>
              <i>=</i>
              <span class={tone(first)}>{format(first)}</span>
              <i>+ … {last < 0 ? "−" : "+"}</i>
              <span class={tone(last)}>{format(Math.abs(last))}</span>
            </>
          )}
        </p>
      )}
      <p class="note">{t("inspector.sum", { batch })}</p>
    </div>
  );
}
