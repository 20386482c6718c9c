import { codecOf } from "../../wire/codec.ts";
import { DATA_FORMAT_CBOR } from "../calls/call-records.ts";
import { bindFunction } from "../containers/bound-functions.ts";
import { poolOf, poolsOf, resizePool } from "../containers/containers.ts";
import { requireEnvironment } from "../environments.ts";
import type { BuiltInApp, FunctionBody, FunctionParameter } from "../function-body.ts";
import type { Handler, Handlers } from "../handler.ts";
import { RpcError } from "../rpc-error.ts";
import { type EmulatorState, ENVIRONMENT } from "../state.ts";
import {
  type AppRecord,
  currentDeployment,
  type DeployedFunction,
  findApp,
  isHostedByPython,
  requireFunction,
} from "./app-records.ts";
import { definitionOf, describeDefinition } from "./definition-records.ts";

/** modal_proto/api.proto: FunctionType FUNCTION, FunctionSchemaType V1, DataFormat CBOR. */
const FUNCTION_TYPE = 2;
const SCHEMA_TYPE = 1;

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

/** The built-in app and body for a deployed function; undefined where it was deployed from Python, or is unknown. */
export function findBody(
  state: EmulatorState,
  deployed: DeployedFunction,
): { app: BuiltInApp; body: FunctionBody } | undefined {
  if (isHostedByPython(deployed.app)) return undefined;
  const app = state.apps.find((each) => each.name === deployed.app.name);
  const body = app?.functions.find((each) => each.name === deployed.name);
  return app && body && { app, body };
}

/** What callers are told about a function: its formats and its schema. */
export async function handleMetadata(state: EmulatorState, deployed: DeployedFunction): Promise<object> {
  const definition = await definitionOf(state, deployed);
  if (definition !== undefined) {
    return describeDefinition(definition.view, { appId: deployed.app.id, definitionId: definition.id });
  }
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
    functionSchema: codecOf("FunctionSchema").encode({ schemaType: SCHEMA_TYPE, arguments: parameterSpecs }),
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

async function requireDeployed(state: EmulatorState, request: GetRequest): Promise<AppRecord> {
  requireEnvironment(request.environmentName);
  const app = await findApp(state, request.appName);
  const where = `App '${request.appName}' in environment '${ENVIRONMENT}'`;
  if (app === undefined) throw new RpcError("notFound", `${where} not found: it was never deployed`);
  if (app.stoppedAt !== undefined) throw new RpcError("notFound", `${where} is stopped`);
  return app;
}

/** Differs: NOT_FOUND says which of the reasons it is, where Modal's words vary; `app_version` is not read. */
const functionGet: Handler<GetRequest> = async (state, request) => {
  const app = await requireDeployed(state, request);
  const id = Object.hasOwn(app.functions, request.objectTag) ? app.functions[request.objectTag] : undefined;
  if (id === undefined) {
    const names = Object.keys(app.functions).join(", ");
    throw new RpcError(
      "notFound",
      `App '${app.name}' in environment '${ENVIRONMENT}' has no function '${request.objectTag}'. It has: ${names}`,
    );
  }
  return {
    functionId: id,
    handleMetadata: await handleMetadata(state, { app, name: request.objectTag, id }),
  };
};

const classGet: Handler<GetRequest> = async (state, request) => {
  const app = await requireDeployed(state, request);
  const { classes = {} } = currentDeployment(app);
  const classId = Object.hasOwn(classes, request.objectTag) ? classes[request.objectTag] : undefined;
  if (classId === undefined) {
    throw new RpcError("notFound", `App '${app.name}' has no class '${request.objectTag}'`);
  }
  return { classId, handleMetadata: {} };
};

const functionGetById: Handler<{ functionId: string }> = async (state, request) => ({
  handleMetadata: await handleMetadata(state, await requireFunction(state, request.functionId)),
});

interface BindRequest {
  functionId: string;
  serializedParams: Buffer;
  functionOptions: Buffer;
}

/** Differs: options of a call (`with_options` and its kind) are refused. */
const functionBindParams: Handler<BindRequest> = async (state, request) => {
  const deployed = await requireFunction(state, request.functionId);
  if (request.functionOptions.length > 0) {
    throw new RpcError(
      "unimplemented",
      `The embedded endpoint does not serve options of a call, such as those of with_options: '${deployed.name}'.`,
    );
  }
  const boundFunctionId = await bindFunction(state, deployed.id, request.serializedParams);
  return { boundFunctionId, handleMetadata: await handleMetadata(state, deployed) };
};

interface SchedulingRequest {
  functionId: string;
  settings?: { minContainers?: number; maxContainers?: number };
}

/** Differs: only `max_containers` has an effect, on this process and the whole app, until the process ends. */
const functionUpdateSchedulingParams: Handler<SchedulingRequest> = async (state, request) => {
  const deployed = await requireFunction(state, request.functionId);
  const hosted = findBody(state, deployed);
  if (hosted !== undefined) {
    poolOf(state, deployed.app.id, { appId: deployed.app.id, maxContainers: hosted.app.maxContainers });
  }
  const pools = poolsOf(state, deployed.app.id, deployed.id);
  const wanted = request.settings?.maxContainers ?? 0;
  if (wanted > 0) for (const pool of pools) resizePool(pool, wanted);
  return { currentSettings: { maxContainers: pools[0]?.maxContainers ?? 1 } };
};

/** RPCs of functions. */
export const functionHandlers: Handlers = {
  FunctionGet: functionGet,
  FunctionGetById: functionGetById,
  FunctionBindParams: functionBindParams,
  ClassGet: classGet,
  FunctionUpdateSchedulingParams: functionUpdateSchedulingParams,
};
