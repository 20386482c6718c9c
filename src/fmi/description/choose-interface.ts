import { type InterfaceType, type PickedInterface, pickInterface } from "./interface-type.ts";
import type { InterfaceDescription, ModelDescription } from "./model-description.ts";

/** What is asked for of how an FMU is run; null says nothing, as undefined does. */
export interface InterfaceRequest {
  interface_type?: InterfaceType | null | undefined;
  solver?: string | null | undefined;
  /** Whether the run is to be compared with one at half the step. */
  check_step?: boolean | null | undefined;
}

/** How an FMU is going to be run. */
export interface ChosenInterface extends PickedInterface {
  description: InterfaceDescription;
}

/** Why an FMU cannot be run as it is asked for, without full stop, and what to do instead, a sentence. */
export interface InterfaceRefusal {
  problem: string;
  remedy: string;
}

const NAMES = { co_simulation: "Co-Simulation", model_exchange: "Model Exchange" } as const;
const EXPORT_AGAIN = "Export it for one of them.";

/** Chooses the interface type: the one asked for, else Co-Simulation, else Model Exchange. */
export function chooseInterface(
  description: ModelDescription,
  { interface_type: asked, solver, check_step: checkStep }: InterfaceRequest,
): ChosenInterface | InterfaceRefusal {
  const { modelExchange, modelName } = description;
  const { type, description: chosen } = pickInterface(description, asked);
  if (chosen === undefined) {
    const { problem, remedy } = whyNotOffered(description, type);
    return { problem: `Cannot simulate ${JSON.stringify(modelName)}: ${problem}`, remedy };
  }
  if (solver && type === "co_simulation")
    return {
      problem: "The FMU brings its own solver in Co-Simulation",
      remedy:
        modelExchange === undefined
          ? "Leave the solver out."
          : 'Give interface_type "model_exchange" to choose one.',
    };
  const hasStep = type === "co_simulation" || solver === "euler" || solver === "rk4";
  if (checkStep && !hasStep)
    return {
      problem: "Cannot check the step: an adaptive solver chooses its own",
      remedy: "Give a smaller tolerance and compare instead.",
    };
  return { type, description: chosen };
}

function whyNotOffered(description: ModelDescription, asked: InterfaceType): InterfaceRefusal {
  const { coSimulation, modelExchange, scheduledExecution } = description;
  if (coSimulation !== undefined || modelExchange !== undefined) {
    const other = asked === "co_simulation" ? "model_exchange" : "co_simulation";
    return {
      problem: `it does not offer ${NAMES[asked]}, only ${NAMES[other]}`,
      remedy: `Give interface_type "${other}", or leave it out.`,
    };
  }
  if (scheduledExecution === undefined)
    return { problem: "it offers neither Co-Simulation nor Model Exchange", remedy: EXPORT_AGAIN };
  return {
    problem:
      "it is for Scheduled Execution only, where a scheduler of real time calls its parts; " +
      "Co-Simulation and Model Exchange are what runs here",
    remedy: EXPORT_AGAIN,
  };
}
