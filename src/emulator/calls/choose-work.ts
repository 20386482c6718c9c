import type { DeployedFunction } from "../apps/app-records.ts";
import { definitionOf } from "../apps/definition-records.ts";
import { findBody } from "../apps/functions.ts";
import { pythonWork } from "../containers/python-calls.ts";
import { RpcError } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { builtInWork, type FunctionInput } from "./call-body.ts";
import type { CallWork } from "./call-work.ts";

/** The work of one input of a deployed function: of a built-in app's body, or of Python. Throws where neither is here. */
export async function workOf(
  state: EmulatorState,
  deployed: DeployedFunction,
  input: FunctionInput,
): Promise<CallWork> {
  const hosted = findBody(state, deployed);
  if (hosted !== undefined) return builtInWork(state, deployed, hosted, input);
  const definition = await definitionOf(state, deployed);
  if (definition !== undefined) return pythonWork(state, deployed, definition, input);
  throw new RpcError("failedPrecondition", `Function '${deployed.name}' is not hosted by this process`);
}
