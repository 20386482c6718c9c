import { expect, test } from "vitest";
import { callStates, describeState } from "../../src/logs/states.ts";
import type { CallStatus } from "../../src/modal/modal.ts";

const STATUS: CallStatus = {
  functionCallId: "fc-1",
  appId: "ap-1",
  functionId: "fu-1",
  createdAt: "2026-01-01T00:00:00.000Z",
  status: "success",
  queuedSeconds: 2,
  runningSeconds: 3.5,
};

const eventsOf = (members: Partial<CallStatus>) =>
  callStates({ ...STATUS, ...members }).map(({ time, event }) => `${time.slice(17, 23)} ${event}`);

test("callStates tells what a call went through in the dashboard's words", () => {
  expect(eventsOf({})).toEqual([
    "00.000 Waiting for a container",
    "02.000 Container ready after 2.0 s: the call runs",
    "05.500 Call ended with a result after 3.5 s",
  ]);
  expect(eventsOf({ status: "running" })).toHaveLength(2);
  expect(eventsOf({ status: "pending" })).toEqual(["00.000 Waiting for a container"]);
  expect(eventsOf({ status: "init_failure" })[2]).toContain("Container failed as it started");
  expect(eventsOf({ createdAt: undefined })).toEqual([]);
});

test("describeState says where a call stands", () => {
  expect(describeState({ ...STATUS, status: "pending" })).toBe("Waiting for a container for 2.0 s");
  expect(describeState({ ...STATUS, status: "running" })).toBe("Running for 3.5 s");
  expect(describeState({ ...STATUS, status: "terminated" })).toBe("Call was cancelled");
});
