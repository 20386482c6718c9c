import { spawn } from "node:child_process";

/** How a command ended, with what it printed; `code` is undefined where it could not be started. */
export interface CommandEnd {
  code: number | undefined;
  stdout: string;
  stderr: string;
}

const MOST_CHARACTERS = 4 * 1024 * 1024;

/** Runs a command in a folder to its end, without a shell. Aborting kills it and rejects. */
export function runCommand(
  program: string,
  args: readonly string[],
  options: {
    cwd: string;
    env: Readonly<Record<string, string | undefined>>;
    signal: AbortSignal;
    onLine?: (line: string) => void;
  },
): Promise<CommandEnd> {
  const { cwd, env, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...{ cwd, env, signal, killSignal: "SIGKILL" as const, windowsHide: true },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (chunk: string) => {
        if (text[name].length < MOST_CHARACTERS) text[name] += chunk;
        for (const line of chunk.split("\n")) if (line.trim() !== "") options.onLine?.(line.trimEnd());
      });
    }
    child.once("error", (error) => {
      if (signal.aborted) reject(error);
      else resolve({ code: undefined, ...text });
    });
    child.once("close", (code) => resolve({ code: code ?? 1, ...text }));
  });
}
