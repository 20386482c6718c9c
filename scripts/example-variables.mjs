/**
 * The variables of the example FMUs, as fmu-models.mjs gives those of the fixtures. Besides, `derivative` names the state
 * a variable is the derivative of; `dependsOn` names the inputs and states that an output or a derivative follows,
 * `parameters` what it follows during initialization besides; `indicator` marks event indicators.
 */

const time = {
  name: "time",
  valueReference: 0,
  type: "Float64",
  causality: "independent",
  variability: "continuous",
  unit: "s",
  description: "Model time",
};

const variable = (name, valueReference, description, rest) => ({
  name,
  valueReference,
  type: "Float64",
  description,
  ...rest,
});
const continuous = { variability: "continuous" };
const state = (name, reference, description, start, rest = {}) =>
  variable(name, reference, description, {
    causality: "output",
    ...continuous,
    initial: "exact",
    start,
    dependsOn: [name],
    ...rest,
  });
const derivative = (of, reference, rest) =>
  variable(`der(${of})`, reference, `Derivative of ${of}`, {
    causality: "local",
    ...continuous,
    derivative: of,
    ...rest,
  });
const parameter = (name, reference, description, start, rest = {}) =>
  variable(name, reference, description, { causality: "parameter", variability: "fixed", start, ...rest });

const K = { unit: "K", displayUnit: "degC" };
const kW = { unit: "W", displayUnit: "kW" };
const cooling = ["cooling_capacity", "set_point", "gain"];

/** Variables of examples/sources/server-room.c. */
export const serverRoom = [
  time,
  state("T_room", 1, "Temperature of the room", 303.15, { ...K, min: 0, nominal: 300 }),
  derivative("T_room", 2, {
    unit: "K/s",
    dependsOn: ["T_room", "heat_load", "T_outdoor"],
    parameters: [...cooling, "thermal_mass", "conductance"],
  }),
  state("energy_used", 3, "Electrical energy the cooling has used", 0, {
    unit: "J",
    displayUnit: "kWh",
    nominal: 1e6,
  }),
  derivative("energy_used", 4, { unit: "W", dependsOn: ["T_room"], parameters: [...cooling, "cop"] }),
  variable("cooling_power", 5, "Heat the cooling takes out of the room", {
    causality: "output",
    ...continuous,
    ...kW,
    dependsOn: ["T_room"],
    parameters: cooling,
  }),
  variable("heat_load", 6, "Heat of the servers", { causality: "input", ...continuous, ...kW, start: 8000 }),
  variable("T_outdoor", 7, "Temperature outdoors", {
    causality: "input",
    ...continuous,
    ...K,
    min: 0,
    start: 303.15,
  }),
  parameter("cooling_capacity", 8, "Most heat the cooling can take", 12000, { ...kW, min: 0 }),
  parameter("thermal_mass", 9, "Heat capacity of the room and what is in it", 1.5e6, { unit: "J/K", min: 1 }),
  parameter("conductance", 10, "Conductance of the walls", 150, { unit: "W/K", min: 0 }),
  parameter("set_point", 11, "Temperature above which the room is cooled", 295.15, {
    ...K,
    variability: "tunable",
    min: 0,
  }),
  parameter("gain", 12, "Cooling per kelvin above the set point", 4000, { unit: "W/K", min: 0 }),
  parameter("cop", 13, "Heat taken out per electrical energy used", 3, { min: 0.1 }),
  variable("cooling_demand", 14, "Cooling the controller asks for, before its limits", {
    causality: "local",
    ...continuous,
    ...kW,
    dependsOn: ["T_room"],
    indicator: true,
  }),
  variable("cooling_reserve", 15, "Capacity that is left above the demand", {
    causality: "local",
    ...continuous,
    ...kW,
    dependsOn: ["T_room"],
    indicator: true,
  }),
];

/** Variables of examples/sources/bouncing-ball.c. */
export const bouncingBall = [
  time,
  state("h", 1, "Height of the ball", 1, { unit: "m", indicator: true }),
  state("v", 2, "Velocity, upwards positive", 0, { unit: "m/s" }),
  parameter("g", 3, "Gravity, downwards positive", 9.81, { unit: "m/s2", min: 0 }),
  parameter("e", 4, "Coefficient of restitution", 0.7, { variability: "tunable", min: 0, max: 1 }),
  parameter("v_min", 5, "Slower than this after an impact, the ball rests", 0.01, { unit: "m/s", min: 0 }),
  variable("bounce_time", 6, "Time of the last impact", {
    causality: "output",
    variability: "discrete",
    unit: "s",
  }),
  variable("bounces", 7, "Impacts so far", { type: "Int32", causality: "output", variability: "discrete" }),
  derivative("h", 8, { unit: "m/s", dependsOn: ["v"] }),
  derivative("v", 9, { unit: "m/s2", dependsOn: [], parameters: ["g"] }),
];

/** Variables of examples/sources/van-der-pol.c. */
export const vanDerPol = [
  time,
  state("x0", 1, "Deflection", 2),
  derivative("x0", 2, { dependsOn: ["x1"] }),
  state("x1", 3, "Rate of the deflection", 0),
  derivative("x1", 4, { dependsOn: ["x0", "x1"], parameters: ["mu"] }),
  parameter("mu", 5, "Damping", 1),
];

