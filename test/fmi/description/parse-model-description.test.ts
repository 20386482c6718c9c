import { describe, expect, test } from "vitest";
import { parseModelDescription } from "../../../src/fmi/description/parse-model-description.ts";
import { modelDescriptionXml, type XmlParts } from "../../support/model-description-xml.ts";

const parse = (parts: XmlParts) => parseModelDescription(Buffer.from(modelDescriptionXml(parts)), "test.fmu");

describe("parseModelDescription reads FMI 2.0", () => {
  test("root attributes, default experiment and log categories", () => {
    const description = parse({
      root: 'modelName="My model" guid="{8c4e}" generationTool="Tool 1" generationDateAndTime="2026-01-02T03:04:05Z" version="1.2" description="d"',
      experiment: '<DefaultExperiment startTime="0" stopTime="1e2" tolerance="1E-6" stepSize=".5"/>\n',
      logCategories: '<Category name="logEvents"/><Category name="logAll" description="all"/>',
    });
    expect(description).toMatchObject({
      fmiVersion: "2.0",
      fmiMajor: 2,
      modelName: "My model",
      instantiationToken: "{8c4e}",
      generationTool: "Tool 1",
      generationDateAndTime: "2026-01-02T03:04:05Z",
      version: "1.2",
      description: "d",
      defaultExperiment: { startTime: 0, stopTime: 100, tolerance: 1e-6, stepSize: 0.5 },
      logCategories: ["logEvents", "logAll"],
      modelExchange: undefined,
    });
  });

  test("interface types with their flags", () => {
    const { coSimulation, modelExchange } = parse({
      interfaces: `<ModelExchange modelIdentifier="me" needsExecutionTool="true"/>
        <CoSimulation modelIdentifier="cs" canHandleVariableCommunicationStepSize="1" canGetAndSetFMUstate="true"
          canSerializeFMUstate="true" providesDirectionalDerivative="true" canRunAsynchronuously="true"
          maxOutputDerivativeOrder="2" canBeInstantiatedOnlyOncePerProcess="false"><SourceFiles/></CoSimulation>`,
    });
    expect(modelExchange).toMatchObject({
      modelIdentifier: "me",
      needsExecutionTool: true,
      canGetAndSetFmuState: false,
    });
    expect(coSimulation).toMatchObject({
      modelIdentifier: "cs",
      needsExecutionTool: false,
      canHandleVariableCommunicationStepSize: true,
      canGetAndSetFmuState: true,
      canSerializeFmuState: true,
      providesDirectionalDerivatives: true,
      canRunAsynchronuously: true,
      canBeInstantiatedOnlyOncePerProcess: false,
      maxOutputDerivativeOrder: 2,
      fixedInternalStepSize: undefined,
    });
    expect(coSimulation?.attributes.canHandleVariableCommunicationStepSize).toBe("1");
  });

  test("variables of every type, with line numbers", () => {
    const { variables } = parse({
      variables: `
<ScalarVariable name="x" valueReference="1" causality="output" initial="approx" description="position"><Real unit="m" displayUnit="mm" min="-1" max="INF" nominal="2" start="0.5"/></ScalarVariable>
<ScalarVariable name="n" valueReference="1" causality="input" variability="discrete"><Integer start="-3"/></ScalarVariable>
<ScalarVariable name="b" valueReference="2"><Boolean start="true"/></ScalarVariable>
<ScalarVariable name="s" valueReference="3" causality="parameter"><String start="a b &amp; &lt;c&gt;"/></ScalarVariable>
<ScalarVariable name="t" valueReference="4" causality="independent"><Real/></ScalarVariable>`,
    });
    expect(variables[0]).toEqual({
      name: "x",
      valueReference: 1,
      type: "Float64",
      causality: "output",
      variability: "continuous",
      initial: "approx",
      writtenInitial: "approx",
      description: "position",
      start: [0.5],
      unit: "m",
      displayUnit: "mm",
      relativeQuantity: false,
      declaredType: undefined,
      min: -1,
      max: Number.POSITIVE_INFINITY,
      nominal: 2,
      enumeration: undefined,
      dimensions: [],
      line: 5,
    });
    expect(
      variables
        .slice(1)
        .map((each) => [each.type, each.start, each.causality, each.variability, each.initial]),
    ).toEqual([
      ["Int32", [-3], "input", "discrete", "exact"],
      ["Boolean", [true], "local", "discrete", "calculated"],
      ["String", ["a b & <c>"], "parameter", "fixed", "exact"],
      ["Float64", undefined, "independent", "continuous", undefined],
    ]);
  });

  test("units, and what variables take over from their declared types", () => {
    const { variables, unitDefinitions } = parse({
      units: `<Unit name="K"><BaseUnit K="1"/><DisplayUnit name="degC" factor="1" offset="-273.15"/></Unit>
        <Unit name="kW"><BaseUnit kg="1" m="2" s="-3" factor="1000"/></Unit><Unit name="EUR"/>`,
      types: `<SimpleType name="Temperature"><Real unit="K" displayUnit="degC" min="0" nominal="300" relativeQuantity="true"/></SimpleType>
        <SimpleType name="Mode"><Enumeration><Item name="off" value="1"/><Item name="on" value="7"/></Enumeration></SimpleType>`,
      variables: `
        <ScalarVariable name="T" valueReference="1"><Real declaredType="Temperature" min="250"/></ScalarVariable>
        <ScalarVariable name="m" valueReference="1" causality="parameter"><Enumeration declaredType="Mode" start="7"/></ScalarVariable>`,
    });
    expect(unitDefinitions.get("K")?.displayUnits.get("degC")).toEqual({
      factor: 1,
      offset: -273.15,
      inverse: false,
    });
    expect(unitDefinitions.get("kW")?.baseUnit).toEqual({
      ...{ kg: 1, m: 2, s: -3, A: 0, K: 0, mol: 0, cd: 0, rad: 0 },
      factor: 1000,
      offset: 0,
    });
    expect(unitDefinitions.get("EUR")?.baseUnit).toBeUndefined();
    expect(variables[0]).toMatchObject({
      ...{ unit: "K", displayUnit: "degC", min: 250, max: undefined, nominal: 300 },
      relativeQuantity: true,
    });
    expect(variables[1]).toMatchObject({
      ...{ type: "Enumeration", start: [7] },
      enumeration: [
        { name: "off", value: 1 },
        { name: "on", value: 7 },
      ],
    });
  });
});

