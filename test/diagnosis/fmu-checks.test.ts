import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { checkFmu } from "../../src/diagnosis/fmu-checks.ts";
import { currentPlatform } from "../../src/fmi/platforms.ts";
import type { CallOutcome, Modal } from "../../src/modal/modal.ts";
import { fakeModal } from "../support/fake-modal.ts";
import { fixture } from "../support/tool-client.ts";

const BYTES = await readFile(fixture("feedthrough-2.fmu"));
const CHECKSUM = createHash("sha256").update(BYTES).digest("hex");
const LINUX = currentPlatform("linux", "x64");
const NEVER = new AbortController().signal;
const VOLUMES = [
  { name: "fmi-cache", test: false },
  { name: "fmi-cache-test", test: true },
];
const PROBED = {
  status: "success",
  variables: [
    {
      name: "h",
      causality: "output",
      variability: null,
      value_reference: 1,
      value_type: "Float64",
      unit: "m",
    },
  ],
  errors: [],
  messages: [],
  execution_seconds: 0.1,
};

interface Scene {
  holders?: string[];
  bytes?: Uint8Array;
  outcome?: CallOutcome;
  platform?: typeof LINUX;
  /** Size that the note beside the FMU tells. */
  noted?: number;
}

/** Checks an FMU that lies on the volumes named, with a probe that ends so; without one the runner is not up. */
async function check({ holders = [], bytes = BYTES, outcome, platform = LINUX, noted }: Scene) {
  const fake = fakeModal();
  fake.onSpawn = (call) => outcome && fake.end(call, outcome);
  const note = Buffer.from(JSON.stringify({ size: noted }));
  const volumes = {
    find: async (name: string) => (name === "missing" ? undefined : { id: name, name, version: 2 }),
    findFile: async ({ name }: { name: string }, path: string) =>
      holders.includes(name) ? { path, type: "file", size: bytes.length, modified: 0 } : undefined,
    async *entries() {
      if (noted !== undefined) yield { path: `.modal-fmi/${CHECKSUM}.json`, size: note.length, modified: 0 };
    },
    read: async (_volume: unknown, path: string, { start, length }: { start: number; length: number }) => {
      const all = path.endsWith(".json") ? note : bytes;
      return { bytes: all.subarray(start, length === 0 ? undefined : start + length), size: all.length };
    },
  };
  const modal = { ...fake.modal, volumes, logs: { between: async () => [] } } as unknown as Modal;
  const subject = { checksum: CHECKSUM, volumes: VOLUMES, platform };
  const checks = await checkFmu(modal, subject, Promise.resolve(outcome !== undefined), NEVER);
  return { checks, spawned: fake.spawned };
}

const read: CallOutcome = { state: "success", value: PROBED };

test("checkFmu finds nothing, and does not ask the runner", async () => {
  const { checks, spawned } = await check({ outcome: read });
  expect(checks).toMatchObject([
    { status: "fail", code: "fmu_missing", remedy: expect.stringContaining("`upload_fmu`") },
    { name: "FMU probe", status: "skipped" },
  ]);
  expect(spawned.size).toBe(0);
});

test("checkFmu says where the FMU lies and that the runner reads it", async () => {
  const { checks, spawned } = await check({ holders: ["fmi-cache"], outcome: read });
  expect(checks).toMatchObject([
    {
      name: `FMU ${CHECKSUM.slice(0, 12)}`,
      status: "ok",
      message: `It lies on fmi-cache (${BYTES.length} bytes)`,
    },
    { name: "FMU probe", status: "ok", message: expect.stringContaining("1 variables") },
  ]);
  expect(spawned.get("fc-1")).toMatchObject({ fmu_checksum: CHECKSUM, use_test_volume: false });
});

test("checkFmu finds an FMU that is on the other volume only, and names the argument that takes it", async () => {
  const { checks, spawned } = await check({ holders: ["fmi-cache-test"], outcome: read });
  expect(checks[0]).toMatchObject({ code: "fmu_in_other_volume" });
  expect(checks[0]?.remedy).toContain("`use_test_volume: true`");
  expect(checks[0]?.remedy).toContain(CHECKSUM);
  expect(spawned.get("fc-1")).toMatchObject({ use_test_volume: true });
});

test("checkFmu finds an upload that was broken off, by its note or by its content", async () => {
  const half = BYTES.subarray(0, BYTES.length / 2);
  for (const noted of [BYTES.length, undefined]) {
    const scene = { holders: ["fmi-cache"], bytes: half, ...(noted === undefined ? {} : { noted }) };
    const { checks } = await check({ ...scene, outcome: read });
    expect(checks).toMatchObject([{ status: "fail", code: "upload_unfinished" }]);
  }
});

test("checkFmu finds an FMU without a binary for the runner's platform", async () => {
  const platform = currentPlatform("darwin", "arm64");
  const { checks } = await check({ holders: ["fmi-cache"], outcome: read, platform });
  expect(checks[0]).toMatchObject({
    code: "no_binary_for_platform",
    message: expect.stringContaining(platform.label),
    evidence: expect.stringContaining(LINUX.label),
  });
});

test.each<[string, CallOutcome, string, RegExp]>([
  [
    "does not see the file",
    { state: "success", value: { ...PROBED, status: "error", errors: ["There is no FMU at /fmus/x.fmu"] } },
    ...(["volume_stale_view", /no FMU at/] as const),
  ],
  [
    "cannot read the FMU",
    { state: "success", value: { ...PROBED, status: "error", errors: ["bad zip"] } },
    ...(["fmu_invalid", /bad zip/] as const),
  ],
  [
    "gives no reason",
    { state: "success", value: { ...PROBED, status: "error" } },
    ...(["fmu_invalid", /no reason/] as const),
  ],
  ["answers in another form", { state: "success", value: { fine: true } }, "runner_outdated", /^$/],
  [
    "fails",
    { state: "failure", exception: "Oops: why", traceback: undefined },
    ...(["run_crashed", /Oops: why/] as const),
  ],
])(
  "checkFmu fails where the runner %s, and still says where the FMU lies",
  async (_, outcome, code, evidence) => {
    const { checks } = await check({ holders: ["fmi-cache"], outcome });
    expect(checks.map(({ status }) => status)).toEqual(["ok", "fail"]);
    expect(checks[1]).toMatchObject({ code });
    expect(checks[1]?.evidence ?? "").toMatch(evidence);
    expect(checks[1]?.remedy).toMatch(/`(upload_fmu|deploy_runner|tail_logs)`/);
  },
);

test("checkFmu skips the probe where the runner is not up", async () => {
  const { checks } = await check({ holders: ["fmi-cache"] });
  expect(checks).toMatchObject([{ status: "ok" }, { name: "FMU probe", status: "skipped" }]);
});
