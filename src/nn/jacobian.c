/* Products of one-step Jacobians of one sequence. The one-step Jacobian of the complete state (h, and c where there is
 * one) comes from the cell's own backward step, with unit vectors as the incoming gradients. */
#include "nn/pass.h"
#include "num/eig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* S rows, each a copy of one sequence at one step, with unit cotangents. The state is h of all layers, then the further
 * state of those that have one. */
typedef struct R(bench) {
	int S, h; /* numbers in the state; in all h */
	int sequence;
	R(step) row[MODEL_LAYERS];
	R(carry) carry;
	real *dout;
} R(bench);

static void copy_rows(real *to, const real *from, int rows, int width)
{
	for (int i = 0; i < rows; i++)
		memcpy(to + (size_t)i * (size_t)width, from, (size_t)width * sizeof *to);
}

/* Where layer i's h and further state begin in the state. */
static int h_place(const R(net) *n, int i)
{
	int at = 0;
	for (int k = 0; k < i; k++)
		at += n->layer[k].W;
	return at;
}

static int s_place(const R(net) *n, const R(bench) *w, int i)
{
	return w->h + i * n->H; /* all layers have the same cell */
}

static void fill_rows(const R(net) *n, const R(bench) *w, int t, int i)
{
	const R(layer) *l = &n->layer[i];
	const R(step) from = R(net_step)(n, i, t, w->sequence, w->sequence + 1), *to = &w->row[i];
	copy_rows(to->a, from.a, w->S, l->lda);
	copy_rows((real *)to->h_prev, from.h_prev, w->S, l->ldz);
	copy_rows(to->h, from.h, w->S, l->ldz);
	copy_rows((real *)to->s_prev, from.s_prev, w->S, l->lds);
	copy_rows(to->s, from.s, w->S, l->lds);
	copy_rows(to->m, from.m, w->S, l->ldm);
	memset(to->dh, 0, (size_t)w->S * (size_t)l->ldh * sizeof(real));
	memset(to->ds, 0, (size_t)w->S * (size_t)l->lds * sizeof(real));
	memset(to->delta, 0, (size_t)w->S * (size_t)l->lda * sizeof(real));
	for (int j = 0; j < l->W; j++)
		to->dh[(size_t)(h_place(n, i) + j) * (size_t)l->ldh + (size_t)j] = 1;
	for (int j = 0; j < n->H && l->cell->has_state; j++)
		to->ds[(size_t)(s_place(n, w, i) + j) * (size_t)l->lds + (size_t)j] = 1;
}

/* What was fed back: h_{t−1} of the top layer also acts through the outputs of step t − 1. */
static void through_outputs(const R(net) *n, const R(bench) *w, int t)
{
	const real *z = n->logits + ((size_t)(t - 1) * (size_t)n->spec.B_max + (size_t)w->sequence) * (size_t)n->ldo;
	memset(w->dout, 0, (size_t)w->S * (size_t)n->ldo * sizeof(real));
	for (int i = 0; i < w->S; i++)
		R(net_output_back)
	(n, z, w->carry.dfb + (size_t)i * (size_t)n->ldo, w->dout + (size_t)i * (size_t)n->ldo);
	R(net_readout_down)(n, &w->carry, t - 1, 0, w->S, w->dout);
}

/* J (S × S, row-major): J[i][j] = ∂state_t[i] / ∂state_{t−1}[j] */
static void one_step(const R(net) *n, const R(bench) *w, int t, double *J)
{
	for (int i = 0; i < n->layers; i++)
		fill_rows(n, w, t, i);
	if (n->feedback)
		memset(w->carry.dfb, 0, (size_t)w->S * (size_t)n->ldo * sizeof(real));
	for (int i = n->layers - 1; i >= 0; i--) {
		R(step) s = w->row[i];
		s.own = n->theta + n->layer[i].own + (size_t)t * n->layer[i].own_stride;
		R(net_back)(n, i, &s, t, 0, &w->carry);
	}
	if (n->feedback && !n->tuning.forcing && t > 0)
		through_outputs(n, w, t);
	for (int i = 0; i < w->S; i++)
		for (int k = 0; k < n->layers; k++) {
			const R(layer) *l = &n->layer[k];
			double *row = J + (size_t)i * (size_t)w->S;
			for (int j = 0; j < l->W; j++)
				row[h_place(n, k) + j] = (double)w->carry.dh[k][(size_t)i * (size_t)l->ldh + (size_t)j];
			for (int j = 0; j < n->H && l->cell->has_state; j++)
				row[s_place(n, w, k) + j] =
				        (double)w->carry.ds[k][(size_t)i * (size_t)l->lds + (size_t)j];
		}
}

