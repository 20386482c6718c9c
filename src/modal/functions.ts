import { ToolError } from "../errors.ts";
import { lookUpDeployment, readFunctionIds } from "./apps.ts";
import type { ControlPlane } from "./connect.ts";
import { toRecentCall } from "./input-status.ts";
import type { FunctionInfo, Functions } from "./modal.ts";
import { type Connection, request } from "./request.ts";

type Metadata = Awaited<ReturnType<ControlPlane["functionGet"]>>["handleMetadata"];

const FORMAT_CBOR = 4;
const SCHEMA_V1 = 1;
const DEPLOY_REMEDY = "Deploy it with `deploy_runner`.";

/** Modal's functions of the deployed apps of one environment. */
export function createFunctions(connection: Connection): Functions {
  return {
    get: (appName, functionName, signal) => getFunction(connection, appName, functionName, signal),
    stats: async (functionId, signal) => {
      const stats = await request(
        connection,
        `read the backlog of function ${functionId}`,
        (controlPlane, rpc) => controlPlane.functionGetCurrentStats({ functionId }, rpc),
        { signal },
      );
      return {
        backlog: stats.backlog,
        runningContainers: stats.numTotalTasks,
        runningInputs: stats.numRunningInputs,
      };
    },
    recentCalls: async (functionId, count, signal) => {
      const reply = await request(
        connection,
        `list the newest calls of function ${functionId}`,
        (controlPlane, rpc) => controlPlane.functionCallFetch({ functionId, tail: { count } }, rpc),
        { signal },
      );
      return reply.functionCallInputs.map(toRecentCall);
    },
  };
}

/** Asks the raw request: the SDK's own look-up drops the server's words and says the same of every way to be missing. */
async function getFunction(
  connection: Connection,
  appName: string,
  functionName: string,
  signal?: AbortSignal,
): Promise<FunctionInfo> {
  const what = `look up function "${functionName}" of app "${appName}"`;
  const reply = await request(
    connection,
    what,
    (controlPlane, rpc) =>
      controlPlane.functionGet(
        { appName, objectTag: functionName, environmentName: connection.environment },
        rpc,
      ),
    { signal },
  ).catch(async (thrown: unknown) => {
    const missing = thrown instanceof ToolError && thrown.code === "not_found";
    throw missing ? await explainMissing(connection, appName, functionName, thrown, signal) : thrown;
  });
  return toFunctionInfo(reply.functionId, appName, functionName, reply.handleMetadata);
}

function toFunctionInfo(id: string, appName: string, name: string, metadata: Metadata): FunctionInfo {
  const schema = metadata?.functionSchema;
  return {
    id,
    appName,
    name,
    appId: metadata?.appId || undefined,
    arguments: schema?.schemaType === SCHEMA_V1 ? schema.arguments.map((spec) => spec.name) : undefined,
    acceptsCbor: metadata?.supportedInputFormats.includes(FORMAT_CBOR) ?? false,
    maxInlineBytes: metadata?.maxAsyncObjectSizeBytes,
  };
}

/** Tells "never deployed", "stopped" and "no such function" apart, which the server's NOT_FOUND does not. */
async function explainMissing(
  connection: Connection,
  appName: string,
  functionName: string,
  cause: ToolError,
  signal?: AbortSignal,
): Promise<ToolError> {
  const lookup = await lookUpDeployment(connection, appName, signal);
  const where = lookup.environment === "" ? "the default environment" : `environment "${lookup.environment}"`;
  const cannot = `Cannot find function "${functionName}" in app "${appName}"`;
  const options = { detail: cause.detail, cause };
  if (lookup.appId !== undefined) {
    const names = [...(await readFunctionIds(connection, lookup.appId, signal)).keys()].sort();
    const state = names.length === 0 ? "none" : names.join(", ");
    const message = `${cannot}: the deployed app has no such function; its functions: ${state}`;
    return new ToolError("not_found", message, "Deploy a version that has it with `deploy_runner`.", options);
  }
  if (lookup.previousAppId !== undefined)
    return new ToolError(
      "failed_precondition",
      `${cannot}: the app was stopped in ${where} and is not deployed now`,
      DEPLOY_REMEDY,
      options,
    );
  return new ToolError("not_found", `${cannot}: the app is not deployed in ${where}`, DEPLOY_REMEDY, options);
}
