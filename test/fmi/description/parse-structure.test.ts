import { describe, expect, test } from "vitest";
import { aliasesOf } from "../../../src/fmi/description/aliases.ts";
import { continuousStatesOf } from "../../../src/fmi/description/model-structure.ts";
import { parseModelDescription } from "../../../src/fmi/description/parse-model-description.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";
import { modelDescriptionXml, type XmlParts } from "../../support/model-description-xml.ts";

const parse = (parts: XmlParts) => parseModelDescription(Buffer.from(modelDescriptionXml(parts)), "test.fmu");

describe("parseModelDescription reads the model structure", () => {
  const variables2 = `<ScalarVariable name="x" valueReference="7"><Real reinit="true"/></ScalarVariable>
    <ScalarVariable name="der(x)" valueReference="8"><Real derivative="1"/></ScalarVariable>
    <ScalarVariable name="y" valueReference="7" causality="output"><Real/></ScalarVariable>`;

  test("of FMI 2.0, by index", () => {
    const description = parse({
      root: 'modelName="M" guid="g" numberOfEventIndicators="3"',
      variables: variables2,
      structure: `<Outputs><Unknown index="3" dependencies="1 9" dependenciesKind="dependent fixed"/></Outputs>
        <Derivatives><Unknown index="2"/></Derivatives><InitialUnknowns><Unknown index="2" dependencies=""/></InitialUnknowns>`,
    });
    expect(description.numberOfEventIndicators).toBe(3);
    expect(description.structure?.outputs[0]).toMatchObject({
      reference: 3,
      variable: { name: "y" },
      dependencies: Int32Array.of(0, -1),
      kinds: ["dependent", "fixed"],
    });
    expect(description.structure?.initialUnknowns[0]?.dependencies).toEqual(new Int32Array(0));
    const [state] = continuousStatesOf(description);
    expect([state?.state?.name, state?.derivative.name, state?.dependencies]).toEqual([
      "x",
      "der(x)",
      undefined,
    ]);
    expect(description.variables[0]?.reinit).toBe(true);
    const [x] = description.variables;
    expect(x && aliasesOf(x, description)).toEqual([{ name: "y", negated: false }]);
  });

  test("of FMI 3.0, by value reference and before the variables", () => {
    const description = parse({
      version: "3.0",
      variables: `<Float64 name="x" valueReference="7"><Alias name="position" description="p"/></Float64>
        <Float64 name="v" valueReference="8" derivative="7"/><Float64 name="z" valueReference="9"/>
        <Clock name="c" valueReference="10" causality="input" declaredType="Tick"/>
        <Float64 name="s" valueReference="11" variability="discrete" clocks="10" previous="12"/>
        <Float64 name="s-" valueReference="12" variability="discrete" intermediateUpdate="true"/>`,
      types: '<ClockType name="Tick" intervalVariability="constant" intervalDecimal="0.1"/>',
      structure: `<Output valueReference="7"/><ContinuousStateDerivative valueReference="8" dependencies="7 8"/>
        <ClockedState valueReference="11"/><EventIndicator valueReference="9"/><InitialUnknown valueReference="8"/>`,
    });
    const [state] = continuousStatesOf(description);
    expect([state?.state?.name, state?.dependencies]).toEqual(["x", Int32Array.of(0, 1)]);
    expect(description.numberOfEventIndicators).toBe(1);
    expect(description.structure?.eventIndicators[0]?.variable?.name).toBe("z");
    expect(description.structure?.clockedStates[0]?.variable).toMatchObject({ clocks: [10], previous: 12 });
    expect(description.variables[3]?.clock).toMatchObject({
      intervalVariability: "constant",
      intervalDecimal: 0.1,
    });
    expect(description.variables[5]?.intermediateUpdate).toBe(true);
    const [x] = description.variables;
    expect(x && aliasesOf(x, description)).toEqual([{ name: "position", negated: false }]);
  });

  test("passes over references that are no numbers, and refuses variables it would have to leave out of the count", async () => {
    const { structure, flaws } = parse({
      variables: variables2,
      structure: '<Outputs><Unknown index="1" dependencies="one"/></Outputs>',
    });
    expect(flaws?.[0]?.problem).toContain('dependencies holds "one"');
    expect(structure?.outputs[0]).toMatchObject({ reference: 1, dependencies: undefined });
    const skipped = await catchToolError(() =>
      parse({
        variables: '<ScalarVariable name="x" valueReference="7"><Complex/></ScalarVariable>',
        structure: '<Outputs><Unknown index="1"/></Outputs>',
      }),
    );
    expect(skipped.message).toContain("the variable has no type that is known here");
  });
});

