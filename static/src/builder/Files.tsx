import "./files.css";
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

import { Icon } from "../paint/icons";
import { experiment } from "../state/experiment";
import type { Fault } from "../wire/messages";
import { t } from "../words/words";
import { fileName, fileText } from "./document";
import { sentence } from "../words/sentence";
import { openFile } from "./open";

interface Refused {
  file: string;
  problems: readonly Fault[];
}

/** Download the experiment, or open one. A file that cannot be run is explained and changes nothing. */
export function Files(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState<Refused | null>(null);

  async function open(file: File): Promise<void> {
    const problems = await openFile(file);
    setRefused(problems.length > 0 ? { file: file.name, problems } : null);
  }

  return (
    <div class="builder-files">
      <button
        type="button"
        class="button icon-only"
        aria-label={t("files.download")}
        title={t("files.download")}
        onClick={download}
      >
        <Icon name="download" />
      </button>
      <button
        type="button"
        class="button icon-only"
        aria-label={t("files.open")}
        title={t("files.open")}
        onClick={() => input.current?.click()}
      >
        <Icon name="upload" />
      </button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label={t("files.open")}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = ""; // so that the same file can be opened again after it was mended
          if (file) void open(file);
        }}
      />
      {refused && <Refusal refused={refused} onClose={() => setRefused(null)} />}
    </div>
  );
}

function Refusal({ refused, onClose }: { refused: Refused; onClose: () => void }): JSX.Element {
  return (
    <div class="builder-refused" role="alert">
      <p>
        <Icon name="warn" size={14} />
        {t("files.refused", { file: refused.file })}
      </p>
      <ul>
        {refused.problems.map((problem) => (
          <li key={problem.where + problem.code}>
            {problem.where
              ? t("files.where", { where: problem.where, words: sentence(problem) })
              : sentence(problem)}
          </li>
        ))}
      </ul>
      <button type="button" class="button outlined" onClick={onClose}>
        {t("files.close")}
      </button>
    </div>
  );
}

function download(): void {
  const shown = experiment.peek();
  if (!shown) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([fileText(shown)], { type: "application/json" }));
  link.download = fileName(shown);
  link.click();
  URL.revokeObjectURL(link.href);
}
