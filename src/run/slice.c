#include "run/slice.h"

#include "base/rng.h"
#include "base/text.h"
#include "num/eig.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool no_memory(err *e)
{
	return err_machine(e, "no memory for a slice; lower the knob hidden or the size");
}

static size_t size_of(long n)
{
	return (size_t)n * sizeof(double);
}

long slice_size(const model_api *api, const model *m)
{
	const model_block *table;
	int n = api->blocks(m, &table);
	long sum = 0;
	for (int i = 0; i < n; i++)
		sum += (long)table[i].rows * table[i].cols;
	return sum;
}

void slice_parameters(const model_api *api, const model *m, double *theta)
{
	const model_block *table;
	int n = api->blocks(m, &table);
	for (int i = 0; i < n; i++) {
		api->get(m, i, theta);
		theta += (long)table[i].rows * table[i].cols;
	}
}

void slice_set(const model_api *api, model *m, const double *theta)
{
	const model_block *table;
	int n = api->blocks(m, &table);
	for (int i = 0; i < n; i++) {
		api->set(m, i, theta);
		theta += (long)table[i].rows * table[i].cols;
	}
}

/* ---- trail ---- */

enum { FEW = 64 }; /* parameters: then every update of a long run is kept */

bool trail_init(trail *t, long parameters, size_t bytes, err *e)
{
	size_t row = (size_t)parameters * sizeof *t->theta, rows = bytes / row,
	       most = parameters <= FEW ? SLICE_WAY : 512;
	*t = (trail){.parameters = parameters, .stride = 1, .most = rows > most ? (int)most : rows < 8 ? 8 : (int)rows};
	t->update = malloc((size_t)t->most * sizeof *t->update);
	t->theta = malloc((size_t)t->most * row);
	t->scratch = malloc(size_of(parameters));
	if (t->update && t->theta && t->scratch)
		return true;
	trail_done(t);
	return no_memory(e);
}

void trail_done(trail *t)
{
	free(t->update);
	free(t->theta);
	free(t->scratch);
	*t = (trail){0};
}

void trail_clear(trail *t)
{
	t->rows = 0;
	t->stride = 1;
	t->version++;
}

int trail_find(const trail *t, long update)
{
	int low = 0, high = t->rows;
	while (low < high) {
		int mid = (low + high) / 2;
		if (t->update[mid] <= update)
			low = mid + 1;
		else
			high = mid;
	}
	return low - 1;
}

void trail_cut(trail *t, long update)
{
	int rows = trail_find(t, update) + 1;
	t->version += rows < t->rows;
	t->rows = rows;
}

bool trail_copy(trail *to, const trail *from, err *e)
{
	size_t row = (size_t)from->parameters * sizeof *from->theta;
	if (!trail_init(to, from->parameters, row * (size_t)from->most, e))
		return false;
	to->rows = from->rows;
	to->stride = from->stride;
	memcpy(to->update, from->update, (size_t)from->rows * sizeof *to->update);
	memcpy(to->theta, from->theta, (size_t)from->rows * row);
	return true;
}

static void thin_trail(trail *t)
{
	size_t n = (size_t)t->parameters;
	for (int i = 1; 2 * i < t->rows; i++) {
		t->update[i] = t->update[2 * i];
		memcpy(t->theta + (size_t)i * n, t->theta + 2 * (size_t)i * n, n * sizeof *t->theta);
	}
	t->rows = (t->rows + 1) / 2;
	t->stride *= 2;
	t->version++;
}

void trail_add(trail *t, long update, const model_api *api, const model *m)
{
	if (t->rows > 0 && update < t->update[t->rows - 1] + t->stride)
		return;
	if (t->rows == t->most)
		thin_trail(t);
	float *to = t->theta + (size_t)t->rows * (size_t)t->parameters;
	slice_parameters(api, m, t->scratch);
	for (long k = 0; k < t->parameters; k++)
		to[k] = (float)t->scratch[k];
	t->update[t->rows++] = update;
}

/* ---- planes ---- */

void slice_plane_done(slice_plane *p)
{
	free(p->origin);
	free(p->d[0]);
	free(p->d[1]);
	*p = (slice_plane){0};
}

