import { expect, test } from "vitest";
import { type LogQuestion, toByHand } from "../../src/logs/by-hand.ts";

const QUESTION: LogQuestion = {
  ...{ url: "https://api.modal.com:443", app: "fmi-runner", appId: "ap-1", lines: 100, follow: false },
  ...{ functionId: undefined, functionCallId: undefined, source: undefined, search: undefined },
  ...{ since: undefined, until: undefined, environment: undefined },
};
const ask = (members: Partial<LogQuestion>) => toByHand({ ...QUESTION, ...members });

test.each<[Partial<LogQuestion>, string]>([
  [{}, "modal app logs fmi-runner --tail 100"],
  [
    { functionCallId: "fc-1", source: "stderr", environment: "main" },
    "modal app logs fmi-runner --function-call fc-1 --source stderr --tail 100 --env main",
  ],
  [{ since: "10m", until: "5m" }, "modal app logs fmi-runner --since 10m --until 5m"],
  [{ since: "10m", follow: true, functionId: "fu-1" }, "modal app logs fmi-runner --function fu-1 --follow"],
  [{ search: "it's; rm -rf ~" }, `modal app logs fmi-runner --search 'it'\\''s; rm -rf ~' --tail 100`],
])("toByHand makes of %j the command %s", (members, command) => {
  expect(ask(members).command).toBe(command);
});

test("toByHand names the dashboard's page on Modal, and on no other endpoint", () => {
  expect(ask({}).dashboardUrl).toBe("https://modal.com/id/ap-1");
  expect(ask({ functionCallId: "fc-1" }).dashboardUrl).toBe("https://modal.com/id/fc-1");
  for (const url of ["http://127.0.0.1:1", "https://api.modal.com.example:443", "https://notmodal.com"])
    expect(ask({ url }).dashboardUrl).toBeUndefined();
});
