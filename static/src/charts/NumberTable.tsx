/** The numbers behind a chart: at most fifty rows, evenly spread, the last included. */
import type { JSX } from "preact";
import { exact, format } from "../numbers";
import { t } from "../words/words";
import { sampled, type Columns } from "./columns";

const MOST = 50;

export function NumberTable({
  data,
  label,
  names,
  first,
}: {
  data: Columns;
  label: string;
  names: readonly string[];
  first: string;
}): JSX.Element {
  const rows = sampled(data.steps.length, MOST);
  return (
    <div class="charts-scroll" tabIndex={0} role="region" aria-label={label}>
      <table class="charts-table">
        <caption class="note">
          {rows.length < data.steps.length
            ? t("charts.sampled", { shown: rows.length, total: data.steps.length })
            : label}
        </caption>
        <thead>
          <tr>
            {[first, ...names].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.reverse().map((row) => (
            <tr key={row}>
              <th scope="row">{data.steps[row]}</th>
              {data.columns.map((column, i) => (
                <td key={i} title={column[row] == null ? "" : exact(column[row])}>
                  {column[row] == null ? "–" : format(column[row])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
