/* FMI 3.0 around a model of model.h, both interface types. Types and names are those of the standard, 3.0.2. */
#include "adapter.h"

typedef void *fmi3Instance;
typedef void *fmi3FMUState;
typedef unsigned fmi3ValueReference;
typedef float fmi3Float32;
typedef double fmi3Float64;
typedef int8_t fmi3Int8;
typedef uint8_t fmi3UInt8;
typedef int16_t fmi3Int16;
typedef uint16_t fmi3UInt16;
typedef int32_t fmi3Int32;
typedef uint32_t fmi3UInt32;
typedef int64_t fmi3Int64;
typedef uint64_t fmi3UInt64;
typedef bool fmi3Boolean;
typedef bool fmi3Clock;
typedef uint8_t fmi3Byte;
typedef const char *fmi3String;
typedef const uint8_t *fmi3Binary;
typedef enum { fmi3OK, fmi3Warning, fmi3Discard, fmi3Error, fmi3Fatal } fmi3Status;
typedef enum { fmi3IntervalNotYetKnown, fmi3IntervalUnchanged, fmi3IntervalChanged } fmi3IntervalQualifier;
typedef void (*fmi3LogMessageCallback)(void *, fmi3Status, fmi3String, fmi3String);

typedef struct {
  Model model;
  Heap heap[MAX_REFERENCES];
  void *environment;
  fmi3LogMessageCallback logMessage;
  fmi3Boolean logging;
  bool ticked; /* the clocked variables are computed for the tick at hand */
} Instance;

#define MODEL(component) (&((Instance *)(component))->model)

static fmi3Status fail(Instance *instance, const char *text) {
  if (instance->logging && instance->logMessage)
    instance->logMessage(instance->environment, fmi3Error, "logStatusError", text);
  return fmi3Error;
}

EXPORT const char *fmi3GetVersion(void) { return "3.0"; }

static fmi3Instance instantiate(fmi3String name, fmi3String token, fmi3Boolean logging, void *environment,
                                fmi3LogMessageCallback log, const char *refusal) {
  if (!name || !*name) refusal = "Cannot instantiate: the instance has no name.";
  else if (!token || strcmp(token, INSTANTIATION_TOKEN) != 0)
    refusal = "Cannot instantiate: the instantiation token is not that of this binary.";
  Instance *instance = refusal ? NULL : calloc(1, sizeof(Instance));
  if (refusal && log) log(environment, fmi3Error, "logStatusError", refusal);
  if (!instance) return NULL;
  instance->environment = environment;
  instance->logMessage = log;
  instance->logging = logging;
  instance->model.heap = instance->heap;
  resetModel(&instance->model);
  return instance;
}

EXPORT fmi3Instance fmi3InstantiateCoSimulation(
    fmi3String name, fmi3String token, fmi3String resourcePath, fmi3Boolean visible, fmi3Boolean logging,
    fmi3Boolean eventModeUsed, fmi3Boolean earlyReturnAllowed, const fmi3ValueReference required[],
    size_t nRequired, void *environment, fmi3LogMessageCallback log, void *intermediateUpdate) {
  (void)resourcePath, (void)visible, (void)required, (void)nRequired;
  (void)intermediateUpdate;
  const char *refusal = NULL;
  if (traits.hasClock && !eventModeUsed) refusal = "Cannot instantiate: the Clocks of this FMU need Event Mode.";
  if (!traits.hasClock && !traits.isEventDue && eventModeUsed)
    refusal = "Cannot instantiate: this FMU has no Event Mode in Co-Simulation.";
  const fmi3Instance component = instantiate(name, token, logging, environment, log, refusal);
  if (component) MODEL(component)->stopsAtEvents = traits.isEventDue && eventModeUsed && earlyReturnAllowed;
  return component;
}

EXPORT fmi3Instance fmi3InstantiateModelExchange(fmi3String name, fmi3String token, fmi3String resourcePath,
                                                 fmi3Boolean visible, fmi3Boolean logging, void *environment,
                                                 fmi3LogMessageCallback log) {
  (void)resourcePath, (void)visible;
  const char *refusal = traits.hasClock ? "Cannot instantiate: this FMU is for Co-Simulation only." : NULL;
  return instantiate(name, token, logging, environment, log, refusal);
}

