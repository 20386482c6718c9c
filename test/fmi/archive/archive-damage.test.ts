import { expect, test } from "vitest";
import { ToolError } from "../../../src/errors.ts";
import { bufferSource } from "../../../src/fmi/archive/byte-source.ts";
import { openFmu } from "../../../src/fmi/fmu.ts";
import { modelDescriptionXml } from "../../support/model-description-xml.ts";
import { writeZip } from "../../support/zip.ts";

// A linear congruential generator (Numerical Recipes): the same damage in every run.
function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const VALID = writeZip([
  { name: "modelDescription.xml", content: modelDescriptionXml({ variables: variables() }), method: 8 },
  { name: "binaries/linux64/model.so", content: Buffer.from("library".repeat(50)) },
  { name: "resources/data.txt", content: "data".repeat(100), method: 8 },
]);

function variables(): string {
  return Array.from(
    { length: 20 },
    (_, index) =>
      `<ScalarVariable name="v${index}" valueReference="${index}" causality="input"><Real start="${index}"/></ScalarVariable>`,
  ).join("");
}

async function readAll(bytes: Uint8Array): Promise<"read" | "refused"> {
  try {
    const fmu = await openFmu(bufferSource(bytes), "damaged.fmu");
    for (const entry of fmu.archive.entries) {
      if (!entry.isDirectory) await fmu.archive.readBytes(entry.path, 1_000_000);
    }
    await fmu.close();
    return "read";
  } catch (thrown) {
    if (!(thrown instanceof ToolError)) throw thrown;
    expect(thrown.code).toBe("invalid_fmu");
    return "refused";
  }
}

test("openFmu reads the archive that the damage starts from", async () => {
  expect(await readAll(VALID)).toBe("read");
});

test("openFmu refuses every truncation with a ToolError", async () => {
  const random = createRandom(1);
  for (let round = 0; round < 200; round += 1) {
    expect(await readAll(VALID.subarray(0, random(VALID.length)))).toBe("refused");
  }
});

test("openFmu throws nothing but ToolErrors for flipped bits and overwritten bytes", async () => {
  const random = createRandom(2);
  const seen = { read: 0, refused: 0 };
  for (let round = 0; round < 600; round += 1) {
    const bytes = Uint8Array.from(VALID);
    for (let count = random(4); count >= 0; count -= 1) {
      // Half of the damage goes to the directory at the end, where the structure is.
      const at = random(2) === 0 ? random(bytes.length) : bytes.length - 1 - random(300);
      bytes[at] = random(2) === 0 ? (bytes[at] ?? 0) ^ (1 << random(8)) : random(256);
    }
    seen[await readAll(bytes)] += 1;
  }
  expect(seen.refused).toBeGreaterThan(300);
});
