/** One import of a file: what it names, and whether only types are taken. */
export interface Import {
  file: string;
  target: string;
  typesOnly: boolean;
}

interface Room {
  /** Rooms, or single files, whose exports this room may import; `types:` before one takes its types only. */
  rooms: readonly string[];
  packages: readonly string[];
  why: string;
}

const PURE = ["errors", "redact", "time-limit"];

/** What each room of src may import. Node's own modules and a room's own files are free; main.ts and its parts may import everything. */
export const ROOMS: Readonly<Record<string, Room>> = {
  server: {
    rooms: [
      ...[...PURE, "resources/resource.ts", "types:tools", "types:resources", "types:prompts"],
      "types:consent",
    ],
    packages: ["@modelcontextprotocol/server", "zod"],
    why: "the server must be buildable with fakes",
  },
  tools: {
    rooms: [
      ...[
        "errors",
        "operations",
        "time",
        "time-limit",
        "catalog",
        "consent",
        "simulation",
        "diagnosis",
        "logs",
        "deployment",
        "analysis",
        "runs",
        "fmi",
        "runner/contract.ts",
        "energyplus",
        "inputs/input-series-schema.ts",
      ],
      "types:modal",
      "types:plots",
    ],
    packages: ["zod"],
    why: "a tool knows a Modal endpoint by its interface, never what is behind it",
  },
  consent: {
    rooms: [...PURE, "types:runs"],
    packages: [],
    why: "what the user is asked is decided from facts that are passed in",
  },
  resources: {
    rooms: [...PURE, "catalog", "fmi", "runs", "types:modal", "types:tools"],
    packages: [],
    why: "what can be read is read through the services that are passed in",
  },
  prompts: {
    rooms: [...PURE, "resources/known-ids.ts", "types:tools"],
    packages: [],
    why: "a prompt is text for the assistant",
  },
  catalog: {
    rooms: [...PURE, "operations", "fmi", "types:modal"],
    packages: [],
    why: "FMUs on a volume are found through the Modal interface that is passed in",
  },
  simulation: {
    rooms: [
      ...[...PURE, "operations", "fmi", "inputs", "energyplus", "runs", "runner/contract.ts"],
      ...["runner/energyplus-contract.ts", "types:modal"],
    ],
    packages: [],
    why: "a run is planned from the model description and started through the Modal interface",
  },
  energyplus: {
    rooms: [...PURE, "runner/energyplus-contract.ts", "types:modal", "types:runs"],
    packages: [],
    why: "a building model's files and results do not depend on who runs it",
  },
  diagnosis: {
    rooms: [...PURE, "catalog", "fmi", "logs", "runs", "runner/contract.ts", "types:modal"],
    packages: [],
    why: "findings come from the Modal interface and the configuration that are passed in",
  },
  logs: {
    rooms: [...PURE, "types:modal"],
    packages: [],
    why: "log lines are put in order whoever reads them",
  },
  deployment: {
    rooms: [...PURE, "types:modal"],
    packages: [],
    why: "a runner is tried through the Modal interface that is passed in",
  },
  modal: {
    rooms: PURE,
    packages: ["modal", "cbor-x"],
    why: "a bug shared with the emulator would pass every test, and a Modal client knows functions, not simulations",
  },
  emulator: {
    rooms: [...PURE, "wire"],
    packages: ["@grpc/grpc-js"],
    why: "the emulator must not lean on the client that it is tested with",
  },
  wire: { rooms: PURE, packages: ["cborg", "protobufjs"], why: "encoding depends on nothing" },
  fmi: {
    rooms: ["errors"],
    packages: ["koffi", "saxes", "yauzl"],
    why: "the FMI engine must be usable alone",
  },
  runner: {
    rooms: [...PURE, "fmi", "inputs/input-series-schema.ts"],
    packages: ["koffi", "zod"],
    why: "the runner simulates; who calls it is not its business",
  },
  inputs: {
    rooms: [...PURE, "fmi"],
    packages: ["zod"],
    why: "reading inputs needs the model description, not whoever runs the model",
  },
  analysis: {
    rooms: [...PURE, "fmi", "runs", "inputs"],
    packages: [],
    why: "questions to a series are answered from what is kept, whoever simulated",
  },
  plots: {
    rooms: [...PURE, "analysis", "runs", "fmi/description/name-pattern.ts"],
    packages: ["d3-scale", "d3-shape", "@resvg/resvg-wasm"],
    why: "a picture is drawn from what is kept, whoever asks for it",
  },
  runs: {
    rooms: PURE,
    packages: ["hyparquet-writer"],
    why: "what is kept does not depend on how it came about",
  },
  config: { rooms: PURE, packages: ["smol-toml", "zod"], why: "configuration is pure" },
  log: { rooms: PURE, packages: [], why: "logging is pure" },
  operations: { rooms: PURE, packages: [], why: "waiting knows nothing of what is waited for" },
  time: { rooms: PURE, packages: [], why: "times are read by rules alone" },
  errors: { rooms: [], packages: [], why: "everything depends on it" },
  redact: { rooms: [], packages: [], why: "every room may use it" },
};

/** Parts of main.ts: they put the rooms together, and get arguments, environment and streams from it. */
const ASSEMBLY = ["main", "wiring"];

