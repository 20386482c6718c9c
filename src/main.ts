import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { loadConfig } from "./config.ts";
import { createConfirmations } from "./consent/confirmations.ts";
import { toError } from "./errors.ts";
import { createLog } from "./log.ts";
import { createRedactor } from "./redact.ts";
import { createServer } from "./server.ts";
import { chooseTools, readToolChoice } from "./wiring/choose-tools.ts";
import { createEndpoints } from "./wiring/endpoints.ts";
import { INSTRUCTIONS } from "./wiring/instructions.ts";
import { createServices } from "./wiring/services.ts";

/** The package's version, put in by the build. */
declare const MODAL_FMI_VERSION: string;

const USAGE = `modal-fmi-mcp ${MODAL_FMI_VERSION}: run FMI simulations on Modal from an assistant, over MCP on stdio

  modal-fmi-mcp             serve MCP on standard input and output (an assistant starts it so)
    --read-only             offer only the tools that change nothing
    --tools a,b             offer only the tools of these names
  modal-fmi-mcp emulator    start the embedded Modal endpoint alone; print how the modal CLI reaches it
    --fault NAME            begin with a fault, to try troubleshooting; any wrong name lists them all
  modal-fmi-mcp doctor      check configuration, endpoint, runner and volumes; exit code 1 where something is wrong
    --json                  for programs
    --runner, --env, ID     look at one runner, environment, run, function call (fc-) or FMU (its checksum)
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
  else if (command === "emulator") emulate(args.slice(1)).catch(fail);
  else if (command === "doctor") doctor(args.slice(1)).catch(fail);
  else if (command === undefined || isServeOption(command)) serve(args).catch(fail);
  else fail(new Error(`unknown command "${command}": see modal-fmi-mcp --help`));
}

function isServeOption(word: string): boolean {
  return word === "--read-only" || /^--tools(=|$)/.test(word);
}

async function serve(args: readonly string[]): Promise<void> {
  const choice = readToolChoice(args);
  // A wrong name must stop the start; without names nothing is loaded yet.
  const named = choice.names && (await chooseTools(choice));
  const { services, endpoints, redact, log, byValue } = wire();
  const server = {
    name: "modal-fmi",
    version: MODAL_FMI_VERSION,
    instructions: INSTRUCTIONS,
    tools: async () => named ?? chooseTools(choice),
    resources: async () => (await import("./resources/index.ts")).RESOURCES,
    prompts: async () => (await import("./prompts/index.ts")).PROMPTS,
    services,
    redact,
    onCall: services.onCall,
    consent: { confirmations: createConfirmations(), byValue },
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
async function emulate(args: readonly string[]): Promise<void> {
  const { readFaults } = await import("./wiring/emulator-faults.ts");
  const faults = await readFaults(args);
  const options = wire();
  const { startEmbedded } = await import("./wiring/embedded.ts");
  const embedded = await startEmbedded(options.endpointOptions, faults);
  const { url, tokenId, tokenSecret } = embedded.emulator;
  const lines = [
    `export MODAL_SERVER_URL=${url}`,
    `export MODAL_TOKEN_ID=${tokenId}`,
    `export MODAL_TOKEN_SECRET=${tokenSecret}`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell fills it in.
    'export no_proxy="${no_proxy:+$no_proxy,}127.0.0.1,localhost"',
    "export MODAL_DISABLE_API_PROXY=1",
  ];
  const { faults: bench } = embedded.emulator;
  if (bench !== undefined)
    lines.push(`# faults are switched at ${bench.url}: PUT or DELETE a JSON list of names`);
  process.stdout.write(`${lines.join("\n")}\n`);
  options.log.info(
    `the embedded Modal endpoint listens on ${url}; it stops with its standard input or Ctrl-C`,
  );
  process.stdin.resume();
  closeOnEnd(() => embedded.close());
}

/** The checks of the tool `diagnose` in a terminal. */
async function doctor(args: readonly string[]): Promise<void> {
  const { readDoctorOptions, runDoctor } = await import("./wiring/doctor.ts");
  const options = readDoctorOptions(args);
  const wired = wire();
  const { text, exitCode } = await runDoctor(options, wired);
  process.exitCode = exitCode;
  await new Promise((resolve) => process.stdout.write(text, resolve));
  wired.services.close();
  setTimeout(() => process.exit(), EXIT_WITHIN_MS).unref();
  await wired.endpoints.close();
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
  const { programFolder } = endpointOptions;
  const folders = { homeFolder: homedir(), workingFolder: process.cwd(), programFolder };
  const services = createServices({ config, endpoints, env, redact, log, ...folders });
  return { services, endpoints, endpointOptions, redact, log, byValue: config.consent.byValue };
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
