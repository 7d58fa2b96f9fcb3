import { expect, test } from "vitest";
import type { Proved } from "../wire/messages";
import { about, known, long, trainedOff, verdict } from "./verdict";

function proof(changed: Partial<Proved>): Proved {
  const whole: Proved = {
    kind: "proved",
    id: 1,
    generation: 1,
    step: 3,
    parameter: "0.weight",
    index: [1, 2],
    nudge: 1e-4,
    loss_up: 0.5,
    loss_down: 0.4,
    slope: 0.1,
    backprop: 0.1,
    trained: 0.1,
    difference: 1e-9,
  };
  return { ...whole, ...changed };
}

test("only a relative difference under 1e-5 is a proof", () => {
  expect(verdict(proof({ difference: 9e-6 }))).toBe("proved");
  expect(verdict(proof({ difference: 1e-5 }))).toBe("differs");
});

test("a slope too small for nudging to measure is told apart from one that differs", () => {
  expect(verdict(proof({ difference: 0.3, slope: 1e-10, backprop: 2e-10 }))).toBe("drowned");
});

test("a proof with NaN in it proves nothing, and blames no kink", () => {
  for (const each of ["loss_up", "loss_down", "slope", "backprop", "trained"]) {
    const broken = JSON.parse(JSON.stringify(proof({ difference: NaN, [each]: NaN }))) as Proved;
    expect(verdict(broken)).toBe("broken");
    expect(known(broken[each as "slope"])).toBeNaN();
  }
});

test("a proof belongs to one entry of one parameter", () => {
  expect(about(proof({}), "0.weight", [1, 2])).toBe(true);
  expect(about(proof({}), "0.weight", [1, 3])).toBe(false);
  expect(about(proof({}), "2.weight", [1, 2])).toBe(false);
  expect(about(null, "0.weight", [1, 2])).toBe(false);
});

test("a proof shows nine places, and nine digits where places would show too little", () => {
  expect(long(-0.017236471)).toBe("−0.017236471");
  expect(long(7.37910731e-7)).toBe("7.37910731e−7");
  expect([long(0), long(null)]).toEqual(["0", "NaN"]);
  expect(long(-1.4202319278020655e97)).toBe("−1.42023193e97");
});

test("a trained number that rounding has moved is told by how many times", () => {
  expect(trainedOff(proof({ trained: -2.4e-10, backprop: -2e-11 }))).toBeCloseTo(12);
  expect(trainedOff(proof({ trained: 0.1005 }))).toBeNull();
  expect(trainedOff(proof({ trained: 0, backprop: 0 }))).toBeNull();
});
