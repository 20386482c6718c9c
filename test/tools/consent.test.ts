import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { RunRecord } from "../../src/runs/record.ts";
import { openRunStore } from "../../src/runs/store.ts";
import { startTestEndpoint, type TestEndpoint } from "../support/emulator.ts";
import { makeHome } from "../support/home.ts";
import { runRecord } from "../support/run-records.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { fixture, startToolClient } from "../support/tool-client.ts";

const FMU = fixture("feedthrough-2.fmu");
const CHECKSUM = createHash("sha256")
  .update(await readFile(FMU))
  .digest("hex");
const SETTINGS = {
  start_time: { value: 0, from: "default experiment" },
  stop_time: { value: 10, from: "default experiment" },
};

let modal: TestEndpoint;
let questions: string[];
let proceed: boolean;

beforeAll(async () => {
  modal = await startTestEndpoint();
});

afterAll(() => modal.close());

beforeEach(() => {
  questions = [];
  proceed = false;
});

/** A server whose default endpoint is Modal, with runs it remembers and a user who is asked. */
async function start(records: Partial<RunRecord>[] = [], env: Record<string, string> = {}) {
  const home = await makeHome();
  const store = await openRunStore(join(home.path, "runs"));
  for (const members of records) {
    const fmu = {
      checksum: CHECKSUM,
      file_name: "feedthrough-2.fmu",
      model_name: "Feedthrough",
      fmi_version: "2.0",
    };
    const usual = { endpoint: "modal" as const, status: "success" as const, settings: SETTINGS, fmu };
    await store.create(runRecord({ ...usual, ...members }));
  }
  const access = {
    MODAL_SERVER_URL: modal.url,
    MODAL_TOKEN_ID: modal.tokenId,
    MODAL_TOKEN_SECRET: modal.tokenSecret,
  };
  const tools = await startToolClient(home.path, { ...access, ...env }, undefined, (question) => {
    questions.push(question);
    return { action: "accept", content: { proceed } };
  });
  onTestFinished(async () => {
    await tools.close();
    await home.remove();
  });
  return tools;
}

const took = (running: number): Partial<RunRecord> => ({ seconds: { queued: 0, running } });

describe("run_fmi_simulation on Modal asks", () => {
  test.each([
    ["an uploaded FMU by its leading digits", { fmu_checksum: CHECKSUM.slice(0, 8) }],
    ["an FMU by file name", { fmu_checksum: "feedthrough-2" }],
    ["an FMU by model name", { fmu_checksum: "Feedthrough" }],
    ["a local file by its content", { path: FMU }],
  ])("before a long run of %s", async (_, subject) => {
    const { fail } = await start([took(700)]);
    expect((await fail("run_fmi_simulation", subject)).code).toBe("cancelled");
    expect(questions).toHaveLength(1);
    expect(questions[0]).toMatch(/^Run .* on Modal for about 700 container seconds\?\n/);
    for (const fact of ["environment main", "1 earlier run", "MODAL_FMI_CONFIRM_ABOVE_S"])
      expect(questions[0]).toContain(fact);
    expect((await modal.modal.volumes.list()).map(({ name }) => name)).toEqual([]);
  });

  test("before one that is short by experience, but over a longer time", async () => {
    const { fail } = await start([took(100)]);
    await fail("run_fmi_simulation", { fmu_checksum: CHECKSUM, stop_time: 70 });
    expect(questions[0]).toContain("about 700 container seconds");
  });

  test("and goes on once the user agrees", async () => {
    proceed = true;
    const { fail } = await start([took(700)]);
    expect((await fail("run_fmi_simulation", { fmu_checksum: CHECKSUM })).code).toBe("not_found");
    expect(questions).toHaveLength(1);
  });

  test.each<[string, Partial<RunRecord>[], Record<string, string>]>([
    ["of which nothing is known", [], {}],
    ["that is short by experience", [took(600)], {}],
    ["of another FMU than the long one", [{ ...took(700), fmu: runRecord().fmu }], {}],
    ["that was long on this computer", [{ ...took(700), endpoint: "embedded" }], {}],
    ["below the limit that is configured", [took(700)], { MODAL_FMI_CONFIRM_ABOVE_S: "700" }],
  ])("not before a run %s", async (_, records, env) => {
    const { fail } = await start(records, env);
    expect((await fail("run_fmi_simulation", { fmu_checksum: CHECKSUM })).code).toBe("not_found");
    expect(questions).toEqual([]);
  });

  test("never before an embedded run", async () => {
    const { call } = await start([took(700)], { MODAL_FMI_MAX_RUNS_PER_HOUR: "1" });
    const run = await call("run_fmi_simulation", { path: FMU, endpoint: "embedded" });
    expect(run.status).toBe("success");
    expect(questions).toEqual([]);
  });
});

