/* weights: parameters as .npz under PyTorch's names, in both directions. Where unroll has one bias and PyTorch two,
 * they are added on load, and the second is zero on save. */
#ifndef RUN_WEIGHTS_H
#define RUN_WEIGHTS_H
#include "io/npz.h"
#include "run/trial.h"

bool weights_save(const trial *t, const char *path, err *e);
/* Refuses shapes that do not fit, naming the array and the knob to change; nothing is changed then. Clears the
 * optimizer. */
bool weights_load(trial *t, const char *path, err *e);
/* Outputs and hidden units of the net in the file (the shape of readout.weight). */
bool weights_shape(const char *path, int *hidden, int *outputs, err *e);

#endif
