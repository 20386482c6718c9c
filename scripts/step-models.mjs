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
  real("a", 10, "input", { dimension: 2, start: "0 0" }),
  real("mix", 11, "output"),
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

const quirks = [
  {
    ...{ name: "quirk", valueReference: 0, type: "Int32", causality: "parameter", variability: "fixed" },
    ...{ start: 0, description: "What it does, as in quirks-2.c" },
  },
  real("y", 1, "output"),
  { ...{ name: "said", valueReference: 2, type: "String", causality: "local", variability: "discrete" } },
  { ...{ name: "odd", valueReference: 3, type: "Boolean", causality: "local", variability: "discrete" } },
];

function quirky(name, at) {
  return {
    ...{ name, versions: [2], source: "quirks-2.c", isWhole: true, defines: { AT: at } },
    variables: () => quirks,
    experiment: { stopTime: 1, stepSize: 0.1 },
    description: "A fixture that does what FMUs do to their importers",
  };
}

const clock = (name, valueReference, intervalVariability, more = {}) => ({
  ...{ name, valueReference, type: "Clock", causality: "input", intervalVariability },
  ...more,
});
const count = (name, valueReference, more = {}) => ({
  ...{ name, valueReference, type: "Int32", causality: "output", variability: "discrete" },
  ...more,
});

const clocks3 = [
  time,
  clock("changing", 1, "changing"),
  clock("countdown", 2, "countdown"),
  clock("third", 3, "constant", { supportsFraction: true, resolution: 3, intervalCounter: 1 }),
  clock("sevenths", 4, "fixed", { supportsFraction: true, resolution: 7 }),
  clock("triggered", 5, "triggered"),
  ...["changing", "countdown", "third", "sevenths", "triggered"].map((name, i) =>
    count(`${name}_ticks`, 11 + i),
  ),
  count("amount", 20, { causality: "input", clocks: 5, start: 0 }),
  count("added", 21),
  count("updates", 22),
];

const stateFlags = { canGetAndSetFMUstate: true, canSerializeFMUstate: true };
const stateFlags3 = { canGetAndSetFMUState: true, canSerializeFMUState: true };

/** Discarded and pending steps, steps of one size, early return, Event Mode; what FMUs do to their importers. */
export const stepModels = [
  steps("Steps", 2, { canRunAsynchronuously: true, canInterpolateInputs: true, ...stateFlags }),
  steps("ConstantStep", 2, { canHandleVariableCommunicationStepSize: false }),
  steps("EarlyReturn", 3, { mightReturnEarlyFromDoStep: true }, { EVENT_MODE: 0 }),
  steps(
    "EventMode",
    3,
    { hasEventMode: true, mightReturnEarlyFromDoStep: true, ...stateFlags3 },
    { EVENT_MODE: 1 },
  ),
  {
    ...{ name: "Clocks", versions: [3], source: "clocks-3.c", isWhole: true },
    flags: {
      hasEventMode: true,
      providesIntermediateUpdate: true,
      canReturnEarlyAfterIntermediateUpdate: true,
    },
    variables: () => clocks3,
    experiment: { stopTime: 1, stepSize: 0.1 },
    description: "A fixture with an input Clock of each kind",
  },
  quirky("Quirks", 0),
  quirky("CrashAtLoad", 1),
  quirky("CrashAtInstantiate", 2),
];
