import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { SeriesColumn } from "./csv.ts";

/**
 * Writes columns of equal length as Parquet (float64 and UTF-8 text, Snappy) through a temporary file, mode 0600. The units are
 * in the file's metadata under `units`, as JSON by column name; a name that comes twice gets a number.
 */
export async function writeParquet(path: string, columns: readonly SeriesColumn[]): Promise<void> {
  const named = withUniqueNames(columns);
  const units = named.flatMap(({ name, unit }) => (unit === undefined ? [] : [[name, unit] as const]));
  const bytes = parquetWriteBuffer({
    columnData: named.map(({ name, values }) => ({
      name,
      data: values instanceof Float64Array ? values : [...values],
      type: values instanceof Float64Array ? "DOUBLE" : "STRING",
      nullable: false,
    })),
    kvMetadata: [{ key: "units", value: JSON.stringify(Object.fromEntries(units)) }],
  });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, new Uint8Array(bytes), { mode: 0o600 });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** A variable may be called `time`, as the first column is. */
function withUniqueNames(columns: readonly SeriesColumn[]): SeriesColumn[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let { name } = column;
    for (let number = 2; taken.has(name); number++) name = `${column.name} (${number})`;
    taken.add(name);
    return { ...column, name };
  });
}
