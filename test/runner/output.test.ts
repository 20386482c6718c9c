import { PassThrough } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { describeExit } from "../../src/runner/exit-words.ts";
import { containerPaths } from "../../src/runner/fmu-file.ts";
import { createOutputLimit } from "../../src/runner/output-limit.ts";
import { levelOfStatus, pythonLogLine } from "../../src/runner/python-logging.ts";
import { readLines } from "../../src/runner/text-lines.ts";

describe("readLines", () => {
  test("joins what arrives in pieces, and ends with what has no line end", async () => {
    const stream = new PassThrough();
    const lines: string[] = [];
    readLines(stream, (line) => lines.push(line));
    for (const piece of ["on", "e\ntwo\r\n", "thr", "ee"]) stream.write(piece);
    stream.end();
    await new Promise((resolve) => stream.once("end", resolve));
    expect(lines).toEqual(["one", "two", "three"]);
  });

  test("hands over a last line without end when it is asked to, once", async () => {
    const stream = new PassThrough();
    const lines: string[] = [];
    const flush = readLines(stream, (line) => lines.push(line));
    stream.write("one\ntw");
    await setImmediate();
    flush();
    stream.end();
    await new Promise((resolve) => stream.once("end", resolve));
    expect(lines).toEqual(["one", "tw"]);
  });

  test("cuts a line without end into pieces", async () => {
    const stream = new PassThrough();
    const lines: string[] = [];
    readLines(stream, (line) => lines.push(line));
    stream.end("x".repeat(20_000));
    await new Promise((resolve) => stream.once("end", resolve));
    expect(lines.map((line) => line.length)).toEqual([8192, 8192, 20_000 - 2 * 8192]);
  });
});

test("createOutputLimit lets text through up to the limit, then says once that it is reached", () => {
  const notices: string[] = [];
  const limit = createOutputLimit((notice) => notices.push(notice), 10);
  expect([limit.admits("12345"), limit.admits("123456"), limit.admits("1")]).toEqual([true, false, false]);
  expect(notices).toEqual(["The FMU's output has reached 10 bytes"]);
});

test("pythonLogLine has the form of Python's logging", () => {
  const now = new Date(2026, 0, 2, 3, 4, 5, 6);
  expect(pythonLogLine(now, "INFO", "text")).toBe("2026-01-02 03:04:05,006 [INFO] sv_fmi.modal_app: text");
  expect([levelOfStatus("ok"), levelOfStatus("discard"), levelOfStatus("fatal")]).toEqual([
    ...["INFO", "WARNING", "ERROR"],
  ]);
});

test("describeExit tells a signal, an exit code and the model time", () => {
  expect(describeExit(null, "SIGFPE", 1.5)).toBe(
    "The FMU crashed (SIGFPE: arithmetic error) at model time 1.5 s, the last point it reached.",
  );
  expect(describeExit(3, null, Number.NaN)).toBe(
    "The FMU ended its process with exit code 3 before initialization was done.",
  );
});

describe("containerPaths", () => {
  test("looks by checksum, then by the file name of the storage key, in the volume asked for", () => {
    const reference = { fmu_storage_key: "/media/fmus/model.fmu", fmu_checksum: "ab", use_test_volume: true };
    expect(containerPaths(reference)).toEqual(["/fmus-test/ab.fmu", "/fmus-test/model.fmu"]);
  });

  test.each(["..", ".", "/", "a/..", "..\\.."])("never leaves the volume for the key %j", (key) => {
    expect(containerPaths({ fmu_storage_key: key, use_test_volume: false })).toEqual([]);
  });
});
