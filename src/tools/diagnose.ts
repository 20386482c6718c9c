import * as z from "zod";
import type { Check } from "../diagnosis/check.ts";
import { endpointFacts, environmentField } from "./fields.ts";
import { RUNNER_APPS } from "./runners.ts";
import type { ConfigurationReport, Endpoint, Services } from "./services.ts";
import { defineTool } from "./tool.ts";

const input = z.strictObject({
  runner: z.enum(["fmi", "energyplus"]).optional().describe("Look at one runner. Default: fmi."),
  run_id: z.string().max(64).optional().describe("What happened to this run?"),
  function_call_id: z.string().max(64).optional().describe("What happened to this function call (fc-…)?"),
  fmu_checksum: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be a sha256 in lower case hex")
    .optional()
    .describe("Is this FMU there, and does the runner read it?"),
  environment: environmentField,
});

type Arguments = z.output<typeof input>;

const MARKS = { ok: "ok  ", warn: "warn", fail: "FAIL" } as const;

/** Checks the whole way from the configuration to the runner. Findings are never errors. */
export const diagnoseTool = defineTool({
  name: "diagnose",
  title: "Find out why it does not work",
  description:
    "Check credentials, endpoint, volumes, runner app, backlog, recent failures, and what happened to a run, a function call " +
    "or an FMU. Each check has a status (ok, warn, fail) and a remedy. Call it first when a simulation is stuck or fails.",
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: true },
  input,
  output: z.object({
    status: z.enum(["ok", "warn", "fail"]),
    checks: z.array(
      z.object({
        name: z.string(),
        status: z.enum(["ok", "warn", "fail"]),
        message: z.string(),
        remedy: z.string().nullable(),
      }),
    ),
    endpoint: endpointFacts.nullable(),
    next_step: z.string().nullable().describe("The first remedy."),
  }),

  async run(args, { services, signal }) {
    const { runChecks } = await import("../diagnosis/check.ts");
    const local = await Promise.all([
      configurationChecks(services.configuration),
      runChecks("modal CLI", signal, (limit) => cliChecks(services, limit)),
      runChecks("run", signal, () => recordChecks(args, services)),
    ]);
    let endpoint: Endpoint | undefined;
    const server = await runChecks("server", signal, async (limit) => {
      const where = await placeOf(args, services);
      const connected = await services.connect(where.endpoint, where.environment);
      const { checkServer } = await import("../diagnosis/endpoint-checks.ts");
      const { checks } = await checkServer(connected.modal, connected.note, limit);
      endpoint = connected;
      return checks;
    });
    const remote = endpoint ? await remoteChecks(args, endpoint, services, signal) : [];
    const [configuration = [], cli = [], record = []] = local;
    const checks = [...configuration, ...server, ...remote.flat(), ...record, ...cli];
    const worst =
      checks.find((check) => check.status === "fail") ?? checks.find((check) => check.status === "warn");
    return {
      status: worst?.status ?? ("ok" as const),
      checks,
      endpoint: (await endpoint?.describe(signal).catch(() => undefined)) ?? null,
      next_step: worst?.remedy ?? null,
    };
  },

  summarize(output) {
    return output.checks
      .map(
        (check) =>
          `${MARKS[check.status]}  ${check.name}: ${check.message}${check.remedy ? `\n      -> ${check.remedy}` : ""}`,
      )
      .join("\n");
  },
});

function configurationChecks(report: ConfigurationReport): Check[] {
  const { status, from, tokenId } = report.credentials;
  const credentials: Check =
    status === "invalid"
      ? {
          name: "credentials",
          status: "fail",
          message: from,
          remedy: report.problems[0]?.remedy ?? "Mend the Modal configuration.",
        }
      : { name: "credentials", status: "ok", message: tokenId ? `${from} (${tokenId})` : from, remedy: null };
  const endpoint: Check = { name: "endpoint", status: "ok", message: report.endpointWhy, remedy: null };
  const problems = report.problems.map(
    ({ where, message, remedy }): Check => ({
      name: `configuration ${where}`,
      status: "fail",
      message,
      remedy,
    }),
  );
  const warnings = report.warnings.map(
    (message): Check => ({
      name: "configuration",
      status: "warn",
      message,
      remedy: "Mend the setting, then start the server again.",
    }),
  );
  return [credentials, endpoint, ...problems, ...warnings];
}

async function cliChecks({ configuration }: Services, signal: AbortSignal): Promise<Check[]> {
  const cli = await configuration.cli(signal);
  if (cli)
    return [{ name: "modal CLI", status: "ok", message: `${cli.command} ${cli.version}`, remedy: null }];
  const needed = configuration.credentials.status === "ok";
  const message = needed
    ? "Not found: `deploy_runner` needs it"
    : "Not found; the embedded endpoint does not need it";
  const remedy = needed ? "Run `pip install modal`, or set `MODAL_CLI`." : null;
  return [{ name: "modal CLI", status: needed ? "warn" : "ok", message, remedy }];
}

async function recordChecks(args: Arguments, services: Services): Promise<Check[]> {
  if (args.run_id === undefined) return [];
  const [{ getRun }, { checkRunRecord }] = await Promise.all([
    import("../runs/get-run.ts"),
    import("../diagnosis/run-checks.ts"),
  ]);
  return checkRunRecord(await getRun(await services.runs(), args.run_id));
}

/** A run is looked at where it runs; everything else on the default endpoint. */
async function placeOf(
  args: Arguments,
  services: Services,
): Promise<{ endpoint: Endpoint["name"] | undefined; environment: string | undefined }> {
  // A damaged record is told by the check of the run itself.
  const record =
    args.run_id === undefined
      ? undefined
      : await (await services.runs()).find(args.run_id).catch(() => undefined);
  return { endpoint: record?.endpoint, environment: args.environment ?? record?.environment };
}

async function remoteChecks(
  args: Arguments,
  { modal }: Endpoint,
  services: Services,
  signal: AbortSignal,
): Promise<Check[][]> {
  const [endpoint, runner, run, fmu, { runChecks }] = await Promise.all([
    import("../diagnosis/endpoint-checks.ts"),
    import("../diagnosis/runner-checks.ts"),
    import("../diagnosis/run-checks.ts"),
    import("../diagnosis/fmu-checks.ts"),
    import("../diagnosis/check.ts"),
  ]);
  const { fmi, fmiTest, energyplus, energyplusTest } = services.settings.volumes;
  const name = args.runner ?? "fmi";
  const { app, functions } = RUNNER_APPS[name];
  const { fmu_checksum: checksum } = args;
  const record =
    args.run_id === undefined
      ? undefined
      : await (await services.runs()).find(args.run_id).catch(() => undefined);
  const call = args.function_call_id ?? record?.function_call_id;
  const wanted = name === "fmi" ? [fmi, fmiTest] : [energyplus, energyplusTest];
  const volumes = [
    { name: fmi, test: false },
    { name: fmiTest, test: true },
  ];
  return Promise.all([
    runChecks("volumes", signal, (limit) => endpoint.checkVolumes(modal, wanted, limit)),
    runChecks(`app ${app}`, signal, (limit) =>
      runner.checkRunner(modal, { runner: name, app, functions }, limit),
    ),
    call ? runChecks(`call ${call}`, signal, (limit) => run.checkCall(modal, call, limit)) : [],
    checksum ? runChecks("FMU", signal, (limit) => fmu.checkFmu(modal, checksum, volumes, limit)) : [],
  ]);
}
