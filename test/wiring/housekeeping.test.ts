import { EventEmitter, once } from "node:events";
import { readFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { createLog } from "../../src/log.ts";
import { openRunStore } from "../../src/runs/store.ts";
import type { Endpoint, EndpointName } from "../../src/tools/services.ts";
import { createHousekeeping } from "../../src/wiring/housekeeping.ts";
import { fakeFunction, fakeModal } from "../support/fake-modal.ts";
import { runRecord } from "../support/run-records.ts";
import { runResult } from "../support/run-results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { fixture, startToolClient } from "../support/tool-client.ts";

async function setUp(defaultEndpoint: EndpointName) {
  const fake = fakeModal();
  const store = await openRunStore(await temporaryFolder());
  const events = new EventEmitter();
  const lines: string[] = [];
  const asked: EndpointName[] = [];
  const housekeeping = createHousekeeping({
    findRuns: async () => store,
    async connect(name) {
      asked.push(name);
      return { name, modal: fake.modal } as Endpoint;
    },
    defaultEndpoint,
    keeping: { days: 90, bytes: 1e9 },
    log: createLog(
      (line) => {
        lines.push(line);
        events.emit("line");
      },
      (text) => text,
      "info",
    ),
  });
  onTestFinished(() => housekeeping.close());
  const start = async (endpoint: EndpointName) => {
    const call = await fake.modal.calls.spawn(fakeFunction(), {});
    const deadline = new Date(Date.now() + 60_000).toISOString();
    const record = runRecord({ function_call_id: call, deadline, endpoint });
    await store.create(record);
    fake.end(call, { state: "success", value: runResult({}) });
    return record.run_id;
  };
  return { store, housekeeping, start, asked, lines, line: () => once(events, "line") };
}

test("onCall returns at once and fetches what ended on Modal", async () => {
  const { store, housekeeping, start, lines, line } = await setUp("embedded");
  const runId = await start("modal");
  const told = line();
  housekeeping.onCall();
  expect((await store.find(runId))?.status).toBe("running");
  await told;
  expect(lines[0]).toContain(`fetched ${runId}`);
  expect((await store.find(runId))?.status).toBe("success");
});

test("onCall does not start the embedded endpoint where Modal is the default", async () => {
  const { store, housekeeping, start, asked, line } = await setUp("modal");
  const here = await start("embedded");
  await start("modal");
  const told = line();
  housekeeping.onCall();
  await told;
  expect(asked).toEqual(["modal"]);
  expect((await store.find(here))?.status).toBe("running");
});

test("onCall logs what prevents it, and nothing else happens", async () => {
  const events = new EventEmitter();
  const told = once(events, "line");
  const housekeeping = createHousekeeping({
    findRuns: () => Promise.reject(new Error("no such disk")),
    connect: () => Promise.reject(new Error("not asked")),
    defaultEndpoint: "embedded",
    keeping: { days: 90, bytes: 1e9 },
    log: createLog(
      (text) => events.emit("line", text),
      (text) => text,
      "info",
    ),
  });
  onTestFinished(() => housekeeping.close());
  housekeeping.onCall();
  expect((await told)[0]).toContain("no such disk");
});

test("a run that nobody waited for is fetched at a later call of any tool", async () => {
  const home = await temporaryFolder();
  const tools = await startToolClient(home);
  onTestFinished(() => tools.close());
  const path = fixture("feedthrough-2.fmu");
  const { record_file } = await tools.call("run_fmi_simulation", { path, wait_seconds: 0 });
  const fetched = async () => {
    await tools.call("list_volume");
    return JSON.parse(await readFile(record_file, "utf8")).status;
  };
  await expect.poll(fetched, { timeout: 20_000, interval: 500 }).toBe("success");
});
