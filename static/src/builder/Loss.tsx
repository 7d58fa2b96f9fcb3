import type { JSX } from "preact";
import { useId } from "preact/hooks";

import { change } from "../state/experiment";
import type { Catalogue, Experiment } from "../wire/messages";
import { t } from "../words/words";
import { Settings } from "./Form";
import { named, swapped, type Chosen } from "./kinds";
import { nameOf } from "../words/names";
import { Picker } from "./Picker";
import { Problems } from "./Problems";

export function Loss({ of, known }: { of: Experiment; known: Catalogue }): JSX.Element {
  const title = useId();
  const chosen = of.loss as Chosen;
  const take = (next: Chosen): void => change({ ...of, loss: next as unknown as Experiment["loss"] });
  return (
    <section class="builder-section" aria-labelledby={title}>
      <header>
        <h2 id={title}>{t("builder.loss")}</h2>
      </header>
      <div class="builder-field">
        <Picker
          label={t("builder.kind.loss")}
          options={known.losses.map((each) => each.kind)}
          picked={chosen.kind}
          name={(kind) => nameOf("loss", kind)}
          onPick={(kind) => take(swapped(chosen, known.losses, kind))}
        />
      </div>
      <Problems at="loss" />
      <Settings
        kind={named(known.losses, chosen.kind)}
        chosen={chosen}
        at="loss"
        onSet={(name, value) => take({ ...chosen, [name]: value })}
      />
    </section>
  );
}
