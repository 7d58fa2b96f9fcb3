/**
 * Nothing selected: what the whole step does, the loss going in and the rule by which the optimizer moves
 * weights.
 */
import type { JSX } from "preact";
import { experiment } from "../state/experiment";
import { catalogue } from "../state/run";
import type { Frame } from "../wire/frame";
import type { Graph } from "../wire/messages";
import { t } from "../words/words";
import { Example } from "./Example";
import { Head } from "./Head";
import { Live } from "./Live";
import { Notation } from "./Notation";
import { lossNode } from "./place";
import { Row } from "./Row";
import { useReached } from "./useReached";

export function Step({ built, shown }: { built: Graph; shown: Frame }): JSX.Element {
  const loss = built.nodes[lossNode(built)]?.kind ?? "";
  const optimizer = experiment.value?.optimizer.kind ?? "";
  const lossKnown = useReached("loss", lossNode(built));
  return (
    <>
      <Head
        title={t("inspector.step")}
        name={String(shown.step)}
        place={t("inspector.step.place", { epoch: shown.epoch })}
      />
      <p class="inspector-part inspector-hint">{t("inspector.hint")}</p>
      <Example />
      <div role="group" class="inspector-part" aria-label={t("inspector.loss")}>
        <h3>
          {t("inspector.loss")} <span class="inspector-kind">{loss}</span>
        </h3>
        <Notation kind={loss} />
        {Object.keys(catalogue.value?.notation[loss]?.gradients ?? {}).map((by) => (
          <Notation key={by} kind={loss} by={by} />
        ))}
        <dl>
          <Row name={t("inspector.loss.batch")}>
            <Live id="loss" value={shown.loss} known={lossKnown} />
          </Row>
          <Row name={t("inspector.loss.test")}>
            <Live id="test-loss" value={shown.testLoss} />
          </Row>
          {built.data.classes !== null && (
            <Row name={t("inspector.accuracy")}>
              <Live id="accuracy" value={shown.accuracy} />
            </Row>
          )}
        </dl>
      </div>
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
