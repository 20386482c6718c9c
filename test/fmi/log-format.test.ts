import { describe, expect, test } from "vitest";
import type { ModelDescription } from "../../src/fmi/description/model-description.ts";
import { allocateString } from "../../src/fmi/library.ts";
import { createVariadicLogFormat } from "../../src/fmi/log-format.ts";
import { createReferenceNamer } from "../../src/fmi/reference-names.ts";

function describedAs(fmiMajor: 2 | 3): ModelDescription {
  const variables = [
    { name: "speed", type: "Float64", valueReference: 12 },
    { name: "alias of speed", type: "Float64", valueReference: 12 },
    { name: "gear", type: "Int32", valueReference: fmiMajor === 2 ? 12 : 13 },
  ];
  return { fmiMajor, variables } as unknown as ModelDescription;
}

describe("createReferenceNamer", () => {
  test("FMI 2.0 tells variables of one value reference apart by type", () => {
    const name = createReferenceNamer(describedAs(2));
    expect(name("#r12# at gear #i12#, ## and #r99#")).toBe("speed at gear gear, # and #r99#");
  });

  test("FMI 3.0 knows the number alone", () => {
    expect(createReferenceNamer(describedAs(3))("#12# at gear #13#")).toBe("speed at gear gear");
  });
});

describe("createVariadicLogFormat", () => {
  test.each([
    ["darwin", "arm64"],
    ["win32", "x64"],
    ["linux", "arm64"],
  ])("gives the format as it is on %s %s", (platform, architecture) => {
    const { format, parameters } = createVariadicLogFormat(platform, architecture);
    expect(parameters).toHaveLength(5);
    expect(format([0, 0, 0, 0, allocateString("%d of %s")])).toBe("%d of %s");
  });
});
