/* The optimizers are the net's own, in double. */
#define REAL_BITS 64
#include "run/plane.h"

#include "base/rng.h"
#include "nn/optim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_STATES = 8 };

/* ---- functions ---- */

static plane_point quadratic(const plane *p, double a, double b)
{
	return (plane_point){0.5 * (a * a + p->condition * b * b), a, p->condition * b};
}

static plane_point rosenbrock(const plane *p, double a, double b)
{
	(void)p;
	double u = 1 - a, v = b - a * a;
	return (plane_point){u * u + 100 * v * v, -2 * u - 400 * a * v, 200 * v};
}

static plane_point beale(const plane *p, double a, double b)
{
	(void)p;
	static const double c[] = {1.5, 2.25, 2.625};
	plane_point out = {0, 0, 0};
	double power = 1; /* bᵏ */
	for (int k = 0; k < 3; k++) {
		double slope = (k + 1) * power;
		power *= b;
		double r = c[k] - a + a * power;
		out.value += r * r;
		out.da += 2 * r * (power - 1);
		out.db += 2 * r * a * slope;
	}
	return out;
}

static plane_point saddle(const plane *p, double a, double b)
{
	(void)p;
	return (plane_point){0.5 * (a * a - b * b) + 0.25 * b * b * b * b, a, -b + b * b * b};
}

static plane_point plateau(const plane *p, double a, double b)
{
	(void)p;
	double e = exp(-0.5 * (a * a + b * b));
	return (plane_point){-expm1(-0.5 * (a * a + b * b)), a * e, b * e};
}

static plane_point one_unit(const plane *p, double a, double b)
{
	unit_error e = unit_error_at(&p->unit, a, b);
	return (plane_point){e.value, e.dw, e.db};
}

static plane_point formula(const plane *p, double a, double b)
{
	expr_value v = expr_at(&p->formula, a, b);
	return (plane_point){v.v, v.da, v.db};
}

static const struct {
	const char *name;
	plane_point (*at)(const plane *p, double a, double b);
	double start[2], low[2], high[2];
	bool has_minimum;
	double minimum[2];
} table[PLANE_COUNT] = {
        [PLANE_QUADRATIC] = {"quadratic", quadratic, {1, 1}, {-1.5, -1.25}, {1.5, 1.25}, true, {0, 0}},
        [PLANE_ROSENBROCK] = {"Rosenbrock's function", rosenbrock, {-1.2, 1}, {-2, -1}, {2, 3}, true, {1, 1}},
        [PLANE_BEALE] = {"Beale's function", beale, {1, 1.5}, {-1, -1.5}, {4.5, 2}, true, {3, 0.5}},
        [PLANE_SADDLE] = {"saddle", saddle, {1.5, 0.001}, {-2, -1.6}, {2, 1.6}, true, {0, 1}},
        [PLANE_PLATEAU] = {"plateau", plateau, {-2.6, 1.6}, {-4, -3}, {4, 3}, true, {0, 0}},
        [PLANE_UNIT] = {"one-unit net", one_unit, {6.5, -2.9}, {3.5, -3.4}, {7, -1.6}, false, {0, 0}},
        [PLANE_EXPRESSION] = {"formula", formula, {1, 1}, {-2, -2}, {2, 2}, false, {0, 0}},
};

plane_point plane_at(const plane *p, double a, double b)
{
	return table[p->id].at(p, a, b);
}

void plane_make(plane *p, plane_id id, const config *c)
{
	memset(p, 0, sizeof *p);
	p->id = id;
	p->condition = c->v[KNOB_condition];
	p->sparse = (int)c->v[KNOB_sparse];
	p->noise = strcmp(config_choice(c, KNOB_task), "function") == 0 ? c->v[KNOB_noise] : 0;
	p->seed = (uint64_t)c->v[KNOB_seed];
	p->unit = (unit_task){c->v[KNOB_x0], c->v[KNOB_target], (int)c->v[KNOB_T]};
	snprintf(p->name, sizeof p->name, "%s", table[id].name);
	memcpy(p->start, table[id].start, sizeof p->start);
	memcpy(p->low, table[id].low, sizeof p->low);
	memcpy(p->high, table[id].high, sizeof p->high);
	memcpy(p->minimum, table[id].minimum, sizeof p->minimum);
	p->has_minimum = table[id].has_minimum;
	if (id == PLANE_UNIT) {
		p->start[0] = c->v[KNOB_w];
		p->start[1] = c->v[KNOB_b];
	}
	if (c->v[KNOB_start_a] != 0 || c->v[KNOB_start_b] != 0) {
		p->start[0] = c->v[KNOB_start_a];
		p->start[1] = c->v[KNOB_start_b];
	}
}

bool plane_of(const config *c, plane *p, err *e)
{
	plane_id id = (plane_id)c->v[KNOB_function];
	plane_make(p, id, c);
	return id != PLANE_EXPRESSION || expr_read(&p->formula, c->expression, e) || err_prefix(e, "expression");
}

/* ---- for views ---- */

