import type { Fault } from "./check.ts";
import { quoteForeign } from "./quote.ts";

/** What is known of a run or call that did not end well. */
export interface Failure {
  /** Names it in messages: `run-…` or `Call fc-…`. */
  what: string;
  /** How to look at its log, as arguments of a tool: `run_id "run-…"`. */
  argument: string;
  /** The tool that runs it again. */
  tool: string;
  runner: "fmi" | "energyplus";
  checksum: string | undefined;
  /** What it says of itself: the record's errors, or the exception's text. */
  errors: readonly string[];
  traceback: string | undefined;
  /** Whether they are an exception of the function, not what the runner answered. */
  isException: boolean;
  /** Its newest log lines, oldest first. */
  log: readonly string[];
}

interface Rule {
  code: string;
  pattern: RegExp;
  /** Lines of the log count too: the FMU's own words. */
  inLog?: boolean;
  /** Only an exception of the function says this. */
  ofException?: boolean;
  message: (failure: Failure, line: string) => string;
  remedy: (failure: Failure) => string;
}

const deploy = ({ runner }: Failure) =>
  `Call \`deploy_runner\` with runner "${runner}" to deploy one of this version.`;
const log = ({ argument }: Failure) => `Call \`tail_logs\` with ${argument} to read what led to it.`;
/** The FMU as an argument, where it is known. */
const ofFmu = (checksum: string | undefined) =>
  checksum === undefined ? "" : `fmu_checksum "${checksum}", `;
const inspect = ({ checksum }: Failure) =>
  checksum === undefined
    ? "Call `inspect_fmu` with the FMU"
    : `Call \`inspect_fmu\` with fmu_checksum "${checksum}"`;

