import { expect, test } from "vitest";
import { readModelDescription } from "../../../src/fmi/description/known-descriptions.ts";

function xmlOf(modelName: string, comment = ""): Uint8Array {
  const attributes = `fmiVersion="3.0" modelName="${modelName}" instantiationToken="{0}"`;
  const content = `<CoSimulation modelIdentifier="m"/><ModelVariables/><ModelStructure/>${comment}`;
  return Buffer.from(`<fmiModelDescription ${attributes}>${content}</fmiModelDescription>`);
}

test("readModelDescription parses the same bytes once", () => {
  const first = readModelDescription(xmlOf("Same"), "a.fmu");
  expect(readModelDescription(xmlOf("Same"), "b.fmu")).toBe(first);
});

test("readModelDescription parses a large one once, too, while it is in use", () => {
  const large = xmlOf("Large", `<!--${" ".repeat(1024 * 1024)}-->`);
  const first = readModelDescription(large, "a.fmu");
  expect(readModelDescription(large, "b.fmu")).toBe(first);
});

test("readModelDescription tells other bytes apart", () => {
  expect(readModelDescription(xmlOf("One"), "a.fmu").modelName).toBe("One");
  expect(readModelDescription(xmlOf("Two"), "a.fmu").modelName).toBe("Two");
});

test("readModelDescription keeps no more than the eight used last", () => {
  const first = readModelDescription(xmlOf("First"), "a.fmu");
  for (let i = 0; i < 8; i++) readModelDescription(xmlOf(`Other${i}`), "a.fmu");
  expect(readModelDescription(xmlOf("First"), "a.fmu")).not.toBe(first);
});

test("readModelDescription names each file in its own error", () => {
  const damaged = Buffer.from("<fmiModelDescription");
  expect(() => readModelDescription(damaged, "a.fmu")).toThrow(/a\.fmu/);
  expect(() => readModelDescription(damaged, "b.fmu")).toThrow(/b\.fmu/);
});
