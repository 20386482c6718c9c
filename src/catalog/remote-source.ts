import { assertRange, type ByteSource } from "../fmi/archive/byte-source.ts";
import type { Modal, VolumeEntry, VolumeInfo } from "../modal/modal.ts";

/**
 * A file on a volume as a byte source: only the ranges asked for are fetched. `openFmu` reads ahead and keeps what it
 * has read, so a model description costs a few requests and not a download of the whole FMU.
 */
export function openRemoteSource(
  modal: Modal,
  volume: VolumeInfo,
  entry: VolumeEntry,
  signal?: AbortSignal,
): ByteSource {
  return {
    size: entry.size,
    read: async (start, length) => {
      assertRange(entry.size, start, length);
      // To Modal, length 0 means "to the end".
      if (length === 0) return new Uint8Array();
      const { bytes } = await modal.volumes.read(volume, entry.path, { start, length }, signal);
      return bytes;
    },
    close: async () => undefined,
  };
}