test("parseModelDescription tells by one name whether completedIntegratorStep is needed", () => {
  const needs = (version: string, flags: string) =>
    parse({ version, interfaces: `<ModelExchange modelIdentifier="m" ${flags}/>` }).modelExchange
      ?.needsCompletedIntegratorStep;
  expect(needs("2.0", "")).toBe(true);
  expect(needs("2.0", 'completedIntegratorStepNotNeeded="true"')).toBe(false);
  expect(needs("3.0", "")).toBe(false);
  expect(needs("3.0", 'needsCompletedIntegratorStep="true"')).toBe(true);
});

test("parseModelDescription reads the source files of FMI 2.0", () => {
  const interfaces =
    '<CoSimulation modelIdentifier="m"><SourceFiles><File name="a.c"/><File name="b.c"/></SourceFiles></CoSimulation>';
  expect(parse({ interfaces }).coSimulation?.sourceFiles).toEqual(["a.c", "b.c"]);
});

test("parseModelDescription reads FMI 1.0 for Co-Simulation", () => {
  const description = parse({
    version: "1.0",
    root: 'modelName="Old" modelIdentifier="old" guid="{1}" numberOfContinuousStates="2" numberOfEventIndicators="1"',
    interfaces: "",
    units:
      '<BaseUnit unit="K"><DisplayUnitDefinition displayUnit="degC" gain="1" offset="-273.15"/></BaseUnit>',
    types: '<Type name="T"><RealType unit="K" min="0"/></Type>',
    variables: `<ScalarVariable name="u" valueReference="1" causality="input"><Real start="1"/></ScalarVariable>
      <ScalarVariable name="y" valueReference="2" causality="output"><Real declaredType="T"/><DirectDependency><Name>u</Name></DirectDependency></ScalarVariable>
      <ScalarVariable name="z" valueReference="2" alias="negatedAlias"><Real/></ScalarVariable>
      <ScalarVariable name="k" valueReference="3" variability="parameter"><Real/></ScalarVariable>
      <ScalarVariable name="g" valueReference="4"><Real start="2" fixed="false"/></ScalarVariable>`,
    experiment: `<Implementation><CoSimulation_Tool><Capabilities canHandleVariableCommunicationStepSize="true"
      canHandleEvents="true" maxOutputDerivativeOrder="1"/><Model entryPoint="file:m.mdl"/></CoSimulation_Tool></Implementation>`,
  });
  expect(description.coSimulation).toMatchObject({
    ...{ modelIdentifier: "old", canHandleVariableCommunicationStepSize: true, canHandleEvents: true },
    ...{ maxOutputDerivativeOrder: 1, needsExecutionTool: true },
  });
  expect([description.numberOfContinuousStates, description.numberOfEventIndicators]).toEqual([2, 1]);
  expect(description.unitDefinitions.get("K")?.displayUnits.get("degC")?.offset).toBe(-273.15);
  expect(description.structure?.outputs[0]?.dependencies).toEqual(Int32Array.of(0));
  const [, y, , k, g] = description.variables;
  expect(y).toMatchObject({ unit: "K", min: 0 });
  expect(y && aliasesOf(y, description)).toEqual([{ name: "z", negated: true }]);
  expect([k?.causality, k?.variability]).toEqual(["calculatedParameter", "fixed"]);
  expect(g?.initial).toBe("approx");
});
