import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a command that ran to its end did. */
export interface CommandOutcome {
  /** Null where it was killed, or never started. */
  code: number | null;
  /** Why it did not start. */
  problem?: string;
}

/** What a command runs with, and who is told what it prints. */
export interface CommandOptions {
  environment: Readonly<Record<string, string>>;
  folder: string;
  /** Kills it. */
  signal: AbortSignal;
  onLine?: (line: string) => void;
}

/** Runs a command to its end, telling each line it prints; never rejects. */
export function runCommand(
  command: string,
  args: readonly string[],
  { environment, folder, signal, onLine = () => {} }: CommandOptions,
): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      killSignal: "SIGKILL",
      windowsHide: true,
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", onLine);
    }
    child.once("error", (error) => resolve({ code: null, problem: error.message }));
    child.once("close", (code) => resolve({ code }));
  });
}
