/* device: what the canvas devices share. Private to draw. */
#ifndef DRAW_DEVICE_H
#define DRAW_DEVICE_H
#include "draw/canvas.h"

enum { DEVICE_DASHES = 4 };

/* Lengths of strokes and gaps in turn, in points, between round caps (the shortest are dots); 0 entries when solid. */
int device_dashes(stroke s, float length[DEVICE_DASHES]);
/* How far left of x a text begins, in points along its direction. */
float device_text_shift(const char *utf8, text_style s);
/* "grid", "arm_0": for traces. */
const char *device_ink_name(ink i);
const char *device_dash_name(dash d);
const char *device_weight_name(weight w);
const char *device_align_name(align a);

#endif
