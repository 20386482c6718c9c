/** The interface types that can be run. */
export type RunnableInterface = "co-simulation" | "model-exchange";

const COMMON_2 = [
  ...["Instantiate", "FreeInstance", "SetupExperiment", "EnterInitializationMode"],
  ...["ExitInitializationMode", "Terminate"],
];
const MODEL_EXCHANGE_2 = [
  ...["EnterEventMode", "NewDiscreteStates", "EnterContinuousTimeMode", "CompletedIntegratorStep", "SetTime"],
  ...["SetContinuousStates", "GetDerivatives", "GetEventIndicators", "GetContinuousStates"],
];
const COMMON_3 = ["FreeInstance", "EnterInitializationMode", "ExitInitializationMode", "Terminate"];
const MODEL_EXCHANGE_3 = [
  ...["InstantiateModelExchange", "EnterEventMode", "UpdateDiscreteStates", "EnterContinuousTimeMode"],
  ...["CompletedIntegratorStep", "SetTime", "SetContinuousStates", "GetContinuousStateDerivatives"],
  ...["GetEventIndicators", "GetContinuousStates", "GetNumberOfContinuousStates"],
];
const MODEL_EXCHANGE_1 = [
  ...["InstantiateModel", "FreeModelInstance", "SetTime", "SetContinuousStates", "CompletedIntegratorStep"],
  ...["Initialize", "GetDerivatives", "GetEventIndicators", "EventUpdate", "GetContinuousStates"],
  "Terminate",
];
const CO_SIMULATION_1 = [
  ...["InstantiateSlave", "InitializeSlave", "TerminateSlave", "FreeSlaveInstance", "DoStep"],
];

/**
 * The functions without which an FMU of that version and interface type cannot be simulated; those that read and set
 * variables depend on the variables and are left out. FMI 1.0 puts the model identifier before each.
 */
export function requiredFunctions(
  fmiMajor: 1 | 2 | 3,
  kind: RunnableInterface,
  modelIdentifier: string,
): string[] {
  const isCoSimulation = kind === "co-simulation";
  if (fmiMajor === 1) {
    const names = isCoSimulation ? CO_SIMULATION_1 : MODEL_EXCHANGE_1;
    return names.map((name) => `${modelIdentifier}_fmi${name}`);
  }
  if (fmiMajor === 2) {
    const names = [...COMMON_2, ...(isCoSimulation ? ["DoStep"] : MODEL_EXCHANGE_2)];
    return names.map((name) => `fmi2${name}`);
  }
  const names = isCoSimulation ? ["InstantiateCoSimulation", "DoStep"] : MODEL_EXCHANGE_3;
  return [...COMMON_3, ...names].map((name) => `fmi3${name}`);
}
