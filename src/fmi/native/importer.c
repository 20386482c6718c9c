/*
 * The part of the importer that is better in C than in JavaScript: the logger, because an FMU may log from a thread of its
 * own, which cannot enter JavaScript, and with arguments as printf takes them; the loop of a Co-Simulation without
 * inputs over time and events, and the points of a Model Exchange, because a call from JavaScript costs more than a short
 * step. It keeps the recording exactly as
 * recorder.ts does: the layout, and the order of every floating-point operation, are the same. The engine works without it.
 */
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#include <io.h>
#include <windows.h>
#define EXPORT __declspec(dllexport)
typedef DWORD Thread;
#define THIS_THREAD() GetCurrentThreadId()
#define WRITE(text, size) _write(2, text, (unsigned)(size))
#else
#include <pthread.h>
#include <unistd.h>
#define EXPORT __attribute__((visibility("default")))
typedef pthread_t Thread;
#define THIS_THREAD() pthread_self()
#define WRITE(text, size) write(2, text, size)
#endif

#ifndef SOURCE_HASH
#define SOURCE_HASH "unknown"
#endif

/* Tells a binary of these sources from one of others. */
EXPORT const char importer_source[] = "importer.c " SOURCE_HASH;

/* Logging */

#define TEXT_BYTES 8192
/* A line that is written at once, and so never mixed with another. */
#define LINE_BYTES 4096

typedef void (*LogSink)(int status, const char *category, const char *text);

static LogSink sink;
static Thread sinkThread;

/* Messages of this thread go to `newSink`, those of others to stderr, as src/runner/thread-log.ts reads them. */
EXPORT void importer_set_log(LogSink newSink) {
  sink = newSink;
  sinkThread = THIS_THREAD();
}

static void writeLine(int status, const char *category, const char *text) {
  char line[LINE_BYTES];
  int size = snprintf(line, sizeof line - 1, "\x1f" "fmu-log\x1f%d\x1f%.200s\x1f%s", status, category, text);
  if (size < 0) return;
  if (size > (int)sizeof line - 2) size = (int)sizeof line - 2;
  for (int i = 0; i < size; i++)
    if (line[i] == '\n' || line[i] == '\r') line[i] = ' ';
  line[size] = '\n';
  if (WRITE(line, (size_t)size + 1) < 0) return;
}

static void logText(int status, const char *category, const char *text) {
  if (category == NULL) category = "";
  if (text == NULL) text = "";
  if (sink != NULL && THIS_THREAD() == sinkThread) sink(status, category, text);
  else writeLine(status, category, text);
}

