import path from "node:path";
import { requireEnvironment } from "../environments.ts";
import type { Handler, Handlers } from "../handler.ts";
import { contentId, sha256Hex } from "../ids.ts";
import { createRecord, readRecord, replaceRecord } from "../record-files.ts";
import { RpcError, refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";

/** modal_proto/api.proto, ObjectCreationType. */
const CREATION = { lookUp: 0, ifMissing: 1, failIfExists: 2, overwrite: 3, anonymous: 4 } as const;

interface SecretRecord {
  name: string;
  variables: Record<string, string>;
}

function recordFile(state: EmulatorState, id: string): string {
  return path.join(state.folder, "secrets", `${id}.json`);
}

/** The environment variables of secrets, later ones over earlier ones; unknown ids have none. */
export async function readSecrets(
  state: EmulatorState,
  ids: readonly string[],
): Promise<Record<string, string>> {
  const records = await Promise.all(ids.map((id) => readRecord<SecretRecord>(recordFile(state, id))));
  return Object.assign({}, ...records.map((record) => record?.variables ?? {}));
}

interface GetOrCreateRequest {
  deploymentName: string;
  environmentName: string;
  objectCreationType: number;
  envDict: Record<string, string>;
  requiredKeys: string[];
}

async function requireNamed(state: EmulatorState, request: GetOrCreateRequest, id: string): Promise<void> {
  const { deploymentName: name, requiredKeys } = request;
  const found = await readRecord<SecretRecord>(recordFile(state, id));
  if (found === undefined) throw new RpcError("notFound", `Secret '${name}' not found`);
  const missing = requiredKeys.filter((key) => !Object.hasOwn(found.variables, key));
  if (missing.length > 0) refuse(`Secret '${name}' lacks the keys ${missing.join(", ")}`);
}

/** A secret's id follows from its name, or where it has none from its variables: what deploys again keeps its id. */
const secretGetOrCreate: Handler<GetOrCreateRequest> = async (state, request) => {
  requireEnvironment(request.environmentName);
  const { deploymentName: name, objectCreationType: type, envDict: variables } = request;
  const anonymous = type >= CREATION.anonymous || name === "";
  const sorted = JSON.stringify(Object.entries(variables).sort());
  const id = contentId("st", anonymous ? `variables ${sorted}` : `name ${sha256Hex(name)}`);
  const record: SecretRecord = { name, variables };
  if (type === CREATION.lookUp && !anonymous) await requireNamed(state, request, id);
  else if (type === CREATION.overwrite || anonymous) await replaceRecord(recordFile(state, id), record);
  else if (!(await createRecord(recordFile(state, id), record)) && type === CREATION.failIfExists) {
    throw new RpcError("alreadyExists", `Secret '${name}' already exists`);
  }
  return { secretId: id, metadata: { name } };
};

/** RPCs of secrets. */
export const secretHandlers: Handlers = { SecretGetOrCreate: secretGetOrCreate };
