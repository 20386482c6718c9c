/* What the adapters of all FMI versions do with a model. */
#ifndef ADAPTER_H
#define ADAPTER_H

#include "model.h"

#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

/* What a saved FMU state holds of a model: all but the Strings and Binaries. */
#define STATE_SIZE offsetof(Model, heap)

static inline void resetModel(Model *model) {
  memset(model, 0, STATE_SIZE);
  traits.setDefaults(model);
}

static inline void initializeModel(Model *model) {
  if (traits.initialize) traits.initialize(model);
}

static inline void clearHeap(Model *model) {
  for (unsigned i = 0; i < MAX_REFERENCES; i++) {
    free(model->heap[i].text);
    free(model->heap[i].bytes);
  }
}

static inline bool advanceModel(Model *model, double time, double step) {
  model->time = time;
  return step >= 0.0 && traits.advance(model, time + step);
}

/* sensitivity[i] = sum over j of (d unknown[i] / d known[j]) * seed[j]. */
static inline bool sensitivities(const Model *model, const unsigned unknown[], size_t unknowns, const unsigned known[],
                                 size_t knowns, const double seed[], double sensitivity[]) {
  if (!traits.partial) return false;
  for (size_t i = 0; i < unknowns; i++) {
    sensitivity[i] = 0.0;
    for (size_t j = 0; j < knowns; j++) sensitivity[i] += traits.partial(model, unknown[i], known[j]) * seed[j];
  }
  return true;
}

static inline void getStates(const Model *model, double x[]) {
  for (unsigned i = 0; i < traits.states; i++) x[i] = REAL(model, traits.state[i]);
}

static inline void setStates(Model *model, const double x[]) {
  for (unsigned i = 0; i < traits.states; i++) REAL(model, traits.state[i]) = x[i];
}

static inline void getDerivatives(Model *model, double dx[]) {
  traits.calculate(model);
  for (unsigned i = 0; i < traits.states; i++) dx[i] = REAL(model, traits.derivative[i]);
}

static inline void getIndicators(Model *model, double z[]) {
  traits.calculate(model);
  for (unsigned i = 0; i < traits.indicators; i++) z[i] = REAL(model, traits.indicator[i]);
}

static inline void getNominals(double nominal[]) {
  for (unsigned i = 0; i < traits.states; i++) nominal[i] = traits.nominal[i];
}

#endif
