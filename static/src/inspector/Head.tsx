/** What is selected, where it stands, and the way to let go of it. */
import type { JSX } from "preact";
import { Icon } from "../paint/icons";
import { select, selection } from "../state/selection";
import { t } from "../words/words";

export function Head({ title, name, place }: { title: string; name: string; place: string }): JSX.Element {
  return (
    <header class="inspector-head">
      <div>
        <h2>
          {title} <span>{name}</span>
        </h2>
        <p class="note" data-testid="inspector-place">
          {place}
        </p>
      </div>
      {selection.value && (
        <button
          type="button"
          class="button icon-only"
          aria-label={t("inspector.close")}
          title={t("inspector.close")}
          onClick={() => select(null)}
        >
          <Icon name="close" size={14} />
        </button>
      )}
    </header>
  );
}
