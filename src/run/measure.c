#include "run/measure.h"

#include "run/plane.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the direct way ---- */

/* product[j] over the steps from ≤ step < to. */
static bool direct_product(const trial *t, int layer, int from, int to, int sequence, int H, double *product)
{
	double keep[MODEL_OUTPUTS];
	for (int j = 0; j < H; j++)
		product[j] = 1;
	for (int step = from; step < to; step++) {
		if (!t->api->keep(t->m, layer, step, sequence, keep))
			return false;
		for (int j = 0; j < H; j++)
			product[j] *= keep[j];
	}
	return true;
}

double measure_kept(const trial *t, int k)
{
	const model_spec *s = t->api->spec(t->m);
	const batch *b = t->api->batch(t->m);
	double product[MODEL_OUTPUTS], sum = 0;
	int layers = s->layers > 1 ? s->layers : 1;
	if (t->r.T < 1 || t->r.T != b->T || k < 1 || k > b->T)
		return NAN;
	for (int layer = 0; layer < layers; layer++)
		for (int i = 0; i < b->B; i++) {
			if (!direct_product(t, layer, b->T - k, b->T, i, s->hidden, product))
				return NAN;
			for (int j = 0; j < s->hidden; j++)
				sum += product[j];
		}
	return sum / ((double)layers * b->B * s->hidden);
}

/* ---- norms over the steps ---- */

double measure_flow(const trial *t)
{
	int near = t->r.T * 4 / 5, far = t->r.T / 10;
	if (!t->measured || far < 1 || near <= far)
		return NAN;
	double early = t->r.dh_norm[far - 1], late = t->r.dh_norm[near - 1];
	return exp((log(early) - log(late)) / (near - far));
}

double measure_temporal_share(const trial *t, int k)
{
	double first = 0, all = 0;
	if (!t->measured || k < 1 || k > t->r.T)
		return NAN;
	for (int i = 0; i < t->r.T; i++) {
		all += t->r.temporal_total[i];
		first += i < k ? t->r.temporal_total[i] : 0;
	}
	return first / all;
}

/* ---- a simplex ---- */

double measure_beta_share(const trial *t, int k)
{
	double sum = 0;
	if (!t->r.beta || k < 1 || k > t->r.T)
		return NAN;
	for (int i = 0; i < k; i++)
		sum += t->r.beta[i];
	return sum;
}

double measure_beta_ratio(const trial *t)
{
	if (!t->r.beta)
		return NAN;
	double low = t->r.beta[0], high = low;
	for (int i = 1; i < t->r.T; i++) {
		low = fmin(low, t->r.beta[i]);
		high = fmax(high, t->r.beta[i]);
	}
	return high / low;
}

/* ---- answers ---- */

static int likeliest(const trial *t, int step, int sequence, int classes)
{
	double p[MODEL_OUTPUTS];
	int best = 0;
	t->api->output(t->m, step, sequence, p);
	for (int k = 1; k < classes; k++)
		best = p[k] > p[best] ? k : best;
	return best;
}

double measure_bit_wrong(const trial *t, int k)
{
	const batch *b = t->api->batch(t->m);
	long asked = 0, wrong = 0;
	if (t->r.T < 1 || t->r.T != b->T || !b->classes || k < 1 || k > 12)
		return NAN;
	for (int step = b->first_loss; step <= b->last_loss; step++)
		for (int i = 0; i < b->B; i++) {
			if (!(b->weight[(size_t)step * (size_t)b->B_max + (size_t)i] > 0))
				continue;
			int label = b->label[(long)step * b->label_t + i];
			asked++;
			wrong += (likeliest(t, step, i, b->O) ^ label) >> (k - 1) & 1;
		}
	return asked ? (double)wrong / (double)asked : NAN;
}

/* ---- the ring ---- */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* |λ|² of the H complex numbers; false when the state is carried in another way. The matrix [Re λ −Im λ; Im λ Re λ] has
 * them as the squares of its rows' lengths. */
static bool sizes(const trial *t, int H, double *square)
{
	const char *name;
	int n = trial_transition(t, NULL, &name);
	double *W = n == 2 * H ? malloc((size_t)n * (size_t)n * sizeof *W) : NULL;
	if (!W)
		return false;
	trial_transition(t, W, &name);
	for (int j = 0; j < H; j++) {
		const double *row = W + (size_t)j * (size_t)n;
		square[j] = row[j] * row[j] + row[H + j] * row[H + j];
	}
	free(W);
	return true;
}

measured_ring measure_ring(const trial *t)
{
	double square[MODEL_OUTPUTS], sum = 0, distance = 0;
	double low = t->c.v[KNOB_r_min] * t->c.v[KNOB_r_min], high = t->c.v[KNOB_r_max] * t->c.v[KNOB_r_max];
	int H = t->api->spec(t->m)->hidden;
	if (strcmp(config_choice(&t->c, KNOB_cell), "lru") != 0 || !sizes(t, H, square))
		return (measured_ring){NAN, NAN};
	qsort(square, (size_t)H, sizeof *square, by_size);
	for (int j = 0; j < H; j++) {
		double F = (square[j] - low) / (high - low);
		sum += square[j];
		distance = fmax(distance, fmax((j + 1.0) / H - F, F - (double)j / H));
	}
	return (measured_ring){sum / H, distance};
}

/* ---- descents on functions of two parameters ---- */

static double turns(const plane_step *s, int n)
{
	int count = 0;
	double last = s[0].b;
	for (int i = 1; i <= n; i++) {
		count += s[i].b * last < 0;
		last = s[i].b != 0 ? s[i].b : last;
	}
	return count;
}

static double read_descent(const plane *p, const plane_step *s, measured_descent what, int n)
{
	switch (what) {
	case DESCENT_A:
		return s[n].a;
	case DESCENT_B:
		return s[n].b;
	case DESCENT_VALUE:
		return s[n].value;
	case DESCENT_DISTANCE:
		return p->has_minimum ? hypot(s[n].a - p->minimum[0], s[n].b - p->minimum[1]) : NAN;
	case DESCENT_TURNS:
		return turns(s, n);
	case DESCENT_STEP:
		return n > 0 ? hypot(s[n - 1].step[0], s[n - 1].step[1]) : NAN;
	}
	return NAN;
}

double measure_descent(const config *c, measured_descent what, int n)
{
	enum { MOST = 100000 };
	plane p;
	err e;
	plane_step *s = n >= 0 && n <= MOST && plane_of(c, &p, &e) ? malloc((size_t)(n + 1) * sizeof *s) : NULL;
	if (!s)
		return NAN;
	descent d = config_descent(c);
	bool lost = plane_descend(&p, &d, p.start[0], p.start[1], n + 1, s) <= n;
	double out = !lost                                               ? read_descent(&p, s, what, n)
	             : what == DESCENT_VALUE || what == DESCENT_DISTANCE ? INFINITY
	                                                                 : NAN;
	free(s);
	return out;
}
