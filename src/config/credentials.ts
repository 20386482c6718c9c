import type { Profile, ProfileField, ProfileFile } from "./profiles.ts";
import { quote, readText } from "./values.ts";
import {
  type ConfigProblem,
  type Env,
  type Findings,
  isPlainAscii,
  type VariableName,
  variableProblem,
} from "./variables.ts";

/** The Modal token, why there is none, or what is wrong with it. */
export type Credentials =
  | {
      kind: "token";
      tokenId: string;
      tokenSecret: string;
      /** Where from: `the environment`, or `profile "x" of <path>`. */
      from: string;
    }
  | { kind: "none"; why: string }
  | { kind: "invalid"; problems: ConfigProblem[] };

/** The profile in use, or why none could be chosen. */
export interface ProfileChoice {
  profile: Profile | undefined;
  problem: ConfigProblem | undefined;
  /** Whether the user asked for this profile by name. */
  named: boolean;
}

const HALVES = [
  { variable: "MODAL_TOKEN_ID", field: "token_id" },
  { variable: "MODAL_TOKEN_SECRET", field: "token_secret" },
] as const;

interface Half {
  variable: VariableName;
  field: ProfileField;
  fromEnv: string | undefined;
  fromFile: string | undefined;
}

/**
 * Chooses a profile: `MODAL_PROFILE`, the active one, `default`, or the only one. Modal's JS SDK would ignore a
 * `default` that is not active, its Python client takes it (config.ts, config.py of modal-client).
 */
export function chooseProfile(env: Env, file: ProfileFile, findings: Findings): ProfileChoice {
  const own: Findings = { problems: [], warnings: findings.warnings };
  const wanted = readText(env, "MODAL_PROFILE", own);
  if (own.problems.length > 0) return { profile: undefined, problem: own.problems[0], named: true };
  if (wanted !== undefined) {
    const profile = file.profiles.find((candidate) => candidate.name === wanted);
    const missing = variableProblem(
      "MODAL_PROFILE",
      `Cannot use profile ${quote(wanted)}: ${describeFile(file)}.`,
      `Set MODAL_PROFILE to a profile of ${file.path}, or unset it.`,
      "profile_unknown",
    );
    const problem = profile === undefined && file.problems.length === 0 ? missing : undefined;
    return { profile, problem, named: true };
  }
  const found = (profile: Profile | undefined): ProfileChoice => ({
    profile,
    problem: undefined,
    named: false,
  });
  const active = file.profiles.filter((profile) => profile.active);
  if (active.length === 1) return found(active[0]);
  if (active.length === 0) {
    const usual = file.profiles.find((profile) => profile.name === "default");
    if (usual !== undefined || file.profiles.length === 0) return found(usual);
    const [only] = file.profiles;
    if (file.profiles.length === 1 && only !== undefined) {
      findings.warnings.push(
        `Profile "${only.name}" of ${file.path} is used, being the only one; it is not marked active = true.`,
      );
      return found(only);
    }
  }
  const problem = file.problem(
    active[1]?.name,
    "active",
    `Cannot choose a Modal profile: ${describeFile(file)}, and ${active.length === 0 ? "none is" : "several are"} active.`,
    `Set MODAL_PROFILE, or write active = true below exactly one profile in ${file.path}.`,
    "profile_ambiguous",
  );
  return { profile: undefined, problem, named: false };
}

/**
 * Puts the token together, each half from the environment or else from the profile, as both Modal clients do.
 * A URL or a profile that was asked for by name needs a token: without one they are an error.
 */
export function resolveCredentials(
  env: Env,
  file: ProfileFile,
  choice: ProfileChoice,
  urlFrom: "MODAL_SERVER_URL" | "server_url" | undefined,
  findings: Findings,
): Credentials {
  const problems = [...file.problems];
  const halves = HALVES.map(
    ({ variable, field }): Half => ({
      variable,
      field,
      fromEnv: readToken(env, variable, problems, findings),
      fromFile: choice.profile?.values.get(field),
    }),
  );
  const complete = halves.every((half) => isSet(env, half.variable));
  if (choice.problem !== undefined && (choice.named || !complete)) problems.push(choice.problem);
  for (const half of halves)
    if (!isSet(env, half.variable)) problems.push(...fileTokenFaults(half, choice.profile, file));
  if (problems.length > 0) return { kind: "invalid", problems };
  const [id, secret] = halves.map((half) => half.fromEnv ?? half.fromFile);
  if (id !== undefined && secret !== undefined)
    return { kind: "token", tokenId: id, tokenSecret: secret, from: origin(halves, choice, file, findings) };
  if (id !== undefined || secret !== undefined)
    return { kind: "invalid", problems: [missingHalf(halves, choice.profile, file)] };
  return withoutToken(file, choice, urlFrom);
}