/* ---- products ---- */

/* A product as `M` times 2^exponent, so that hundreds of decades have room. */
typedef struct scaled {
	double *M;
	int exponent;
} scaled;

/* False when it is not finite. */
static bool bring_near_one(size_t n, scaled *p)
{
	double top = 0;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(p->M[i]))
			return false;
		top = fabs(p->M[i]) > top ? fabs(p->M[i]) : top;
	}
	if (top == 0 || (top > 1e-60 && top < 1e60))
		return true;
	int shift = ilogb(top);
	p->exponent += shift;
	for (size_t i = 0; i < n; i++)
		p->M[i] = ldexp(p->M[i], -shift);
	return true;
}

static double log_of(double sigma, const scaled *p)
{
	return log10(sigma) + p->exponent * 0.30102999566398119521;
}

/* Room for products. */
typedef struct room {
	int T, S, H;
	const double *J; /* (T, S, S) */
	scaled now;      /* S × H or H × S */
	double *next;    /* as large */
	double *head;    /* H × H: the part of it that is about h */
	double *v, *work;
} room;

static bool room_init(room *r, int T, int S, int H, const double *J, err *e)
{
	size_t size = (size_t)S * (size_t)H, HH = (size_t)H * (size_t)H;
	*r = (room){.T = T, .S = S, .H = H, .J = J};
	r->now.M = malloc((2 * size + HH + (size_t)H + eig_norm_work(H)) * sizeof *r->now.M);
	if (!r->now.M)
		return err_machine(e, "no memory for the Jacobians; lower the knobs hidden or T");
	r->next = r->now.M + size;
	r->head = r->next + size;
	r->v = r->head + HH;
	r->work = r->v + H;
	return true;
}

static void room_done(room *r)
{
	free(r->now.M < r->next ? r->now.M : r->next); /* the two change places */
}

static const double *step_of(const room *r, int t)
{
	return r->J + (size_t)t * (size_t)r->S * (size_t)r->S;
}

/* now = 1, as S × H or H × S. */
static void begin(room *r, int columns)
{
	memset(r->now.M, 0, (size_t)r->S * (size_t)r->H * sizeof *r->now.M);
	for (int i = 0; i < r->H; i++)
		r->now.M[(size_t)i * (size_t)columns + (size_t)i] = 1;
	memset(r->v, 0, (size_t)r->H * sizeof *r->v);
	r->now.exponent = 0;
}

static bool take_next(room *r)
{
	double *M = r->now.M;
	r->now.M = r->next;
	r->next = M;
	return bring_near_one((size_t)r->S * (size_t)r->H, &r->now);
}

/* now ← A now */
static bool go_on(room *r, const double *A)
{
	eig_product(r->S, r->S, r->H, A, r->now.M, r->next);
	return take_next(r);
}

/* One column of the result: log10 ‖∂h_j/∂h_k‖₂ for j = k … T − 1. */
static bool column(room *r, int k, double *out, err *e)
{
	double norm;
	begin(r, r->H);
	out[(size_t)k * (size_t)r->T + (size_t)k] = 0;
	for (int j = k + 1; j < r->T; j++) {
		if (!go_on(r, step_of(r, j)))
			return err_check(e, "Jacobian from step %d to step %d: not finite", k + 1, j + 1);
		/* the rows of h stand first */
		if (!eig_norm(r->H, r->H, r->now.M, r->v, r->work, &norm, e))
			return err_prefix(e, "Jacobian from step %d to step %d", k + 1, j + 1);
		out[(size_t)j * (size_t)r->T + (size_t)k] = log_of(norm, &r->now);
	}
	return true;
}