static bool plane_init(slice_plane *p, slice_kind kind, const model_api *api, const model *m, err *e)
{
	long n = slice_size(api, m);
	*p = (slice_plane){.kind = kind, .parameters = n, .low = {-1, -1}, .high = {1, 1}};
	p->origin = malloc(size_of(n));
	p->d[0] = calloc((size_t)n, sizeof(double));
	p->d[1] = calloc((size_t)n, sizeof(double));
	if (!p->origin || !p->d[0] || !p->d[1]) {
		slice_plane_done(p);
		return no_memory(e);
	}
	slice_parameters(api, m, p->origin);
	return true;
}

static double dot(long n, const double *x, const double *y)
{
	double sum = 0;
	for (long i = 0; i < n; i++)
		sum += x[i] * y[i];
	return sum;
}

void slice_project(const slice_plane *p, const double *theta, double at[2])
{
	/* least squares: the directions need not be at right angles */
	long n = p->parameters;
	double r0 = 0, r1 = 0, g00 = dot(n, p->d[0], p->d[0]), g11 = dot(n, p->d[1], p->d[1]),
	       g01 = dot(n, p->d[0], p->d[1]);
	for (long i = 0; i < n; i++) {
		double away = theta[i] - p->origin[i];
		r0 += p->d[0][i] * away;
		r1 += p->d[1][i] * away;
	}
	double det = g00 * g11 - g01 * g01;
	at[0] = (g11 * r0 - g01 * r1) / det;
	at[1] = (g00 * r1 - g01 * r0) / det;
}

static bool unknown_block(const char *axis, size_t n, const model_block *table, int blocks, err *e)
{
	char list[256] = "", name[SLICE_NAME];
	const char *names[2 * MODEL_BLOCKS];
	int count = 0;
	for (int i = 0; i < blocks; i++) {
		snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s[%s]", i ? ", " : "", table[i].label,
		        table[i].cols > 1 ? "i,j" : "i");
		names[count++] = table[i].label;
		names[count++] = table[i].name;
	}
	snprintf(name, sizeof name, "%.*s", (int)n, axis);
	int near = text_closest(name, names, count);
	return err_input(e, "axis '%.60s': no parameter of that name%s%s%s; allowed: %s", axis,
	        near < 0 ? "" : ", did you mean '", near < 0 ? "" : names[near], near < 0 ? "" : "'?", list);
}

/* "[3,1]", "[3]": row and column. */
static bool read_index(const char *text, const model_block *b, long *at)
{
	char number[2][16] = {"", ""};
	double v[2] = {0, 0};
	const char *comma = strchr(text, ','), *end = strchr(text, ']');
	if (text[0] != '[' || !end || end[1] || (comma && comma > end))
		return false;
	const char *stop = comma ? comma : end;
	snprintf(number[0], sizeof number[0], "%.*s", (int)(stop - text - 1), text + 1);
	if (comma)
		snprintf(number[1], sizeof number[1], "%.*s", (int)(end - comma - 1), comma + 1);
	for (int i = 0; i < (comma ? 2 : 1); i++)
		if (!text_read_number(number[i], false, &v[i]) || v[i] != floor(v[i]) || v[i] < 0)
			return false;
	if (v[0] >= b->rows || v[1] >= b->cols || (!comma && b->cols > 1))
		return false;
	*at = (long)v[0] * b->cols + (long)v[1];
	return true;
}

/* Place of a named parameter in the vector of all; −1 when there is none. */
static long find_parameter(const model_api *api, const model *m, const char *axis, err *e)
{
	const model_block *table;
	int n = api->blocks(m, &table);
	size_t length = strcspn(axis, "[");
	long base = 0, at;
	for (int i = 0; i < n; i++) {
		const model_block *b = &table[i];
		bool same = (strlen(b->label) == length && memcmp(axis, b->label, length) == 0) ||
		            (strlen(b->name) == length && memcmp(axis, b->name, length) == 0);
		if (same && read_index(axis + length, b, &at))
			return base + at;
		if (same) {
			if (b->cols > 1)
				err_input(e, "axis '%.60s': no such element; allowed: %s[0,0] to %s[%d,%d]", axis,
				        b->label, b->label, b->rows - 1, b->cols - 1);
			else
				err_input(e, "axis '%.60s': no such element; allowed: %s[0] to %s[%d]", axis, b->label,
				        b->label, b->rows - 1);
			return -1;
		}
		base += (long)b->rows * b->cols;
	}
	unknown_block(axis, length, table, n, e);
	return -1;
}

