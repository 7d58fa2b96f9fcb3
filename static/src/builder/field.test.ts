import { describe, expect, test } from "vitest";

import { epsilon, rate, units } from "./catalogue.fixture";
import { read, spelled, stepped, written } from "./field";

describe("reading a number", () => {
  test("takes what people type: decimals, exponents, a true minus, thousands", () => {
    const wide = { ...rate, low: -1e6 };
    for (const [text, value] of [
      ["0.03", 0.03],
      [" .5 ", 0.5],
      ["1e-3", 0.001],
      ["−2", -2],
      ["20,000", 20000],
    ] as const)
      expect(read(wide, text)).toEqual({ value, refusal: null });
  });

  test("refuses what is no number, and says what came", () => {
    for (const came of ["", "fast", "NaN", "Infinity", "0x10", "1e999", "1,5"])
      expect(read(rate, came)).toEqual({ value: null, refusal: { code: "number", values: { came } } });
  });

  test("refuses what would be taken for 0 without a word", () => {
    for (const came of ["1e-400", "0.0001e-999"]) expect(read(rate, came).refusal).toEqual({ code: "vanishes", values: { came } });
    for (const zero of ["0", "0.000", "0e-7", "−0"]) expect(read(rate, zero).refusal).toBeNull();
  });

  test("refuses a fraction where a whole number is wanted", () => {
    expect(read(units, "2.5").refusal?.code).toBe("whole");
    expect(read(units, "many").refusal?.code).toBe("whole");
    expect(read(units, "3.0").value).toBe(3);
  });

  test("refuses a number outside the limits, and names them", () => {
    expect(read(units, "0").refusal).toEqual({
      code: "range",
      values: { came: "0", low: "1", high: "4096" },
    });
    expect(read(units, "1e12").refusal?.code).toBe("range");
    expect(read(rate, "-1").refusal?.code).toBe("range");
    expect(read(rate, "0").value).toBe(0);
  });

  test("refuses the lower limit itself where the value must be above it", () => {
    expect(read(epsilon, "0").refusal?.code).toBe("range_above");
    expect(read(epsilon, "1e-12").value).toBe(1e-12);
  });
});

describe("the arrow keys", () => {
  test("step whole numbers by one, or ten", () => {
    expect([stepped(units, 8, 1, false), stepped(units, 8, -1, false), stepped(units, 8, 1, true)]).toEqual([
      9, 7, 18,
    ]);
  });

  test("step other numbers by one of their leading digit, down through a power of ten as well", () => {
    expect(stepped(rate, 0.006, 1, false)).toBe(0.007);
    expect(stepped(rate, 0.01, -1, false)).toBe(0.009);
    expect(stepped(rate, 0.009, 1, false)).toBe(0.01);
    expect(stepped({ ...rate, low: -1 }, -0.01, 1, false)).toBe(-0.009);
  });

  test("leave zero by a step that suits the limits", () => {
    expect(stepped({ ...rate, high: 1 }, 0, 1, false)).toBe(0.01);
    expect(stepped(rate, 0, 1, false)).toBe(0.1);
  });

  test("stop at the limits and never reach an excluded one", () => {
    expect(stepped(units, 4090, 1, true)).toBe(4096);
    expect(stepped(units, 1, -1, false)).toBe(1);
    expect(stepped(epsilon, 1, 1, false)).toBe(1);
    expect(stepped({ ...epsilon, type: "integer", high: 9 }, 1, -1, false)).toBe(1);
  });
});

test("a value written into its field reads back as itself", () => {
  const wide = { ...rate, low: -1e9 };
  for (const value of [1e-8, -0.5, 0.1, 4294967295 / 1e4, -1e-12])
    expect(read(wide, written(value)).value).toBe(value);
});

test("a value spelled for assistive technology has no exponent", () => {
  expect([spelled(1e-8), spelled(-20000), spelled(0.03)]).toEqual(["0.00000001", "-20000", "0.03"]);
});
