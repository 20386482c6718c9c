import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FunctionBody } from "../../src/emulator/function-body.ts";
import { startEmulator } from "../../src/emulator/index.ts";
import { type ControlPlane, connectModal, openControlPlane } from "../../src/modal/connect.ts";
import type { Modal } from "../../src/modal/modal.ts";

/** An emulator on a state folder of its own, and a client connected to it. */
export interface TestEndpoint {
  modal: Modal;
  /** The raw requests, for what `modal` does not offer. */
  controlPlane: ControlPlane;
  url: string;
  tokenId: string;
  tokenSecret: string;
  /** A folder for the test's own files. */
  folder: string;
  close(): Promise<void>;
}

/** Name of the app that {@link startTestEndpoint} hosts. */
export const TEST_APP = "test-app";

/** Starts an emulator whose app `test-app` has the given functions and mounts. Close it after the tests. */
export async function startTestEndpoint(
  functions: readonly FunctionBody[] = [],
  mounts: Readonly<Record<string, string>> = {},
): Promise<TestEndpoint> {
  const folder = await mkdtemp(join(tmpdir(), "modal-fmi-"));
  const app = { name: TEST_APP, version: "1", maxContainers: 2, mounts, functions };
  const emulator = await startEmulator({
    stateDir: join(folder, "state"),
    apps: [app],
  });
  const { url, tokenId, tokenSecret } = emulator;
  const options = { url, tokenId, tokenSecret, environment: "main", log: () => undefined };
  const modal = await connectModal(options);
  return {
    modal,
    controlPlane: await openControlPlane(options),
    url,
    tokenId,
    tokenSecret,
    folder,
    close: async () => {
      await modal.close();
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A function body for tests; `parameters` are taken from the names given. */
export function testFunction(
  name: string,
  parameters: readonly string[],
  run: FunctionBody["run"],
  timeoutSeconds = 60,
): FunctionBody {
  const described = parameters.map((parameter) => ({
    name: parameter,
    type: "any" as const,
    hasDefault: true,
  }));
  return { name, parameters: described, timeoutSeconds, run };
}
