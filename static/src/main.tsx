/** The page: words and colours first, then the panels, then the service. */
import { render } from "preact";
import "./fonts.css";
import "./tokens.css";
import "./base.css";
import { Shell } from "./shell/Shell";
import { startKeys } from "./shell/keys";
import { begin } from "./shell/begin";
import { startLoop } from "./state/loop";
import { startView } from "./state/view";

await startView(document.documentElement);
render(<Shell />, document.getElementById("app") as HTMLElement);
startKeys();
startLoop();
void begin();