/* fmiCallbackLogger and fmi2CallbackLogger */
EXPORT void importer_log_formatted(void *environment, const char *instanceName, int status, const char *category,
                                   const char *format, ...) {
  (void)environment;
  (void)instanceName;
  char text[TEXT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  if (format == NULL || vsnprintf(text, sizeof text, format, arguments) < 0) text[0] = 0;
  va_end(arguments);
  logText(status, category, text);
}

/* fmi3LogMessageCallback */
EXPORT void importer_log_message(void *environment, int status, const char *category, const char *text) {
  (void)environment;
  logText(status, category, text);
}

/* fmi3IntermediateUpdateCallback: the importer has nothing to get or set between communication points, and never ends a step. */
EXPORT void importer_intermediate_update(void *environment, double time, bool setRequested, bool getAllowed,
                                         bool stepFinished, bool canReturnEarly, bool *earlyReturnRequested,
                                         double *earlyReturnTime) {
  (void)environment;
  (void)setRequested;
  (void)getAllowed;
  (void)stepFinished;
  (void)canReturnEarly;
  if (earlyReturnRequested != NULL) *earlyReturnRequested = false;
  if (earlyReturnTime != NULL) *earlyReturnTime = time;
}

/* Recording and steps of a Co-Simulation */

/* fmi2Status and fmi3Status, without a sign: one below ok, which the standards do not know, is one to stop at. */
typedef uint32_t Status;
enum { STATUS_OK, STATUS_WARNING };

typedef Status (*DoStep2)(void *, double, double, int);
typedef Status (*DoStep3)(void *, double, double, bool, bool *, bool *, bool *, double *);
typedef Status (*GetReal2)(void *, const uint32_t *, size_t, double *);
typedef Status (*GetReal3)(void *, const uint32_t *, size_t, double *, size_t);

typedef Status (*SetTime)(void *, double);
typedef Status (*VectorCall)(void *, double *, size_t);

/* What is recorded after a step or at a point, as src/fmi/recording/native-outputs.ts fills it in: every member has 8 bytes. */
typedef struct {
  uint64_t version;
  uint64_t getReal;
  uint64_t instance;
  uint64_t references;
  uint64_t referenceCount;
  uint64_t values;
  uint64_t columns;
  uint64_t capacity;
  uint64_t steps;
  uint64_t stepsPerPoint;
  /* Out: what getting the values last returned. */
  uint64_t status;
} Outputs;

/* As src/fmi/co-simulation/native-steps.ts fills it in. */
typedef struct {
  Outputs outputs;
  uint64_t doStep;
  /* fmi3DoStep: the four Booleans beside each other, and lastSuccessfulTime. */
  uint64_t flags;
  uint64_t lastSuccessfulTime;
  double startTime;
  double stopTime;
  double stepSize;
  /* Out: what the last step returned. */
  uint64_t status;
  /* Out: how many of the steps done returned a warning, and where the first of them began, s. */
  uint64_t warnings;
  double firstWarning;
} Steps;

/* The continuous part of a Model Exchange, as src/fmi/model-exchange/native-points.ts fills it in. */
typedef struct {
  uint64_t instance;
  uint64_t setTime;
  uint64_t setStates;
  uint64_t getDerivatives;
  uint64_t states;
  /* Out: the function that returned the status, 0 to 2 in the order above. */
  uint64_t function;
} Points;

enum { ROWS, STEPS, REACHED, HEADER };
enum { MIN, MIN_TIME, MAX, MAX_TIME, INTEGRAL, DURATION, LAST, NON_FINITE, FIRST_NON_FINITE, SAMPLES, STATISTICS };

static void accumulate(double *s, double time, double previousTime, double value) {
  const double samples = s[SAMPLES];
  const double last = s[LAST];
  const double width = time - previousTime;
  s[LAST] = value;
  s[SAMPLES] = samples + 1;
  if (value - value != 0) {
    if (s[NON_FINITE] == 0) s[FIRST_NON_FINITE] = time;
    s[NON_FINITE] += 1;
    return;
  }
  const bool isFirst = s[NON_FINITE] == samples;
  if (isFirst || value < s[MIN]) {
    s[MIN] = value;
    s[MIN_TIME] = time;
  }
  if (isFirst || value > s[MAX]) {
    s[MAX] = value;
    s[MAX_TIME] = time;
  }
  if (samples == 0 || last - last != 0) return;
  s[INTEGRAL] += (last + value) * 0.5 * width;
  s[DURATION] += width;
}

/* Takes the values that were got at grid point `k` into the recording. */
static void record(const Outputs *outputs, double *data, uint64_t k, double time) {
  const double *values = (const double *)(uintptr_t)outputs->values;
  const uint64_t columns = outputs->columns;
  const double previousTime = data[REACHED];
  const uint64_t row = (uint64_t)data[ROWS];
  const bool isWanted = k % outputs->stepsPerPoint == 0 || k == outputs->steps;
  const bool isKept = isWanted && row < outputs->capacity;
  double *times = data + HEADER + columns * STATISTICS;
  for (uint64_t column = 0; column < columns; column++) {
    accumulate(data + HEADER + column * STATISTICS, time, previousTime, values[column]);
    if (isKept) times[(column + 1) * outputs->capacity + row] = values[column];
  }
  if (isKept) {
    times[row] = time;
    data[ROWS] = (double)(row + 1);
  }
  if (time != previousTime) data[STEPS] += 1;
  data[REACHED] = time;
}

static bool getOutputs(Outputs *outputs) {
  void *instance = (void *)(uintptr_t)outputs->instance;
  const uint32_t *references = (const uint32_t *)(uintptr_t)outputs->references;
  double *values = (double *)(uintptr_t)outputs->values;
  if (outputs->referenceCount == 0) return true;
  outputs->status =
      outputs->version < 3
          ? ((GetReal2)(uintptr_t)outputs->getReal)(instance, references, outputs->referenceCount, values)
          : ((GetReal3)(uintptr_t)outputs->getReal)(instance, references, outputs->referenceCount, values,
                                                    outputs->columns);
  return outputs->status <= STATUS_WARNING;
}

static double gridTime(const Steps *steps, uint64_t k) {
  return k >= steps->outputs.steps ? steps->stopTime : steps->startTime + (double)k * steps->stepSize;
}

static double stepBetween(const Steps *steps, double from, double to) {
  const double difference = to - from;
  const double ulps = 8 * 2.220446049250313e-16 * fmax(fabs(from), fabs(to));
  const bool isNominal = fabs(difference - steps->stepSize) <= ulps && from + steps->stepSize <= steps->stopTime;
  return isNominal ? steps->stepSize : difference;
}

/* Asked last: a step that is looked at elsewhere is counted there. */
static bool isGood(Steps *steps, double time) {
  if (steps->status == STATUS_WARNING && steps->warnings++ == 0) steps->firstWarning = time;
  return steps->status <= STATUS_WARNING;
}

/* Whether the simulation simply goes on after the step. */
static bool doStep(Steps *steps, double time, double size) {
  void *instance = (void *)(uintptr_t)steps->outputs.instance;
  if (steps->outputs.version == 2) {
    steps->status = ((DoStep2)(uintptr_t)steps->doStep)(instance, time, size, 1);
    return isGood(steps, time);
  }
  bool *flags = (bool *)(uintptr_t)steps->flags;
  double *last = (double *)(uintptr_t)steps->lastSuccessfulTime;
  memset(flags, 0, 8);
  *last = time;
  steps->status = ((DoStep3)(uintptr_t)steps->doStep)(instance, time, size, true, flags, flags + 1, flags + 2, last);
  return !flags[0] && !flags[1] && !flags[2] && isGood(steps, time);
}

/* Takes steps `first` to `first + count - 1`, as long as there is nothing to do between them; how many were done wholly. */
EXPORT uint64_t importer_take_steps(Steps *steps, double *recording, uint64_t first, uint64_t count) {
  steps->status = STATUS_OK;
  steps->warnings = 0;
  steps->outputs.status = STATUS_OK;
  for (uint64_t done = 0; done < count; done++) {
    const double from = gridTime(steps, first + done - 1);
    const double to = gridTime(steps, first + done);
    if (!doStep(steps, from, stepBetween(steps, from, to)) || !getOutputs(&steps->outputs)) return done;
    record(&steps->outputs, recording, first + done, to);
  }
  return count;
}

/* Points of a Model Exchange */

static Status setPoint(Points *points, double time, double *states) {
  void *instance = (void *)(uintptr_t)points->instance;
  points->function = 0;
  const Status status = ((SetTime)(uintptr_t)points->setTime)(instance, time);
  if (points->states == 0 || status > STATUS_WARNING) return status;
  points->function = 1;
  return ((VectorCall)(uintptr_t)points->setStates)(instance, states, points->states);
}

/* The derivatives at a point; returns the status of the last call. */
EXPORT Status importer_get_derivatives(Points *points, double time, double *states, double *derivatives) {
  const Status status = setPoint(points, time, states);
  if (status > STATUS_WARNING) return status;
  points->function = 2;
  return ((VectorCall)(uintptr_t)points->getDerivatives)((void *)(uintptr_t)points->instance, derivatives, points->states);
}

/* Records grid points from `first` on, given times and states one after another; returns the status of the last call. */
EXPORT Status importer_record_points(Points *points, Outputs *outputs, double *recording, const double *times, double *states,
                                  uint64_t first, uint64_t count) {
  outputs->status = STATUS_OK;
  for (uint64_t i = 0; i < count; i++) {
    const Status status = setPoint(points, times[i], states + i * points->states);
    if (status > STATUS_WARNING) return status;
    points->function = 3;
    if (!getOutputs(outputs)) return (Status)outputs->status;
    record(outputs, recording, first + i, times[i]);
  }
  return STATUS_OK;
}
