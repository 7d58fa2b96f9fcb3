/** A canvas as large as its place, at the screen's own resolution. */
import type { Signal } from "@preact/signals";

/** Keep a signal at the size of an element; answers how to stop. */
export function canvasSize(element: HTMLElement, size: Signal<{ width: number; height: number }>): () => void {
  const observer = new ResizeObserver(() => {
    size.value = { width: element.clientWidth, height: element.clientHeight };
  });
  observer.observe(element);
  size.value = { width: element.clientWidth, height: element.clientHeight };
  return () => observer.disconnect();
}

/** The cleared context of a canvas of a size in CSS pixels, at the screen's own resolution up to twice as fine. */
export function cleared(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = Math.min(2, devicePixelRatio || 1);
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

/** The same, and the canvas takes that size on the page. */
export function fit(
  canvas: HTMLCanvasElement | null,
  { width, height }: { width: number; height: number },
): CanvasRenderingContext2D | null {
  if (!canvas) return null;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return cleared(canvas, width, height);
}