describe("parseModelDescription reads FMI 3.0", () => {
  const parse3 = (parts: XmlParts) => parse({ version: "3.0", ...parts });

  test("interface types with their flags, patch versions and unknown flags included", () => {
    const description = parse({
      version: "3.0.2",
      interfaces: `<CoSimulation modelIdentifier="cs" canGetAndSetFMUState="true" canSerializeFMUState="true" hasEventMode="true"
          mightReturnEarlyFromDoStep="true" providesIntermediateUpdate="true" fixedInternalStepSize="0.01"
          providesDirectionalDerivatives="true" someNewFlag="7"/><ScheduledExecution modelIdentifier="se"/>`,
    });
    expect(description).toMatchObject({ fmiMajor: 3, fmiVersion: "3.0.2", instantiationToken: "{t}" });
    expect(description.scheduledExecution?.modelIdentifier).toBe("se");
    expect(description.coSimulation).toMatchObject({
      ...{ canGetAndSetFmuState: true, canSerializeFmuState: true, hasEventMode: true },
      ...{ mightReturnEarlyFromDoStep: true, providesIntermediateUpdate: true },
      ...{ providesDirectionalDerivatives: true, fixedInternalStepSize: 0.01 },
    });
  });

  test("start values of every type", () => {
    const { variables } = parse3({
      variables: `
        <Float32 name="f" valueReference="0" start="1.5"/>
        <Int8 name="i8" valueReference="1" start="-128"/>
        <UInt64 name="u64" valueReference="2" start="18446744073709551615"/>
        <Int64 name="i64" valueReference="3" start="-9007199254740991"/>
        <Boolean name="b" valueReference="4" start="false true 1"><Dimension start="3"/></Boolean>
        <String name="s" valueReference="5"><Dimension start="2"/><Start value="a b"/><Start value=""/></String>
        <Binary name="bin" valueReference="6"><Start value="00fF 10"/></Binary>
        <Enumeration name="e" valueReference="7" declaredType="E" start="2"/>
        <Clock name="c" valueReference="8" causality="input" intervalVariability="triggered"/>
        <Float64 name="inf" valueReference="9" start="-INF NaN"><Dimension start="2"/></Float64>`,
      types:
        '<EnumerationType name="E"><Item name="one" value="1"/><Item name="two" value="2"/></EnumerationType>',
    });
    expect(variables.map(({ start }) => start)).toEqual([
      [1.5],
      [-128],
      [18446744073709551615n],
      [-9007199254740991],
      [false, true, true],
      ["a b", ""],
      [new Uint8Array([0, 255, 16])],
      [2],
      undefined,
      [Number.NEGATIVE_INFINITY, Number.NaN],
    ]);
    expect(variables[7]?.enumeration?.[1]).toEqual({ name: "two", value: 2 });
  });

  test("arrays, dimensions by structural parameter, aliases and the standard's defaults", () => {
    const { variables } = parse3({
      types: '<Float64Type name="Length" unit="m"/>',
      variables: `
        <UInt64 name="n" valueReference="1" causality="structuralParameter" start="2"/>
        <Float64 name="A" valueReference="2" causality="parameter" declaredType="Length" start="1 2 3 4">
          <Dimension valueReference="1"/><Dimension start="2"/><Alias name="A2"/></Float64>
        <Float64 name="k" valueReference="3" variability="constant" start="1"/>
        <Float64 name="c" valueReference="4" causality="calculatedParameter"/>`,
    });
    expect(variables.map((each) => [each.name, each.variability, each.initial])).toEqual([
      ["n", "fixed", "exact"],
      ["A", "fixed", "exact"],
      ["k", "constant", "exact"],
      ["c", "fixed", "calculated"],
    ]);
    expect(variables[1]).toMatchObject({
      ...{ unit: "m", start: [1, 2, 3, 4] },
      dimensions: [{ valueReference: 1 }, { start: 2 }],
    });
  });
});

