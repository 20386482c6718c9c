import type { InterfaceDescription, ModelDescription } from "./model-description.ts";

/** How an FMU may be run here. */
export type InterfaceType = "co_simulation" | "model_exchange";

/**
 * The interface type that an FMU is run by (the one asked for, else Co-Simulation where it offers that, else Model Exchange), and
 * what it says of it: undefined where it does not offer it.
 */
export function pickInterface(
  { coSimulation, modelExchange }: Pick<ModelDescription, "coSimulation" | "modelExchange">,
  asked: InterfaceType | null | undefined,
): { type: InterfaceType; description: InterfaceDescription | undefined } {
  const type = asked ?? (coSimulation === undefined ? "model_exchange" : "co_simulation");
  return { type, description: type === "co_simulation" ? coSimulation : modelExchange };
}

/** Whether all communication steps have to have one size; a solver of Model Exchange takes what steps it likes. */
export function takesStepsOfOneSize(
  description: Pick<ModelDescription, "coSimulation" | "modelExchange">,
  asked: InterfaceType | null | undefined,
): boolean {
  const { type, description: used } = pickInterface(description, asked);
  return type === "co_simulation" && used?.canHandleVariableCommunicationStepSize === false;
}
