import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The built program's entry. */
export const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** Environment of a program under test: no credentials but those given, a home of its own. */
export function programEnv(home: string, extra: Record<string, string> = {}): Record<string, string> {
  const { PATH = "" } = process.env;
  return {
    PATH,
    HOME: home,
    MODAL_FMI_HOME: join(home, "data"),
    MODAL_CONFIG_PATH: join(home, "no-modal.toml"),
    ...extra,
  };
}

/** The program under a hand-written JSON-RPC client that keeps every line of both streams. */
export interface RawProgram {
  child: ChildProcessWithoutNullStreams;
  stdout: string[];
  stderr: string[];
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely.
  request(method: string, params?: object): Promise<any>;
  notify(method: string, params?: object): void;
  /** Ends standard input and waits for the exit; resolves with the exit code. */
  end(): Promise<number | null>;
}

/** Starts the built program with its streams in hand. */
export function startRaw(
  env: Record<string, string>,
  cwd?: string,
  args: readonly string[] = [],
): RawProgram {
  const child = spawn(process.execPath, [MAIN, ...args], { env, cwd, stdio: "pipe" });
  const stdout: string[] = [];
  const stderr: string[] = [];
  const waiting = new Map<number, (message: unknown) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    stdout.push(line);
    const message = JSON.parse(line);
    waiting.get(message.id)?.(message);
  });
  createInterface({ input: child.stderr }).on("line", (line) => stderr.push(line));
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  let id = 0;
  return {
    child,
    stdout,
    stderr,
    request(method, params = {}) {
      id += 1;
      const own = id;
      const answer = new Promise((resolve) => waiting.set(own, resolve));
      send({ id: own, method, params });
      return answer;
    },
    notify: (method, params = {}) => void send({ method, params }),
    async end() {
      const exited = once(child, "exit");
      child.stdin.end();
      const [code] = await exited;
      return code;
    },
  };
}

/** Opens a 2025-era session. */
export async function initialize(program: RawProgram): Promise<void> {
  await program.request("initialize", {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "raw", version: "0" },
  });
  program.notify("notifications/initialized");
}
