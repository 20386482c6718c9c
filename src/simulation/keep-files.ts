import { writeFile } from "node:fs/promises";
import { ToolError, toError } from "../errors.ts";
import type { RunSeries, WireValue } from "../runner/contract.ts";
import { type SeriesColumn, writeCsv } from "../runs/csv.ts";
import type { RunRecord } from "../runs/record.ts";
import type { RunStore } from "../runs/store.ts";
import { toJsonValue } from "./json-values.ts";
import type { RunEnd } from "./read-end.ts";

/** Keeps what a run recorded, as CSV and, where the store says so, as Parquet. What cannot be kept is a warning. */
export async function keepSeries(
  store: RunStore,
  record: RunRecord,
  series: RunSeries | undefined,
): Promise<{ file: string | undefined; parquet?: string | undefined; warnings: string[] }> {
  if (!series || series.rows === 0) return { file: undefined, warnings: [] };
  const file = store.seriesPath(record.run_id);
  const warnings =
    series.thinned_by > 1
      ? [`The series keeps one of every ${series.thinned_by} recorded points; statistics use all`]
      : [];
  try {
    const columns = columnsOf(series, record.units, store.redact);
    await writeCsv(file, columns);
    if (!store.keepsParquet) return { file, warnings };
    return { file, ...(await keepParquet(store.filePath(record.run_id, "parquet"), columns, warnings)) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { file: undefined, warnings: [...warnings, `The series could not be kept: ${why}`] };
  }
}

async function keepParquet(path: string, columns: readonly SeriesColumn[], warnings: readonly string[]) {
  const { writeParquet } = await import("../runs/parquet.ts");
  try {
    await writeParquet(path, columns);
    return { parquet: path, warnings: [...warnings] };
  } catch (thrown) {
    const warning = `The series could not be kept as Parquet: ${toError(thrown).message}`;
    return { parquet: undefined, warnings: [...warnings, warning] };
  }
}

/** Keeps what a run brought beside its series: the state at its end, and the last points before something went wrong. */
export async function keepFiles(
  store: RunStore,
  { run_id: runId, units }: RunRecord,
  { state, debug }: RunEnd,
): Promise<{ kept: Pick<RunRecord, "state_file" | "debug_file">; warnings: string[] }> {
  const kept: Pick<RunRecord, "state_file" | "debug_file"> = {};
  try {
    if (state !== undefined) {
      const path = store.filePath(runId, "state");
      await writeFile(path, state, { mode: 0o600 });
      kept.state_file = path;
    }
    if (debug !== undefined && debug.rows > 0) {
      const path = store.filePath(runId, "debug.csv");
      await writeCsv(path, columnsOf({ ...debug, thinned_by: 1 }, units, store.redact));
      kept.debug_file = path;
    }
    return { kept, warnings: [] };
  } catch (thrown) {
    return { kept, warnings: [`A file of the run could not be kept: ${toError(thrown).message}`] };
  }
}

function columnsOf(
  series: RunSeries,
  units: Readonly<Record<string, string | null>>,
  redact: (text: string) => string,
): SeriesColumn[] {
  const time = { name: "time", unit: "s", values: toFloats(series.time, series.rows) };
  const others = Object.entries(series.variables).map(([name, { values }]) => ({
    name,
    unit: units[name] ?? units[name.replace(/\[[\d,]+\]$/, "")] ?? undefined,
    values: toFloats(values, series.rows),
  }));
  const lists = Object.entries(series.lists ?? {}).map(([name, { values }]) => ({
    name,
    unit: undefined,
    values: values.map((value) => redact(toText(value))),
  }));
  return [time, ...others, ...lists];
}

/** A String as it is, a Binary in base64, an array as JSON. */
function toText(value: WireValue): string {
  const plain = toJsonValue(value);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

/** Reads little-endian float64 bytes wherever they lie in their buffer. */
function toFloats(bytes: Uint8Array, rows: number): Float64Array {
  if (bytes.byteLength !== rows * 8) {
    throw new ToolError("data_loss", "the runner sent a column of another length", "Call `deploy_runner`.");
  }
  return new Float64Array(new Uint8Array(bytes).buffer);
}
