import { basename, join, posix } from "node:path";
import { findTaken, placeBelow, type Transfer } from "../catalog/move-files.ts";
import { type Selected, selectFiles } from "../catalog/select-files.ts";
import { readSidecars, type Sidecar } from "../catalog/sidecars.ts";
import type { TrashEntry } from "../catalog/trash.ts";
import { ToolError } from "../errors.ts";
import type { VolumeInfo } from "../modal/modal.ts";
import type { RunRecord } from "../runs/record.ts";
import type { Endpoint, Services, Settings } from "./services.ts";
import { volumeName } from "./volume-name.ts";

const RECORDS_LOOKED_AT = 500;
const MOST_OLD = 200;

/** What `manage_volume` was asked. */
export interface VolumeRequest {
  action: "create" | "download" | "copy" | "remove" | "restore";
  volume: string;
  use_test_volume?: boolean | undefined;
  paths?: string[] | undefined;
  to?: string | undefined;
  to_volume?: string | undefined;
  trash_id?: string | undefined;
  older_than?: string | undefined;
  overwrite: boolean;
  dry_run: boolean;
  endpoint?: "modal" | "embedded" | undefined;
  environment?: string | undefined;
}

/** A file or folder that an action is about, for people. */
export interface VolumeItem {
  path: string;
  name: string | null;
  size: number;
  files: number;
  /** ISO 8601. */
  uploaded_at: string;
  last_run: string | null;
}

/** What an action would do, found out without changing anything. */
export interface VolumePlan {
  endpoint: Endpoint;
  environment: string;
  volumeName: string;
  /** Undefined where the volume is not there. */
  volume: VolumeInfo | undefined;
  selected: Selected[];
  items: VolumeItem[];
  transfers: Transfer[];
  /** Where a copy goes. */
  target: { name: string; volume: VolumeInfo | undefined } | undefined;
  /** What is there already and would be replaced. */
  taken: string[];
  /** What would be restored; all removals where none was named. */
  trash: TrashEntry[];
}

/** Works out an action. Throws `invalid_argument` for what does not go together, `permission_denied` for closed production. */
export async function planVolumeAction(
  request: VolumeRequest,
  services: Services,
  signal: AbortSignal,
): Promise<VolumePlan> {
  checkTogether(request);
  const { settings } = services;
  if (request.action === "restore") return planRestore(request, services, signal);
  const name = volumeName(request.volume, request.use_test_volume, settings);
  const endpoint = await services.connect(request.endpoint, request.environment);
  const { environment } = await endpoint.describe(signal);
  const plan: VolumePlan = {
    ...{ endpoint, environment, volumeName: name, volume: undefined, selected: [], items: [], transfers: [] },
    ...{ target: undefined, taken: [], trash: [] },
  };
  if (request.action === "create") {
    checkMayWrite(name, request, settings);
    return { ...plan, volume: await endpoint.modal.volumes.find(name, signal) };
  }
  if (request.action === "remove") checkMayWrite(name, request, settings);
  const volume = await endpoint.modal.volumes.get(name, signal);
  const paths = request.older_than
    ? await findOlder(plan, volume, request.older_than, signal)
    : request.paths;
  const selected = await selectFiles(endpoint.modal, volume, paths ?? [], signal);
  const items = await describeItems(endpoint, volume, selected, services, signal);
  const chosen = { ...plan, volume, selected, items };
  if (request.action === "download") return planDownload(chosen, request, settings);
  return request.action === "copy" ? planCopy(chosen, request, settings, signal) : chosen;
}

async function planDownload(
  plan: VolumePlan,
  { to = "" }: VolumeRequest,
  settings: Settings,
): Promise<VolumePlan> {
  const { resolveLocalFolder } = await import("../catalog/local-path.ts");
  const folder = await resolveLocalFolder(to, settings);
  const transfers = placeBelow(plan.selected, folder, join);
  return { ...plan, transfers, taken: await findTaken(targetsOf(transfers), "here") };
}

async function planCopy(
  plan: VolumePlan,
  request: VolumeRequest,
  settings: Settings,
  signal: AbortSignal,
): Promise<VolumePlan> {
  const { modal } = plan.endpoint;
  const name = volumeName(request.to_volume ?? plan.volumeName, undefined, settings);
  checkMayWrite(name, request, settings);
  const volume = await modal.volumes.find(name, signal);
  const transfers = placeBelow(plan.selected, posix.normalize(`/${request.to ?? ""}`), posix.join);
  const taken = await findTaken(targetsOf(transfers), { modal, volume, signal });
  return { ...plan, transfers, taken, target: { name, volume } };
}