/* "Rosenbrock's function", "quadratic ½(a² + κ b²), κ = 100", the formula itself */
static void name_function(const plane *f, const char *expression, char *buf, size_t size)
{
	if (f->id == PLANE_EXPRESSION)
		snprintf(buf, size, "f(a, b) = %.140s", expression);
	else if (f->id == PLANE_QUADRATIC)
		snprintf(buf, size, "%s ½(a² + κ b²), κ = %g", f->name, f->condition);
	else
		snprintf(buf, size, "%s", f->name);
	if (buf[0] >= 'a' && buf[0] <= 'z' && f->id != PLANE_EXPRESSION)
		buf[0] = (char)(buf[0] - 'a' + 'A');
}

void plane_show(const plane *f, const char *expression, const double low[2], const double high[2], int na, int nb,
        slice_picture *out)
{
	out->kind = SLICE_FUNCTION;
	out->na = na;
	out->nb = nb;
	out->stride = 1;
	for (int k = 0; k < 2; k++) {
		out->low[k] = low[k];
		out->high[k] = high[k];
		snprintf(out->name[k], sizeof out->name[k], "%s", k ? "b" : "a");
	}
	for (int j = 0; j < nb; j++)
		for (int i = 0; i < na; i++) {
			plane_point at = plane_at(f, low[0] + (high[0] - low[0]) * i / (na - 1),
			        low[1] + (high[1] - low[1]) * j / (nb - 1));
			out->loss[j * na + i] = (float)at.value;
			out->norm[j * na + i] = (float)hypot(at.da, at.db);
		}
	name_function(f, expression, out->title, sizeof out->title);
	out->has_minimum = f->has_minimum;
	memcpy(out->minimum, f->minimum, sizeof out->minimum);
	out->minimum_value = f->has_minimum ? plane_at(f, f->minimum[0], f->minimum[1]).value : 0;
}

/* ---- descents ---- */

static bool clip_gradient(const descent *d, const double g[2], double out[2])
{
	double norm = hypot(g[0], g[1]);
	double factor = d->clip == CLIP_NORM && norm > d->clip_at ? d->clip_at / norm : 1;
	for (int i = 0; i < 2; i++) {
		out[i] = factor * g[i];
		if (d->clip == CLIP_VALUE)
			out[i] = fmax(-d->clip_at, fmin(d->clip_at, g[i]));
	}
	return out[0] != g[0] || out[1] != g[1];
}

/* Where the optimizer wants the gradient: at (a, b), or ahead of it (nesterov in the lecture's form). */
static plane_point seen_from(
        const plane *p, const optim_f64 *rule, const descent *d, double *const *s, double a, double b)
{
	double theta[2] = {a, b};
	if (rule->ahead && d->form == FORM_lecture)
		rule->ahead(2, s, d, theta);
	return plane_at(p, theta[0], theta[1]);
}

/* What task=function adds to the gradient of an update: supply.c draws it in this order. */
static void add_noise(const plane *p, int row, plane_point *at)
{
	rng r = rng_make(p->seed, RNG_BATCH, (uint64_t)row);
	at->da += p->noise * rng_gaussian(&r);
	at->db += p->noise * rng_gaussian(&r);
}

int plane_follow(const plane *p, plane_rule *rule, const void *data, double a, double b, int rows, plane_step *out)
{
	double state[MOST_STATES][2] = {{0}}, *s[MOST_STATES];
	for (int i = 0; i < MOST_STATES; i++)
		s[i] = state[i];
	for (int i = 0, steps = 1; i < rows; i++, steps++) {
		bool fresh = false;
		descent now = rule(data, i, &fresh);
		const optim_f64 *how = optims_f64[now.optimizer];
		if (fresh) {
			memset(state, 0, sizeof state);
			steps = 1;
		}
		now.momentum = optim_momentum_at_f64(&now, steps);
		plane_point at = seen_from(p, how, &now, s, a, b);
		plane_step *row = &out[i];
		double value = plane_at(p, a, b).value;
		if (p->sparse > 1 && i % p->sparse != 0)
			at.da = at.db = 0;
		if (p->noise > 0)
			add_noise(p, i, &at);
		if (!isfinite(value) || !isfinite(at.da) || !isfinite(at.db))
			return i;
		*row = (plane_step){.a = a, .b = b, .value = value, .g = {at.da, at.db}};
		row->was_clipped = clip_gradient(&now, row->g, row->clipped);
		how->step(2, row->clipped, s, &now, steps, row->step);
		a += row->step[0];
		b += row->step[1];
	}
	return rows;
}

descent plane_arm_rule(const void *data, int row, bool *fresh)
{
	const plane_arm *k = data;
	const run_state *s = k->s;
	config c = state_config(s, k->arm, row);
	for (int i = 0; i < s->edits; i++)
		*fresh = *fresh || (s->edit[i].arm == k->arm && s->edit[i].update == row &&
		                           knob_get(s->edit[i].knob)->restart == KNOB_OPTIMIZER);
	return config_descent(&c);
}

static descent same_rule(const void *data, int row, bool *fresh)
{
	(void)row;
	(void)fresh;
	return *(const descent *)data;
}

int plane_descend(const plane *p, const descent *d, double a, double b, int rows, plane_step *out)
{
	return plane_follow(p, same_rule, d, a, b, rows, out);
}

double plane_longest(const plane_step *s, int rows, int *row)
{
	double longest = 0;
	for (int i = 0; i < rows; i++) {
		double length = hypot(s[i].step[0], s[i].step[1]);
		if (length > longest) {
			longest = length;
			*row = i;
		}
	}
	return longest;
}
