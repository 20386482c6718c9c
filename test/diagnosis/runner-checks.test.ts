import { describe, expect, test } from "vitest";
import { checkRunner } from "../../src/diagnosis/runner-checks.ts";
import type {
  DeploymentLookup,
  FunctionStats,
  InputStatus,
  Modal,
  RecentCall,
} from "../../src/modal/modal.ts";
import { fakeFunction } from "../support/fake-modal.ts";

const NEVER = new AbortController().signal;
const RUNNER = { runner: "fmi", app: "fmi-runner", functions: ["run_fmi_simulation"] };

interface Scene {
  lookUp?: Partial<DeploymentLookup>;
  functions?: string[];
  stats?: Partial<FunctionStats>;
  recent?: RecentCall[];
}

async function check({ lookUp, functions = RUNNER.functions, stats, recent = [] }: Scene = {}) {
  const found = { appId: "ap-1", previousAppId: undefined, environment: "main", ...lookUp };
  const modal = {
    apps: {
      lookUp: async () => found,
      functions: async () => new Map(functions.map((name) => [name, "fu-1"])),
      history: async () => [{ version: 7, deployedAt: "2026-05-01T00:00:00Z" }],
    },
    functions: {
      get: async (appName: string, name: string) => fakeFunction({ appName, name }),
      stats: async () => ({ backlog: 0, runningContainers: 0, runningInputs: 0, ...stats }),
      recentCalls: async () => recent,
    },
  };
  return checkRunner(modal as unknown as Modal, RUNNER, NEVER);
}

function recentCall(id: string, status: InputStatus, members: Partial<RecentCall> = {}): RecentCall {
  const times = { enqueuedAt: undefined, startedAt: undefined };
  const seconds = { startupSeconds: undefined, executionSeconds: undefined };
  return { functionCallId: id, status, ...times, ...seconds, containerId: undefined, ...members };
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

describe("checkRunner", () => {
  test("finds a healthy runner", async () => {
    expect(await check({ stats: { runningContainers: 2 } })).toMatchObject([
      { name: "app fmi-runner", status: "ok", message: expect.stringContaining("version 7") },
      {
        name: "run_fmi_simulation",
        status: "ok",
        message: expect.stringContaining("backlog 0, 2 containers"),
      },
    ]);
  });

  test.each([
    ["never deployed", { lookUp: { appId: undefined } }, /is not deployed in environment "main"/],
    ["stopped", { lookUp: { appId: undefined, previousAppId: "ap-0" } }, /was stopped/],
    ["without its function", { functions: ["probe_fmu"] }, /lacks run_fmi_simulation/],
  ])("finds one that is %s", async (_, scene, message) => {
    const checks = await check(scene);
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ status: "fail", remedy: expect.stringContaining("`deploy_runner`") });
    expect(checks[0]?.message).toMatch(message);
  });

  test("finds calls that wait for a container", async () => {
    const checks = await check({ stats: { backlog: 3 } });
    expect(checks[1]).toMatchObject({ status: "warn", message: expect.stringContaining("backlog 3") });
  });

  test("tells unfinished calls' seconds queued and running apart", async () => {
    const recent = [
      recentCall("fc-2", "pending", { enqueuedAt: ago(20) }),
      recentCall("fc-1", "running", { enqueuedAt: ago(100), startedAt: ago(60) }),
    ];
    const unfinished = (await check({ recent })).find(({ name }) => name.endsWith("unfinished"));
    expect(unfinished?.message).toMatch(
      /^fc-2 queued for 20\.\d s; fc-1 queued 40\.\d s, running for 60\.\d s$/,
    );
  });

  test("counts recent failures and names the newest; cancelled calls are none", async () => {
    const recent = [
      recentCall("fc-3", "terminated"),
      recentCall("fc-2", "timeout"),
      recentCall("fc-1", "failure"),
      recentCall("fc-0", "success"),
    ];
    const failures = (await check({ recent })).find(({ name }) => name.endsWith("failures"));
    expect(failures).toMatchObject({
      status: "warn",
      message: "2 of the last 4 calls failed; newest fc-2 (timeout)",
      remedy: expect.stringContaining("fc-2"),
    });
  });
});
