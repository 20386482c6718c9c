import { describe, expect, onTestFinished, test } from "vitest";
import { createOperations, type OperationWork, waitForOperation } from "../src/operations.ts";

const NEVER = new AbortController().signal;

/** Work that ends when the test says, or fails with the signal's reason. */
function controlled() {
  let finish: (value: string) => void = () => {};
  let fail: (error: Error) => void = () => {};
  let signal = NEVER;
  let report: Parameters<OperationWork<string>>[0] = () => {};
  const work: OperationWork<string> = (reporter, stop) => {
    signal = stop;
    report = reporter;
    return new Promise((resolve, reject) => {
      finish = resolve;
      fail = reject;
      stop.addEventListener("abort", () => reject(stop.reason));
    });
  };
  return {
    work,
    finish: (value: string) => finish(value),
    fail: (error: Error) => fail(error),
    report: (...args: Parameters<typeof report>) => report(...args),
    isStopped: () => signal.aborted,
  };
}

function setUp() {
  const operations = createOperations();
  onTestFinished(() => operations.close());
  const first = controlled();
  return { operations, first, joined: operations.join("key", 0, first.work) };
}

const options = (changes = {}) => ({
  timeoutMs: 60_000,
  signal: NEVER,
  owned: true,
  onTick: () => {},
  ...changes,
});

describe("join", () => {
  test("starts work once per key and joins it after that", async () => {
    const { operations, first, joined } = setUp();
    const again = operations.join("key", 0, controlled().work);
    expect([joined.started, again.started]).toEqual([true, false]);
    expect(again.operation).toBe(joined.operation);
    expect(operations.join("other", 0, controlled().work).started).toBe(true);
    first.finish("done");
    expect(await again.operation.promise).toBe("done");
  });

  test("shows the last progress reported", () => {
    const { first, joined } = setUp();
    expect(joined.operation.progress).toMatchObject({ message: "starting", done: 0 });
    first.report("sending", 5, 10);
    expect(joined.operation.progress).toEqual({ message: "sending", done: 5, total: 10 });
  });

  test("forgets a success at once, or keeps it as long as told", async () => {
    const { operations, first, joined } = setUp();
    first.finish("done");
    await joined.operation.promise;
    expect(operations.join("key", 0, controlled().work).started).toBe(true);
    const kept = operations.join("kept", 60_000, async () => "kept");
    await kept.operation.promise;
    const later = operations.join("kept", 60_000, async () => "new");
    expect(later.started).toBe(false);
    expect(await later.operation.promise).toBe("kept");
  });

  test("never keeps a failure", async () => {
    const { operations } = setUp();
    const failed = operations.join("kept", 60_000, () => Promise.reject(new Error("no")));
    await expect(failed.operation.promise).rejects.toThrow("no");
    expect(operations.join("kept", 60_000, async () => "new").started).toBe(true);
  });

  test("starts anew after a cancellation, and the cancelled work's end does not disturb that", async () => {
    const { operations, first, joined } = setUp();
    joined.operation.cancel();
    const second = controlled();
    const anew = operations.join("key", 0, second.work);
    expect(anew.started).toBe(true);
    await expect(joined.operation.promise).rejects.toThrow();
    expect(first.isStopped()).toBe(true);
    expect(operations.join("key", 0, controlled().work).operation).toBe(anew.operation);
    expect(second.isStopped()).toBe(false);
    second.finish("done");
    expect(await anew.operation.promise).toBe("done");
  });

  test("close stops all work", async () => {
    const { operations, first, joined } = setUp();
    operations.close();
    expect(first.isStopped()).toBe(true);
    await expect(joined.operation.promise).rejects.toThrow();
  });
});

describe("waitForOperation", () => {
  test("returns the outcome, or rejects as the work does", async () => {
    const { operations, first, joined } = setUp();
    const waiting = waitForOperation(joined.operation, options());
    first.finish("done");
    expect(await waiting).toEqual({ done: true, value: "done" });
    const failed = operations.join("failing", 0, () => Promise.reject(new Error("no")));
    await expect(waitForOperation(failed.operation, options())).rejects.toThrow("no");
  });

  test("returns when the time has passed, and the work goes on", async () => {
    const { first, joined } = setUp();
    expect(await waitForOperation(joined.operation, options({ timeoutMs: 1 }))).toEqual({ done: false });
    expect(first.isStopped()).toBe(false);
  });

  test("calls onTick while it waits", async () => {
    const { first, joined } = setUp();
    const waited = await waitForOperation(
      joined.operation,
      options({ onTick: () => first.finish("after a tick") }),
    );
    expect(waited).toEqual({ done: true, value: "after a tick" });
  });

  test("stops the work of its owner when the signal aborts", async () => {
    const { first, joined } = setUp();
    const request = new AbortController();
    const waiting = waitForOperation(joined.operation, options({ signal: request.signal }));
    request.abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
    expect(first.isStopped()).toBe(true);
  });

  test("stops it where the signal has aborted before", async () => {
    const { first, joined } = setUp();
    const signal = AbortSignal.abort(new Error("gone"));
    await expect(waitForOperation(joined.operation, options({ signal }))).rejects.toThrow("gone");
    expect(first.isStopped()).toBe(true);
  });

  test("does not stop work that is not its own, or that another has joined", async () => {
    const { operations, first, joined } = setUp();
    const signal = AbortSignal.abort(new Error("gone"));
    const foreign = waitForOperation(joined.operation, options({ signal, owned: false }));
    await expect(foreign).rejects.toThrow("gone");
    operations.join("key", 0, controlled().work);
    const own = waitForOperation(joined.operation, options({ signal }));
    await expect(own).rejects.toThrow("gone");
    expect(first.isStopped()).toBe(false);
  });
});
