import * as z from "zod";
import { endpointFacts, endpointField, environmentField, useTestVolumeField } from "./fields.ts";
import { defineTool } from "./tool.ts";
import { volumeName } from "./volume-name.ts";

/** Lists what lies on a volume. */
export const listVolumeTool = defineTool({
  name: "list_volume",
  title: "List a volume",
  description:
    "List the files of a Modal volume: the FMUs (volume fmi, with file and model names where known), EnergyPlus outputs " +
    "(volume energyplus), or any volume by name. Paged; search matches paths, names and notes.",
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: true },
  input: z.strictObject({
    volume: z.string().min(1).max(64).default("fmi").describe("fmi, energyplus, or a volume's name."),
    use_test_volume: useTestVolumeField,
    path: z.string().max(1024).default("/").describe("Folder or file inside the volume."),
    recursive: z.boolean().default(false),
    search: z.string().max(200).optional().describe("Text in the path, file name, model name or note."),
    modified_since: z.string().optional().describe("ISO 8601 time, or an age such as 7d, 12h, 30m."),
    limit: z.int().min(1).max(1000).default(100),
    cursor: z.string().optional().describe("next_cursor of the page before."),
    endpoint: endpointField,
    environment: environmentField,
  }),
  output: z.object({
    volume: z.string(),
    volume_version: z.number(),
    entries: z.array(
      z.object({
        path: z.string(),
        type: z.enum(["file", "directory", "symlink", "fifo", "socket"]),
        size: z.number().describe("Bytes."),
        modified: z.string(),
        file_name: z.string().optional(),
        model_name: z.string().optional(),
        uploaded_by: z.string().optional(),
        note: z.string().optional(),
      }),
    ),
    next_cursor: z.string().nullable(),
    endpoint: endpointFacts,
  }),

  async run(input, { services, signal }) {
    const [{ listEntries }, { parseTime }] = await Promise.all([
      import("../catalog/list-entries.ts"),
      import("../time.ts"),
    ]);
    const name = volumeName(input.volume, input.use_test_volume, services.settings);
    const modifiedSince =
      input.modified_since && parseTime(input.modified_since, "modified_since").getTime() / 1000;
    const { modal, describe } = await services.connect(input.endpoint, input.environment);
    // First: where the environment is wrong, "no such volume" would mislead.
    const endpoint = await describe(signal);
    const volume = await modal.volumes.get(name, signal);
    const { entries, nextCursor } = await listEntries(
      modal,
      volume,
      { ...input, search: input.search, cursor: input.cursor, modifiedSince: modifiedSince || undefined },
      signal,
    );
    return {
      volume: name,
      volume_version: volume.version,
      entries: entries.map(({ sidecar, ...entry }) => ({
        ...entry,
        path: `/${entry.path}`,
        ...(sidecar ? { file_name: sidecar.file_name, model_name: sidecar.model_name } : {}),
        ...(sidecar?.uploaded_by ? { uploaded_by: sidecar.uploaded_by } : {}),
        ...(sidecar?.note ? { note: sidecar.note } : {}),
      })),
      next_cursor: nextCursor ?? null,
      endpoint,
    };
  },

  summarize(output) {
    const count = output.entries.length;
    const lines = output.entries.slice(0, 20).map((entry) => {
      const known = entry.file_name ? `  ${entry.file_name} (${entry.model_name})` : "";
      return `${entry.type === "directory" ? `${entry.path}/` : entry.path}  ${entry.size} B  ${entry.modified}${known}`;
    });
    const more = output.next_cursor || count > 20 ? ["…"] : [];
    return [
      `${count} ${count === 1 ? "entry" : "entries"} on volume ${output.volume}:`,
      ...lines,
      ...more,
    ].join("\n");
  },
});
