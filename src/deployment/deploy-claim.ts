import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { ToolError, toError } from "../errors.ts";
import { type DeployTarget, deployKey } from "./deploy-key.ts";

/** The right to deploy one app, held by one process at a time. */
export interface DeployClaim {
  /** Whether a deploy from here was cut short before, and may have left its candidate behind. */
  tookOver: boolean;
  release(): Promise<void>;
}

/** What the state folder holds while an app is being deployed. */
interface ClaimRecord {
  app: string;
  since: string;
  /** Where the process listens that deploys, and the word it answers with: a pid alone may be another's by now. */
  port: number;
  instance: string;
}

const PROBE_MS = 2000;

/** Claims an app for a deploy; throws `aborted` where another process that still runs has it. */
export async function claimDeploy(folder: string, target: DeployTarget): Promise<DeployClaim> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause) => {
    throw new ToolError(
      "failed_precondition",
      `Cannot deploy ${target.app}: nothing can be kept in ${folder}: ${toError(cause).message}`,
      "Set `MODAL_FMI_HOME` to a folder that you may write to, then start the server again.",
      { cause },
    );
  });
  const path = join(folder, `${deployKey(target)}.claim.json`);
  const instance = randomUUID();
  const server = await listen(instance);
  const record = { app: target.app, since: new Date().toISOString(), port: portOf(server), instance };
  const release = async () => {
    await withdraw(path, instance);
    server.close();
  };
  let tookOver = false;
  try {
    while (!(await put(path, record))) {
      const other = await readClaim(path);
      if (other && (await isAlive(other))) throw inProgress(other);
      // Its owner is gone.
      if (other) await withdraw(path, other.instance);
      tookOver = true;
    }
  } catch (error) {
    server.close();
    throw error;
  }
  return { tookOver, release };
}

/** Says that an app is being deployed by somebody else. */
export function inProgress({ app, since }: { app: string; since?: string | undefined }): ToolError {
  const when = since ? `, since ${since}` : "";
  return new ToolError(
    "aborted",
    `Cannot deploy ${app}: another deploy of it is in progress${when}`,
    "Wait for it with `deploy_runner` and its `operation_id`, or until it has ended, then try again.",
  );
}

/** Puts the record in place where there is none; linking never overwrites. */
async function put(path: string, record: ClaimRecord): Promise<boolean> {
  const temporary = `${path}.${record.instance}.tmp`;
  await writeFile(temporary, JSON.stringify(record), { mode: 0o600 });
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Takes a record away, if it is still the one of this instance: moved aside first, as two may try at once. */
async function withdraw(path: string, instance: string): Promise<void> {
  if ((await readClaim(path))?.instance !== instance) return;
  const aside = `${path}.${randomUUID()}.tmp`;
  await rename(path, aside).catch(() => undefined);
  const moved = await readClaim(aside);
  if (moved && moved.instance !== instance) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function readClaim(path: string): Promise<ClaimRecord | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ClaimRecord);
}

function listen(instance: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(instance);
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

/** Whether the process listens and gives its word. One too busy to answer in time counts as alive. */
function isAlive({ port, instance }: ClaimRecord): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let heard = "";
    socket.setTimeout(PROBE_MS, () => {
      resolve(true);
      socket.destroy();
    });
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      heard += text;
    });
    socket.on("end", () => resolve(heard === instance));
    socket.on("error", () => resolve(false));
  });
}
