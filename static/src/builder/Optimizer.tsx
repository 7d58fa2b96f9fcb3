import type { JSX } from "preact";
import { useId } from "preact/hooks";

import { Icon } from "../paint/icons";
import { setRate } from "../state/edit";
import { change } from "../state/experiment";
import type { Catalogue, Experiment, Setting } from "../wire/messages";
import { t } from "../words/words";
import { Field, Settings } from "./Form";
import { named, swapped, type Chosen } from "./kinds";
import { Picker } from "./Picker";
import { Problems } from "./Problems";
import { SeedField } from "./SeedField";

const RATE = "lr";

/** How weights are changed, and in what portions. Only the learning rate can change while the run goes on. */
export function Optimizer({ of, known }: { of: Experiment; known: Catalogue }): JSX.Element {
  const title = useId();
  const chosen = of.optimizer as unknown as Chosen;
  const kind = named(known.optimizers, chosen.kind);
  return (
    <section class="builder-section" aria-labelledby={title}>
      <header>
        <h2 id={title}>{t("builder.optimizer")}</h2>
        <Picker
          label={t("builder.kind.optimizer")}
          options={known.optimizers.map((each) => each.kind)}
          picked={chosen.kind}
          onPick={(next) => change(withOptimizer(of, swapped(chosen, known.optimizers, next)))}
        />
      </header>
      <Problems at="optimizer" />
      <Settings
        kind={kind}
        chosen={chosen}
        at="optimizer"
        onSet={(_, value) => setRate(of, value as number)}
        only={isRate}
      />
      <PlainField of={of} setting={known.experiment.find((each) => each.name === "batch")} />
      <SeedField of={of} known={known} name="order" label={t("builder.seed.order")} />
      <details class="builder-more">
        <summary>
          {t("builder.more")}
          <Icon name="chevron" size={14} />
        </summary>
        <Settings
          kind={kind}
          chosen={chosen}
          at="optimizer"
          onSet={(name, value) => change(withOptimizer(of, { ...chosen, [name]: value }))}
          only={(name) => !isRate(name)}
        />
        <SeedField of={of} known={known} name="dropout" label={t("builder.seed.dropout")} />
        <PlainField of={of} setting={known.experiment.find((each) => each.name === "dtype")} />
      </details>
    </section>
  );
}

/** A setting of the experiment itself. */
function PlainField({ of, setting }: { of: Experiment; setting: Setting | undefined }): JSX.Element | null {
  if (!setting) return null;
  const name = setting.name as "batch" | "dtype";
  return (
    <Field setting={setting} value={of[name]} at={name} onSet={(value) => change({ ...of, [name]: value })} />
  );
}

function withOptimizer(of: Experiment, optimizer: Chosen): Experiment {
  return { ...of, optimizer: optimizer as unknown as Experiment["optimizer"] };
}

function isRate(name: string): boolean {
  return name === RATE;
}
