/** Passes on a call when 100 ms have gone by, looking at the clock seldom enough to cost nothing. */
export function paceProgress(progress: (time: number) => void): (time: number) => void {
  let stride = 1;
  let calls = 0;
  let checked = performance.now();
  let told = checked;
  return (time) => {
    calls += 1;
    if (calls < stride) return;
    calls = 0;
    const now = performance.now();
    if (now - checked < 5) stride = Math.min(stride * 2, 65_536);
    else if (now - checked > 50) stride = Math.max(1, stride >> 1);
    checked = now;
    if (now - told < 100) return;
    told = now;
    progress(time);
  };
}
