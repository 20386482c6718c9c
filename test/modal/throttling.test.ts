import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.ts";
import { connectModal } from "../../src/modal/connect.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("throttledSince tells that the server asks to wait, which the client does without a word", async () => {
  const stateDir = join(await temporaryFolder(), "state");
  const emulator = await startEmulator({ stateDir, apps: [], faults: ["endpoint_throttled"] });
  const { url, tokenId, tokenSecret } = emulator;
  let tell = (): void => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const log = (_level: string, message: string) => {
    if (/retry delay/.test(message)) tell();
  };
  const modal = await connectModal({ url, tokenId, tokenSecret, environment: "main", log });
  onTestFinished(async () => {
    await modal.close();
    await emulator.close();
  });
  expect(modal.throttledSince?.(0)).toBeUndefined();
  const stop = new AbortController();
  const listing = modal.volumes.list(stop.signal);
  await told;
  expect(modal.throttledSince?.(0)).toMatch(/\w/);
  expect(modal.throttledSince?.(Date.now() + 1000)).toBeUndefined();
  stop.abort();
  await expect(listing).rejects.toMatchObject({ code: "cancelled" });
});
