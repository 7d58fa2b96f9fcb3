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

/** The cleared context of a canvas, in CSS pixels. */
export function fit(
  canvas: HTMLCanvasElement | null,
  { width, height }: { width: number; height: number },
): CanvasRenderingContext2D | null {
  const context = canvas?.getContext("2d") ?? null;
  if (!canvas || !context) return null;
  const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