bool slice_named(slice_plane *p, const model_api *api, const model *m, const char *const axis[2], err *e)
{
	long at[2];
	for (int i = 0; i < 2; i++)
		if ((at[i] = find_parameter(api, m, axis[i], e)) < 0)
			return false;
	if (at[0] == at[1])
		return err_input(e, "axes '%.60s' and '%.60s' are the same parameter; allowed: two different ones",
		        axis[0], axis[1]);
	if (!plane_init(p, SLICE_NAMED, api, m, e))
		return false;
	for (int i = 0; i < 2; i++) {
		double value = p->origin[at[i]], reach = fmax(1, 2 * fabs(value));
		snprintf(p->name[i], sizeof p->name[i], "%s", axis[i]);
		p->here[i] = value;
		p->low[i] = value - reach;
		p->high[i] = value + reach;
		p->d[i][at[i]] = 1;
	}
	p->origin[at[0]] = p->origin[at[1]] = 0;
	return true;
}

bool slice_own(slice_plane *p, const model_api *api, const model *m, err *e)
{
	const model_block *table;
	long at[2], base = 0;
	unit_id system = api->spec(m)->unit;
	int n = api->blocks(m, &table), found = 0;
	if (!plane_init(p,
	            system == UNIT_FUNCTION ? SLICE_FUNCTION
	            : system == UNIT_POWER  ? SLICE_POWER
	                                    : SLICE_UNIT,
	            api, m, e))
		return false;
	for (int i = 0; i < n; base += (long)table[i].rows * table[i].cols, i++) {
		bool learned = !table[i].frozen || (system == UNIT_POWER && table[i].bias && table[i].layer == 0);
		if (learned && table[i].rows == 1 && table[i].cols == 1 && found < 2)
			at[found++] = base;
	}
	if (found < 2) {
		slice_plane_done(p);
		return err_check(e, "this net has not two parameters");
	}
	for (int i = 0; i < 2; i++) {
		p->here[i] = p->origin[at[i]];
		p->origin[at[i]] = 0;
		p->d[i][at[i]] = 1;
	}
	bool function = p->kind == SLICE_FUNCTION;
	snprintf(p->name[0], sizeof p->name[0], "%s", function ? "a" : "w");
	snprintf(p->name[1], sizeof p->name[1], "b");
	return true;
}

static double norm(long n, const double *x)
{
	return sqrt(dot(n, x, x));
}

bool slice_random(slice_plane *p, const model_api *api, const model *m, uint64_t seed, err *e)
{
	const model_block *table;
	int n = api->blocks(m, &table);
	if (!plane_init(p, SLICE_RANDOM, api, m, e))
		return false;
	for (int k = 0; k < 2; k++) {
		rng r = rng_make(seed, RNG_NOISE, (uint64_t)k);
		long at = 0;
		for (int i = 0; i < n; i++)
			for (int row = 0; row < table[i].rows; row++, at += table[i].cols) {
				int cols = table[i].cols;
				double *d = p->d[k] + at;
				if (strstr(table[i].name, "bias"))
					continue;
				for (int j = 0; j < cols; j++)
					d[j] = rng_gaussian(&r);
				double scale = norm(cols, p->origin + at) / (norm(cols, d) + 1e-10);
				for (int j = 0; j < cols; j++)
					d[j] *= scale;
			}
		snprintf(p->name[k], sizeof p->name[k], "random direction %d", k + 1);
	}
	return true;
}

bool slice_split(const char *axes, char name[2][SLICE_NAME], err *e)
{
	/* the comma between two parameters follows a bracket */
	const char *between = strstr(axes, "],");
	if (!between || (size_t)(between + 2 - axes) > SLICE_NAME || strlen(between + 2) >= SLICE_NAME)
		return err_input(e, "'%.80s': not axes; allowed: two parameters as W_hh[0,1],b[2]", axes);
	snprintf(name[0], SLICE_NAME, "%.*s", (int)(between + 1 - axes), axes);
	snprintf(name[1], SLICE_NAME, "%s", between + 2 + strspn(between + 2, " "));
	return true;
}

bool slice_move(const model_api *api, model *m, const char *along, uint64_t seed, const double at[2], err *e)
{
	slice_plane p;
	char name[2][SLICE_NAME];
	const char *const names[2] = {name[0], name[1]};
	bool named = along[0] != '\0';
	if (named ? !slice_split(along, name, e) || !slice_named(&p, api, m, names, e)
	          : !slice_random(&p, api, m, seed, e))
		return named ? err_prefix(e, "start_along") : false;
	for (long i = 0; i < p.parameters; i++)
		p.origin[i] += at[0] * p.d[0][i] + at[1] * p.d[1][i];
	slice_set(api, m, p.origin);
	slice_plane_done(&p);
	return true;
}

