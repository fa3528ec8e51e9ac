#include "run/landscape.h"

#include "run/plane.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNIT_POINTS = SLICE_SIDE, FUNCTION_POINTS = 161, PCA_ROWS = 96 };

/* A plane with its surface. */
typedef struct sheet {
	bool any;
	slice_plane plane;
	double *dual[2], offset[2]; /* coordinate k of θ is dual[k]·θ − offset[k] */
	slice *s;                   /* NULL: the surface needs no net */
	long update, batch;
	bool present, urgent, complete;
} sheet;

/* A copy of a run that makes its next step. */
typedef struct stepper {
	const trial *of;
	const model_api *api;
	model *m;
	void *state;
	size_t size;
	double *from, *to, *g; /* (parameters) */
} stepper;

struct landscape {
	sheet front, back; /* shown; being made */
	uint64_t key;
	slice_picture *picture;
	long version[SLICE_ARMS], sheet_of_way;
	long shown_points, sheet_serial;
	const trail *trail_of_way[SLICE_ARMS];
	stepper step[SLICE_ARMS];
};

static bool no_memory(err *e)
{
	return err_machine(e, "no memory for a surface; lower the knob hidden or grid");
}

/* ---- coming and going ---- */

landscape *landscape_new(err *e)
{
	landscape *l = calloc(1, sizeof *l);
	if (l)
		l->picture = calloc(1, sizeof *l->picture);
	if (l && l->picture)
		return l;
	free(l);
	no_memory(e);
	return NULL;
}

static void sheet_done(sheet *s)
{
	slice_free(s->s);
	slice_plane_done(&s->plane);
	free(s->dual[0]);
	*s = (sheet){0};
}

static void stepper_done(stepper *s)
{
	if (s->m)
		s->api->destroy(s->m);
	free(s->state);
	free(s->from);
	*s = (stepper){0};
}

void landscape_free(landscape *l)
{
	if (!l)
		return;
	sheet_done(&l->front);
	sheet_done(&l->back);
	for (int i = 0; i < SLICE_ARMS; i++)
		stepper_done(&l->step[i]);
	free(l->picture);
	free(l);
}

static void changed(landscape *l)
{
	static long
	        serial; /* of all landscapes: a snap may have held another one's picture; the worker's thread alone */
	l->picture->serial = ++serial;
}

/* ---- what a surface depends on ---- */

static bool matters(knob_id id)
{
	const knob *k = knob_get(id);
	if (k->restart == KNOB_LOOK)
		return strcmp(k->group, "surface") == 0 && id != KNOB_turn && id != KNOB_tilt && id != KNOB_zoom &&
		       id != KNOB_height;
	return strcmp(k->group, "descent") != 0;
}

static uint64_t fold(uint64_t key, const void *data, size_t n)
{
	const unsigned char *p = data;
	for (size_t i = 0; i < n; i++)
		key = (key ^ p[i]) * 1099511628211U;
	return key;
}

static uint64_t key_of(const landscape_arm *arm, int n)
{
	uint64_t key = 14695981039346656037U;
	for (int a = 0; a < n; a++) /* the window holds the starts of all */
		for (int id = 0; id < KNOB_COUNT; id++)
			if (matters((knob_id)id) &&
			        (a == 0 || id == KNOB_w || id == KNOB_b || id == KNOB_start_a || id == KNOB_start_b))
				key = fold(key, &arm[a].t->c.v[id], sizeof arm[a].t->c.v[id]);
	key = fold(key, arm[0].t->c.data, sizeof arm[0].t->c.data);
	key = fold(key, arm[0].t->c.expression, sizeof arm[0].t->c.expression);
	key = fold(key, arm[0].t->c.axes_named, sizeof arm[0].t->c.axes_named);
	key = fold(key, arm[0].t->c.start_along, sizeof arm[0].t->c.start_along);
	return fold(key, &arm[0].index, sizeof arm[0].index);
}

/* Nets without weights of their own: the two parameters are the plane. */
static bool owns_plane(const trial *t)
{
	return t->shape.unit != UNIT_NONE;
}

/* The update whose parameters are the middle, as far as they are known. */
static long centre_of(const landscape_arm *a)
{
	double wanted = a->t->c.v[KNOB_centre];
	if (wanted < 0 || wanted >= (double)a->t->update)
		return a->t->update;
	int row = trail_find(a->way, (long)wanted);
	return row < 0 ? a->t->update : a->way->update[row];
}

