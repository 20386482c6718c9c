import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { ToolError } from "../errors.ts";

const LARGEST_MODEL_MIB = 64;

/** A building model as it is sent. */
export interface BuildingModel {
  format: "epjson" | "idf";
  /** The epJSON object, or the text of the IDF. */
  payload: Record<string, unknown> | string;
  /** The EnergyPlus it was written for, such as 25.2; undefined where the model does not tell. */
  version: string | undefined;
  /** SHA-256 of the file, lowercase hex. */
  checksum: string;
}

/** Objects that run code or talk to other programs: a runner refuses them too. */
const REFUSED =
  /^(PythonPlugin:|ExternalInterface\b|EnergyManagementSystem:(Program|Subroutine|ProgramCallingManager)\b)/i;

const NEEDS_MODEL = "Give `model_path` as an epJSON or IDF file of EnergyPlus.";

/** Reads the building model of a file; throws `resource_exhausted` above 64 MiB and what {@link readModel} throws. */
export async function readModelFile(path: string): Promise<BuildingModel> {
  const fileName = basename(path);
  const { size } = await stat(path);
  if (size > LARGEST_MODEL_MIB * 1024 * 1024) {
    const message = `Cannot simulate "${fileName}": it has more than ${LARGEST_MODEL_MIB} MiB`;
    throw new ToolError("resource_exhausted", message, NEEDS_MODEL);
  }
  return readModel(fileName, await readFile(path));
}

/**
 * Reads a building model and refuses what no runner simulates: objects that run code, schedules from files (only the model is
 * sent), and files that are neither epJSON nor IDF. Throws `invalid_argument`.
 */
export function readModel(fileName: string, bytes: Uint8Array): BuildingModel {
  const what = `Cannot simulate "${fileName}"`;
  const text = decode(bytes);
  const checksum = createHash("sha256").update(bytes).digest("hex");
  const isEpJson = text.trimStart().startsWith("{");
  const payload = isEpJson ? parseEpJson(what, text) : text;
  const objects = typeof payload === "string" ? idfObjects(payload) : epJsonObjects(payload);
  if (objects.length === 0)
    throw new ToolError("invalid_argument", `${what}: it is neither epJSON nor an IDF`, NEEDS_MODEL);
  for (const { name, fields } of objects) checkObject(what, name, fields);
  const version = objects.find(({ name }) => name.toLowerCase() === "version")?.fields[0];
  return { format: isEpJson ? "epjson" : "idf", payload, version: version || undefined, checksum };
}

/** Whether two versions agree in major and minor number (as `25.2` and `25.2.0-cf7368216c` do); undefined where one is unknown. */
export function versionsMatch(one: string | undefined, other: string | undefined): boolean | undefined {
  const numbers = [one, other].map((text) => /(\d+)\.(\d+)/.exec(text ?? "")?.[0]);
  if (numbers[0] === undefined || numbers[1] === undefined) return undefined;
  return numbers[0] === numbers[1];
}

interface ModelObject {
  name: string;
  /** Of an epJSON object only those that are looked at: a version, a file name. */
  fields: string[];
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function parseEpJson(what: string, text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${what}: it begins as epJSON and is no JSON (${why})`;
    throw new ToolError("invalid_argument", message, NEEDS_MODEL, { cause });
  }
}

function epJsonObjects(model: Record<string, unknown>): ModelObject[] {
  return Object.entries(model).flatMap(([name, instances]) =>
    Object.values(isRecord(instances) ? instances : {}).map((instance) => {
      const members = isRecord(instance) ? instance : {};
      const told = members.version_identifier ?? members.file_name;
      return { name, fields: told === undefined ? [] : [String(told)] };
    }),
  );
}

/** A comment goes from `!` to the end of its line; an object ends with `;` (EnergyPlus, Input Output Reference). */
function idfObjects(text: string): ModelObject[] {
  const statements = text.replace(/!.*/g, "").split(";").slice(0, -1);
  return statements.map((statement) => {
    const [name = "", ...fields] = statement.split(",").map((field) => field.trim());
    return { name, fields: /^schedule:file$/i.test(name) ? fields.slice(2, 3) : fields };
  });
}

function checkObject(what: string, name: string, fields: readonly string[]): void {
  if (REFUSED.test(name)) {
    throw new ToolError(
      "invalid_argument",
      `${what}: its object ${name} runs code or another program, which the runner refuses`,
      "Remove the object from the model at `model_path`.",
    );
  }
  if (/^schedule:file\b/i.test(name)) {
    throw new ToolError(
      "invalid_argument",
      `${what}: its ${name} reads the file "${fields[0] ?? ""}", and only the model itself is sent`,
      "Write the values into the model at `model_path`, as Schedule:Compact or Schedule:Day:List.",
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
