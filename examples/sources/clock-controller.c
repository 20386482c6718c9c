/*
 * A sampled controller of a motor's speed. The input Clock `sample` ticks every 0.1 s; at each tick a PI controller,
 * whose integral is held at the limit, computes the voltage. Where the limit cuts it, the output
 * Clock `saturated` ticks.
 * The motor is a first-order lag, integrated by the classical Runge-Kutta method with inner steps of at most 1 ms.
 */
#include "model.h"

enum {
  TIME, SPEED, DER_SPEED, REFERENCE, VOLTAGE, INTEGRAL, SAMPLE, SATURATED, KP, KI, VOLTAGE_LIMIT, TIME_CONSTANT,
  MOTOR_GAIN, TICKS
};

#define INTERVAL 0.1

static void setDefaults(Model *model) {
  REAL(model, REFERENCE) = 100.0;
  REAL(model, KP) = 0.2;
  REAL(model, KI) = 0.5;
  REAL(model, VOLTAGE_LIMIT) = 12.0;
  REAL(model, TIME_CONSTANT) = 0.5;
  REAL(model, MOTOR_GAIN) = 10.0;
}

static void calculate(Model *model) {
  REAL(model, TIME) = model->time;
  REAL(model, DER_SPEED) =
      (REAL(model, MOTOR_GAIN) * REAL(model, VOLTAGE) - REAL(model, SPEED)) / REAL(model, TIME_CONSTANT);
}

static void tick(Model *model) {
  const double limit = REAL(model, VOLTAGE_LIMIT), error = REAL(model, REFERENCE) - REAL(model, SPEED);
  const double integral = REAL(model, INTEGRAL) + REAL(model, KI) * INTERVAL * error;
  const double wanted = REAL(model, KP) * error + integral;
  const double voltage = wanted > limit ? limit : wanted < -limit ? -limit : wanted;
  INTEGER(model, SATURATED) = voltage != wanted;
  if (voltage == wanted) REAL(model, INTEGRAL) = integral;
  REAL(model, VOLTAGE) = voltage;
  INTEGER(model, TICKS)++;
}

static bool advance(Model *model, double end) { return advanceRungeKutta(model, end, 1e-3); }

const Traits traits = {
    .states = 1,
    .state = {SPEED},
    .derivative = {DER_SPEED},
    .nominal = {100.0},
    .setDefaults = setDefaults,
    .calculate = calculate,
    .advance = advance,
    .hasClock = true,
    .inputClock = SAMPLE,
    .outputClock = SATURATED,
    .interval = INTERVAL,
    .tick = tick,
};
