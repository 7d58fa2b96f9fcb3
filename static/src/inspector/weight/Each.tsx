/**
 * The gradient of each example alone: bars to choose an example by. The service goes back once for each, so it is asked
 * while training rests or is followed, not while steps fly by.
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { format } from "../../numbers";
import { Drawing } from "../../canvas/Drawing";
import { Following, moment } from "../../state/following";
import { live } from "../../state/moment";
import { palette } from "../../state/palette";
import { askSamples, samples, unsampled } from "../../state/run";
import type { Frame } from "../../wire/frame";
import { sentence } from "../../words/sentence";
import { t } from "../../words/words";
import { Live } from "../Live";
import { batchSize } from "../place";
import { Row } from "../Row";
import { about } from "../verdict";
import { Chooser, HEIGHT, type Choice } from "./Chooser";
import { barOf, bars, meanOf } from "./each";
import { brokenOf, tallest } from "./shares";
import { drawWaiting } from "./strip";
import { indexed } from "./weight";

const asking = new Following(500);

interface Props {
  shown: Frame;
  parameter: string;
  index: number[];
  /** Has the pass shown come to this weight's gradient? */
  reached: boolean;
  /** Do shares of a sum stand above, of which these are multiples? */
  shared: boolean;
}

export function Each({ shown, parameter, index, reached, shared }: Props): JSX.Element {
  useEffect(() => {
    const wanted = (): string | null => {
      const now = moment();
      return now === null || live() || unsampled.value ? null : `${now} ${indexed({ name: parameter }, ...index)}`;
    };
    return asking.follow(wanted, () => askSamples(parameter, index));
  }, []);
  const found = about(samples.value, parameter, index) ? samples.value : null;
  const stale = found && found.step !== shown.step;
  return (
    <div role="group" class="inspector-part" aria-label={t("inspector.each")}>
      <h3 class="inspector-plain">{t("inspector.each")}</h3>
      {unsampled.value ? (
        <p class="note" data-testid="inspector-unsampled">
          {sentence(unsampled.value)}
        </p>
      ) : found && reached ? (
        <Bars all={bars(found.gradients)} batch={batchSize(shown)} chosen={shown.example} shared={shared} />
      ) : (
        <Waiting reached={reached} />
      )}
      {reached && stale && (
        <p class="note inspector-stale">{t("inspector.proof.stale", { step: found.step, now: shown.step })}</p>
      )}
    </div>
  );
}

function Waiting({ reached }: { reached: boolean }): JSX.Element {
  const colours = palette.value;
  const words = t(!reached ? "mark.waiting" : live() ? "inspector.each.live" : "inspector.each.asking");
  return (
    <>
      <Drawing
        height={HEIGHT}
        label={words}
        draw={(context, width) => drawWaiting(context, { width, height: HEIGHT, palette: colours })}
      />
      <p class="note">{words}</p>
    </>
  );
}

function Bars({ all, batch, chosen, shared }: Omit<Choice, "mean"> & { shared: boolean }): JSX.Element {
  const count = all.length;
  const mean = meanOf(all);
  const broken = brokenOf(all);
  const legend = broken
    ? t("inspector.strip.broken", { count: broken, batch: count })
    : t("inspector.each.legend", { value: format(tallest(all)) });
  const relation = t("inspector.each.how", { count });
  return (
    <>
      <Chooser all={all} batch={batch} chosen={chosen} mean={mean} />
      <p class="note">{legend}</p>
      <dl>
        <Row name={t("inspector.each.one", { example: chosen + 1 })}>
          <Live id="alone" value={all[barOf(chosen, batch, count)]?.value ?? NaN} hued />
        </Row>
        <Row name={t("inspector.each.mean", { count })}>
          <Live id="each-mean" value={mean} hued />
        </Row>
      </dl>
      <p class="note">{shared ? `${relation} ${t("inspector.each.shares", { batch })}` : relation}</p>
      {count > batch && <p class="note">{t("inspector.each.last", { batch, batches: count / batch })}</p>}
    </>
  );
}
