import { ToolError } from "../errors.ts";
import type { RunRecord } from "../runs/record.ts";
import { answerSeries, type SeriesQuestions } from "./answer-series.ts";
import { compareColumns, compareRecords, type Difference } from "./compare-runs.ts";
import type { SeriesDifference } from "./compare-series.ts";
import { readSeries } from "./read-series.ts";
import type { Series } from "./series.ts";

/** In what a run differs from another one. */
export interface RunComparison {
  with: string;
  differences: Difference[];
  /** By column, of those that both recorded; null where values are not finite. */
  series: Record<string, SeriesDifference | null>;
  /** Columns that only the first has. */
  not_compared: string[];
}

/** Answers {@link answerSeries} and the comparison for a kept run. A series that is not there is told in `notes`. */
export async function answerRun(
  record: RunRecord,
  other: RunRecord | undefined,
  questions: SeriesQuestions,
  notes: string[],
): Promise<Partial<ReturnType<typeof answerSeries>> & { comparison?: RunComparison }> {
  const needed = questions.rows !== undefined || questions.limits !== undefined;
  const series = await findSeries(record, needed, notes);
  return {
    ...(series ? answerSeries(series, questions) : {}),
    ...(other ? { comparison: await compareWith(other, record, series, notes) } : {}),
  };
}

async function findSeries(record: RunRecord, needed: boolean, notes: string[]): Promise<Series | undefined> {
  if (record.series_file === undefined) {
    if (needed) notes.push(`Run ${record.run_id} kept no series (status ${record.status}).`);
    return undefined;
  }
  try {
    return await readSeries(record.series_file);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    notes.push(`${error.message}. ${error.remedy}`);
    return undefined;
  }
}

async function compareWith(
  other: RunRecord,
  record: RunRecord,
  series: Series | undefined,
  notes: string[],
): Promise<RunComparison> {
  const otherSeries = await findSeries(other, true, notes);
  const compared = series && otherSeries ? compareColumns(series, otherSeries) : {};
  const names = series?.columns.map(({ name }) => name) ?? [];
  return {
    with: other.run_id,
    differences: compareRecords(record, other),
    series: compared,
    not_compared: names.filter((name) => !(name in compared)),
  };
}
