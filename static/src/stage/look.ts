/** How the stage is looked at: colours, what is picked out, the pictures in the units. */
import type { Palette } from "../paint/palette";
import type { Selection } from "../state/selection";
import type { Pictures } from "./units";

export interface StageLook {
  palette: Palette;
  selection: Selection | null;
  shows: "example" | "batch";
  focus: { column: number; row: number } | null;
  pictures: Pictures;
  input: CanvasImageSource | null;
  /** Most edges drawn between two columns. */
  most: number;
}
