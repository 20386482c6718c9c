/** A value for people: numbers in six digits (the structured result has them all), anything else as JSON. */
export function showValue(value: unknown): string {
  return typeof value === "number" ? `${Number(value.toPrecision(6))}` : JSON.stringify(value);
}

const LONGEST_NAME = 200;

/** A name that an FMU gives itself, for results and records: at most 200 characters, as it may be of any length. */
export function shortenName(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}
