/*
 * The FMU of the bench: one explicit Euler step of Van der Pol's oscillator per communication step, and as much idle
 * arithmetic as the parameter `work` asks for. Co-Simulation of FMI 2.0 or 3.0 (-DFMI_VERSION), written from the standard.
 * Value references: 0 time, 1 work, 2 and 3 the states x0 and x1, 4 and above copies of x0.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef struct {
  double time, work, x0, x1, idle;
} Instance;

static Instance *create(const char *token) {
  if (token == NULL || strcmp(token, TOKEN) != 0) return NULL;
  Instance *self = calloc(1, sizeof *self);
  if (self != NULL) self->x0 = 2;
  return self;
}

static void step(Instance *self, double size) {
  double idle = self->idle;
  for (double i = 0; i < self->work; i += 1) idle = idle * 0.999 + 1e-3;
  self->idle = idle;
  double x0 = self->x0, x1 = self->x1;
  self->x0 = x0 + size * x1;
  self->x1 = x1 + size * ((1 - x0 * x0) * x1 - x0);
  self->time += size;
}

static double read_value(const Instance *self, uint32_t reference) {
  switch (reference) {
    case 0: return self->time;
    case 1: return self->work;
    case 3: return self->x1;
    default: return self->x0;
  }
}

static int read_values(const Instance *self, const uint32_t *references, size_t count, double *values) {
  for (size_t i = 0; i < count; i++) values[i] = read_value(self, references[i]);
  return 0;
}

static int write_values(Instance *self, const uint32_t *references, size_t count, const double *values) {
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
  ((Instance *)self)->time = start;
  return 0;
}
EXPORT int fmi2EnterInitializationMode(void *self) { return 0; }
EXPORT int fmi2ExitInitializationMode(void *self) { return 0; }
EXPORT int fmi2Terminate(void *self) { return 0; }
EXPORT int fmi2Reset(void *self) { return 0; }
EXPORT int fmi2GetReal(void *self, const uint32_t *references, size_t count, double *values) {
  return read_values(self, references, count, values);
}
EXPORT int fmi2SetReal(void *self, const uint32_t *references, size_t count, const double *values) {
  return write_values(self, references, count, values);
}
EXPORT int fmi2DoStep(void *self, double time, double size, int no_set) {
  step(self, size);
  return 0;
}
/* Importers bind these as well; nothing here has such a variable or ability. */
#define UNUSED(name) EXPORT int name(void) { return 3; }
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
  ((Instance *)self)->time = start;
  return 0;
}
EXPORT int fmi3ExitInitializationMode(void *self) { return 0; }
EXPORT int fmi3Terminate(void *self) { return 0; }
EXPORT int fmi3Reset(void *self) { return 0; }
EXPORT int fmi3GetFloat64(void *self, const uint32_t *references, size_t count, double *values, size_t size) {
  return read_values(self, references, count, values);
}
EXPORT int fmi3SetFloat64(void *self, const uint32_t *references, size_t count, const double *values, size_t size) {
  return write_values(self, references, count, values);
}
EXPORT int fmi3DoStep(
    void *self, double time, double size, bool no_set, bool *event, bool *terminate, bool *early, double *last) {
  step(self, size);
  *event = *terminate = *early = false;
  *last = time + size;
  return 0;
}

#endif
