import { describe, expect, test } from "vitest";
import { checkCall, explainRun, findNotANumber } from "../../src/diagnosis/call-checks.ts";
import type { CallOutcome, CallStatus, FunctionStats, LogEntry, Modal } from "../../src/modal/modal.ts";
import type { RunRecord } from "../../src/runs/record.ts";
import { logEntry } from "../logs/entries.ts";
import { fakeFunction, fakeModal } from "../support/fake-modal.ts";
import { runRecord } from "../support/run-records.ts";

const NEVER = new AbortController().signal;

interface Scene {
  status?: Partial<CallStatus>;
  outcome?: CallOutcome;
  log?: LogEntry[];
  stats?: Partial<FunctionStats>;
  starting?: number;
}

async function check({ status = {}, outcome, log = [], stats = {}, starting = 0 }: Scene) {
  const fake = fakeModal();
  const id = await fake.modal.calls.spawn(fakeFunction(), {});
  fake.status = { appId: "ap-1", functionId: "fu-1", ...status };
  if (outcome) fake.end(id, outcome);
  const modal = {
    ...fake.modal,
    logs: { between: async () => log },
    functions: { stats: async () => ({ backlog: 1, runningContainers: 0, runningInputs: 0, ...stats }) },
    apps: { containers: async () => Array.from({ length: starting }, () => ({ state: "starting" })) },
  } as unknown as Modal;
  const [only] = await checkCall(modal, { id, runner: "fmi", run: undefined }, NEVER);
  return only;
}

const failing = (
  state: Exclude<CallOutcome["state"], "unfinished" | "success">,
  exception = "",
  traceback?: string,
): CallOutcome => ({ state, exception, traceback });

describe("checkCall", () => {
  test("tells a call that waits for a container from one whose container starts, and from one that waits its turn", async () => {
    const status = { status: "pending", queuedSeconds: 12.34 } as const;
    const notice = logEntry("", 0, { source: "system", event: 'Waiting for a "GPU" worker' });
    expect(await check({ status, log: [notice] })).toMatchObject({
      ...{ status: "warn", code: "waiting_for_container" },
      evidence: "queued for 12.3 s, backlog 1, 0 containers; \"Waiting for a 'GPU' worker\"",
      remedy: expect.stringContaining('function_call_id "fc-1"'),
    });
    expect(await check({ status, starting: 1 })).toMatchObject({ status: "ok", code: "container_booting" });
    expect(await check({ status, stats: { runningContainers: 2 } })).toMatchObject({
      status: "ok",
      code: "queued",
    });
  });

  test("tells of a call that runs for how long, and what it logged last", async () => {
    const log = [logEntry("step 1"), { ...logEntry("step 2"), time: new Date().toISOString() }];
    const found = await check({ status: { status: "running", runningSeconds: 30 }, log });
    expect(found).toMatchObject({ status: "ok", code: "slow_but_alive" });
    expect(found?.message).toMatch(/runs for 30\.0 s; its last log line, \d s ago: "step 2"$/);
  });

  test.each<[CallOutcome, string | null]>([
    [{ state: "success", value: { status: "success", outputs: { h: 1 } } }, null],
    [{ state: "success", value: "anything" }, null],
    [{ state: "success", value: { status: "success", outputs: { h: Number.NaN } } }, "not_a_number"],
    [{ state: "success", value: { status: "error", errors: ["The FMU crashed (SIGSEGV)."] } }, "run_crashed"],
    [{ state: "success", value: { status: "error", errors: ["It does not like it."] } }, "run_failed"],
    [failing("init_failure", "ModuleNotFoundError: No module named 'fmpy'"), "container_import_error"],
    [failing("failure", "ModuleNotFoundError: No module named 'fmpy'"), "container_import_error"],
    [failing("failure", "TypeError: f() got an unexpected keyword argument 'extras'"), "runner_outdated"],
    [failing("failure", "ValueError: odd"), "run_crashed"],
    [failing("timeout"), "run_timed_out"],
    [failing("terminated"), "run_cancelled"],
    [failing("internal_failure"), "run_interrupted"],
    [failing("evicted"), "run_crashed"],
    [failing("expired"), "output_expired"],
  ])("%j: %s", async (outcome, code) => {
    const found = await check({ outcome });
    expect(found?.code).toBe(code);
    expect(found?.status).toBe(code === null ? "ok" : "fail");
  });

  test("quotes the last line of a traceback", async () => {
    const traceback = 'Traceback (most recent call last):\n  File "x"\nImportError: no "fmpy"\n';
    const found = await check({ outcome: failing("init_failure", "ImportError", traceback) });
    expect(found?.evidence).toBe("\"ImportError: no 'fmpy'\"");
  });
});

describe("explainRun", () => {
  const explain = async (members: Partial<RunRecord>, log: string[] = []) => {
    const logs = { between: async () => log.map((text) => logEntry(text)) };
    const calls = { status: async () => ({ appId: "ap-1" }) };
    const record = runRecord({ function_call_id: "fc-1", ...members });
    return explainRun({ logs, calls } as unknown as Modal, record, "fmi", NEVER);
  };
  const error = (message: string, code = "simulation_failed") => [{ code, message, remedy: "x" }];

  test.each<[Partial<RunRecord>, string | undefined]>([
    [{ status: "success", outputs: { h: 1 } }, undefined],
    [{ status: "success", outputs: { h: null } }, "not_a_number"],
    [{ status: "success", outputs: { h: [1, null] } }, "not_a_number"],
    [{ status: "cancelled" }, "run_cancelled"],
    [{ status: "interrupted" }, "run_interrupted"],
    [{ status: "timed_out", errors: error("slow") }, "run_timed_out"],
    [{ status: "error", errors: error("no longer keeps the output of it", "not_found") }, "output_expired"],
    [{ status: "error", errors: error("The FMU crashed (SIGABRT: it aborted itself).") }, "run_crashed"],
    [{ status: "error", errors: error("It does not like it") }, "run_failed"],
    [{ status: "error" }, "run_failed"],
  ])("%j: %s", async (members, code) => {
    expect((await explain(members))?.code).toBe(code);
  });

  test("takes the FMU's log as evidence of a failure, and of nothing where it ended well", async () => {
    const log = ["Cannot check out a licence for Foo"];
    const failed = await explain({ status: "error", errors: error("fmi2Error") }, log);
    expect(failed).toMatchObject({
      code: "licence_missing",
      evidence: '"Cannot check out a licence for Foo"',
    });
    expect(await explain({ status: "success", outputs: { h: 1 } }, log)).toBeUndefined();
    expect((await explain({ status: "timed_out" }, log))?.code).toBe("run_timed_out");
  });

  test("does without the endpoint", async () => {
    const record = runRecord({ status: "error", errors: error("x"), logs: ["no license found"] });
    expect((await explainRun(undefined, record, "fmi", NEVER))?.code).toBe("licence_missing");
  });
});

test("findNotANumber names a few of the outputs in quotes", () => {
  const outputs = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`x${index}"`, null]));
  const fault = findNotANumber("run 1", { ...outputs, ok: 1, text: "a" });
  expect(fault?.evidence).toBe(`not finite at the end: "x0'", "x1'", "x2'", "x3'", "x4'"`);
  expect(findNotANumber("run 1", undefined)).toBeUndefined();
});
