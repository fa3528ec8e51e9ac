/* canvas_null: takes every verb and draws nothing; for layout, hit testing and timing. */
#ifndef DRAW_CANVAS_NULL_H
#define DRAW_CANVAS_NULL_H
#include "draw/canvas.h"

canvas canvas_null(const theme *t, float width, float height);

#endif
