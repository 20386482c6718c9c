import type { Prompt } from "./prompt.ts";

/** Shows a newcomer that it works, on an FMU of theirs or an example. */
export const firstStepsPrompt: Prompt = {
  name: "first_steps",
  title: "First steps",
  description: "Check the set-up, then upload, inspect and run one FMU.",
  arguments: [{ name: "fmu", description: "Path of an .fmu on this computer", required: false }],
  write(given) {
    const fmu =
      given("fmu") || "an FMU of mine (ask me for its path; the folder examples of the package has some)";
    return `Show me what this server does, one step at a time, in few words.

1. Call \`diagnose\` and tell me where my simulations run (on Modal or on this computer) and what, if anything, I must mend. Do not change anything yet.
2. Upload ${fmu} with \`upload_fmu\`. Show its inputs, outputs and parameters with units.
3. Run it as it is with \`run_fmi_simulation\` and show the final values, the largest and smallest values with their times, and where the record and the series are.
4. Change one parameter that matters, run it again, and say in one sentence what changed.
5. End with three questions I could ask of this model next.`;
  },
};
