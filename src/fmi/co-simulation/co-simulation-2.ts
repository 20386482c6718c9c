import { STATUS_DISCARD, STATUS_PENDING, STATUS_WARNING } from "../fmu-status.ts";
import type { CoSimulationInstance, InstanceOptions, LoadedFmu, StepOutcome } from "../instance.ts";
import { allocate } from "../library.ts";
import { bindLifeCycle2, CO_SIMULATION, instantiate2 } from "../life-cycle-2.ts";
import { bindInputDerivatives } from "./input-derivatives.ts";
import { createBlockingSleep } from "./pending-step.ts";

const DO_STEP_STATUS = 0;
const LAST_SUCCESSFUL_TIME = 2;
const TERMINATED = 3;

/** Instantiates an FMU of FMI 2.0 for Co-Simulation (FMI 2.0.5, section 4.2); throws `FmuCallError`. */
export function instantiateCoSimulation2(fmu: LoadedFmu, options: InstanceOptions): CoSimulationInstance {
  const { library, description } = fmu;
  const instance = instantiate2(fmu, options, CO_SIMULATION);
  const interpolates = description.coSimulation?.canInterpolateInputs ?? false;
  return {
    access: { library, fmiMajor: 2, instance, description },
    ...bindLifeCycle2(fmu, instance),
    ...bindDoStep(fmu, instance),
    setInputDerivatives: interpolates
      ? bindInputDerivatives(library, "fmi2SetRealInputDerivatives", instance)
      : undefined,
  };
}

function bindDoStep(fmu: LoadedFmu, instance: number): Pick<CoSimulationInstance, "doStep" | "native"> {
  const { library } = fmu;
  const native = library.function("fmi2DoStep", "status", ["uintptr_t", "double", "double", "int"]);
  const outcome: StepOutcome = { status: 0, reached: Number.NaN, terminated: false, needsEvent: false };
  const value = allocate(8);
  const real = new Float64Array(value.buffer);
  const integer = new Int32Array(value.buffer);
  const query = (name: string, kind: number): boolean => {
    const native = library.function(name, "status", ["uintptr_t", "int", "uintptr_t"]);
    return native(instance, kind, value.address) === 0;
  };
  /* A step that goes on in the background: nothing but its status may be asked for (FMI 2.0.5, section 4.2.2). */
  const waitForStep = (): number => {
    const sleep = createBlockingSleep();
    do sleep();
    while (query("fmi2GetStatus", DO_STEP_STATUS) && integer[0] === STATUS_PENDING);
    return integer[0] ?? STATUS_PENDING;
  };
  const conclude = (status: number, time: number, step: number) => {
    outcome.status = status;
    if (outcome.status === STATUS_PENDING) outcome.status = waitForStep();
    if (outcome.status <= STATUS_WARNING) {
      outcome.reached = time + step;
      return outcome;
    }
    outcome.reached = time;
    if (outcome.status !== STATUS_DISCARD) return outcome;
    // Discard: the FMU says how far it came, and whether it wants to end there (FMI 2.0.5, section 4.2.3).
    if (query("fmi2GetRealStatus", LAST_SUCCESSFUL_TIME)) outcome.reached = real[0] ?? time;
    integer[0] = 0;
    outcome.terminated = query("fmi2GetBooleanStatus", TERMINATED) && integer[0] !== 0;
    return outcome;
  };
  const address = library.findAddress("fmi2DoStep");
  return {
    doStep: (time, step) => conclude(native(instance, time, step, 1), time, step),
    native:
      address === undefined ? undefined : { doStep: address, flags: 0, lastSuccessfulTime: 0, conclude },
  };
}
