/** The fixture FMUs: which C source, which FMI versions, and what their model descriptions say. Types carry FMI 3.0's names. */
import { oldModels } from "./old-models.mjs";
import { stepModels, time } from "./step-models.mjs";

/** A passed-through pair: the input `<name>_in` and the output `<name>_out`. */
function pair(name, valueReference, type, { start = 0, variability, dimension, ...rest } = {}) {
  const shared = { type, variability, dimension, ...rest };
  return [
    { name: `${name}_in`, valueReference, causality: "input", start, ...shared },
    { name: `${name}_out`, valueReference: valueReference + 1, causality: "output", ...shared },
  ];
}

const discrete = { variability: "discrete" };

const feedthrough = [
  { ...time, valueReference: 44 },
  ...pair("real_continuous", 0, "Float64", { variability: "continuous" }),
  ...pair("real_discrete", 2, "Float64", discrete),
  ...pair("int", 4, "Int32", { ...discrete, min: -1_000_000, max: 1_000_000 }),
  ...pair("bool", 6, "Boolean", { ...discrete, start: false }),
  ...pair("string", 8, "String", { ...discrete, start: "" }),
  ...pair("enum", 10, "Enumeration", { ...discrete, start: 1, declaredType: "Option" }),
  {
    name: "real_fixed_param",
    valueReference: 40,
    type: "Float64",
    causality: "parameter",
    variability: "fixed",
    start: 1,
  },
  {
    name: "real_tunable_param",
    valueReference: 41,
    type: "Float64",
    causality: "parameter",
    variability: "tunable",
    start: 1,
  },
];

const feedthrough3 = [
  ...pair("float32", 12, "Float32", { variability: "continuous" }),
  ...pair("int8", 14, "Int8", discrete),
  ...pair("uint8", 16, "UInt8", discrete),
  ...pair("int16", 18, "Int16", discrete),
  ...pair("uint16", 20, "UInt16", discrete),
  ...pair("uint32", 22, "UInt32", discrete),
  ...pair("int64", 24, "Int64", discrete),
  ...pair("uint64", 26, "UInt64", discrete),
  ...pair("binary", 28, "Binary", { ...discrete, start: "" }),
  ...pair("array", 30, "Float64", { variability: "continuous", dimension: 2, start: "0 0" }),
];

const bouncingBall = [
  time,
  {
    name: "h",
    valueReference: 1,
    type: "Float64",
    causality: "output",
    variability: "continuous",
    initial: "exact",
    start: 1,
    unit: "m",
    description: "Height of the ball",
  },
  {
    name: "v",
    valueReference: 2,
    type: "Float64",
    causality: "output",
    variability: "continuous",
    initial: "exact",
    start: 0,
    unit: "m/s",
    description: "Velocity, upwards positive",
  },
  {
    name: "g",
    valueReference: 3,
    type: "Float64",
    causality: "parameter",
    variability: "fixed",
    start: 9.81,
    unit: "m/s2",
    description: "Gravity, downwards positive",
    min: 0,
  },
  {
    name: "e",
    valueReference: 4,
    type: "Float64",
    causality: "parameter",
    variability: "tunable",
    start: 0.7,
    description: "Coefficient of restitution",
    min: 0,
    max: 1,
  },
  {
    name: "v_min",
    valueReference: 5,
    type: "Float64",
    causality: "parameter",
    variability: "fixed",
    start: 0.01,
    unit: "m/s",
    description: "Slower than this after an impact, the ball rests",
  },
  {
    name: "bounce_time",
    valueReference: 6,
    type: "Float64",
    causality: "output",
    variability: "discrete",
    unit: "s",
    description: "Time of the last impact",
  },
  {
    name: "bounces",
    valueReference: 7,
    type: "Int32",
    causality: "output",
    variability: "discrete",
    description: "Impacts so far",
  },
];