/* ---- making a sheet ---- */

static double dot(long n, const double *x, const double *y)
{
	double sum = 0;
	for (long i = 0; i < n; i++)
		sum += x[i] * y[i];
	return sum;
}

/* Least squares: the directions need not be at right angles. */
static bool make_dual(sheet *s, err *e)
{
	const slice_plane *p = &s->plane;
	long n = p->parameters;
	double g00 = dot(n, p->d[0], p->d[0]), g11 = dot(n, p->d[1], p->d[1]), g01 = dot(n, p->d[0], p->d[1]),
	       det = g00 * g11 - g01 * g01;
	double *both = malloc(2 * (size_t)n * sizeof *both);
	if (!both)
		return no_memory(e);
	s->dual[0] = both;
	s->dual[1] = both + n;
	for (long i = 0; i < n; i++) {
		s->dual[0][i] = (g11 * p->d[0][i] - g01 * p->d[1][i]) / det;
		s->dual[1][i] = (g00 * p->d[1][i] - g01 * p->d[0][i]) / det;
	}
	for (int k = 0; k < 2; k++)
		s->offset[k] = dot(n, s->dual[k], p->origin);
	return det > 0 || err_check(e, "the two axes have the same direction");
}

static void stretch(slice_plane *p, double reach)
{
	for (int k = 0; k < 2; k++) {
		double middle = 0.5 * (p->low[k] + p->high[k]), half = 0.5 * (p->high[k] - p->low[k]) * reach;
		p->low[k] = middle - half;
		p->high[k] = middle + half;
	}
}

/* The usual window, moved to hold the starts of all arms. */
static void window_of(slice_plane *to, const landscape_arm *arm, int n)
{
	for (int a = 0; a < n; a++) {
		plane p;
		if (arm[a].t->plane)
			p = *arm[a].t->plane;
		else
			plane_make(&p, PLANE_UNIT, &arm[a].t->c);
		if (a == 0 && !arm[a].t->plane) { /* start_a and start_b belong to other tasks */
			p.start[0] = arm[a].t->c.v[KNOB_w];
			p.start[1] = arm[a].t->c.v[KNOB_b];
		}
		for (int k = 0; k < 2; k++) {
			double room = 0.08 * (p.high[k] - p.low[k]);
			to->low[k] = fmin(a ? to->low[k] : p.low[k], p.start[k] - room);
			to->high[k] = fmax(a ? to->high[k] : p.high[k], p.start[k] + room);
		}
	}
}

/* Principal directions of at most PCA_ROWS rows up to an update. */
static bool principal(slice_plane *p, const landscape_arm *a, const model *m, long update, err *e)
{
	const trail *way = a->way;
	int rows = trail_find(way, update) + 1, n = rows < PCA_ROWS ? rows : PCA_ROWS;
	size_t width = (size_t)way->parameters;
	trail few = *way;
	few.theta = malloc((size_t)(n > 0 ? n : 1) * width * sizeof *few.theta);
	if (!few.theta)
		return no_memory(e);
	few.rows = n;
	for (int i = 0; i < n; i++) {
		size_t row = n > 1 ? (size_t)((long)i * (rows - 1) / (n - 1)) : 0;
		memcpy(few.theta + (size_t)i * width, way->theta + row * width, width * sizeof *few.theta);
	}
	bool ok = slice_pca(p, a->t->api, m, &few, e);
	free(few.theta);
	return ok;
}

/* The last step that is known of up to an update: a difference of two rows. */
static bool along_gradient(slice_plane *p, const landscape_arm *a, const model *m, long update, err *e)
{
	const trail *way = a->way;
	int row = trail_find(way, update);
	size_t n = (size_t)way->parameters;
	if (row < 1)
		return err_check(e, "the gradient and the step: the run has not made an update yet");
	double *step = malloc(n * sizeof *step);
	if (!step)
		return no_memory(e);
	for (size_t i = 0; i < n; i++)
		step[i] = (double)way->theta[(size_t)row * n + i] - (double)way->theta[(size_t)(row - 1) * n + i];
	bool ok = slice_gradient(p, a->t->api, m, step, e);
	free(step);
	return ok;
}

