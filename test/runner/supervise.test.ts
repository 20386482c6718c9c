import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { startTestRunner } from "../support/built-in-runner.ts";
import { bundledRunnerChild } from "../support/runner-child.ts";

const child = bundledRunnerChild();

describe("superviseSimulation", () => {
  test.each([2, 3])("a crash of an FMI %i FMU is told in words, and the next run works", async (version) => {
    const { run, workDir } = await startTestRunner(child.path);
    const crashed = await run(`crash-${version}`, { simulation_config: { stop_time: 1, step_size: 0.1 } });
    expect(crashed.status).toBe("error");
    expect(crashed.errors).toEqual([
      "The FMU crashed (SIGSEGV: segmentation fault) at model time 0.4 s, the last point it reached.",
    ]);
    expect(crashed.facts).toMatchObject({ end: "failed", partial: true, steps: 4 });
    expect(crashed.facts!.time_reached).toBeCloseTo(0.4, 12);
    expect(crashed.series).toMatchObject({ rows: 5 });
    expect(crashed.statistics?.ramp?.max).toBeCloseTo(0.4, 12);
    const next = await run(`feedthrough-${version}`, { inputs: { int_in: 7 } });
    expect(next.outputs.int_out).toBe(7);
    expect((await readdir(workDir)).filter((name) => name.startsWith("fmu-"))).toEqual([]);
  });

  test("a crash in initialization is told as such", async () => {
    const { run } = await startTestRunner(child.path);
    const { errors, facts } = await run("crash-2", { inputs: { at: -1 } });
    expect(errors).toEqual(["The FMU crashed (SIGSEGV: segmentation fault) before initialization was done."]);
    expect(facts).toMatchObject({ end: "failed", steps: 0 });
  });

  test("abort() is told in words", async () => {
    const { run } = await startTestRunner(child.path);
    expect((await run("abort-3")).errors).toEqual([
      expect.stringMatching(/^The FMU crashed \(SIGABRT: it aborted itself\) at model time 0.49 s/),
    ]);
  });

  test.each([2, 3])(
    "an FMI %i FMU that never returns is stopped at the time limit, with what it recorded",
    async (version) => {
      const { run } = await startTestRunner(child.path);
      const result = await run(`endless-${version}`, { timeout_seconds: 0.5 });
      expect(result.errors).toEqual([
        "The simulation was stopped at its time limit of 0.5 s of wall-clock time, at model time 0.49 s, the last point it reached.",
      ]);
      expect(result.facts).toMatchObject({ end: "timed_out", partial: true, steps: 49, time_reached: 0.49 });
      expect(result.series).toMatchObject({ rows: 50 });
      expect((await run(`terminates-${version}`)).status).toBe("success");
    },
  );

  test("the runner's own time limit holds whatever the caller asks for", async () => {
    const { run } = await startTestRunner(child.path, { timeoutSeconds: 0.5 });
    const { facts } = await run("endless-2", { timeout_seconds: 600 });
    expect(facts).toMatchObject({ end: "timed_out" });
  });

  test("cancelling kills the child within 100 ms", async () => {
    const { run } = await startTestRunner(child.path);
    const cancelling = new AbortController();
    let cancelled = 0;
    const result = await run(
      "endless-2",
      {},
      {
        signal: cancelling.signal,
        onLine: (line) => {
          if (!line.includes("Simulating")) return;
          setTimeout(() => {
            cancelled = performance.now();
            cancelling.abort();
          }, 300);
        },
      },
    );
    expect(performance.now() - cancelled).toBeLessThan(100);
    expect(result.facts?.end).toBe("cancelled");
  });

  test("what the FMU prints is in the log, bounded", async () => {
    const { run, log } = await startTestRunner(child.path);
    expect((await run("noisy-2")).status).toBe("success");
    expect(log).toContain('{"not":"a protocol message"} at 0.01');
    expect(log).toContain("a complaint at 1");
    log.length = 0;
    expect((await run("noisy-2", { inputs: { lines: 1000 } })).status).toBe("success");
    expect(log.join("\n").length).toBeLessThan(1.2 * 1024 * 1024);
    expect(log.filter((line) => line.includes("output has reached"))).toHaveLength(1);
  });

  test("the child sees four variables of the environment at most, and none of ours", async () => {
    process.env.MODAL_TOKEN_SECRET = "as-planted-secret";
    try {
      const { run, log } = await startTestRunner(child.path);
      await run("noisy-3");
      const seen = log.flatMap((line) => /^environment: ([A-Z_]+)=/.exec(line)?.[1] ?? []);
      expect(seen.filter((name) => !name.startsWith("NODE_CHANNEL_")).sort()).toEqual([
        ...["HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR"],
      ]);
      expect(log.join("\n")).not.toContain("planted");
    } finally {
      delete process.env.MODAL_TOKEN_SECRET;
    }
  });

  test("an FMU that takes too much memory is stopped and told so", async () => {
    const { run } = await startTestRunner(child.path, { memoryLimitBytes: 200 * 1024 * 1024 });
    expect((await run("hungry-2")).errors).toEqual([
      expect.stringMatching(
        /^The FMU was stopped: it took more than 200 MiB of memory, at model time 0.49 s/,
      ),
    ]);
  });

  test("no child and no folder is left when the runner is closed", async () => {
    const { runner, run, workDir, log } = await startTestRunner(child.path);
    await run("noisy-2");
    await runner.close();
    expect(await readdir(workDir)).toEqual([]);
    const folder = log.flatMap((line) => /^folder: (.*)$/.exec(line)?.[1] ?? [])[0]!;
    const commands = await Promise.all(
      (await readdir("/proc"))
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
    );
    expect(folder.startsWith(workDir)).toBe(true);
    expect(commands.filter((command) => command.includes(child.path))).toEqual([]);
    expect((await run("feedthrough-2").catch((error: Error) => error.message)).toString()).toContain(
      "closed",
    );
  });
});
