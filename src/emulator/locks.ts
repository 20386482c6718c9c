import { randomUUID } from "node:crypto";
import { rename } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isOwnerAlive, type Owner, ownerOf } from "./owners.ts";
import { createRecord, orUndefined, readRecord, removeFile } from "./record-files.ts";
import { RpcError } from "./rpc-error.ts";
import type { EmulatorState } from "./state.ts";

const WAIT_MS = 20;
const PATIENCE_MS = 10_000;

// Renamed away rather than unlinked: of two processes that found the same dead owner, one takes the lock file.
async function breakDeadLock(file: string, state: EmulatorState): Promise<void> {
  const holder = await readRecord<Owner>(file);
  if (holder === undefined || (await isOwnerAlive(state, holder))) return;
  const grave = `${file}.${randomUUID()}`;
  const taken = await orUndefined(rename(file, grave).then(() => true));
  if (taken !== true) return;
  const buried = await readRecord<Owner>(grave);
  if (buried?.instance !== holder.instance && buried !== undefined) await createRecord(file, buried);
  await removeFile(grave);
}

/** Runs `work` while no other process (and nobody else in this one) holds the folder's lock of this name. */
export async function withLock<T>(state: EmulatorState, name: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(state.folder, "locks", name);
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await createRecord(file, ownerOf(state)))) {
    if (Date.now() > deadline) throw new RpcError("internal", `another process holds the lock "${name}"`);
    await breakDeadLock(file, state);
    await delay(WAIT_MS);
  }
  try {
    return await work();
  } finally {
    await removeFile(file);
  }
}
