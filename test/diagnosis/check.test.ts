import { describe, expect, onTestFinished, test, vi } from "vitest";
import { fail, findLikelyCause, ok, runChecks, skip, warn } from "../../src/diagnosis/check.ts";
import { CAUSE_CODES, precedenceOf } from "../../src/diagnosis/codes.ts";
import { ToolError } from "../../src/errors.ts";

const NEVER = new AbortController().signal;

const FAULT = { code: "run_failed", message: "b", evidence: "e", remedy: "c" };

test("ok, warn, fail and skip make checks", () => {
  const nothing = { code: null, evidence: null, remedy: null };
  expect(ok("a", "b")).toEqual({ name: "a", status: "ok", message: "b", ...nothing });
  expect(skip("a", "why")).toEqual({ name: "a", status: "skipped", message: "Not checked: why", ...nothing });
  expect(warn("a", FAULT)).toEqual({ name: "a", status: "warn", ...FAULT });
  expect(fail("a", FAULT)).toEqual({ name: "a", status: "fail", ...FAULT });
  expect(fail("a", { code: "x", message: "b", remedy: "c" }).evidence).toBeNull();
});

describe("findLikelyCause", () => {
  const withCode = (code: string) => ({ ...FAULT, code });

  test("is null where nothing is wrong, skipped checks and codes that are no cause among them", () => {
    const checks = [ok("a", "b", "container_booting"), skip("c", "d"), warn("e", withCode("cli_missing"))];
    expect(findLikelyCause(checks)).toBeNull();
  });

  test("says evidence and next step", () => {
    expect(findLikelyCause([fail("a", FAULT)])).toEqual({
      ...{ code: "run_failed", message: "b", evidence: "e", next_step: "c" },
    });
  });

  /** Every pair: the one that stands first in the order is the cause, whichever is found first. */
  test.each(
    CAUSE_CODES.slice(1).map((second, index) => [CAUSE_CODES[index] ?? "", second, index + 1] as const),
  )("puts %s before %s and all after it", (first, _, place) => {
    for (const later of CAUSE_CODES.slice(place)) {
      const pair = [warn("later", withCode(later)), fail("first", withCode(first))];
      expect(findLikelyCause(pair)?.code).toBe(first);
      expect(findLikelyCause(pair.toReversed())?.code).toBe(first);
    }
  });

  test("codes are unique snake_case words", () => {
    expect(new Set(CAUSE_CODES).size).toBe(CAUSE_CODES.length);
    expect(CAUSE_CODES.filter((code) => !/^[a-z]+(_[a-z]+)+$/.test(code))).toEqual([]);
    expect(precedenceOf("nothing_of_the_kind")).toBeUndefined();
    expect(precedenceOf(null)).toBeUndefined();
  });
});

describe("runChecks", () => {
  test("returns the checks", async () => {
    expect(await runChecks("group", NEVER, async () => [ok("a", "b")])).toEqual([ok("a", "b")]);
  });

  test("turns a ToolError into a failed check with its remedy", async () => {
    const checks = await runChecks("group", NEVER, async () => {
      throw new ToolError("unavailable", "Cannot reach it", "Start it.");
    });
    const fault = { code: "endpoint_unreachable", message: "Cannot reach it", remedy: "Start it." };
    expect(checks).toEqual([fail("group", fault)]);
  });

  test("tells the server's own words as evidence, on one line, in quotes that they cannot close", async () => {
    const [check] = await runChecks("group", NEVER, async () => {
      throw new ToolError("unavailable", "Cannot reach it", "Start it.", { detail: 'ECONNREFUSED\n"::1"' });
    });
    expect(check).toMatchObject({ message: "Cannot reach it", evidence: "\"ECONNREFUSED\\n'::1'\"" });
  });

  test("turns any other error into a failed check", async () => {
    const [check] = await runChecks("group", NEVER, () => Promise.reject(new TypeError("oops")));
    expect(check).toMatchObject({ name: "group", status: "fail", message: expect.stringContaining("oops") });
  });

  test("rejects where the request itself is cancelled", async () => {
    const request = new AbortController();
    const checks = runChecks("group", request.signal, () => new Promise(() => {}));
    request.abort(new Error("gone"));
    await expect(checks).rejects.toThrow("gone");
  });

  test.each([
    ["never answers", () => new Promise<never>(() => {})],
    [
      "says only that it was stopped",
      (signal: AbortSignal) =>
        new Promise<never>((_, reject) => {
          const stopped = new ToolError("cancelled", "Stopped", "Again.");
          signal.addEventListener("abort", () => reject(stopped));
        }),
    ],
  ])("gives up on a check that %s", async (_, checks) => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const result = runChecks("group", NEVER, checks);
    await vi.advanceTimersByTimeAsync(8000);
    expect(await result).toMatchObject([
      { status: "fail", code: "endpoint_slow", evidence: expect.stringMatching(/^no answer within/) },
    ]);
  });
});
