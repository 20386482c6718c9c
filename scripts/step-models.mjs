/** The fixture FMUs of steps-2.c and steps-3.c, in the form of fmu-models.mjs. */

/** The independent variable. */
export const time = {
  name: "time",
  valueReference: 0,
  type: "Float64",
  causality: "independent",
  variability: "continuous",
  unit: "s",
};

const real = (name, valueReference, causality, more = {}) => ({
  ...{ name, valueReference, type: "Float64", causality, variability: "continuous" },
  ...more,
});
const fixed = { variability: "fixed" };

const steps2 = [
  time,
  real("u", 1, "input", { start: 0 }),
  real("y", 2, "output"),
  real("most", 3, "parameter", { ...fixed, start: 1e9, description: "Longer steps are discarded, s" }),
  { name: "steps", valueReference: 4, type: "Int32", causality: "output", variability: "discrete" },
  {
    ...{ name: "polls", valueReference: 5, type: "Int32", causality: "parameter", variability: "fixed" },
    ...{ start: 0, description: "How often a step is pending" },
  },
];

const steps3 = [
  time,
  real("u", 1, "input", { start: 0 }),
  real("y", 2, "output"),
  real("period", 3, "parameter", { ...fixed, start: 0.25, description: "From one event to the next, s" }),
  { name: "events", valueReference: 4, type: "Int32", causality: "output", variability: "discrete" },
  { name: "mode", valueReference: 5, type: "Int32", causality: "input", variability: "discrete", start: 0 },
  { name: "seen", valueReference: 6, type: "Int32", causality: "output", variability: "discrete" },
  { name: "n", valueReference: 7, type: "UInt64", causality: "structuralParameter", ...fixed, start: 2 },
  real("x", 8, "parameter", { ...fixed, dimension: { valueReference: 7 }, start: "0 0" }),
  real("sum", 9, "output"),
];

/** Fixtures without the common shell: their own source is the whole FMU. */
function steps(name, version, flags, defines = {}) {
  return {
    ...{ name, versions: [version], source: `steps-${version}.c`, isWhole: true, flags, defines },
    variables: () => (version === 2 ? steps2 : steps3),
    experiment: { stopTime: 1, stepSize: 0.1 },
    description: "A fixture whose steps need care",
  };
}

const stateFlags = { canGetAndSetFMUstate: true, canSerializeFMUstate: true };

/** Discarded and pending steps, steps of one size, early return, Event Mode. */
export const stepModels = [
  steps("Steps", 2, { canRunAsynchronuously: true, canInterpolateInputs: true, ...stateFlags }),
  steps("ConstantStep", 2, { canHandleVariableCommunicationStepSize: false }),
  steps("EarlyReturn", 3, { mightReturnEarlyFromDoStep: true }, { EVENT_MODE: 0 }),
  steps("EventMode", 3, { hasEventMode: true, mightReturnEarlyFromDoStep: true }, { EVENT_MODE: 1 }),
];
