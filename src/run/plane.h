/* plane: error functions of two parameters, and the descents of the registry's optimizers on them.
 * May be included by view, lesson and app. */
#ifndef RUN_PLANE_H
#define RUN_PLANE_H
#include "base/expr.h"
#include "nn/model.h"
#include "run/picture.h"
#include "run/state.h"
#include "run/unit.h"

#include <stdint.h>

/* In the order of the knob `function`. */
typedef enum plane_id {
	PLANE_QUADRATIC,  /* ½ (a² + κ b²), from (1, 1) */
	PLANE_ROSENBROCK, /* (1 − a)² + 100 (b − a²)², from (−1.2, 1) */
	PLANE_BEALE,      /* (1.5 − a + ab)² + (2.25 − a + ab²)² + (2.625 − a + ab³)², from (1, 1.5) */
	PLANE_SADDLE,     /* ½ (a² − b²) + ¼ b⁴, from (1.5, 0.001) */
	PLANE_PLATEAU,    /* 1 − exp(−½ (a² + b²)), from (−2.6, 1.6) */
	PLANE_UNIT,       /* the error of the one-unit net over (w, b), from the knobs w and b */
	PLANE_EXPRESSION, /* the knob `expression`, from (1, 1) */
	PLANE_COUNT
} plane_id;

typedef struct plane {
	plane_id id;
	double condition; /* κ of the quadratic */
	int sparse;       /* its gradient shows at every n-th update of a descent */
	double noise;     /* standard deviation of what is added to each part of the gradient, as the task draws it */
	uint64_t seed;
	unit_task unit;
	expr formula;
	char name[64]; /* "Rosenbrock's function" */
	double start[2];
	double low[2], high[2]; /* the usual window on (a, b) */
	bool has_minimum;
	double minimum[2];
} plane;

typedef struct plane_point {
	double value, da, db;
} plane_point;

/* The function that the knobs describe; false when the expression cannot be read. */
bool plane_of(const config *c, plane *p, err *e);
/* One of the functions without parameters, or the error of a one-unit net. */
void plane_make(plane *p, plane_id id, const config *c);
plane_point plane_at(const plane *p, double a, double b);
/* Its values on a grid of na × nb ≥ 2 × 2 points (at most SLICE_SIDE each way), its name and its minimum; `expression`:
 * the formula, for PLANE_EXPRESSION. */
void plane_show(const plane *p, const char *expression, const double low[2], const double high[2], int na, int nb,
        slice_picture *out);

/* One step: where it began, and the parts it is made of. Row i is the state before update i + 1. */
typedef struct plane_step {
	double a, b, value;
	double g[2];       /* gradient */
	double clipped[2]; /* the gradient that the optimizer saw */
	double step[2];    /* what was added */
	bool was_clipped;
} plane_step;

/* `rows` rows from (a, b); the last has a step too, which is not taken. Returns how many before something stopped being
 * finite (at least 1 unless the start is not finite). */
int plane_descend(const plane *p, const descent *d, double a, double b, int rows, plane_step *out);
/* The same with settings that change under way: what holds for the step of a row; `fresh`: the optimizer forgets first.
 */
typedef descent plane_rule(const void *data, int row, bool *fresh);
/* The rule of one arm of a state, with what was changed under way; data: a plane_arm. */
typedef struct plane_arm {
	const run_state *s;
	int arm;
} plane_arm;
descent plane_arm_rule(const void *data, int row, bool *fresh);
int plane_follow(const plane *p, plane_rule *rule, const void *data, double a, double b, int rows, plane_step *out);
/* The longest step of a descent and its row; 0 when there is none. */
double plane_longest(const plane_step *s, int rows, int *row);

#endif
