import { parseArgs } from "node:util";
import type { FaultName } from "../emulator/index.ts";

/**
 * The faults that `modal-fmi-mcp emulator --fault NAME` switches on; undefined where none is asked for. Throws for another
 * argument, and for a name that is no fault's.
 */
export async function readFaults(args: readonly string[]): Promise<FaultName[] | undefined> {
  const { values } = parseArgs({
    args: [...args],
    options: { fault: { type: "string", multiple: true } },
  });
  if (values.fault === undefined) return undefined;
  const { FAULTS, isFaultName } = await import("../emulator/faults/fault-list.ts");
  return values.fault.map((name) => {
    if (isFaultName(name)) return name;
    throw new Error(`there is no fault "${name}"; the faults are ${Object.keys(FAULTS).join(", ")}`);
  });
}
