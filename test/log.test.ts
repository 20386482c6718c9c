import { expect, test } from "vitest";
import { createLog, type LogLevel } from "../src/log.ts";
import { createRedactor } from "../src/redact.ts";

function collect(level: LogLevel) {
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line), createRedactor(["hunter22"]), level);
  return { lines, log };
}

test("createLog writes time, level and message", () => {
  const { lines, log } = collect("debug");
  log.info("ready");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info ready$/);
});

test("createLog leaves out what is below its level", () => {
  const { lines, log } = collect("warn");
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  expect(lines.map((line) => line.at(-1))).toEqual(["c", "d"]);
});

test("createLog keeps a message with line ends and escapes on one line", () => {
  const { lines, log } = collect("debug");
  log.error("one\ntwo\r\u001b[31m\u2028");
  expect(lines[0]).toMatch(/ error one\\ntwo\\u000d\\u001b\[31m\\u2028$/);
});

test("createLog hides secrets", () => {
  const { lines, log } = collect("debug");
  log.debug("password hunter22");
  expect(lines[0]).toContain("password [redacted]");
});
