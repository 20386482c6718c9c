import * as z from "zod";
import type { RunComparison } from "../analysis/answer-run.ts";
import { ToolError } from "../errors.ts";
import { type RunRecord, resultKeptUntil } from "../runs/record.ts";
import type { RunStore } from "../runs/store.ts";
import { problem, resultValue } from "./fields.ts";
import type { Services } from "./services.ts";
import { showPlot } from "./show-plot.ts";
import { showValue } from "./show-value.ts";
import { defineTool } from "./tool.ts";

/** Rows inline where variables are named and no number of points is. */
const DEFAULT_POINTS = 50;

/** The most columns of a series, and of what is told per output, that a result shows. */
const MOST_COLUMNS = 20;

const MOST_LISTED = 50;

const runStatus = z.enum(["success", "error", "running", "cancelled", "timed_out", "interrupted"]);
const bound = z.union([z.number(), z.string().max(200)]);
const number = z.number().nullable();

const input = z.strictObject({
  run_id: z.string().max(64).optional().describe("Leave out to list runs, newest first."),
  variables: z.array(z.string()).max(100).optional().describe("Series inline: names, or patterns with *."),
  from: z.number().optional().describe("s"),
  to: z.number().optional().describe("s"),
  points: z.int().min(0).max(200).optional().describe("Rows inline; extremes are kept. Default 50."),
  limits: z
    .record(z.string(), z.strictObject({ min: bound.optional(), max: bound.optional() }))
    .optional()
    .describe('Such as {"T_room": {"max": "27 degC"}}: met, first crossing, time beyond, worst value.'),
  compare_with: z.string().max(64).optional().describe("Another run_id."),
  plot: z.boolean().default(false).describe("Show the series; with compare_with, both over one another."),
  status: runStatus.optional().describe("List only these."),
  limit: z.int().min(1).max(MOST_LISTED).default(10),
});

type Arguments = z.output<typeof input>;

const settling = z.object({ settled: z.boolean(), since: number });

const output = z.object({
  runs: z.array(z.record(z.string(), z.unknown())).optional().describe("Where no run_id was given"),
  run: z.record(z.string(), z.unknown()).optional(),
  errors: z.array(problem),
  series: z
    .object({
      columns: z.array(z.string()),
      units: z.array(z.string().nullable()),
      rows: z.array(z.array(number)),
      recorded_rows: z.number(),
      omitted: z.array(z.string()),
    })
    .optional()
    .describe("First column: time in s"),
  limits: z.array(z.record(z.string(), resultValue)).optional(),
  settled: z
    .record(z.string(), settling)
    .optional()
    .describe("Whether it stays within 1 % of its range at the end, and since when (s)"),
  comparison: z
    .object({
      with: z.string(),
      differences: z.array(z.object({ what: z.string(), this: resultValue, other: resultValue })),
      series: z
        .record(z.string(), z.object({ largest: z.number(), time: z.number(), rms: z.number() }).nullable())
        .describe("Largest difference and its time (s), RMS; null where not finite"),
      not_compared: z.array(z.string()),
    })
    .optional(),
  notes: z.array(z.string()),
});

/** What the user keeps of runs: lists them, and answers questions about one. */
export const getRunTool = defineTool({
  name: "get_run",
  title: "Look at runs",
  description:
    "List the runs kept on this computer, or look into one: its settings and values, its series thinned to a few rows, whether " +
    "outputs kept to limits and settled, and how it differs from another run.",
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  input,
  output,

  async run(args, context) {
    const { services, signal } = context;
    checkNamesRun(args);
    const store = await services.runs();
    if (args.run_id === undefined) return listRuns(args, store);
    const [{ getRun }, { answerRun }] = await Promise.all([
      import("../runs/get-run.ts"),
      import("../analysis/answer-run.ts"),
    ]);
    const notes: string[] = [];
    const record = await refresh(await getRun(store, args.run_id), services, store, notes, signal);
    const compareWith = args.compare_with === undefined ? undefined : await getRun(store, args.compare_with);
    const { variables } = args;
    const points = args.points ?? (variables === undefined ? 0 : DEFAULT_POINTS);
    const rows = points > 0 ? { variables: variables ?? ["*"], points, most: MOST_COLUMNS } : undefined;
    const { limits, comparison, ...answers } = await answerRun(record, compareWith, { ...args, rows }, notes);
    if (args.plot) {
      notes.push(...(await showPlot(record, { compareWith, variables }, context, signal)).notes);
      if (args.from !== undefined || args.to !== undefined)
        notes.push("The plot shows the whole run: from and to are for rows and limits.");
    }
    return {
      run: reportRecord(record, store),
      errors: record.errors,
      ...answers,
      ...(limits ? { limits: limits.map((limit) => ({ ...limit })) } : {}),
      ...(comparison ? { comparison: reportComparison(comparison) } : {}),
      notes,
    };
  },

  summarize({ runs, run, errors, limits, comparison, notes }) {
    if (runs) {
      const lines = runs.map((one) => `${one.run_id}  ${one.status}  ${one.model_name}  ${one.created_at}`);
      return [`${runs.length} runs:`, ...lines].join("\n");
    }
    const units = run?.units as Record<string, string | null> | undefined;
    const lines = (limits ?? []).map(describeLimit);
    const compared = Object.entries(comparison?.series ?? {}).map(([name, difference]) =>
      difference
        ? `${name} differs by at most ${quantity(difference.largest, units?.[name])} (at ${showValue(difference.time)} s), RMS ${quantity(difference.rms, units?.[name])}`
        : `${name} cannot be compared: a value is not finite`,
    );
    const problems = errors.map(({ message }) => message);
    return [`${run?.run_id}: ${run?.status}.`, ...problems, ...lines, ...compared, ...notes].join("\n");
  },
});

