import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  findLastDeploy,
  keepLastDeploy,
  type LastDeploy,
  readLastDeploys,
} from "../../src/deployment/last-outcome.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const OUTCOME: LastDeploy = {
  ...{ runner: "fmi", app: "fmi-runner", endpoint: "embedded", environment: "main", action: "deploy" },
  ...{
    state: "success",
    started_at: "2026-01-01T00:00:00Z",
    finished_at: "2026-01-01T00:01:00Z",
    seconds: 60,
  },
  ...{ steps: [], rolled_back: false },
};
const TARGET = { app: "fmi-runner", environment: "main", url: undefined };

test("the last outcome of an app takes the place of the one before", async () => {
  const folder = join(await temporaryFolder(), "deploys");
  expect(await readLastDeploys(folder)).toEqual([]);
  await keepLastDeploy(folder, TARGET, OUTCOME);
  const failed = {
    ...OUTCOME,
    state: "failed" as const,
    finished_at: "2026-01-02T00:00:00Z",
    code: "unknown",
  };
  await keepLastDeploy(folder, TARGET, failed);
  expect(await readLastDeploys(folder)).toEqual([failed]);
  expect(await findLastDeploy(folder, TARGET)).toEqual(failed);
  expect(await findLastDeploy(folder, { ...TARGET, environment: "dev" })).toBeUndefined();
});

test("outcomes of several apps come newest first; a damaged file is passed over", async () => {
  const folder = await temporaryFolder();
  await keepLastDeploy(folder, TARGET, OUTCOME);
  const later = { ...OUTCOME, app: "energyplus-runner", finished_at: "2026-01-03T00:00:00Z" };
  await keepLastDeploy(folder, { ...TARGET, app: "energyplus-runner" }, later);
  await writeFile(join(folder, "broken.last.json"), "{");
  expect((await readLastDeploys(folder)).map(({ app }) => app)).toEqual(["energyplus-runner", "fmi-runner"]);
  expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});
