/* What an example model shares with the adapters that make an FMU of it (fmi1.c, fmi2.c, fmi3.c). */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_REFERENCES 48
#define MAX_ELEMENTS 2
#define MAX_STATES 3
#define MAX_INDICATORS 2
#define MAX_HIDDEN 4

/* The value of a String (`text`) or Binary (`bytes`). */
typedef struct {
  char *text;
  uint8_t *bytes;
  size_t size;
} Heap;

/* Everything a model knows. Variables are found by their value reference. */
typedef struct {
  double time;  /* s */
  double start; /* s, time of the initialization */
  double real[MAX_REFERENCES][MAX_ELEMENTS];
  int64_t integer[MAX_REFERENCES]; /* Boolean, Enumeration and Clock too; unsigned integers keep their bits */
  double hidden[MAX_HIDDEN];       /* discrete states that no variable shows */
  Heap *heap;                      /* by value reference; from here on nothing is part of a saved FMU state */
  bool stopsAtEvents;              /* Co-Simulation: `advance` stops where an event is due, for `handleEvent` */
} Model;

#define REAL(model, reference) ((model)->real[reference][0])
#define INTEGER(model, reference) ((model)->integer[reference])

/* What a model is and does. A function that may be missing is NULL. */
typedef struct {
  unsigned states, indicators;
  unsigned state[MAX_STATES], derivative[MAX_STATES]; /* value references */
  double nominal[MAX_STATES];
  unsigned indicator[MAX_INDICATORS]; /* value references of continuous variables */
  unsigned firstArray, arrays;        /* these value references are arrays of MAX_ELEMENTS, the others scalars */
  bool holdsHeap;                     /* has Strings or Binaries, so that its state cannot be copied */

  void (*setDefaults)(Model *model); /* start values into a zeroed model */
  void (*initialize)(Model *model);  /* called on entering and on leaving Initialization Mode; may be missing */
  void (*calculate)(Model *model);   /* derivatives and outputs from time, states, inputs and parameters */
  bool (*handleEvent)(Model *model); /* one event iteration; true where it set a continuous state; may be missing */
  bool (*isEventDue)(const Model *model); /* missing where `advance` does not heed `stopsAtEvents` */
  double (*partial)(const Model *model, unsigned unknown, unsigned known); /* of unknown by known; may be missing */
  /* Co-Simulation, from model->time to end (s), or to the event it stops at; false: it cannot. */
  bool (*advance)(Model *model, double end);

  bool hasClock;                  /* its clock ticks: Co-Simulation with Event Mode is the only way to run it */
  unsigned inputClock, outputClock; /* value references; the first ticks every `interval` s, set by the importer */
  double interval;
  void (*tick)(Model *model); /* computes the clocked variables; may make the output Clock tick */
} Traits;

extern const Traits traits;

/* Classical Runge-Kutta method with equal inner steps of at most `longest` s. */
bool advanceRungeKutta(Model *model, double end, double longest);

/*
 * Radau IIA method of order 5 (stiffly accurate) with inner steps of at most `first` + `growth` * (time since start) s.
 * Needs `partial`. False where its Newton iteration does not converge.
 */
bool advanceRadau(Model *model, double end, double first, double growth);

/* Setters of the adapters, by value reference; they copy. */
void setText(Model *model, unsigned reference, const char *text);
void setBytes(Model *model, unsigned reference, const uint8_t *bytes, size_t size);

#endif