/** A question about a run must not be answered with the list of runs. */
function checkNamesRun({ run_id, variables, from, to, points, limits, compare_with, plot }: Arguments): void {
  if (run_id !== undefined) return;
  const asked = Object.entries({ variables, from, to, points, limits, compare_with, plot });
  const names = asked.flatMap(([name, value]) => (value === undefined || value === false ? [] : [name]));
  if (names.length === 0) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot tell which run to look at: ${names.join(", ")} given without run_id`,
    "Pass `run_id` as well; call `get_run` without arguments to list the runs.",
  );
}

function describeLimit(checked: Record<string, unknown>): string {
  const { variable, side, limit, met, worst, worst_time, seconds_beyond, first_crossing } = checked;
  const unit = checked.unit as string | null;
  const first = `first at ${showValue(first_crossing)} s`;
  const beyond = met === false ? `; beyond for ${showValue(seconds_beyond)} s, ${first}` : "";
  const verdict = met === true ? "kept" : met === false ? "NOT kept" : "cannot be told (values not finite)";
  const worstOf = `worst ${quantity(worst, unit)} at ${showValue(worst_time)} s`;
  return `${variable} ${side} ${quantity(limit, unit)}: ${verdict}; ${worstOf}${beyond}`;
}

function quantity(value: unknown, unit: string | null | undefined): string {
  return `${showValue(value)}${unit ? ` ${unit}` : ""}`;
}

async function listRuns({ status, limit }: Arguments, store: RunStore): Promise<z.input<typeof output>> {
  const records = await store.list({ limit, status });
  const runs = records.map((record) => ({
    run_id: record.run_id,
    status: record.status,
    kind: record.kind ?? "fmi",
    model_name: record.fmu.model_name,
    endpoint: record.endpoint,
    created_at: record.created_at,
    ...(record.finished_at ? { finished_at: record.finished_at } : {}),
    ...keptUntil(record),
    ...(record.errors[0] ? { error: record.errors[0].message } : {}),
  }));
  return { runs, errors: [], notes: [] };
}

/** The record; where the run was unfinished, as its endpoint tells now. What is kept can be read with no endpoint at all. */
async function refresh(
  record: RunRecord,
  services: Services,
  store: RunStore,
  notes: string[],
  signal: AbortSignal,
): Promise<RunRecord> {
  if (record.status !== "running") return record;
  const { settleRun } = await import("../simulation/settle-run.ts");
  try {
    const { modal } = await services.connect(record.endpoint, record.environment);
    return await settleRun(modal, store, record, 0, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof ToolError)) throw error;
    notes.push(`How the run stands now could not be asked: ${error.message}. ${error.remedy}`);
    return record;
  }
}

function reportRecord(record: RunRecord, store: RunStore): Record<string, unknown> {
  const { fmu, outputs, units, statistics, settings, inputs_applied: inputs } = record;
  return {
    run_id: record.run_id,
    status: record.status,
    created_at: record.created_at,
    finished_at: record.finished_at ?? null,
    ...keptUntil(record),
    fmu,
    endpoint: record.endpoint,
    environment: record.environment,
    volume: record.volume,
    outputs: firstOf(outputs),
    units: firstOf(units),
    statistics: firstOf(statistics),
    settings,
    inputs_applied: firstOf(inputs),
    facts: record.facts ?? null,
    warnings: record.warnings.slice(0, MOST_COLUMNS),
    seconds: record.seconds,
    record_file: store.recordPath(record.run_id),
    series_file: record.series_file ?? null,
    function_call_id: record.function_call_id ?? null,
    next_step:
      record.status === "running"
        ? `Call \`${record.function}\` with run_id "${record.run_id}" to go on waiting.`
        : (record.errors[0]?.remedy ?? null),
  };
}

/** When Modal drops what was not fetched. */
function keptUntil(record: RunRecord): { result_kept_until?: string } {
  const until = resultKeptUntil(record);
  return until === undefined ? {} : { result_kept_until: until };
}

function firstOf<T>(members: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(members).slice(0, MOST_COLUMNS));
}

function reportComparison({ differences, series, not_compared, ...rest }: RunComparison) {
  return {
    ...rest,
    // A value may be an object (an input series), which the schema's type of values does not know.
    differences: differences as never,
    series: firstOf(series),
    not_compared: not_compared.slice(0, MOST_COLUMNS),
  };
}
