/** Highest order of the formulas. */
export const MAX_ORDER = 5;

/**
 * The history of a multistep method with equal steps: the last states and their backward differences, which stand for the
 * polynomial through the last points (Shampine, Reichelt: The MATLAB ODE Suite, 1997, section 2).
 */
export class BackwardDifferences {
  /** Row j holds the j-th backward differences; row 0 the states. Beyond the order: what choosing the next order needs. */
  readonly rows: readonly Float64Array[];
  readonly #weights = new Float64Array((MAX_ORDER + 1) * (MAX_ORDER + 1));

  constructor(n: number) {
    this.rows = Array.from({ length: MAX_ORDER + 3 }, () => new Float64Array(n));
  }

  /** Row j. */
  row(j: number): Float64Array {
    return this.rows[j] as Float64Array;
  }

  /** Starts a history of order 1 at states whose derivatives are known, with step h. */
  start(x: Float64Array, dx: Float64Array, h: number): void {
    for (const row of this.rows) row.fill(0);
    this.row(0).set(x);
    const first = this.row(1);
    for (let i = 0; i < first.length; i++) first[i] = h * (dx[i] as number);
  }

  /** Writes the polynomial one step ahead. */
  predict(order: number, out: Float64Array): void {
    out.set(this.row(0));
    for (let j = 1; j <= order; j++) {
      const row = this.row(j);
      for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + (row[i] as number);
    }
  }

  /** Moves one step ahead, where the new states differ from the predicted ones by `correction`. */
  advance(order: number, correction: Float64Array): void {
    const next = this.row(order + 1);
    const afterNext = this.row(order + 2);
    for (let i = 0; i < next.length; i++) {
      const value = correction[i] as number;
      afterNext[i] = value - (next[i] as number);
      next[i] = value;
    }
    for (let j = order; j >= 0; j--) {
      const row = this.row(j);
      const above = this.row(j + 1);
      for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) + (above[i] as number);
    }
  }

  /** Writes the polynomial at `s` steps after the last point; from -1 to 0 within the last step. */
  evaluate(order: number, s: number, out: Float64Array): void {
    out.set(this.row(0));
    let factor = 1;
    for (let j = 1; j <= order; j++) {
      factor *= (s + j - 1) / j;
      const row = this.row(j);
      for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + factor * (row[i] as number);
    }
  }

  /** Takes the differences of the same polynomial at points `ratio` times as far apart. */
  rescale(order: number, ratio: number): void {
    this.#fillWeights(order, ratio);
    for (let j = 1; j <= order; j++) {
      const row = this.row(j);
      for (let i = 0; i < row.length; i++) {
        let sum = 0;
        for (let m = j; m <= order; m++) {
          sum += (this.#weights[j * (MAX_ORDER + 1) + m] as number) * (this.row(m)[i] as number);
        }
        row[i] = sum;
      }
    }
  }

  /*
   * Weight (j, m): the j-th difference, at the new spacing, of the polynomial whose m-th difference at the old one is 1.
   * It is zero for m < j, a polynomial of lower degree: new rows can replace old ones from the first to the last.
   */
  #fillWeights(order: number, ratio: number): void {
    const weights = this.#weights.fill(0);
    for (let point = 0; point <= order; point++) {
      let value = 1;
      for (let m = 1; m <= order; m++) {
        value *= (m - 1 - point * ratio) / m;
        let binomial = point % 2 === 0 ? 1 : -1;
        for (let j = point; j <= m; j++) {
          // Here `binomial` is (-1)^point * (j choose point).
          const at = j * (MAX_ORDER + 1) + m;
          weights[at] = (weights[at] as number) + binomial * value;
          binomial = (binomial * (j + 1)) / (j + 1 - point);
        }
      }
    }
  }
}
