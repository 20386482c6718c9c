import { expect, test } from "vitest";
import { BackwardDifferences, MAX_ORDER } from "../../../src/fmi/solver/backward-differences.ts";

const cubic = (t: number) => 2 - t + 0.5 * t ** 2 + 0.25 * t ** 3;

/* The history of the cubic at the points `end`, `end - h`, ...: its differences by their definition. */
function createHistory(end: number, h: number): BackwardDifferences {
  const history = new BackwardDifferences(1);
  let values = Array.from({ length: MAX_ORDER + 1 }, (_, k) => cubic(end - k * h));
  for (let j = 0; values.length > 0; j++) {
    history.row(j)[0] = values[0]!;
    values = values.slice(1).map((value, k) => values[k]! - value);
  }
  return history;
}

test("BackwardDifferences evaluates and predicts the polynomial", () => {
  const history = createHistory(3, 0.5);
  const out = new Float64Array(1);
  for (const s of [-1, -0.75, -0.1, 0]) {
    history.evaluate(3, s, out);
    expect(out[0]).toBeCloseTo(cubic(3 + 0.5 * s), 12);
  }
  history.predict(3, out);
  expect(out[0]).toBeCloseTo(cubic(3.5), 12);
});

test.each([0.2, 0.5, 1, 3])("BackwardDifferences rescales to points %s times as far apart", (ratio) => {
  const history = createHistory(3, 0.5);
  history.rescale(3, ratio);
  const expected = createHistory(3, 0.5 * ratio);
  for (const j of [0, 1, 2, 3]) expect(history.row(j)[0]).toBeCloseTo(expected.row(j)[0]!, 12);
});

test("BackwardDifferences advances to the differences at the next point", () => {
  const history = createHistory(3, 0.5);
  const out = new Float64Array(1);
  history.predict(2, out);
  history.advance(2, Float64Array.of(cubic(3.5) - out[0]!));
  const expected = createHistory(3.5, 0.5);
  for (const j of [0, 1, 2, 3, 4]) expect(history.row(j)[0]).toBeCloseTo(expected.row(j)[0]!, 12);
});

test("BackwardDifferences starts with the tangent", () => {
  const history = createHistory(3, 0.5);
  history.start(Float64Array.of(5), Float64Array.of(2), 0.25);
  expect(history.rows.map((row) => row[0])).toEqual([5, 0.5, 0, 0, 0, 0, 0, 0]);
});
