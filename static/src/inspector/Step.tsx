/**
 * Nothing selected: what the whole step does, the loss going in and the rule by which the optimizer moves
 * weights.
 */
import type { JSX } from "preact";
import { experiment } from "../state/experiment";
import type { Frame } from "../wire/frame";
import type { Graph } from "../wire/messages";
import { t } from "../words/words";
import { Example } from "./Example";
import { Head } from "./Head";
import { Live } from "./Live";
import { LossPart } from "./LossPart";
import { Notation } from "./Notation";
import { Row } from "./Row";

export function Step({ built, shown }: { built: Graph; shown: Frame }): JSX.Element {
  const optimizer = experiment.value?.optimizer.kind ?? "";
  return (
    <>
      <Head
        title={t("inspector.step")}
        name={String(shown.step)}
        place={t("inspector.step.place", { epoch: shown.epoch })}
      />
      <p class="inspector-part inspector-hint">{t("inspector.hint")}</p>
      <Example />
      <LossPart built={built} shown={shown} />
      <div role="group" class="inspector-part" aria-label={t("inspector.optimizer")}>
        <h3>
          {t("inspector.optimizer")} <span class="inspector-kind">{optimizer}</span>
        </h3>
        <Notation kind={optimizer} />
        <dl>
          <Row name={t("inspector.rate")}>
            <Live id="rate" value={shown.learningRate} />
          </Row>
        </dl>
      </div>
    </>
  );
}
