import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FmuUpload, uploadFmu } from "../../src/catalog/upload-fmu.ts";
import { PLATFORMS } from "../../src/fmi/platforms.ts";
import type { Modal } from "../../src/modal/modal.ts";
import { startTestEndpoint, type TestEndpoint } from "../support/emulator.ts";
import { writeFmuFile } from "../support/fmu-file.ts";

const [platform] = PLATFORMS;
const WHOLE = { start: 0, length: 0 };

let endpoint: TestEndpoint;
let modal: Modal;
let volumes = 0;

beforeAll(async () => {
  endpoint = await startTestEndpoint();
  modal = endpoint.modal;
});

afterAll(() => endpoint.close());

function request(path: string, more: Partial<FmuUpload> = {}): FmuUpload {
  if (platform === undefined) throw new Error("no platforms");
  const volumeName = `fmus-${++volumes}`;
  return {
    path,
    volumeName,
    note: undefined,
    who: "ada",
    sidecar: true,
    validation: "lenient" as const,
    platform,
    ...more,
  };
}

test("uploadFmu stores the file by its hash on a volume that it creates, and describes it", async () => {
  const path = await writeFmuFile(endpoint.folder, "pump.fmu", "Pump");
  const bytes = await readFile(path);
  const checksum = createHash("sha256").update(bytes).digest("hex");
  const outcome = await uploadFmu(modal, request(path, { note: "first try" }));
  expect(outcome).toMatchObject({
    checksum,
    uploaded: true,
    bytesSent: bytes.length,
    created: true,
    remotePath: `/${checksum}.fmu`,
    size: bytes.length,
    fmu: { name: "Pump", fmi_version: "2.0" },
  });
  const stored = await modal.volumes.read(outcome.volume, outcome.remotePath, WHOLE);
  expect(Buffer.from(stored.bytes)).toEqual(bytes);
  const sidecar = await modal.volumes.read(outcome.volume, `/.modal-fmi/${checksum}.json`, WHOLE);
  expect(JSON.parse(Buffer.from(sidecar.bytes).toString())).toEqual({
    file_name: "pump.fmu",
    model_name: "Pump",
    fmi_version: "2.0",
    generation_tool: "Test Tool",
    size: bytes.length,
    uploaded_at: expect.stringMatching(/^20\d\d-/),
    uploaded_by: "ada",
    note: "first try",
  });
});

test("uploadFmu leaves a file that is there, without a byte sent", async () => {
  const path = await writeFmuFile(endpoint.folder, "again.fmu", "Again");
  const upload = request(path);
  const first = await uploadFmu(modal, upload);
  let reports = 0;
  const onProgress = () => {
    reports++;
  };
  const second = await uploadFmu(modal, { ...upload, onProgress });
  expect(second).toEqual({ ...first, uploaded: false, bytesSent: 0, created: false });
  expect(reports).toBe(0);
});

test("uploadFmu replaces a half-written file of its name", async () => {
  const path = await writeFmuFile(endpoint.folder, "half.fmu", "Half");
  const bytes = await readFile(path);
  const remotePath = `/${createHash("sha256").update(bytes).digest("hex")}.fmu`;
  const upload = request(path);
  const volume = await modal.volumes.ensure(upload.volumeName);
  await modal.volumes.upload(volume, remotePath, { bytes: bytes.subarray(0, 100) }, { overwrite: false });
  expect(await uploadFmu(modal, upload)).toMatchObject({ uploaded: true, created: false });
  expect((await modal.volumes.findFile(volume, remotePath))?.size).toBe(bytes.length);
});

test("uploadFmu reports progress in bytes up to the size", async () => {
  const path = await writeFmuFile(endpoint.folder, "large.fmu", "Large", randomBytes(9 * 1024 * 1024));
  const seen: number[] = [];
  const { size } = await uploadFmu(modal, request(path, { onProgress: (sent) => seen.push(sent) }));
  expect(seen.length).toBeGreaterThan(2);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(size);
});

test("uploadFmu writes no sidecar where it is turned off", async () => {
  const path = await writeFmuFile(endpoint.folder, "plain.fmu", "Plain");
  const { volume } = await uploadFmu(
    modal,
    request(path, { sidecar: false, validation: "lenient" as const }),
  );
  const listing = modal.volumes.entries(volume, "/.modal-fmi", { recursive: false });
  await expect(listing[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "not_found" });
});

test("uploadFmu makes a failing sidecar a warning", async () => {
  const path = await writeFmuFile(endpoint.folder, "warned.fmu", "Warned");
  const upload = request(path);
  const volume = await modal.volumes.ensure(upload.volumeName);
  // A file where the folder should be.
  await modal.volumes.upload(volume, "/.modal-fmi", { bytes: Buffer.from("x") }, { overwrite: false });
  const outcome = await uploadFmu(modal, upload);
  expect(outcome.uploaded).toBe(true);
  expect(outcome.warnings.join("\n")).toMatch(/The FMU is uploaded, but its description/);
});

test("uploadFmu refuses what is no FMU before it touches the endpoint", async () => {
  const path = join(endpoint.folder, "text.fmu");
  await writeFile(path, "not a zip archive");
  const upload = request(path);
  await expect(uploadFmu(modal, upload)).rejects.toMatchObject({ code: "invalid_fmu" });
  expect(await modal.volumes.find(upload.volumeName)).toBeUndefined();
});

test("uploadFmu takes back a file that was exchanged after it was hashed", async () => {
  const path = await writeFmuFile(endpoint.folder, "exchanged.fmu", "Before");
  const upload = request(path);
  const exchanging: Modal = {
    ...modal,
    volumes: {
      ...modal.volumes,
      upload: async (...args) => {
        await writeFmuFile(endpoint.folder, "exchanged.fmu", "After!");
        return modal.volumes.upload(...args);
      },
    },
  };
  await expect(uploadFmu(exchanging, upload)).rejects.toMatchObject({ code: "aborted" });
  const volume = await modal.volumes.get(upload.volumeName);
  const left: string[] = [];
  for await (const entry of modal.volumes.entries(volume, "/", { recursive: true })) left.push(entry.path);
  expect(left).toEqual([]);
});

test("uploadFmu stops when its signal aborts", async () => {
  const path = await writeFmuFile(endpoint.folder, "stopped.fmu", "Stopped", randomBytes(1024 * 1024));
  const signal = AbortSignal.abort();
  await expect(uploadFmu(modal, request(path, { signal }))).rejects.toMatchObject({ code: "cancelled" });
});
