/** Bytes of text that a run may put into its log: an FMU that logs in every step must not fill the disk. */
const OUTPUT_BYTES = 1024 * 1024;

/** Lets text through until a run's limit is reached, then says so once: a sentence without what becomes of the rest. */
export function createOutputLimit(
  onFull: (notice: string) => void,
  limit = OUTPUT_BYTES,
): { admits(text: string): boolean } {
  let left = limit;
  return {
    admits: (text) => {
      if (left < 0) return false;
      left -= text.length + 1;
      if (left >= 0) return true;
      onFull(`The FMU's output has reached ${limit} bytes`);
      return false;
    },
  };
}