EXPORT fmi3Instance fmi3InstantiateScheduledExecution(fmi3String name, fmi3String token, fmi3String resourcePath,
                                                      fmi3Boolean visible, fmi3Boolean logging, void *environment,
                                                      fmi3LogMessageCallback log, void *clockUpdate,
                                                      void *lockPreemption, void *unlockPreemption) {
  (void)resourcePath, (void)visible, (void)clockUpdate, (void)lockPreemption, (void)unlockPreemption;
  const char *refusal = "Cannot instantiate: this FMU has no Scheduled Execution.";
  return instantiate(name, token, logging, environment, log, refusal);
}

EXPORT void fmi3FreeInstance(fmi3Instance component) {
  if (!component) return;
  clearHeap(MODEL(component));
  free(component);
}

EXPORT fmi3Status fmi3SetDebugLogging(fmi3Instance component, fmi3Boolean on, size_t n, const fmi3String c[]) {
  (void)n, (void)c;
  ((Instance *)component)->logging = on;
  return fmi3OK;
}

EXPORT fmi3Status fmi3EnterInitializationMode(fmi3Instance component, fmi3Boolean toleranceDefined,
                                              fmi3Float64 tolerance, fmi3Float64 start, fmi3Boolean stopDefined,
                                              fmi3Float64 stop) {
  (void)toleranceDefined, (void)tolerance, (void)stopDefined, (void)stop;
  MODEL(component)->time = start;
  MODEL(component)->start = start;
  initializeModel(MODEL(component));
  return fmi3OK;
}

EXPORT fmi3Status fmi3ExitInitializationMode(fmi3Instance component) {
  initializeModel(MODEL(component));
  return fmi3OK;
}

EXPORT fmi3Status fmi3Terminate(fmi3Instance component) {
  (void)component;
  return fmi3OK;
}

EXPORT fmi3Status fmi3Reset(fmi3Instance component) {
  resetModel(MODEL(component));
  ((Instance *)component)->ticked = false;
  return fmi3OK;
}

/* At a tick, the clocked variables are computed when one of them is first asked for. */
static Model *current(fmi3Instance component) {
  Instance *instance = component;
  Model *model = &instance->model;
  if (traits.hasClock && INTEGER(model, traits.inputClock) && !instance->ticked) {
    instance->ticked = true;
    traits.tick(model);
  }
  traits.calculate(model);
  return model;
}

static unsigned elementsOf(unsigned reference) {
  return reference - traits.firstArray < traits.arrays ? MAX_ELEMENTS : 1;
}

#define ACCESS(Type, read, write)                                                                              \
  EXPORT fmi3Status fmi3Get##Type(fmi3Instance component, const fmi3ValueReference vr[], size_t n,             \
                                  fmi3##Type value[], size_t nValues) {                                        \
    Model *model = current(component);                                                                         \
    size_t k = 0;                                                                                              \
    for (size_t i = 0; i < n; i++) {                                                                           \
      if (vr[i] >= MAX_REFERENCES) return fail(component, "There is no variable of this value reference.");    \
      const unsigned elements = elementsOf(vr[i]);                                                             \
      for (unsigned element = 0; element < elements && k < nValues; element++) value[k++] = (fmi3##Type)(read); \
    }                                                                                                          \
    return k == nValues ? fmi3OK : fail(component, "The number of values is another one.");                    \
  }                                                                                                            \
  EXPORT fmi3Status fmi3Set##Type(fmi3Instance component, const fmi3ValueReference vr[], size_t n,             \
                                  const fmi3##Type value[], size_t nValues) {                                  \
    Model *model = MODEL(component);                                                                           \
    size_t k = 0;                                                                                              \
    for (size_t i = 0; i < n; i++) {                                                                           \
      if (vr[i] >= MAX_REFERENCES) return fail(component, "There is no variable of this value reference.");    \
      const unsigned elements = elementsOf(vr[i]);                                                             \
      for (unsigned element = 0; element < elements && k < nValues; element++, k++) write;                     \
    }                                                                                                          \
    return k == nValues ? fmi3OK : fail(component, "The number of values is another one.");                    \
  }

