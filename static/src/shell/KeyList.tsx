/** The list of keys, in a dialog of the browser's own. */
import type { JSX, TargetedMouseEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../paint/icons";
import { keysShown } from "../state/view";
import { t } from "../words/words";
import { KEYS } from "./keys";

/** The page around an open dialog belongs to the dialog: a click there is one outside its box. */
function closeOutside(event: TargetedMouseEvent<HTMLDialogElement>): void {
  const box = event.currentTarget.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (event.target === event.currentTarget && !inside) keysShown.value = false;
}

export function KeyList(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = keysShown.value;
  useEffect(() => {
    if (shown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [shown]);
  return (
    <dialog ref={dialog} class="keys" aria-labelledby="keys-title" onClose={() => (keysShown.value = false)} onClick={closeOutside}>
      <header class="keys-head">
        <h2 id="keys-title">{t("keys.title")}</h2>
        <button type="button" class="button bar-icon" aria-label={t("keys.close")} onClick={() => (keysShown.value = false)}>
          <Icon name="close" size={14} />
        </button>
      </header>
      <dl>
        {KEYS.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(does)}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