static bool columns(int T, int S, int H, const double *J, double *out, err *e)
{
	room r;
	bool ok = room_init(&r, T, S, H, J, e);
	for (int k = 0; k < T && ok; k++)
		ok = column(&r, k, out, e);
	if (r.now.M)
		room_done(&r);
	return ok;
}

/* ---- the products of some steps ---- */

/* Singular values of `head`; those that have drowned in rounding are left out. */
static bool some_values(room *r, double lost, model_products *p, int row, err *e)
{
	double *out = p->singular + (size_t)row * (size_t)p->values, *sigma = r->work;
	if (!eig_singular(r->H, r->H, r->head, sigma, e))
		return false;
	for (int i = 0; i < p->values && i < r->H && sigma[i] > lost * sigma[0]; i++)
		out[i] = log_of(sigma[i], &r->now);
	return true;
}

/* ∂h_T/∂h_k of all steps, backwards from k = T: now ← now J, H × S. A product that is not finite leaves the rest NaN.
 */
static bool last_row(room *r, double lost, model_products *p, err *e)
{
	int row = p->n - 1;
	begin(r, r->S);
	for (int k = r->T - 1; k >= 0; k--) {
		double norm;
		if (k < r->T - 1) {
			eig_product(r->H, r->S, r->S, r->now.M, step_of(r, k + 1), r->next);
			if (!take_next(r))
				return true;
		}
		for (int i = 0; i < r->H; i++)
			memcpy(r->head + (size_t)i * (size_t)r->H, r->now.M + (size_t)i * (size_t)r->S,
			        (size_t)r->H * sizeof *r->head);
		if (!eig_norm(r->H, r->H, r->head, r->v, r->work, &norm, e))
			return false;
		p->last[k] = log_of(norm, &r->now);
		if (row >= 0 && p->step[row] == k && !some_values(r, lost, p, row--, e))
			return false;
	}
	return true;
}

/* What leads from one of the steps to the next, S × S. */
static bool segment(const room *r, int from, int to, scaled *p, double *next)
{
	size_t SS = (size_t)r->S * (size_t)r->S;
	memcpy(p->M, step_of(r, from + 1), SS * sizeof *next);
	bool finite = bring_near_one(SS, p);
	for (int t = from + 2; t <= to && finite; t++) {
		eig_product(r->S, r->S, r->S, step_of(r, t), p->M, next);
		memcpy(p->M, next, SS * sizeof *next);
		finite = bring_near_one(SS, p);
	}
	return finite;
}

static bool column_of_segments(room *r, int k, const scaled *part, model_products *p, err *e)
{
	begin(r, r->H);
	p->pair[(size_t)k * (size_t)p->n + (size_t)k] = 0;
	for (int j = k + 1; j < p->n; j++) {
		double norm;
		if (!part[j].M || !go_on(r, part[j].M))
			return true;
		r->now.exponent += part[j].exponent;
		if (!eig_norm(r->H, r->H, r->now.M, r->v, r->work, &norm, e))
			return false;
		p->pair[(size_t)j * (size_t)p->n + (size_t)k] = log_of(norm, &r->now);
	}
	return true;
}

/* part[j] leads from step j − 1 of the list to step j. */
static bool pairs(room *r, model_products *p, err *e)
{
	size_t SS = (size_t)r->S * (size_t)r->S;
	scaled *part = calloc((size_t)p->n, sizeof *part);
	double *memory = malloc((size_t)p->n * SS * sizeof *memory);
	bool ok = part && memory;
	if (!ok)
		err_machine(e, "no memory for the Jacobians; lower the knob hidden");
	for (int j = 1; j < p->n && ok; j++) {
		part[j].M = memory + (size_t)j * SS;
		if (!segment(r, p->step[j - 1], p->step[j], &part[j], memory))
			part[j].M = NULL;
	}
	for (int k = 0; k < p->n && ok; k++)
		ok = column_of_segments(r, k, part, p, e);
	free(memory);
	free(part);
	return ok;
}

