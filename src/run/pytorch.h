/* pytorch: one batch of a run as a Python script that computes it again with PyTorch: the same weights, the same batch,
 * the same loss. It prints the loss, the gradient's norm and the temporal norms beside ours, and ends with status 1
 * when they differ. Needs nothing but torch and numpy; the numbers are inside. May be included by run, lesson and app.
 */
#ifndef RUN_PYTORCH_H
#define RUN_PYTORCH_H
#include "run/trial.h"

#include <stdio.h>

/* Measures the batch of the next update, as trial_measure, and writes the script; `state` (may be NULL) goes into its
 * first lines. What PyTorch cannot say is refused with a sentence. */
bool pytorch_script(trial *t, const char *state, FILE *out, err *e);

#endif
