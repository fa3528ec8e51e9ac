/* unit: nets of one unit without an input, in double: x ← w σ(x) + b (Doya 1993; Pascanu, Mikolov, Bengio 2013),
 * x ← tanh(w x + b), and the product y ← w y. Trajectories, exact derivatives, fixed points, folds, basins, bifurcation
 * diagrams, and the error surface E(w, b) = (σ(x_T) − target)² on a grid.
 * May be included by run, view, lesson and app. */
#ifndef RUN_UNIT_H
#define RUN_UNIT_H
#include "base/team.h"

#include <stdbool.h>

typedef enum unit_kind { UNIT_SIGMOID, UNIT_TANH, UNIT_KINDS } unit_kind;

/* One map: x ← w σ(x) + b or x ← tanh(w x + b). */
typedef struct unit {
	unit_kind kind;
	double w, b;
} unit;

double unit_sigmoid(double x);
double unit_step(const unit *u, double x);  /* the next state */
double unit_slope(const unit *u, double x); /* its derivative with respect to x: one factor of the product */

/* The state after T steps from x0, with its derivatives: ∂x ← immediate part + slope · ∂x. */
typedef struct unit_end {
	double x, dw, db, dx0;
} unit_end;

unit_end unit_run(const unit *u, double x0, int T);
/* x[0 … T], x[0] = x0. */
void unit_trajectory(const unit *u, double x0, int T, double *x);

/* ---- fixed points ---- */

enum { UNIT_FIXED = 3 }; /* such a map has at most three */

typedef struct unit_fixed {
	double x, multiplier; /* slope there; stable while its absolute value is below 1 */
	bool stable;
} unit_fixed;

/* In increasing order; returns how many (1 to 3). */
int unit_fixed_points(const unit *u, unit_fixed out[UNIT_FIXED]);
/* Two fixed points meet at b[0] < b[1], in the states x[0] > x[1]; between them there are three. False when w has no
 * folds. With multiplier 1: w σ'(x) = 1, or w (1 − x²) = 1. */
bool unit_folds(unit_kind kind, double w, double b[2], double x[2]);
/* Where the folds meet: (4, −2) with x = 0 for σ, (1, 0) for tanh. */
void unit_cusp(unit_kind kind, double *w, double *b);
/* The states to which x0 may go, when it has a stable fixed point: index into the fixed points; −1: to a cycle, or
 * it stands on the boundary. */
int unit_basin(const unit *u, double x0, const unit_fixed *fixed, int n);

/* Asymptotic states over b: column i at b0 + i·db. The sweep up starts each column in the state of the one before (the
 * first in x0), the sweep down runs back from the last column: where there are three fixed points they differ. `steps`
 * per column. */
void unit_sweep(unit_kind kind, double w, double b0, double db, int n, double x0, int steps, double *up, double *down);

/* ---- the error surface: E = (σ(x_T) − target)², σ map ---- */

typedef struct unit_task {
	double x0, target;
	int T;
} unit_task;

typedef struct unit_error {
	double value, dw, db;
} unit_error;

unit_error unit_error_at(const unit_task *t, double w, double b);
/* The wall: the line on which x0 is the unstable fixed point, b = x0 − w σ(x0). It exists for w σ'(x0) > 1. */
double unit_wall(const unit_task *t, double w);
/* ‖∇E‖ on it, in closed form: the state never leaves x0. */
double unit_wall_gradient(const unit_task *t, double w);
/* The valley: σ(x) = target is a fixed point, b = ln(target/(1 − target)) − w·target. */
double unit_valley(const unit_task *t, double w);
/* w at which it meets the wall: beyond, the trajectory from x0 does not reach it. */
double unit_valley_end(const unit_task *t);

/* loss[j·na + i], and where not NULL log10 ‖∇E‖ in slope, at w = a0 + i·(a1 − a0)/(na − 1), b likewise: in single
 * precision and vectorised, rows split over the team (NULL: one hand). The same bits for every vector width and team.
 */
void unit_surface(const unit_task *t, double a0, double a1, int na, double b0, double b1, int nb, float *loss,
        float *slope, team *hands);
/* The same in double; the slope is ‖∇E‖ itself. */
void unit_surface_exact(const unit_task *t, double a0, double a1, int na, double b0, double b1, int nb, double *loss,
        double *slope, team *hands);

/* ---- the product: y¹ = 1, yⁿ = w yⁿ⁻¹ ---- */

/* A number that may be far outside the range of double: sign · 10^log10. */
typedef struct unit_scaled {
	int sign;     /* −1, 0, 1 */
	double log10; /* −INFINITY for 0 */
	double value; /* as a double: 0 or ±INFINITY where it leaves the range */
} unit_scaled;

unit_scaled unit_power(double w, int n);       /* wⁿ⁻¹ */
unit_scaled unit_power_slope(double w, int n); /* d/dw: (n − 1) wⁿ⁻² */

#endif
