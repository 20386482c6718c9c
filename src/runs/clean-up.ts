import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isFinished, isRunId } from "./record.ts";
import type { RunStore } from "./store.ts";

/** How long and how much of the runs' series is kept. */
export interface Keeping {
  days: number;
  bytes: number;
}

/** What a cleaning removed. */
export interface Cleaned {
  runs: number;
  bytes: number;
}

const DAY_MS = 86_400_000;

/** A file as young as this may belong to a run whose record is about to name it. */
const YOUNG_MS = 10 * 60_000;

/** A run's id, a dot, an ending; a file being written ends in `.tmp`. */
const RUN_FILE = /^(run-\d{8}-[a-z2-7]{10})\..+$/;

/** A run's files beside its record. */
interface RunFiles {
  runId: string;
  paths: string[];
  bytes: number;
  /** Time of the latest change, ms of the epoch. */
  changed: number;
}

/**
 * Removes series, plots and states of finished runs, of the oldest runs first: those older than the days, and as many as it
 * takes to keep within the bytes. Records stay. Files of unfinished runs, and files changed within the last ten minutes,
 * stay too. Several processes may clean one folder at a time.
 */
export async function cleanUpRuns(
  store: Pick<RunStore, "folder" | "find">,
  keeping: Keeping,
  now: number = Date.now(),
): Promise<Cleaned> {
  const files = await listRunFiles(store.folder);
  files.sort((a, b) => a.changed - b.changed);
  let left = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const cleaned: Cleaned = { runs: 0, bytes: 0 };
  for (const one of files) {
    const isOld = now - one.changed > keeping.days * DAY_MS;
    if (!isOld && left <= keeping.bytes) break;
    if (now - one.changed < YOUNG_MS || !(await hasEnded(store, one.runId))) continue;
    await Promise.all(one.paths.map((path) => rm(path, { force: true })));
    left -= one.bytes;
    cleaned.runs += 1;
    cleaned.bytes += one.bytes;
  }
  return cleaned;
}

async function listRunFiles(folder: string): Promise<RunFiles[]> {
  const runs = new Map<string, RunFiles>();
  for (const name of await readdir(folder)) {
    const runId = RUN_FILE.exec(name)?.[1];
    if (runId === undefined || !isRunId(runId) || name === `${runId}.json`) continue;
    const path = join(folder, name);
    // Another process may have removed it since.
    const facts = await stat(path).catch(() => undefined);
    if (facts === undefined || !facts.isFile()) continue;
    const run = runs.get(runId) ?? { runId, paths: [], bytes: 0, changed: 0 };
    run.paths.push(path);
    run.bytes += facts.size;
    run.changed = Math.max(run.changed, facts.mtimeMs);
    runs.set(runId, run);
  }
  return [...runs.values()];
}

/** A run whose record is gone or damaged is over too: its files are of no use to anyone. */
async function hasEnded(store: Pick<RunStore, "find">, runId: string): Promise<boolean> {
  const record = await store.find(runId).catch(() => undefined);
  return record === undefined || isFinished(record);
}
