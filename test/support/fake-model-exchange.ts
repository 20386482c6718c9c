import { parseModelDescription } from "../../src/fmi/description/parse-model-description.ts";
import type { LoadedFmu } from "../../src/fmi/instance.ts";
import { viewMemory } from "../../src/fmi/library.ts";
import type {
  CompletedStep,
  DiscreteStatesUpdate,
} from "../../src/fmi/model-exchange/model-exchange-instance.ts";
import { describeFake } from "./fake-model-description.ts";

/** What a fake FMU knows while it runs. */
export interface FakeMemory {
  time: number;
  x: number[];
  /** The value of its discrete output `count`. */
  count: number;
}

/** A model in JavaScript: its continuous states are x1, x2, …; a number instead of values is a status. */
export interface FakeModel {
  start: number[];
  derivatives(memory: FakeMemory): number[] | number;
  indicators?(memory: FakeMemory): number[] | number;
  indicatorCount?: number;
  nominals?(memory: FakeMemory): number[];
  updateDiscreteStates?(memory: FakeMemory): Partial<DiscreteStatesUpdate>;
  completedIntegratorStep?(memory: FakeMemory): Partial<CompletedStep>;
  /** Row by row; offers directional derivatives. */
  jacobian?(memory: FakeMemory): number[][];
  /** FMI 3.0: the interval, s, of an input Clock with an input `clocked`; each tick adds one to `count`. */
  clockInterval?: number;
  /** Dependencies of each derivative, as numbers of states from 1. */
  dependencies?: string[];
}

export interface FakeFmu extends LoadedFmu {
  /** Names of the functions called, without `fmi2` or `fmi3`. */
  calls: string[];
  /** Calls that the standard forbids where they came. */
  violations: string[];
}

type Mode = "instantiated" | "initialization" | "event" | "continuous" | "terminated";

/** In which modes a function may be called (FMI 2.0.5, section 3.2.3; FMI 3.0.2, sections 2.3 and 3.2). */
const ALLOWED: Record<string, readonly Mode[]> = {
  SetupExperiment: ["instantiated"],
  EnterInitializationMode: ["instantiated"],
  ExitInitializationMode: ["initialization"],
  UpdateDiscreteStates: ["event"],
  EnterContinuousTimeMode: ["event"],
  SetClock: ["event"],
  EnterEventMode: ["continuous"],
  CompletedIntegratorStep: ["continuous"],
  SetTime: ["event", "continuous"],
  SetContinuousStates: ["continuous"],
  GetDerivatives: ["initialization", "event", "continuous", "terminated"],
  GetEventIndicators: ["initialization", "event", "continuous", "terminated"],
  GetContinuousStates: ["initialization", "event", "continuous", "terminated"],
  GetNominals: ["initialization", "event", "continuous", "terminated"],
  Get: ["initialization", "event", "continuous", "terminated"],
  Terminate: ["event", "continuous"],
};

