import { describe, expect, onTestFinished, test, vi } from "vitest";
import { fail, ok, runChecks, warn } from "../../src/diagnosis/check.ts";
import { ToolError } from "../../src/errors.ts";

const NEVER = new AbortController().signal;

test("ok, warn and fail make checks", () => {
  expect(ok("a", "b")).toEqual({ name: "a", status: "ok", message: "b", remedy: null });
  expect(warn("a", "b", "c")).toEqual({ name: "a", status: "warn", message: "b", remedy: "c" });
  expect(fail("a", "b", "c")).toEqual({ name: "a", status: "fail", message: "b", remedy: "c" });
});

describe("runChecks", () => {
  test("returns the checks", async () => {
    expect(await runChecks("group", NEVER, async () => [ok("a", "b")])).toEqual([ok("a", "b")]);
  });

  test("turns a ToolError into a failed check with its remedy", async () => {
    const checks = await runChecks("group", NEVER, async () => {
      throw new ToolError("unavailable", "Cannot reach it", "Start it.");
    });
    expect(checks).toEqual([fail("group", "Cannot reach it", "Start it.")]);
  });

  test("tells the server's own words, which say what is wrong there", async () => {
    const [check] = await runChecks("group", NEVER, async () => {
      throw new ToolError("unavailable", "Cannot reach it", "Start it.", { detail: "ECONNREFUSED\n::1" });
    });
    expect(check?.message).toBe('Cannot reach it ("ECONNREFUSED\\n::1")');
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
    expect(await result).toMatchObject([{ status: "fail", message: "No answer within 8 s" }]);
  });
});
