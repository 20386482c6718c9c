import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { modelDescriptionXml } from "../support/model-description-xml.ts";
import { fixture } from "../support/tool-client.ts";
import { writeZip } from "../support/zip.ts";
import { type Bench, VOLUMES } from "./bench.ts";
import type { State } from "./state.ts";

/** Puts bytes on a volume as an FMU, as somebody without this server's checks would. */
async function put(bench: Bench, bytes: Uint8Array, name: string = VOLUMES.production): Promise<string> {
  const checksum = createHash("sha256").update(bytes).digest("hex");
  const volume = await bench.modal.volumes.ensure(name);
  await bench.modal.volumes.upload(volume, `/${checksum}.fmu`, { bytes }, { overwrite: true });
  return checksum;
}

async function upload(bench: Bench, name: string, more: object = {}): Promise<string> {
  const tools = await bench.tools();
  return (await tools.call("upload_fmu", { path: fixture(name), ...more })).fmu_checksum;
}

/** An FMU that is made to run with its tool, which is not in any container. */
function toolBoundFmu(): Uint8Array {
  const interfaces = '<CoSimulation modelIdentifier="model" needsExecutionTool="true"/>\n';
  const xml = modelDescriptionXml({
    interfaces,
    root: 'modelName="ToolBound" guid="{t}" generationTool="Test Tool"',
  });
  return writeZip([
    { name: "modelDescription.xml", content: xml },
    { name: "binaries/linux64/model.so", content: "text" },
  ]);
}

const UPLOAD = /upload_fmu/;

/** Faults of volumes and of the FMUs on them. */
export const FMU_STATES: readonly State[] = [
  {
    name: "volume_missing",
    description: "The volume of FMUs does not exist",
    fault: true,
    holds: ["subject"],
    prepare: async () => ({ fmu_checksum: "0".repeat(64) }),
    expected: { code: "volume_missing", cause: VOLUMES.production, remedy: UPLOAD },
  },
  {
    name: "fmu_missing",
    description: "No volume has an FMU of this checksum",
    fault: true,
    holds: ["subject"],
    prepare: async (bench) => {
      for (const name of Object.values(VOLUMES)) await bench.modal.volumes.ensure(name);
      return { fmu_checksum: "0".repeat(64) };
    },
    expected: { code: "fmu_missing", cause: /000000/, remedy: UPLOAD },
  },
  {
    name: "fmu_in_other_volume",
    description: "The FMU is on the test volume only, and the server uses the production volume",
    fault: true,
    holds: ["subject"],
    prepare: async (bench) => {
      await bench.modal.volumes.ensure(VOLUMES.production);
      return { fmu_checksum: await upload(bench, "feedthrough-2.fmu", { use_test_volume: true }) };
    },
    expected: { code: "fmu_in_other_volume", cause: VOLUMES.test, remedy: /use_test_volume|upload_fmu/ },
  },
  {
    name: "upload_unfinished",
    description: "The file on the volume holds only a part of the FMU",
    fault: true,
    holds: ["subject"],
    prepare: async (bench) => {
      const fmu_checksum = await upload(bench, "feedthrough-2.fmu");
      const bytes = (await readFile(fixture("feedthrough-2.fmu"))).subarray(0, 1000);
      const volume = await bench.modal.volumes.get(VOLUMES.production);
      await bench.modal.volumes.upload(volume, `/${fmu_checksum}.fmu`, { bytes }, { overwrite: true });
      return { fmu_checksum };
    },
    expected: { code: "upload_unfinished", cause: /1,?000|half|part|incomplete|unfinished/i, remedy: UPLOAD },
  },
  {
    name: "volume_stale_view",
    description: "A container that has been up for long does not see an FMU that came later",
    fault: true,
    holds: ["subject"],
    prepare: async (bench) => ({ fmu_checksum: await upload(bench, "feedthrough-2.fmu") }),
    arrange: ({ faults }) => void faults.push("volume_stale_view"),
    expected: { code: "volume_stale_view", cause: /container/i, remedy: /deploy_runner|reload|again/i },
  },
  {
    name: "no_binary_for_platform",
    description: "The FMU has no binary for the platform of the containers",
    fault: true,
    holds: ["subject"],
    prepare: async (bench) => ({
      fmu_checksum: await put(bench, await readFile(fixture("other-platform-2.fmu"))),
    }),
    expected: { code: "no_binary_for_platform", cause: /linux64|x86/i, remedy: /export|upload_fmu|binary/i },
  },
  {
    name: "needs_execution_tool",
    description: "The FMU can run with its tool only",
    fault: true,
    holds: ["subject"],
    prepare: async (bench) => ({ fmu_checksum: await put(bench, toolBoundFmu()) }),
    expected: { code: "needs_execution_tool", cause: /tool/i, remedy: /export|upload_fmu/i },
  },
  {
    name: "fmu_invalid",
    description: "The file on the volume is no FMU",
    fault: true,
    holds: ["subject"],
    prepare: async (bench) => ({ fmu_checksum: await put(bench, Buffer.from("no archive at all")) }),
    expected: { code: "fmu_invalid", cause: /zip|archive|FMU/i, remedy: UPLOAD },
  },
];
