import type { FakeModel } from "./fake-model-exchange.ts";

/** The model description of a fake FMU: states x1, x2, …, a discrete output `count`, perhaps a Clock with an input. */
export function describeFake(model: FakeModel, version: 1 | 2 | 3): string {
  const { start, indicatorCount = 0, jacobian, dependencies, clockInterval } = model;
  const flags = `modelIdentifier="fake" ${version === 3 ? 'needsCompletedIntegratorStep="true"' : ""}`;
  const offers =
    jacobian === undefined ? "" : ` providesDirectionalDerivative${version === 3 ? "s" : ""}="true"`;
  const variable = (name: string, reference: number, rest: string, own = "") =>
    version === 3
      ? `<Float64 name="${name}" valueReference="${reference}" ${rest} ${own}/>`
      : `<ScalarVariable name="${name}" valueReference="${reference}" ${rest}><Real ${own}/></ScalarVariable>`;
  const variables = [
    version === 1 ? "" : variable("time", 0, 'causality="independent" variability="continuous"'),
    ...start.map((value, i) =>
      variable(
        `x${i + 1}`,
        i + 1,
        `causality="output" variability="continuous" ${version === 1 ? "" : 'initial="exact"'}`,
        `start="${value}"`,
      ),
    ),
    ...start.map((_, i) =>
      variable(
        `der(x${i + 1})`,
        101 + i,
        `causality="${version === 1 ? "internal" : "local"}" variability="continuous"`,
        version === 1 ? "" : `derivative="${version === 3 ? i + 1 : i + 2}"`,
      ),
    ),
    variable("count", 50, 'causality="output" variability="discrete"'),
    clockInterval === undefined
      ? ""
      : `<Clock name="tick" valueReference="60" causality="input" intervalVariability="constant" intervalDecimal="${clockInterval}"/>
        <Float64 name="clocked" valueReference="61" causality="input" variability="discrete" clocks="60" start="0"/>`,
  ];
  const dependsOn = (i: number) => {
    const list = dependencies?.[i];
    if (list === undefined) return "";
    const shift = version === 3 ? 0 : 1;
    const words = list.split(" ").filter(Boolean);
    return ` dependencies="${words.map((word) => Number(word) + shift).join(" ")}"`;
  };
  const derivatives = start.map((_, i) =>
    version === 3
      ? `<ContinuousStateDerivative valueReference="${101 + i}"${dependsOn(i)}/>`
      : `<Unknown index="${2 + start.length + i}"${dependsOn(i)}/>`,
  );
  const list = `<ModelVariables>${variables.join("\n")}</ModelVariables>`;
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
  if (version === 1) {
    const sizes = `numberOfContinuousStates="${start.length}" numberOfEventIndicators="${indicatorCount}"`;
    return `${declaration}<fmiModelDescription fmiVersion="1.0" modelName="Fake" modelIdentifier="fake" guid="{t}"
      ${sizes}>${list}</fmiModelDescription>`;
  }
  const structure =
    version === 3 ? derivatives.join("") : `<Derivatives>${derivatives.join("")}</Derivatives>`;
  const root =
    version === 3
      ? 'fmiVersion="3.0" instantiationToken="{t}"'
      : `fmiVersion="2.0" guid="{t}" numberOfEventIndicators="${indicatorCount}"`;
  return `${declaration}<fmiModelDescription modelName="Fake" ${root}><ModelExchange ${flags}${offers}/>
    ${list}<ModelStructure>${structure}</ModelStructure></fmiModelDescription>`;
}