/** A file, by the word, by its path or by its ending; libraries have a rule of their own. */
const MISSING_FILE = new RegExp(
  [
    /(cannot|could not|can't|unable to|fail(ed)? to) (open|read|load|find|access) (the |input |data )*(file\b|table\b|["'`(]?(\/|[a-z]:[\\/]))/,
    /(cannot|could not|can't|unable to|fail(ed)? to) (open|read|load|find|access) ["'`]?[\w./\\-]+\.(csv|txt|mat|mos|json|xml|dat|epw|tab|bin|h5|hdf5|nc|ini|cfg|onnx)\b/,
    /no such file or directory/,
    /\bfile .{0,160}(not found|does not exist|is missing|cannot be opened|could not be (opened|read|found))/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "i",
);

/** What failures say, and what is behind it; the first rule that matches counts. */
const RULES: readonly Rule[] = [
  {
    code: "runner_outdated",
    ofException: true,
    pattern: /TypeError.*unexpected keyword argument|unexpected keyword argument '\w+'/,
    message: ({ what }) =>
      `The deployed runner is older than this server: it does not take an argument of ${what}`,
    remedy: deploy,
  },
  {
    code: "volume_version_mismatch",
    ofException: true,
    pattern:
      /has version v?\d.{0,20}not v?\d as requested|volume .{0,80}version.{0,20}(mismatch|does not match)/i,
    message: () => "The runner asks for its volume in another version than the volume has",
    remedy: ({ runner }) =>
      `Mend the volume's version in the runner's source, then call \`deploy_runner\` with runner "${runner}".`,
  },
  {
    code: "result_too_large",
    ofException: true,
    pattern:
      /RequestSizeError|(result|return value|output|payload)\b.{0,80}\b(too large|too big|exceed)|larger than max/i,
    message: ({ what }) => `${what} ended, but its result is too large to be sent back`,
    remedy: ({ tool }) => `Call \`${tool}\` with fewer \`output_variables\` or a larger \`output_interval\`.`,
  },
  {
    code: "upload_unfinished",
    pattern: /has the sha256 [0-9a-f]{64}, not|cannot be read as a zip archive|end of central directory/i,
    message: () => "The FMU on the volume is not whole: its upload was broken off",
    remedy: () => "Call `upload_fmu` with the FMU's `path` to send it again.",
  },
  {
    code: "needs_execution_tool",
    pattern: /needsExecutionTool|needs an execution tool|requires an execution tool/i,
    message: () => "The FMU needs the tool that made it on the computer where it runs",
    remedy: () =>
      "Export the FMU anew as a standalone one (without an execution tool), then call `upload_fmu`.",
  },
  {
    code: "no_binary_for_platform",
    pattern:
      /no (library|binary|binaries)( [^\s]+)? for (this machine|the|platform)|wrong platform: built for|current platform .{0,40}not supported|on the current platform|Cannot find shared library|no binary .{0,40}for/i,
    message: () => "The FMU has no binary for the runner's platform",
    remedy: (failure) =>
      `${inspect(failure)} to see its platforms, export it for the runner's, then call \`upload_fmu\`.`,
  },
  {
    code: "licence_missing",
    pattern:
      /\b(no|missing|invalid|expired) (valid )?licen[cs]e\b(?!.{0,20}(required|needed|necessary))|\b(cannot|can't|could not|unable to|fail(ed|s)? to)\b.{0,40}\blicen[cs]e|licen[cs]e\b.{0,40}\b((?<!no )error|not (found|available|valid|granted|checked)|missing|expired|denied|invalid|unavailable|down|failed|failure|cannot|could not)\b/i,
    inLog: true,
    message: () => "The FMU asks for a licence that is not there where it runs",
    remedy: ({ tool, checksum }) =>
      `Make the licence reachable from the runner, or export the FMU without one. ${runAgain(tool, checksum)}`,
  },
  {
    code: "library_missing",
    pattern:
      /cannot open shared object file|which is not on this computer|error while loading shared libraries|Cannot load the FMU's library|Failed to load shared library/i,
    inLog: true,
    message: () => "The FMU's library does not load where it runs: something that it needs is not there",
    remedy: (failure) => `${inspect(failure)} to see what it needs; export it with these libraries inside.`,
  },
  {
    code: "external_file_missing",
    pattern: MISSING_FILE,
    inLog: true,
    message: () => "The FMU reads a file that is not there where it runs",
    remedy: ({ checksum }) =>
      `Call \`run_fmi_simulation\` with ${ofFmu(checksum)}\`files\`, which names a local file by the parameter that takes its path, or put the file into the FMU's resources.`,
  },
  {
    code: "run_timed_out",
    pattern:
      /stopped at its time limit|time limit of .{0,20} (wall|s)|hit its timeout|ran into its time limit/i,
    message: ({ what }) => `${what} was stopped at its time limit`,
    remedy: ({ tool, checksum }) =>
      tool === "run_fmi_simulation"
        ? `Call \`run_fmi_simulation\` with ${ofFmu(checksum)}a larger \`timeout_seconds\`, a shorter \`stop_time\` or a larger \`step_size\`.`
        : `Call \`${tool}\` with \`period\` design_day, or a smaller model.`,
  },
  {
    code: "run_crashed",
    pattern:
      /\bcrashed\b|ended its process with exit code|\bSIG(SEGV|BUS|ABRT|FPE|ILL|KILL)\b|took more than .{0,20} of memory|out of memory|\bevicted\b/i,
    message: ({ what }) => `${what} crashed: the process of the simulation ended before it had a result`,
    remedy: log,
  },
];

/** How to run it again. */
export function runAgain(tool: string, checksum: string | undefined): string {
  if (tool !== "run_fmi_simulation") return `Call \`${tool}\` again.`;
  return `Call \`${tool}\` with ${ofFmu(checksum)}the same arguments and \`new_run: true\` to run it again.`;
}

/**
 * What is behind a failure: the first rule that its own words match, the errors and the traceback; where they tell no cause,
 * the rule that the FMU's last complaint in the log matches.
 */
export function explainFailure(failure: Failure, otherwise: Fault): Fault {
  const said = [...failure.errors, ...(failure.traceback ? [lastLine(failure.traceback)] : [])];
  const own = applyRules(failure, said.flatMap((text) => text.split("\n")).reverse(), false);
  // A program that ends itself with a code has said why before.
  if (own !== undefined && !(own.code === "run_crashed" && /exit code/.test(own.evidence ?? ""))) return own;
  const complaint = lastComplaint(failure.log, said);
  const logged = complaint === undefined ? undefined : applyRules(failure, [complaint], true);
  return logged ?? own ?? otherwise;
}

function applyRules(failure: Failure, lines: readonly string[], areLogged: boolean): Fault | undefined {
  for (const rule of RULES) {
    if (areLogged ? !rule.inLog : rule.ofException && !failure.isException) continue;
    const line = lines.find((one) => rule.pattern.test(one) && !GOES_ON.test(one));
    if (line === undefined) continue;
    const { code, message, remedy } = rule;
    return { code, message: message(failure, line), evidence: quoteForeign(line), remedy: remedy(failure) };
  }
  return undefined;
}

/** The model goes on without what it missed: no cause of its end. */
const GOES_ON =
  /\b(using|use[sd]?) .{0,20}\b(default|fallback|cache)|\b(ignor(ed|ing)|skipp(ed|ing)|continuing|falling back|optional)\b/i;
const COMPLAINT =
  /error|fail|fatal|cannot|can't|could not|unable|missing|not found|no such|does not|invalid|denied|expired|exception|unavailable|singular|converge|licen[cs]e|\bdown\b/i;
/** What a simulation says on its way out, whatever the cause. */
const FAREWELL =
  /initiali[sz]ation failed|terminat|abort|returned (the status )?["']?(fmi\w*)?(error|fatal)|simulation failed/i;

/** The last line of the log that complains, but for what says only that it is over. */
function lastComplaint(log: readonly string[], said: readonly string[]): string | undefined {
  const isOwn = (line: string) => said.some((text) => text !== "" && line.includes(text.slice(0, 60)));
  return log.findLast(
    (line) => COMPLAINT.test(line) && !isRunners(line) && !isOwn(line) && !FAREWELL.test(line),
  );
}

/** A line of the runner itself, and not one of the FMU that it passes on. */
function isRunners(line: string): boolean {
  return /\bsv_\w+(\.\w+)?: /.test(line) && !/\bFMU \[/.test(line);
}

/** The last line that is not empty: in a traceback, the error itself. */
export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.trim() ?? "";
}
