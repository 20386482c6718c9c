import { type ChildProcess, spawn } from "node:child_process";
import { StringDecoder } from "node:string_decoder";

/** A container's process, with all that it started. */
export interface ContainerProcess {
  /** Resolves once it is gone and what it printed has been told. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  isAlive(): boolean;
  /** Ends it, and what it started, at once. */
  kill(): void;
}

/** How a container's process is started. */
export interface ContainerProcessOptions {
  command: string;
  args: readonly string[];
  folder: string;
  environment: Readonly<Record<string, string>>;
  /** Is told whole lines, each with its newline; the last may lack it. */
  onOutput: (source: "stdout" | "stderr", text: string) => void;
}

/**
 * Runs Modal's own entry point of a container. The process, and its group, ends when the pipe that this program
 * holds open breaks: nothing is left behind, however this program ends.
 */
export const ENTRY_POINT = `
import os, runpy, signal, threading
def end_with_parent():
    os.read(3, 1)
    os.killpg(os.getpgrp(), signal.SIGKILL)
threading.Thread(target=end_with_parent, daemon=True).start()
runpy.run_module("modal._container_entrypoint", run_name="__main__", alter_sys=True)
`;

// What it printed last arrives after its exit; a process that it left behind may keep the pipes open.
const DRAIN_MS = 500;

function forwardLines(child: ChildProcess, onOutput: ContainerProcessOptions["onOutput"]): Promise<unknown> {
  const streams = [child.stdout, child.stderr].map((stream, index) => {
    const source = index === 0 ? "stdout" : "stderr";
    const decoder = new StringDecoder("utf8");
    let rest = "";
    return new Promise<void>((resolve) => {
      stream?.on("data", (chunk: Buffer) => {
        rest += decoder.write(chunk);
        const end = rest.lastIndexOf("\n") + 1;
        if (end > 0) onOutput(source, rest.slice(0, end));
        rest = rest.slice(end);
      });
      stream?.once("close", () => {
        if (rest !== "") onOutput(source, rest);
        resolve();
      });
    });
  });
  return Promise.all(streams);
}

/** Starts a container's process in a process group of its own. */
export function startContainerProcess(options: ContainerProcessOptions): ContainerProcess {
  const child = spawn(options.command, options.args, {
    cwd: options.folder,
    env: options.environment,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    detached: true,
  });
  let alive = true;
  const read = forwardLines(child, options.onOutput);
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // Nobody is left in the group.
    }
  };
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      alive = false;
      kill();
      const drained = new Promise((done) => setTimeout(done, DRAIN_MS).unref());
      void Promise.race([read, drained]).then(() => resolve({ code, signal }));
    };
    child.once("exit", end);
    child.once("error", (error) => {
      options.onOutput("stderr", `${error.message}\n`);
      end(null, null);
    });
  });
  return { ended, isAlive: () => alive, kill };
}
