import { ToolError } from "../errors.ts";
import { findClosestNames } from "../fmi/description/closest-names.ts";
import type { Variable } from "../fmi/description/model-description.ts";

/** The variable of a name; throws `invalid_argument`, with names that are close, where there is none. `role` is for the message. */
export function requireVariable(byName: ReadonlyMap<string, Variable>, name: string, role: string): Variable {
  const variable = byName.get(name);
  if (variable) return variable;
  const close = findClosestNames(name, byName.keys());
  throw new ToolError(
    "invalid_argument",
    `Cannot use "${name}" as ${role}: the FMU has no variable of this name`,
    close.length > 0
      ? `Use one of the FMU's own names, such as ${close.map((candidate) => `"${candidate}"`).join(", ")}.`
      : "Call `upload_fmu` with the FMU's path to list its inputs, outputs and parameters.",
  );
}
