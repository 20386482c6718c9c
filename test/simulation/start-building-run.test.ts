import { expect, test } from "vitest";
import { ToolError } from "../../src/errors.ts";
import type { FunctionInfo } from "../../src/modal/modal.ts";
import { energyPlusArguments } from "../../src/runner/energyplus-contract.ts";
import { openRunStore } from "../../src/runs/store.ts";
import { type BuildingStart, startBuildingRun } from "../../src/simulation/start-building-run.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { fakeFunction, fakeModal } from "../support/fake-modal.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const APP = "energyplus-runner";

/** A start on an endpoint whose app has the given tags. */
async function prepare(readTags: () => Promise<Record<string, string>>) {
  const fn: FunctionInfo = fakeFunction({
    ...{ appName: APP, name: "run_energyplus_simulation", arguments: Object.keys(energyPlusArguments.shape) },
  });
  const fake = fakeModal(fn);
  const modal = { ...fake.modal, apps: { tags: readTags } } as unknown as typeof fake.modal;
  const request: BuildingStart = {
    ...{
      modal,
      store: await openRunStore(await temporaryFolder()),
      endpoint: "embedded",
      environment: "main",
    },
    ...{ volume: "energyplus-outputs", useTestVolume: false, keepOutputs: "summary", timeoutSeconds: 60 },
    model: { format: "idf", payload: "Version,25.2;", version: "25.2", checksum: "0".repeat(64) },
    weather: { name: "town.epw", content: undefined, place: undefined },
    ...{ period: "annual", fileName: "office.idf", cleanup: false, given: {} },
  };
  const { signal } = new AbortController();
  return { fake, request, start: () => startBuildingRun(request, APP, signal) };
}

test("startBuildingRun refuses a model of another version before the call, naming both", async () => {
  const { fake, start } = await prepare(async () => ({ engine_version: "24.1.0" }));
  const error = await catchToolError(start);
  expect(error).toMatchObject({ code: "failed_precondition" });
  expect(error.message).toMatch(/25\.2.*24\.1\.0/);
  expect(fake.spawned.size).toBe(0);
});

test("startBuildingRun refuses a runner that writes to the other volume, naming the redeploy", async () => {
  const { fake, start } = await prepare(async () => ({ output_volume: "energyplus-outputs-test" }));
  const error = await catchToolError(start);
  expect(error).toMatchObject({ code: "failed_precondition" });
  expect(error.message).toContain('"energyplus-outputs-test"');
  expect(error.remedy).toMatch(/use_test_volume: true.*ENERGYPLUS_USE_TEST_VOLUME=0.*deploy_runner/);
  expect(fake.spawned.size).toBe(0);
});

test("startBuildingRun keeps a record of its kind, and names the run to the runner", async () => {
  const { fake, start } = await prepare(async () => ({ engine_version: "25.2.0" }));
  const { record } = await start();
  expect(record).toMatchObject({ kind: "energyplus", status: "running", warnings: [] });
  expect(record.energyplus).toMatchObject({ weather: "town.epw", period: "annual" });
  expect(fake.spawned.get(record.function_call_id ?? "")).toMatchObject({ simulation_id: record.run_id });
});

test("startBuildingRun finds the unfinished run of the same arguments", async () => {
  const { fake, start } = await prepare(async () => ({ engine_version: "25.2.0" }));
  const first = await start();
  expect(await start()).toMatchObject({ reused: true, record: { run_id: first.record.run_id } });
  expect(fake.spawned.size).toBe(1);
});

test.each([
  ["an app without the tag", async () => ({})],
  [
    "an endpoint without tags",
    async () => {
      throw new ToolError("unimplemented", "Cannot read the tags", "Go on.");
    },
  ],
])("startBuildingRun warns of %s that the version is unknown", async (_, readTags) => {
  const { start } = await prepare(readTags);
  expect((await start()).record.warnings.join()).toContain("unknown before the run");
});
