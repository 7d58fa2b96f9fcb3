import { rgb } from "./palette";

// Test aid: how colours look to people. Contrast after WCAG 2.2; colour vision after Machado, Oliveira and
// Fernandes (2009) at severity 1, in linear light; distance in OKLab (Ottosson 2020) times 100, where 2 is
// just visible and 10 is plain.

type Triple = [number, number, number];
type Matrix = [Triple, Triple, Triple];

const SEEN = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} satisfies Record<string, Matrix>;

const LMS: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const LAB: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];

export type Vision = keyof typeof SEEN;
export const VISIONS = Object.keys(SEEN) as Vision[];

/** The ratio of luminances, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

export function difference(one: string, other: string, vision: Vision): number {
  const [a, b] = [oklab(one, vision), oklab(other, vision)];
  return 100 * Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

export function lightness(colour: string, vision: Vision): number {
  return oklab(colour, vision)[0];
}

function luminance(colour: string): number {
  const [red, green, blue] = linear(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function oklab(colour: string, vision: Vision): Triple {
  const seen = times(SEEN[vision] as Matrix, linear(colour)).map((part) =>
    Math.min(1, Math.max(0, part)),
  ) as Triple;
  return times(LAB, times(LMS, seen).map(Math.cbrt) as Triple);
}

function linear(colour: string): Triple {
  return rgb(colour).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Triple;
}

function times(matrix: Matrix, by: Triple): Triple {
  return matrix.map((row) => row[0] * by[0] + row[1] * by[1] + row[2] * by[2]) as Triple;
}
