/*
 * The FMU of the bench: Van der Pol's oscillator in explicit Euler steps of 0.01 s, one per communication step of that
 * size, and as much idle arithmetic as the parameter `work` asks for. Co-Simulation of FMI 2.0 or 3.0 (-DFMI_VERSION), written from the standard.
 * Value references: 0 time, 1 work, 2 and 3 the states, 4 and above copies of x0.
 */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
/* Some importers bind every function there is; these are of variables and abilities that this FMU has not. */
#define UNUSED(name) EXPORT int name(void) { return 3; }

/* What exporting tools put around a model: the state of the interface is checked, and the solver has its own step. */
enum { INSTANTIATED, INITIALIZATION_MODE, STEP_MODE, TERMINATED };
#define SOLVER_STEP 0.01
#define STATES 2

typedef struct {
  int mode;
  double time, start_time, work, idle, states[STATES], derivatives[STATES];
  uint64_t solver_steps;
} Instance;

static Instance *create(const char *token) {
  if (token == NULL || strcmp(token, TOKEN) != 0) return NULL;
  Instance *self = calloc(1, sizeof *self);
  if (self != NULL) self->states[0] = 2;
  return self;
}

static int start_at(Instance *self, double time) {
  self->time = self->start_time = time;
  return 0;
}

static int change_mode(Instance *self, int from, int to) {
  if (self->mode != from) return 3;
  self->mode = to;
  return 0;
}

static void compute_derivatives(Instance *self) {
  const double *x = self->states;
  self->derivatives[0] = x[1];
  self->derivatives[1] = (1 - x[0] * x[0]) * x[1] - x[0];
}

static void solver_step(Instance *self) {
  compute_derivatives(self);
  for (size_t i = 0; i < STATES; i++) self->states[i] += SOLVER_STEP * self->derivatives[i];
  self->solver_steps += 1;
  self->time = self->start_time + (double)self->solver_steps * SOLVER_STEP;
}

static int step(Instance *self, double time, double size) {
  if (self->mode != STEP_MODE || !isfinite(time) || !isfinite(size) || size <= 0) return 3;
  if (fabs(time - self->time) > 1e-6 * SOLVER_STEP * fmax(1, fabs(time))) return 3;
  double idle = self->idle;
  for (double i = 0; i < self->work; i += 1) idle = idle * 0.999 + 1e-3;
  self->idle = idle;
  const double target = time + size;
  const double last = target - 0.5 * SOLVER_STEP;
  while (self->time < last) solver_step(self);
  return 0;
}

static double read_value(const Instance *self, uint32_t reference) {
  switch (reference) {
    case 0: return self->time;
    case 1: return self->work;
    case 3: return self->states[1];
    default: return self->states[0];
  }
}

static int read_values(const Instance *self, const uint32_t *references, size_t count, double *values) {
  if (self->mode == INSTANTIATED || references == NULL || values == NULL) return 3;
  for (size_t i = 0; i < count; i++) values[i] = read_value(self, references[i]);
  return 0;
}

static int write_values(Instance *self, const uint32_t *references, size_t count, const double *values) {
  if (self->mode == STEP_MODE) return 3;
  for (size_t i = 0; i < count; i++) {
    if (references[i] != 1) return 3;
    self->work = values[i];
  }
  return 0;
}

#if FMI_VERSION == 2

EXPORT const char *fmi2GetTypesPlatform(void) { return "default"; }
EXPORT const char *fmi2GetVersion(void) { return "2.0"; }
EXPORT int fmi2SetDebugLogging(void *self, int on, size_t count, const char *const *names) { return 0; }
EXPORT void *fmi2Instantiate(
    const char *name, int type, const char *token, const char *resources, const void *callbacks, int visible, int on) {
  return create(token);
}
EXPORT void fmi2FreeInstance(void *self) { free(self); }
EXPORT int fmi2SetupExperiment(void *self, int has_tolerance, double tolerance, double start, int has_stop, double stop) {
  return start_at(self, start);
}
EXPORT int fmi2EnterInitializationMode(void *self) { return change_mode(self, INSTANTIATED, INITIALIZATION_MODE); }
EXPORT int fmi2ExitInitializationMode(void *self) { return change_mode(self, INITIALIZATION_MODE, STEP_MODE); }
EXPORT int fmi2Terminate(void *self) { return change_mode(self, STEP_MODE, TERMINATED); }
EXPORT int fmi2Reset(void *self) { return 0; }
EXPORT int fmi2GetReal(void *self, const uint32_t *references, size_t count, double *values) {
  return read_values(self, references, count, values);
}
EXPORT int fmi2SetReal(void *self, const uint32_t *references, size_t count, const double *values) {
  return write_values(self, references, count, values);
}
EXPORT int fmi2DoStep(void *self, double time, double size, int no_set) {
  return step(self, time, size);
}
UNUSED(fmi2GetInteger) UNUSED(fmi2GetBoolean) UNUSED(fmi2GetString)
UNUSED(fmi2SetInteger) UNUSED(fmi2SetBoolean) UNUSED(fmi2SetString)
UNUSED(fmi2GetFMUstate) UNUSED(fmi2SetFMUstate) UNUSED(fmi2FreeFMUstate)
UNUSED(fmi2SerializedFMUstateSize) UNUSED(fmi2SerializeFMUstate) UNUSED(fmi2DeSerializeFMUstate)
UNUSED(fmi2GetDirectionalDerivative) UNUSED(fmi2SetRealInputDerivatives) UNUSED(fmi2GetRealOutputDerivatives)
UNUSED(fmi2CancelStep) UNUSED(fmi2GetStatus) UNUSED(fmi2GetRealStatus)
UNUSED(fmi2GetIntegerStatus) UNUSED(fmi2GetBooleanStatus) UNUSED(fmi2GetStringStatus)