static bool span_plane(slice_plane *p, const landscape_arm *a, model *m, long update, err *e)
{
	const config *c = &a->t->c;
	const char *axes = config_choice(c, KNOB_axes);
	char name[2][SLICE_NAME];
	const char *const names[2] = {name[0], name[1]};
	if (strcmp(axes, "named") == 0)
		return slice_split(c->axes_named, name, e) && slice_named(p, a->t->api, m, names, e);
	if (strcmp(axes, "pca") == 0)
		return principal(p, a, m, update, e);
	if (strcmp(axes, "grad") == 0)
		return along_gradient(p, a, m, update, e);
	return slice_random(p, a->t->api, m, (uint64_t)c->v[KNOB_seed], e);
}

/* The net as it was at the middle, with the batch of the update that followed. */
static model *centre_model(const landscape_arm *a, long update, err *e)
{
	model *m = slice_copy(a->t->api, a->t->m, e);
	trial then = *a->t;
	if (!m)
		return NULL;
	if (a->t->c.v[KNOB_centre] == 0 && !trial_draw(a->t, m, e)) { /* as drawn: what a start is chosen from */
		a->t->api->destroy(m);
		return NULL;
	}
	int row = trail_find(a->way, update);
	if (update != a->t->update && a->t->c.v[KNOB_centre] != 0 && row >= 0) {
		for (long i = 0; i < a->way->parameters; i++)
			a->way->scratch[i] = (double)a->way->theta[row * a->way->parameters + i];
		slice_set(a->t->api, m, a->way->scratch);
	}
	then.update = update;
	trial_batch(&then, m);
	return m;
}

static bool net_sheet(sheet *s, const landscape_arm *a, long update, err *e)
{
	const config *c = &a->t->c;
	model *m = centre_model(a, update, e);
	if (!m)
		return false;
	int side = (int)c->v[KNOB_grid];
	bool ok = span_plane(&s->plane, a, m, update, e);
	if (ok) {
		stretch(&s->plane, c->v[KNOB_reach]);
		s->s = slice_new(a->t->api, m, &s->plane, s->plane.low, s->plane.high, side, side, false, e);
		ok = s->s && make_dual(s, e);
	}
	a->t->api->destroy(m);
	s->batch = update + 1;
	return ok;
}

/* The surface of two parameters is there at once. */
static bool own_sheet(landscape *l, sheet *s, const landscape_arm *arm, int n, err *e)
{
	const trial *t = arm[0].t;
	slice_picture *o = l->picture;
	if (!slice_own(&s->plane, t->api, t->m, e) || !make_dual(s, e))
		return false;
	o->kind = s->plane.kind;
	s->complete = true;
	if (s->plane.kind == SLICE_POWER) {
		o->na = o->nb = 0;
		return true;
	}
	window_of(&s->plane, arm, n);
	stretch(&s->plane, t->c.v[KNOB_reach]);
	memcpy(o->low, s->plane.low, sizeof o->low);
	memcpy(o->high, s->plane.high, sizeof o->high);
	memcpy(o->name, s->plane.name, sizeof o->name);
	o->has_minimum = false;
	o->title[0] = '\0';
	unit_task one =
	        t->plane ? t->plane->unit : (unit_task){t->c.v[KNOB_x0], t->c.v[KNOB_target], (int)t->c.v[KNOB_T]};
	if (!t->plane || t->plane->id == PLANE_UNIT)
		slice_show_unit(&one, o->low, o->high, UNIT_POINTS, t->team, o);
	else
		plane_show(t->plane, t->c.expression, o->low, o->high, FUNCTION_POINTS, FUNCTION_POINTS, o);
	o->kind = !t->plane || t->plane->id == PLANE_UNIT ? SLICE_UNIT : SLICE_FUNCTION;
	return true;
}

/* ---- showing a sheet ---- */

static void show_sheet(landscape *l)
{
	sheet *s = &l->front;
	slice_picture *o = l->picture;
	if (!s->any)
		return;
	if (s->s && s->s->next > 0 && l->shown_points != s->s->next) {
		slice_show(s->s, s->update, o);
		l->shown_points = s->s->next;
		o->title[0] = '\0';
		o->has_minimum = false;
	}
	o->update = s->update;
	o->batch = s->batch;
	o->present = s->present;
	o->parameters = s->plane.parameters;
	o->problem[0] = '\0';
	if (s->plane.kind == SLICE_POWER)
		snprintf(o->problem, sizeof o->problem, "a single parameter: the view `power` shows its error");
	changed(l);
}

static void refuse(landscape *l, const err *e)
{
	sheet_done(&l->front);
	sheet_done(&l->back);
	l->picture->na = l->picture->nb = 0;
	l->picture->ways = 0;
	snprintf(l->picture->problem, sizeof l->picture->problem, "%.199s", e->text);
	changed(l);
}

