import { spawn } from "node:child_process";
import { toError } from "../errors.ts";

const LONGEST_OUTPUT = 16 * 1024;

/** What a call of a compiler came to. */
export interface CompilerResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
  timedOut: boolean;
}

/** Where and how long a compiler works. */
export interface CompilerOptions {
  folder: string;
  /** Its PATH. */
  searchPath: string;
  /** Aborted when its time is over. */
  timeout: AbortSignal;
  /** Aborted where nobody wants the result any more; the call rejects with its reason. */
  signal: AbortSignal | undefined;
}

/** Runs a compiler and whatever it starts, and ends all of it where it takes too long or nobody waits. */
export async function runCompiler(
  compiler: string,
  args: readonly string[],
  { folder, searchPath, timeout, signal }: CompilerOptions,
): Promise<CompilerResult> {
  const child = spawn(compiler, [...args], {
    cwd: folder,
    env: { PATH: searchPath, HOME: folder, TMPDIR: folder, LC_ALL: "C" },
    stdio: ["ignore", "ignore", "pipe"],
    // A group of its own: the driver starts the compiler proper and the linker.
    detached: true,
  });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  };
  const stop = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  stop.addEventListener("abort", kill, { once: true });
  if (stop.aborted) kill();
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (output.length < LONGEST_OUTPUT) output += text.slice(0, LONGEST_OUTPUT - output.length);
  });
  try {
    const [code, killedBy] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", reject).once("close", (...ended) => resolve(ended));
    });
    signal?.throwIfAborted();
    return { code, signal: killedBy, output, timedOut: timeout.aborted };
  } catch (thrown) {
    if (signal?.aborted === true) throw thrown;
    return { code: null, signal: null, output: toError(thrown).message, timedOut: false };
  } finally {
    stop.removeEventListener("abort", kill);
  }
}
