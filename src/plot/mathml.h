/* mathml: a formula of math.h for a page in a browser. May be included by app. */
#ifndef PLOT_MATHML_H
#define PLOT_MATHML_H
#include "draw/buffer.h"
#include "plot/math.h"

/* <math>…</math>; what is not in the subset stands there as typed. */
void mathml_write(buffer *out, const char *text, math_style style);

#endif
