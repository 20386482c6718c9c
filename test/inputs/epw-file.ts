/** A row of an EPW file: its date, and values by place in the row. */
export interface EpwRow {
  month: number;
  day: number;
  hour: number;
  year?: number;
  values?: Readonly<Record<number, string | number>>;
}

/** What to put into an EPW file for a test. */
export interface EpwParts {
  rows: readonly EpwRow[];
  recordsPerHour?: number;
  periods?: number;
  timeZone?: number;
}

const MISSING: readonly (string | number)[] = [
  ...[99.9, 99.9, 999, 999999, 9999, 9999, 9999, 9999, 9999, 9999, 999999, 999999, 999999, 9999, 999, 999],
  ...[99, 99, 9999, 99999, 9, 999999999, 999, ".999", 999, 99, 999, 999, 99],
];

/** Writes an EPW file; values that a row does not give are the code for missing. */
export function epwFile({ rows, recordsPerHour = 1, periods = 1, timeZone = 1 }: EpwParts): string {
  const lines = rows.map(({ year = 2005, month, day, hour, values = {} }) => {
    const data = MISSING.map((code, index) => values[index + 6] ?? code);
    return [year, month, day, hour, 60 / recordsPerHour, "?9?9", ...data].join(",");
  });
  return [
    `LOCATION,Testville,-,NOW,made for a test,0,50.0,8.0,${timeZone.toFixed(1)},100.0`,
    "DESIGN CONDITIONS,0",
    "TYPICAL/EXTREME PERIODS,0",
    "GROUND TEMPERATURES,0",
    "HOLIDAYS/DAYLIGHT SAVING,No,0,0,0",
    "COMMENTS 1,none",
    "COMMENTS 2,none",
    `DATA PERIODS,${periods},${recordsPerHour},Data,Sunday, 1/ 1, 1/ 2`,
    ...lines,
    "",
  ].join("\r\n");
}

/** Rows of whole days from 1 January on; `values` by hour of the file, from 0. */
export function epwDays(days: number, values: (hour: number) => EpwRow["values"]): EpwRow[] {
  return Array.from({ length: days * 24 }, (_, index) => {
    const date = new Date(Date.UTC(2005, 0, 1 + Math.floor(index / 24)));
    const given = values(index);
    return {
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: (index % 24) + 1,
      ...(given && { values: given }),
    };
  });
}
