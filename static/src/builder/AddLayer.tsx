import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

import { Icon } from "../paint/icons";
import type { LayerKind } from "../wire/messages";
import { t } from "../words/words";
import { groupName } from "../words/names";

interface Props {
  kinds: readonly LayerKind[];
  label: string;
  onAdd: (kind: LayerKind) => void;
}

/** A button that opens into the kinds of layer there are, group by group. */
export function AddLayer({ kinds, label, onAdd }: Props): JSX.Element {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);

  function close(): void {
    setOpen(false);
    button.current?.focus();
  }

  return (
    <div class="builder-add" onKeyDown={(event) => open && event.key === "Escape" && close()}>
      <button ref={button} type="button" class="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="plus" size={14} />
        {label}
      </button>
      {open && (
        <div class="builder-kinds" role="group" aria-label={t("builder.add.menu")}>
          {grouped(kinds).map(([group, members]) => (
            <details key={group} open={members.length <= FEW}>
              <summary>{groupName(group)}</summary>
              {members.map((kind) => (
                <button
                  key={kind.kind}
                  type="button"
                  class="button outlined"
                  onClick={() => {
                    setOpen(false);
                    onAdd(kind);
                  }}
                >
                  {kind.kind}
                </button>
              ))}
            </details>
          ))}
        </div>
      )}
    </div>
  );
}

/** A group of so few kinds lies open from the start. */
const FEW = 3;

function grouped(kinds: readonly LayerKind[]): [string, LayerKind[]][] {
  const groups = [...new Set(kinds.map((kind) => kind.group))];
  return groups.map((group) => [group, kinds.filter((kind) => kind.group === group)]);
}
