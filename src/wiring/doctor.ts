import { oneLine, type Redact } from "../redact.ts";
import type { Services } from "../tools/services.ts";

/** What `modal-fmi-mcp doctor` was asked. */
export interface DoctorOptions {
  json: boolean;
  /** Arguments of the tool `diagnose`. */
  subject: {
    runner?: "fmi" | "energyplus";
    run_id?: string;
    function_call_id?: string;
    fmu_checksum?: string;
    environment?: string;
  };
}

const USAGE =
  "modal-fmi-mcp doctor [--json] [--runner fmi|energyplus] [--env NAME] [run id, fc- id or checksum]";

/** Reads the arguments behind `doctor`. Throws for what is none. */
export function readDoctorOptions(args: readonly string[]): DoctorOptions {
  const options: DoctorOptions = { json: false, subject: {} };
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--json") options.json = true;
    else if (word === "--env") options.subject.environment = rest.shift() ?? fail("--env needs a name");
    else if (word === "--runner") options.subject.runner = readRunner(rest.shift());
    else if (/^run-\d{8}-/.test(word)) options.subject.run_id = word;
    else if (word.includes("fc-")) options.subject.function_call_id = word;
    else if (/^[0-9a-f]{8,64}(\.fmu)?$/i.test(word)) options.subject.fmu_checksum = word.toLowerCase();
    else fail(`cannot read "${word}": ${USAGE}`);
  }
  return options;
}

function readRunner(word: string | undefined): "fmi" | "energyplus" {
  if (word === "fmi" || word === "energyplus") return word;
  return fail("--runner is fmi or energyplus");
}

function fail(message: string): never {
  throw new Error(message);
}

/** Makes the checks of the tool `diagnose` for a terminal: the text, and 1 where something is wrong, else 0. */
export async function runDoctor(
  { json, subject }: DoctorOptions,
  { services, redact }: { services: Services; redact: Redact },
): Promise<{ text: string; exitCode: 0 | 1 }> {
  const { runDiagnosis, describeDiagnosis } = await import("../tools/diagnose.ts");
  const report = mapTexts(await runDiagnosis(subject, services, new AbortController().signal), (text) =>
    oneLine(redact(text)),
  );
  const isWrong = report.likely_cause !== null || report.status === "fail";
  const text = json ? JSON.stringify(report, null, 2) : describeDiagnosis(report);
  return { text: `${text}\n`, exitCode: isWrong ? 1 : 0 };
}

/** Foreign text must neither begin a line of the terminal nor send it a command. */
function mapTexts<T>(value: T, map: (text: string) => string): T {
  if (typeof value === "string") return map(value) as T;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item, map)])) as T;
}
