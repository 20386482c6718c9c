import { expect, test } from "vitest";
import { bufferSource } from "../../src/fmi/archive/byte-source.ts";
import { openFmu } from "../../src/fmi/fmu.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { modelDescriptionXml } from "../support/model-description-xml.ts";
import { writeZip, type ZipEntry } from "../support/zip.ts";

const open = (...entries: ZipEntry[]) => openFmu(bufferSource(writeZip(entries)), "test.fmu");
const description = { name: "modelDescription.xml", content: modelDescriptionXml(), method: 8 };

test("openFmu reads the model description and the platforms", async () => {
  const fmu = await open(description, { name: "binaries/linux64/model.so", content: "x" });
  expect(fmu.name).toBe("test.fmu");
  expect(fmu.description.coSimulation?.modelIdentifier).toBe("model");
  expect(fmu.platforms.map(({ fmi2 }) => fmi2)).toEqual(["linux64"]);
  await fmu.close();
});

test("openFmu says that an archive without a model description is no FMU", async () => {
  const error = await catchToolError(() => open({ name: "document.xml", content: "<x/>" }));
  expect(error.code).toBe("invalid_fmu");
  expect(error.message).toContain("so it is no FMU");
});

test("openFmu says where a misplaced model description is", async () => {
  const error = await catchToolError(() => open({ ...description, name: "Model/modelDescription.xml" }));
  expect(error.message).toContain('"Model/modelDescription.xml", not at the top');
  expect(error.remedy).toContain("Zip the content");
});

test("openFmu refuses a model description above 128 MiB by what it declares", async () => {
  const size = 128 * 1024 * 1024 + 1;
  const error = await catchToolError(() => open({ ...description, size, packedSize: size }));
  expect(error.message).toContain("134217728 is the limit");
});

test("openFmu closes the source when it fails", async () => {
  let closed = 0;
  const source = bufferSource(writeZip([{ name: "modelDescription.xml", content: "<x/>" }]));
  const close = async () => {
    closed += 1;
  };
  await catchToolError(() => openFmu({ ...source, close }, "test.fmu"));
  expect(closed).toBe(1);
});
