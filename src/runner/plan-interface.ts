import { type InterfaceType, pickInterface } from "../fmi/description/interface-type.ts";
import type { InterfaceDescription, ModelDescription } from "../fmi/description/model-description.ts";
import type { RunArguments } from "./contract.ts";

/** How an FMU is going to be run. */
export interface ChosenInterface {
  type: InterfaceType;
  description: InterfaceDescription;
}

const NAMES = { co_simulation: "Co-Simulation", model_exchange: "Model Exchange" } as const;

/** Chooses the interface type: the one asked for, else Co-Simulation, else Model Exchange. A problem is a sentence. */
export function chooseInterface(
  description: ModelDescription,
  args: Pick<RunArguments, "interface_type" | "solver">,
): ChosenInterface | { problem: string } {
  const { modelExchange, modelName } = description;
  const { type, description: chosen } = pickInterface(description, args.interface_type);
  if (chosen === undefined) {
    const why = whyNotOffered(description, type);
    return { problem: `Cannot simulate ${JSON.stringify(modelName)}: ${why}` };
  }
  if (args.solver && type === "co_simulation") {
    const remedy =
      modelExchange === undefined
        ? "Leave the solver out."
        : 'Give interface_type "model_exchange" to choose one.';
    return { problem: `The FMU brings its own solver in Co-Simulation. ${remedy}` };
  }
  return { type, description: chosen };
}

function whyNotOffered(description: ModelDescription, asked: ChosenInterface["type"]): string {
  const { coSimulation, modelExchange, scheduledExecution } = description;
  if (coSimulation !== undefined || modelExchange !== undefined) {
    const other = asked === "co_simulation" ? "model_exchange" : "co_simulation";
    return `it does not offer ${NAMES[asked]}, only ${NAMES[other]}. Give interface_type "${other}", or leave it out.`;
  }
  if (scheduledExecution !== undefined) {
    return (
      "it is for Scheduled Execution only, where a scheduler of real time calls its parts; " +
      "Co-Simulation and Model Exchange are what runs here. Export it for one of them."
    );
  }
  return "it offers neither Co-Simulation nor Model Exchange. Export it for one of them.";
}
