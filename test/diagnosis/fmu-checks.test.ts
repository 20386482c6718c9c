import { expect, test } from "vitest";
import { checkFmu } from "../../src/diagnosis/fmu-checks.ts";
import { ToolError } from "../../src/errors.ts";
import type { CallOutcome, Modal } from "../../src/modal/modal.ts";
import { fakeModal } from "../support/fake-modal.ts";

const CHECKSUM = "a".repeat(64);
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

/** Checks an FMU that lies on the volumes named, with a probe that ends so; undefined: the app is not deployed. */
async function check(holders: string[], outcome?: CallOutcome) {
  const fake = fakeModal();
  fake.onSpawn = (call) => outcome && fake.end(call, outcome);
  const volumes = {
    find: async (name: string) => (name === "missing" ? undefined : { id: name, name, version: 2 }),
    findFile: async ({ name }: { name: string }, path: string) =>
      holders.includes(name) ? { path, type: "file", size: 123, modified: 0 } : undefined,
  };
  const get = async () => {
    throw new ToolError("not_found", "The app is not deployed", "Call `deploy_runner`.");
  };
  const functions = outcome ? fake.modal.functions : { get };
  const modal = { ...fake.modal, volumes, functions } as unknown as Modal;
  return { checks: await checkFmu(modal, CHECKSUM, VOLUMES, NEVER), spawned: fake.spawned };
}

test("checkFmu finds nothing", async () => {
  const { checks, spawned } = await check([]);
  expect(checks).toMatchObject([{ status: "fail", remedy: expect.stringContaining("`upload_fmu`") }]);
  expect(spawned.size).toBe(0);
});

test("checkFmu says where the FMU lies and that the runner reads it", async () => {
  const { checks, spawned } = await check(["fmi-cache-test"], { state: "success", value: PROBED });
  expect(checks).toMatchObject([
    { name: "FMU aaaaaaaaaaaa", status: "ok", message: "It lies on fmi-cache-test (123 bytes)" },
    { name: "FMU probe", status: "ok", message: expect.stringContaining("1 variables") },
  ]);
  expect(spawned.get("fc-1")).toEqual({
    fmu_storage_key: `${CHECKSUM}.fmu`,
    fmu_url: null,
    fmu_checksum: CHECKSUM,
    use_test_volume: true,
    return_logs: false,
  });
});

test.each<[string, CallOutcome, RegExp]>([
  [
    "cannot read the FMU",
    { state: "success", value: { ...PROBED, status: "error", errors: ["bad zip"] } },
    /bad zip/,
  ],
  ["gives no reason", { state: "success", value: { ...PROBED, status: "error" } }, /no reason/],
  ["answers in another form", { state: "success", value: { fine: true } }, /not in the form agreed/],
  ["fails", { state: "failure", exception: "", traceback: undefined }, /ended as failure/],
])("checkFmu fails where the runner %s, and still says where the FMU lies", async (_, outcome, message) => {
  const { checks } = await check(["fmi-cache"], outcome);
  expect(checks.map(({ status }) => status)).toEqual(["ok", "fail"]);
  expect(checks[1]?.message).toMatch(message);
  expect(checks[1]?.remedy).toMatch(/`(upload_fmu|deploy_runner|tail_logs)`/);
});

test("checkFmu says where the FMU lies even where the app is not deployed", async () => {
  const { checks } = await check(["fmi-cache"]);
  expect(checks).toMatchObject([
    { status: "ok" },
    {
      name: "FMU probe",
      status: "fail",
      message: "The app is not deployed",
      remedy: "Call `deploy_runner`.",
    },
  ]);
});
