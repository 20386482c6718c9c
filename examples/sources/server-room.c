/*
 * A server room with cooling:
 * thermal_mass * der(T_room) = heat_load + conductance * (T_outdoor - T_room) - cooling_power.
 * A proportional controller asks for gain * (T_room - set_point), and gets between none and all of cooling_capacity.
 * Co-Simulation: classical Runge-Kutta method, inner steps of at most 0.5 s.
 */
#include "model.h"

enum {
  TIME, T_ROOM, DER_T_ROOM, ENERGY_USED, DER_ENERGY_USED, COOLING_POWER, HEAT_LOAD, T_OUTDOOR, COOLING_CAPACITY,
  THERMAL_MASS, CONDUCTANCE, SET_POINT, GAIN, COP, COOLING_DEMAND, COOLING_RESERVE
};

static void setDefaults(Model *model) {
  REAL(model, T_ROOM) = 303.15;
  REAL(model, HEAT_LOAD) = 8000.0;
  REAL(model, T_OUTDOOR) = 303.15;
  REAL(model, COOLING_CAPACITY) = 12000.0;
  REAL(model, THERMAL_MASS) = 1.5e6;
  REAL(model, CONDUCTANCE) = 150.0;
  REAL(model, SET_POINT) = 295.15;
  REAL(model, GAIN) = 4000.0;
  REAL(model, COP) = 3.0;
}

static void calculate(Model *model) {
  const double capacity = REAL(model, COOLING_CAPACITY);
  const double demand = REAL(model, GAIN) * (REAL(model, T_ROOM) - REAL(model, SET_POINT));
  const double power = demand <= 0.0 ? 0.0 : demand >= capacity ? capacity : demand;
  const double gained = REAL(model, CONDUCTANCE) * (REAL(model, T_OUTDOOR) - REAL(model, T_ROOM));
  REAL(model, TIME) = model->time;
  REAL(model, COOLING_DEMAND) = demand;
  REAL(model, COOLING_RESERVE) = capacity - demand;
  REAL(model, COOLING_POWER) = power;
  REAL(model, DER_T_ROOM) = (REAL(model, HEAT_LOAD) + gained - power) / REAL(model, THERMAL_MASS);
  REAL(model, DER_ENERGY_USED) = power / REAL(model, COP);
}

static bool advance(Model *model, double end) { return advanceRungeKutta(model, end, 0.5); }

const Traits traits = {
    .states = 2,
    .state = {T_ROOM, ENERGY_USED},
    .derivative = {DER_T_ROOM, DER_ENERGY_USED},
    .nominal = {300.0, 1e6},
    .indicators = 2,
    .indicator = {COOLING_DEMAND, COOLING_RESERVE},
    .setDefaults = setDefaults,
    .calculate = calculate,
    .advance = advance,
};
