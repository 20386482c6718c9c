/** A value for people: numbers in six digits (the structured result has them all), anything else as JSON. */
export function showValue(value: unknown): string {
  return typeof value === "number" ? `${Number(value.toPrecision(6))}` : JSON.stringify(value);
}
