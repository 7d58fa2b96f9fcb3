/** The loss selected: the one number of the batch from which all gradients come. */
import type { JSX } from "preact";
import type { Frame } from "../wire/frame";
import type { Graph } from "../wire/messages";
import { t } from "../words/words";
import { Example } from "./Example";
import { Head } from "./Head";
import { LossPart } from "./LossPart";
import { batchSize, lossNode } from "./place";

export function Loss({ built, shown }: { built: Graph; shown: Frame }): JSX.Element {
  const place = t("inspector.loss.place", { batch: batchSize(shown) });
  return (
    <>
      <Head title={t("inspector.loss")} name={built.nodes[lossNode(built)]?.kind ?? ""} place={place} />
      <Example />
      <LossPart built={built} shown={shown} />
    </>
  );
}
