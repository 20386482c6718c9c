import { expect, test } from "vitest";
import { parseModelDescription } from "../../../src/fmi/description/parse-model-description.ts";
import { createNumericBlocks } from "../../../src/fmi/recording/sampling.ts";
import { modelDescriptionXml } from "../../support/model-description-xml.ts";

const VARIABLES = `<Clock name="c" valueReference="1" causality="input" intervalVariability="triggered"/>
  <Float64 name="y" valueReference="2" causality="output" variability="discrete" clocks="1"/>
  <Int32 name="n" valueReference="3" causality="output" variability="discrete"/>`;

test("an FMU that does not give what is clocked is told of with the names", () => {
  const xml = modelDescriptionXml({ version: "3.0", variables: VARIABLES });
  const description = parseModelDescription(Buffer.from(xml), "clocked.fmu");
  const library = { function: () => () => 3, findAddress: () => undefined };
  const outputs = description.variables.filter(({ causality }) => causality === "output");
  const blocks = createNumericBlocks({ library, fmiMajor: 3, instance: 1, description }, outputs);
  const words = blocks.map((block) => {
    expect(() => block.check(0)).not.toThrow();
    return expect(() => block.get());
  });
  words[0]?.toThrow(
    'fmi3GetFloat64 returned the status "error"; it may give "y" while a Clock of it ticks only: leave that out of output_variables',
  );
  words[1]?.toThrow(/^fmi3GetInt32 returned the status "error"$/);
});
