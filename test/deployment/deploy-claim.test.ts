import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { claimDeploy } from "../../src/deployment/deploy-claim.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const TARGET = { app: "fmi-runner", environment: "main", url: "https://example.test" };

test("an app is claimed once at a time, and free again after its release", async () => {
  const folder = await temporaryFolder();
  const claim = await claimDeploy(folder, TARGET);
  await expect(claimDeploy(folder, TARGET)).rejects.toMatchObject({
    code: "aborted",
    message: expect.stringMatching(/another deploy of it is in progress, since \d{4}-/),
  });
  const elsewhere = await claimDeploy(folder, { ...TARGET, environment: "dev" });
  await elsewhere.release();
  await claim.release();
  await (await claimDeploy(folder, TARGET)).release();
  expect(await readdir(folder)).toEqual([]);
});

test("a folder that cannot be made is told", async () => {
  const file = join(await temporaryFolder(), "file");
  await writeFile(file, "");
  await expect(claimDeploy(join(file, "deploys"), TARGET)).rejects.toMatchObject({
    code: "failed_precondition",
    remedy: expect.stringContaining("MODAL_FMI_HOME"),
  });
});

test("of several at once one gets the claim", async () => {
  const folder = await temporaryFolder();
  const claims = await Promise.allSettled(Array.from({ length: 8 }, () => claimDeploy(folder, TARGET)));
  const won = claims.filter((one) => one.status === "fulfilled");
  expect(won).toHaveLength(1);
  await won[0]?.value.release();
});

/** Leaves a claim behind whose port is that of somebody else. */
async function leaveClaim(folder: string, port: number): Promise<void> {
  const claim = await claimDeploy(folder, TARGET);
  const [name = ""] = await readdir(folder);
  const path = join(folder, name);
  const record = JSON.parse(await readFile(path, "utf8"));
  await claim.release();
  await writeFile(path, JSON.stringify({ ...record, port }));
}

test("a claim whose process is gone does not count, nor one whose port is another's by now", async () => {
  const folder = await temporaryFolder();
  await leaveClaim(folder, 9);
  const claim = await claimDeploy(folder, TARGET);
  expect(claim.tookOver).toBe(true);
  await claim.release();
  const stranger = createServer((socket) => void socket.end("hello"));
  await new Promise<void>((listening) => stranger.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void stranger.close());
  const address = stranger.address();
  await leaveClaim(folder, typeof address === "object" && address ? address.port : 0);
  await (await claimDeploy(folder, TARGET)).release();
});
