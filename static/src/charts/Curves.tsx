/** Lines over steps as a chart, drawn again when its numbers, its size, the theme or the language change. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { palette } from "../state/palette";
import { positive, type Columns } from "./columns";
import { Plot, type PlotLook } from "./plot";

interface Props {
  data: Columns;
  /** What the chart shows, in words. */
  label: string;
  look: Omit<PlotLook, "palette">;
}

export function Curves({ data, label, look }: Props): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const draw = useRef(() => {});
  const colours = palette.value;
  draw.current = () => plot.current?.show(look.log ? positive(data) : data, { ...look, palette: colours });
  useEffect(() => {
    const element = place.current as HTMLDivElement;
    plot.current = new Plot(element);
    const observer = new ResizeObserver(() => draw.current());
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => draw.current());
  return <div ref={place} class="charts-plot" role="img" aria-label={label} />;
}
