/* The values of Strings and Binaries, which are the model's own copies. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

void setBytes(Model *model, unsigned reference, const uint8_t *bytes, size_t size) {
  Heap *value = &model->heap[reference];
  if (value->bytes && value->size == size && memcmp(value->bytes, bytes, size) == 0) return;
  uint8_t *copy = malloc(size ? size : 1);
  if (copy && size) memcpy(copy, bytes, size);
  free(value->bytes);
  value->bytes = copy;
  value->size = copy ? size : 0;
}

void setText(Model *model, unsigned reference, const char *text) {
  Heap *value = &model->heap[reference];
  if (!text) text = "";
  if (value->text && strcmp(value->text, text) == 0) return;
  const size_t size = strlen(text) + 1;
  char *copy = malloc(size);
  if (copy) memcpy(copy, text, size);
  free(value->text);
  value->text = copy;
}