/* Room of a fifth around what is there; never nothing. */
static void widen(slice_plane *p)
{
	for (int i = 0; i < 2; i++) {
		double wide = p->high[i] - p->low[i], room = fmax(0.2 * wide, 1e-9 + 1e-6 * fabs(p->high[i]));
		p->low[i] -= room;
		p->high[i] += room;
	}
}

bool slice_pca(slice_plane *p, const model_api *api, const model *m, const trail *t, err *e)
{
	long n = t->parameters;
	if (t->rows < 3)
		return err_check(e, "the run has made too few updates for the axes pca; allowed: at least 3");
	double *X = malloc(size_of(t->rows * n)), *V = malloc(size_of(2 * n)), sigma[2], all = 0;
	bool ok = X && V ? plane_init(p, SLICE_PCA, api, m, e) : no_memory(e);
	for (long j = 0; ok && j < n; j++) {
		double mean = 0, last = (double)t->theta[(t->rows - 1) * n + j];
		for (int i = 0; i < t->rows; i++)
			mean += ((double)t->theta[i * n + j] - last) / t->rows;
		for (int i = 0; i < t->rows; i++) {
			double x = (double)t->theta[i * n + j] - last - mean;
			X[i * n + j] = x;
			all += x * x;
		}
	}
	ok = ok && eig_principal(t->rows, (int)n, X, 2, sigma, V, e);
	if (ok && !(sigma[1] > 1e-12 * sigma[0])) {
		slice_plane_done(p);
		ok = err_check(e, "the run moved along one line only: no second axis for pca");
	} else if (!ok && X && V) {
		slice_plane_done(p);
	}
	for (int k = 0; k < 2 && ok; k++) {
		memcpy(p->d[k], V + k * n, size_of(n));
		p->share[k] = sigma[k] * sigma[k] / all;
		snprintf(p->name[k], sizeof p->name[k], "principal direction %d", k + 1);
		p->low[k] = p->high[k] = 0;
	}
	for (int i = 0; i < t->rows && ok; i++) {
		double at[2], *theta = X;
		for (long j = 0; j < n; j++)
			theta[j] = (double)t->theta[i * n + j];
		slice_project(p, theta, at);
		for (int k = 0; k < 2; k++) {
			p->low[k] = fmin(p->low[k], at[k]);
			p->high[k] = fmax(p->high[k], at[k]);
		}
	}
	if (ok)
		widen(p);
	free(X);
	free(V);
	return ok;
}

/* ---- copies ---- */

static void copy_numbers(const model_api *api, void *to, const void *from, long at, int n)
{
	memcpy((char *)to + (size_t)at * api->real_size, (const char *)from + (size_t)at * api->real_size,
	        (size_t)n * api->real_size);
}

static void copy_batch(const model_api *api, const batch *from, batch *to)
{
	for (int i = 0; i < from->B; i++)
		to->length[i] = from->length[i];
	for (int t = 0; t < from->T; t++)
		for (int i = 0; i < from->B; i++) {
			copy_numbers(api, to->x, from->x, t * from->x_t + i * from->x_b, from->I);
			to->mask[(size_t)t * (size_t)from->B_max + (size_t)i] =
			        from->mask[(size_t)t * (size_t)from->B_max + (size_t)i];
		}
	bool per_step = from->classes ? from->label_t > 0 : from->y_t > 0;
	for (int t = 0; t < (per_step ? from->T : 1); t++) {
		if (from->classes)
			memcpy(to->label + t * from->label_t, from->label + t * from->label_t,
			        (size_t)from->B * sizeof *to->label);
		else
			copy_numbers(api, to->y, from->y, t * from->y_t, from->B * from->O);
	}
	to->masks = from->masks;
}

/* Same net, same parameters, same batch. */
model *slice_copy(const model_api *api, const model *m, err *e)
{
	model *copy = api->create(api->spec(m), e);
	const batch *from = api->batch((model *)(uintptr_t)m); /* not changed */
	if (!copy || !api->tune(copy, api->tuning(m), e)) {
		api->destroy(copy);
		return NULL;
	}
	double *theta = malloc(size_of(slice_size(api, m)));
	if (!theta) {
		api->destroy(copy);
		no_memory(e);
		return NULL;
	}
	slice_parameters(api, m, theta);
	slice_set(api, copy, theta);
	free(theta);
	api->batch_clear(copy, from->T, from->B);
	copy_batch(api, from, api->batch(copy));
	return copy;
}

