import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resolveFmu } from "../../src/catalog/find-fmu.ts";
import { openRemoteSource } from "../../src/catalog/remote-source.ts";
import { readSidecars, writeSidecar } from "../../src/catalog/sidecars.ts";
import { uploadFmu } from "../../src/catalog/upload-fmu.ts";
import { openFmu } from "../../src/fmi/fmu.ts";
import { PLATFORMS } from "../../src/fmi/platforms.ts";
import type { Modal, VolumeInfo } from "../../src/modal/modal.ts";
import { startTestEndpoint, type TestEndpoint } from "../support/emulator.ts";
import { writeFmuFile } from "../support/fmu-file.ts";

const MAIN = "fmus";
const SPARE = "fmus-test";
const NONE = "fmus-never-made";

let endpoint: TestEndpoint;
let modal: Modal;
let pump: string;

async function put(volumeName: string, fileName: string, modelName: string, content = ""): Promise<string> {
  const path = await writeFmuFile(endpoint.folder, fileName, modelName, content);
  const [platform] = PLATFORMS;
  if (platform === undefined) throw new Error("no platforms");
  const upload = {
    path,
    volumeName,
    note: undefined,
    who: undefined,
    sidecar: true,
    validation: "lenient" as const,
    platform,
  };
  return (await uploadFmu(modal, upload)).checksum;
}

/** A file under a checksum of our choice, as no hash would give it. */
async function putAs(volume: VolumeInfo, checksum: string): Promise<void> {
  await modal.volumes.upload(volume, `/${checksum}.fmu`, { bytes: Buffer.from("x") }, { overwrite: true });
}

beforeAll(async () => {
  endpoint = await startTestEndpoint();
  modal = endpoint.modal;
  pump = await put(MAIN, "pump.fmu", "Hydraulics.Pump");
});

afterAll(() => endpoint.close());

test.each([
  ["the whole checksum", () => pump],
  ["the checksum in capitals", () => pump.toUpperCase()],
  ["8 leading digits", () => pump.slice(0, 8)],
  ["the file name", () => "pump.fmu"],
  ["the file name without its ending, in other case", () => "PUMP"],
  ["the model name", () => "Hydraulics.Pump"],
])("resolveFmu takes %s", async (_, text) => {
  const found = await resolveFmu(modal, [NONE, MAIN, SPARE], text());
  expect(found).toMatchObject({ checksum: pump, volumeName: MAIN, entry: { path: `${pump}.fmu` } });
});

test("resolveFmu takes the first volume that holds it", async () => {
  const both = await put(MAIN, "both.fmu", "Both");
  expect(await put(SPARE, "both.fmu", "Both")).toBe(both);
  expect((await resolveFmu(modal, [MAIN, SPARE], both)).volumeName).toBe(MAIN);
  expect((await resolveFmu(modal, [SPARE, MAIN], both)).volumeName).toBe(SPARE);
  expect((await resolveFmu(modal, [SPARE, MAIN], "pump")).volumeName).toBe(MAIN);
});

test("resolveFmu sees at once that a volume's name has come to mean another volume", async () => {
  const name = "fmus-renamed";
  const valve = await put(name, "valve.fmu", "Valve");
  const found = await resolveFmu(modal, [name], valve);
  await modal.volumes.delete(found.volume);
  await expect(resolveFmu(modal, [name], valve)).rejects.toMatchObject({ code: "not_found" });
  await put(name, "other.fmu", "Other");
  await expect(resolveFmu(modal, [name], valve)).rejects.toMatchObject({ code: "not_found" });
  await put(name, "valve.fmu", "Valve");
  const again = await resolveFmu(modal, [name], valve);
  expect(again.volume.id).not.toBe(found.volume.id);
});

test("resolveFmu lists the candidates of an ambiguous name or prefix", async () => {
  const first = await put(MAIN, "twin.fmu", "Twin", "1");
  const second = await put(MAIN, "twin.fmu", "Twin", "2");
  const byName = resolveFmu(modal, [MAIN], "twin");
  await expect(byName).rejects.toMatchObject({ code: "invalid_argument" });
  await expect(byName).rejects.toThrow(first);
  await expect(byName).rejects.toThrow(second);

  const volume = await modal.volumes.get(MAIN);
  for (const tail of ["0", "1"]) await putAs(volume, "abcdef01".padEnd(63, "0") + tail);
  await expect(resolveFmu(modal, [MAIN], "abcdef01")).rejects.toMatchObject({ code: "invalid_argument" });
});

test("resolveFmu of nothing names the volumes searched and the next step", async () => {
  for (const text of ["nothing", "0".repeat(64), pump.slice(0, 7)]) {
    const resolving = resolveFmu(modal, [MAIN, NONE], text);
    await expect(resolving).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining(`"${MAIN}", "${NONE}"`),
      remedy: expect.stringMatching(/`list_volume`.*`upload_fmu`/),
    });
  }
});

test("readSidecars leaves out what has none, and one that is damaged", async () => {
  const volume = await modal.volumes.ensure(SPARE);
  const bare = createHash("sha256").update("bare").digest("hex");
  const damaged = createHash("sha256").update("damaged").digest("hex");
  await putAs(volume, bare);
  await putAs(volume, damaged);
  const path = `/.modal-fmi/${damaged}.json`;
  await modal.volumes.upload(volume, path, { bytes: Buffer.from("{") }, { overwrite: true });
  const whole = await put(SPARE, "whole.fmu", "Whole");
  const paths = [bare, damaged, whole].map((checksum) => `${checksum}.fmu`);
  const sidecars = await readSidecars(modal, volume, [...paths, "notes.txt"]);
  expect([...sidecars]).toEqual([[`${whole}.fmu`, expect.objectContaining({ file_name: "whole.fmu" })]]);
});

test("readSidecars fetches each sidecar once", async () => {
  const volume = await modal.volumes.get(MAIN);
  let reads = 0;
  const counting: Modal = {
    ...modal,
    volumes: {
      ...modal.volumes,
      read: (...args) => {
        reads++;
        return modal.volumes.read(...args);
      },
    },
  };
  for (let listing = 0; listing < 2; listing++)
    expect((await readSidecars(counting, volume, [`${pump}.fmu`])).size).toBe(1);
  expect(reads).toBe(1);
});

test("readSidecars sees a sidecar that was written anew", async () => {
  const volume = await modal.volumes.get(MAIN);
  const path = `${pump}.fmu`;
  const before = (await readSidecars(modal, volume, [path])).get(path);
  if (before === undefined) throw new Error("no sidecar");
  await writeSidecar(modal, volume, pump, { ...before, note: "a note that was not there" });
  const after = (await readSidecars(modal, volume, [path])).get(path);
  expect(after?.note).toBe("a note that was not there");
});

test("openRemoteSource lets a model description be read without the whole file", async () => {
  const size = 4 * 1024 * 1024;
  // Stored, not compressed, so the file is as large as its content.
  const checksum = await put(MAIN, "remote.fmu", "Remote", "z".repeat(size));
  const { volume, entry } = await resolveFmu(modal, [MAIN], checksum);
  let fetched = 0;
  const counting: Modal = {
    ...modal,
    volumes: {
      ...modal.volumes,
      read: async (...args) => {
        const result = await modal.volumes.read(...args);
        fetched += result.bytes.length;
        return result;
      },
    },
  };
  const fmu = await openFmu(openRemoteSource(counting, volume, entry), "remote.fmu");
  expect(fmu.description.modelName).toBe("Remote");
  await fmu.close();
  expect(entry.size).toBeGreaterThan(size);
  expect(fetched).toBeLessThan(size / 4);
});
