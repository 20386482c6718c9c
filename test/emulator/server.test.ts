import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { authHandlers } from "../../src/emulator/auth.ts";
import type { Emulator } from "../../src/emulator/index.ts";
import { startRpcServer } from "../../src/emulator/server.ts";
import { openState } from "../../src/emulator/state.ts";
import { connectSdk, onEnd, openBoth, openEmulator, temporaryFolder } from "./support.ts";
import { makeVolume } from "./upload.ts";

/** Sends raw bytes to an RPC and returns the error it answers with. */
async function sendRaw(emulator: Emulator, name: string, bytes: Buffer): Promise<ServiceError | null> {
  const client = new Client(new URL(emulator.url).host, credentials.createInsecure());
  onEnd(async () => client.close());
  const metadata = new Metadata();
  metadata.set("x-modal-token-id", emulator.tokenId);
  metadata.set("x-modal-token-secret", emulator.tokenSecret);
  const same = (value: Buffer): Buffer => value;
  return new Promise((resolve) => {
    client.makeUnaryRequest(`/modal.client.ModalClient/${name}`, same, same, bytes, metadata, (error) =>
      resolve(error),
    );
  });
}

test("server: bytes that are no message are INVALID_ARGUMENT, and the next request is served", async () => {
  const emulator = await openEmulator();
  expect(await sendRaw(emulator, "VolumeList", Buffer.from([0x0f]))).toMatchObject({
    code: 3,
    details: expect.stringContaining("malformed"),
  });
  expect(await sendRaw(emulator, "VolumeList", Buffer.alloc(0))).toBeNull();
});

test("server: a damaged record is INTERNAL in words without paths, and is reported", async () => {
  const stateDir = await temporaryFolder();
  const errors: string[] = [];
  const { sdk } = await openBoth({ stateDir, onError: (message) => errors.push(message) });
  const volumeId = await makeVolume(sdk, 2);
  await writeFile(path.join(stateDir, "volumes", volumeId, "volume.json"), "{");
  const asking = sdk.cpClient.volumeGetById({ volumeId }, { retries: 0 });
  await expect(asking).rejects.toMatchObject({ code: 13, details: expect.stringContaining("damaged") });
  await expect(asking).rejects.not.toMatchObject({ details: expect.stringContaining(stateDir) });
  expect(errors).toHaveLength(1);
});

test("server: a full disk is RESOURCE_EXHAUSTED, which clients do not try again, in words without paths", async () => {
  const stateDir = await temporaryFolder();
  const state = await openState({ stateDir, apps: [], keepDays: 1, onError: () => {} });
  const full = Object.assign(new Error("ENOSPC: no space left on device, open '/state/f'"), {
    code: "ENOSPC",
  });
  const failing = { ...authHandlers, VolumeList: () => Promise.reject(full) };
  const { port, close } = await startRpcServer(state, failing);
  onEnd(async () => close());
  const sdk = connectSdk({ url: `http://127.0.0.1:${port}`, ...state.credentials });
  await expect(sdk.cpClient.volumeList({})).rejects.toMatchObject({
    code: 8,
    details: "The embedded endpoint failed: ENOSPC: no space left on device, open",
  });
});

test("startEmulator: a state folder that cannot be one is an error", async () => {
  const file = path.join(await temporaryFolder(), "file");
  await writeFile(file, "");
  await expect(openEmulator({ stateDir: file })).rejects.toThrow();
  await writeFile(path.join(path.dirname(file), "credentials.json"), "{}");
  await expect(openEmulator({ stateDir: path.dirname(file) })).rejects.toThrow("credentials.json");
});

test("close: nobody listens any more, and no temporary file is left", async () => {
  const stateDir = await temporaryFolder();
  const { emulator, sdk } = await openBoth({ stateDir });
  await makeVolume(sdk, 1);
  await emulator.close();
  await expect(fetch(emulator.url)).rejects.toThrow();
  const names = await readdir(stateDir, { recursive: true });
  expect(names.filter((name) => name.includes(".tmp-"))).toEqual([]);
});
