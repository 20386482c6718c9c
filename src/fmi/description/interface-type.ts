import type { InterfaceDescription, ModelDescription } from "./model-description.ts";

/** How an FMU may be run here. */
export type InterfaceType = "co_simulation" | "model_exchange";

/** An interface type, and what an FMU says of it: undefined where it does not offer it. */
export interface PickedInterface {
  type: InterfaceType;
  description: InterfaceDescription | undefined;
}

/**
 * The interface type that an FMU is run by: the one asked for, else Co-Simulation where it offers that, else Model Exchange.
 */
export function pickInterface(
  { coSimulation, modelExchange }: Pick<ModelDescription, "coSimulation" | "modelExchange">,
  asked: InterfaceType | null | undefined,
): PickedInterface {
  const type = asked ?? (coSimulation === undefined ? "model_exchange" : "co_simulation");
  return { type, description: type === "co_simulation" ? coSimulation : modelExchange };
}

/** Whether all communication steps have to have one size; a solver of Model Exchange takes what steps it likes. */
export function takesStepsOfOneSize({ type, description }: PickedInterface): boolean {
  return type === "co_simulation" && description?.canHandleVariableCommunicationStepSize === false;
}
