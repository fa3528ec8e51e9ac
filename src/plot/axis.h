/* axis: a range of values laid along a stretch of the canvas, and its ticks. Logarithmic axes hold log10 of the
 * quantity everywhere: 300 decades are as easy as one, and −INFINITY is an exact zero with a place of its own.
 * May be included by plot, view and app. */
#ifndef PLOT_AXIS_H
#define PLOT_AXIS_H
#include "draw/canvas.h"

#include <stddef.h>

typedef enum axis_kind { AXIS_LINEAR, AXIS_LOG, AXIS_COUNT } axis_kind; /* COUNT: whole numbers (steps, updates) */

/* What data cover. Start from span_none. */
typedef struct span {
	double low, high; /* of the finite values; low > high when there are none */
	bool zero;        /* holds −INFINITY: on a log axis, an exact zero */
	bool broken;      /* holds NAN or +INFINITY */
} span;

extern const span span_none;
void span_add(span *s, double value);
void span_add_all(span *s, const float *value, int n);
bool span_empty(span s);

typedef struct axis {
	axis_kind kind;
	double low, high; /* values at the ends; LOG: log10 */
	float from, to;   /* canvas positions of low and high; from > to when values grow upwards */
	float zero;       /* LOG: position of an exact zero; NAN when none is shown */
} axis;

/* Ranges rounded outwards, without memory of the frame before. An empty span gives a default range. */
axis axis_linear(span s);                   /* to whole ticks; from 0 when the data are positive and near it */
axis axis_log(span s);                      /* to 1-2-5 within three decades, then to whole decades and tens */
axis axis_count(double first, double last); /* exactly these ends */

/* Canvas position of a value. NAN → NAN; on a log axis −INFINITY → the place of zero. */
float axis_at(const axis *a, double value);
double axis_value(const axis *a, float position);

enum { AXIS_TICKS = 64, AXIS_MINOR = 128, AXIS_LABEL = 24 };

typedef struct axis_tick {
	double at;
	float width;            /* of the label, in points */
	char label[AXIS_LABEL]; /* "" = a line without a label */
} axis_tick;

typedef struct axis_ticks {
	int n, minors;
	axis_tick tick[AXIS_TICKS];
	double minor[AXIS_MINOR];
} axis_ticks;

/* Ticks at 1-2-5 steps for an axis that is `length` points long, so that the labels of type size `em` do not
 * touch; `upright` for a vertical axis. The ends of a COUNT axis get labels where there is room. */
void axis_make_ticks(const axis *a, float length, float em, bool upright, axis_ticks *out);
float axis_widest(const axis_ticks *t);

/* A whole number with thin spaces between groups of three: "1 240". */
const char *axis_count_text(char *buf, size_t size, double value);
/* "0.05", "2·10⁻⁷": a value on a tick, with the digits that `step` needs. */
const char *axis_number(char *buf, size_t size, double value, double step);
/* 10^exponent to three digits: "0.0123", "1.2·10⁻²⁸⁰" (also where the power leaves the range of double),
 * "0" for −INFINITY, "–" for NAN. */
const char *axis_power(char *buf, size_t size, double exponent);

#endif
