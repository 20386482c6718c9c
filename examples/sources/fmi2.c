/* FMI 2.0 around a model of model.h, both interface types. Types and names are those of the standard, 2.0.5. */
#include "adapter.h"

typedef double fmi2Real;
typedef int fmi2Integer;
typedef int fmi2Boolean;
typedef const char *fmi2String;
typedef char fmi2Byte;
typedef unsigned fmi2ValueReference;
typedef void *fmi2Component;
typedef void *fmi2FMUstate;
typedef enum { fmi2OK, fmi2Warning, fmi2Discard, fmi2Error, fmi2Fatal, fmi2Pending } fmi2Status;
typedef enum { fmi2ModelExchange, fmi2CoSimulation } fmi2Type;
typedef enum { fmi2DoStepStatus, fmi2PendingStatus, fmi2LastSuccessfulTime, fmi2Terminated } fmi2StatusKind;

typedef struct {
  void (*logger)(void *, fmi2String, fmi2Status, fmi2String, fmi2String, ...);
  void *(*allocateMemory)(size_t, size_t);
  void (*freeMemory)(void *);
  void (*stepFinished)(void *, fmi2Status);
  void *componentEnvironment;
} fmi2CallbackFunctions;

typedef struct {
  fmi2Boolean newDiscreteStatesNeeded, terminateSimulation, nominalsOfContinuousStatesChanged;
  fmi2Boolean valuesOfContinuousStatesChanged, nextEventTimeDefined;
  fmi2Real nextEventTime;
} fmi2EventInfo;

typedef struct {
  Model model;
  Heap heap[MAX_REFERENCES];
  const fmi2CallbackFunctions *callbacks;
  fmi2Boolean logging;
  double reached; /* last communication point, s */
  char name[256];
} Instance;

#define MODEL(component) (&((Instance *)(component))->model)

static fmi2Status fail(Instance *instance, const char *text) {
  const fmi2CallbackFunctions *callbacks = instance->callbacks;
  if (instance->logging)
    callbacks->logger(callbacks->componentEnvironment, instance->name, fmi2Error, "logStatusError", "%s", text);
  return fmi2Error;
}

EXPORT const char *fmi2GetTypesPlatform(void) { return "default"; }
EXPORT const char *fmi2GetVersion(void) { return "2.0"; }

EXPORT fmi2Component fmi2Instantiate(fmi2String name, fmi2Type type, fmi2String guid, fmi2String resources,
                                     const fmi2CallbackFunctions *callbacks, fmi2Boolean visible,
                                     fmi2Boolean logging) {
  (void)type, (void)resources, (void)visible;
  if (!callbacks) return NULL;
  if (!name || !*name || !guid || strcmp(guid, INSTANTIATION_TOKEN) != 0) {
    callbacks->logger(callbacks->componentEnvironment, name ? name : "", fmi2Error, "logStatusError",
                      "Cannot instantiate \"%s\": the GUID \"%s\" is not that of this binary.", name ? name : "",
                      guid ? guid : "");
    return NULL;
  }
  Instance *instance = calloc(1, sizeof(Instance));
  if (!instance) return NULL;
  instance->callbacks = callbacks;
  instance->logging = logging;
  instance->model.heap = instance->heap;
  strncpy(instance->name, name, sizeof instance->name - 1);
  resetModel(&instance->model);
  return instance;
}

EXPORT void fmi2FreeInstance(fmi2Component component) {
  if (!component) return;
  clearHeap(MODEL(component));
  free(component);
}

EXPORT fmi2Status fmi2SetDebugLogging(fmi2Component component, fmi2Boolean on, size_t n, const fmi2String c[]) {
  (void)n, (void)c;
  ((Instance *)component)->logging = on;
  return fmi2OK;
}

EXPORT fmi2Status fmi2SetupExperiment(fmi2Component component, fmi2Boolean toleranceDefined, fmi2Real tolerance,
                                      fmi2Real start, fmi2Boolean stopDefined, fmi2Real stop) {
  (void)toleranceDefined, (void)tolerance, (void)stopDefined, (void)stop;
  ((Instance *)component)->reached = start;
  MODEL(component)->time = start;
  MODEL(component)->start = start;
  return fmi2OK;
}

EXPORT fmi2Status fmi2EnterInitializationMode(fmi2Component component) {
  initializeModel(MODEL(component));
  return fmi2OK;
}

EXPORT fmi2Status fmi2ExitInitializationMode(fmi2Component component) {
  initializeModel(MODEL(component));
  return fmi2OK;
}

