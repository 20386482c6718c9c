import { assertRange, type ByteSource } from "./byte-source.ts";

const WINDOW_BYTES = 128 * 1024;
const WINDOWS_KEPT = 4;

interface Window {
  start: number;
  bytes: Uint8Array;
}

/**
 * A source that turns many small reads into few large ones: it fetches 128 KiB at a time (at the end of the file: the
 * last 128 KiB) and keeps the four newest such windows. Longer reads go straight through.
 */
export function readAhead(source: ByteSource): ByteSource {
  const windows: Window[] = [];

  const findKept = (start: number, length: number) =>
    windows.find((each) => each.start <= start && start + length <= each.start + each.bytes.length);

  const fetchWindow = async (start: number): Promise<Window> => {
    const from = Math.max(0, Math.min(start, source.size - WINDOW_BYTES));
    const bytes = await source.read(from, Math.min(WINDOW_BYTES, source.size - from));
    const fetched = { start: from, bytes };
    windows.unshift(fetched);
    windows.length = Math.min(windows.length, WINDOWS_KEPT);
    return fetched;
  };

  return {
    size: source.size,
    read: async (start, length) => {
      assertRange(source.size, start, length);
      const kept = findKept(start, length);
      if (kept === undefined && length > WINDOW_BYTES) return source.read(start, length);
      const window = kept ?? (await fetchWindow(start));
      return window.bytes.subarray(start - window.start, start - window.start + length);
    },
    close: () => source.close(),
  };
}
