import { describe, expect, test } from "vitest";
import { checkCall, checkRunRecord } from "../../src/diagnosis/run-checks.ts";
import type { CallOutcome, CallStatus } from "../../src/modal/modal.ts";
import { fakeFunction, fakeModal } from "../support/fake-modal.ts";
import { runRecord } from "../support/run-records.ts";

const NEVER = new AbortController().signal;

describe("checkRunRecord", () => {
  test("tells of a run that goes on how to wait for it or end it", () => {
    const record = runRecord();
    const [check] = checkRunRecord(record);
    expect(check).toMatchObject({ status: "warn", name: `run ${record.run_id}` });
    expect(check?.remedy).toContain(record.run_id);
    expect(check?.remedy).toContain("`cancel_run`");
  });

  test("tells of a success", () => {
    const finished_at = "2026-05-01T00:00:00.000Z";
    expect(checkRunRecord(runRecord({ status: "success", finished_at }))).toMatchObject([
      { status: "ok", message: expect.stringContaining(finished_at), remedy: null },
    ]);
  });

  test("tells of a failure why, and what to do", () => {
    const errors = [{ code: "timed_out", message: "Too slow", remedy: "Take larger steps." }];
    expect(checkRunRecord(runRecord({ status: "timed_out", errors }))).toMatchObject([
      {
        status: "fail",
        message: expect.stringMatching(/timed_out .*Too slow/),
        remedy: "Take larger steps.",
      },
    ]);
    const [bare] = checkRunRecord(runRecord({ status: "error" }));
    expect(bare?.message).toContain("no reason is kept");
    expect(bare?.remedy).toContain("`tail_logs`");
  });
});

describe("checkCall", () => {
  async function check(status: Partial<CallStatus>, outcome?: CallOutcome) {
    const fake = fakeModal();
    const call = await fake.modal.calls.spawn(fakeFunction(), {});
    fake.status = status;
    if (outcome) fake.end(call, outcome);
    const [only] = await checkCall(fake.modal, call, NEVER);
    return only;
  }

  test("tells seconds queued and running apart", async () => {
    expect(await check({ status: "pending", queuedSeconds: 12.34 })).toMatchObject({
      status: "warn",
      message: "Waiting for a container for 12.3 s",
    });
    expect(await check({ status: "running", queuedSeconds: 2, runningSeconds: 30 })).toMatchObject({
      status: "warn",
      message: "Unfinished: queued 2.0 s, running for 30.0 s",
    });
  });

  test("tells how a call ended, bounded", async () => {
    expect(await check({}, { state: "success", value: {} })).toMatchObject({ status: "ok" });
    const failure = {
      state: "failure",
      exception: `ValueError: ${"x".repeat(9999)}`,
      traceback: undefined,
    } as const;
    const failed = await check({}, failure);
    expect(failed).toMatchObject({ status: "fail", remedy: expect.stringContaining("`tail_logs`") });
    expect(failed?.message).toContain("failure: ValueError");
    expect(failed?.message.length).toBeLessThan(600);
  });
});