describe("parseModelDescription recognises FMI 1.0", () => {
  const root =
    'modelName="Old" modelIdentifier="old" guid="{1}" numberOfContinuousStates="0" numberOfEventIndicators="0"';
  const variables = `<ScalarVariable name="x" valueReference="1" causality="internal" variability="parameter"><Real start="1"/></ScalarVariable>
    <ScalarVariable name="y" valueReference="2" causality="none"><Real/></ScalarVariable>`;

  test("as Model Exchange, with its variables", () => {
    const description = parse({ version: "1.0", root, interfaces: "", variables });
    expect(description).toMatchObject({
      fmiMajor: 1,
      modelName: "Old",
      modelExchange: { modelIdentifier: "old" },
    });
    expect(description.variables.map(({ causality }) => causality)).toEqual(["parameter", "local"]);
  });

  test("as Co-Simulation where it has an implementation", () => {
    const interfaces =
      "<Implementation><CoSimulation_StandAlone><Capabilities/></CoSimulation_StandAlone></Implementation>";
    const description = parse({ version: "1.0", root, interfaces });
    expect(description.coSimulation?.modelIdentifier).toBe("old");
    expect(description.modelExchange).toBeUndefined();
  });
});

test("parseModelDescription gives the line where a variable's tag begins", () => {
  const variables = `
<ScalarVariable name="x"
    valueReference="1">
  <Real/>
</ScalarVariable>`;
  expect(parse({ variables }).variables[0]?.line).toBe(5);
});

test("parseModelDescription is not misled by names that every object has", () => {
  const { variables, unitDefinitions } = parse({
    variables: `<ScalarVariable name="__proto__" valueReference="1" toString="x"><constructor/></ScalarVariable>
      <ScalarVariable name="constructor" valueReference="2"><Real unit="__proto__"/></ScalarVariable>`,
    units: '<Unit name="__proto__"/>',
  });
  expect(variables.map(({ name }) => name)).toEqual(["constructor"]);
  expect([...unitDefinitions.keys()]).toEqual(["__proto__"]);
});

test("parseModelDescription reads 50,000 variables in under a second", () => {
  const variables = Array.from(
    { length: 50_000 },
    (_, index) =>
      `<ScalarVariable name="model.part[${index}].temperature" valueReference="${index}" description="Temperature of part ${index}" causality="local" variability="continuous" initial="exact">
        <Real declaredType="Temperature" unit="K" start="293.15" min="0"/>\n</ScalarVariable>\n`,
  ).join("");
  const xml = Buffer.from(modelDescriptionXml({ variables }));
  // The faster of two: the first one may be compiling.
  const seconds = [1, 2].map(() => {
    const started = process.cpuUsage();
    expect(parseModelDescription(xml, "test.fmu").variables).toHaveLength(50_000);
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6;
  });
  expect(Math.min(...seconds)).toBeLessThan(1);
});
