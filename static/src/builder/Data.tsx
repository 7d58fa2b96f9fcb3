import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { whole } from "../numbers";
import { change } from "../state/experiment";
import { palette } from "../state/palette";
import { askPredictions, graph, predictions } from "../state/run";
import type { Catalogue, Experiment } from "../wire/messages";
import { locale, t } from "../words/words";
import { fitting, GROUPS } from "./fit";
import { Settings } from "./Form";
import { named, type Chosen } from "./kinds";
import { nameOf } from "../words/names";
import { Problems } from "./Problems";
import { SeedField } from "./SeedField";
import { drawPictures, drawPoints, SIZE } from "./thumbnail";

/** Which data, how many of them, how noisy, and how many are held back for the test. */
export function Data({ of, known }: { of: Experiment; known: Catalogue }): JSX.Element {
  const title = useId();
  const set = (name: string, value: unknown): void =>
    change({ ...of, data: { ...of.data, [name]: value } as Experiment["data"] });
  return (
    <section class="builder-section" aria-labelledby={title}>
      <header>
        <h2 id={title}>{t("builder.data")}</h2>
        <SeedField of={of} known={known} name="data" label={t("builder.seed")} />
      </header>
      <div class="builder-data">
        <Thumbnail />
        <div>
          <KindOfData of={of} known={known} />
          <Settings
            kind={named(known.data, of.data.kind)}
            chosen={of.data as unknown as Chosen}
            at="data"
            onSet={set}
          />
          <Problems at="data" />
        </div>
      </div>
    </section>
  );
}

function KindOfData({ of, known }: { of: Experiment; known: Catalogue }): JSX.Element {
  return (
    <select
      class="builder-wide"
      aria-label={t("builder.kind.data")}
      value={of.data.kind}
      onChange={(event) =>
        change(fitting(of, event.currentTarget.value as Experiment["data"]["kind"], known))
      }
    >
      {GROUPS.map((group) => (
        <optgroup key={group} label={t(`builder.group.${group}`)}>
          {known.data
            .filter((each) => each.group === group)
            .map(({ kind }) => (
              <option key={kind} value={kind}>
                {nameOf("data", kind)}
              </option>
            ))}
        </optgroup>
      ))}
    </select>
  );
}

/** The data of the run shown, and how they are split. A table without pictures has only the split to show. */
function Thumbnail(): JSX.Element | null {
  const canvas = useRef<HTMLCanvasElement>(null);
  const data = graph.value?.data;
  const pictures = predictions.value?.examples;
  const colours = palette.value;

  useEffect(() => {
    if (data?.picture && !pictures) void askPredictions();
  }, [data, pictures]);

  useEffect(() => {
    const context = canvas.current && prepared(canvas.current);
    if (!context || !data) return;
    if (data.picture && pictures)
      drawPictures(
        context,
        pictures.map((each) => each.pixels),
        data.picture[1],
        colours,
      );
    else drawPoints(context, data.points, data.classes !== null, colours);
  }, [data, pictures, colours]);

  if (!data) return null;
  const count = (value: number): string => whole(value, locale.value);
  return (
    <div class="builder-thumbnail">
      {(data.picture || data.points.length > 0) && (
        <canvas
          ref={canvas}
          role="img"
          aria-label={
            data.picture
              ? t("builder.thumbnail.pictures")
              : t("builder.thumbnail.points", { count: count(data.points.length) })
          }
        />
      )}
      <p>{t("builder.split.train", { count: count(data.train) })}</p>
      <p>{t("builder.split.test", { count: count(data.test) })}</p>
    </div>
  );
}

/** An empty canvas at the screen's own resolution. */
function prepared(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const ratio = devicePixelRatio;
  canvas.width = canvas.height = Math.round(SIZE * ratio);
  const context = canvas.getContext("2d");
  context?.scale(ratio, ratio);
  return context;
}
