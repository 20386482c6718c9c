import type { PythonOptions } from "../emulator/index.ts";

/** What pip needs of the environment: where programs and settings are, proxies, certificates; no token of Modal's. */
const PASSED_ON = /^(PATH|HOME|LANG|TMPDIR|PIP_.*|SSL_CERT_.*|.*_CA_BUNDLE|(https?|all|no)_proxy)$/i;

/**
 * The Python that the embedded endpoint hosts deployed functions with: `python3` on PATH. Undefined on Windows, where
 * containers have no sockets of the kind they use.
 */
export function pythonForContainers(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): PythonOptions | undefined {
  if (platform === "win32") return undefined;
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && PASSED_ON.test(name)) environment[name] = value;
  }
  return { command: "python3", environment };
}
