import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { loadConfig } from "./config.ts";
import { toError } from "./errors.ts";
import { createLog } from "./log.ts";
import { createRedactor } from "./redact.ts";
import { createServer } from "./server.ts";
import { createEndpoints } from "./wiring/endpoints.ts";
import { INSTRUCTIONS } from "./wiring/instructions.ts";
import { createServices } from "./wiring/services.ts";

/** The package's version, put in by the build. */
declare const MODAL_FMI_VERSION: string;

const USAGE = `modal-fmi-mcp ${MODAL_FMI_VERSION}: run FMI simulations on Modal from an assistant, over MCP on stdio

  modal-fmi-mcp             serve MCP on standard input and output (an assistant starts it so)
  modal-fmi-mcp emulator    start the embedded Modal endpoint alone; print how the modal CLI reaches it
  modal-fmi-mcp --version
  modal-fmi-mcp --help
`;

/** Left after a close that hangs, ms. */
const EXIT_WITHIN_MS = 1000;

try {
  run(process.argv.slice(2));
} catch (error) {
  fail(error);
}

function run(args: readonly string[]): void {
  const [command] = args;
  if (command === "--version" || command === "-v") process.stdout.write(`${MODAL_FMI_VERSION}\n`);
  else if (command === "--help" || command === "-h") process.stdout.write(USAGE);
  else if (command === undefined) serve();
  else if (command === "emulator") emulate().catch(fail);
  else fail(new Error(`unknown command "${command}": see modal-fmi-mcp --help`));
}

function serve(): void {
  const { services, endpoints, redact, log } = wire();
  const server = {
    name: "modal-fmi",
    version: MODAL_FMI_VERSION,
    instructions: INSTRUCTIONS,
    tools: async () => (await import("./tools/index.ts")).TOOLS,
    services,
    redact,
    onInternalError: (tool: string, error: Error) => log.error(`${tool}: ${error.stack ?? error.message}`),
  };
  const handle = serveStdio(() => createServer(server), {
    onerror: (error) => log.warn(`MCP: ${error.message}`),
  });
  closeOnEnd(async () => {
    await handle.close();
    services.close();
    await endpoints.close();
  });
}

/** Serves the embedded endpoint alone, for the `modal` CLI; its settings go to standard output as shell commands. */
async function emulate(): Promise<void> {
  const options = wire();
  const { startEmbedded } = await import("./wiring/embedded.ts");
  const embedded = await startEmbedded(options.endpointOptions);
  const { url, tokenId, tokenSecret } = embedded.emulator;
  const lines = [
    `export MODAL_SERVER_URL=${url}`,
    `export MODAL_TOKEN_ID=${tokenId}`,
    `export MODAL_TOKEN_SECRET=${tokenSecret}`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell fills it in.
    'export no_proxy="${no_proxy:+$no_proxy,}127.0.0.1,localhost"',
    "export MODAL_DISABLE_API_PROXY=1",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  options.log.info(
    `the embedded Modal endpoint listens on ${url}; it stops with its standard input or Ctrl-C`,
  );
  process.stdin.resume();
  closeOnEnd(() => embedded.close());
}

function wire() {
  const { env } = process;
  bypassProxyForLoopback(env);
  muteGrpcTraces(env);
  const config = loadConfig(env, {
    readFile,
    homeDir: homedir(),
    platform: process.platform,
    cwd: process.cwd(),
  });
  const redact = createRedactor(config.secrets);
  const log = createLog((line) => process.stderr.write(`${line}\n`), redact, "info");
  const endpointOptions = {
    config,
    env,
    programFolder: dirname(fileURLToPath(import.meta.url)),
    version: MODAL_FMI_VERSION,
    log,
    platform: process.platform,
    arch: process.arch,
  };
  const endpoints = createEndpoints(endpointOptions);
  const folders = { homeFolder: homedir(), workingFolder: process.cwd() };
  const services = createServices({ config, endpoints, env, redact, log, ...folders });
  return { services, endpoints, endpointOptions, redact, log };
}

/** grpc-js and Node's fetch obey proxies even for 127.0.0.1; an empty entry would match every host. */
function bypassProxyForLoopback(env: NodeJS.ProcessEnv): void {
  const entries = [env.no_proxy, env.NO_PROXY, "127.0.0.1", "localhost"].flatMap((list) =>
    (list ?? "").split(","),
  );
  const union = [...new Set(entries.map((entry) => entry.trim()).filter((entry) => entry !== ""))].join(",");
  env.no_proxy = union;
  env.NO_PROXY = union;
  if (env.no_grpc_proxy) env.no_grpc_proxy = `${env.no_grpc_proxy},127.0.0.1`;
}

/** grpc-js's traces print every request's metadata to standard error, and the token with it. */
function muteGrpcTraces(env: NodeJS.ProcessEnv): void {
  delete env.GRPC_TRACE;
  delete env.GRPC_NODE_TRACE;
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Ends the process when the client does (standard input ends or closes) or on a signal; whatever hangs is left behind. */
function closeOnEnd(close: () => Promise<void>): void {
  let closing = false;
  const end = () => {
    if (closing) return;
    closing = true;
    setTimeout(() => process.exit(0), EXIT_WITHIN_MS).unref();
    close()
      .catch(() => {})
      .finally(() => process.exit(0));
  };
  process.stdin.once("end", end).once("close", end);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
  // A client that closed its end of standard output is gone too.
  process.stdout.once("error", end);
}

function fail(error: unknown): void {
  process.stderr.write(`modal-fmi-mcp: ${toError(error).message}\n`);
  process.exitCode = 1;
}
