import type { BaseUnit } from "../description/model-description.ts";

/** The exponents of kg, m, s, A, K, mol, cd and rad, in this order. */
export type Dimension = readonly number[];

/** How a unit relates to the SI base units: `base = factor * value + offset`, or `factor / value + offset`. */
export interface UnitScale {
  dimension: Dimension;
  factor: number;
  /** Only of a bare temperature unit, or as an FMU defines it. */
  offset: number;
  inverse: boolean;
  /** Set for a unit whose dimension nobody tells: it is like nothing but itself. */
  opaque: string | undefined;
}

/** The number one. */
export const ONE: UnitScale = {
  dimension: [0, 0, 0, 0, 0, 0, 0, 0],
  factor: 1,
  offset: 0,
  inverse: false,
  opaque: undefined,
};

const RAD = 7;

/** The scale that an FMU's `<BaseUnit>` describes. */
export function scaleOfBaseUnit(base: BaseUnit): UnitScale {
  const dimension = [base.kg, base.m, base.s, base.A, base.K, base.mol, base.cd, base.rad];
  return { ...ONE, dimension, factor: base.factor, offset: base.offset };
}

/** The product of two units, raised: `left * right^exponent`. Offsets are dropped. */
export function multiplyScales(left: UnitScale, right: UnitScale, exponent = 1): UnitScale {
  const dimension = left.dimension.map((each, index) => each + exponent * (right.dimension[index] ?? 0));
  return { ...ONE, dimension, factor: left.factor * right.factor ** exponent };
}

/** Whether values of the two units can be converted. A radian counts: 50 Hz are not 50 rad/s. */
export function isSameDimension(left: UnitScale, right: UnitScale): boolean {
  return left.opaque === right.opaque && sameExponents(left, right, -1);
}

/**
 * The scale of an FMU's unit, with the radian put in where the FMU leaves it out but the unit as it is commonly known has it
 * (`rad/s` defined as `s=-1`), so that Hz and rad/s stay apart.
 */
export function restoreRadian(defined: UnitScale, known: UnitScale | undefined): UnitScale {
  if (known === undefined || defined.dimension[RAD] !== 0 || !sameExponents(defined, known, RAD))
    return defined;
  const isSame = Math.abs(defined.factor / known.factor - 1) < 1e-5;
  return isSame ? { ...defined, dimension: known.dimension } : defined;
}

function sameExponents(left: UnitScale, right: UnitScale, except: number): boolean {
  return left.dimension.every(
    (each, index) => index === except || Math.abs(each - (right.dimension[index] ?? 0)) < 1e-9,
  );
}
