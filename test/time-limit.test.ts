import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { limitTime } from "../src/time-limit.ts";

describe("limitTime", () => {
  test("aborts after its time, though nobody but another signal holds on to it", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage: () => void = runInNewContext("gc");
    const joined = () =>
      AbortSignal.any([new AbortController().signal, limitTime(new AbortController().signal, 200)]);
    const signal = joined();
    const aborted = once(signal, "abort");
    for (let round = 0; round < 3; round++) {
      // What a running turn has touched is kept to its end.
      await nextTurn();
      collectGarbage();
    }
    await aborted;
    expect(signal.reason).toMatchObject({ name: "TimeoutError" });
  });

  test("aborts with the signal it is given, and for its reason", () => {
    const request = new AbortController();
    const signal = limitTime(request.signal, 60_000);
    const reason = new Error("gone");
    request.abort(reason);
    expect(signal.reason).toBe(reason);
  });

  test("needs no other signal", async () => {
    const signal = limitTime(undefined, 1);
    await once(signal, "abort");
    expect(signal.aborted).toBe(true);
  });
});
