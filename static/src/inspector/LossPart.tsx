/** The loss: its formula, how it changes with what the network says, and what it is now. */
import type { JSX } from "preact";
import { catalogue } from "../state/run";
import type { Frame } from "../wire/frame";
import type { Graph } from "../wire/messages";
import { t } from "../words/words";
import { Live } from "./Live";
import { Notation } from "./Notation";
import { lossNode } from "./place";
import { Row } from "./Row";
import { useReached } from "./useReached";

export function LossPart({ built, shown }: { built: Graph; shown: Frame }): JSX.Element {
  const loss = built.nodes[lossNode(built)]?.kind ?? "";
  const lossKnown = useReached("loss", lossNode(built));
  return (
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
  );
}
