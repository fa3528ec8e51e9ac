/* canvas_trace: the verbs as lines of text, numbers rounded to 0.01 points, inks by name, indented by group and clip.
 * What the golden tests compare; the same on every machine that has the same font metrics.
 *
 *     group axis:y
 *       polyline grid width=1.00 n=2 10.00,20.00 90.00,20.00
 *       text text 8.00,24.00 size=11.00 right "10⁻⁶"
 *     end
 *
 * Defaults are left out: alpha=1.00, solid, regular, left, angle 0. A path of more than TRACE_POINTS points is given by
 * its bounds, its ends and a hash of its rounded points; an image by its size and a hash. */
#ifndef DRAW_CANVAS_TRACE_H
#define DRAW_CANVAS_TRACE_H
#include "draw/canvas.h"

#include <stddef.h>

enum { TRACE_POINTS = 12 };

typedef struct trace trace;

trace *trace_new(const theme *t, float width, float height); /* NULL when there is no memory */
canvas *trace_canvas(trace *t);
/* All lines so far, ended by 0; length may be NULL. NULL when the machine had no memory for them. */
const char *trace_text(trace *t, size_t *length);
/* Forgets the lines. */
void trace_clear(trace *t);
void trace_free(trace *t);

#endif