/** An FMU of FMI 1.0, 2.0 or 3.0 without native code, which watches over the sequence of calls. */
export function fakeModelExchange(model: FakeModel, version: 1 | 2 | 3): FakeFmu {
  const memory: FakeMemory = { time: Number.NaN, x: [...model.start], count: 0 };
  const calls: string[] = [];
  const violations: string[] = [];
  const state = { mode: "instantiated" as Mode, earliest: -Infinity, isTicking: false };
  const n = model.start.length;
  const m = model.indicatorCount ?? 0;
  const numbers = createViews(Float64Array, 8);
  const ints = createViews(Int32Array, 4);
  const bytes = createViews(Uint8Array, 1);
  const flag = (address: number, value: boolean) => {
    (version === 2 ? ints : bytes)(address, 1)[0] = value ? 1 : 0;
  };
  const note = (name: string, next?: Mode) => {
    calls.push(name);
    if (!ALLOWED[name]?.includes(state.mode)) violations.push(`${name} in ${state.mode} mode`);
    if (next !== undefined) state.mode = next;
  };
  const give = (name: string, address: number, values: number[] | number) => {
    note(name);
    if (typeof values === "number") return values;
    numbers(address, values.length).set(values);
    return 0;
  };
  const get = (references: number, count: number, address: number) => {
    note("Get");
    const asked = [...createViews(Uint32Array, 4)(references, count)];
    const read = (reference: number) =>
      reference === 0 ? memory.time : reference === 50 ? memory.count : (memory.x[reference - 1] ?? 0);
    numbers(address, count).set(asked.map(read));
    return 0;
  };
  const update = (addresses: number[], nextEvent: number) => {
    note("UpdateDiscreteStates");
    state.isTicking = false;
    const told = model.updateDiscreteStates?.(memory) ?? {};
    const { needsUpdate = false, terminate = false, nominalsChanged = false, statesChanged = false } = told;
    const { nextEventTime = Infinity } = told;
    const [hasNext, isConverged] = [nextEventTime !== Infinity, !needsUpdate];
    const told1 = [isConverged, nominalsChanged, statesChanged, terminate, hasNext];
    const told2 = [needsUpdate, terminate, nominalsChanged, statesChanged, hasNext];
    (version === 1 ? told1 : told2).forEach((value, i) => {
      flag(addresses[i] ?? 0, value);
    });
    if (hasNext) numbers(nextEvent, 1)[0] = nextEventTime;
    return 0;
  };
  const initialize = (time: number) => {
    memory.time = time;
    state.earliest = time;
  };
  // FMI 1.0 has no modes: Event Mode lasts as long as the call.
  const updateAtOnce = (info: number) => {
    state.mode = "event";
    update(
      [0, 1, 2, 3, 4].map((offset) => info + offset),
      info + 8,
    );
    state.mode = "continuous";
    state.earliest = memory.time;
    return 0;
  };
  const fmi1: Record<string, (...given: number[]) => number> = {
    fmi1InstantiateModel: () => 1,
    fmi1SetTime: (_, time = Number.NaN) => {
      if (state.mode !== "instantiated") return functions.SetTime?.(_ ?? 0, time) ?? 0;
      initialize(time);
      return 0;
    },
    fmi1Initialize: (_, _2, _3, info = 0) => updateAtOnce(info),
    fmi1EventUpdate: (_, _2, info = 0) => updateAtOnce(info),
    fmi1CompletedIntegratorStep: (_, enter = 0) =>
      functions.CompletedIntegratorStep?.(0, 0, enter, enter + 1) ?? 0,
    fmi1GetNominalContinuousStates: (_, address = 0) =>
      functions.GetNominalsOfContinuousStates?.(0, address) ?? 0,
    fmi1GetDerivatives: (_, address = 0) => give("GetDerivatives", address, model.derivatives(memory)),
    fmi1FreeModelInstance: () => 0,
    fmi1GetStateValueReferences: (_, address = 0) => {
      createViews(Uint32Array, 4)(address, n).set(model.start.map((_, i) => i + 1));
      return 0;
    },
    fmi1GetReal: (_, references = 0, count = 0, address = 0) => get(references, count, address),
  };
  const functions: Record<string, (...given: number[]) => number> = {
    fmi2Instantiate: () => 1,
    fmi3InstantiateModelExchange: () => 1,
    fmi2SetDebugLogging: () => 0,
    fmi3SetDebugLogging: () => 0,
    fmi2SetupExperiment: (_, _2, _3, start = 0) => {
      note("SetupExperiment");
      initialize(start);
      return 0;
    },
    fmi2EnterInitializationMode: () => {
      note("EnterInitializationMode", "initialization");
      return 0;
    },
    fmi3EnterInitializationMode: (_, _2, _3, start = 0) => {
      note("EnterInitializationMode", "initialization");
      initialize(start);
      return 0;
    },
    ExitInitializationMode: () => {
      note("ExitInitializationMode", "event");
      return 0;
    },
    EnterEventMode: () => {
      note("EnterEventMode", "event");
      return 0;
    },
    EnterContinuousTimeMode: () => {
      note("EnterContinuousTimeMode", "continuous");
      state.earliest = memory.time;
      return 0;
    },
    Terminate: () => {
      note("Terminate", "terminated");
      return 0;
    },
    FreeInstance: () => 0,
    SetTime: (_, time = Number.NaN) => {
      note("SetTime");
      if (time < state.earliest) violations.push(`SetTime back to ${time} from ${state.earliest}`);
      memory.time = time;
      return 0;
    },
    SetContinuousStates: (_, address = 0) => {
      note("SetContinuousStates");
      memory.x = [...numbers(address, n)];
      if (!memory.x.every(Number.isFinite)) violations.push("SetContinuousStates of no numbers");
      return 0;
    },
    CompletedIntegratorStep: (_, _2, enter = 0, terminate = 0) => {
      note("CompletedIntegratorStep");
      state.earliest = memory.time;
      const told = model.completedIntegratorStep?.(memory) ?? {};
      flag(enter, told.enterEventMode ?? false);
      flag(terminate, told.terminate ?? false);
      return 0;
    },
    fmi2NewDiscreteStates: (_, info = 0) =>
      update(
        [0, 4, 8, 12, 16].map((offset) => info + offset),
        info + 24,
      ),
    fmi3UpdateDiscreteStates: (_, a = 0, b = 0, c = 0, d = 0, e = 0, time = 0) =>
      update([a, b, c, d, e], time),
    GetContinuousStates: (_, address = 0) => give("GetContinuousStates", address, memory.x),
    GetNominalsOfContinuousStates: (_, address = 0) =>
      give("GetNominals", address, model.nominals?.(memory) ?? model.start.map(() => 1)),
    fmi2GetDerivatives: (_, address = 0) => give("GetDerivatives", address, model.derivatives(memory)),
    fmi3GetContinuousStateDerivatives: (_, address = 0) =>
      give("GetDerivatives", address, model.derivatives(memory)),
    GetEventIndicators: (_, address = 0) =>
      give("GetEventIndicators", address, model.indicators?.(memory) ?? []),
    fmi3GetNumberOfContinuousStates: (_, address = 0) => {
      createViews(BigUint64Array, 8)(address, 1)[0] = BigInt(n);
      return 0;
    },
    fmi3GetNumberOfEventIndicators: (_, address = 0) => {
      createViews(BigUint64Array, 8)(address, 1)[0] = BigInt(m);
      return 0;
    },
    fmi3SetFloat64: () => {
      calls.push("SetClocked");
      const isOpen = state.mode === "initialization" || (state.mode === "event" && state.isTicking);
      if (!isOpen) violations.push(`a clocked input set in ${state.mode} mode, its Clock inactive`);
      return 0;
    },
    fmi3SetClock: () => {
      note("SetClock");
      state.isTicking = true;
      memory.count += 1;
      return 0;
    },
    ...fmi1,
    fmi2GetReal: (_, references = 0, count = 0, address = 0) => get(references, count, address),
    fmi3GetFloat64: (_, references = 0, count = 0, address = 0) => get(references, count, address),
  };
  const multiply = (seed: number, sensitivity: number) => {
    calls.push("GetDirectionalDerivative");
    const v = [...numbers(seed, n)];
    const rows = model.jacobian?.(memory) ?? [];
    numbers(sensitivity, n).set(rows.map((row) => row.reduce((sum, a, j) => sum + a * (v[j] ?? 0), 0)));
    return 0;
  };
  functions.fmi2GetDirectionalDerivative = (_, _1, _2, _3, _4, seed = 0, out = 0) => multiply(seed, out);
  functions.fmi3GetDirectionalDerivative = (_, _1, _2, _3, _4, seed = 0, _6, out = 0) => multiply(seed, out);
  const library = {
    function: (exported: string) => {
      const name = exported.replace(/^fake_fmi/, "fmi1");
      const found = functions[name] ?? functions[name.replace(/^fmi\d/, "")];
      if (found === undefined) throw new Error(`the fake FMU has no ${name}`);
      return (...given: readonly unknown[]) => found(...given.map(Number));
    },
    findAddress: () => undefined,
  };
  const description = parseModelDescription(Buffer.from(describeFake(model, version)), "fake.fmu");
  return { library, description, folder: "", resourcesPath: undefined, calls, violations };
}

/** Views of memory by address, each made once: memory of a size is viewed over and over. */
function createViews<T>(View: new (buffer: ArrayBuffer) => T, bytesEach: number) {
  const views = new Map<string, T>();
  return (address: number, count: number): T => {
    const key = `${address} ${count}`;
    const view = views.get(key) ?? new View(viewMemory(address, count * bytesEach));
    views.set(key, view);
    return view;
  };
}
