import { availableParallelism } from "node:os";
import type { DeployedFunction } from "../apps/app-records.ts";
import type { FunctionDefinition } from "../apps/definition-records.ts";
import type { FunctionInput } from "../calls/call-body.ts";
import { type CallResult, RESULT_STATUS } from "../calls/call-records.ts";
import type { CallWork, RunningWork } from "../calls/call-work.ts";
import { RpcError } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { poolOf } from "./containers.ts";
import { PythonContainer } from "./python-container.ts";
import { findPython } from "./python-environment.ts";

/** Modal's default time limit of a function, seconds. */
const DEFAULT_TIMEOUT_S = 300;

/** Differs: no function gets more containers than this, so that a small computer stays usable. */
const MAX_CONTAINERS = Math.max(2, availableParallelism());

async function readyContainer(
  state: EmulatorState,
  deployed: DeployedFunction,
  definition: FunctionDefinition,
  work: RunningWork,
): Promise<CallResult | undefined> {
  const { container, log, signal } = work;
  if (container.hosted?.isAlive()) return undefined;
  const python = new PythonContainer(state, { id: container.id, deployed, definition });
  container.hosted = python;
  const failed = await python.start(log, signal);
  if (failed === undefined) container.startedAt = Date.now() / 1000;
  return failed;
}

/** The work of one call of a function deployed from Python. Throws where no Python or no call of its kind is served. */
export async function pythonWork(
  state: EmulatorState,
  deployed: DeployedFunction,
  definition: FunctionDefinition,
  input: FunctionInput,
): Promise<CallWork> {
  const { view, id } = definition;
  if ((await findPython(state)) === undefined) {
    throw new RpcError(
      "failedPrecondition",
      `There is no Python 3.10 or later to run '${deployed.name}' with`,
    );
  }
  const limit = view.autoscalerSettings?.maxContainers || view.concurrencyLimit || MAX_CONTAINERS;
  const idleSeconds = view.autoscalerSettings?.scaledownWindow || view.taskIdleTimeoutSecs;
  const pool = poolOf(state, `${deployed.id} ${id} ${deployed.parameters ?? ""}`, {
    appId: deployed.app.id,
    functionId: deployed.id,
    maxContainers: Math.min(limit, MAX_CONTAINERS),
    ...(idleSeconds > 0 ? { idleMs: idleSeconds * 1000 } : {}),
  });
  return {
    deployed,
    pool,
    timeoutSeconds: view.timeoutSecs || DEFAULT_TIMEOUT_S,
    ready: (work) => readyContainer(state, deployed, definition, work),
    async run(work) {
      const python = work.container.hosted;
      if (python instanceof PythonContainer) return python.call(input, work);
      return { status: RESULT_STATUS.internalFailure, exception: "the call was given no container" };
    },
  };
}