EXPORT fmi2Status fmi2Terminate(fmi2Component component) {
  (void)component;
  return fmi2OK;
}

EXPORT fmi2Status fmi2Reset(fmi2Component component) {
  resetModel(MODEL(component));
  return fmi2OK;
}

#define ACCESS(Type, read, write)                                                                           \
  EXPORT fmi2Status fmi2Get##Type(fmi2Component component, const fmi2ValueReference vr[], size_t n,         \
                                  fmi2##Type value[]) {                                                     \
    Model *model = MODEL(component);                                                                        \
    traits.calculate(model);                                                                                \
    for (size_t i = 0; i < n; i++) {                                                                        \
      if (vr[i] >= MAX_REFERENCES) return fail(component, "There is no variable of this value reference."); \
      value[i] = (fmi2##Type)(read);                                                                        \
    }                                                                                                       \
    return fmi2OK;                                                                                          \
  }                                                                                                         \
  EXPORT fmi2Status fmi2Set##Type(fmi2Component component, const fmi2ValueReference vr[], size_t n,         \
                                  const fmi2##Type value[]) {                                               \
    Model *model = MODEL(component);                                                                        \
    for (size_t i = 0; i < n; i++) {                                                                        \
      if (vr[i] >= MAX_REFERENCES) return fail(component, "There is no variable of this value reference."); \
      write;                                                                                                \
    }                                                                                                       \
    return fmi2OK;                                                                                          \
  }

ACCESS(Real, REAL(model, vr[i]), REAL(model, vr[i]) = value[i])
ACCESS(Integer, INTEGER(model, vr[i]), INTEGER(model, vr[i]) = value[i])
ACCESS(Boolean, INTEGER(model, vr[i]), INTEGER(model, vr[i]) = value[i])
ACCESS(String, model->heap[vr[i]].text, setText(model, vr[i], value[i]))

EXPORT fmi2Status fmi2GetFMUstate(fmi2Component component, fmi2FMUstate *state) {
  if (traits.holdsHeap) return fail(component, "This FMU cannot save its state.");
  if (!*state) *state = malloc(STATE_SIZE);
  if (!*state) return fmi2Error;
  memcpy(*state, MODEL(component), STATE_SIZE);
  return fmi2OK;
}

EXPORT fmi2Status fmi2SetFMUstate(fmi2Component component, fmi2FMUstate state) {
  if (traits.holdsHeap || !state) return fail(component, "This FMU has no saved state.");
  memcpy(MODEL(component), state, STATE_SIZE);
  ((Instance *)component)->reached = MODEL(component)->time;
  return fmi2OK;
}

EXPORT fmi2Status fmi2FreeFMUstate(fmi2Component component, fmi2FMUstate *state) {
  (void)component;
  if (state) free(*state), *state = NULL;
  return fmi2OK;
}

EXPORT fmi2Status fmi2SerializedFMUstateSize(fmi2Component component, fmi2FMUstate state, size_t *size) {
  (void)state;
  if (traits.holdsHeap) return fail(component, "This FMU cannot save its state.");
  *size = STATE_SIZE;
  return fmi2OK;
}

EXPORT fmi2Status fmi2SerializeFMUstate(fmi2Component component, fmi2FMUstate state, fmi2Byte bytes[], size_t size) {
  if (traits.holdsHeap || size < STATE_SIZE) return fail(component, "The state does not fit.");
  memcpy(bytes, state, STATE_SIZE);
  return fmi2OK;
}

EXPORT fmi2Status fmi2DeSerializeFMUstate(fmi2Component component, const fmi2Byte bytes[], size_t size,
                                          fmi2FMUstate *state) {
  if (traits.holdsHeap || size != STATE_SIZE) return fail(component, "The bytes are no state of this FMU.");
  if (!*state) *state = malloc(STATE_SIZE);
  if (!*state) return fmi2Error;
  memcpy(*state, bytes, STATE_SIZE);
  return fmi2OK;
}

EXPORT fmi2Status fmi2GetDirectionalDerivative(fmi2Component component, const fmi2ValueReference unknown[],
                                               size_t unknowns, const fmi2ValueReference known[], size_t knowns,
                                               const fmi2Real seed[], fmi2Real sensitivity[]) {
  const bool done = sensitivities(MODEL(component), unknown, unknowns, known, knowns, seed, sensitivity);
  return done ? fmi2OK : fail(component, "This FMU has no directional derivatives.");
}

/* Co-Simulation, 4.2 */