static bool products(int T, int S, int H, const double *J, model_products *p, err *e)
{
	room r;
	bool ok =
	        room_init(&r, T, S, H, J, e) && last_row(&r, sizeof(real) == 4 ? 1e-6 : 1e-12, p, e) && pairs(&r, p, e);
	if (r.now.M)
		room_done(&r);
	return ok;
}

/* ---- the one-step Jacobians ---- */

static void *rows(arena *a, size_t *need, const R(bench) *w, int ld)
{
	size_t size = ((size_t)w->S * (size_t)ld + REAL_PAD) * sizeof(real);
	*need += arena_need(size);
	return a->base ? arena_take(a, size) : NULL;
}

static size_t take_rows(const R(net) *n, R(bench) *w, arena *a)
{
	size_t need = 0;
	int widest = 0;
	for (int i = 0; i < n->layers; i++) {
		const R(layer) *l = &n->layer[i];
		R(step) *s = &w->row[i];
		*s = R(net_step)(n, i, 0, 0, w->S);
		s->a = rows(a, &need, w, l->lda);
		s->h_prev = rows(a, &need, w, l->ldz);
		s->h = rows(a, &need, w, l->ldz);
		s->s_prev = rows(a, &need, w, l->lds);
		s->s = rows(a, &need, w, l->lds);
		s->m = rows(a, &need, w, l->ldm);
		s->dm = rows(a, &need, w, l->ldm);
		s->dh = w->carry.dh[i] = rows(a, &need, w, l->ldh);
		s->ds = w->carry.ds[i] = rows(a, &need, w, l->lds);
		s->delta = rows(a, &need, w, l->lda);
		widest = l->ldh > widest ? l->ldh : widest;
	}
	w->carry.dfb = rows(a, &need, w, n->ldo);
	w->carry.spread = rows(a, &need, w, widest);
	w->dout = rows(a, &need, w, n->ldo);
	return need;
}

int R(net_carried)(const R(net) *n, int *h)
{
	*h = h_place(n, n->layers);
	return *h + (n->layer[0].cell->has_state ? n->layers * n->H : 0);
}

/* J (T, S, S), to be freed; NULL with a message. */
static double *all_steps(R(net) *n, int sequence, R(bench) *w, err *e)
{
	int T = n->batch.T;
	*w = (R(bench)){.sequence = sequence, .carry = {.sequence = sequence}};
	w->S = R(net_carried)(n, &w->h);
	if (n->layer[0].cell->convolution) {
		err_input(e, "a convolution has no state that is carried from step to step; choose another cell");
		return NULL;
	}
	size_t SS = (size_t)w->S * (size_t)w->S;
	if (SS * (size_t)T > (size_t)1 << 28) {
		err_input(
		        e, "the Jacobians of %d steps and %d states need more than 2 GiB; lower T or hidden", T, w->S);
		return NULL;
	}
	arena memory = {0};
	double *J = malloc(SS * (size_t)T * sizeof *J);
	if (!J || !arena_init(&memory, take_rows(n, w, &memory))) {
		free(J);
		err_machine(e, "no memory for the Jacobians; lower the knobs hidden or T");
		return NULL;
	}
	take_rows(n, w, &memory);
	R(net_fill_back)(n);
	for (int t = 0; t < T; t++)
		one_step(n, w, t, J + (size_t)t * SS);
	arena_done(&memory);
	return J;
}

static void fill_nan(double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = NAN;
}

bool R(net_jacobian)(R(net) *n, int sequence, double *out, err *e)
{
	size_t T = (size_t)n->batch.T;
	R(bench) w;
	fill_nan(out, T * T);
	double *J = all_steps(n, sequence, &w, e);
	bool ok = J && columns((int)T, w.S, w.h, J, out, e);
	free(J);
	return ok;
}

bool R(net_products)(R(net) *n, int sequence, model_products *p, err *e)
{
	R(bench) w;
	fill_nan(p->pair, (size_t)p->n * (size_t)p->n);
	fill_nan(p->last, (size_t)n->batch.T);
	fill_nan(p->singular, (size_t)p->n * (size_t)p->values);
	double *J = all_steps(n, sequence, &w, e);
	bool ok = J && products(n->batch.T, w.S, w.h, J, p, e);
	free(J);
	return ok;
}
