import * as z from "zod";
import type { OpenedSubject } from "../catalog/open-subject.ts";
import { ToolError } from "../errors.ts";
import type { Causality, Variable } from "../fmi/description/model-description.ts";
import type { Platform } from "../fmi/platforms.ts";
import { endpointField, environmentField, useTestVolumeField } from "./fields.ts";
import type { Endpoint, Services } from "./services.ts";
import { shortenName } from "./show-value.ts";
import { defineTool } from "./tool.ts";

/** The most findings and differences that a result shows. */
const MOST_FINDINGS = 20;
const MOST_CHANGES = 50;

const input = z.strictObject({
  fmu_checksum: z.string().min(1).max(256).optional().describe("Of an uploaded FMU; or its unique name."),
  path: z.string().min(1).optional().describe("Or a file on this computer; it is not uploaded."),
  search: z.string().max(200).optional().describe("Text in name or description, or a name pattern with *."),
  causality: z
    .enum(["input", "output", "parameter", "structuralParameter", "calculatedParameter", "local"])
    .optional(),
  limit: z.int().min(1).max(200).default(50),
  offset: z.int().min(0).default(0),
  compare_with: z.string().min(1).optional().describe("Path or checksum of another FMU."),
  use_test_volume: useTestVolumeField,
  endpoint: endpointField,
  environment: environmentField,
});

type Arguments = z.output<typeof input>;

const output = z.object({
  fmu: z
    .record(z.string(), z.unknown())
    .describe("Where it lies, versions, tool, platforms, default experiment."),
  variables: z.array(z.record(z.string(), z.unknown())),
  variables_found: z.number(),
  next_offset: z.number().nullable(),
  findings: z.array(z.string()).describe("What breaks the FMI standard."),
  findings_omitted: z.number(),
  comparison: z
    .object({
      with: z.string(),
      added: z.array(z.string()),
      removed: z.array(z.string()),
      changed: z.array(z.record(z.string(), z.unknown())),
      omitted: z.number(),
    })
    .nullable(),
  warnings: z.array(z.string()),
});

/** Tells what an FMU is, without running it. */
export const inspectFmuTool = defineTool({
  name: "inspect_fmu",
  title: "Look into an FMU",
  description:
    "Read an FMU's model description: variables (filtered, paged) with units and start values, default experiment, " +
    "exporting tool, findings against the FMI standard, and how its variables differ from those of another FMU.",
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: true },
  input,
  output,

  async run(args, { services, signal }) {
    checkSubject(args);
    // A file of this computer needs no endpoint: it must be readable where none can be reached.
    const connect = once(() => services.connect(args.endpoint, args.environment));
    const subject =
      args.path === undefined
        ? await openStored(args.fmu_checksum ?? "", args, services, connect, signal)
        : await openLocal(args.path, services);
    try {
      const endpoint = await connect().catch(() => undefined);
      const report = await reportSubject(subject, args, endpoint?.platform);
      if (args.compare_with === undefined) return { ...report, comparison: null };
      const other = await openOther(args.compare_with, args, services, connect, signal);
      try {
        return { ...report, comparison: await compare(subject, other) };
      } finally {
        await other.fmu.close();
      }
    } finally {
      await subject.fmu.close();
    }
  },

  summarize({ fmu, variables, variables_found, comparison, findings }) {
    const lines = variables.slice(0, 20).map(describeVariable);
    const changes = comparison
      ? [
          `Compared with ${comparison.with}: ${comparison.added.length} added, ${comparison.removed.length} removed, ${comparison.changed.length} changed.`,
        ]
      : [];
    return [
      `"${fmu.model_name}" (FMI ${fmu.fmi_version}, ${(fmu.interface_types as string[]).join(", ")}): ${variables_found} variables found, ${findings.length} findings.`,
      ...lines,
      ...(variables_found > lines.length ? ["…"] : []),
      ...changes,
    ].join("\n");
  },
});

function describeVariable(variable: Record<string, unknown>): string {
  const { name, causality, type, unit, start, description } = variable;
  const value = start === null || start === undefined ? "" : ` = ${JSON.stringify(start)}`;
  return `${causality} ${name}${value}${unit ? ` ${unit}` : ""} (${type})${description ? `: ${description}` : ""}`;
}

function checkSubject({ fmu_checksum, path }: Arguments): void {
  if ((fmu_checksum === undefined) !== (path === undefined)) return;
  throw new ToolError(
    "invalid_argument",
    "Cannot tell which FMU to look into: give one of fmu_checksum and path",
    "Call `list_volume` for what is uploaded, or pass the `path` of a file.",
  );
}

