import { type DeployedFunction, findApp, requireFunction } from "./app-records.ts";
import { poolOf, resizePool } from "./containers.ts";
import { requireEnvironment } from "./environments.ts";
import type { BuiltInApp, FunctionBody, FunctionParameter } from "./function-body.ts";
import type { Handler, Handlers } from "./handler.ts";
import { RpcError } from "./rpc-error.ts";
import { type EmulatorState, ENVIRONMENT } from "./state.ts";

/** modal_proto/api.proto: FunctionType FUNCTION, FunctionSchemaType V1, DataFormat CBOR. */
const FUNCTION_TYPE = 2;
const SCHEMA_TYPE = 1;
/** The data format of inputs and outputs: CBOR. */
export const DATA_FORMAT_CBOR = 4;

/** modal_proto/api.proto, ParameterType. It has no float: Modal's client declares one as UNKNOWN. */
const PARAMETER_TYPE: Readonly<Record<FunctionParameter["type"], number>> = {
  str: 1,
  int: 2,
  float: 5,
  bool: 9,
  dict: 7,
  list: 6,
  any: 5,
};

/** The app and body that this process hosts for a deployed function; undefined where it hosts none. */
export function findBody(
  state: EmulatorState,
  deployed: DeployedFunction,
): { app: BuiltInApp; body: FunctionBody } | undefined {
  const app = state.apps.find((each) => each.name === deployed.app.name);
  const body = app?.functions.find((each) => each.name === deployed.name);
  return app && body && { app, body };
}

/** What callers are told about a function: its formats and its schema. */
export function handleMetadata(state: EmulatorState, deployed: DeployedFunction): object {
  const parameters = findBody(state, deployed)?.body.parameters ?? [];
  const parameterSpecs = parameters.map(({ name, type, hasDefault }) => ({
    name,
    type: PARAMETER_TYPE[type],
    hasDefault,
    fullType: { baseType: PARAMETER_TYPE[type] },
  }));
  return {
    functionName: deployed.name,
    functionType: FUNCTION_TYPE,
    definitionId: `de-${deployed.id.slice(3)}`,
    functionSchema: { schemaType: SCHEMA_TYPE, arguments: parameterSpecs },
    supportedInputFormats: [DATA_FORMAT_CBOR],
    supportedOutputFormats: [DATA_FORMAT_CBOR],
    appId: deployed.app.id,
  };
}

interface GetRequest {
  appName: string;
  objectTag: string;
  environmentName: string;
}

/** Differs: NOT_FOUND says which of the reasons it is, where Modal's words vary; `app_version` is not read. */
const functionGet: Handler<GetRequest> = async (state, request) => {
  requireEnvironment(request.environmentName);
  const app = await findApp(state, request.appName);
  const where = `App '${request.appName}' in environment '${ENVIRONMENT}'`;
  if (app === undefined) throw new RpcError("notFound", `${where} not found: it was never deployed`);
  if (app.stoppedAt !== undefined) throw new RpcError("notFound", `${where} is stopped`);
  const id = Object.hasOwn(app.functions, request.objectTag) ? app.functions[request.objectTag] : undefined;
  if (id === undefined) {
    const names = Object.keys(app.functions).join(", ");
    throw new RpcError("notFound", `${where} has no function '${request.objectTag}'. It has: ${names}`);
  }
  return { functionId: id, handleMetadata: handleMetadata(state, { app, name: request.objectTag, id }) };
};

const functionGetById: Handler<{ functionId: string }> = async (state, request) => ({
  handleMetadata: handleMetadata(state, await requireFunction(state, request.functionId)),
});

interface SchedulingRequest {
  functionId: string;
  settings?: { minContainers?: number; maxContainers?: number };
}

/** Differs: only `max_containers` has an effect, on this process and the whole app, until the process ends. */
const functionUpdateSchedulingParams: Handler<SchedulingRequest> = async (state, request) => {
  const deployed = await requireFunction(state, request.functionId);
  const hosted = findBody(state, deployed);
  const pool = poolOf(state, deployed.app.name, hosted?.app.maxContainers ?? 1);
  const wanted = request.settings?.maxContainers ?? 0;
  if (wanted > 0) resizePool(pool, wanted);
  return { currentSettings: { maxContainers: pool.maxContainers } };
};

/** RPCs of functions. */
export const functionHandlers: Handlers = {
  FunctionGet: functionGet,
  FunctionGetById: functionGetById,
  FunctionUpdateSchedulingParams: functionUpdateSchedulingParams,
};
