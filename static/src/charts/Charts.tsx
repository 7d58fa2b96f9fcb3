import type { JSX } from "preact";
import { t } from "../words/words";

export function Charts(): JSX.Element {
  return <section class="charts" aria-label={t("charts.label")} />;
}
