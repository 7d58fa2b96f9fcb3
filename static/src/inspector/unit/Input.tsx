/** An input: what this example holds there. No error is kept for it, since nothing before it could learn. */
import type { JSX } from "preact";
import type { Frame } from "../../wire/frame";
import type { Graph } from "../../wire/messages";
import { t } from "../../words/words";
import { Example } from "../Example";
import { Head } from "../Head";
import { Live } from "../Live";
import { Row } from "../Row";
import { Response } from "./Response";

export function Input({ built, shown, row }: { built: Graph; shown: Frame; row: number }): JSX.Element {
  return (
    <>
      <Head
        title={t("inspector.input")}
        name={built.data.feature_names[row] ?? String(row + 1)}
        place={t("inspector.input.place", { row: row + 1, inputs: built.data.features })}
      />
      <Example />
      <div role="group" class="inspector-part" aria-label={t("inspector.forward")}>
        <dl>
          <Row name={t("inspector.input.value")}>
            <Live id="value" value={shown.section("input")[row] ?? NaN} hued />
          </Row>
        </dl>
        <p class="note">{t("inspector.input.note")}</p>
      </div>
      <Response built={built} node={-1} row={row} />
    </>
  );
}
