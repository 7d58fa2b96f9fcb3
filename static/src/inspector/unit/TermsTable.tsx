/** The terms a unit adds up: what was kept, its weight, and the product, down to z. */
import type { JSX } from "preact";
import type { Graph } from "../../wire/messages";
import { t } from "../../words/words";
import { Cell } from "../Live";
import { Symbols } from "../Symbols";
import { size, TermBar } from "./TermBar";
import type { Term, UnitFacts } from "./unit";

export function TermsTable({
  built,
  facts,
  zKnown,
}: {
  built: Graph;
  facts: UnitFacts;
  zKnown: boolean;
}): JSX.Element {
  const { terms, sums, bias, column } = facts;
  if (!terms) return <p class="inspector-part note">{t(sums ? "inspector.absent" : "inspector.terms.none")}</p>;
  const most = Math.max(...terms.shown.map((term) => size(term.product)), size(bias?.before ?? 0)) || 1;
  const cut = terms.total > terms.shown.length;
  return (
    <div role="group" class="inspector-part" aria-label={t("inspector.terms")}>
      <table class="inspector-terms">
        <caption>
          {t("inspector.terms")}
          {cut && (
            <span class="note">
              {" "}
              {t("inspector.terms.cut", { shown: terms.shown.length, total: terms.total })}
            </span>
          )}
        </caption>
        <thead>
          <tr>
            <th scope="col">{column.index === 1 ? t("inspector.terms.input") : t("inspector.terms.unit")}</th>
            <th scope="col">{t("inspector.terms.kept")}</th>
            <th scope="col">{t("inspector.terms.weight")}</th>
            <th scope="col">
              <Symbols of="w · a" />
              <span class="visually-hidden">{t("inspector.terms.product")}</span>
            </th>
            <td />
          </tr>
        </thead>
        <tbody>
          {terms.shown.map((term) => (
            <TermRow
              key={term.column}
              term={term}
              name={nameOf(built, column.index, term.column)}
              most={most}
              known={zKnown}
            />
          ))}
          {cut && (
            <Total
              name={t("inspector.terms.rest", { count: terms.total - terms.shown.length })}
              value={terms.rest}
              most={most}
              known={zKnown}
            />
          )}
          {bias && <Total name={t("inspector.bias")} value={bias.before} most={most} known />}
        </tbody>
        <tfoot>
          <Total name="z" value={facts.z} most={most} known={zKnown} />
        </tfoot>
      </table>
    </div>
  );
}

function TermRow({
  term,
  name,
  most,
  known,
}: {
  term: Term;
  name: string;
  most: number;
  known: boolean;
}): JSX.Element {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <Cell value={term.kept} known={known} />
      </td>
      <td>
        <Cell value={term.weight} />
      </td>
      <td>
        <Cell value={term.product} known={known} hued />
      </td>
      <td>{known && <TermBar value={term.product} most={most} />}</td>
    </tr>
  );
}

function Total({
  name,
  value,
  most,
  known,
}: {
  name: string;
  value: number;
  most: number;
  known: boolean;
}): JSX.Element {
  return (
    <tr>
      <th scope="row" colSpan={3}>
        {name === "z" ? <Sum /> : name}
      </th>
      <td>
        <Cell value={value} known={known} hued />
      </td>
      <td>{known && <TermBar value={value} most={most} />}</td>
    </tr>
  );
}

function Sum(): JSX.Element {
  return (
    <>
      <Symbols of="z" />
      <span class="visually-hidden">{t("inspector.z")}</span>
    </>
  );
}

function nameOf(built: Graph, column: number, input: number): string {
  const short = built.data.features <= 4 ? built.data.feature_names[input] : undefined;
  return (column === 1 ? short : undefined) ?? String(input + 1);
}
