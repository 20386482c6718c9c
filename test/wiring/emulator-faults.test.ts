import { expect, test } from "vitest";
import { readFaults } from "../../src/wiring/emulator-faults.ts";

test("readFaults takes one --fault after another, and none is no bench", async () => {
  expect(await readFaults([])).toBeUndefined();
  expect(await readFaults(["--fault", "endpoint_slow", "--fault=app_stopped"])).toEqual([
    "endpoint_slow",
    "app_stopped",
  ]);
});

test("readFaults refuses what is no fault, and names those that are", async () => {
  await expect(readFaults(["--fault", "gremlins"])).rejects.toThrow(/gremlins.*token_expired/);
  await expect(readFaults(["--slow"])).rejects.toThrow("--slow");
});
