import { describe, expect, test } from "vitest";
import { checkRunner, type RunnerApp } from "../../src/diagnosis/runner-checks.ts";
import type {
  AppInfo,
  DeploymentLookup,
  FunctionInfo,
  FunctionStats,
  InputStatus,
  Modal,
  RecentCall,
} from "../../src/modal/modal.ts";
import { fakeFunction } from "../support/fake-modal.ts";

const LIVE_SINCE = "2026-05-01T00:00:00Z";
const NEVER = new AbortController().signal;
const RUNNER = {
  ...{ runner: "fmi", app: "fmi-runner", functions: { run_fmi_simulation: ["extras"] } },
  ...{ wanted: true, lastDeploy: undefined },
};

interface Scene {
  lookUp?: Partial<DeploymentLookup>;
  functions?: string[];
  stats?: Partial<FunctionStats>;
  recent?: RecentCall[];
  apps?: Partial<AppInfo>[];
  starting?: number;
  fn?: Partial<FunctionInfo>;
  runner?: Partial<RunnerApp>;
  /** Functions of the app that a deploy or `modal run` left. */
  leftFunctions?: string[];
}

async function look({ lookUp, functions, stats, recent = [], apps = [], starting = 0, ...rest }: Scene = {}) {
  const found = { appId: "ap-1", previousAppId: undefined, environment: "main", ...lookUp };
  const ofApp = (id: string) =>
    id === "ap-9" ? (rest.leftFunctions ?? []) : (functions ?? ["run_fmi_simulation"]);
  const modal = {
    logs: { between: async () => [] },
    apps: {
      lookUp: async () => found,
      functions: async (id: string) => new Map(ofApp(id).map((name) => [name, "fu-1"])),
      history: async () => [{ version: 7, deployedAt: LIVE_SINCE }],
      list: async () => apps,
      containers: async () => Array.from({ length: starting }, () => ({ state: "starting" })),
    },
    functions: {
      get: async (appName: string, name: string) => fakeFunction({ appName, name, ...rest.fn }),
      stats: async () => ({ backlog: 0, runningContainers: 0, runningInputs: 0, ...stats }),
      recentCalls: async () => recent,
    },
  };
  return checkRunner(modal as unknown as Modal, { ...RUNNER, ...rest.runner }, NEVER);
}

const check = async (scene: Scene = {}) => (await look(scene)).checks;

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
    [
      "never deployed",
      { lookUp: { appId: undefined } },
      "app_not_deployed",
      /not deployed in environment "main"/,
    ],
    ["stopped", { lookUp: { appId: undefined, previousAppId: "ap-0" } }, "app_stopped", /was stopped/],
    ["without its function", { functions: ["probe_fmu"] }, "function_missing", /without run_fmi_simulation/],
  ])("finds one that is %s, and skips what depends on it", async (_, scene, code, message) => {
    const checks = await check(scene);
    expect(checks).toMatchObject([
      { status: "fail", code, remedy: expect.stringContaining('`deploy_runner` with runner "fmi"') },
      { name: "run_fmi_simulation", status: "skipped" },
    ]);
    expect(checks[0]?.message).toMatch(message);
  });

  test("finds no fault in one that nobody asked for and that was never deployed", async () => {
    expect(await check({ lookUp: { appId: undefined }, runner: { wanted: false } })).toMatchObject([
      { status: "ok", code: null },
    ]);
  });

  test("finds calls that wait for a container, and tells them from those whose container starts", async () => {
    const waiting = (await check({ stats: { backlog: 3 } }))[1];
    expect(waiting).toMatchObject({
      ...{ status: "warn", code: "waiting_for_container", evidence: "backlog 3, 0 containers" },
    });
    const booting = (await check({ stats: { backlog: 3, runningContainers: 1 }, starting: 1 }))[1];
    expect(booting).toMatchObject({ status: "ok", code: "container_booting" });
    const busy = (await check({ stats: { backlog: 3, runningContainers: 2 } }))[1];
    expect(busy).toMatchObject({ status: "ok", code: "queued" });
  });

  test("finds a function of an old client, and an older runner by the arguments that it lacks", async () => {
    expect((await check({ fn: { acceptsCbor: false } }))[1]).toMatchObject({ code: "client_without_cbor" });
    const outdated = (await check({ fn: { arguments: ["inputs"] } }))[1];
    expect(outdated).toMatchObject({ code: "runner_outdated", evidence: "it does not take extras" });
    expect((await check({ fn: { arguments: ["inputs", "extras"] } }))[1]?.status).toBe("ok");
    expect((await check({ fn: { arguments: undefined } }))[1]?.status).toBe("ok");
  });

  test("finds a last deploy whose image could not be built, until a newer version is live", async () => {
    const finished_at = "2026-05-02T00:00:00Z";
    const message = "Cannot deploy: the image build failed";
    const failed = { state: "failed" as const, finished_at, message, detail: "no space" };
    const found = (await check({ runner: { lastDeploy: failed } }))[1];
    expect(found).toMatchObject({ code: "image_build_failed", evidence: '"no space"' });
    const older = { ...failed, finished_at: "2026-04-01T00:00:00Z" };
    expect((await check({ runner: { lastDeploy: older } })).map(({ code }) => code)).toEqual([null, null]);
    const other = (await check({ runner: { lastDeploy: { ...failed, message: "No CLI" } } }))[1];
    expect(other).toMatchObject({ status: "warn", code: "deploy_failed" });
  });

  test("finds the app that a broken deploy left", async () => {
    const left = { id: "ap-9", name: "fmi-runner-candidate", state: "stopped" as const, published: false };
    const newer = { ...left, createdAt: "2026-05-02T00:00:00Z" };
    expect((await check({ apps: [newer] }))[1]).toMatchObject({
      code: "image_build_failed",
      evidence: expect.stringContaining("ap-9"),
    });
    const byRun = await check({ apps: [newer], leftFunctions: ["run_fmi_simulation"] });
    expect(byRun.map(({ code }) => code)).toEqual([null, null]);
    const harmless = [
      { ...newer, published: true },
      { ...left, createdAt: "2026-04-01T00:00:00Z" },
    ];
    expect((await check({ apps: harmless })).map(({ code }) => code)).toEqual([null, null]);
    const never = await check({ apps: [newer], lookUp: { appId: undefined } });
    expect(never.map(({ code }) => code)).toEqual(["app_not_deployed", "image_build_failed", null]);
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

  test("counts recent failures, and hands on the newest; one before the live version is none", async () => {
    const enqueuedAt = ago(10);
    const recent = [
      recentCall("fc-4", "running", { enqueuedAt }),
      recentCall("fc-2", "timeout", { enqueuedAt }),
      recentCall("fc-1", "failure", { enqueuedAt }),
      recentCall("fc-0", "success", { enqueuedAt }),
    ];
    const { checks, failed } = await look({ recent });
    expect(checks.find(({ name }) => name.endsWith("failures"))?.message).toBe(
      "2 of the last 4 calls failed; newest fc-2",
    );
    expect(failed.map(({ functionCallId }) => functionCallId)).toEqual(["fc-2"]);
    const old = recentCall("fc-1", "failure", { enqueuedAt: "2026-04-01T00:00:00Z" });
    expect((await look({ recent: [old] })).failed).toEqual([]);
    expect(
      (await look({ recent: [recentCall("fc-3", "terminated", { enqueuedAt }), ...recent] })).failed,
    ).toHaveLength(0);
  });
});
