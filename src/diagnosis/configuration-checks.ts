import { type Check, fail, ok, warn } from "./check.ts";
import type { ConfigurationFacts } from "./request.ts";

/** What the configuration says, each of its problems with its code. */
export function checkConfiguration(facts: ConfigurationFacts): Check[] {
  const { status, from, tokenId } = facts.credentials;
  const shown = tokenId ? `${from} (${tokenId})` : from;
  const credentials =
    status === "invalid"
      ? {
          ...ok("credentials", from),
          // Where embedded was asked for, nothing uses them.
          status: facts.problems.length > 0 ? ("fail" as const) : ("warn" as const),
          remedy: facts.problems[0]?.remedy ?? null,
        }
      : ok("credentials", shown, status === "none" ? "credentials_none" : null);
  const problems = facts.problems.map(({ code, where, message, remedy }) =>
    fail(`configuration ${where}`, { code, message, evidence: where, remedy }),
  );
  const remedy = "Mend the setting, then start the server again.";
  const warnings = facts.warnings.map((message) =>
    warn("configuration", { code: "setting_odd", message, remedy }),
  );
  return [credentials, ok("endpoint", facts.endpointWhy), ...checkAccident(facts), ...problems, ...warnings];
}

/** Embedded by accident: no token here, though there are signs of a Modal account. */
function checkAccident({ credentials, signsOfModal }: ConfigurationFacts): Check[] {
  const [sign] = signsOfModal;
  if (credentials.status !== "none" || sign === undefined) return [];
  return [
    warn("embedded", {
      code: "embedded_by_accident",
      message:
        "The server works on this computer only, as it was started without a Modal token; a desktop host starts it without your shell's variables",
      evidence: signsOfModal.join("; "),
      remedy:
        "Set `MODAL_TOKEN_ID` and `MODAL_TOKEN_SECRET` in the host's configuration of this server, or run `modal token new`, which writes `~/.modal.toml`; `MODAL_FMI_ENDPOINT` embedded says that it is meant.",
    }),
  ];
}

/** Whether the `modal` CLI answers; only a deploy of Python source needs it. */
export async function checkCli(facts: ConfigurationFacts, signal: AbortSignal): Promise<Check[]> {
  const cli = await facts.cli(signal);
  if (cli) return [ok("modal CLI", `${cli.command} ${cli.version}`)];
  if (facts.credentials.status !== "ok")
    return [ok("modal CLI", "Not found; the embedded endpoint does not need it")];
  const remedy = "Run `pip install modal`, or set `MODAL_CLI`.";
  return [warn("modal CLI", { code: "cli_missing", message: "Not found: `deploy_runner` needs it", remedy })];
}
