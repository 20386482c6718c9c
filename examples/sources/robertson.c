/*
 * Robertson's autocatalytic reaction, the classical stiff problem: y1 -> y2 at k1, 2 y2 -> y2 + y3 at k2,
 * y2 + y3 -> y1 + y3 at k3; y1 + y2 + y3 stays what it was.
 * Co-Simulation: Radau IIA method of order 5, inner steps of at most 1e-5 s plus 2 % of the time since the start.
 */
#include "model.h"

enum { TIME, Y1, Y2, Y3, DER_Y1, DER_Y2, DER_Y3, K1, K2, K3, TOTAL };

static void setDefaults(Model *model) {
  REAL(model, Y1) = 1.0;
  REAL(model, K1) = 0.04;
  REAL(model, K2) = 3e7;
  REAL(model, K3) = 1e4;
}

static void calculate(Model *model) {
  const double y1 = REAL(model, Y1), y2 = REAL(model, Y2), y3 = REAL(model, Y3);
  const double first = REAL(model, K1) * y1, second = REAL(model, K2) * y2 * y2, third = REAL(model, K3) * y2 * y3;
  REAL(model, TIME) = model->time;
  REAL(model, DER_Y1) = third - first;
  REAL(model, DER_Y2) = first - third - second;
  REAL(model, DER_Y3) = second;
  REAL(model, TOTAL) = y1 + y2 + y3;
}

static double partial(const Model *model, unsigned unknown, unsigned known) {
  const double y2 = REAL(model, Y2), y3 = REAL(model, Y3);
  const double k1 = REAL(model, K1), k2 = REAL(model, K2), k3 = REAL(model, K3);
  const double rows[3][3] = {
      {-k1, k3 * y3, k3 * y2},
      {k1, -k3 * y3 - 2.0 * k2 * y2, -k3 * y2},
      {0.0, 2.0 * k2 * y2, 0.0},
  };
  if (unknown == known) return 1.0;
  if (known < Y1 || known > Y3) return 0.0;
  if (unknown == TOTAL) return 1.0;
  return unknown >= DER_Y1 && unknown <= DER_Y3 ? rows[unknown - DER_Y1][known - Y1] : 0.0;
}

static bool advance(Model *model, double end) { return advanceRadau(model, end, 1e-5, 0.02); }

const Traits traits = {
    .states = 3,
    .state = {Y1, Y2, Y3},
    .derivative = {DER_Y1, DER_Y2, DER_Y3},
    .nominal = {1.0, 1e-5, 1.0},
    .setDefaults = setDefaults,
    .calculate = calculate,
    .partial = partial,
    .advance = advance,
};
