import { expect, test } from "vitest";
import { ANSWER_KEY } from "./answer-key.ts";
import { findWrongAnswers, hasSubject, type Pair, sensiblePairs } from "./pairs.ts";

/** Those with a proxy are diagnosed one at a time, in pairs.test.ts. */
const hasProxy = (pair: Pair): boolean => pair.some(({ name }) => name.startsWith("proxy_"));

test("diagnose names what must be mended first of a fault on the way and the state of a run or an FMU", async () => {
  const pairs = sensiblePairs(Object.values(ANSWER_KEY).flat()).filter(hasSubject);
  expect(pairs.length).toBeGreaterThan(300);
  expect(
    await findWrongAnswers(
      pairs.filter((pair) => !hasProxy(pair)),
      12,
    ),
  ).toEqual([]);
}, 300_000);