#else

EXPORT const char *fmi3GetVersion(void) { return "3.0"; }
EXPORT int fmi3SetDebugLogging(void *self, bool on, size_t count, const char *const *names) { return 0; }
EXPORT void *fmi3InstantiateCoSimulation(
    const char *name, const char *token, const char *resources, bool visible, bool on, bool events, bool early,
    const uint32_t *intermediate, size_t count, void *environment, const void *log, const void *update) {
  return create(token);
}
EXPORT void fmi3FreeInstance(void *self) { free(self); }
EXPORT int fmi3EnterInitializationMode(
    void *self, bool has_tolerance, double tolerance, double start, bool has_stop, double stop) {
  start_at(self, start);
  return change_mode(self, INSTANTIATED, INITIALIZATION_MODE);
}
EXPORT int fmi3ExitInitializationMode(void *self) { return change_mode(self, INITIALIZATION_MODE, STEP_MODE); }
EXPORT int fmi3Terminate(void *self) { return change_mode(self, STEP_MODE, TERMINATED); }
EXPORT int fmi3Reset(void *self) { return 0; }
EXPORT int fmi3GetFloat64(void *self, const uint32_t *references, size_t count, double *values, size_t size) {
  return read_values(self, references, count, values);
}
EXPORT int fmi3SetFloat64(void *self, const uint32_t *references, size_t count, const double *values, size_t size) {
  return write_values(self, references, count, values);
}
EXPORT int fmi3DoStep(
    void *self, double time, double size, bool no_set, bool *event, bool *terminate, bool *early, double *last) {
  *event = *terminate = *early = false;
  *last = time + size;
  return step(self, time, size);
}
UNUSED(fmi3GetFloat32) UNUSED(fmi3GetInt8) UNUSED(fmi3GetUInt8) UNUSED(fmi3GetInt16) UNUSED(fmi3GetUInt16)
UNUSED(fmi3GetInt32) UNUSED(fmi3GetUInt32) UNUSED(fmi3GetInt64) UNUSED(fmi3GetUInt64) UNUSED(fmi3GetBoolean)
UNUSED(fmi3GetString) UNUSED(fmi3GetBinary) UNUSED(fmi3GetClock) UNUSED(fmi3SetFloat32) UNUSED(fmi3SetInt8)
UNUSED(fmi3SetUInt8) UNUSED(fmi3SetInt16) UNUSED(fmi3SetUInt16) UNUSED(fmi3SetInt32) UNUSED(fmi3SetUInt32)
UNUSED(fmi3SetInt64) UNUSED(fmi3SetUInt64) UNUSED(fmi3SetBoolean) UNUSED(fmi3SetString) UNUSED(fmi3SetBinary)
UNUSED(fmi3SetClock) UNUSED(fmi3GetNumberOfVariableDependencies) UNUSED(fmi3GetVariableDependencies)
UNUSED(fmi3GetFMUState) UNUSED(fmi3SetFMUState) UNUSED(fmi3FreeFMUState) UNUSED(fmi3SerializedFMUStateSize)
UNUSED(fmi3SerializeFMUState) UNUSED(fmi3DeserializeFMUState) UNUSED(fmi3GetDirectionalDerivative)
UNUSED(fmi3GetAdjointDerivative) UNUSED(fmi3EnterConfigurationMode) UNUSED(fmi3ExitConfigurationMode)
UNUSED(fmi3EnterEventMode) UNUSED(fmi3EnterStepMode) UNUSED(fmi3GetIntervalDecimal)
UNUSED(fmi3GetIntervalFraction) UNUSED(fmi3GetShiftDecimal) UNUSED(fmi3GetShiftFraction)
UNUSED(fmi3SetIntervalDecimal) UNUSED(fmi3SetIntervalFraction) UNUSED(fmi3SetShiftDecimal)
UNUSED(fmi3SetShiftFraction) UNUSED(fmi3EvaluateDiscreteStates) UNUSED(fmi3UpdateDiscreteStates)
UNUSED(fmi3EnterContinuousTimeMode) UNUSED(fmi3CompletedIntegratorStep) UNUSED(fmi3SetTime)
UNUSED(fmi3SetContinuousStates) UNUSED(fmi3GetContinuousStateDerivatives) UNUSED(fmi3GetEventIndicators)
UNUSED(fmi3GetContinuousStates) UNUSED(fmi3GetNominalsOfContinuousStates)
UNUSED(fmi3GetNumberOfEventIndicators) UNUSED(fmi3GetNumberOfContinuousStates)
UNUSED(fmi3GetOutputDerivatives) UNUSED(fmi3ActivateModelPartition) UNUSED(fmi3InstantiateModelExchange)
UNUSED(fmi3InstantiateScheduledExecution)

#endif
