/** The instantiation token of the bench's FMU. */
export const TOKEN = "{8c4e8101-df9b-4f1c-8f6d-0d4d1a0b6a55}";

/** The model description of the bench's FMU with so many outputs: x0, x1 and copies of x0. */
export function oscillatorXml(version, outputs) {
  return version === 2 ? xml2(outputs) : xml3(outputs);
}

/** Names of its outputs. */
export function outputNames(outputs) {
  return Array.from({ length: outputs }, (_, index) => (index < 2 ? `x${index}` : `copy[${index - 1}]`));
}

function xml2(outputs) {
  const variable = (name, reference, attributes, real) =>
    `<ScalarVariable name="${name}" valueReference="${reference}" ${attributes}><Real${real}/></ScalarVariable>`;
  const listed = outputNames(outputs);
  return `<?xml version="1.0" encoding="UTF-8"?>
<fmiModelDescription fmiVersion="2.0" modelName="Oscillator" guid="${TOKEN}">
<CoSimulation modelIdentifier="Oscillator" canHandleVariableCommunicationStepSize="true"/>
<DefaultExperiment startTime="0" stopTime="10" stepSize="0.01"/>
<ModelVariables>
${variable("work", 1, 'causality="parameter" variability="fixed" initial="exact"', ' start="0"')}
${listed.map((name, i) => variable(name, i + 2, 'causality="output" variability="continuous" initial="calculated"', "")).join("\n")}
</ModelVariables>
<ModelStructure><Outputs>${listed.map((_, i) => `<Unknown index="${i + 2}"/>`).join("")}</Outputs><InitialUnknowns>${listed.map((_, i) => `<Unknown index="${i + 2}"/>`).join("")}</InitialUnknowns></ModelStructure>
</fmiModelDescription>
`;
}

function xml3(outputs) {
  const listed = outputNames(outputs);
  return `<?xml version="1.0" encoding="UTF-8"?>
<fmiModelDescription fmiVersion="3.0" modelName="Oscillator" instantiationToken="${TOKEN}">
<CoSimulation modelIdentifier="Oscillator" canHandleVariableCommunicationStepSize="true"/>
<DefaultExperiment startTime="0" stopTime="10" stepSize="0.01"/>
<ModelVariables>
<Float64 name="time" valueReference="0" causality="independent" variability="continuous"/>
<Float64 name="work" valueReference="1" causality="parameter" variability="fixed" start="0"/>
${listed.map((name, i) => `<Float64 name="${name}" valueReference="${i + 2}" causality="output" initial="calculated"/>`).join("\n")}
</ModelVariables>
<ModelStructure>${listed.map((_, i) => `<Output valueReference="${i + 2}"/>`).join("")}${listed.map((_, i) => `<InitialUnknown valueReference="${i + 2}"/>`).join("")}</ModelStructure>
</fmiModelDescription>
`;
}
