import { expect, test } from "vitest";
import { codecOf } from "../../src/wire/codec.ts";
import { describeMethod } from "../../src/wire/methods.ts";

test("codecOf: absent members take defaults, optional and sub-messages stay undefined", () => {
  const message = codecOf("VolumeListFilesRequest").decode(Buffer.alloc(0));
  expect(message).toEqual({ volumeId: "", path: "", recursive: false });
  expect(codecOf("VolumeListRequest").decode(Buffer.alloc(0))).toEqual({ environmentName: "" });
});

test("codecOf: 64-bit sizes are numbers, bytes are buffers, field numbers are Modal's", () => {
  const codec = codecOf("VolumePutFiles2Request");
  const message = {
    volumeId: "v",
    files: [{ path: "a", size: 2 ** 40, blocks: [{ contentsSha256: Buffer.from("x") }] }],
  };
  expect(codec.decode(codec.encode(message))).toMatchObject(message);
  expect(codec.encode({ volumeId: "v", disallowOverwriteExistingFiles: true }).toString("hex")).toBe(
    "0a01761801",
  );
});

test("codecOf: a message that is not declared throws, and so do bytes that are no message", () => {
  expect(() => codecOf("Nothing")).toThrow("Nothing");
  expect(() => codecOf("VolumeListRequest").decode(Buffer.from([0x0f]))).toThrow();
});

test("describeMethod: customary and unusual message names", () => {
  expect(describeMethod("BlobGet")).toEqual({
    request: "BlobGetRequest",
    response: "BlobGetResponse",
    streams: false,
  });
  expect(describeMethod("AppGetLogs")).toEqual({
    request: "AppGetLogsRequest",
    response: "TaskLogsBatch",
    streams: true,
  });
});
