import { afterAll, beforeAll, expect, test } from "vitest";
import { findOrUpload } from "../../src/catalog/find-or-upload.ts";
import { uploadFmu } from "../../src/catalog/upload-fmu.ts";
import { currentPlatform } from "../../src/fmi/platforms.ts";
import { createOperations } from "../../src/operations.ts";
import { startTestEndpoint, type TestEndpoint } from "../support/emulator.ts";
import { writeFmuFile } from "../support/fmu-file.ts";

const MAIN = "fmus";
const SPARE = "fmus-test";
const platform = currentPlatform("linux", "x64");

let endpoint: TestEndpoint;

async function put(volumeName: string, modelName: string): Promise<string> {
  const path = await writeFmuFile(endpoint.folder, `${modelName}.fmu`, modelName, "");
  const upload = { path, volumeName, note: undefined, who: undefined, sidecar: true, platform };
  return (await uploadFmu(endpoint.modal, { ...upload, validation: "lenient" })).checksum;
}

async function find(checksum: string, useTestVolume?: boolean) {
  const found = await findOrUpload(
    { modal: endpoint.modal, platform, who: async () => undefined },
    { checksum },
    {
      operations: createOperations(),
      settings: {
        volumes: { fmi: MAIN, fmiTest: SPARE },
        useTestVolume: { fmi: false },
        allowProduction: true,
        roots: undefined,
        workingFolder: endpoint.folder,
        homeFolder: endpoint.folder,
        sidecar: true,
      },
      useTestVolume,
      answerWithinMs: 10_000,
      signal: new AbortController().signal,
      onProgress: () => {},
    },
  );
  return { volumeName: found.volumeName, modelName: found.description.modelName, fileName: found.fileName };
}

beforeAll(async () => {
  endpoint = await startTestEndpoint();
});

afterAll(() => endpoint.close());

test("findOrUpload finds an FMU again, and no more once its file or its volume is gone", async () => {
  const pump = await put(MAIN, "Pump");
  const there = { volumeName: MAIN, modelName: "Pump", fileName: "Pump.fmu" };
  expect([await find(pump), await find(pump)]).toEqual([there, there]);
  const { volumes } = endpoint.modal;
  await volumes.remove(await volumes.get(MAIN), `/${pump}.fmu`, { recursive: false });
  await expect(find(pump)).rejects.toMatchObject({ code: "not_found" });
  await put(MAIN, "Pump");
  expect(await find(pump)).toEqual(there);
  await volumes.delete(await volumes.get(MAIN));
  await expect(find(pump)).rejects.toMatchObject({ code: "not_found" });
  await put(MAIN, "Pump");
  expect([await find(pump), await find(pump)]).toEqual([there, there]);
});

test("findOrUpload looks on the volume first in turn, wherever an FMU was found before", async () => {
  const valve = await put(SPARE, "Valve");
  expect([await find(valve), await find(valve, true)].map((each) => each.volumeName)).toEqual([SPARE, SPARE]);
  await expect(find(valve, false)).rejects.toMatchObject({ code: "not_found" });
  await put(MAIN, "Valve");
  expect((await find(valve)).volumeName).toBe(MAIN);
  expect((await find(valve, true)).volumeName).toBe(SPARE);
});