/* slice_new() has kept the address of the plane that stands in the sheet. */
static void move_sheet(sheet *to, sheet *from)
{
	*to = *from;
	if (to->s)
		to->s->plane = &to->plane;
	*from = (sheet){0};
}

static void bring_forward(landscape *l)
{
	sheet_done(&l->front);
	move_sheet(&l->front, &l->back);
	l->shown_points = 0;
	l->sheet_serial++;
	show_sheet(l);
}

static void begin(landscape *l, const landscape_arm *arm, int n, long update, bool urgent)
{
	err e = {0};
	sheet_done(&l->back);
	sheet *s = &l->back;
	s->update = update;
	s->urgent = urgent;
	s->present = update == arm[0].t->update;
	if (owns_plane(arm[0].t) ? !own_sheet(l, s, arm, n, &e) : !net_sheet(s, &arm[0], update, &e)) {
		s->any = true;
		refuse(l, &e);
		return;
	}
	s->any = true;
	if (s->complete)
		bring_forward(l);
}

void landscape_aim(landscape *l, const landscape_arm *arm, int n, bool going_on)
{
	uint64_t key = key_of(arm, n);
	long update = owns_plane(arm[0].t) ? 0 : centre_of(&arm[0]);
	bool other = key != l->key, working = l->back.any;
	const sheet *newest = working ? &l->back : &l->front;
	bool elsewhere =
	        newest->any ? newest->update != update : !l->picture->problem[0] || l->picture->update != update;
	l->key = key;
	l->picture->update = newest->any ? l->picture->update : update;
	if (other)
		begin(l, arm, n, update, true);
	else if (elsewhere && !(going_on && newest->any && !newest->complete))
		begin(l, arm, n, update, !going_on);
}

bool landscape_work(landscape *l)
{
	sheet *s = l->back.any ? &l->back : &l->front;
	if (!s->any || s->complete)
		return false;
	s->complete = !slice_advance(s->s, NULL, 1);
	bool coarse = s->s->next >= ((s->s->na + 7) / 8) * (long)((s->s->nb + 7) / 8);
	if (s == &l->back && (s->complete || (s->urgent && coarse)))
		bring_forward(l);
	return l->back.any || !l->front.complete;
}

/* ---- the ways ---- */

static void coordinates(const sheet *s, const float *theta, float at[2])
{
	for (int k = 0; k < 2; k++) {
		double sum[4] = {0}; /* four chains beside each other */
		const double *d = s->dual[k];
		long i = 0, n = s->plane.parameters;
		for (; i + 4 <= n; i += 4)
			for (int q = 0; q < 4; q++)
				sum[q] += d[i + q] * (double)theta[i + q];
		for (; i < n; i++)
			sum[0] += d[i] * (double)theta[i];
		at[k] = (float)(sum[0] + sum[1] + sum[2] + sum[3] - s->offset[k]);
	}
}

static void follow_way(landscape *l, const landscape_arm *a, slice_way *w, int place)
{
	const sheet *s = &l->front;
	int rows = trail_find(a->way, a->t->update) + 1, known = w->steps;
	if (l->version[place] != a->way->version || l->trail_of_way[place] != a->way || known > rows)
		known = 0;
	l->version[place] = a->way->version;
	l->trail_of_way[place] = a->way;
	rows = rows < SLICE_WAY ? rows : SLICE_WAY;
	for (int i = known; i < rows; i++)
		coordinates(s, a->way->theta + (long)i * a->way->parameters, w->at[i]);
	w->steps = rows;
}

/* ---- the next step ---- */

static bool stepper_init(stepper *s, const trial *t)
{
	err e;
	long n = slice_size(t->api, t->m);
	size_t size = t->api->state_size(t->m);
	if (s->of == t && s->m && s->api == t->api && s->size == size &&
	        memcmp(t->api->spec(s->m), t->api->spec(t->m), sizeof(model_spec)) == 0)
		return true;
	stepper_done(s);
	s->of = t;
	s->api = t->api;
	s->size = size;
	s->m = t->api->create(t->api->spec(t->m), &e);
	s->state = malloc(size);
	s->from = malloc(3 * (size_t)n * sizeof *s->from);
	if (!s->m || !s->state || !s->from) {
		stepper_done(s);
		return false;
	}
	s->to = s->from + n;
	s->g = s->to + n;
	return true;
}

