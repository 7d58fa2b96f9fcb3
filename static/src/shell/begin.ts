/** What happens first: the catalogue, then the moment of the address or the first example, playing. */
import { effect } from "@preact/signals";
import { change } from "../state/experiment";
import { openAddress, watchAddress } from "../state/address";
import { playing } from "../state/moment";
import { askResponses, catalogue, frame, start } from "../state/run";
import type { Catalogue } from "../wire/messages";

/** Unit pictures are asked for at most this often; they are the dearest thing on the page. */
const PICTURES_MS = 250;

export async function begin(): Promise<void> {
  const reply = await fetch(new URL("api/catalogue", document.baseURI));
  catalogue.value = (await reply.json()) as Catalogue;
  await start(document.baseURI);
  keepPictures();
  watchAddress();
  if (await openAddress()) return;
  const first = catalogue.value.examples[0];
  if (first) change(first);
  playing.value = true;
}

/** Ask for unit pictures when a step has changed them, and not before the last ones have come. */
function keepPictures(): void {
  let last = 0;
  let waiting = false;
  effect(() => {
    if (!frame.value || waiting) return;
    waiting = true;
    const wait = Math.max(0, PICTURES_MS - (performance.now() - last));
    setTimeout(() => {
      last = performance.now();
      void askResponses().finally(() => (waiting = false));
    }, wait);
  });
}
