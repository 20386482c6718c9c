import type { Handler, Handlers } from "../handler.ts";
import { contentId, isId, newId } from "../ids.ts";
import { RpcError, refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { requireApp } from "./app-records.ts";
import { describeDefinition, type FunctionView, storeDefinition } from "./definition-records.ts";

// A function keeps its id from one deploy to the next; a new one's follows from its app and name.
async function functionIdOf(
  state: EmulatorState,
  request: { appId: string; existingFunctionId: string },
  name: string,
): Promise<string> {
  const app = await requireApp(state, request.appId);
  const existing = request.existingFunctionId;
  if (existing === "" || !isId(existing, "fu")) return contentId("fu", `${app.id} ${name}`);
  return existing;
}

interface PrecreateRequest
  extends Pick<
    FunctionView,
    "functionName" | "functionType" | "functionSchema" | "supportedInputFormats" | "supportedOutputFormats"
  > {
  appId: string;
  existingFunctionId: string;
}

const functionPrecreate: Handler<PrecreateRequest> = async (state, request) => {
  const { appId, functionName, functionType, functionSchema } = request;
  const { supportedInputFormats, supportedOutputFormats } = request;
  const functionId = await functionIdOf(state, request, functionName);
  const formats = { supportedInputFormats, supportedOutputFormats };
  return { functionId, handleMetadata: { functionName, functionType, functionSchema, ...formats, appId } };
};

interface CreateRequest {
  appId: string;
  existingFunctionId: string;
  function?: Buffer;
  functionData?: Buffer;
}

function warningsOf(view: FunctionView): { type: number; message: string }[] {
  const without: string[] = [];
  if (view.webhookConfig.length > 0) without.push("does not serve web endpoints");
  if (view.schedule.length > 0) without.push("does not call functions on a schedule");
  return without.map((what) => ({
    type: 0,
    message: `${view.functionName}: the embedded endpoint ${what}.`,
  }));
}

/** Differs: resources, regions, schedules and retries are kept in the definition and have no effect. */
const functionCreate: Handler<CreateRequest> = async (state, request) => {
  const bytes = request.function ?? Buffer.alloc(0);
  if (bytes.length === 0) {
    throw new RpcError("unimplemented", "The embedded endpoint takes no function with a choice of GPUs.");
  }
  const definition = await storeDefinition(state, bytes);
  const { view } = definition;
  if (view.functionName === "") refuse("a function needs a name");
  const functionId = await functionIdOf(state, request, view.functionName);
  return {
    functionId,
    function: bytes,
    handleMetadata: describeDefinition(view, { appId: request.appId, definitionId: definition.id }),
    serverWarnings: warningsOf(view),
  };
};

interface ClassRequest {
  appId: string;
  existingClassId: string;
}

const classCreate: Handler<ClassRequest> = async (state, request) => {
  await requireApp(state, request.appId);
  if (isId(request.existingClassId, "cs")) return { classId: request.existingClassId, handleMetadata: {} };
  return { classId: newId("cs"), handleMetadata: {} };
};

/** RPCs by which a deploy defines functions and classes. */
export const definitionHandlers: Handlers = {
  FunctionPrecreate: functionPrecreate,
  FunctionCreate: functionCreate,
  ClassCreate: classCreate,
};
