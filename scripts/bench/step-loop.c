/*
 * The least that any importer does: loads the FMU's library, steps it, gets two outputs after each step and stores them,
 * with (1) or without (0) statistics of both. Prints nanoseconds of processor time per step.
 * Arguments: library, token, steps, step size, value of `work`, value references of both outputs, statistics.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
  double min, min_time, max, max_time, integral, last;
} Statistics;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *find(void *library, const char *name) {
  void *address = dlsym(library, name);
  if (address == NULL) {
    fprintf(stderr, "no %s\n", name);
    exit(1);
  }
  return address;
}

static void keep(Statistics *of, double time, double width, double value) {
  if (value < of->min) of->min = value, of->min_time = time;
  if (value > of->max) of->max = value, of->max_time = time;
  of->integral += (of->last + value) * 0.5 * width;
  of->last = value;
}

#if FMI_VERSION == 2
typedef struct {
  void (*log)(void);
  void *(*allocate)(size_t, size_t);
  void (*release)(void *);
  void *finished, *environment;
} Callbacks;
static void no_log(void) {}
static const Callbacks callbacks = {no_log, calloc, free, NULL, NULL};
#else
static void no_log(void *environment, int status, const char *category, const char *text) {}
#endif

int main(int count, char **words) {
  if (count != 9) return 2;
  void *library = dlopen(words[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return fprintf(stderr, "%s\n", dlerror()), 1;
  const long steps = atol(words[3]);
  const double size = atof(words[4]), work = atof(words[5]), stop = size * (double)steps;
  const uint32_t references[2] = {(uint32_t)atol(words[6]), (uint32_t)atol(words[7])};
  const uint32_t work_reference = 1;
  const bool has_statistics = atoi(words[8]) != 0;
#if FMI_VERSION == 2
  void *(*instantiate)(const char *, int, const char *, const char *, const void *, int, int) = find(library, "fmi2Instantiate");
  int (*setup)(void *, int, double, double, int, double) = find(library, "fmi2SetupExperiment");
  int (*enter)(void *) = find(library, "fmi2EnterInitializationMode");
  int (*leave)(void *) = find(library, "fmi2ExitInitializationMode");
  int (*set)(void *, const uint32_t *, size_t, const double *) = find(library, "fmi2SetReal");
  int (*get)(void *, const uint32_t *, size_t, double *) = find(library, "fmi2GetReal");
  int (*step)(void *, double, double, int) = find(library, "fmi2DoStep");
  void *self = instantiate("bench", 1, words[2], "file:///", &callbacks, 0, 0);
  if (self == NULL) return 1;
  if (work > 0 && set(self, &work_reference, 1, &work) > 1) return 1;
  if (setup(self, 0, 0, 0, 1, stop) > 1 || enter(self) > 1 || leave(self) > 1) return 1;
#else
  void *(*instantiate)(const char *, const char *, const char *, bool, bool, bool, bool, const uint32_t *, size_t,
                       void *, const void *, const void *) = find(library, "fmi3InstantiateCoSimulation");
  int (*enter)(void *, bool, double, double, bool, double) = find(library, "fmi3EnterInitializationMode");
  int (*leave)(void *) = find(library, "fmi3ExitInitializationMode");
  int (*set)(void *, const uint32_t *, size_t, const double *, size_t) = find(library, "fmi3SetFloat64");
  int (*get)(void *, const uint32_t *, size_t, double *, size_t) = find(library, "fmi3GetFloat64");
  int (*step)(void *, double, double, bool, bool *, bool *, bool *, double *) = find(library, "fmi3DoStep");
  void *self = instantiate("bench", words[2], NULL, false, false, false, false, NULL, 0, NULL, no_log, NULL);
  if (self == NULL) return 1;
  if (work > 0 && set(self, &work_reference, 1, &work, 1) > 1) return 1;
  if (enter(self, false, 0, 0, true, stop) > 1 || leave(self) > 1) return 1;
#endif
  double *rows = malloc(3 * sizeof *rows * (size_t)(steps + 1));
  Statistics statistics[2] = {{0}, {0}};
  const double begin = seconds();
  for (long k = 0; k < steps; k++) {
    const double time = (double)k * size;
    double *row = rows + 3 * k;
#if FMI_VERSION == 2
    if (step(self, time, size, 1) > 1 || get(self, references, 2, row + 1) > 1) return 1;
#else
    bool event, terminate, early;
    double last;
    if (step(self, time, size, true, &event, &terminate, &early, &last) > 1) return 1;
    if (terminate || get(self, references, 2, row + 1, 2) > 1) return 1;
#endif
    row[0] = time + size;
    if (has_statistics)
      for (int i = 0; i < 2; i++) keep(&statistics[i], row[0], size, row[1 + i]);
  }
  const double end = seconds();
  printf("{ \"nsPerStep\": %.3f, \"final\": %.17g, \"mean\": %.17g }\n", 1e9 * (end - begin) / (double)steps,
         rows[3 * (steps - 1) + 1], statistics[0].integral / stop);
  return 0;
}
