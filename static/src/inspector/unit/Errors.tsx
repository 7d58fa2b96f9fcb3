/** The error at a unit: what arrives from behind times the slope at z is what it hands on to its weights. */
import type { JSX } from "preact";
import { t } from "../../words/words";
import { Live } from "../Live";
import { Notation } from "../Notation";
import { Symbols } from "../Symbols";
import type { UnitFacts } from "./unit";

interface Props {
  facts: UnitFacts;
  /** Kind of the activation; null without one. */
  kind: string | null;
  /** In words, where ∂L/∂a comes from. */
  from: string;
  deltaKnown: boolean;
  upstreamKnown: boolean;
}

export function Errors({ facts, kind, from, deltaKnown, upstreamKnown }: Props): JSX.Element {
  return (
    <div role="group" class="inspector-part" aria-label={t("inspector.error")}>
      <h3>{t("inspector.error")}</h3>
      <p class="note">{kind ? t("inspector.error.how") : t("inspector.error.straight")}</p>
      <div class="inspector-boxes">
        <Box symbol="δ = ∂L/∂z" note={kind ? t("inspector.error.delta") : from} chosen>
          <Live id="delta" value={facts.delta} known={deltaKnown} hued />
        </Box>
        {kind && (
          <>
            <i>=</i>
            <Box symbol="f′(z)" note={t("inspector.error.slope", { kind })}>
              <Live id="slope" value={facts.slope} known={deltaKnown} hued />
            </Box>
            <i>×</i>
            <Box symbol="∂L/∂a" note={from}>
              <Live id="upstream" value={facts.upstream} known={upstreamKnown} hued />
            </Box>
          </>
        )}
      </div>
      {kind && <Notation kind={kind} by="z" />}
    </div>
  );
}

function Box({
  symbol,
  note,
  chosen = false,
  children,
}: {
  symbol: string;
  note: string;
  chosen?: boolean;
  children: JSX.Element;
}): JSX.Element {
  return (
    <div class={chosen ? "inspector-box chosen" : "inspector-box"}>
      <Symbols of={symbol} />
      {children}
      <span class="note">{note}</span>
    </div>
  );
}
