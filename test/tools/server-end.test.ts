import { afterEach, beforeEach, expect, test } from "vitest";
import { makeHome } from "../support/home.ts";
import { fixture, startToolClient } from "../support/tool-client.ts";

let home: Awaited<ReturnType<typeof makeHome>>;

beforeEach(async () => {
  home = await makeHome();
});

afterEach(() => home.remove());

test("a run that is under way when the server ends is told as interrupted afterwards, and so is one that waits", async () => {
  const first = await startToolClient(home.path);
  const start = (stop_time: number) =>
    first.call("run_fmi_simulation", { path: fixture("endless-2.fmu"), stop_time, wait_seconds: 0 });
  const runs = [await start(1), await start(2), await start(3)];
  await first.close();
  const second = await startToolClient(home.path);
  try {
    for (const { run_id } of runs) {
      const { run, errors } = await second.call("get_run", { run_id });
      expect(run.status).toBe("interrupted");
      expect(JSON.stringify(errors)).not.toContain("crashed");
    }
  } finally {
    await second.close();
  }
});