#define ACCESS_REAL(Type) ACCESS(Type, model->real[vr[i]][element], model->real[vr[i]][element] = value[k])
#define ACCESS_INTEGER(Type) ACCESS(Type, INTEGER(model, vr[i]), INTEGER(model, vr[i]) = (int64_t)value[k])
ACCESS_REAL(Float32)
ACCESS_REAL(Float64)
ACCESS_INTEGER(Int8)
ACCESS_INTEGER(UInt8)
ACCESS_INTEGER(Int16)
ACCESS_INTEGER(UInt16)
ACCESS_INTEGER(Int32)
ACCESS_INTEGER(UInt32)
ACCESS_INTEGER(Int64)
ACCESS_INTEGER(UInt64)
ACCESS_INTEGER(Boolean)
ACCESS(String, model->heap[vr[i]].text, setText(model, vr[i], value[k]))

EXPORT fmi3Status fmi3GetBinary(fmi3Instance component, const fmi3ValueReference vr[], size_t n, size_t sizes[],
                                fmi3Binary value[], size_t nValues) {
  Model *model = current(component);
  if (n != nValues) return fail(component, "The number of values is another one.");
  for (size_t i = 0; i < n; i++) {
    if (vr[i] >= MAX_REFERENCES) return fail(component, "There is no variable of this value reference.");
    value[i] = model->heap[vr[i]].bytes;
    sizes[i] = model->heap[vr[i]].size;
  }
  return fmi3OK;
}

EXPORT fmi3Status fmi3SetBinary(fmi3Instance component, const fmi3ValueReference vr[], size_t n,
                                const size_t sizes[], const fmi3Binary value[], size_t nValues) {
  if (n != nValues) return fail(component, "The number of values is another one.");
  for (size_t i = 0; i < n; i++) {
    if (vr[i] >= MAX_REFERENCES) return fail(component, "There is no variable of this value reference.");
    setBytes(MODEL(component), vr[i], value[i], sizes[i]);
  }
  return fmi3OK;
}

/* FMU state */

EXPORT fmi3Status fmi3GetFMUState(fmi3Instance component, fmi3FMUState *state) {
  if (traits.holdsHeap) return fail(component, "This FMU cannot save its state.");
  if (!*state) *state = malloc(STATE_SIZE);
  if (!*state) return fmi3Error;
  memcpy(*state, MODEL(component), STATE_SIZE);
  return fmi3OK;
}

EXPORT fmi3Status fmi3SetFMUState(fmi3Instance component, fmi3FMUState state) {
  if (traits.holdsHeap || !state) return fail(component, "This FMU has no saved state.");
  memcpy(MODEL(component), state, STATE_SIZE);
  return fmi3OK;
}

EXPORT fmi3Status fmi3FreeFMUState(fmi3Instance component, fmi3FMUState *state) {
  (void)component;
  if (state) free(*state), *state = NULL;
  return fmi3OK;
}

EXPORT fmi3Status fmi3SerializedFMUStateSize(fmi3Instance component, fmi3FMUState state, size_t *size) {
  (void)state;
  if (traits.holdsHeap) return fail(component, "This FMU cannot save its state.");
  *size = STATE_SIZE;
  return fmi3OK;
}

EXPORT fmi3Status fmi3SerializeFMUState(fmi3Instance component, fmi3FMUState state, fmi3Byte bytes[], size_t size) {
  if (traits.holdsHeap || size < STATE_SIZE) return fail(component, "The state does not fit.");
  memcpy(bytes, state, STATE_SIZE);
  return fmi3OK;
}

EXPORT fmi3Status fmi3DeserializeFMUState(fmi3Instance component, const fmi3Byte bytes[], size_t size,
                                          fmi3FMUState *state) {
  if (traits.holdsHeap || size != STATE_SIZE) return fail(component, "The bytes are no state of this FMU.");
  if (!*state) *state = malloc(STATE_SIZE);
  if (!*state) return fmi3Error;
  memcpy(*state, bytes, STATE_SIZE);
  return fmi3OK;
}

