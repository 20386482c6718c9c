import { toError } from "../../errors.ts";
import {
  BuildFailure,
  buildEnvironment,
  findEnvironment,
  findPython,
  type PythonEnvironment,
} from "../containers/python-environment.ts";
import type { EmulatorState } from "../state.ts";
import { findBuilt, type ImageRecord, type PlannedLayer, planLayers } from "./image-records.ts";

/** A build of an image in this process, under way or ended. */
export interface ImageBuild {
  readonly lines: string[];
  /** Set when it has ended: "" for success, else what failed. */
  failure: string | undefined;
  /** Aborted and renewed whenever there is news. */
  news: AbortController;
}

function tell(build: ImageBuild): void {
  const { news } = build;
  build.news = new AbortController();
  news.abort();
}

async function buildLayers(
  state: EmulatorState,
  layers: readonly PlannedLayer[],
  onLine: (line: string) => void,
): Promise<void> {
  let base: PythonEnvironment | undefined;
  for (const layer of layers) {
    if (layer.installs.length === 0) continue;
    base = (await findEnvironment(state, layer.key)) ?? (await joinBuild(state, layer, base, onLine));
  }
}

/* An image that is built meanwhile may have the same layer. */
function joinBuild(
  state: EmulatorState,
  { key, installs }: PlannedLayer,
  base: PythonEnvironment | undefined,
  onLine: (line: string) => void,
): Promise<PythonEnvironment> {
  const running = state.environments.get(key);
  if (running !== undefined) return running;
  const started = buildEnvironment(state, key, { base, installs }, onLine);
  state.environments.set(key, started);
  const forget = () => void state.environments.delete(key);
  started.then(forget, forget);
  return started;
}

// Differs: one Python runs every image, whatever version it asks for.
function versionNotice(commands: readonly string[], version: string): string[] {
  const wanted = commands.map((command) => /^FROM python:(\d+\.\d+)/.exec(command)?.[1]).find(Boolean);
  if (wanted === undefined || version.startsWith(`${wanted}.`)) return [];
  return [`The image asks for Python ${wanted}; here it gets Python ${version}.`];
}

function start(state: EmulatorState, layers: readonly PlannedLayer[], version: string): ImageBuild {
  const build: ImageBuild = { lines: [], failure: undefined, news: new AbortController() };
  const onLine = (line: string): void => {
    build.lines.push(line);
    tell(build);
  };
  onLine("Images are not built on the embedded endpoint: what pip installs goes into a virtual environment.");
  for (const notice of versionNotice(layers.at(-1)?.image.commands ?? [], version)) onLine(notice);
  for (const command of layers.at(-1)?.plan.ignored ?? []) onLine(`Not run here: ${command}`);
  buildLayers(state, layers, onLine).then(
    () => {
      build.failure = "";
      tell(build);
    },
    (thrown: unknown) => {
      if (!(thrown instanceof BuildFailure)) state.onError(`image build: ${toError(thrown).message}`);
      build.failure = toError(thrown).message;
      tell(build);
    },
  );
  return build;
}

/**
 * Makes sure that an image's environment is there or under way; undefined where there is nothing to build: it is
 * there and, for an image seen for the first time, nothing in it is passed over; or there is no Python to build with.
 */
export async function ensureBuild(
  state: EmulatorState,
  image: ImageRecord,
  isNew: boolean,
): Promise<ImageBuild | undefined> {
  const version = await findPython(state);
  if (version === undefined) return undefined;
  const running = state.builds.get(image.id);
  if (running !== undefined && running.failure === undefined) return running;
  const layers = await planLayers(state, image, version);
  const silent = !isNew || (layers.at(-1)?.plan.ignored.length ?? 0) === 0;
  if (silent && (await findBuilt(state, layers)) !== undefined) return undefined;
  const build = start(state, layers, version);
  state.builds.set(image.id, build);
  return build;
}
