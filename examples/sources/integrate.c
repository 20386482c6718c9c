/* How Co-Simulation integrates inside a communication step: methods of fixed, documented inner steps. */
#include "model.h"

#include <math.h>

static void derivativesAt(Model *model, double time, const double x[], double dx[]) {
  model->time = time;
  for (unsigned i = 0; i < traits.states; i++) REAL(model, traits.state[i]) = x[i];
  traits.calculate(model);
  for (unsigned i = 0; i < traits.states; i++) dx[i] = REAL(model, traits.derivative[i]);
}

static void readStates(const Model *model, double x[]) {
  for (unsigned i = 0; i < traits.states; i++) x[i] = REAL(model, traits.state[i]);
}

static void finish(Model *model, double time, const double x[]) {
  double dx[MAX_STATES];
  derivativesAt(model, time, x, dx);
}

bool advanceRungeKutta(Model *model, double end, double longest) {
  const double begin = model->time;
  const int64_t n = (int64_t)ceil((end - begin) / longest - 1e-9);
  static const double node[4] = {0.0, 0.5, 0.5, 1.0};
  double x[MAX_STATES], y[MAX_STATES], k[4][MAX_STATES];
  readStates(model, x);
  for (int64_t step = 0; step < n; step++) {
    const double h = (end - begin) / (double)n, time = begin + (double)step * h;
    for (int stage = 0; stage < 4; stage++) {
      for (unsigned i = 0; i < traits.states; i++) y[i] = x[i] + (stage ? node[stage] * h * k[stage - 1][i] : 0.0);
      derivativesAt(model, time + node[stage] * h, y, k[stage]);
    }
    for (unsigned i = 0; i < traits.states; i++) x[i] += h / 6.0 * (k[0][i] + 2.0 * k[1][i] + 2.0 * k[2][i] + k[3][i]);
  }
  finish(model, end, x);
  return true;
}

#define STAGES 3
#define UNKNOWNS (STAGES * MAX_STATES)

static void swapRows(double a[UNKNOWNS][UNKNOWNS], double b[UNKNOWNS], unsigned n, unsigned i, unsigned j) {
  for (unsigned k = 0; k < n; k++) {
    const double kept = a[i][k];
    a[i][k] = a[j][k];
    a[j][k] = kept;
  }
  const double kept = b[i];
  b[i] = b[j];
  b[j] = kept;
}

/* Solves a * x = b by Gaussian elimination with row pivoting; b becomes x, a is lost. */
static void solve(double a[UNKNOWNS][UNKNOWNS], double b[UNKNOWNS], unsigned n) {
  for (unsigned column = 0; column < n; column++) {
    unsigned pivot = column;
    for (unsigned row = column + 1; row < n; row++)
      if (fabs(a[row][column]) > fabs(a[pivot][column])) pivot = row;
    if (pivot != column) swapRows(a, b, n, pivot, column);
    for (unsigned row = column + 1; row < n; row++) {
      const double factor = a[row][column] / a[column][column];
      for (unsigned k = column; k < n; k++) a[row][k] -= factor * a[column][k];
      b[row] -= factor * b[column];
    }
  }
  for (unsigned row = n; row-- > 0;) {
    for (unsigned k = row + 1; k < n; k++) b[row] -= a[row][k] * b[k];
    b[row] /= a[row][row];
  }
}

/* One step of Radau IIA from x at `time`; the stages are found as z = y - x, whose last one ends the step. */
static bool stepRadau(Model *model, double time, double h, double x[]) {
  const double s6 = sqrt(6.0);
  const double a[STAGES][STAGES] = {
      {(88.0 - 7.0 * s6) / 360.0, (296.0 - 169.0 * s6) / 1800.0, (-2.0 + 3.0 * s6) / 225.0},
      {(296.0 + 169.0 * s6) / 1800.0, (88.0 + 7.0 * s6) / 360.0, (-2.0 - 3.0 * s6) / 225.0},
      {(16.0 - s6) / 36.0, (16.0 + s6) / 36.0, 1.0 / 9.0},
  };
  const double node[STAGES] = {(4.0 - s6) / 10.0, (4.0 + s6) / 10.0, 1.0};
  const unsigned n = traits.states;
  double jacobian[MAX_STATES][MAX_STATES], z[STAGES][MAX_STATES] = {{0.0}};
  for (unsigned i = 0; i < n; i++)
    for (unsigned j = 0; j < n; j++) jacobian[i][j] = traits.partial(model, traits.derivative[i], traits.state[j]);
  for (int iteration = 0; iteration < 20; iteration++) {
    double f[STAGES][MAX_STATES], y[MAX_STATES], matrix[UNKNOWNS][UNKNOWNS], correction[UNKNOWNS];
    for (int s = 0; s < STAGES; s++) {
      for (unsigned i = 0; i < n; i++) y[i] = x[i] + z[s][i];
      derivativesAt(model, time + node[s] * h, y, f[s]);
    }
    for (int s = 0; s < STAGES; s++) {
      for (unsigned i = 0; i < n; i++) {
        const unsigned row = (unsigned)s * n + i;
        correction[row] = h * (a[s][0] * f[0][i] + a[s][1] * f[1][i] + a[s][2] * f[2][i]) - z[s][i];
        for (int r = 0; r < STAGES; r++)
          for (unsigned j = 0; j < n; j++)
            matrix[row][(unsigned)r * n + j] = (s == r && i == j ? 1.0 : 0.0) - h * a[s][r] * jacobian[i][j];
      }
    }
    solve(matrix, correction, STAGES * n);
    double largest = 0.0;
    for (int s = 0; s < STAGES; s++) {
      for (unsigned i = 0; i < n; i++) {
        const double change = correction[(unsigned)s * n + i];
        z[s][i] += change;
        largest = fmax(largest, fabs(change) / (fabs(x[i]) + fabs(z[s][i]) + 1e-300));
      }
    }
    if (!(largest <= 1e-13)) continue;
    for (unsigned i = 0; i < n; i++) x[i] += z[STAGES - 1][i];
    return true;
  }
  return false;
}

bool advanceRadau(Model *model, double end, double first, double growth) {
  double x[MAX_STATES], time = model->time;
  readStates(model, x);
  while (time < end) {
    const double longest = first + growth * (time - model->start);
    /* The rest is shared out evenly, so that no step at the end is tiny. */
    const double h = (end - time) / ceil((end - time) / longest - 1e-9);
    const bool last = time + h >= end - 1e-9 * h;
    finish(model, time, x);
    if (!stepRadau(model, time, last ? end - time : h, x)) return false;
    time = last ? end : time + h;
  }
  finish(model, end, x);
  return true;
}
