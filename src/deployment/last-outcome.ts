import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DeployTarget, deployKey } from "./deploy-key.ts";
import type { Step } from "./steps.ts";

/** How the last deploy or rollback of an app ended, as the state folder keeps it. */
export interface LastDeploy {
  runner: "fmi" | "energyplus";
  app: string;
  endpoint: "modal" | "embedded";
  /** Of the endpoint; undefined for the embedded one, which listens elsewhere every time. */
  url?: string | undefined;
  environment: string;
  action: "deploy" | "rollback";
  state: "success" | "failed";
  /** ISO 8601. */
  started_at: string;
  finished_at: string;
  seconds: number;
  /** Every step that was begun, in order. */
  steps: Step[];
  /** Tag of the deployed source, where it came from source. */
  tag?: string | undefined;
  /** The four of a failure. `code`, `message` and `remedy` are those of its ToolError; `detail` is foreign text, redacted. */
  failed_step?: string | undefined;
  code?: string | undefined;
  message?: string | undefined;
  remedy?: string | undefined;
  detail?: string | undefined;
  /** Whether the version before was made live again. */
  rolled_back: boolean;
}

const ENDING = ".last.json";

/** Keeps an outcome in place of the app's one before. */
export async function keepLastDeploy(
  folder: string,
  target: DeployTarget,
  outcome: LastDeploy,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${deployKey(target)}${ENDING}`);
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writeFile(temporary, `${JSON.stringify(outcome, null, 1)}\n`, { mode: 0o600 });
  await rename(temporary, path);
}

/** The last outcome of one app, or undefined where none is kept or its file is damaged. */
export async function findLastDeploy(folder: string, target: DeployTarget): Promise<LastDeploy | undefined> {
  return readOne(join(folder, `${deployKey(target)}${ENDING}`));
}

/** The last outcomes of all apps, newest first; none where nothing was deployed from this state folder. */
export async function readLastDeploys(folder: string): Promise<LastDeploy[]> {
  const names = await readdir(folder).catch(() => []);
  const read = names.filter((name) => name.endsWith(ENDING)).map((name) => readOne(join(folder, name)));
  const found = (await Promise.all(read)).filter((one) => one !== undefined);
  return found.sort((a, b) => b.finished_at.localeCompare(a.finished_at));
}

async function readOne(path: string): Promise<LastDeploy | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as LastDeploy;
    return typeof value?.app === "string" && typeof value.finished_at === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