const vanDerPol = [
  time,
  state("x0", 1, 2),
  { name: "der(x0)", valueReference: 2, type: "Float64", causality: "local", variability: "continuous" },
  state("x1", 3, 0),
  { name: "der(x1)", valueReference: 4, type: "Float64", causality: "local", variability: "continuous" },
  {
    name: "mu",
    valueReference: 5,
    type: "Float64",
    causality: "parameter",
    variability: "fixed",
    start: 1,
    description: "Damping",
  },
];

function state(name, valueReference, start) {
  return {
    name,
    valueReference,
    type: "Float64",
    causality: "output",
    variability: "continuous",
    initial: "exact",
    start,
  };
}

const misbehaving = [
  time,
  {
    name: "at",
    valueReference: 1,
    type: "Float64",
    causality: "parameter",
    variability: "fixed",
    start: 0.5,
    unit: "s",
    description: "When it goes wrong; negative: at initialization",
  },
  {
    name: "ramp",
    valueReference: 2,
    type: "Float64",
    causality: "output",
    variability: "continuous",
    unit: "s",
  },
  {
    name: "lines",
    valueReference: 3,
    type: "Int32",
    causality: "parameter",
    variability: "fixed",
    start: 1,
  },
];

function misbehave(name, behaviour) {
  return {
    name,
    source: "misbehave.c",
    defines: { BEHAVIOUR: behaviour },
    variables: () => misbehaving,
    experiment: { stopTime: 1, stepSize: 0.01 },
    description: `A fixture that goes wrong on purpose: ${name}`,
  };
}

/** Never runs: its library is a line of text. */
function unusable(name) {
  return {
    name,
    versions: [2],
    source: undefined,
    variables: () => misbehaving,
    experiment: {},
    description: `A fixture that cannot be run: ${name}`,
  };
}

const units = {
  s: { s: 1 },
  m: { m: 1 },
  "m/s": { m: 1, s: -1 },
  "m/s2": { m: 1, s: -2 },
};

const enumerations = {
  Option: [
    { name: "Option 1", value: 1, description: "First option" },
    { name: "Option 2", value: 2, description: "Second option" },
  ],
};

/** Every fixture model. Without a `source` the library is a line of text. */
export const models = [
  {
    name: "Feedthrough",
    source: "feedthrough.c",
    description: "Passes a value of every type from its input to its output",
    variables: (version) => (version === 3 ? [...feedthrough, ...feedthrough3] : feedthrough),
    enumerations,
    experiment: { stopTime: 2, stepSize: 0.1 },
  },
  {
    name: "BouncingBall",
    source: "bouncing-ball.c",
    description: "A ball dropped on the ground, its impacts located analytically",
    variables: () => bouncingBall,
    experiment: { stopTime: 3, stepSize: 0.01 },
  },
  {
    name: "VanDerPol",
    source: "van-der-pol.c",
    description: "Van der Pol's oscillator",
    variables: () => vanDerPol,
    experiment: { stopTime: 20, stepSize: 0.01 },
  },
  ...stepModels,
  ...oldModels,
  misbehave("Crash", 1),
  misbehave("Endless", 2),
  misbehave("LogAndFail", 3),
  misbehave("Terminates", 4),
  misbehave("Abort", 5),
  misbehave("Noisy", 6),
  misbehave("NotANumber", 7),
  misbehave("Hungry", 8),
  misbehave("Discards", 9),
  { ...misbehave("Licence", 10), versions: [2] },
  { ...misbehave("ExternalFile", 11), versions: [2] },
  { ...unusable("ModelExchangeOnly"), interfaceType: "ModelExchange" },
  { ...unusable("ScheduledExecution"), interfaceType: "ScheduledExecution", versions: [3] },
  { ...unusable("OtherPlatform"), library: "binaries/win64/OtherPlatform.dll" },
  unusable("NotALibrary"),
].map((model) => ({
  versions: [2, 3],
  interfaceType: "CoSimulation",
  units,
  enumerations: {},
  defines: {},
  ...model,
}));
