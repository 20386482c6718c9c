/** The candidates that a misspelled name may have meant, best first: the same but for case, then a few letters off. */
export function findClosestNames(name: string, candidates: Iterable<string>, most = 3): string[] {
  const allowed = name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 4));
  const found: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const distance = nameDistance(name, candidate, allowed);
    if (distance <= allowed) found.push({ candidate, distance });
  }
  return found
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

// Levenshtein's distance, with half a step for a difference in case overall; more than `allowed` where that is exceeded.
function nameDistance(left: string, right: string, allowed: number): number {
  if (Math.abs(left.length - right.length) > allowed) return allowed + 1;
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  if (a === b) return left === right ? 0 : 0.5;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    if (Math.min(...current) > allowed) return allowed + 1;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