EXPORT fmi3Status fmi3GetDirectionalDerivative(fmi3Instance component, const fmi3ValueReference unknown[],
                                               size_t unknowns, const fmi3ValueReference known[], size_t knowns,
                                               const fmi3Float64 seed[], size_t nSeed, fmi3Float64 sensitivity[],
                                               size_t nSensitivity) {
  if (nSeed != knowns || nSensitivity != unknowns) return fail(component, "The number of values is another one.");
  const bool done = sensitivities(MODEL(component), unknown, unknowns, known, knowns, seed, sensitivity);
  return done ? fmi3OK : fail(component, "This FMU has no directional derivatives.");
}

/* Event Mode and Clocks */

EXPORT fmi3Status fmi3EnterEventMode(fmi3Instance component) {
  (void)component;
  return fmi3OK;
}

EXPORT fmi3Status fmi3UpdateDiscreteStates(fmi3Instance component, fmi3Boolean *needed, fmi3Boolean *terminate,
                                           fmi3Boolean *nominalsChanged, fmi3Boolean *statesChanged,
                                           fmi3Boolean *timeDefined, fmi3Float64 *time) {
  *needed = *terminate = *nominalsChanged = *statesChanged = *timeDefined = false;
  *time = 0.0;
  Model *model = current(component);
  *statesChanged = traits.handleEvent && traits.handleEvent(model);
  if (traits.hasClock) {
    INTEGER(model, traits.inputClock) = 0;
    INTEGER(model, traits.outputClock) = 0;
    ((Instance *)component)->ticked = false;
  }
  return fmi3OK;
}

EXPORT fmi3Status fmi3EnterStepMode(fmi3Instance component) {
  (void)component;
  return fmi3OK;
}

EXPORT fmi3Status fmi3GetClock(fmi3Instance component, const fmi3ValueReference vr[], size_t n, fmi3Clock value[]) {
  Model *model = current(component);
  for (size_t i = 0; i < n; i++) {
    if (!traits.hasClock || (vr[i] != traits.inputClock && vr[i] != traits.outputClock))
      return fail(component, "There is no Clock of this value reference.");
    value[i] = INTEGER(model, vr[i]) != 0;
  }
  return fmi3OK;
}

EXPORT fmi3Status fmi3SetClock(fmi3Instance component, const fmi3ValueReference vr[], size_t n,
                               const fmi3Clock value[]) {
  for (size_t i = 0; i < n; i++) {
    if (!traits.hasClock || vr[i] != traits.inputClock)
      return fail(component, "There is no input Clock of this value reference.");
    INTEGER(MODEL(component), vr[i]) = value[i];
  }
  return fmi3OK;
}

EXPORT fmi3Status fmi3GetIntervalDecimal(fmi3Instance component, const fmi3ValueReference vr[], size_t n,
                                         fmi3Float64 interval[], fmi3IntervalQualifier qualifier[]) {
  for (size_t i = 0; i < n; i++) {
    if (!traits.hasClock || vr[i] != traits.inputClock)
      return fail(component, "There is no time-based Clock of this value reference.");
    interval[i] = traits.interval;
    qualifier[i] = fmi3IntervalUnchanged;
  }
  return fmi3OK;
}

EXPORT fmi3Status fmi3GetShiftDecimal(fmi3Instance component, const fmi3ValueReference vr[], size_t n,
                                      fmi3Float64 shift[]) {
  for (size_t i = 0; i < n; i++) {
    if (!traits.hasClock || vr[i] != traits.inputClock)
      return fail(component, "There is no time-based Clock of this value reference.");
    shift[i] = 0.0;
  }
  return fmi3OK;
}

/* Co-Simulation, chapter 4 */