static void gradient_of(const trial *t, const model *m, double *g)
{
	const model_block *table;
	int n = t->api->blocks(m, &table);
	for (int i = 0; i < n; i++) {
		long size = (long)table[i].rows * table[i].cols;
		t->api->grad(m, i, g);
		for (long k = 0; k < size && table[i].frozen; k++)
			g[k] = 0;
		g += size;
	}
}

/* θ after the next update, with this clipping. */
static bool try_step(stepper *s, const trial *t, clip_id clip, model_result *r)
{
	err e;
	descent d = t->descent;
	d.clip = clip;
	d.update = (uint64_t)t->update;
	t->api->state_load(s->m, s->state);
	if (!t->api->tune(s->m, t->api->tuning(t->m), &e))
		return false;
	trial_batch(t, s->m);
	t->api->look_ahead(s->m, &d);
	t->api->forward(s->m, t->team);
	t->api->backward(s->m, t->team, d.direction != DIRECTION_GRADIENT, r);
	gradient_of(t, s->m, s->g);
	t->api->descend(s->m, &d, r);
	slice_parameters(t->api, s->m, s->to);
	return r->finite;
}

static void along(const sheet *s, const double *v, double factor, float out[2])
{
	for (int k = 0; k < 2; k++)
		out[k] = (float)(factor * dot(s->plane.parameters, s->dual[k], v));
}

static void difference(const sheet *s, const stepper *k, float out[2])
{
	for (int i = 0; i < 2; i++)
		out[i] = (float)(dot(s->plane.parameters, s->dual[i], k->to) -
		                 dot(s->plane.parameters, s->dual[i], k->from));
}

/* The parts of a step: −lr times the gradient that was let through, and the rest; for rules that have no memory but the
 * last step. */
static void take_apart(const trial *t, const model_result *r, slice_way *w)
{
	const char *rule = config_choice(&t->c, KNOB_optimizer);
	bool parts = strcmp(rule, "momentum") == 0 || strcmp(rule, "nesterov") == 0;
	double through = r->grad_norm > 0 ? r->clipped_norm / r->grad_norm : 1;
	for (int k = 0; k < 2; k++) {
		w->parts[1][k] = parts ? (float)(t->c.v[KNOB_lr] * through * (double)w->downhill[k]) : 0;
		w->parts[0][k] = parts ? w->step[k] - w->parts[1][k] : 0;
	}
}

static void next_step(landscape *l, const landscape_arm *a, slice_way *w, int place)
{
	const sheet *s = &l->front;
	stepper *k = &l->step[place];
	model_result r;
	w->has_step = false;
	if (a->t->diverged || !stepper_init(k, a->t))
		return;
	a->t->api->state_save(a->t->m, k->state);
	slice_parameters(a->t->api, a->t->m, k->from);
	if (!try_step(k, a->t, a->t->descent.clip, &r))
		return;
	w->step_clipped = r.clipped;
	along(s, k->g, -1, w->downhill);
	difference(s, k, w->step);
	take_apart(a->t, &r, w);
	memcpy(w->unclipped, w->step, sizeof w->step);
	if (r.clipped && try_step(k, a->t, CLIP_NONE, &r))
		difference(s, k, w->unclipped);
	w->has_step = true;
}

void landscape_look(landscape *l, const landscape_arm *arm, int n, bool steps)
{
	slice_picture *o = l->picture;
	if (!l->front.any)
		return;
	if (l->sheet_of_way != l->sheet_serial)
		memset(l->version, -1, sizeof l->version);
	l->sheet_of_way = l->sheet_serial;
	o->ways = o->strangers = 0;
	for (int a = 0; a < n && a < SLICE_ARMS; a++) {
		if (arm[a].way->parameters != l->front.plane.parameters) {
			o->strangers++;
			continue;
		}
		slice_way *w = &o->way[o->ways];
		follow_way(l, &arm[a], w, o->ways);
		w->arm = arm[a].index;
		w->clipped = arm[a].t->descent.clip != CLIP_NONE;
		bool moved = w->update != arm[a].t->update;
		w->update = arm[a].t->update;
		if (steps)
			next_step(l, &arm[a], w, o->ways);
		else if (moved)
			w->has_step = false;
		o->ways++;
	}
	show_sheet(l);
}

void landscape_show(landscape *l, slice_picture *out)
{
	if (out->serial != l->picture->serial)
		slice_picture_copy(out, l->picture);
}
