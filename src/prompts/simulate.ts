import { completeFmus } from "../resources/known-ids.ts";
import type { Prompt } from "./prompt.ts";

/** From an FMU and a question to an answer in numbers. */
export const simulatePrompt: Prompt = {
  name: "simulate",
  title: "Answer a question with a simulation",
  description: "From an FMU and a question in words to an answer with units.",
  arguments: [
    {
      name: "fmu",
      description: "Path of an .fmu on this computer, or the checksum or name of an uploaded one",
      required: true,
      complete: completeFmus,
    },
    { name: "question", description: "What you want to know", required: true },
  ],
  write: (given) => `Answer this question by simulating the FMU ${given("fmu")}: ${given("question")}

1. Learn its variables: \`upload_fmu\` for a path; for an FMU that is uploaded, read the resource fmu:// with its checksum. Never invent a variable name.
2. Say which inputs, parameters and times you set for the question, each with its unit, and which you leave at their start values. Where the question leaves something open, choose, and say so.
3. Call \`run_fmi_simulation\`. Write values with a unit ("40 degC") where the question does. If the status is running, call it again with the run_id.
4. Answer in one or two sentences with numbers and units. Then show what the answer rests on: the values, when they occur, and the settings that applied.
5. Say what the simulation does not tell: what the model leaves out, what you assumed. If it failed, call \`diagnose\` with the run_id and follow its remedy.`,
};
