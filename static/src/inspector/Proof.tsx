/**
 * The proof of one gradient: nudge the parameter, measure the loss, divide; beside it what backpropagation
 * said.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { exact, format } from "../numbers";
import { Icon } from "../paint/icons";
import { frame, proof, prove } from "../state/run";
import type { Proved } from "../wire/messages";
import { t } from "../words/words";
import { Row } from "./Row";
import { about, known, long, trainedOff, verdict } from "./verdict";

export function Proof({
  parameter,
  index,
  symbol,
}: {
  parameter: string;
  index: number[];
  symbol: string;
}): JSX.Element {
  const asked = useSignal(false);
  const found = about(proof.value, parameter, index) ? proof.value : null;
  const step = frame.value?.step ?? 0;
  const ask = async (): Promise<void> => {
    asked.value = true;
    await prove(parameter, index);
    asked.value = false;
  };
  return (
    <div
      role="group"
      class="inspector-part inspector-proof"
      aria-label={t("inspector.proof")}
      aria-busy={asked.value}
    >
      <div class="inspector-line">
        <h3 data-testid="inspector-verdict">{found ? <Outcome found={found} /> : t("inspector.proof")}</h3>
        <button
          type="button"
          class="button outlined inspector-prove"
          disabled={asked.value}
          onClick={() => void ask()}
        >
          {t(found ? "inspector.prove.again" : "inspector.prove")}
        </button>
      </div>
      {found ? <Figures found={found} symbol={symbol} /> : <p class="note">{t("inspector.proof.how")}</p>}
      {found && found.step !== step && (
        <p class="note inspector-stale">{t("inspector.proof.stale", { step: found.step, now: step })}</p>
      )}
    </div>
  );
}

function Outcome({ found }: { found: Proved }): JSX.Element {
  const proved = verdict(found) === "proved";
  return (
    <span class={proved ? "inspector-outcome" : "inspector-outcome alarm"}>
      <Icon name={proved ? "check" : "warn"} size={14} />
      {t(proved ? "inspector.proof.proved" : "inspector.proof.open")}
    </span>
  );
}

function Figures({ found, symbol }: { found: Proved; symbol: string }): JSX.Element {
  const outcome = verdict(found);
  const nudge = String(found.nudge);
  const off = trainedOff(found);
  return (
    <>
      <dl class="inspector-figures" data-testid="inspector-proof">
        <Row name={t("inspector.proof.up", { symbol, nudge })}>{long(found.loss_up)}</Row>
        <Row name={t("inspector.proof.down", { symbol, nudge })}>{long(found.loss_down)}</Row>
        <Row name={t("inspector.proof.slope")}>{long(found.slope)}</Row>
        <Row name={t("inspector.proof.backprop")}>{long(found.backprop)}</Row>
        <Row name={t("inspector.proof.difference")}>{format(known(found.difference))}</Row>
        <Row name={t("inspector.proof.trained")}>
          <span data-testid="inspector-trained" data-exact={exact(known(found.trained))}>
            {long(found.trained)}
          </span>
        </Row>
      </dl>
      {outcome !== "proved" && <p class="note">{t(`inspector.proof.${outcome}`)}</p>}
      {off !== null && <p class="note alarm">{t("inspector.trained.off", { factor: format(off) })}</p>}
    </>
  );
}
