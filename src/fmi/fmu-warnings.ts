import type { ModelDescription } from "./description/model-description.ts";
import type { Fmu } from "./fmu.ts";
import { quote } from "./invalid-fmu.ts";
import { findLibraryPath, type Platform } from "./platforms.ts";

const MOST_NAMES = 5;

/** What may keep an FMU from running on `target`, a sentence each; none for an FMU that should run. */
export function findRunWarnings(
  fmu: Pick<Fmu, "archive" | "description" | "platforms">,
  target: Platform,
): string[] {
  return [
    findInterfaceWarning(fmu.description),
    findPlatformWarning(fmu, target),
    findToolWarning(fmu.description),
    findPathWarning(fmu.description),
  ].filter((warning) => warning !== undefined);
}

function findInterfaceWarning({ coSimulation, modelExchange }: ModelDescription): string | undefined {
  if (coSimulation !== undefined || modelExchange !== undefined) return undefined;
  return "The FMU offers Scheduled Execution only; Co-Simulation and Model Exchange are what runs here. Export it for one of them.";
}

function findPlatformWarning(
  { archive, description, platforms }: Pick<Fmu, "archive" | "description" | "platforms">,
  target: Platform,
): string | undefined {
  const identifier = (description.coSimulation ?? description.modelExchange ?? description.scheduledExecution)
    ?.modelIdentifier;
  if (identifier === undefined) return undefined;
  if (findLibraryPath(archive.entries, identifier, description.fmiMajor, target) !== undefined)
    return undefined;
  const there = platforms.map((platform) => platform.label);
  if (there.includes(target.label)) {
    const folder = description.fmiMajor === 3 ? target.fmi3 : target.fmi2;
    return `The FMU has no library binaries/${folder}/${identifier}${target.suffix}: a run on ${target.label} will fail.`;
  }
  const hasSources = archive.entries.some((entry) => !entry.isDirectory && entry.path.startsWith("sources/"));
  const instead = there.length > 0 ? `only for ${there.join(", ")}` : "not for any platform";
  const what = `The FMU has no binary for ${target.label}, ${instead}`;
  if (!hasSources) return `${what}: a run there will fail. Export it for ${target.label}.`;
  return `${what}, but source code: the built-in runner compiles it where there is a C compiler; the one on Modal needs a binary.`;
}

function findToolWarning({
  coSimulation,
  modelExchange,
  generationTool,
}: ModelDescription): string | undefined {
  if ((coSimulation ?? modelExchange)?.needsExecutionTool !== true) return undefined;
  const tool = generationTool === undefined ? "the tool that made it" : quote(generationTool);
  return `The FMU needs an execution tool: it runs only where ${tool} is installed.`;
}

function findPathWarning({ variables }: ModelDescription): string | undefined {
  const names = variables
    .filter(({ type, start }) => type === "String" && start?.some(isAbsolutePath) === true)
    .map(({ name }) => quote(name));
  if (names.length === 0) return undefined;
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  const shown = `${names.slice(0, MOST_NAMES).join(", ")}${more}`;
  return `The start values of ${shown} are absolute paths, which will not be there where the FMU runs.`;
}

function isAbsolutePath(value: unknown): boolean {
  return typeof value === "string" && /^(?:file:\/\/|[A-Za-z]:[\\/]|\\\\|~\/|\/[^/\s])/.test(value.trim());
}
