import { completeFmus, completeRunIds } from "../resources/known-ids.ts";
import type { Prompt } from "./prompt.ts";

/** Two or more variants of a design under the same conditions. */
export const compareDesignsPrompt: Prompt = {
  name: "compare_designs",
  title: "Compare designs",
  description: "Simulate variants under the same conditions and compare them by a criterion.",
  arguments: [
    {
      name: "fmu",
      description: "Path, checksum or name of the FMU; several separated by commas",
      required: true,
      complete: completeFmus,
    },
    { name: "variants", description: "What differs, for example: cooling 8 kW or 12 kW", required: true },
    {
      name: "criterion",
      description: "What decides, for example: T_room stays below 27 degC",
      required: true,
    },
    {
      name: "baseline_run_id",
      description: "A run to compare all with",
      required: false,
      complete: completeRunIds,
    },
  ],
  write(given) {
    const baseline = given("baseline_run_id");
    return `Compare these designs of ${given("fmu")}: ${given("variants")}. What decides: ${given("criterion")}.${baseline ? ` The baseline is the run ${baseline}.` : ""}

1. Learn the variables with units first; \`upload_fmu\` lists them for a path, the resource fmu:// with a checksum for an uploaded FMU.
2. Run each variant with \`run_fmi_simulation\`: only what the variants differ in may differ. Same start and stop time, same step size, same inputs. State them once.
3. Put the results in one table: a row for each variant, a column for each quantity that the criterion names, with units; mark which variant meets it and by how much.
4. Check the differences against the numerics: where two variants are close, repeat with \`check_step\` and say whether the difference stands.
5. End with a recommendation in one sentence, the run_id of every row, and what you assumed.`;
  },
};
