/** The header of a column: its name, and its unit where one is written. */
export interface ColumnHeader {
  name: string;
  unit: string | undefined;
}

/**
 * Reads `T_out [degC]`, `T_out[degC]` or `T_out (degC)`. Digits in brackets are an array's index (`u[2]`), and round brackets
 * without a space before them belong to the name (`der(x)`). `[-]` is the unit 1.
 */
export function parseColumnHeader(text: string): ColumnHeader {
  const trimmed = text.trim();
  const square = /^(.*?\S)\s*\[([^[\]]*)\]$/.exec(trimmed);
  if (square !== null && !/^\s*\d[\d,\s]*$/.test(square[2] ?? ""))
    return { name: square[1] ?? "", unit: unitOf(square[2]) };
  const round = splitRoundBrackets(trimmed);
  return round === undefined
    ? { name: trimmed, unit: undefined }
    : { name: round.name, unit: unitOf(round.unit) };
}

// The bracket that closes last may hold others: `k (W/(m2.K))`.
function splitRoundBrackets(text: string): { name: string; unit: string } | undefined {
  if (!text.endsWith(")")) return undefined;
  let depth = 0;
  for (let at = text.length - 1; at > 0; at--) {
    if (text[at] === ")") depth += 1;
    else if (text[at] === "(") depth -= 1;
    if (depth > 0) continue;
    const name = text.slice(0, at);
    return /\S\s+$/.test(name) ? { name: name.trim(), unit: text.slice(at + 1, -1) } : undefined;
  }
  return undefined;
}

function unitOf(text = ""): string | undefined {
  const unit = text.trim();
  if (unit === "-") return "1";
  return unit === "" ? undefined : unit;
}
