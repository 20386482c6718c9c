import path from "node:path";
import { touch } from "../file-age.ts";
import { contentId } from "../ids.ts";
import { createRecord, readRecord } from "../record-files.ts";
import type { EmulatorState } from "../state.ts";

/** A class's function with the parameters that an instance of it was made with. */
export interface BoundFunction {
  functionId: string;
  /** As the client serialised them, base64. */
  parameters: string;
}

/** Name of the folder of their records. */
export const BOUND_FOLDER = "bound-functions";

function recordFile(state: EmulatorState, id: string): string {
  return path.join(state.folder, BOUND_FOLDER, `${id}.json`);
}

/** Binds a function to parameters; resolves to the id of its own that this gets, equal for equal parameters. */
export async function bindFunction(
  state: EmulatorState,
  functionId: string,
  parameters: Buffer,
): Promise<string> {
  const record: BoundFunction = { functionId, parameters: parameters.toString("base64") };
  const id = contentId("fu", JSON.stringify(record));
  await createRecord(recordFile(state, id), record);
  return id;
}

/** What a function id is bound to; undefined for one that is not of {@link bindFunction}. */
export async function findBound(state: EmulatorState, id: string): Promise<BoundFunction | undefined> {
  const record = await readRecord<BoundFunction>(recordFile(state, id));
  if (record !== undefined) await touch(recordFile(state, id));
  return record;
}
