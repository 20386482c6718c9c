import { expect, test } from "vitest";
import { readDoctorOptions } from "../../src/wiring/doctor.ts";

test.each([
  [[], { json: false, subject: {} }],
  [["--json"], { json: true, subject: {} }],
  [["run-20260101-aaaaaaaaaa"], { json: false, subject: { run_id: "run-20260101-aaaaaaaaaa" } }],
  [
    ["https://modal.com/id/fc-1"],
    { json: false, subject: { function_call_id: "https://modal.com/id/fc-1" } },
  ],
  [["ABCDEF01.fmu"], { json: false, subject: { fmu_checksum: "abcdef01.fmu" } }],
  [
    ["--runner", "energyplus", "--env", "dev", "--json"],
    { json: true, subject: { runner: "energyplus", environment: "dev" } },
  ],
])("readDoctorOptions reads %j", (args, options) => {
  expect(readDoctorOptions(args)).toEqual(options);
});

test.each([[["--jsn"]], [["--runner", "x"]], [["--runner"]], [["--env"]], [["what"]]])(
  "readDoctorOptions refuses %j",
  (args) => {
    expect(() => readDoctorOptions(args)).toThrow();
  },
);