function withoutToken(
  file: ProfileFile,
  choice: ProfileChoice,
  urlFrom: "MODAL_SERVER_URL" | "server_url" | undefined,
): Credentials {
  const state = `no Modal token is set: ${describeFile(file)}`;
  const remedy = "Set MODAL_TOKEN_ID and MODAL_TOKEN_SECRET, or run `modal token new`.";
  if (urlFrom === "MODAL_SERVER_URL") {
    const message = `Cannot use the endpoint of MODAL_SERVER_URL: ${state}.`;
    return {
      kind: "invalid",
      problems: [variableProblem("MODAL_SERVER_URL", message, remedy, "url_without_token")],
    };
  }
  const name = choice.profile?.name;
  if (urlFrom === "server_url" || choice.named) {
    const message = `Cannot use profile "${name}" of ${file.path}: "token_id" and "token_secret" are missing; ${describeFile(file)}.`;
    const code = urlFrom === "server_url" ? "url_without_token" : "credentials_missing";
    return { kind: "invalid", problems: [file.problem(name, undefined, message, remedy, code)] };
  }
  return {
    kind: "none",
    why: `Neither MODAL_TOKEN_ID and MODAL_TOKEN_SECRET nor a profile holds a Modal token (${describeFile(file)}).`,
  };
}

function missingHalf(
  halves: readonly Half[],
  profile: Profile | undefined,
  file: ProfileFile,
): ConfigProblem {
  const missing = halves.find((half) => (half.fromEnv ?? half.fromFile) === undefined);
  const present = halves.find((half) => half !== missing);
  const section = profile === undefined ? "" : ` of profile "${profile.name}"`;
  if (present?.fromEnv !== undefined)
    return variableProblem(
      missing?.variable ?? "MODAL_TOKEN_ID",
      `The Modal token is incomplete: ${present.variable} is set, but ${missing?.variable} is not, nor is "${missing?.field}"${section}; ${describeFile(file)}.`,
      `Set ${missing?.variable} as well, or unset ${present.variable}.`,
      "credentials_half",
    );
  return file.problem(
    profile?.name,
    present?.field,
    `The Modal token${section} is incomplete: "${missing?.field}" is missing; ${describeFile(file)}.`,
    `Add ${missing?.field} to [${profile?.name}] in ${file.path}, or set ${missing?.variable}.`,
    "credentials_half",
  );
}

function origin(
  halves: readonly Half[],
  choice: ProfileChoice,
  file: ProfileFile,
  findings: Findings,
): string {
  const profile = `profile "${choice.profile?.name}" of ${file.path}`;
  const fromEnv = halves.filter((half) => half.fromEnv !== undefined);
  if (fromEnv.length === 0) return profile;
  if (fromEnv.length === halves.length) return "the environment";
  findings.warnings.push(
    `${fromEnv[0]?.variable} is set in the environment; the other half of the token is from ${profile}.`,
  );
  return `the environment and ${profile}`;
}

function readToken(
  env: Env,
  variable: VariableName,
  problems: ConfigProblem[],
  findings: Findings,
): string | undefined {
  const value = env[variable]?.trim() ?? "";
  if (isPlainAscii(value)) return readText(env, variable, findings);
  problems.push(
    variableProblem(
      variable,
      `${variable} holds a control character or one outside ASCII.`,
      `Copy ${variable} again from Modal's settings, on one line.`,
      "credentials_malformed",
    ),
  );
  return undefined;
}

function fileTokenFaults(half: Half, profile: Profile | undefined, file: ProfileFile): ConfigProblem[] {
  if (half.fromFile === undefined || isPlainAscii(half.fromFile)) return [];
  return [
    file.problem(
      profile?.name,
      half.field,
      `"${half.field}" of profile "${profile?.name}" in ${file.path} holds a control character or one outside ASCII.`,
      `Copy ${half.field} again from Modal's settings into ${file.path}.`,
    ),
  ];
}

function describeFile(file: ProfileFile): string {
  if (!file.exists) return `${file.path} does not exist`;
  const names = file.profiles.map((profile) => quote(profile.name));
  if (names.length === 0) return `${file.path} has no profile`;
  return `${file.path} has the ${names.length === 1 ? "profile" : "profiles"} ${names.join(", ")}`;
}

function isSet(env: Env, variable: VariableName): boolean {
  const value = env[variable]?.trim() ?? "";
  return value !== "" && !/^\$\{[^}]*\}$/.test(value);
}