async function openLocal(path: string, { settings }: Services): Promise<OpenedSubject> {
  const { openLocalSubject } = await import("../catalog/open-subject.ts");
  return openLocalSubject(path, settings);
}

async function openStored(
  asked: string,
  args: Arguments,
  { settings }: Services,
  connect: () => Promise<Endpoint>,
  signal: AbortSignal,
): Promise<OpenedSubject> {
  const [{ openStoredSubject }, { volumesToSearch }, { modal }] = await Promise.all([
    import("../catalog/open-subject.ts"),
    import("../catalog/fmu-volumes.ts"),
    connect(),
  ]);
  return openStoredSubject(modal, volumesToSearch(settings, args.use_test_volume), asked, signal);
}

/** What has the form of a path is one; a bare word may be a name on the volume, or a file in the working folder. */
async function openOther(
  asked: string,
  args: Arguments,
  services: Services,
  connect: () => Promise<Endpoint>,
  signal: AbortSignal,
): Promise<OpenedSubject> {
  if (/[/\\]|\.fmu$/i.test(asked)) {
    try {
      return await openLocal(asked, services);
    } catch (error) {
      if (/[/\\]/.test(asked) || !(error instanceof ToolError && error.code === "not_found")) throw error;
    }
  }
  return openStored(asked, args, services, connect, signal);
}

async function reportSubject(subject: OpenedSubject, args: Arguments, platform: Platform | undefined) {
  const [{ summarizeFmu, summarizeVariable }, { formatFinding, validateFmu }, { namePattern }] =
    await Promise.all([
      import("../fmi/description/summarize-fmu.ts"),
      import("../fmi/validate/validate-fmu.ts"),
      import("../fmi/description/name-pattern.ts"),
    ]);
  const { fmu } = subject;
  const { variables } = fmu.description;
  const summary = summarizeFmu(fmu, platform);
  const findings = validateFmu(fmu);
  const isNamed = searchFor(args.search, namePattern);
  const found = variables.filter(
    (variable) => (args.causality ?? variable.causality) === variable.causality && isNamed(variable),
  );
  const end = args.offset + args.limit;
  return {
    fmu: {
      model_name: summary.name,
      file: subject.location,
      ...(subject.volumeName ? { volume: subject.volumeName, fmu_checksum: subject.checksum } : {}),
      fmi_version: summary.fmi_version,
      interface_types: summary.interface_types,
      platforms: summary.platforms,
      generation_tool: summary.generation_tool,
      generation_date: summary.generation_date,
      default_experiment: summary.default_experiment,
      variables: countByCausality(variables),
    },
    variables: found.slice(args.offset, end).map((variable) => ({
      causality: variable.causality,
      variability: variable.variability,
      ...withoutNulls(summarizeVariable(variable, fmu.description)),
    })),
    variables_found: found.length,
    next_offset: end < found.length ? end : null,
    findings: findings.slice(0, MOST_FINDINGS).map(formatFinding),
    findings_omitted: Math.max(0, findings.length - MOST_FINDINGS),
    warnings: summary.warnings,
  };
}

/** Text is looked for in name and description, a pattern in the name alone. */
function searchFor(
  search: string | undefined,
  namePattern: (pattern: string) => RegExp,
): (variable: Variable) => boolean {
  if (search === undefined) return () => true;
  if (search.includes("*")) {
    const pattern = namePattern(search);
    return ({ name }) => pattern.test(name);
  }
  const wanted = search.toLowerCase();
  return ({ name, description }) => `${name}\n${description ?? ""}`.toLowerCase().includes(wanted);
}

function countByCausality(variables: readonly Variable[]): Partial<Record<Causality, number>> {
  const counts: Partial<Record<Causality, number>> = {};
  for (const { causality } of variables) counts[causality] = (counts[causality] ?? 0) + 1;
  return counts;
}

function withoutNulls(members: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

async function compare(subject: OpenedSubject, other: OpenedSubject) {
  const { compareDescriptions } = await import("../fmi/description/compare-descriptions.ts");
  const { added, removed, changed } = compareDescriptions(subject.fmu.description, other.fmu.description);
  const shown = (list: readonly unknown[]) => Math.max(0, list.length - MOST_CHANGES);
  return {
    with: `${shortenName(other.fmu.description.modelName)} (${other.location})`,
    added: added.slice(0, MOST_CHANGES),
    removed: removed.slice(0, MOST_CHANGES),
    changed: changed.slice(0, MOST_CHANGES).map((change) => ({ ...change })),
    omitted: shown(added) + shown(removed) + shown(changed),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
