/*
 * FMI 1.0 around a model of model.h: stand-alone Co-Simulation where FMI1_CO_SIMULATION is defined, or Model Exchange.
 * Function names begin with the model identifier. Types and names are those of the two standards of 2010.
 */
#include "adapter.h"

#define JOIN(a, b) a##_##b
#define JOIN2(a, b) JOIN(a, b)
#define NAMED(function) JOIN2(MODEL_IDENTIFIER, function)

typedef void *fmiComponent;
typedef unsigned fmiValueReference;
typedef double fmiReal;
typedef int fmiInteger;
typedef char fmiBoolean;
typedef const char *fmiString;
typedef enum { fmiOK, fmiWarning, fmiDiscard, fmiError, fmiFatal, fmiPending } fmiStatus;

typedef struct {
  void (*logger)(fmiComponent, fmiString, fmiStatus, fmiString, fmiString, ...);
  void *(*allocateMemory)(size_t, size_t);
  void (*freeMemory)(void *);
#ifdef FMI1_CO_SIMULATION
  void (*stepFinished)(fmiComponent, fmiStatus);
#endif
} fmiCallbackFunctions;

typedef struct {
  Model model;
  Heap heap[MAX_REFERENCES];
  fmiCallbackFunctions callbacks;
  fmiBoolean logging;
  double reached; /* last communication point, s */
  char name[256];
} Instance;

#define MODEL(component) (&((Instance *)(component))->model)

static fmiStatus fail(Instance *instance, const char *text) {
  if (instance->logging) instance->callbacks.logger(instance, instance->name, fmiError, "error", "%s", text);
  return fmiError;
}

