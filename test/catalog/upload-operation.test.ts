import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resolveFmu } from "../../src/catalog/find-fmu.ts";
import { readSidecars } from "../../src/catalog/sidecars.ts";
import { type UploadRequest, uploadWithin } from "../../src/catalog/upload-operation.ts";
import { PLATFORMS } from "../../src/fmi/platforms.ts";
import { createOperations } from "../../src/operations.ts";
import { startTestEndpoint, type TestEndpoint } from "../support/emulator.ts";
import { writeFmuFile } from "../support/fmu-file.ts";

let endpoint: TestEndpoint;

beforeAll(async () => {
  endpoint = await startTestEndpoint();
});

afterAll(() => endpoint.close());

function setUp(volumeName: string) {
  const [platform] = PLATFORMS;
  if (platform === undefined) throw new Error("no platforms");
  const operations = createOperations();
  const target = { modal: endpoint.modal, platform, who: async () => "ada" };
  const upload = (note: string | undefined, more: Partial<UploadRequest> = {}) =>
    uploadWithin(operations, target, {
      ...{ path: join(endpoint.folder, "tank.fmu"), volumeName, note, sidecar: true, validation: "lenient" },
      ...{ answerWithinMs: 30_000, signal: new AbortController().signal, onProgress: () => {}, ...more },
    });
  const readNote = async () => {
    const { volume, entry } = await resolveFmu(endpoint.modal, [volumeName], "tank.fmu");
    const sidecars = await readSidecars(endpoint.modal, volume, [entry.path]);
    return sidecars.get(entry.path)?.note;
  };
  return { upload, readNote };
}

test.each([
  ["without one", undefined],
  ["with another", "the first"],
])("uploadWithin keeps the note of who joins an upload %s, and sends the file once", async (_, first) => {
  await writeFmuFile(endpoint.folder, "tank.fmu", "Tank");
  const { upload, readNote } = setUp(`fmus-${first === undefined}`);
  const uploads = await Promise.all([upload(first), upload("the second"), upload("the second")]);
  expect(uploads).toMatchObject(Array(3).fill({ done: true, value: { uploaded: true, created: true } }));
  expect(await readNote()).toBe("the second");
});

test("uploadWithin keeps the note of an upload that one without a note joins", async () => {
  await writeFmuFile(endpoint.folder, "tank.fmu", "Tank");
  const { upload, readNote } = setUp("fmus-kept");
  await Promise.all([upload("the first"), upload(undefined)]);
  expect(await readNote()).toBe("the first");
});
