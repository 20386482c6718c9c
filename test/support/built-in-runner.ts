import { copyFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  type BuiltInRunner,
  type BuiltInRunnerOptions,
  createBuiltInRunner,
} from "../../src/runner/built-in.ts";
import type { ProbeResult, RunResult } from "../../src/runner/contract.ts";
import { fixturePath } from "./simulate-fixture.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface CallOptions {
  signal?: AbortSignal;
  args?: unknown[];
  onLine?: (line: string, source: string) => void;
}

export interface TestRunner {
  runner: BuiltInRunner;
  workDir: string;
  /** Log lines of all calls so far. */
  log: string[];
  run(fmu: string, kwargs?: Record<string, unknown>, options?: CallOptions): Promise<RunResult>;
  call(name: string, kwargs: Record<string, unknown>, options?: CallOptions): Promise<unknown>;
  probe(kwargs: Record<string, unknown>): Promise<ProbeResult>;
}

/**
 * A built-in runner whose mounts hold every fixture FMU by its name (`/fmus/crash-2.fmu`) and every example behind
 * `example-`, and `fmus` by theirs; closed with the test.
 */
export async function startTestRunner(
  childPath: string,
  options: Partial<BuiltInRunnerOptions> = {},
  fmus: Readonly<Record<string, Uint8Array>> = {},
): Promise<TestRunner> {
  const workDir = join(await temporaryFolder(), "work");
  const runner = createBuiltInRunner({
    ...{ childPath, workDir, timeoutSeconds: 20, version: "0.0.0-test" },
    mounts: { "/fmus": "fmi-cache", "/fmus-test": "fmi-cache-test" },
    environment: { PATH: process.env.PATH, LANG: "C.UTF-8" },
    ...options,
  });
  onTestFinished(() => runner.close());
  const log: string[] = [];
  const call: TestRunner["call"] = (name, kwargs, { signal, args = [], onLine } = {}) => {
    const found = runner.app.functions.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no function ${name}`);
    return found.run({
      ...{ functionCallId: "fc-test", args, kwargs },
      signal: signal ?? new AbortController().signal,
      log: (source, text) => {
        log.push(text);
        onLine?.(text, source);
      },
      copyFromMount: async (containerPath, localPath) => {
        const name = containerPath.replace(/^\/fmus(-test)?\//, "").replace(/\.fmu$/, "");
        const own = fmus[name];
        if (own !== undefined) {
          await writeFile(localPath, own);
          return true;
        }
        const fixture = fixturePath(name);
        if ((await stat(fixture).catch(() => undefined)) === undefined) return false;
        await copyFile(fixture, localPath);
        return true;
      },
    });
  };
  return {
    ...{ runner, workDir, log, call },
    run: async (fmu, kwargs = {}, callOptions = {}) =>
      (await call(
        "run_fmi_simulation",
        { fmu_storage_key: `${fmu}.fmu`, extras: true, ...kwargs },
        callOptions,
      )) as RunResult,
    probe: async (kwargs) => (await call("probe_fmu", kwargs)) as ProbeResult,
  };
}
