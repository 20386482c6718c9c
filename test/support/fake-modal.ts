import { EventEmitter, once } from "node:events";
import { ToolError } from "../../src/errors.ts";
import type { CallOutcome, CallStatus, FunctionInfo, Modal } from "../../src/modal/modal.ts";

/** A Modal endpoint of one function whose calls end as the test says; anything else it is asked for fails the test. */
export interface FakeModal {
  modal: Modal;
  /** Keyword arguments of the calls spawned, by call id. */
  spawned: Map<string, Record<string, unknown>>;
  cancelled: string[];
  /** Ends a call; whoever waits for it is told. */
  end(functionCallId: string, outcome: CallOutcome): void;
  /** What `status` says of every call. */
  status: Partial<CallStatus>;
  /** Makes the next spawns fail. */
  failSpawn: Error | undefined;
  /** Called after a call was spawned and before its id is returned. */
  onSpawn: (functionCallId: string) => Promise<void> | void;
}

/** The function of the runner as `functions.get` finds it; `arguments` undefined for one without a schema. */
export function fakeFunction(members: Partial<FunctionInfo> = {}): FunctionInfo {
  return {
    id: "fu-1",
    appName: "fmi-runner",
    name: "run_fmi_simulation",
    appId: "ap-1",
    arguments: undefined,
    acceptsCbor: true,
    maxInlineBytes: undefined,
    ...members,
  };
}

/** Makes the fake; cancelling a call ends it as terminated. */
export function fakeModal(fn: FunctionInfo = fakeFunction()): FakeModal {
  const outcomes = new Map<string, CallOutcome>();
  const changes = new EventEmitter();
  const fake: Omit<FakeModal, "modal"> = {
    spawned: new Map(),
    cancelled: [],
    status: { status: "running", queuedSeconds: 1, runningSeconds: 2 },
    failSpawn: undefined,
    onSpawn: () => {},
    end(functionCallId, outcome) {
      outcomes.set(functionCallId, outcome);
      changes.emit(functionCallId);
    },
  };
  const outcomeOf = (id: string): CallOutcome => {
    const outcome = outcomes.get(id);
    if (outcome) return outcome;
    throw new ToolError("not_found", `Cannot find function call ${id}`, "Pass another.");
  };
  const calls: Modal["calls"] = {
    async spawn(_fn, kwargs) {
      if (fake.failSpawn) throw fake.failSpawn;
      const id = `fc-${fake.spawned.size + 1}`;
      fake.spawned.set(id, kwargs);
      outcomes.set(id, { state: "unfinished" });
      await fake.onSpawn(id);
      return id;
    },
    async wait(id, timeoutMs, signal) {
      signal?.throwIfAborted();
      if (outcomeOf(id).state === "unfinished" && timeoutMs > 0) {
        const limit = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
        await once(changes, id, { signal: limit }).catch(() => {});
        signal?.throwIfAborted();
      }
      return outcomeOf(id);
    },
    async status(functionCallId) {
      const unknown = { appId: undefined, functionId: undefined, createdAt: undefined };
      const times = { queuedSeconds: undefined, runningSeconds: undefined };
      return { functionCallId, ...unknown, status: "unknown", ...times, ...fake.status };
    },
    async cancel(id) {
      fake.cancelled.push(id);
      if (outcomeOf(id).state === "unfinished")
        fake.end(id, { state: "terminated", exception: "", traceback: undefined });
    },
  };
  const functions = { get: async () => fn };
  const modal = { url: "http://127.0.0.1:1", environment: "main", calls, functions } as unknown as Modal;
  return Object.assign(fake, { modal });
}
