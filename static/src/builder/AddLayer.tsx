import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

import { Icon } from "../paint/icons";
import type { Kind } from "../wire/messages";
import { t } from "../words/words";

/** A button that opens into the kinds of layer there are. */
export function AddLayer({
  kinds,
  label,
  onAdd,
}: {
  kinds: readonly Kind[];
  label: string;
  onAdd: (kind: Kind) => void;
}): JSX.Element {
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
          {kinds.map((kind) => (
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
        </div>
      )}
    </div>
  );
}
