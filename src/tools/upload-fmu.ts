import * as z from "zod";
import { endpointFacts, endpointField, environmentField, resultValue, useTestVolumeField } from "./fields.ts";
import { defineTool } from "./tool.ts";

/** Hosts give up on a call after about a minute; this leaves room for the answer. */
const ANSWER_WITHIN_MS = 42_000;

/** The most findings on the model description that a result shows. */
const MOST_FINDINGS = 10;

const variable = z
  .object({
    name: z.string(),
    type: z.string(),
    unit: z.string().nullable(),
    start: resultValue.nullable(),
    min: z.number().nullable(),
    max: z.number().nullable(),
    description: z.string().nullable(),
    dimensions: z
      .array(z.union([z.number(), z.string()]))
      .optional()
      .describe("Sizes, or the structural parameters that set them."),
    items: z
      .array(z.object({ name: z.string(), value: z.number() }))
      .optional()
      .describe("Of an enumeration"),
  })
  .meta({ id: "variable" });

const seconds = z.number().nullable();

const fmu = z.object({
  name: z.string(),
  fmi_version: z.string(),
  interface_types: z.array(z.string()),
  platforms: z.array(z.string()),
  generation_tool: z.string().nullable(),
  generation_date: z.string().nullable(),
  needs_execution_tool: z.boolean(),
  layered_standards: z.array(z.string()),
  inputs: z.array(variable),
  inputs_omitted: z.number(),
  outputs: z.array(variable),
  outputs_omitted: z.number(),
  parameters: z.array(variable),
  parameters_omitted: z.number(),
  default_experiment: z.object({
    start_time: seconds,
    stop_time: seconds,
    tolerance: z.number().nullable(),
    step_size: seconds,
  }),
});

/** What is not known before an upload is done. */
const UNFINISHED = {
  fmu_checksum: null,
  uploaded: false,
  uploading: true,
  volume_created: false,
  remote_path: null,
  container_path: null,
  fmu: null,
  warnings: [],
  findings: [],
  findings_omitted: 0,
  next_step: "Call `upload_fmu` again with the same arguments to go on waiting for this upload.",
};

/** Uploads one FMU to the volume that the runner mounts. */
export const uploadFmuTool = defineTool({
  name: "upload_fmu",
  title: "Upload an FMU",
  description:
    "Check an FMU file on this computer and store it on the Modal volume as /<sha256>.fmu. Returns its checksum for " +
    "run_fmi_simulation, its inputs, outputs and parameters with units and start values, and warnings. Idempotent: a file " +
    "that is already there is not sent again.",
  hints: { readOnly: false, destructive: false, idempotent: true, openWorld: true },
  input: z.strictObject({
    path: z
      .string()
      .min(1)
      .describe("Path of the .fmu on this computer: absolute, ~, file:// or a bare file name."),
    use_test_volume: useTestVolumeField,
    strict: z
      .boolean()
      .default(false)
      .describe("true: refuse an FMU that breaks the FMI standard, instead of warning."),
    note: z.string().max(500).optional().describe("A note kept beside the FMU, for list_volume."),
    endpoint: endpointField,
    environment: environmentField,
  }),
  output: z.object({
    fmu_checksum: z.string().nullable().describe("sha256; null while uploading."),
    uploaded: z.boolean().describe("false when the file was there already."),
    uploading: z.boolean().describe("true: call again with the same arguments to go on waiting."),
    bytes_sent: z.number(),
    volume: z.string(),
    volume_created: z.boolean(),
    use_test_volume: z.boolean(),
    remote_path: z.string().nullable(),
    container_path: z.string().nullable(),
    size: z.number().nullable().describe("Bytes."),
    fmu: fmu.nullable(),
    warnings: z.array(z.string()),
    findings: z.array(z.string()).describe("What breaks the FMI standard, by line of modelDescription.xml."),
    findings_omitted: z.number(),
    endpoint: endpointFacts,
    next_step: z.string(),
  }),

  async run(input, { services, signal, progress, redact }) {
    const [{ resolveLocalFile }, { volumeToWrite }, { uploadWithin }, { formatFinding }] = await Promise.all([
      import("../catalog/local-path.ts"),
      import("../catalog/fmu-volumes.ts"),
      import("../catalog/upload-operation.ts"),
      import("../fmi/validate/validate-fmu.ts"),
    ]);
    const { settings, operations } = services;
    const path = await resolveLocalFile(input.path, settings);
    const useTest = input.use_test_volume ?? settings.useTestVolume.fmi;
    const volumeName = volumeToWrite(settings, useTest);
    const endpoint = await services.connect(input.endpoint, input.environment);
    const result = await uploadWithin(operations, endpoint, {
      path,
      volumeName,
      note: input.note === undefined ? undefined : redact(input.note),
      sidecar: settings.sidecar,
      validation: input.strict ? "strict" : "lenient",
      answerWithinMs: ANSWER_WITHIN_MS,
      signal,
      onProgress: progress,
    });
    const facts = await endpoint.describe(signal);
    const common = {
      volume: volumeName,
      use_test_volume: useTest,
      endpoint: facts,
      bytes_sent: result.bytesSent,
    };
    if (!result.done) return { ...common, ...UNFINISHED, size: result.bytesTotal ?? null };
    const { value } = result;
    return {
      ...common,
      fmu_checksum: value.checksum,
      uploaded: value.uploaded,
      uploading: false,
      bytes_sent: value.bytesSent,
      volume_created: value.created,
      remote_path: value.remotePath,
      container_path: `${useTest ? settings.mounts.fmiTest : settings.mounts.fmi}${value.remotePath}`,
      size: value.size,
      fmu: value.fmu,
      warnings: value.warnings,
      findings: value.findings.slice(0, MOST_FINDINGS).map(formatFinding),
      findings_omitted: Math.max(0, value.findings.length - MOST_FINDINGS),
      next_step: `Call \`run_fmi_simulation\` with fmu_checksum "${value.checksum}".`,
    };
  },

  summarize(output) {
    if (output.uploading)
      return `Uploading to volume ${output.volume}: ${output.bytes_sent} bytes sent so far.`;
    const did = output.uploaded ? "Uploaded" : "Already there:";
    const made = output.volume_created ? " The volume was created." : "";
    const model = output.fmu ? `FMI ${output.fmu.fmi_version} model "${output.fmu.name}"` : "FMU";
    return `${did} ${model} as ${output.remote_path} on volume ${output.volume} (${output.size} bytes).${made}`;
  },
});
