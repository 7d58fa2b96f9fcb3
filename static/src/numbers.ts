const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * A number as the page shows it: four significant digits, a true minus, and powers of ten below 1e-3 and from
 * 1e4 up, such as "1.516e−16". With `sign`, what is above zero gets a plus.
 */
export function format(value: number, sign = false): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === 0) return "0";
  return (value < 0 ? "−" : sign ? "+" : "") + magnitude(Math.abs(value));
}

function magnitude(size: number): string {
  if (size === Infinity) return "∞";
  const digits = size >= 1e-3 && size < 1e4 ? size.toPrecision(4) : size.toExponential(3);
  return digits.replace("e-", "e−").replace("e+", "e");
}

/**
 * The shortest text that reads back as the same float32, in plain ASCII so that it can be pasted into code.
 */
export function exact(value: number): string {
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return String(short);
  }
  return String(Number(single.toPrecision(9)));
}

/** A whole number with separators, in the manner of the language: 2,816. */
export function whole(value: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(value);
}

/** An exponent above the line: −10 → "⁻¹⁰". */
export function superscript(exponent: number): string {
  return String(exponent)
    .replace("-", "⁻")
    .replace(/\d/g, (digit) => SUPERSCRIPTS.charAt(Number(digit)));
}
