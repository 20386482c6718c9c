/* Passes every input through to the output of the same type: value reference 2k is the input, 2k + 1 the output. */
#include "model.h"

enum { STRING_IN = 8, ENUM_IN = 10, BINARY_IN = 28, ARRAY_IN = 30, FIXED_PARAM = 40, TUNABLE_PARAM = 41, TIME = 44 };

#define PAIRS 16

static void setDefaults(Model *model) {
  static const uint8_t none[1] = {0};
  for (unsigned i = 0; i < 2; i++) {
    setText(model, STRING_IN + i, "");
    setBytes(model, BINARY_IN + i, none, 0);
    INTEGER(model, ENUM_IN + i) = 1;
  }
  REAL(model, FIXED_PARAM) = 1.0;
  REAL(model, TUNABLE_PARAM) = 1.0;
}

static void calculate(Model *model) {
  REAL(model, TIME) = model->time;
  for (unsigned in = 0; in < 2 * PAIRS; in += 2) {
    for (unsigned k = 0; k < MAX_ELEMENTS; k++) model->real[in + 1][k] = model->real[in][k];
    INTEGER(model, in + 1) = INTEGER(model, in);
  }
  setText(model, STRING_IN + 1, model->heap[STRING_IN].text);
  setBytes(model, BINARY_IN + 1, model->heap[BINARY_IN].bytes, model->heap[BINARY_IN].size);
}

static bool advance(Model *model, double end) {
  model->time = end;
  return true;
}

const Traits traits = {
    .firstArray = ARRAY_IN,
    .arrays = 2,
    .holdsHeap = true,
    .setDefaults = setDefaults,
    .calculate = calculate,
    .advance = advance,
};
