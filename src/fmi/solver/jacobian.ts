import { type ColumnMatrix, colourColumns, createColumnMatrix } from "./colouring.ts";
import { readNominals } from "./error-scale.ts";
import type { OdeProblem, SolverStatistics } from "./ode.ts";

const RELATIVE_SHIFT = Math.sqrt(Number.EPSILON);

/*
 * The least size, in nominals, that a state's shift is relative to. The coarse one keeps rounding small for a state that
 * passes zero; the fine one is for a state that is strongly non-linear far below its nominal.
 */
const COARSE = 1e-2;
const FINE = 1e-7;

/** The matrix d rhs / d x of a problem, made anew at a point when asked. */
export interface Jacobian {
  readonly matrix: ColumnMatrix;
  /** Evaluations one Jacobian costs, directional derivatives or differences. */
  readonly evaluations: number;
  /**
   * Fills the matrix at a point, by directional derivatives where the problem offers them, else by forward differences
   * from `dx`, the derivatives there.
   */
  evaluate(t: number, x: Float64Array, dx: Float64Array): void;
  /** Changes to the other size of difference from now on; false where there are no differences. */
  changeShift(): boolean;
}

/** Prepares pattern and column groups of a problem's Jacobian. */
export function createJacobian(problem: OdeProblem, statistics: SolverStatistics): Jacobian {
  const { n } = problem;
  const matrix = createColumnMatrix(n, problem.sparsity);
  const groups = colourColumns(matrix);
  const { starts, rows, values } = matrix;
  const [input, output, shifts] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const nominals = new Float64Array(n);
  let floor = COARSE;
  const spread = (j: number, base: Float64Array | undefined) => {
    const shift = shifts[j] as number;
    for (let at = starts[j] as number; at < (starts[j + 1] as number); at++) {
      const i = rows[at] as number;
      values[at] = base ? ((output[i] as number) - (base[i] as number)) / shift : (output[i] as number);
    }
  };
  const differentiate = (t: number, x: Float64Array, jvp: NonNullable<OdeProblem["jvp"]>) => {
    for (const group of groups) {
      input.fill(0);
      for (const j of group) input[j] = 1;
      jvp(t, x, input, output);
      for (const j of group) spread(j, undefined);
    }
  };
  const difference = (t: number, x: Float64Array, dx: Float64Array) => {
    readNominals(problem, nominals);
    input.set(x);
    for (const group of groups) {
      for (const j of group) input[j] = shiftState(x[j] as number, floor * (nominals[j] as number));
      for (const j of group) shifts[j] = (input[j] as number) - (x[j] as number);
      problem.rhs(t, input, output);
      for (const j of group) spread(j, dx);
      for (const j of group) input[j] = x[j] as number;
    }
    statistics.rhsEvaluations += groups.length;
  };
  return {
    matrix,
    evaluations: groups.length,
    evaluate: (t, x, dx) => {
      if (problem.jvp === undefined) difference(t, x, dx);
      else differentiate(t, x, problem.jvp);
      statistics.jacobianEvaluations += 1;
    },
    changeShift: () => {
      floor = floor === COARSE ? FINE : COARSE;
      return problem.jvp === undefined;
    },
  };
}

/* Away from zero: a quantity that cannot change its sign (a mass, a pressure) stays where the model has a value. */
function shiftState(x: number, least: number): number {
  const shift = RELATIVE_SHIFT * Math.max(Math.abs(x), least);
  return x < 0 ? x - shift : x + shift;
}
