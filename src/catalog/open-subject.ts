import { basename } from "node:path";
import { openFileSource } from "../fmi/archive/byte-source.ts";
import { type Fmu, openFmu } from "../fmi/fmu.ts";
import type { Modal } from "../modal/modal.ts";
import { resolveFmu } from "./find-fmu.ts";
import { type LocalFolders, resolveLocalFile } from "./local-path.ts";
import { openRemoteSource } from "./remote-source.ts";
import { readSidecars } from "./sidecars.ts";

/** An open FMU and where it was found; the caller closes it. */
export interface OpenedSubject {
  fmu: Fmu;
  /** Undefined for a file of this computer, which is not read whole. */
  checksum: string | undefined;
  /** The local path, or the path on its volume. */
  location: string;
  volumeName: string | undefined;
}

/** Opens an FMU file of this computer. Throws what `resolveLocalFile` and `openFmu` throw. */
export async function openLocalSubject(path: string, folders: LocalFolders): Promise<OpenedSubject> {
  const location = await resolveLocalFile(path, folders);
  const fmu = await openFmu(await openFileSource(location), basename(location));
  return { fmu, checksum: undefined, location, volumeName: undefined };
}

/** Opens an FMU on the first of the volumes that holds it, by what `resolveFmu` takes; only what is needed is fetched. */
export async function openStoredSubject(
  modal: Modal,
  volumeNames: readonly string[],
  asked: string,
  signal: AbortSignal,
): Promise<OpenedSubject> {
  const { volume, entry, checksum, volumeName, sidecar } = await resolveFmu(
    modal,
    volumeNames,
    asked,
    signal,
  );
  const sidecars = sidecar ? undefined : await readSidecars(modal, volume, [entry.path], signal);
  const fileName = (sidecar ?? sidecars?.get(entry.path))?.file_name || `${checksum.slice(0, 12)}.fmu`;
  const fmu = await openFmu(openRemoteSource(modal, volume, entry, signal), fileName);
  return { fmu, checksum, location: `/${entry.path}`, volumeName };
}
