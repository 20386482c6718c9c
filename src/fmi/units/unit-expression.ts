import { quote } from "../invalid-fmu.ts";
import { isSameDimension, multiplyScales, ONE, type UnitScale } from "./unit-scale.ts";
import { findUnitSymbol } from "./unit-table.ts";

const LONGEST = 100;
const KELVIN: UnitScale = { ...ONE, dimension: [0, 0, 0, 0, 1, 0, 0, 0] };

/** Why a unit cannot be read; `symbol` is the part that is not known. */
export interface UnitProblem {
  problem: string;
  symbol?: string;
}

/**
 * Reads a unit: one symbol, or an expression in Modelica's spelling (`W/(m2.K)`, `m.s-2`) or a usual variation of it (`m^2`,
 * `m²`, `*`, `·`, a space). An offset is kept for a bare symbol only: `W/degC` is per kelvin of difference.
 */
export function parseUnitExpression(text: string): UnitScale | UnitProblem {
  const unit = normalise(text);
  if (unit === "") return ONE;
  if (unit.length > LONGEST) return { problem: "it is too long" };
  const bare = findUnitSymbol(unit);
  if (bare !== undefined) return bare;
  const cursor = { text: unit, at: 0, hasOffset: false };
  try {
    const scale = readProduct(cursor);
    if (cursor.at < unit.length) throw new UnitSyntaxError(`${quote(unit.slice(cursor.at))} is not expected`);
    if (cursor.hasOffset && isSameDimension(scale, KELVIN)) {
      throw new UnitSyntaxError("a temperature's unit stands alone, as in degC");
    }
    return scale;
  } catch (thrown) {
    if (!(thrown instanceof UnitSyntaxError)) throw thrown;
    return thrown.symbol === undefined
      ? { problem: thrown.message }
      : { problem: thrown.message, symbol: thrown.symbol };
  }
}

interface Cursor {
  readonly text: string;
  at: number;
  /** A unit with an offset has been read. */
  hasOffset: boolean;
}

class UnitSyntaxError extends Error {
  readonly symbol: string | undefined;

  constructor(message: string, symbol?: string) {
    super(message);
    this.symbol = symbol;
  }
}

// NFKC turns m² into m2, the micro sign into mu, ℃ into °C.
function normalise(text: string): string {
  return text
    .replaceAll("º", "°")
    .normalize("NFKC")
    .replace(/[−–]/g, "-")
    .replaceAll("**", "^")
    .replace(/[*·⋅×]/g, ".")
    .trim();
}

function readProduct(cursor: Cursor): UnitScale {
  let result = readPower(cursor);
  let divided = false;
  for (;;) {
    const operator = take(cursor, /\s*([./])\s*/y) ?? take(cursor, /\s+(?=[\p{L}\d(%°])/uy);
    if (operator === undefined) return result;
    const isDivision = operator.trim() === "/";
    if (divided && !isDivision)
      throw new UnitSyntaxError("a product after the slash needs brackets, as in W/(m2.K)");
    divided ||= isDivision;
    result = multiplyScales(result, readPower(cursor), isDivision ? -1 : 1);
  }
}

function readPower(cursor: Cursor): UnitScale {
  const factor = readFactor(cursor);
  const raised = take(cursor, /\s*\^\s*\(?\s*([+-]?\d+(?:\.\d+)?)\s*\)?/y) ?? take(cursor, /[+-]?\d+/y);
  return raised === undefined ? factor : multiplyScales(ONE, factor, Number(raised));
}

function readFactor(cursor: Cursor): UnitScale {
  if (take(cursor, /\(\s*/y) !== undefined) {
    const inner = readProduct(cursor);
    if (take(cursor, /\s*\)/y) === undefined) throw new UnitSyntaxError("a bracket is not closed");
    return inner;
  }
  const number = take(cursor, /\d+(?:\.\d+)?/y);
  if (number !== undefined) {
    if (Number(number) === 0) throw new UnitSyntaxError("it has a factor of 0");
    return { ...ONE, factor: Number(number) };
  }
  const symbol = take(cursor, /[\p{L}%‰°_]+/uy);
  if (symbol === undefined) throw new UnitSyntaxError("a unit is missing in it");
  const scale = findUnitSymbol(symbol);
  if (scale === undefined) throw new UnitSyntaxError(`"${symbol}" is not a unit known here`, symbol);
  cursor.hasOffset ||= scale.offset !== 0;
  return { ...scale, offset: 0 };
}

// The first group of the match (else all of it), and the cursor behind it.
function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match === null) return undefined;
  cursor.at = pattern.lastIndex;
  return match[1] ?? match[0];
}
