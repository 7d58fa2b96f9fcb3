/** A canvas as wide as its place, drawn again whenever what is around it is. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { cleared } from "./fit";

export type Draw = (context: CanvasRenderingContext2D, width: number, height: number) => void;

/** `label` says in words what is drawn; without it the canvas is left out for those who listen. */
export function Drawing({
  height,
  draw,
  label,
  name,
}: {
  height: number;
  draw: Draw;
  label?: string;
  name?: string;
}): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = canvas.current as HTMLCanvasElement;
    const measure = (): void => setWidth(element.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = canvas.current as HTMLCanvasElement;
    element.style.height = `${height}px`;
    const context = width > 0 ? cleared(element, width, height) : null;
    if (context) draw(context, width, height);
  });
  const words = label ? ({ role: "img", "aria-label": label } as const) : ({ "aria-hidden": true } as const);
  return <canvas ref={canvas} class={name ?? "drawing"} {...words} />;
}
