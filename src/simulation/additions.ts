import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { ToolError } from "../errors.ts";
import { type InterfaceType, pickInterface, takesStepsOfOneSize } from "../fmi/description/interface-type.ts";
import type { ModelDescription } from "../fmi/description/model-description.ts";
import { encodeInputSeries } from "../fmi/input/encode-input-series.ts";
import type { InputSeries } from "../fmi/input/input-series.ts";
import { findJumpBetweenPoints } from "../fmi/input/jump-between-points.ts";
import { readStateHeader, savedSizes, whyNotSaved } from "../fmi/saved-state.ts";
import type { InputSeriesArgument } from "../inputs/input-series-schema.ts";
import { mapColumns } from "../inputs/map-columns.ts";
import { readInputTable } from "../inputs/read-input-table.ts";
import { MOST_SENT_BYTES } from "../runner/contract.ts";
import type { RunRecord } from "../runs/record.ts";
import type { TimeSettings } from "./plan-times.ts";

/** What a caller may ask for beyond what every runner takes; paths are local. */
export interface AdditionRequest {
  /** Start values, where they are given too. */
  inputs?: Readonly<Record<string, unknown>> | undefined;
  input_series?: InputSeriesArgument | undefined;
  /** String parameter to path. */
  files?: Readonly<Record<string, string>> | undefined;
  solver?: string | undefined;
  interface_type?: InterfaceType | undefined;
  check_step?: boolean | undefined;
  debug?: boolean | undefined;
  save_state?: boolean | undefined;
}

/** Keyword arguments to be added to a call, and what to tell of them. */
export interface Additions {
  kwargs: Record<string, unknown>;
  /** How the input series was read, a sentence each. */
  notes: string[];
  warnings: string[];
}

/**
 * Makes the keyword arguments of what a caller asks for: reads inputs over time and files. `resolveFile` finds a local file and
 * throws where it may not be read. Throws `invalid_argument` or `out_of_range` for inputs that do not fit model or run.
 */
export async function planAdditions(
  request: AdditionRequest,
  description: ModelDescription,
  times: TimeSettings,
  resolveFile: (path: string) => Promise<string>,
): Promise<Additions> {
  const { solver, interface_type, check_step, debug, save_state } = request;
  const additions: Additions = { kwargs: {}, notes: [], warnings: [] };
  const { kwargs } = additions;
  if (solver !== undefined) kwargs.solver = solver;
  if (interface_type !== undefined) kwargs.interface_type = interface_type;
  for (const [name, isWanted] of Object.entries({ check_step, debug, save_state }))
    if (isWanted) kwargs[name] = true;
  if (save_state) refuseState(description, interface_type);
  if (request.files !== undefined) kwargs.files = await readFiles(request.files, description, resolveFile);
  if (request.input_series !== undefined) {
    const series = await addSeries(additions, request.input_series, description, times, resolveFile);
    additions.warnings.push(...tellGivenTwice(series, request.inputs ?? {}));
    if (takesStepsOfOneSize(pickInterface(description, interface_type)))
      refuseJumps(description, series, times);
  }
  return additions;
}

function refuseState(description: ModelDescription, asked: InterfaceType | undefined): void {
  const why = whyNotSaved(description, pickInterface(description, asked).description);
  if (why === undefined) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot save the state at the end: ${why}`,
    "Leave `save_state` out.",
  );
}

async function addSeries(
  { kwargs, notes, warnings }: Additions,
  { file, inline, map, interpolation, time_origin: timeOrigin }: InputSeriesArgument,
  description: ModelDescription,
  times: TimeSettings,
  resolveFile: (path: string) => Promise<string>,
): Promise<InputSeries> {
  const run = { startTime: times.start_time.value, stopTime: times.stop_time.value };
  const table = await readInputTable(
    { file: file === undefined ? undefined : await resolveFile(file), inline },
    { startTime: run.startTime, timeOrigin },
  );
  const mapped = mapColumns(table, description, { map, interpolation }, run);
  kwargs.input_series = encodeInputSeries(mapped.series);
  notes.push(...mapped.notes);
  warnings.push(...mapped.warnings);
  return mapped.series;
}

function tellGivenTwice({ columns }: InputSeries, inputs: Readonly<Record<string, unknown>>): string[] {
  const twice = [...columns.keys()].filter((name) => Object.hasOwn(inputs, name));
  return twice.map((name) => `"${name}" is given by \`inputs\` and by \`input_series\`: the series counts`);
}