EXPORT fmi3Status fmi3DoStep(fmi3Instance component, fmi3Float64 time, fmi3Float64 step, fmi3Boolean noSetPrior,
                             fmi3Boolean *eventHandlingNeeded, fmi3Boolean *terminate, fmi3Boolean *earlyReturn,
                             fmi3Float64 *lastSuccessfulTime) {
  (void)noSetPrior;
  *eventHandlingNeeded = *terminate = *earlyReturn = false;
  *lastSuccessfulTime = time;
  Model *model = MODEL(component);
  if (!advanceModel(model, time, step)) return fail(component, "The integration did not converge.");
  *eventHandlingNeeded = model->stopsAtEvents && traits.isEventDue(model);
  *earlyReturn = *eventHandlingNeeded && model->time < time + step;
  *lastSuccessfulTime = *earlyReturn ? model->time : time + step;
  return fmi3OK;
}

/* Model Exchange, chapter 3 */

EXPORT fmi3Status fmi3EnterContinuousTimeMode(fmi3Instance component) {
  (void)component;
  return fmi3OK;
}

EXPORT fmi3Status fmi3CompletedIntegratorStep(fmi3Instance component, fmi3Boolean noSetPrior,
                                              fmi3Boolean *enterEventMode, fmi3Boolean *terminate) {
  (void)component, (void)noSetPrior;
  *enterEventMode = *terminate = false;
  return fmi3OK;
}

EXPORT fmi3Status fmi3SetTime(fmi3Instance component, fmi3Float64 time) {
  MODEL(component)->time = time;
  return fmi3OK;
}

EXPORT fmi3Status fmi3SetContinuousStates(fmi3Instance component, const fmi3Float64 x[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  setStates(MODEL(component), x);
  return fmi3OK;
}

EXPORT fmi3Status fmi3GetContinuousStates(fmi3Instance component, fmi3Float64 x[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  getStates(MODEL(component), x);
  return fmi3OK;
}

EXPORT fmi3Status fmi3GetContinuousStateDerivatives(fmi3Instance component, fmi3Float64 dx[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  getDerivatives(MODEL(component), dx);
  return fmi3OK;
}

EXPORT fmi3Status fmi3GetEventIndicators(fmi3Instance component, fmi3Float64 z[], size_t n) {
  if (n != traits.indicators) return fail(component, "The number of event indicators is another one.");
  getIndicators(MODEL(component), z);
  return fmi3OK;
}

EXPORT fmi3Status fmi3GetNominalsOfContinuousStates(fmi3Instance component, fmi3Float64 nominal[], size_t n) {
  if (n != traits.states) return fail(component, "The number of continuous states is another one.");
  getNominals(nominal);
  return fmi3OK;
}

EXPORT fmi3Status fmi3GetNumberOfEventIndicators(fmi3Instance component, size_t *n) {
  (void)component;
  *n = traits.indicators;
  return fmi3OK;
}

EXPORT fmi3Status fmi3GetNumberOfContinuousStates(fmi3Instance component, size_t *n) {
  (void)component;
  *n = traits.states;
  return fmi3OK;
}

/* What no model here offers, and no model description of theirs announces. */
#define UNSUPPORTED(name) \
  EXPORT fmi3Status name(fmi3Instance component) { return fail(component, "This FMU does not offer " #name "."); }
UNSUPPORTED(fmi3EnterConfigurationMode)
UNSUPPORTED(fmi3ExitConfigurationMode)
UNSUPPORTED(fmi3GetNumberOfVariableDependencies)
UNSUPPORTED(fmi3GetVariableDependencies)
UNSUPPORTED(fmi3GetAdjointDerivative)
UNSUPPORTED(fmi3GetIntervalFraction)
UNSUPPORTED(fmi3GetShiftFraction)
UNSUPPORTED(fmi3SetIntervalDecimal)
UNSUPPORTED(fmi3SetIntervalFraction)
UNSUPPORTED(fmi3SetShiftDecimal)
UNSUPPORTED(fmi3SetShiftFraction)
UNSUPPORTED(fmi3EvaluateDiscreteStates)
UNSUPPORTED(fmi3GetOutputDerivatives)
UNSUPPORTED(fmi3ActivateModelPartition)
