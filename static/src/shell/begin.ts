/** What happens first: the catalogue, then the moment of the address or the first example, playing. */
import { change } from "../state/experiment";
import { openAddress, watchAddress } from "../state/address";
import { Following, moment } from "../state/following";
import { playing } from "../state/moment";
import { askResponses, catalogue, start } from "../state/run";
import type { Catalogue } from "../wire/messages";

/** Unit pictures are asked for at most four times a second; they are the dearest thing on the page. */
const pictures = new Following(250);

export async function begin(): Promise<void> {
  const reply = await fetch(new URL("api/catalogue", document.baseURI));
  catalogue.value = (await reply.json()) as Catalogue;
  await start(document.baseURI);
  pictures.follow(moment, askResponses);
  watchAddress();
  if (await openAddress()) return;
  const first = catalogue.value.examples[0];
  if (first) change(first);
  playing.value = true;
}
