/**
 * What the network says of the test set: its first examples one by one, and all of them as a confusion
 * matrix.
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Icon } from "../paint/icons";
import { Picture } from "../canvas/Picture";
import { palette } from "../state/palette";
import { askPredictions, frame, graph, predictions } from "../state/run";
import type { DataFacts, Prediction, Predictions } from "../wire/messages";
import { t } from "../words/words";
import { useCalm } from "./useCalm";

export function Guesses({ table }: { table: boolean }): JSX.Element {
  const turn = useCalm(frame);
  const data = graph.value?.data;
  const found = predictions.value;
  useEffect(() => {
    if (found?.step !== frame.peek()?.step) void askPredictions();
  }, [turn, data]);
  if (!data?.classes) return <p class="note">{t("charts.none.predictions")}</p>;
  if (!found) return <p class="note">{t("charts.wait")}</p>;
  const right = found.examples.filter((each) => each.label === each.predicted).length;
  const count = found.examples.length;
  return (
    <div class="charts-guesses">
      <div>
        <p class="note">
          {t("charts.predictions.note", { count, right, wrong: count - right, step: found.step })}
        </p>
        {table || !data.picture ? (
          <GuessTable found={found} data={data} />
        ) : (
          <Pictures found={found} data={data} />
        )}
      </div>
      <Confusion found={found} data={data} />
    </div>
  );
}

function Pictures({ found, data }: { found: Predictions; data: DataFacts }): JSX.Element {
  const side = data.picture?.[1] ?? 8;
  return (
    <ul class="charts-pictures">
      {found.examples.map((each, i) => (
        <li key={i} class={each.label === each.predicted ? "" : "wrong"} title={said(each, data)}>
          <Picture
            name="charts-picture"
            values={each.pixels.map((pixel) => pixel / 255)}
            side={side}
            palette={palette.value}
          />
          {each.label !== each.predicted && (
            <span class="charts-cross">
              <Icon name="close" size={12} />
            </span>
          )}
          <span aria-hidden="true">
            <b>{named(data, each.predicted)}</b> {percent(each.probability)}
          </span>
          <span class="visually-hidden">{said(each, data)}</span>
        </li>
      ))}
    </ul>
  );
}

function GuessTable({ found, data }: { found: Predictions; data: DataFacts }): JSX.Element {
  return (
    <div class="charts-scroll" tabIndex={0} role="region" aria-label={t("charts.tab.predictions")}>
      <table class="charts-table">
        <thead>
          <tr>
            {(["charts.example", "charts.true", "charts.predicted", "charts.probability"] as const).map(
              (key) => (
                <th key={key} scope="col">
                  {t(key)}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {found.examples.map((each, i) => (
            <tr key={i}>
              <th scope="row">{i + 1}</th>
              <td>{named(data, each.label)}</td>
              <td class={each.label === each.predicted ? "" : "alarm"}>
                {each.label === each.predicted ? "" : "✕ "}
                {named(data, each.predicted)}
              </td>
              <td>{percent(each.probability)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Confusion({ found, data }: { found: Predictions; data: DataFacts }): JSX.Element {
  return (
    <div class="charts-matrix">
      <h3>{t("charts.confusion")}</h3>
      <p class="note">{t("charts.confusion.note")}</p>
      <div class="charts-scroll" tabIndex={0} role="region" aria-label={t("charts.confusion")}>
        <table class="charts-confusion">
          <thead>
            <tr>
              <td />
              {found.confusion.map((_, predicted) => (
                <th key={predicted} scope="col">
                  {named(data, predicted)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.confusion.map((row, label) => (
              <tr key={label}>
                <th scope="row">{named(data, label)}</th>
                {row.map((count, predicted) => (
                  <td key={predicted} class={label === predicted ? "right" : count > 0 ? "wrong" : "none"}>
                    {count}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function said(each: Prediction, data: DataFacts): string {
  const values = {
    predicted: named(data, each.predicted),
    label: named(data, each.label),
    probability: percent(each.probability),
  };
  return t(each.label === each.predicted ? "charts.prediction.right" : "charts.prediction.wrong", values);
}

function named(data: DataFacts, label: number): string {
  return data.class_names[label] ?? String(label);
}

/** A probability that JSON could not carry was NaN. */
function percent(probability: number | null): string {
  return probability === null ? "NaN" : `${Math.round(100 * probability)} %`;
}
