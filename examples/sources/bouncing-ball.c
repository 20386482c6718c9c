/*
 * A ball dropped on the ground. Model Exchange: an event indicator on h, and v reinitialized at each impact.
 * Co-Simulation: exact; impacts are located analytically inside the communication step, and between them the parabola
 * since the last one is evaluated, so that no answer depends on the communication step. Where the importer handles events,
 * the step stops at each impact.
 */
#include "model.h"

#include <float.h>
#include <math.h>

enum { TIME, H, V, G, E, V_MIN, BOUNCE_TIME, BOUNCES, DER_H, DER_V };
enum { T0, H0, V0, RESTING }; /* where and when the parabola began that holds now */

static void setDefaults(Model *model) {
  REAL(model, H) = 1.0;
  REAL(model, G) = 9.81;
  REAL(model, E) = 0.7;
  REAL(model, V_MIN) = 0.01;
}

static void beginParabola(Model *model) {
  model->hidden[T0] = model->time;
  model->hidden[H0] = REAL(model, H);
  model->hidden[V0] = REAL(model, V);
}

static void initialize(Model *model) {
  beginParabola(model);
  REAL(model, BOUNCE_TIME) = model->time;
}

static void calculate(Model *model) {
  const bool resting = model->hidden[RESTING] != 0.0;
  REAL(model, TIME) = model->time;
  REAL(model, DER_H) = resting ? 0.0 : REAL(model, V);
  REAL(model, DER_V) = resting ? 0.0 : -REAL(model, G);
}

static void bounce(Model *model) {
  const double speed = -REAL(model, E) * REAL(model, V);
  /* A flight too short to move time would never end, nor would those after it (v_min = 0). */
  const bool endless = model->time + 2.0 * speed / REAL(model, G) <= model->time;
  const bool resting = speed <= REAL(model, V_MIN) || endless;
  /* The event indicator is not to be zero where the ball has left the ground. */
  REAL(model, H) = resting ? 0.0 : DBL_MIN;
  REAL(model, V) = resting ? 0.0 : speed;
  REAL(model, BOUNCE_TIME) = model->time;
  INTEGER(model, BOUNCES)++;
  model->hidden[RESTING] = resting ? 1.0 : 0.0;
  beginParabola(model);
}

static bool isEventDue(const Model *model) {
  return model->hidden[RESTING] == 0.0 && REAL(model, H) <= 0.0 && REAL(model, V) <= 0.0;
}

static bool handleEvent(Model *model) {
  if (!isEventDue(model)) return false;
  bounce(model);
  return true;
}

/* How fast the ball is at the end of the parabola, m/s. */
static double impactSpeed(const Model *model) {
  const double v = model->hidden[V0], h = fmax(model->hidden[H0], 0.0);
  return sqrt(v * v + 2.0 * REAL(model, G) * h);
}

/* How long the parabola lasts, s; infinite where it never comes down. */
static double flightTime(const Model *model) {
  const double g = REAL(model, G), v = model->hidden[V0], h = fmax(model->hidden[H0], 0.0);
  const double root = impactSpeed(model);
  if (v > 0.0) return (v + root) / g;
  return root - v > 0.0 ? 2.0 * h / (root - v) : g > 0.0 ? 0.0 : INFINITY;
}

static bool advance(Model *model, double end) {
  const double begin = model->time, g = REAL(model, G), *hidden = model->hidden;
  while (hidden[RESTING] == 0.0) {
    const double impact = hidden[T0] + flightTime(model);
    if (!(impact <= end)) break;
    model->time = impact;
    REAL(model, H) = 0.0;
    /* Not by the time passed: rounded, a flight of 1e-16 s would make the ball faster. */
    REAL(model, V) = -impactSpeed(model);
    /* An event without progress in time would be followed by others. */
    if (model->stopsAtEvents && impact > begin) return true;
    bounce(model);
  }
  model->time = end;
  if (hidden[RESTING] == 0.0) {
    const double elapsed = end - hidden[T0];
    REAL(model, H) = hidden[H0] + hidden[V0] * elapsed - 0.5 * g * elapsed * elapsed;
    REAL(model, V) = hidden[V0] - g * elapsed;
  }
  return true;
}

const Traits traits = {
    .states = 2,
    .state = {H, V},
    .derivative = {DER_H, DER_V},
    .nominal = {1.0, 1.0},
    .indicators = 1,
    .indicator = {H},
    .setDefaults = setDefaults,
    .initialize = initialize,
    .calculate = calculate,
    .handleEvent = handleEvent,
    .isEventDue = isEventDue,
    .advance = advance,
};
