/*
 * Van der Pol's oscillator: der(x0) = x1, der(x1) = mu * (1 - x0^2) * x1 - x0.
 * Co-Simulation: classical Runge-Kutta method, inner steps of at most 1 ms, or 0.1 s / mu where mu is above 100.
 */
#include "model.h"

#include <math.h>

enum { TIME, X0, DER_X0, X1, DER_X1, MU };

static void setDefaults(Model *model) {
  REAL(model, X0) = 2.0;
  REAL(model, MU) = 1.0;
}

static void calculate(Model *model) {
  const double x0 = REAL(model, X0), x1 = REAL(model, X1);
  REAL(model, TIME) = model->time;
  REAL(model, DER_X0) = x1;
  REAL(model, DER_X1) = REAL(model, MU) * (1.0 - x0 * x0) * x1 - x0;
}

static double partial(const Model *model, unsigned unknown, unsigned known) {
  const double x0 = REAL(model, X0), x1 = REAL(model, X1), mu = REAL(model, MU);
  if (unknown == known) return 1.0;
  if (unknown == DER_X0) return known == X1 ? 1.0 : 0.0;
  if (unknown != DER_X1) return 0.0;
  if (known == X0) return -2.0 * mu * x0 * x1 - 1.0;
  if (known == X1) return mu * (1.0 - x0 * x0);
  return known == MU ? (1.0 - x0 * x0) * x1 : 0.0;
}

static bool advance(Model *model, double end) {
  return advanceRungeKutta(model, end, 1e-3 / fmax(1.0, fabs(REAL(model, MU)) / 100.0));
}

const Traits traits = {
    .states = 2,
    .state = {X0, X1},
    .derivative = {DER_X0, DER_X1},
    .nominal = {1.0, 1.0},
    .setDefaults = setDefaults,
    .calculate = calculate,
    .partial = partial,
    .advance = advance,
};
