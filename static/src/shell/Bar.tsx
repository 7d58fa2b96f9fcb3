/** The bar at the top: the experiment's name, undo and redo, charts, language, theme, a link to this moment. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Examples } from "../builder/Examples";
import { Files } from "../builder/Files";
import { Brand, Icon, type IconName } from "../paint/icons";
import { redo, undo } from "../state/edit";
import { canRedo, canUndo } from "../state/experiment";
import { toFragment } from "../state/link";
import { position } from "../state/moment";
import { runNow } from "../state/run";
import { chooseLanguage, chooseTheme, keysShown, panel, theme } from "../state/view";
import { locale, t } from "../words/words";

export function Bar(): JSX.Element {
  return (
    <header class="bar">
      <span class="bar-brand">
        <Brand />
        <span>Backflow</span>
      </span>
      <Examples />
      <Press icon="undo" label={t("bar.undo")} disabled={!canUndo.value} press={undo} />
      <Press icon="redo" label={t("bar.redo")} disabled={!canRedo.value} press={redo} />
      <span class="bar-space" />
      <button
        type="button"
        class="button bar-charts"
        aria-pressed={panel.value === "charts"}
        onClick={() => (panel.value = panel.value === "charts" ? "stage" : "charts")}
      >
        {t("panel.charts")}
      </button>
      <div class="bar-files">
        <Files />
      </div>
      <button
        type="button"
        class="button"
        lang={locale.value === "ko" ? "en" : "ko"}
        onClick={() => chooseLanguage(locale.value === "ko" ? "en" : "ko")}
      >
        {locale.value === "ko" ? "English" : "한국어"}
      </button>
      <Press icon="keyboard" label={t("keys.title")} press={() => (keysShown.value = true)} />
      <Press
        icon={theme.value === "dark" ? "sun" : "moon"}
        label={t(theme.value === "dark" ? "bar.light" : "bar.dark")}
        press={() => chooseTheme(theme.value === "dark" ? "light" : "dark")}
      />
      <CopyMoment />
    </header>
  );
}

interface PressProps {
  icon: IconName;
  label: string;
  disabled?: boolean;
  press: () => void;
}

function Press({ icon, label, disabled = false, press }: PressProps): JSX.Element {
  return (
    <button type="button" class={`button bar-icon bar-${icon}`} aria-label={label} title={label} disabled={disabled} onClick={press}>
      <Icon name={icon} />
    </button>
  );
}

function CopyMoment(): JSX.Element {
  const copied = useSignal(false);
  const copy = (): void => {
    const now = runNow();
    if (!now) return;
    const moment = { ...now, position: position.value };
    const link = new URL(toFragment(moment), document.baseURI);
    history.replaceState(null, "", link);
    void navigator.clipboard?.writeText(link.href).catch(() => undefined); // the address bar has it in any case
    copied.value = true;
    setTimeout(() => (copied.value = false), 1500);
  };
  return (
    <button type="button" class="button outlined bar-link" aria-label={t(copied.value ? "bar.copied" : "bar.copy")} onClick={copy}>
      <Icon name={copied.value ? "check" : "link"} />
      <span>{t(copied.value ? "bar.copied" : "bar.copy")}</span>
    </button>
  );
}
