import type { BuiltInApp } from "../../src/emulator/function-body.ts";
import type { EmulatorOptions } from "../../src/emulator/index.ts";
import { type PythonEndpoint, startEndpointWith } from "../support/python-endpoint.ts";

export { type PythonEndpoint, TIMEOUT_MS } from "../support/python-endpoint.ts";

/** Python of a virtual environment that has the `modal` package; undefined where there is none to test with. */
export const PYTHON = process.env.MODAL_CLI_PYTHON;

if (PYTHON === undefined) {
  process.stderr.write("Skipped test/interop: MODAL_CLI_PYTHON names no Python that has the modal package\n");
}

/** Starts an emulator with the Python of the tests. Close it after the tests. */
export function startPythonEndpoint(
  apps: readonly BuiltInApp[] = [],
  more: Partial<EmulatorOptions> = {},
): Promise<PythonEndpoint> {
  return startEndpointWith(PYTHON ?? "", apps, more);
}
