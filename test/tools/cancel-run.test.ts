import { expect, test } from "vitest";
import { openRunStore } from "../../src/runs/store.ts";
import { cancelRunTool } from "../../src/tools/cancel-run.ts";
import type { Services } from "../../src/tools/services.ts";
import { fakeModal } from "../support/fake-modal.ts";
import { runRecord } from "../support/run-records.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("cancel_run does not call a run ended that has not reached the endpoint yet", async () => {
  const store = await openRunStore(await temporaryFolder());
  const record = runRecord();
  await store.create(record);
  const facts = { name: "embedded", workspace: "local", environment: "main", note: "" } as const;
  const endpoint = { modal: fakeModal().modal, describe: async () => facts };
  const services = { connect: async () => endpoint, runs: async () => store } as unknown as Services;
  const { signal } = new AbortController();
  const context = { services, signal, progress: () => {}, attach: () => {}, redact: (text: string) => text };
  const output = await cancelRunTool.run({ run_id: record.run_id }, context);
  expect(output).toMatchObject({ status: "running", cancelled: false });
  expect(cancelRunTool.summarize(output)).toMatch(/not at the endpoint yet: call again/);
  expect(output.next_step).toContain("`cancel_run`");
});
