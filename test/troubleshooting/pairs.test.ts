import { expect, test } from "vitest";
import { ANSWER_KEY } from "./answer-key.ts";
import { findWrongAnswers, hasSubject, type Pair, sensiblePairs } from "./pairs.ts";

const PAIRS = sensiblePairs(Object.values(ANSWER_KEY).flat());
const WITHOUT_SUBJECT = PAIRS.filter((pair) => !hasSubject(pair));

/** Proxies are set for the whole process: such pairs are diagnosed one at a time. */
const hasProxy = (pair: Pair): boolean => pair.some(({ name }) => name.startsWith("proxy_"));

test("the pairs are many, and no state pairs with itself", () => {
  expect(WITHOUT_SUBJECT.length).toBeGreaterThan(100);
  expect(PAIRS.length).toBeGreaterThan(500);
  expect(PAIRS.filter(([first, second]) => first === second)).toEqual([]);
});

test("diagnose names what must be mended first of two faults on the way to the runner", async () => {
  const pairs = WITHOUT_SUBJECT.filter((pair) => !hasProxy(pair));
  expect(await findWrongAnswers(pairs, 12)).toEqual([]);
}, 300_000);

test("diagnose names what must be mended first where a proxy is in the way", async () => {
  expect(await findWrongAnswers(PAIRS.filter(hasProxy), 1)).toEqual([]);
}, 300_000);
