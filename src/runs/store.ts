import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../errors.ts";
import type { Redact } from "../redact.ts";
import { type Claims, openClaims } from "./claims.ts";
import { createFile, ensurePrivateFolder, findText, hasCode, replaceFile } from "./private-files.ts";
import { isFinished, isRunId, type RunRecord, type RunStatus } from "./record.ts";

/** What the name of a run's further file ends in. */
export type RunFileEnding = "debug.csv" | "state" | "plot.png" | "plot.svg" | "parquet";

/** The runs of this user: records and CSV files in one folder, which several processes may share. */
export interface RunStore extends Claims {
  readonly folder: string;
  /** Whether series are kept as Parquet, too. */
  readonly keepsParquet: boolean;
  /** What every text of a run that is kept goes through; for those that do not come by its record. */
  redact(text: string): string;
  /** Keeps a new run. Throws `already_exists` for a run id that is taken, `invalid_argument` for one that is none. */
  create(record: RunRecord): Promise<void>;
  /** Writes a run's record in place of the older one. Throws `invalid_argument` for a bad run id. */
  save(record: RunRecord): Promise<void>;
  /** The run, or undefined (also for text that is no run id). Throws `data_loss` for a damaged record. */
  find(runId: string): Promise<RunRecord | undefined>;
  /** The newest runs first, at most `limit`; damaged records are left out. */
  list(options: { limit: number; status?: RunStatus | undefined }): Promise<RunRecord[]>;
  /** Where the run's record is. Throws `invalid_argument` for a bad run id. */
  recordPath(runId: string): string;
  /** Where the run's CSV file belongs. Throws `invalid_argument` for a bad run id. */
  seriesPath(runId: string): string;
  /** Where another file of the run belongs. Throws `invalid_argument` for a bad run id. */
  filePath(runId: string, ending: RunFileEnding): string;
}

/** Opens the runs kept in a folder, creating it (mode 0700) where missing; every text kept goes through `redact`. */
export async function openRunStore(
  folder: string,
  redact: Redact = (text) => text,
  { parquet: keepsParquet = false }: { parquet?: boolean } = {},
): Promise<RunStore> {
  await ensurePrivateFolder(folder);
  const pathOf = (runId: string) => join(folder, `${checkRunId(runId)}.json`);
  const encode = (record: RunRecord) => `${JSON.stringify(record, jsonReplacer(redact), 2)}\n`;

  async function find(runId: string): Promise<RunRecord | undefined> {
    if (!isRunId(runId)) return undefined;
    const text = await findText(pathOf(runId));
    return text === undefined ? undefined : parseRecord(text, runId, pathOf(runId));
  }

  const claims = openClaims(join(folder, "claims"), async (runId) => {
    const record = await find(runId);
    if (record === undefined) return "unknown";
    return isFinished(record) ? "finished" : "unfinished";
  });

  return {
    folder,
    keepsParquet,
    redact,
    find,
    claim: async (digest, runId) => claims.claim(checkDigest(digest), checkRunId(runId)),
    release: async (digest, runId) => claims.release(checkDigest(digest), checkRunId(runId)),
    async create(record) {
      if (await createFile(pathOf(record.run_id), encode(record))) return;
      throw new ToolError(
        "already_exists",
        `Cannot create run "${record.run_id}": there is one of that id`,
        "Call `run_fmi_simulation` again.",
      );
    },
    save: async (record) => replaceFile(pathOf(record.run_id), encode(record)),
    list: (options) => listRuns(folder, find, options),
    recordPath: pathOf,
    seriesPath: (runId) => join(folder, `${checkRunId(runId)}.csv`),
    filePath: (runId, ending) => join(folder, `${checkRunId(runId)}.${ending}`),
  };
}

/** Reads day by day, as run ids name the day only; a run's place within it is in its record. */
async function listRuns(
  folder: string,
  find: (runId: string) => Promise<RunRecord | undefined>,
  options: { limit: number; status?: RunStatus | undefined },
): Promise<RunRecord[]> {
  const ids = (await readdir(folder)).map((name) => name.replace(/\.json$/, "")).filter(isRunId);
  const days = [...new Set(ids.map(dayOf))].sort().reverse();
  const found: RunRecord[] = [];
  for (const day of days) {
    if (found.length >= options.limit) break;
    const ofDay: RunRecord[] = [];
    for (const id of ids.filter((candidate) => dayOf(candidate) === day)) {
      const record = await find(id).catch(ignoreDamage);
      if (record !== undefined && (options.status ?? record.status) === record.status) ofDay.push(record);
    }
    found.push(...ofDay.sort((a, b) => compare(b.created_at, a.created_at) || compare(b.run_id, a.run_id)));
  }
  return found.slice(0, options.limit);
}

function parseRecord(text: string, runId: string, path: string): RunRecord {
  try {
    const record: RunRecord | null = JSON.parse(text);
    if (record?.run_id === runId && typeof record.created_at === "string") return record;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ToolError(
    "data_loss",
    `Cannot read run "${runId}": its record is damaged`,
    `Delete the file ${path} and start the run again with \`run_fmi_simulation\`.`,
  );
}

function jsonReplacer(redact: Redact): (key: string, value: unknown) => unknown {
  return (_key, value) => {
    if (typeof value === "bigint") return String(value);
    return typeof value === "string" ? redact(value) : value;
  };
}

function checkRunId(runId: string): string {
  if (isRunId(runId)) return runId;
  throw new ToolError(
    "invalid_argument",
    `Cannot use ${JSON.stringify(runId.slice(0, 80))} as a run id: it is none`,
    "Pass the `run_id` that `run_fmi_simulation` returned.",
  );
}

function checkDigest(digest: string): string {
  if (/^[0-9a-f]{64}$/.test(digest)) return digest;
  throw new ToolError("internal", "Cannot claim a run: its digest is none", "Report this as a bug.");
}

function ignoreDamage(error: unknown): undefined {
  if (error instanceof ToolError || hasCode(error, "ENOENT")) return undefined;
  throw error;
}

function dayOf(runId: string): string {
  return runId.slice(0, "run-yyyymmdd".length);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