EXPORT fmi2Status fmi2DoStep(fmi2Component component, fmi2Real time, fmi2Real step, fmi2Boolean noSetPrior) {
  (void)noSetPrior;
  if (!advanceModel(MODEL(component), time, step)) return fail(component, "The integration did not converge.");
  ((Instance *)component)->reached = time + step;
  return fmi2OK;
}

EXPORT fmi2Status fmi2CancelStep(fmi2Component component) {
  return fail(component, "No step is pending: this FMU always completes them.");
}

EXPORT fmi2Status fmi2GetRealStatus(fmi2Component component, fmi2StatusKind kind, fmi2Real *value) {
  if (kind != fmi2LastSuccessfulTime) return fmi2Discard;
  *value = ((Instance *)component)->reached;
  return fmi2OK;
}

EXPORT fmi2Status fmi2GetBooleanStatus(fmi2Component component, fmi2StatusKind kind, fmi2Boolean *value) {
  (void)component;
  if (kind != fmi2Terminated) return fmi2Discard;
  *value = 0;
  return fmi2OK;
}

EXPORT fmi2Status fmi2GetStatus(fmi2Component component, fmi2StatusKind kind, fmi2Status *value) {
  (void)component, (void)kind, (void)value;
  return fmi2Discard;
}

EXPORT fmi2Status fmi2GetIntegerStatus(fmi2Component component, fmi2StatusKind kind, fmi2Integer *value) {
  (void)component, (void)kind, (void)value;
  return fmi2Discard;
}

EXPORT fmi2Status fmi2GetStringStatus(fmi2Component component, fmi2StatusKind kind, fmi2String *value) {
  (void)component, (void)kind, (void)value;
  return fmi2Discard;
}

EXPORT fmi2Status fmi2SetRealInputDerivatives(fmi2Component component, const fmi2ValueReference vr[], size_t n,
                                              const fmi2Integer order[], const fmi2Real value[]) {
  (void)vr, (void)n, (void)order, (void)value;
  return fail(component, "This FMU does not interpolate its inputs.");
}

EXPORT fmi2Status fmi2GetRealOutputDerivatives(fmi2Component component, const fmi2ValueReference vr[], size_t n,
                                               const fmi2Integer order[], fmi2Real value[]) {
  (void)vr, (void)n, (void)order, (void)value;
  return fail(component, "This FMU has no derivatives of its outputs.");
}

/* Model Exchange, 3.2 */

EXPORT fmi2Status fmi2EnterEventMode(fmi2Component component) {
  (void)component;
  return fmi2OK;
}

EXPORT fmi2Status fmi2NewDiscreteStates(fmi2Component component, fmi2EventInfo *info) {
  *info = (fmi2EventInfo){0};
  info->valuesOfContinuousStatesChanged = traits.handleEvent && traits.handleEvent(MODEL(component));
  return fmi2OK;
}

EXPORT fmi2Status fmi2EnterContinuousTimeMode(fmi2Component component) {
  (void)component;
  return fmi2OK;
}

EXPORT fmi2Status fmi2CompletedIntegratorStep(fmi2Component component, fmi2Boolean noSetPrior,
                                              fmi2Boolean *enterEventMode, fmi2Boolean *terminate) {
  (void)component, (void)noSetPrior;
  *enterEventMode = 0;
  *terminate = 0;
  return fmi2OK;
}

EXPORT fmi2Status fmi2SetTime(fmi2Component component, fmi2Real time) {
  MODEL(component)->time = time;
  return fmi2OK;
}

EXPORT fmi2Status fmi2SetContinuousStates(fmi2Component component, const fmi2Real x[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  setStates(MODEL(component), x);
  return fmi2OK;
}

EXPORT fmi2Status fmi2GetContinuousStates(fmi2Component component, fmi2Real x[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  getStates(MODEL(component), x);
  return fmi2OK;
}

EXPORT fmi2Status fmi2GetDerivatives(fmi2Component component, fmi2Real dx[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  getDerivatives(MODEL(component), dx);
  return fmi2OK;
}

EXPORT fmi2Status fmi2GetEventIndicators(fmi2Component component, fmi2Real z[], size_t n) {
  if (n != traits.indicators) return fail(component, "The number of event indicators is another one.");
  getIndicators(MODEL(component), z);
  return fmi2OK;
}

EXPORT fmi2Status fmi2GetNominalsOfContinuousStates(fmi2Component component, fmi2Real nominal[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  getNominals(nominal);
  return fmi2OK;
}