static fmiComponent instantiate(fmiString name, fmiString guid, fmiCallbackFunctions callbacks, fmiBoolean logging) {
  if (!name || !*name || !guid || strcmp(guid, INSTANTIATION_TOKEN) != 0) {
    callbacks.logger(NULL, name ? name : "", fmiError, "error",
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

static void freeInstance(fmiComponent component) {
  if (!component) return;
  clearHeap(MODEL(component));
  free(component);
}

EXPORT const char *NAMED(fmiGetVersion)(void) { return "1.0"; }

EXPORT fmiStatus NAMED(fmiSetDebugLogging)(fmiComponent component, fmiBoolean on) {
  ((Instance *)component)->logging = on;
  return fmiOK;
}

#define ACCESS(Type, read, write)                                                                           \
  EXPORT fmiStatus NAMED(fmiGet##Type)(fmiComponent component, const fmiValueReference vr[], size_t n,      \
                                       fmi##Type value[]) {                                                 \
    Model *model = MODEL(component);                                                                        \
    traits.calculate(model);                                                                                \
    for (size_t i = 0; i < n; i++) {                                                                        \
      if (vr[i] >= MAX_REFERENCES) return fail(component, "There is no variable of this value reference."); \
      value[i] = (fmi##Type)(read);                                                                         \
    }                                                                                                       \
    return fmiOK;                                                                                           \
  }                                                                                                         \
  EXPORT fmiStatus NAMED(fmiSet##Type)(fmiComponent component, const fmiValueReference vr[], size_t n,      \
                                       const fmi##Type value[]) {                                           \
    Model *model = MODEL(component);                                                                        \
    for (size_t i = 0; i < n; i++) {                                                                        \
      if (vr[i] >= MAX_REFERENCES) return fail(component, "There is no variable of this value reference."); \
      write;                                                                                                \
    }                                                                                                       \
    return fmiOK;                                                                                           \
  }

ACCESS(Real, REAL(model, vr[i]), REAL(model, vr[i]) = value[i])
ACCESS(Integer, INTEGER(model, vr[i]), INTEGER(model, vr[i]) = value[i])
ACCESS(Boolean, INTEGER(model, vr[i]), INTEGER(model, vr[i]) = value[i])
ACCESS(String, model->heap[vr[i]].text, setText(model, vr[i], value[i]))

#ifdef FMI1_CO_SIMULATION

EXPORT const char *NAMED(fmiGetTypesPlatform)(void) { return "standard32"; }

EXPORT fmiComponent NAMED(fmiInstantiateSlave)(fmiString name, fmiString guid, fmiString location, fmiString mimeType,
                                               fmiReal timeout, fmiBoolean visible, fmiBoolean interactive,
                                               fmiCallbackFunctions callbacks, fmiBoolean logging) {
  (void)location, (void)mimeType, (void)timeout, (void)visible, (void)interactive;
  return instantiate(name, guid, callbacks, logging);
}

EXPORT fmiStatus NAMED(fmiInitializeSlave)(fmiComponent component, fmiReal start, fmiBoolean stopDefined,
                                            fmiReal stop) {
  (void)stopDefined, (void)stop;
  ((Instance *)component)->reached = start;
  MODEL(component)->time = start;
  MODEL(component)->start = start;
  initializeModel(MODEL(component));
  return fmiOK;
}

EXPORT fmiStatus NAMED(fmiTerminateSlave)(fmiComponent component) {
  (void)component;
  return fmiOK;
}

EXPORT fmiStatus NAMED(fmiResetSlave)(fmiComponent component) {
  resetModel(MODEL(component));
  return fmiOK;
}

EXPORT void NAMED(fmiFreeSlaveInstance)(fmiComponent component) { freeInstance(component); }

EXPORT fmiStatus NAMED(fmiDoStep)(fmiComponent component, fmiReal time, fmiReal step, fmiBoolean newStep) {
  (void)newStep;
  if (!advanceModel(MODEL(component), time, step)) return fail(component, "The integration did not converge.");
  ((Instance *)component)->reached = time + step;
  return fmiOK;
}

EXPORT fmiStatus NAMED(fmiCancelStep)(fmiComponent component) {
  return fail(component, "No step is pending: this FMU always completes them.");
}

EXPORT fmiStatus NAMED(fmiSetRealInputDerivatives)(fmiComponent component, const fmiValueReference vr[], size_t n,
                                                   const fmiInteger order[], const fmiReal value[]) {
  (void)vr, (void)n, (void)order, (void)value;
  return fail(component, "This FMU does not interpolate its inputs.");
}

EXPORT fmiStatus NAMED(fmiGetRealOutputDerivatives)(fmiComponent component, const fmiValueReference vr[], size_t n,
                                                    const fmiInteger order[], fmiReal value[]) {
  (void)vr, (void)n, (void)order, (void)value;
  return fail(component, "This FMU has no derivatives of its outputs.");
}

typedef enum { fmiDoStepStatus, fmiPendingStatus, fmiLastSuccessfulTime } fmiStatusKind;

EXPORT fmiStatus NAMED(fmiGetRealStatus)(fmiComponent component, fmiStatusKind kind, fmiReal *value) {
  if (kind != fmiLastSuccessfulTime) return fmiDiscard;
  *value = ((Instance *)component)->reached;
  return fmiOK;
}

#define NO_STATUS(name, Type)                                                             \
  EXPORT fmiStatus NAMED(name)(fmiComponent component, fmiStatusKind kind, Type *value) { \
    (void)component, (void)kind, (void)value;                                             \
    return fmiDiscard;                                                                    \
  }
NO_STATUS(fmiGetStatus, fmiStatus)
NO_STATUS(fmiGetIntegerStatus, fmiInteger)
NO_STATUS(fmiGetBooleanStatus, fmiBoolean)
NO_STATUS(fmiGetStringStatus, fmiString)

#else

typedef struct {
  fmiBoolean iterationConverged, stateValueReferencesChanged, stateValuesChanged, terminateSimulation;
  fmiBoolean upcomingTimeEvent;
  fmiReal nextEventTime;
} fmiEventInfo;

EXPORT const char *NAMED(fmiGetModelTypesPlatform)(void) { return "standard32"; }

EXPORT fmiComponent NAMED(fmiInstantiateModel)(fmiString name, fmiString guid, fmiCallbackFunctions callbacks,
                                               fmiBoolean logging) {
  return instantiate(name, guid, callbacks, logging);
}

EXPORT void NAMED(fmiFreeModelInstance)(fmiComponent component) { freeInstance(component); }

static fmiStatus update(fmiComponent component, fmiEventInfo *info) {
  const bool changed = traits.handleEvent && traits.handleEvent(MODEL(component));
  *info = (fmiEventInfo){.iterationConverged = 1, .stateValuesChanged = changed};
  return fmiOK;
}

EXPORT fmiStatus NAMED(fmiSetTime)(fmiComponent component, fmiReal time) {
  MODEL(component)->time = time;
  return fmiOK;
}

EXPORT fmiStatus NAMED(fmiInitialize)(fmiComponent component, fmiBoolean toleranceControlled, fmiReal tolerance,
                                      fmiEventInfo *info) {
  (void)toleranceControlled, (void)tolerance;
  MODEL(component)->start = MODEL(component)->time;
  initializeModel(MODEL(component));
  return update(component, info);
}

EXPORT fmiStatus NAMED(fmiEventUpdate)(fmiComponent component, fmiBoolean intermediateResults, fmiEventInfo *info) {
  (void)intermediateResults;
  return update(component, info);
}

EXPORT fmiStatus NAMED(fmiCompletedIntegratorStep)(fmiComponent component, fmiBoolean *callEventUpdate) {
  (void)component;
  *callEventUpdate = 0;
  return fmiOK;
}

EXPORT fmiStatus NAMED(fmiTerminate)(fmiComponent component) {
  (void)component;
  return fmiOK;
}

EXPORT fmiStatus NAMED(fmiSetContinuousStates)(fmiComponent component, const fmiReal x[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  setStates(MODEL(component), x);
  return fmiOK;
}

EXPORT fmiStatus NAMED(fmiGetContinuousStates)(fmiComponent component, fmiReal x[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  getStates(MODEL(component), x);
  return fmiOK;
}

EXPORT fmiStatus NAMED(fmiGetDerivatives)(fmiComponent component, fmiReal dx[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  getDerivatives(MODEL(component), dx);
  return fmiOK;
}

EXPORT fmiStatus NAMED(fmiGetEventIndicators)(fmiComponent component, fmiReal z[], size_t n) {
  if (n != traits.indicators) return fail(component, "The number of event indicators is another one.");
  getIndicators(MODEL(component), z);
  return fmiOK;
}

EXPORT fmiStatus NAMED(fmiGetNominalContinuousStates)(fmiComponent component, fmiReal nominal[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  getNominals(nominal);
  return fmiOK;
}

EXPORT fmiStatus NAMED(fmiGetStateValueReferences)(fmiComponent component, fmiValueReference vr[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  for (unsigned i = 0; i < traits.states; i++) vr[i] = traits.state[i];
  return fmiOK;
}

#endif
