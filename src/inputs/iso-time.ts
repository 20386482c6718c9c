/** A date and time as written. Whole seconds and their fraction stand apart: together they would lose digits. */
export interface IsoTime {
  /** Since 1970-01-01T00:00:00, in UTC, or in the time the text was written in where it names no zone. */
  seconds: number;
  fraction: number;
  hasZone: boolean;
}

const ISO_TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)([.,]\d+)?)?\s*(?:(Z)|([+-])(\d\d):?(\d\d)?)?)?$/;

/** Whether text begins as an ISO 8601 date does. */
export function looksLikeIsoTime(text: string): boolean {
  return /^\s*\d{4}-\d\d-\d\d/.test(text);
}

/** Reads ISO 8601 (`2026-01-31`, `2026-01-31T12:00:00.5+01:00`, a space for the T, 24:00); undefined for anything else. */
export function parseIsoTime(text: string): IsoTime | undefined {
  const match = ISO_TIME.exec(text.trim());
  if (match === null) return undefined;
  const part = (index: number) => Number(match[index] ?? 0);
  const day = new Date(Date.UTC(part(1), part(2) - 1, part(3)));
  if (day.getUTCMonth() !== part(2) - 1 || day.getUTCDate() !== part(3)) return undefined;
  const clock = part(4) * 3600 + part(5) * 60 + part(6);
  if (part(5) > 59 || part(6) > 59 || clock > 86_400) return undefined;
  const zone = (match[9] === "-" ? -1 : 1) * (part(10) * 3600 + part(11) * 60);
  return {
    seconds: day.getTime() / 1000 + clock - zone,
    fraction: match[7] === undefined ? 0 : Number(`0.${match[7].slice(1)}`),
    hasZone: match[8] !== undefined || match[9] !== undefined,
  };
}

/** Seconds from one time to another. */
export function secondsBetween(from: IsoTime, to: IsoTime): number {
  return to.seconds - from.seconds + (to.fraction - from.fraction);
}
