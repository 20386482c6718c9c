import { describe, expect, test } from "vitest";
import { type Trial, type Verdict, verifyOnce, verifyUntil } from "../../src/deployment/trial.ts";
import { ToolError } from "../../src/errors.ts";

const WRONG = new ToolError("failed_precondition", "int_out = 6 instead of 5", "Mend it.");

/** A runner that gives these verdicts in turn, the last one for good. */
function trialOf(verdicts: Verdict[]): Trial & { asked: number } {
  const trial = {
    asked: 0,
    async verify() {
      trial.asked += 1;
      return verdicts[Math.min(trial.asked, verdicts.length) - 1] as Verdict;
    },
    cleanUp: async () => [],
  };
  return trial;
}

const answer = (...identities: string[]): Verdict => ({ identities, problem: undefined });
const wrong = (...identities: string[]): Verdict => ({ identities, problem: WRONG });
const until = (trial: Trial, wanted: string | undefined, limitMs = 10_000) =>
  verifyUntil(trial, "fmi-runner", wanted, AbortSignal.timeout(10_000), { limitMs, everyMs: 1 });

describe("verifyUntil", () => {
  test("asks until containers of the version before no longer answer, be their answers right or wrong", async () => {
    const trial = trialOf([answer("old"), wrong("old"), answer("old", "new"), answer("new")]);
    expect(await until(trial, "new")).toBe("new");
    expect(trial.asked).toBe(4);
  });

  test("a wrong answer of the new version counts at once", async () => {
    const trial = trialOf([wrong("new"), answer("new")]);
    await expect(until(trial, "new")).rejects.toBe(WRONG);
  });

  test("says who still answers when patience ends", async () => {
    await expect(until(trialOf([answer("old")]), "new", 5)).rejects.toMatchObject({
      message: "Cannot verify fmi-runner: old still answers instead of new",
    });
    await expect(until(trialOf([wrong()]), "new", 5)).rejects.toBe(WRONG);
  });

  test("a runner that does not tell its version is judged by its answers alone", async () => {
    expect(await until(trialOf([answer()]), undefined)).toBeUndefined();
    await expect(until(trialOf([wrong()]), undefined)).rejects.toBe(WRONG);
  });
});

test("verifyOnce tells who answered, and throws what was wrong", async () => {
  expect(await verifyOnce(trialOf([answer("new")]), "candidate")).toBe("new");
  await expect(verifyOnce(trialOf([wrong("new")]), "candidate")).rejects.toBe(WRONG);
});
