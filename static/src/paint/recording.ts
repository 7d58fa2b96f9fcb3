/** One thing painted, with the state it was painted in. Points are where they land after the transform. */
export interface Painted {
  kind: "stroke" | "fill" | "image" | "text" | "pixels";
  points: readonly (readonly [number, number])[];
  style: string;
  width: number;
  dash: readonly number[];
  alpha: number;
  cap: CanvasLineCap;
  glow: number;
  clip: number;
  text?: string;
}

interface State {
  strokeStyle: string | Shade;
  fillStyle: string | Shade;
  lineWidth: number;
  lineCap: CanvasLineCap;
  lineJoin: CanvasLineJoin;
  globalAlpha: number;
  shadowBlur: number;
  shadowColor: string;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  imageSmoothingEnabled: boolean;
}

const FRESH: State = {
  strokeStyle: "#000000",
  fillStyle: "#000000",
  lineWidth: 1,
  lineCap: "butt",
  lineJoin: "miter",
  globalAlpha: 1,
  shadowBlur: 0,
  shadowColor: "transparent",
  font: "10px sans-serif",
  textAlign: "start",
  textBaseline: "alphabetic",
  imageSmoothingEnabled: true,
};

/** A gradient, remembered as its stops; its style reads "from x0 to x1: colour at offset, ...". */
class Shade {
  private readonly stops: string[] = [];
  constructor(private readonly span: string) {}
  addColorStop(offset: number, colour: string): void {
    this.stops.push(`${colour} at ${offset}`);
  }
  toString(): string {
    return `${this.span}: ${this.stops.join(", ")}`;
  }
}

/** Test aid: a 2-D context that paints nothing and remembers what it was asked to, in order. */
export class Recording implements State {
  declare strokeStyle: string | Shade;
  declare fillStyle: string | Shade;
  declare lineWidth: number;
  declare lineCap: CanvasLineCap;
  declare lineJoin: CanvasLineJoin;
  declare globalAlpha: number;
  declare shadowBlur: number;
  declare shadowColor: string;
  declare font: string;
  declare textAlign: CanvasTextAlign;
  declare textBaseline: CanvasTextBaseline;
  declare imageSmoothingEnabled: boolean;

  readonly painted: Painted[] = [];
  private points: [number, number][] = [];
  private dash: number[] = [];
  private clips = 0;
  private matrix = [1, 0, 0, 1, 0, 0] as [number, number, number, number, number, number];
  private readonly stack: (() => void)[] = [];

  constructor() {
    Object.assign(this, FRESH);
  }

  /** The same object, typed as what a draw function takes. */
  get context(): CanvasRenderingContext2D {
    return this as unknown as CanvasRenderingContext2D;
  }

  get strokes(): Painted[] {
    return this.painted.filter(({ kind }) => kind === "stroke");
  }

  get fills(): Painted[] {
    return this.painted.filter(({ kind }) => kind === "fill");
  }

  get texts(): string[] {
    return this.painted.flatMap(({ text }) => (text === undefined ? [] : [text]));
  }

  /** Everything a draw function must leave as it found it. */
  get state(): unknown {
    const kept = Object.keys(FRESH).map((key) => String(this[key as keyof State]));
    return {
      kept,
      dash: [...this.dash],
      matrix: [...this.matrix],
      clips: this.clips,
      saved: this.stack.length,
    };
  }

  save(): void {
    const kept = Object.fromEntries(Object.keys(FRESH).map((key) => [key, this[key as keyof State]]));
    const [dash, matrix, clips] = [this.dash, this.matrix, this.clips];
    this.stack.push(() => Object.assign(this, kept, { dash, matrix, clips }));
  }

  restore(): void {
    this.stack.pop()?.();
  }

  translate(x: number, y: number): void {
    this.transform(1, 0, 0, 1, x, y);
  }

  scale(x: number, y: number): void {
    this.transform(x, 0, 0, y, 0, 0);
  }

  rotate(angle: number): void {
    this.transform(Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0);
  }

  transform(a: number, b: number, c: number, d: number, e: number, f: number): void {
    const [A, B, C, D, E, F] = this.matrix;
    this.matrix = [
      A * a + C * b,
      B * a + D * b,
      A * c + C * d,
      B * c + D * d,
      A * e + C * f + E,
      B * e + D * f + F,
    ];
  }

  beginPath(): void {
    this.points = [];
  }

  moveTo(x: number, y: number): void {
    this.points.push(this.placed(x, y));
  }

  lineTo(x: number, y: number): void {
    this.points.push(this.placed(x, y));
  }

  closePath(): void {}

  bezierCurveTo(...[ax, ay, bx, by, x, y]: [number, number, number, number, number, number]): void {
    this.points.push(this.placed(ax, ay), this.placed(bx, by), this.placed(x, y));
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.points.push(this.placed(x, y), this.placed(x + width, y + height));
  }

  roundRect(x: number, y: number, width: number, height: number): void {
    this.rect(x, y, width, height);
  }

  arc(x: number, y: number, radius: number): void {
    this.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  }

  clip(): void {
    this.clips += 1;
  }

  setLineDash(dash: number[]): void {
    this.dash = [...dash];
  }

  getLineDash(): number[] {
    return [...this.dash];
  }

  createLinearGradient(x0: number, _y0: number, x1: number): Shade {
    return new Shade(`from ${x0} to ${x1}`);
  }

  stroke(): void {
    this.record("stroke", this.strokeStyle);
  }

  fill(): void {
    this.record("fill", this.fillStyle);
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.record("fill", this.fillStyle, [this.placed(x, y), this.placed(x + width, y + height)]);
  }

  drawImage(_image: unknown, x: number, y: number, width: number, height: number): void {
    this.record("image", "", [this.placed(x, y), this.placed(x + width, y + height)]);
  }

  createImageData(width: number, height: number): { data: Uint8ClampedArray; width: number; height: number } {
    return { data: new Uint8ClampedArray(4 * width * height), width, height };
  }

  putImageData(image: { width: number; height: number }, x: number, y: number): void {
    this.record("pixels", "", [
      [x, y],
      [x + image.width, y + image.height],
    ]);
  }

  fillText(text: string, x: number, y: number): void {
    this.record("text", this.fillStyle, [this.placed(x, y)], text);
  }

  /** Every letter is 6 wide. */
  measureText(text: string): { width: number } {
    return { width: 6 * text.length };
  }

  private placed(x: number, y: number): [number, number] {
    const [a, b, c, d, e, f] = this.matrix;
    return [a * x + c * y + e, b * x + d * y + f];
  }

  private record(kind: Painted["kind"], style: string | Shade, points = this.points, text?: string): void {
    this.painted.push({
      kind,
      points: [...points],
      style: String(style),
      width: this.lineWidth,
      dash: [...this.dash],
      alpha: this.globalAlpha,
      cap: this.lineCap,
      glow: this.shadowBlur,
      clip: this.clips,
      ...(text === undefined ? {} : { text }),
    });
  }
}
