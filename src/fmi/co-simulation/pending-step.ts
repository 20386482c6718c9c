const SHORTEST_MS = 0.05;
const LONGEST_MS = 5;

/**
 * Makes a function that holds this thread for a moment, longer each time: from 0.05 to 5 ms. A step that is pending is
 * waited for so, as nothing else may be called meanwhile.
 */
export function createBlockingSleep(): () => void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let milliseconds = SHORTEST_MS;
  return () => {
    Atomics.wait(cell, 0, 0, milliseconds);
    milliseconds = Math.min(milliseconds * 1.5, LONGEST_MS);
  };
}