/* Of what is learned: a net without biases keeps them at zero. */
static void take_gradient(const model_api *api, const model *m, double *g)
{
	const model_block *table;
	int n = api->blocks(m, &table);
	for (int i = 0; i < n; i++) {
		long size = (long)table[i].rows * table[i].cols;
		if (api->spec(m)->bias || !strstr(table[i].name, "bias"))
			api->grad(m, i, g);
		g += size;
	}
}

bool slice_gradient(slice_plane *p, const model_api *api, const model *m, const double *step, err *e)
{
	model *copy = slice_copy(api, m, e);
	model_result r;
	if (!copy)
		return false;
	if (!plane_init(p, SLICE_GRADIENT, api, m, e)) {
		api->destroy(copy);
		return false;
	}
	long n = p->parameters;
	double *g = p->d[0], *s = p->d[1];
	api->forward(copy, NULL);
	api->backward(copy, NULL, false, &r);
	take_gradient(api, copy, g);
	api->destroy(copy);
	double length = norm(n, g), last = norm(n, step);
	double along = length > 0 ? dot(n, step, g) / length : 0;
	for (long i = 0; i < n && length > 0; i++) {
		g[i] /= length;
		s[i] = step[i] - along * g[i];
	}
	double across = norm(n, s);
	if (!isfinite(length) || !(length > 0) || !isfinite(across) || !(across > 1e-7 * last)) {
		slice_plane_done(p);
		return err_check(
		        e, length > 0 ? "the last step is along the gradient: no second axis; allowed: random, pca"
		                      : "the gradient is zero or not finite: no axis along it; allowed: random, pca");
	}
	for (long i = 0; i < n; i++)
		s[i] /= across;
	double reach = fmax(20 * last, 1e-3 * norm(n, p->origin));
	for (int k = 0; k < 2; k++) {
		p->low[k] = -reach;
		p->high[k] = reach;
		snprintf(p->name[k], sizeof p->name[k], "%s", k ? "last step, across" : "gradient");
	}
	return true;
}

/* ---- grid ---- */

enum { COARSEST = 8 };

static void make_order(slice *s)
{
	long n = 0;
	for (int stride = COARSEST; stride >= 1; stride /= 2)
		for (int j = 0; j < s->nb; j += stride)
			for (int i = 0; i < s->na; i += stride)
				if (stride == COARSEST || i % (2 * stride) != 0 || j % (2 * stride) != 0)
					s->order[n++] = j * s->na + i;
}

slice *slice_new(const model_api *api, const model *m, const slice_plane *p, const double low[2], const double high[2],
        int na, int nb, bool gradients, err *e)
{
	slice *s = calloc(1, sizeof *s);
	long points = (long)na * nb;
	if (!s) {
		no_memory(e);
		return NULL;
	}
	*s = (slice){.api = api,
	        .plane = p,
	        .na = na,
	        .nb = nb,
	        .low = {low[0], low[1]},
	        .high = {high[0], high[1]},
	        .gradients = gradients};
	s->loss = malloc(size_of(points));
	s->norm = malloc(size_of(points));
	s->theta = malloc(size_of(p->parameters));
	s->order = malloc((size_t)points * sizeof *s->order);
	if (!s->loss || !s->norm || !s->theta || !s->order)
		no_memory(e);
	else
		s->m = slice_copy(api, m, e);
	if (!s->m) {
		slice_free(s);
		return NULL;
	}
	for (long i = 0; i < points; i++)
		s->loss[i] = s->norm[i] = NAN;
	make_order(s);
	return s;
}

void slice_free(slice *s)
{
	if (!s)
		return;
	if (s->m)
		s->api->destroy(s->m);
	free(s->loss);
	free(s->norm);
	free(s->theta);
	free(s->order);
	free(s);
}

double slice_at(slice *s, team *hands, double a, double b, double *norm_out)
{
	const slice_plane *p = s->plane;
	for (long i = 0; i < p->parameters; i++)
		s->theta[i] = p->origin[i] + a * p->d[0][i] + b * p->d[1][i];
	slice_set(s->api, s->m, s->theta);
	double loss = s->api->forward(s->m, hands);
	if (norm_out) {
		model_result r = {0};
		s->api->backward(s->m, hands, false, &r);
		*norm_out = r.grad_norm;
	}
	return loss;
}

