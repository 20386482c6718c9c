import type { JsonValue, RunRecord } from "../runs/record.ts";

/** A picture's texts. */
export interface RunTexts {
  title: string;
  subtitles: string[];
  /** What marks each run's curves; undefined for a run alone. */
  marks: (string | undefined)[];
}

const LETTERS = ["A", "B"];

/** Inputs that are named where two runs differ. */
const MOST_INPUTS = 3;

/** Names one run, or two and the inputs they differ in. */
export function describeRuns(records: readonly RunRecord[]): RunTexts {
  const models = [...new Set(records.map(({ fmu }) => fmu.model_name))];
  const title = models.join(" and ");
  if (records.length === 1) return { title, subtitles: records.map(describeRun), marks: [undefined] };
  const differing = findDiffering(records);
  const subtitles = records.map((record, index) => {
    const inputs = differing.map((name) => describeInput(name, record)).join(", ");
    const model = models.length > 1 ? `${record.fmu.model_name}, ` : "";
    return `${LETTERS[index]}: ${model}${inputs ? `${inputs} (${record.run_id})` : describeRun(record)}`;
  });
  return { title, subtitles, marks: records.map((_, index) => LETTERS[index]) };
}

function describeRun({ run_id: runId, created_at: createdAt, endpoint, status }: RunRecord): string {
  const where = endpoint === "modal" ? "on Modal" : "on this computer";
  const end = status === "success" ? "" : `, ended as ${status}`;
  return `${runId}, ${createdAt.slice(0, 16).replace("T", " ")} UTC, ${where}${end}`;
}

function findDiffering(records: readonly RunRecord[]): string[] {
  const names = new Set(records.flatMap(({ inputs_applied: inputs }) => Object.keys(inputs)));
  const valuesOf = (name: string) => new Set(records.map((record) => JSON.stringify(applied(name, record))));
  return [...names].filter((name) => valuesOf(name).size > 1).slice(0, MOST_INPUTS);
}

function describeInput(name: string, record: RunRecord): string {
  const value = applied(name, record);
  if (value === undefined) return `${name} as the model has it`;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return `${name} = ${toText(value)}`;
  // As the user put it: "40 degC" rather than 313.15 K.
  if (typeof value.given === "string") return `${name} = ${value.given}`;
  return `${name} = ${toText(value.value ?? null)}${typeof value.unit === "string" ? ` ${value.unit}` : ""}`;
}

function applied(name: string, { inputs_applied: inputs }: RunRecord): JsonValue | undefined {
  return inputs[name];
}

function toText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value).slice(0, 40);
}
