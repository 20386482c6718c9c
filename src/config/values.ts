import { type Env, type Findings, isPlainAscii, type VariableName, variableProblem } from "./variables.ts";

const YES = ["1", "true", "yes", "on"];
const NO = ["0", "false", "no", "off"];

/** Reads one variable trimmed; empty or an unfilled `${…}` placeholder of a host counts as unset. */
export function readText(env: Env, name: VariableName, findings: Findings): string | undefined {
  const value = env[name]?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\$\{[^}]*\}$/.test(value)) {
    findings.warnings.push(`${name} holds an unfilled placeholder and is taken as unset.`);
    return undefined;
  }
  if (hasControlCharacter(value)) {
    findings.problems.push(
      variableProblem(name, `${name} holds a control character.`, `Set ${name} to one line of plain text.`),
    );
    return undefined;
  }
  return value;
}

/** Reads a switch: 1/true/yes/on or 0/false/no/off in any case. */
export function readBoolean(env: Env, name: VariableName, fallback: boolean, findings: Findings): boolean {
  const value = readText(env, name, findings)?.toLowerCase();
  if (value === undefined) return fallback;
  if (YES.includes(value)) return true;
  if (NO.includes(value)) return false;
  findings.problems.push(
    variableProblem(name, `${name} is neither on nor off: ${quote(value)}.`, `Set ${name} to 1 or 0.`),
  );
  return fallback;
}

/** Reads a whole number within the limits, both included. */
export function readInteger(
  env: Env,
  name: VariableName,
  fallback: number,
  limits: { min: number; max: number },
  findings: Findings,
): number {
  const value = readText(env, name, findings);
  if (value === undefined) return fallback;
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= limits.min && number <= limits.max) return number;
  const range = `a whole number from ${limits.min} to ${limits.max}`;
  findings.problems.push(
    variableProblem(name, `${name} is not ${range}: ${quote(value)}.`, `Set ${name} to ${range}.`),
  );
  return fallback;
}

/** Reads the name of a volume: at most 64 letters, digits, dashes, underscores and dots. */
export function readName(env: Env, name: VariableName, fallback: string, findings: Findings): string {
  const value = readText(env, name, findings);
  if (value === undefined) return fallback;
  if (isObjectName(value)) return value;
  findings.problems.push(
    variableProblem(
      name,
      `${name} is no name Modal accepts: ${quote(value)}.`,
      `Set ${name} to at most 64 letters, digits, dashes, underscores and dots.`,
    ),
  );
  return fallback;
}

/** Reads one of a few words. */
export function readChoice<T extends string>(
  env: Env,
  name: VariableName,
  choices: readonly T[],
  findings: Findings,
): T | undefined {
  const value = readText(env, name, findings)?.toLowerCase();
  const choice = choices.find((candidate) => candidate === value);
  if (value !== undefined && choice === undefined) {
    const list = choices.map((candidate) => `"${candidate}"`).join(" or ");
    findings.problems.push(
      variableProblem(name, `${name} is not ${list}: ${quote(value)}.`, `Set ${name} to ${list}.`),
    );
  }
  return choice;
}

/** Whether Modal takes the text as the name of a volume or an environment. */
export function isObjectName(value: string): boolean {
  return /^[A-Za-z0-9\-_.]{1,64}$/.test(value);
}

/** Says what is wrong with the URL of a Modal endpoint, without echoing it; undefined where nothing is. */
export function serverUrlFault(value: string): string | undefined {
  const one = "is not one URL that starts with http:// or https://";
  if (!isPlainAscii(value) || /[\s,]/.test(value) || !/^https?:\/\//i.test(value) || !URL.canParse(value))
    return one;
  const url = new URL(value);
  if (url.username !== "" || url.password !== "") return "holds a user name or password";
  if (url.search !== "" || url.hash !== "" || url.pathname !== "/")
    return "holds more than a host and a port";
  return undefined;
}

/** Shows a value that is no secret, cut to 80 characters. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}

function hasControlCharacter(value: string): boolean {
  return /\p{Cc}/u.test(value);
}
