import { Automatic } from "../solver/automatic.ts";
import { DormandPrince } from "../solver/dormand-prince.ts";
import { FixedStep } from "../solver/fixed-step.ts";
import { Ndf } from "../solver/ndf.ts";
import type { OdeProblem, Solver } from "../solver/ode.ts";

/** The solvers of Model Exchange: adaptive (the first three) or with the fixed step of the settings. */
export const SOLVER_NAMES = ["automatic", "dormand-prince", "ndf", "euler", "rk4"] as const;

export type SolverName = (typeof SOLVER_NAMES)[number];

/** Makes a solver; `stepSize`, s, counts for those with a fixed step alone. */
export function createSolver(
  name: SolverName,
  problem: OdeProblem,
  { tolerance, stepSize }: { tolerance: number; stepSize: number },
): Solver {
  switch (name) {
    case "automatic":
      return new Automatic(problem, { tolerance });
    case "dormand-prince":
      return new DormandPrince(problem, { tolerance });
    case "ndf":
      return new Ndf(problem, { tolerance });
    default:
      return new FixedStep(problem, { method: name, stepSize });
  }
}
