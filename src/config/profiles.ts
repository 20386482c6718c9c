import { parse, TomlError, type TomlTable } from "smol-toml";
import type { System } from "./paths.ts";
import type { ConfigCode, ConfigProblem } from "./variables.ts";

const FIELDS = ["token_id", "token_secret", "environment", "server_url"] as const;

/** A key of a profile that this program reads. */
export type ProfileField = (typeof FIELDS)[number];

/** One section of the Modal configuration file; values trimmed, empty ones left out. */
export interface Profile {
  name: string;
  active: boolean;
  values: ReadonlyMap<ProfileField, string>;
}

/** The Modal configuration file as read: its profiles, what is wrong with it, and a way to name its lines. */
export interface ProfileFile {
  path: string;
  exists: boolean;
  profiles: readonly Profile[];
  problems: readonly ConfigProblem[];
  problem(
    section: string | undefined,
    key: string | undefined,
    message: string,
    remedy: string,
    code?: ConfigCode,
  ): ConfigProblem;
}

/** Reads the Modal configuration file; a missing file has no profiles, and a broken one is a problem without its content. */
export function readProfiles(path: string, system: System): ProfileFile {
  const problems: ConfigProblem[] = [];
  const file = (profiles: Profile[], text: string | undefined): ProfileFile => ({
    path,
    exists: text !== undefined,
    profiles,
    problems,
    problem: (section, key, message, remedy, code = "credentials_malformed") => ({
      code,
      variable: undefined,
      file: path,
      line: text === undefined ? undefined : findLine(text, section, key),
      message,
      remedy,
    }),
  });
  let text: string | undefined;
  try {
    text = system.readFile(path)?.replace(/^\ufeff/, "");
    if (text === undefined) return file([], undefined);
    const table = parse(text);
    const result = file([], text);
    return { ...result, profiles: readTable(table, result, problems) };
  } catch (error) {
    problems.push(fileProblem(path, error));
    return file([], text ?? "");
  }
}

function readTable(table: TomlTable, file: ProfileFile, problems: ConfigProblem[]): Profile[] {
  return Object.entries(table).flatMap(([name, section]) => {
    if (isTable(section)) return [readProfile(name, section, file, problems)];
    // The key's own name could be a pasted secret: only names that belong in a profile are shown.
    const shown = FIELDS.some((field) => field === name) ? `"${name}"` : "a key";
    problems.push(
      file.problem(
        undefined,
        name,
        `${file.path} has ${shown} outside any profile.`,
        `Move the key below a profile's heading, such as [default], in ${file.path}.`,
      ),
    );
    return [];
  });
}

function readProfile(
  name: string,
  section: TomlTable,
  file: ProfileFile,
  problems: ConfigProblem[],
): Profile {
  const values = new Map<ProfileField, string>();
  for (const field of FIELDS) {
    const value = section[field];
    if (typeof value === "string") {
      if (value.trim() !== "") values.set(field, value.trim());
    } else if (value !== undefined) {
      problems.push(
        file.problem(
          name,
          field,
          `"${field}" of profile "${name}" in ${file.path} is not text.`,
          `Put the value of "${field}" in double quotes in ${file.path}.`,
        ),
      );
    }
  }
  const active = section.active;
  if (active !== undefined && typeof active !== "boolean")
    problems.push(
      file.problem(
        name,
        "active",
        `"active" of profile "${name}" in ${file.path} is neither true nor false.`,
        `Write active = true, without quotes, in ${file.path}.`,
      ),
    );
  return { name, active: active === true, values };
}

function fileProblem(path: string, error: unknown): ConfigProblem {
  if (error instanceof TomlError)
    // TomlError's message quotes the lines around the fault, which may hold a token.
    return {
      code: "credentials_malformed",
      variable: undefined,
      file: path,
      line: error.line,
      message: `${path} is not valid TOML: line ${error.line}, column ${error.column}.`,
      remedy: `Correct line ${error.line} of ${path}, or create the file anew with \`modal token new\`.`,
    };
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return {
    code: "credentials_malformed",
    variable: undefined,
    file: path,
    line: undefined,
    message: `${path} cannot be read (${code}).`,
    remedy: `Make ${path} a file that you may read, or name another one in MODAL_CONFIG_PATH.`,
  };
}

/** Finds where a section or one of its keys stands, line by line: the parser keeps no positions. */
function findLine(text: string, section: string | undefined, key: string | undefined): number | undefined {
  let current: string | undefined;
  let heading: number | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const name = unquote(/^\s*\[\s*([^[\]]+?)\s*\]/.exec(line)?.[1]);
    if (name !== undefined) {
      current = name;
      if (name === section) heading = index + 1;
    } else if (current === section && key !== undefined) {
      if (unquote(/^\s*([^=#]+?)\s*=/.exec(line)?.[1]) === key) return index + 1;
    }
  }
  return heading;
}

function unquote(text: string | undefined): string | undefined {
  return text?.replace(/^(["'])(.*)\1$/, "$2");
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