/** Modules that only the named files may import, tighter than their rooms. */
const RESERVED: readonly { module: RegExp; files: RegExp; typesToo: boolean; why: string }[] = [
  {
    module: /^modal$/,
    files: /^modal\/connect\.ts$/,
    typesToo: false,
    why: "it reads files and the environment",
  },
  {
    module: /^@grpc\/grpc-js$/,
    files: /^emulator\/server\.ts$/,
    typesToo: false,
    why: "handlers are plain functions",
  },
  {
    module: /^koffi$/,
    files: /^(fmi\/(library|log-format)|runner\/limits)\.ts$/,
    typesToo: false,
    why: "native code can end the process",
  },
  {
    module: /^node:child_process$/,
    files: /(^|\/)[^/]*process[^/]*\.ts$/,
    typesToo: true,
    why: "a file that starts processes says so in its name",
  },
];

/** Words that only the named files may hold, outside comments. */
const WORDS: readonly { word: RegExp; files: RegExp; why: string }[] = [
  { word: /\bprocess\.env\b/, files: /^main\.ts$/, why: "the environment is read once, by main.ts" },
  { word: /\bconsole\s*[.[]/, files: /^main\.ts$/, why: "stdout is the protocol's" },
  { word: /\bprocess\.stdout\b/, files: /^main\.ts$/, why: "stdout is the protocol's" },
];

/** Rooms from which no import of values, direct or not, may lead to native code: they run in the server's process. */
const WITHOUT_NATIVE = [
  ...[
    "server",
    "tools",
    "catalog",
    "simulation",
    "energyplus",
    "inputs",
    "analysis",
    "diagnosis",
    "modal",
    "emulator",
  ],
  ...["consent", "resources", "prompts", "plots"],
];

/** Finds what breaks the rules in source files (path below src -> text), each with its reason. */
export function findViolations(sources: ReadonlyMap<string, string>): string[] {
  const imports = [...sources].flatMap(([file, text]) => readImports(file, text));
  const words = [...sources].flatMap(([file, text]) =>
    WORDS.filter(({ word, files }) => !files.test(file) && word.test(withoutComments(text))).map(
      ({ word, why }) => `${file} holds ${word.source}: ${why}`,
    ),
  );
  const found = [...imports.flatMap(judgeImport), ...findToolCalls(sources, imports)];
  return [...new Set([...found, ...words, ...findNativePaths(imports)])];
}

/** Reads the import and export statements and the import() calls of a file; relative targets become paths below src. */
export function readImports(file: string, text: string): Import[] {
  const code = withoutComments(text);
  const statement = /\b(?:import|export)\s+(type\s+)?([\w*{][^"';]*?)\s*from\s*"([^"]+)"/g;
  const bare = /(\btypeof\s+)?\bimport\s*\(?\s*["'`]([^"'`$]+)["'`]/g;
  const found = [...code.matchAll(statement)].map(([, type, names = "", target = ""]) => ({
    target,
    typesOnly: type !== undefined || /^\{(\s*type\s[^,}]*,?)+\s*\}$/.test(names),
  }));
  for (const [, type, target = ""] of code.matchAll(bare))
    found.push({ target, typesOnly: type !== undefined });
  return found.map((entry) => ({ ...entry, file, target: resolve(file, entry.target) }));
}

function judgeImport({ file, target, typesOnly }: Import): string[] {
  const reserved = RESERVED.find(({ module }) => module.test(target));
  if (reserved && !reserved.files.test(file) && (reserved.typesToo || !typesOnly))
    return [`${file} imports ${target}: ${reserved.why}`];
  const from = roomOf(file);
  if (ASSEMBLY.includes(from) || target.startsWith("node:")) return [];
  const room = ROOMS[from];
  if (room === undefined) return [`${file} is in a room that no rule names: add "${from}" to ROOMS`];
  const allowed = target.endsWith(".ts")
    ? mayImportFile(from, room, target, typesOnly)
    : room.packages.includes(packageOf(target));
  if (allowed) return [];
  return [`${file} imports ${target}${typesOnly ? " (types)" : ""}: ${room.why}`];
}

function mayImportFile(from: string, room: Room, target: string, typesOnly: boolean): boolean {
  const to = roomOf(target);
  if (to === from) return true;
  if (room.rooms.includes(to) || room.rooms.includes(target)) return true;
  return typesOnly && room.rooms.includes(`types:${to}`);
}

/** Finds tools that import another tool; the list of tools and the parts they share define none. */
function findToolCalls(sources: ReadonlyMap<string, string>, imports: readonly Import[]): string[] {
  const isTool = (file: string) =>
    roomOf(file) === "tools" && /=\s*defineTool\(/.test(sources.get(file) ?? "");
  return imports
    .filter(({ file, target }) => isTool(file) && isTool(target))
    .map(({ file, target }) => `${file} imports ${target}: tools do not call each other`);
}

function findNativePaths(imports: readonly Import[]): string[] {
  const values = imports.filter((entry) => !entry.typesOnly);
  const starts = new Set(
    values.map(({ file }) => file).filter((file) => WITHOUT_NATIVE.includes(roomOf(file))),
  );
  return [...starts].flatMap((start) => {
    const seen = new Set([start]);
    for (const file of seen) for (const entry of values) if (entry.file === file) seen.add(entry.target);
    return seen.has("koffi")
      ? [`${start} leads to koffi: native code runs in the runner's child process only`]
      : [];
  });
}

function roomOf(path: string): string {
  return path.replace(/\.ts$/, "").split("/")[0] ?? "";
}

function packageOf(target: string): string {
  return target.split("/", target.startsWith("@") ? 2 : 1).join("/");
}

function resolve(file: string, target: string): string {
  return target.startsWith(".") ? new URL(target, `file:///${file}`).pathname.slice(1) : target;
}

/** Blanks comments; text that looks like one inside a string (a URL) stays. */
function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, kept) => kept ?? "",
  );
}
