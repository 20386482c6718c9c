import { ToolError } from "./errors.ts";

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const AGE = /^(\d+(?:\.\d+)?)\s*([smhd])$/;
const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** Reads an ISO 8601 time (UTC where no zone is given) or an age such as `10m` or `7d`. Throws `invalid_argument` naming the field. */
export function parseTime(text: string, field: string, now: Date = new Date()): Date {
  const trimmed = text.trim();
  const age = AGE.exec(trimmed);
  const time = age
    ? new Date(now.getTime() - Number(age[1]) * UNITS_MS[age[2] as keyof typeof UNITS_MS])
    : readIsoTime(trimmed);
  if (time && !Number.isNaN(time.getTime())) return time;
  throw new ToolError(
    "invalid_argument",
    `Cannot read ${field} "${text.slice(0, 80)}": it is no ISO 8601 time and no age`,
    `Give \`${field}\` as 2026-01-31T12:00:00Z, or as an age such as 30m, 12h or 7d.`,
  );
}

function readIsoTime(text: string): Date | undefined {
  if (!ISO.test(text) || !isDayOfCalendar(text.slice(0, 10))) return undefined;
  const hasZone = text.length === 10 || /(?:Z|[+-]\d{2}:?\d{2})$/.test(text);
  return new Date(hasZone ? text : `${text}Z`);
}

/** `Date` takes 30 February for 2 March. */
function isDayOfCalendar(day: string): boolean {
  const date = new Date(day);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
