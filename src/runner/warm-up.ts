import { simulateCoSimulation } from "../fmi/co-simulation/co-simulation.ts";
import type {
  InterfaceDescription,
  ModelDescription,
  Variable,
} from "../fmi/description/model-description.ts";
import { loadLibrary, type NativeLibrary } from "../fmi/library.ts";
import { createRecorder, recordingBytes } from "../fmi/recording/recorder.ts";

const STEPS = 300;

/**
 * Simulates an FMU that is none in this process, so that code is loaded, compiled and bound before the first job comes.
 * Never throws: without it the first job just takes longer.
 */
export function warmUp(): void {
  for (const fmiMajor of [2, 3] as const) {
    try {
      simulateNothing(fmiMajor);
    } catch {
      // The system lacks a function that stands in for the FMU's.
    }
  }
}

function simulateNothing(fmiMajor: 2 | 3): void {
  const description = describeNothing(fmiMajor);
  const fmu = { description, library: createStandIn(), folder: "", resourcesPath: undefined };
  const recorder = createRecorder(1, STEPS + 2, new ArrayBuffer(recordingBytes(1, STEPS + 2)));
  const settings = {
    ...{ startTime: 0, stopTime: STEPS, stepSize: 1, stepsPerPoint: 1, tolerance: undefined },
    startValues: [{ name: "u", values: [1] }],
    outputs: ["y"],
    logging: "problems" as const,
  };
  simulateCoSimulation(fmu, settings, recorder, { log: () => {}, progress: () => {} }).finish();
}

/** A library whose functions do nothing and return 0, the status ok; one that instantiates returns an address. */
function createStandIn(): NativeLibrary {
  const host = loadLibrary(null);
  return {
    findAddress: () => undefined,
    function: (name, result, parameters) =>
      host.function(name.includes("Instantiate") ? "getpid" : "sched_yield", result, parameters),
  };
}

function describeNothing(fmiMajor: 2 | 3): ModelDescription {
  const variable = (name: string, causality: "input" | "output", valueReference: number): Variable => ({
    ...{ name, valueReference, causality, type: "Float64", variability: "continuous" },
    ...{ initial: undefined, description: undefined, start: undefined, unit: undefined },
    ...{ displayUnit: undefined, relativeQuantity: false, declaredType: undefined, min: undefined },
    ...{ max: undefined, nominal: undefined, enumeration: undefined, dimensions: [], line: 0 },
  });
  const coSimulation: InterfaceDescription = {
    ...{ modelIdentifier: "nothing", needsExecutionTool: false, canBeInstantiatedOnlyOncePerProcess: false },
    ...{ canHandleVariableCommunicationStepSize: true, canInterpolateInputs: false },
    ...{ canRunAsynchronuously: false, canGetAndSetFmuState: false, canSerializeFmuState: false },
    ...{ providesDirectionalDerivatives: false, hasEventMode: false, mightReturnEarlyFromDoStep: false },
    ...{ providesIntermediateUpdate: false, fixedInternalStepSize: undefined, maxOutputDerivativeOrder: 0 },
    attributes: {},
  };
  return {
    ...{ fmiVersion: `${fmiMajor}.0`, fmiMajor, modelName: "nothing", instantiationToken: "" },
    ...{ description: undefined, generationTool: undefined, generationDateAndTime: undefined },
    ...{ version: undefined, coSimulation, modelExchange: undefined, scheduledExecution: undefined },
    defaultExperiment: {
      ...{ startTime: undefined, stopTime: undefined, tolerance: undefined, stepSize: undefined },
    },
    unitDefinitions: new Map(),
    variables: [variable("u", "input", 0), variable("y", "output", 1)],
    logCategories: [],
  };
}
