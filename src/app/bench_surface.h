/* bench_surface: how fast error surfaces are, for `unroll bench`. May be included by app. */
#ifndef APP_BENCH_SURFACE_H
#define APP_BENCH_SURFACE_H
#include "base/err.h"

enum { SURFACE_FIGURES = 5 };

/* Figures of one round. */
typedef enum surface_figure {
	SURFACE_UNIT,   /* ms: 512 × 512 points of the one-unit net, T = 50, with its slope, one core */
	SURFACE_UNIT_2, /* … on two */
	SURFACE_SLICE,  /* floating-point operations per second: 64 × 64 points of the loss of net A, OpenBLAS */
	SURFACE_SLICE_NATIVE,
	SURFACE_RELIEF, /* ms: a mesh of 256 × 256 points shaded at 1920 × 1080 pixels */
} surface_figure;

/* False with a message when there is no memory. */
bool bench_surface(double out[SURFACE_FIGURES], err *e);

#endif