const species = ["y1", "y2", "y3"];
const rate = { unit: "1/s", min: 0 };
/** Variables of examples/sources/robertson.c. */
export const robertson = [
  time,
  state("y1", 1, "Share of the first species", 1, { nominal: 1 }),
  state("y2", 2, "Share of the second species", 0, { nominal: 1e-5 }),
  state("y3", 3, "Share of the third species", 0, { nominal: 1 }),
  derivative("y1", 4, { unit: "1/s", dependsOn: species, parameters: ["k1", "k3"] }),
  derivative("y2", 5, { unit: "1/s", dependsOn: species, parameters: ["k1", "k2", "k3"] }),
  derivative("y3", 6, { unit: "1/s", dependsOn: ["y2"], parameters: ["k2"] }),
  parameter("k1", 7, "Rate of y1 -> y2", 0.04, rate),
  parameter("k2", 8, "Rate of 2 y2 -> y2 + y3", 3e7, rate),
  parameter("k3", 9, "Rate of y2 + y3 -> y1 + y3", 1e4, rate),
  variable("total", 10, "Sum of the shares, which does not change", {
    causality: "output",
    ...continuous,
    dependsOn: species,
  }),
];

/** A passed-through pair: the input `<name>_in` and the output `<name>_out`. */
function pair(name, valueReference, type, { start = 0, ...rest } = {}) {
  const [input, output] = [`${name}_in`, `${name}_out`];
  const what = `${type} to pass through`;
  return [
    variable(input, valueReference, what, { type, causality: "input", start, ...rest }),
    variable(output, valueReference + 1, `Equals ${input}`, {
      type,
      causality: "output",
      dependsOn: [input],
      ...rest,
    }),
  ];
}

const discrete = { variability: "discrete" };
/** Variables of examples/sources/feedthrough.c in every FMI version. */
export const feedthrough = [
  { ...time, valueReference: 44 },
  ...pair("real_continuous", 0, "Float64", continuous),
  ...pair("real_discrete", 2, "Float64", discrete),
  ...pair("int", 4, "Int32", { ...discrete, min: -1_000_000, max: 1_000_000 }),
  ...pair("bool", 6, "Boolean", { ...discrete, start: false }),
  ...pair("string", 8, "String", { ...discrete, start: "" }),
  ...pair("enum", 10, "Enumeration", { ...discrete, start: 1, declaredType: "Option" }),
  parameter("real_fixed_param", 40, "A parameter that nothing follows", 1),
  parameter("real_tunable_param", 41, "A tunable parameter that nothing follows", 1, {
    variability: "tunable",
  }),
];
/** Variables that examples/sources/feedthrough.c has in FMI 3.0 besides. */
export const feedthrough3 = [
  ...pair("float32", 12, "Float32", continuous),
  ...pair("int8", 14, "Int8", discrete),
  ...pair("uint8", 16, "UInt8", discrete),
  ...pair("int16", 18, "Int16", discrete),
  ...pair("uint16", 20, "UInt16", discrete),
  ...pair("uint32", 22, "UInt32", discrete),
  ...pair("int64", 24, "Int64", discrete),
  ...pair("uint64", 26, "UInt64", discrete),
  ...pair("binary", 28, "Binary", { ...discrete, start: "" }),
  ...pair("array", 30, "Float64", { ...continuous, dimension: 2, start: "0 0" }),
];

const clocked = { causality: "output", variability: "discrete", clocks: 6 };
/** Variables of examples/sources/clock-controller.c. */
export const clockController = [
  time,
  variable("speed", 1, "Speed of the motor", {
    causality: "output",
    ...continuous,
    initial: "exact",
    start: 0,
    unit: "rad/s",
  }),
  variable("reference", 3, "Speed wanted", {
    causality: "input",
    variability: "discrete",
    start: 100,
    unit: "rad/s",
  }),
  variable("voltage", 4, "Voltage since the last tick", { ...clocked, unit: "V" }),
  variable("integral", 5, "Integral part of the voltage, held while it is limited", {
    ...clocked,
    unit: "V",
  }),
  {
    name: "sample",
    valueReference: 6,
    type: "Clock",
    description: "Ticks where the controller is to act",
    causality: "input",
    intervalVariability: "constant",
    intervalDecimal: 0.1,
  },
  {
    name: "saturated",
    valueReference: 7,
    type: "Clock",
    description: "Ticks where the voltage is cut to its limit",
    causality: "output",
    intervalVariability: "triggered",
    clocks: 6,
  },
  parameter("kp", 8, "Proportional gain", 0.2, { unit: "V.s/rad" }),
  parameter("ki", 9, "Integral gain", 0.5, { unit: "V/rad" }),
  parameter("voltage_limit", 10, "Largest voltage, either way", 12, { unit: "V", min: 0 }),
  parameter("time_constant", 11, "Time constant of the motor", 0.5, { unit: "s", min: 0.01 }),
  parameter("motor_gain", 12, "Speed per voltage at rest", 10, { unit: "rad/(V.s)" }),
  variable("ticks", 13, "Ticks of the sample Clock so far", { ...clocked, type: "Int32" }),
];
