import { expect, test } from "vitest";
import { createLineSplitter, type LogBatch } from "../../src/modal/log-lines.ts";

type Item = LogBatch["items"][number];

const item = (data: string, more: Partial<Item> = {}): Item => ({
  data,
  taskState: 0,
  timestamp: 1_000,
  fileDescriptor: 1,
  taskProgress: undefined,
  functionCallId: "fc-1",
  inputId: "",
  timestampNs: "0",
  containerId: "ta-1",
  containerName: "",
  ...more,
});

const batch = (...items: Item[]): LogBatch => ({
  taskId: "ta-1",
  items,
  entryId: "1-0",
  appDone: false,
  functionId: "fu-1",
  inputId: "",
  imageId: "",
  eof: false,
  ptyExecId: "",
  rootFunctionId: "",
  ttlDays: 0,
  sandboxId: "",
});

test("push gives one entry a line, with time, source and ids", () => {
  const splitter = createLineSplitter();
  const entries = splitter.push(batch(item("a\r\n\nb\n", { fileDescriptor: 2, timestampNs: "1500000000" })));
  expect(entries.map((entry) => entry.text)).toEqual(["a", "", "b"]);
  expect(entries[0]).toEqual({
    time: "1970-01-01T00:00:01.500Z",
    source: "stderr",
    text: "a",
    functionId: "fu-1",
    functionCallId: "fc-1",
    containerId: "ta-1",
    event: undefined,
  });
});

test("push joins a line over chunks of one source and container, and keeps the time it began", () => {
  const splitter = createLineSplitter();
  const entries = splitter.push(
    batch(
      item("be", { timestamp: 1 }),
      item("err\n", { fileDescriptor: 2 }),
      item("gun\nnext\n", { timestamp: 2 }),
      item("other\n", { containerId: "ta-2" }),
    ),
  );
  expect(entries.map((entry) => entry.text)).toEqual(["err", "begun", "next", "other"]);
  expect(entries[1]?.time).toBe("1970-01-01T00:00:01.000Z");
  expect(entries[2]?.time).toBe("1970-01-01T00:00:02.000Z");
});

test("flush gives a line without its end, and the end that comes later adds no empty line", () => {
  const splitter = createLineSplitter();
  expect(splitter.push(batch(item("half")))).toEqual([]);
  expect(splitter.flush().map((entry) => entry.text)).toEqual(["half"]);
  expect(splitter.push(batch(item("\nwhole\n"))).map((entry) => entry.text)).toEqual(["whole"]);
});

test("push says container states and queue notices in words", () => {
  const splitter = createLineSplitter();
  const queued = { len: 0, pos: 0, progressType: 1, description: "waiting for a GPU worker" };
  const entries = splitter.push(batch(item("", { taskState: 3 }), item("", { taskProgress: queued })));
  expect(entries.map((entry) => entry.event)).toEqual([
    "Loading image",
    "Waiting for a container: waiting for a GPU worker",
  ]);
});
