import { cp, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeHome } from "../support/home.ts";
import { startToolClient, type ToolClient } from "../support/tool-client.ts";
import { PYTHON, type PythonEndpoint, startPythonEndpoint } from "./python-endpoint.ts";

const RUNNERS = fileURLToPath(new URL("../../runners", import.meta.url));

/** What `deploy_runner` needs to be tried for real: an endpoint that hosts Python, a copy of the runners, and the CLI. */
export interface DeployTools {
  endpoint: PythonEndpoint;
  tools: ToolClient;
  home: string;
  /** The copy. */
  folder: string;
  /** Another server of the same user, with further environment variables; one that is undefined is left out. */
  another(env?: Record<string, string | undefined>): Promise<ToolClient>;
  /** Goes on with the operation until it has ended. */
  // biome-ignore lint/suspicious/noExplicitAny: a tool's result is looked into freely.
  deploy(args: Record<string, unknown>, tools?: ToolClient): Promise<any>;
  /** Replaces a text in a file of the copy, for as long as `work` takes. */
  withEdits<T>(
    edits: readonly [file: string, from: string, to: string][],
    work: () => Promise<T>,
  ): Promise<T>;
  /** Apps that are live, and what is on a volume. */
  left(volume: string): Promise<{ apps: string[]; files: string[] }>;
  close(): Promise<void>;
}

/** Starts all of it; consent is given to every question. */
export async function startDeployTools(): Promise<DeployTools> {
  const endpoint = await startPythonEndpoint();
  const home = await makeHome();
  const folder = join(endpoint.folder, "runners");
  await cp(RUNNERS, folder, { recursive: true });
  const { url, tokenId, tokenSecret } = endpoint.emulator;
  const started: ToolClient[] = [];
  const another: DeployTools["another"] = async (env = {}) => {
    const every = {
      ...{ MODAL_SERVER_URL: url, MODAL_TOKEN_ID: tokenId, MODAL_TOKEN_SECRET: tokenSecret },
      ...{ MODAL_CLI: join(dirname(PYTHON ?? ""), "modal"), MODAL_RUNNERS_DIR: folder, ...env },
    };
    const given = Object.entries(every).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const agree = () => ({ action: "accept" as const, content: { proceed: true } });
    const client = await startToolClient(home.path, Object.fromEntries(given), undefined, agree);
    started.push(client);
    return client;
  };
  const tools = await another();
  return {
    ...{ endpoint, tools, home: home.path, folder, another },
    async deploy(args, client = tools) {
      let result = await client.call("deploy_runner", args);
      while (result.status === "running")
        result = await client.call("deploy_runner", { operation_id: result.operation_id });
      return result;
    },
    async withEdits(edits, work) {
      const before = new Map<string, string>();
      for (const [file, from, to] of edits) {
        const path = join(folder, file);
        const text = await readFile(path, "utf8");
        if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
        if (!before.has(path)) before.set(path, text);
        await writeFile(path, text.replace(from, to));
      }
      try {
        return await work();
      } finally {
        for (const [path, text] of before) await writeFile(path, text);
      }
    },
    async left(volume) {
      const apps = (await endpoint.modal.apps.list()).filter(({ state }) => state === "deployed");
      const files: string[] = [];
      const { volumes } = endpoint.modal;
      for await (const entry of volumes.entries(await volumes.get(volume), "/", { recursive: true }))
        if (entry.type === "file") files.push(entry.path);
      return { apps: apps.map(({ name }) => name).sort(), files };
    },
    async close() {
      for (const client of started) await client.close();
      await home.remove();
      await endpoint.close();
    },
  };
}