test("Modal takes no more runs in an hour than configured, and none is asked about then", async () => {
  const { fail } = await start([took(1), took(700)], { MODAL_FMI_MAX_RUNS_PER_HOUR: "2" });
  const error = await fail("run_fmi_simulation", { fmu_checksum: CHECKSUM });
  expect(error).toMatchObject({
    code: "resource_exhausted",
    message: expect.stringContaining("2 were started"),
  });
  expect(questions).toEqual([]);
});

describe("deploy_runner on Modal", () => {
  /** A CLI that is there and deploys nothing. */
  async function cli(): Promise<Record<string, string>> {
    const path = join(await temporaryFolder(), "modal-cli");
    await writeFile(path, '#!/bin/sh\necho "modal client version: 1.5.4"\n', { mode: 0o755 });
    return { MODAL_CLI: path };
  }

  test.each([
    [{ source: "bundled" }, /^Deploy fmi-runner on Modal\?/],
    [{ rollback: true }, /^Roll fmi-runner back one version on Modal\?/],
  ])("asks before %j", async (args, question) => {
    const { fail } = await start([], await cli());
    expect((await fail("deploy_runner", args)).code).toBe("cancelled");
    expect(questions).toHaveLength(1);
    expect(questions[0]).toMatch(question);
    expect(questions[0]).toContain("no version of it is live");
  });

  test("asks nothing before a dry run, or to wait for a deploy", async () => {
    const { fail, call } = await start([], await cli());
    await call("deploy_runner", { dry_run: true, source: "bundled" });
    await fail("deploy_runner", { operation_id: "deploy-fmi-00000000" });
    expect(questions).toEqual([]);
  });

  test("is closed with production", async () => {
    const { fail } = await start([], { ...(await cli()), MODAL_FMI_ALLOW_PRODUCTION: "0" });
    for (const args of [{ source: "bundled" }, { rollback: true }])
      expect((await fail("deploy_runner", args)).code).toBe("permission_denied");
    expect(questions).toEqual([]);
  });
});

test("run_energyplus_simulation writes to no production volume where that is closed", async () => {
  const { fail } = await start([], { MODAL_FMI_ALLOW_PRODUCTION: "0" });
  const folder = await temporaryFolder();
  const [model, weather] = [join(folder, "office.idf"), join(folder, "town.epw")];
  await writeFile(model, "Version,25.2;\nZone,North;\n");
  await writeFile(weather, "LOCATION,Chicago Ohare Intl Ap,IL,USA,TMY3,725300,41.98\n");
  const args = { model_path: model, weather };
  expect((await fail("run_energyplus_simulation", args)).code).toBe("permission_denied");
  const onTest = await fail("run_energyplus_simulation", { ...args, use_test_volume: true });
  expect(onTest.code).not.toBe("permission_denied");
});

test("run_energyplus_simulation asks before it removes the outputs of an earlier run", async () => {
  const earlier = runRecord();
  const asks = { kind: "energyplus" as const, run_id: earlier.run_id, energyplus: {} };
  const { fail } = await start([asks]);
  const args = { run_id: earlier.run_id, cleanup: true };
  expect((await fail("run_energyplus_simulation", args)).code).toBe("cancelled");
  expect(questions[0]).toContain(`Remove the outputs of run ${earlier.run_id} from volume`);
  const closed = await start([{ ...asks, volume: "energyplus-outputs" }], {
    MODAL_FMI_ALLOW_PRODUCTION: "0",
  });
  expect((await closed.fail("run_energyplus_simulation", args)).code).toBe("permission_denied");
});
