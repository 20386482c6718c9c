/** The example FMUs; C sources are in examples/sources. */
import {
  bouncingBall,
  clockController,
  feedthrough,
  feedthrough3,
  robertson,
  serverRoom,
  vanDerPol,
} from "./example-variables.mjs";

const units = {
  s: { base: { s: 1 } },
  "1/s": { base: { s: -1 } },
  m: { base: { m: 1 } },
  "m/s": { base: { m: 1, s: -1 } },
  "m/s2": { base: { m: 1, s: -2 } },
  K: { base: { K: 1 }, display: { name: "degC", offset: -273.15 } },
  "K/s": { base: { K: 1, s: -1 } },
  W: { base: { kg: 1, m: 2, s: -3 }, display: { name: "kW", factor: 1e-3 } },
  J: { base: { kg: 1, m: 2, s: -2 }, display: { name: "kWh", factor: 1 / 3.6e6 } },
  "W/K": { base: { kg: 1, m: 2, s: -3, K: -1 } },
  "J/K": { base: { kg: 1, m: 2, s: -2, K: -1 } },
  "rad/s": { base: { rad: 1, s: -1 } },
  V: { base: { kg: 1, m: 2, s: -3, A: -1 } },
  "V.s/rad": { base: { kg: 1, m: 2, s: -2, A: -1, rad: -1 } },
  "V/rad": { base: { kg: 1, m: 2, s: -3, A: -1, rad: -1 } },
  "rad/(V.s)": { base: { rad: 1, kg: -1, m: -2, s: 2, A: 1 } },
};

const both = ["ModelExchange", "CoSimulation"];

/** Every example model; `builds` says which FMUs it becomes. */
export const exampleModels = [
  {
    name: "ServerRoom",
    file: "server-room",
    description:
      "A server room with heat load, walls, and a cooling that a proportional controller drives up to its capacity",
    variables: () => serverRoom,
    experiment: { stopTime: 86400, tolerance: 1e-6, stepSize: 60 },
  },
  {
    name: "BouncingBall",
    file: "bouncing-ball",
    description: "A ball dropped on the ground; Co-Simulation locates its impacts analytically",
    variables: () => bouncingBall,
    experiment: { stopTime: 3, tolerance: 1e-6, stepSize: 0.01 },
    hasEventMode: true,
    returnsEarly: true,
    builds: [
      { version: 3, interfaces: both },
      { version: 2, interfaces: both },
      { version: 1, interfaces: ["CoSimulation"], suffix: "-fmi1-cs" },
      { version: 1, interfaces: ["ModelExchange"], suffix: "-fmi1-me" },
    ],
  },
  {
    name: "VanDerPol",
    file: "van-der-pol",
    description: "Van der Pol's oscillator",
    variables: () => vanDerPol,
    experiment: { stopTime: 20, tolerance: 1e-6, stepSize: 0.01 },
    partials: true,
  },
  {
    name: "Robertson",
    file: "robertson",
    description: "Robertson's autocatalytic reaction, a stiff problem",
    variables: () => robertson,
    experiment: { stopTime: 40, tolerance: 1e-6, stepSize: 0.1 },
    partials: true,
  },
  {
    name: "Feedthrough",
    file: "feedthrough",
    description: "Passes a value of every type from its input to its output",
    variables: (version) => (version === 3 ? [...feedthrough, ...feedthrough3] : feedthrough),
    enumerations: {
      Option: [
        { name: "Option 1", value: 1, description: "First option" },
        { name: "Option 2", value: 2, description: "Second option" },
      ],
    },
    experiment: { stopTime: 2, stepSize: 0.1 },
    savesState: false,
  },
  {
    name: "ClockController",
    file: "clock-controller",
    description: "A motor with a sampled speed controller, which a Clock of the importer makes act",
    variables: () => clockController,
    experiment: { stopTime: 5, stepSize: 0.1 },
    hasEventMode: true,
    builds: [{ version: 3, interfaces: ["CoSimulation"] }],
  },
].map((model) => ({
  units: usedUnits(model),
  enumerations: {},
  savesState: true,
  partials: false,
  hasEventMode: false,
  returnsEarly: false,
  builds: [
    { version: 3, interfaces: both },
    { version: 2, interfaces: both },
  ],
  ...model,
}));

function usedUnits(model) {
  const used = new Set(model.variables(3).map(({ unit }) => unit));
  return Object.fromEntries(Object.entries(units).filter(([name]) => used.has(name)));
}