async function planRestore(
  request: VolumeRequest,
  services: Services,
  signal: AbortSignal,
): Promise<VolumePlan> {
  const trash = await services.trash();
  await trash.sweep();
  const one = request.trash_id === undefined ? undefined : await trash.get(request.trash_id);
  const endpoint = await services.connect(
    one?.endpoint ?? request.endpoint,
    one?.environment ?? request.environment,
  );
  const { environment } = await endpoint.describe(signal);
  const name = one?.volume ?? volumeName(request.volume, request.use_test_volume, services.settings);
  const nothing = { selected: [], items: [], transfers: [], target: undefined };
  const plan = { endpoint, environment, volumeName: name, volume: undefined, taken: [], ...nothing };
  if (one === undefined) return { ...plan, trash: await trash.list() };
  checkMayWrite(name, request, services.settings);
  const volume = await endpoint.modal.volumes.find(name, signal);
  const targets = one.files.map(({ path }) => `/${path}`);
  const taken = await findTaken(targets, { modal: endpoint.modal, volume, signal });
  return { ...plan, volume, taken, trash: [one] };
}

/** Top-level entries that have not changed for so long; outputs of EnergyPlus lie in one folder per simulation. */
async function findOlder({ endpoint }: VolumePlan, volume: VolumeInfo, age: string, signal: AbortSignal) {
  const { parseTime } = await import("../time.ts");
  const before = parseTime(age, "older_than").getTime() / 1000;
  const paths: string[] = [];
  for await (const { path, modified } of endpoint.modal.volumes.entries(volume, "/", {
    recursive: false,
    signal,
  }))
    if (!path.startsWith(".") && modified < before && paths.length < MOST_OLD) paths.push(`/${path}`);
  return paths.sort();
}

async function describeItems(
  { modal }: Endpoint,
  volume: VolumeInfo,
  selected: readonly Selected[],
  services: Services,
  signal: AbortSignal,
): Promise<VolumeItem[]> {
  const sidecars = await readSidecars(
    modal,
    volume,
    selected.map(({ path }) => path.slice(1)),
    signal,
  );
  const store = await services.findRuns();
  const records = (await store?.list({ limit: RECORDS_LOOKED_AT })) ?? [];
  return selected.map((one) => describeItem(one, sidecars.get(one.path.slice(1)), records));
}

function describeItem(
  { path, files, checksum }: Selected,
  sidecar: Sidecar | undefined,
  records: readonly RunRecord[],
): VolumeItem {
  const newest = files.reduce((latest, { modified }) => Math.max(latest, modified), 0);
  const [, top] = path.split("/");
  const last = records.find(({ run_id, fmu }) =>
    checksum === undefined ? run_id === top : fmu.checksum === checksum,
  );
  return {
    path,
    name: sidecar ? `${sidecar.file_name} (${sidecar.model_name})` : null,
    size: files.reduce((sum, { size }) => sum + size, 0),
    files: files.length,
    uploaded_at: sidecar?.uploaded_at || new Date(newest * 1000).toISOString(),
    last_run: last ? `${last.run_id}, ${last.created_at}` : null,
  };
}

function targetsOf(transfers: readonly Transfer[]): string[] {
  return transfers.map(({ target }) => target);
}

/** Every volume but the test volumes counts as production: what else lies on one by another name is not known. */
function checkMayWrite(
  name: string,
  { dry_run }: VolumeRequest,
  { allowProduction, volumes }: Settings,
): void {
  const { fmi, fmiTest, energyplus, energyplusTest } = volumes;
  const isTest = [fmiTest, energyplusTest].includes(name) && ![fmi, energyplus].includes(name);
  if (allowProduction || isTest || dry_run) return;
  throw new ToolError(
    "permission_denied",
    `Cannot change volume "${name}": \`MODAL_FMI_ALLOW_PRODUCTION\` is 0, and it is none of the test volumes`,
    "Pass `use_test_volume: true`, or unset `MODAL_FMI_ALLOW_PRODUCTION`.",
  );
}

const NEEDS: Readonly<Record<VolumeRequest["action"], readonly (keyof VolumeRequest)[]>> = {
  create: [],
  download: ["paths", "to"],
  copy: ["paths"],
  remove: ["paths"],
  restore: [],
};

function checkTogether(request: VolumeRequest): void {
  const { action, paths, older_than: olderThan, dry_run: dryRun } = request;
  if (olderThan !== undefined && (action !== "remove" || !dryRun || paths !== undefined))
    throw together(
      action,
      "older_than only lists what could be removed",
      "Pass `older_than` with `action: remove` and `dry_run: true`, then the `paths` it shows.",
    );
  const missing = NEEDS[action].filter(
    (name) => request[name] === undefined && !(name === "paths" && olderThan),
  );
  if (missing.length > 0)
    throw together(
      action,
      `${missing.map((name) => `\`${name}\``).join(" and ")} missing`,
      `Pass \`${missing[0]}\` as well.`,
    );
  if (action === "copy" && request.to === undefined && request.to_volume === undefined)
    throw together(
      action,
      "it has nowhere to go",
      "Pass `to` (a folder of the volume), `to_volume`, or both.",
    );
}

function together(action: string, why: string, remedy: string): ToolError {
  return new ToolError("invalid_argument", `Cannot ${action}: ${why}`, remedy);
}

/** A few names of many, for a question. */
export function nameSome(paths: readonly string[], most = 5): string {
  const shown = paths.slice(0, most).map((path) => basename(path));
  return `${shown.join(", ")}${paths.length > most ? ` and ${paths.length - most} more` : ""}`;
}
