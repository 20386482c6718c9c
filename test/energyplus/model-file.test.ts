import { expect, test } from "vitest";
import { readModel, versionsMatch } from "../../src/energyplus/model-file.ts";
import { catchToolError } from "../support/catch-tool-error.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const IDF = `! A comment; with Version,1.0; in it
  Version,
    25.2;   !- Version Identifier
  Zone,North;`;

test("readModel reads an IDF, its version and checksum, and sends its text as it is", () => {
  const model = readModel("a.idf", bytes(IDF));
  expect(model).toMatchObject({ format: "idf", version: "25.2", payload: IDF });
  expect(model.checksum).toMatch(/^[0-9a-f]{64}$/);
});

test("readModel reads epJSON and sends the object", () => {
  const epJson = { Version: { "Version 1": { version_identifier: "25.2" } }, Zone: { North: {} } };
  expect(readModel("a.epJSON", bytes(JSON.stringify(epJson)))).toMatchObject({
    format: "epjson",
    version: "25.2",
    payload: epJson,
  });
});

test("readModel leaves the version open where the model does not tell", () => {
  expect(readModel("a.idf", bytes("Zone,North;")).version).toBeUndefined();
});

test.each([
  ["PythonPlugin:Instance,a,No,b,c;", "PythonPlugin:Instance"],
  ["ExternalInterface,PtolemyServer;", "ExternalInterface"],
  ["ExternalInterface:FunctionalMockupUnitImport,a.fmu;", "ExternalInterface:FunctionalMockupUnitImport"],
  ["energymanagementsystem:program,P,SET a = 1;", "energymanagementsystem:program"],
  ["Schedule:File,S,Any,/etc/passwd,1,0;", "/etc/passwd"],
])("readModel refuses %s", async (object, named) => {
  const error = await catchToolError(() => readModel("a.idf", bytes(`Version,25.2;\n${object}`)));
  expect(error).toMatchObject({ code: "invalid_argument", remedy: expect.stringContaining("model_path") });
  expect(error.message).toContain(named);
});

test("readModel refuses the same objects in epJSON", async () => {
  const epJson = { "Schedule:File": { S: { file_name: "occupancy.csv" } } };
  const error = await catchToolError(() => readModel("a.epJSON", bytes(JSON.stringify(epJson))));
  expect(error.message).toContain("occupancy.csv");
});

test.each(["", "PK\u0003\u0004", "no object here", '{"Version": '])("readModel refuses %j", async (text) => {
  expect(await catchToolError(() => readModel("a.idf", bytes(text)))).toMatchObject({
    code: "invalid_argument",
  });
});

test("readModel keeps a sensor of the energy management system, which runs nothing", () => {
  expect(
    readModel("a.idf", bytes("EnergyManagementSystem:Sensor,S,,Zone Mean Air Temperature;")).format,
  ).toBe("idf");
});

test.each([
  ["25.2", "25.2.0-cf7368216c (No OpenGL)", true],
  ["25.2", "25.2.0", true],
  ["9.6", "25.2.0", false],
  ["25.1", "25.2.0", false],
  [undefined, "25.2.0", undefined],
  ["25.2", undefined, undefined],
])("versionsMatch of %s and %s is %s", (model, engine, expected) => {
  expect(versionsMatch(model, engine)).toBe(expected);
});