static double coordinate(const slice *s, int k, int i)
{
	int n = k ? s->nb : s->na;
	return n > 1 ? s->low[k] + (s->high[k] - s->low[k]) * i / (n - 1) : s->low[k];
}

bool slice_advance(slice *s, team *hands, int points)
{
	long all = (long)s->na * s->nb;
	for (; points > 0 && s->next < all; points--, s->next++) {
		int at = s->order[s->next];
		s->loss[at] = slice_at(s, hands, coordinate(s, 0, at % s->na), coordinate(s, 1, at / s->na),
		        s->gradients ? &s->norm[at] : NULL);
	}
	return s->next < all;
}

/* ---- pictures ---- */

static long grid_points(const slice *s, int stride)
{
	return (long)((s->na + stride - 1) / stride) * ((s->nb + stride - 1) / stride);
}

void slice_show(const slice *s, long update, slice_picture *out)
{
	int stride = COARSEST;
	while (stride > 1 && s->next >= grid_points(s, stride / 2))
		stride /= 2;
	out->kind = s->plane->kind;
	out->update = update;
	out->na = s->na < SLICE_SIDE ? s->na : SLICE_SIDE;
	out->nb = s->nb < SLICE_SIDE ? s->nb : SLICE_SIDE;
	out->stride = stride;
	for (int k = 0; k < 2; k++) {
		out->low[k] = s->low[k];
		out->high[k] = s->high[k];
		out->share[k] = s->plane->share[k];
		memcpy(out->name[k], s->plane->name[k], sizeof out->name[k]);
	}
	for (int j = 0; j < out->nb; j++)
		for (int i = 0; i < out->na; i++) {
			/* the ends stay the ends */
			int x = out->na > 1 ? (int)((long)i * (s->na - 1) / (out->na - 1)) : 0;
			int y = out->nb > 1 ? (int)((long)j * (s->nb - 1) / (out->nb - 1)) : 0;
			size_t from = (size_t)y * (size_t)s->na + (size_t)x;
			if (isnan(s->loss[from]))
				from = (size_t)(y - y % stride) * (size_t)s->na + (size_t)(x - x % stride);
			size_t to = (size_t)j * (size_t)out->na + (size_t)i;
			out->loss[to] = (float)s->loss[from];
			out->norm[to] = (float)s->norm[from];
		}
}

void slice_show_unit(
        const unit_task *t, const double low[2], const double high[2], int side, team *hands, slice_picture *out)
{
	side = side < 2 ? 2 : side > SLICE_SIDE ? SLICE_SIDE : side;
	out->kind = SLICE_UNIT;
	out->na = out->nb = side;
	out->stride = 1;
	out->x0 = t->x0;
	out->target = t->target;
	out->T = t->T;
	out->share[0] = out->share[1] = 0;
	for (int k = 0; k < 2; k++) {
		out->low[k] = low[k];
		out->high[k] = high[k];
		snprintf(out->name[k], sizeof out->name[k], "%s", k ? "b" : "w");
	}
	unit_surface(t, low[0], high[0], side, low[1], high[1], side, out->loss, out->norm, hands);
	for (int i = 0; i < side * side; i++)
		out->norm[i] = powf(10, out->norm[i]);
}

void slice_way_add(slice_picture *out, int arm, double a, double b)
{
	if (arm < 0 || arm >= SLICE_ARMS)
		return;
	slice_way *w = &out->way[arm];
	if (w->steps == SLICE_WAY) {
		for (int i = 0; i < SLICE_WAY / 2; i++)
			memcpy(w->at[i], w->at[2 * i], sizeof w->at[i]);
		w->steps = SLICE_WAY / 2;
	}
	float *to = w->at[w->steps++];
	to[0] = (float)a;
	to[1] = (float)b;
}

void slice_picture_copy(slice_picture *to, const slice_picture *from)
{
	size_t points = (size_t)from->na * (size_t)from->nb * sizeof *from->loss;
	memcpy(to, from, offsetof(slice_picture, loss));
	memcpy(to->loss, from->loss, points);
	memcpy(to->norm, from->norm, points);
	to->ways = from->ways;
	to->strangers = from->strangers;
	for (int i = 0; i < from->ways; i++) {
		const slice_way *w = &from->way[i];
		slice_way *o = &to->way[i];
		o->arm = w->arm;
		o->steps = w->steps;
		memcpy(o->at, w->at, (size_t)w->steps * sizeof *w->at);
		memcpy(&o->update, &w->update, sizeof *w - offsetof(slice_way, update));
	}
}
