/** A picture of brightness, such as a digit, one pixel a cell; the style sheet says how large it is shown. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Palette } from "../paint/palette";
import { fillPicture } from "../paint/response";
import { paint } from "./pixels";

interface Props {
  /** 0 to 1, rows from the top, `side` a row. */
  values: ArrayLike<number>;
  side: number;
  palette: Palette;
  name: string;
}

export function Picture({ values, side, palette, name }: Props): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const grid = { side, size: side, ratio: 1 };
    if (canvas.current) paint(canvas.current, grid, (pixels) => fillPicture(pixels, values, grid, palette));
  }, [values, side, palette]);
  return <canvas ref={canvas} class={name} aria-hidden="true" />;
}
