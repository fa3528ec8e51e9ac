/* slice: a model's loss on its current batch over a plane through its parameters θ(a, b) = origin + a·d₀ + b·d₁, and
 * the way that a run took, seen in that plane. Works on a copy of the model: the run goes on undisturbed. No thread, no
 * clock; whoever calls slice_advance decides how long. May be included by lesson and app; slice_picture by view too. */
#ifndef RUN_SLICE_H
#define RUN_SLICE_H
#include "nn/model.h"
#include "run/picture.h"
#include "run/unit.h"

#include <stdint.h>

/* ---- the way so far ---- */

/* Parameter vectors of a run in float, every update at first; every second, every fourth … when the memory is full. */
typedef struct trail {
	long parameters, stride;
	int rows, most;
	long version;    /* another one: rows that were there have gone */
	double *scratch; /* (parameters) */
	long *update;    /* (rows) */
	float *theta;    /* (rows, parameters) */
} trail;

bool trail_init(trail *t, long parameters, size_t bytes, err *e);
void trail_done(trail *t);
void trail_clear(trail *t);
/* Forgets what lies behind an update. */
void trail_cut(trail *t, long update);
bool trail_copy(trail *to, const trail *from, err *e);
/* Index of the last row at or before an update; −1: none. */
int trail_find(const trail *t, long update);
void trail_add(trail *t, long update, const model_api *api, const model *m);

/* ---- planes ---- */

typedef struct slice_plane {
	slice_kind kind;
	long parameters;
	double *origin, *d[2]; /* (parameters) each, block by block, row-major */
	char name[2][SLICE_NAME];
	double low[2], high[2]; /* the usual range */
	double here[2];         /* where the model stands */
	double share[2];        /* PCA: share of the trail's variance along each direction; else 0 */
} slice_plane;

/* Two parameters, "W_hh[3,1]" or "rnn.bias_ih_l0[2]" (from 0): a and b are their values. */
bool slice_named(slice_plane *p, const model_api *api, const model *m, const char *const axis[2], err *e);
/* The two learned parameters of a net that has no others (task=fixed_point, function); for task=power the second one is
 * a bias that stays 0. */
bool slice_own(slice_plane *p, const model_api *api, const model *m, err *e);
/* Two Gaussian directions, filter-normalised: every row has the length of the model's row, biases stay (Li et al.
 * 2018). */
bool slice_random(slice_plane *p, const model_api *api, const model *m, uint64_t seed, err *e);
/* "W_hh[0,1],b[2]" as two names. */
bool slice_split(const char *axes, char name[2][SLICE_NAME], err *e);
/* Moves the parameters of m: the two named ones take the values at[0] and at[1]; with an empty `along` all move that
 * far along the two directions of slice_random(m, seed). */
bool slice_move(const model_api *api, model *m, const char *along, uint64_t seed, const double at[2], err *e);
/* The two directions in which the trail varied most (orthonormal; differences to the last row, mean removed). */
bool slice_pca(slice_plane *p, const model_api *api, const model *m, const trail *t, err *e);
/* The gradient on the current batch (of length 1, downhill is negative a) and the part of the last step at right angles
 * to it, `step` = θ − θ before. Runs forward and backward on a copy of m. */
bool slice_gradient(slice_plane *p, const model_api *api, const model *m, const double *step, err *e);
void slice_plane_done(slice_plane *p);
/* All parameters as one vector, with biases that are not learned; and how many there are. */
long slice_size(const model_api *api, const model *m);
void slice_parameters(const model_api *api, const model *m, double *theta);
void slice_set(const model_api *api, model *m, const double *theta);
/* Same net, same tuning, same parameters, same batch. NULL and a message when there is no memory. */
model *slice_copy(const model_api *api, const model *m, err *e);
/* Coordinates of the point of the plane nearest to θ. */
void slice_project(const slice_plane *p, const double *theta, double at[2]);

/* ---- the loss on a grid of the plane ---- */

enum { SLICE_MOST = 2048 }; /* points along an axis */

typedef struct slice {
	const model_api *api;
	model *m; /* the copy; knows the batch */
	const slice_plane *plane;
	int na, nb;
	double low[2], high[2];
	bool gradients;
	double *loss, *norm; /* (nb, na); NAN until computed. norm: ‖∇L‖ over all parameters */
	double *theta;
	int *order; /* points, coarse grids first */
	long next;  /* of order */
} slice;

/* NULL and a message when there is no memory. The plane must live as long. */
slice *slice_new(const model_api *api, const model *m, const slice_plane *p, const double low[2], const double high[2],
        int na, int nb, bool gradients, err *e);
void slice_free(slice *s);
/* Computes up to `points` points; false when all are done. To cancel: do not call it again. */
bool slice_advance(slice *s, team *hands, int points);
/* The copy's loss (and gradient norm) at one point of the plane, computed now. */
double slice_at(slice *s, team *hands, double a, double b, double *norm);

/* ---- for views ---- */

/* What is computed so far; grids wider than a picture are thinned. */
void slice_show(const slice *s, long update, slice_picture *out);
/* The error surface of the one-unit net, complete, of side points each way. */
void slice_show_unit(
        const unit_task *t, const double low[2], const double high[2], int side, team *hands, slice_picture *out);
/* Adds a point to way `arm`; a full way is thinned to every second point. */
void slice_way_add(slice_picture *out, int arm, double a, double b);

#endif