/* Steps of one size cannot be cut where an input jumps: the runner would refuse the run. */
function refuseJumps(
  description: ModelDescription,
  series: InputSeries,
  { start_time, stop_time, step_size }: TimeSettings,
): void {
  const steps = { startTime: start_time.value, stopTime: stop_time.value, stepSize: step_size.value };
  const jump = findJumpBetweenPoints(description, series, steps);
  if (jump === undefined) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot set "${jump.key}" over time: it jumps at ${jump.time} s, between two communication points of ${steps.stepSize} s, ` +
      "and the FMU takes steps of one size only",
    jump.fitting === undefined
      ? "Give a `step_size` that divides the times at which inputs jump."
      : `Give a \`step_size\` of ${jump.fitting} s.`,
  );
}

async function readFiles(
  files: Readonly<Record<string, string>>,
  { variables }: ModelDescription,
  resolveFile: (path: string) => Promise<string>,
): Promise<Record<string, { name: string; bytes: Uint8Array }>> {
  const read: Record<string, { name: string; bytes: Uint8Array }> = {};
  let total = 0;
  for (const [name, given] of Object.entries(files)) {
    const variable = variables.find((each) => each.name === name);
    if (variable?.type !== "String") throw noString(name, variable?.type, variables);
    const path = await resolveFile(given);
    total += (await stat(path)).size;
    if (total > MOST_SENT_BYTES) throw tooLarge(total);
    read[name] = { name: basename(path), bytes: new Uint8Array(await readFile(path)) };
  }
  return read;
}

function noString(
  name: string,
  type: string | undefined,
  variables: ModelDescription["variables"],
): ToolError {
  const why =
    type === undefined ? "the FMU has no variable of this name" : `it is of type ${type}, not a String`;
  const strings = variables.filter((each) => each.type === "String" && each.causality === "parameter");
  const names = strings.slice(0, 8).map((each) => `"${each.name}"`);
  return new ToolError(
    "invalid_argument",
    `Cannot hand a file to "${name}": ${why}`,
    names.length === 0
      ? "Leave `files` out: the FMU has no String parameter."
      : `Name a String parameter in \`files\`: ${names.join(", ")}.`,
  );
}

function tooLarge(bytes: number): ToolError {
  return new ToolError(
    "resource_exhausted",
    `Cannot send the files of the run: they come to more than ${MOST_SENT_BYTES} bytes (${bytes} so far)`,
    "Give smaller `files`, or put them into the FMU's resources.",
  );
}

/** The saved state of an earlier run of the same FMU, its model time, s, and its sizes. Throws what keeps a run from starting there. */
export async function readSavedState(
  record: RunRecord,
  { checksum, description }: { checksum: string; description: ModelDescription },
  {
    start_time: startTime,
    interface_type,
  }: Pick<AdditionRequest, "interface_type"> & { start_time?: number | undefined },
): Promise<{ bytes: Uint8Array; time: number; sizes: ReturnType<typeof savedSizes> }> {
  const what = `Cannot start from run "${record.run_id}"`;
  if (record.fmu.checksum !== checksum) {
    throw new ToolError(
      "invalid_argument",
      `${what}: it was a run of another FMU, "${record.fmu.model_name}"`,
      `Pass \`fmu_checksum\` "${record.fmu.checksum}", or a run of this FMU.`,
    );
  }
  const bytes =
    record.state_file === undefined ? undefined : await readFile(record.state_file).catch(() => undefined);
  if (bytes === undefined) {
    throw new ToolError(
      "failed_precondition",
      `${what}: it saved no state`,
      "Call `run_fmi_simulation` with `save_state: true` for the earlier part, then start from that run.",
    );
  }
  const header = readStateHeader(bytes);
  const { time } = header;
  if (startTime !== undefined && startTime !== time) {
    throw new ToolError(
      "invalid_argument",
      `${what} at ${startTime} s: its state was saved at ${time} s`,
      "Leave `start_time` out.",
    );
  }
  if (pickInterface(description, interface_type).type !== header.interfaceType) {
    throw new ToolError(
      "invalid_argument",
      `${what}: its state was saved in ${header.interfaceType}`,
      `Give interface_type "${header.interfaceType}".`,
    );
  }
  return { bytes: new Uint8Array(bytes), time, sizes: savedSizes(header) };
}
