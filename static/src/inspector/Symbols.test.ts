import { expect, test } from "vitest";
import { pieces } from "./Symbols";

test("letters keep their index, everything else is an operator", () => {
  expect(pieces("∂L_n/∂w = δ_32 · a")).toEqual(["∂", "L_n", "/", "∂", "w", "=", "δ_32", "·", "a"]);
});

test("a prime belongs to no letter", () => {
  expect(pieces("f′(z)")).toEqual(["f", "′", "(", "z", ")"]);
});
