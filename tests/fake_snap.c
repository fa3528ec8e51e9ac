#include "fake_snap.h"

#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const fake_names[FAKE_COUNT] = {
        "ordinary", "empty", "nan", "huge", "arms", "four", "four-empty", "four-nan", "four-huge"};

static snap made;

/* What the plausible runs differ in. */
typedef struct shape {
	int T, hidden;
	long updates;
	double slope; /* log10 of the growth per step */
	double last;  /* log10 of the norm at k = T */
	double rho;
	bool gated, symbols;
} shape;

static const char *const block_names[] = {"W_hh", "W_ih", "b", "W_out", "b_out"};

static float noise(rng *r, double size)
{
	return (float)(size * rng_gaussian(r));
}

static void set(config *c, const char *name, const char *value)
{
	err e;
	if (!config_set(c, name, value, &e))
		fprintf(stderr, "fake_snap: %s\n", e.text);
}

static void fill_curve(snap_curve *c, const shape *s, long update, double lift, rng *r)
{
	c->update = update;
	c->T = s->T;
	for (int k = 0; k < s->T; k++)
		c->norm[k] = (float)(s->last + lift - s->slope * (s->T - 1 - k)) + noise(r, 0.05);
}

static void fill_temporal(snap_arm *a, const shape *s, rng *r)
{
	static const double below[] = {0.15, 0.55, 0.9, 0.3, 0.5};
	a->blocks = 5;
	a->T = a->first_loss_step = s->T;
	fill_curve(&a->total, s, s->updates, 0, r);
	for (int b = 0; b < a->blocks; b++) {
		strcpy(a->block[b], block_names[b]);
		for (int k = 0; k < s->T; k++) {
			bool readout = b >= 3;
			a->temporal[b][k] = readout && k < s->T - 1
			                            ? -INFINITY
			                            : a->total.norm[k] - (float)below[b] + noise(r, 0.04);
		}
	}
	for (int k = 0; k < s->T; k++) {
		a->dh_norm[k] = a->total.norm[k] - 0.3F + noise(r, 0.02);
		a->delta_norm[k] = a->dh_norm[k] - 0.05F;
	}
	a->has_bound = true;
	a->bound_per_step = 0.12F;
	a->saturation = 0.02F;
	a->ghosts = SNAP_GHOSTS;
	for (int g = 0; g < SNAP_GHOSTS; g++)
		fill_curve(&a->ghost[g], s, s->updates - 10 * (g + 1), 0.25 * (g + 1), r);
}

static void fill_waterfall(snap_arm *a, const shape *s, rng *r)
{
	a->fall_rows = s->updates > 160 ? 124 : (int)s->updates;
	a->fall_cols = s->T < SNAP_FALL_COLS ? s->T : SNAP_FALL_COLS;
	for (int i = 0; i < a->fall_rows; i++) {
		double age = 1 - (double)(i + 1) / a->fall_rows, lift = noise(r, 0.25F) + 2 * age;
		a->fall_update[i] = s->updates * (i + 1) / a->fall_rows;
		for (int j = 0; j < a->fall_cols; j++) {
			double back = s->T - 1 - (j + 0.5) * s->T / a->fall_cols;
			a->fall[i][j] = (float)(s->last + lift - s->slope * (1 + age) * back) + noise(r, 0.05);
		}
	}
}

static void fill_spectrum(snap_arm *a, const shape *s, rng *r)
{
	double largest = 0;
	a->eigs = s->hidden;
	a->rescales = true;
	a->eig_update = s->updates;
	strcpy(a->eig_of, "W_hh");
	for (int i = 0; i < a->eigs; i += 2) {
		double angle = 3.14159265358979 * rng_uniform(r), size = sqrt(rng_uniform(r));
		for (int pair = 0; pair < 2 && i + pair < a->eigs; pair++) {
			a->eig_re[i + pair] = (float)(size * cos(angle));
			a->eig_im[i + pair] = (float)(size * sin(angle) * (pair ? -1 : 1));
		}
		largest = fmax(largest, size);
	}
	for (int i = 0; i < a->eigs; i++) {
		a->eig_re[i] *= (float)(s->rho / largest);
		a->eig_im[i] *= (float)(s->rho / largest);
		double q = (i + 0.5) / a->eigs; /* about a quarter circle: the law of a square Gaussian matrix */
		a->singular[i] = (float)(1.9 * s->rho * (1 - q) * sqrt(1 - 0.2 * q));
	}
	a->now[SNAP_RHO] = s->rho;
	a->now[SNAP_SIGMA_MAX] = (double)a->singular[0];
	for (; a->eigs <= SNAP_TRAIL_EIG && s->updates > 12 && a->trail_rows < 2; a->trail_rows++) {
		float share = 0.8F + 0.1F * (float)a->trail_rows;
		a->trail_update[a->trail_rows] = s->updates * a->trail_rows / 2;
		for (int i = 0; i < a->eigs; i++) {
			a->trail_re[a->trail_rows][i] = share * a->eig_re[i];
			a->trail_im[a->trail_rows][i] = share * a->eig_im[i];
		}
	}
}

static void fill_units(snap_tape *t, const shape *s, int n, rng *r)
{
	t->layers = 1;
	t->units = s->hidden;
	t->rows = s->hidden < SNAP_TAPE_UNITS ? s->hidden : SNAP_TAPE_UNITS;
	for (int i = 0; i < t->rows; i++) {
		double phase = 6.28 * rng_uniform(r), speed = 0.3 * rng_uniform(r);
		t->unit[i] = i * s->hidden / t->rows;
		for (int k = 0; k < n; k++)
			t->hidden[i][k] = (float)sin(phase + speed * k);
	}
	t->has_slopes = true;
	for (int i = 0; i < SNAP_TAPE_BINS; i++)
		t->slopes += (double)(t->slope[i] = (float)(10 + i * i));
	t->flat = 17;
	t->slope_units = s->hidden;
	t->stuck = 2;
}

static void fill_gates(snap_tape *t, const shape *s, int n, rng *r)
{
	static const char *const names[] = {"i", "f", "o"};
	t->gates = 3;
	t->has_path = true;
	for (int g = 0; g < 3; g++) {
		strcpy(t->gate[g], names[g]);
		for (int k = 0; k < n; k++) {
			t->gate_mean[g][k] = 0.3F + 0.25F * (float)g + noise(r, 0.02);
			t->gate_low[g][k] = t->gate_mean[g][k] - 0.15F;
			t->gate_high[g][k] = t->gate_mean[g][k] + 0.12F;
		}
	}
	for (int k = 0; k < n; k++)
		t->path[k] = (float)(0.3 * s->slope * (k - n + 1));
}

/* Numbers as in the adding problem, or letters of which each is the answer to the one before. */
static void fill_sequence(snap_tape *t, const shape *s, int n, rng *r)
{
	t->inputs = t->outputs = s->symbols ? 6 : 2;
	t->symbols = t->classes = t->probable = s->symbols;
	for (int i = 0; i < 6; i++) {
		snprintf(t->name[i], sizeof t->name[i], "%c", 'a' + i);
		snprintf(t->answer[i], sizeof t->answer[i], "%c", 'a' + i);
		t->last[i] = i == 2 ? 0.5F : 0.1F;
	}
	for (int k = 0; k < n; k++) {
		bool last = k == n - 1;
		t->input[k] = t->target[k] = t->said[k] = -1;
		t->p_target[k] = t->p_said[k] = NAN;
		t->asked[k] = last || s->symbols;
		for (int v = 0; v < SNAP_TAPE_VALUES; v++)
			t->x[v][k] = t->want[v][k] = t->got[v][k] = NAN;
		if (s->symbols) {
			t->input[k] = (short)rng_below(r, 6);
			t->target[k] = (short)rng_below(r, 6);
			t->said[k] = (short)(k % 3 ? t->target[k] : 1);
			t->p_said[k] = 0.6F;
			t->p_target[k] = t->said[k] == t->target[k] ? 0.6F : 0.2F;
			t->wrong[k] = t->said[k] != t->target[k];
			continue;
		}
		t->x[0][k] = (float)rng_uniform(r);
		t->x[1][k] = k == n / 4 || k == n / 2;
		t->want[0][k] = last ? 1.24F : NAN;
		t->got[0][k] = last ? 1.1F : NAN;
		t->wrong[k] = last;
	}
	t->given = s->symbols ? 8 : 0;
	t->sampled = s->symbols ? 40 : 0;
	for (int i = 0; i < t->sampled; i++)
		t->sample[i] = (short)rng_below(r, 6);
}

static void fill_tape(snap_arm *a, const shape *s)
{
	snap_tape *t = &a->tape;
	rng r = rng_make(7, RNG_TEST, 1);
	int n = s->T < SNAP_STEPS ? s->T : SNAP_STEPS;
	t->update = s->updates;
	t->T = s->T;
	t->length = s->T - s->T / 20;
	t->sequence = 1;
	t->batch = 20;
	fill_units(t, s, n, &r);
	fill_sequence(t, s, n, &r);
	if (s->gated)
		fill_gates(t, s, n, &r);
}

static void fill_series(snap_series *c, long updates, double start, double end, double jitter, rng *r)
{
	c->first = 1;
	c->stride = updates / 1200 + 1;
	c->n = (int)(updates / c->stride);
	for (int i = 0; i < c->n; i++) {
		double t = (double)i / c->n;
		double mean = end + (start - end) / (1 + exp(14 * (t - 0.55))), spread = 1 + jitter * rng_uniform(r);
		mean *= exp((double)noise(r, 0.25 * jitter));
		c->mean[i] = (float)mean;
		c->low[i] = (float)(mean / spread);
		c->high[i] = (float)(mean * spread);
	}
}

static void fill_histogram(snap_arm *a, rng *r)
{
	a->hist_low = -4;
	a->hist_high = 2;
	for (int i = 0; i < 4000; i++) {
		double bin = SNAP_BINS * (0.55 + 0.10 * rng_gaussian(r));
		if (bin >= 0 && bin < SNAP_BINS)
			a->grad_histogram[(int)bin]++;
	}
}

static void fill_scalars(snap_arm *a, const shape *s, rng *r)
{
	fill_series(&a->series[SNAP_LOSS], s->updates, 0.17, 0.008, 0.5, r);
	fill_series(&a->series[SNAP_METRIC], s->updates, 0.9, 0.12, 0.1, r);
	fill_series(&a->series[SNAP_GRAD_NORM], s->updates, 0.1, 1.6, 1.5, r);
	a->series[SNAP_CLIPPED_NORM] = a->series[SNAP_GRAD_NORM];
	for (int i = 0; i < a->series[SNAP_CLIPPED_NORM].n; i++) {
		snap_series *c = &a->series[SNAP_CLIPPED_NORM];
		c->mean[i] = fminf(c->mean[i], 1);
		c->low[i] = fminf(c->low[i], 1);
		c->high[i] = fminf(c->high[i], 1);
	}
	a->now[SNAP_LOSS] = 0.0123;
	a->now[SNAP_METRIC] = 0.12;
	a->now[SNAP_GRAD_NORM] = 1.52;
	a->now[SNAP_CLIPPED_NORM] = 1;
	a->clipped_share = 0.186;
	fill_histogram(a, r);
}

static void begin_arm(snap_arm *a, const shape *s)
{
	char text[32];
	config_default(&a->config);
	snprintf(text, sizeof text, "%d", s->T < 4000 ? s->T : 4000);
	set(&a->config, "T", text);
	snprintf(text, sizeof text, "%d", s->hidden);
	set(&a->config, "hidden", text);
	set(&a->config, "clip", "norm");
	set(&a->config, "rho", "0.95");
	a->update = s->updates;
	a->parameters = s->hidden * (s->hidden + 4) + 1;
	a->baselines = 2;
	a->baseline[0] = 1.0 / 6;
	strcpy(a->baseline_label[0], "always 1: 1/6");
	a->baseline[1] = 1.0 / 24;
	strcpy(a->baseline_label[1], "one number: 1/24");
	a->guess_wrong = 0.75;
	a->lag_near = s->T / 2;
	a->lag_far = s->T - 1;
	strcpy(a->loss_label, "squared error");
	strcpy(a->metric_label, "wrong");
	for (int i = 0; i < SNAP_SCALARS; i++)
		a->now[i] = NAN;
	a->clipped_share = NAN;
}

static void fill_jacobian(snap_matrices *m, const shape *s, rng *r)
{
	m->steps = s->T < SNAP_MATRIX ? s->T : SNAP_MATRIX;
	m->values = s->hidden < SNAP_MATRIX_VALUES ? s->hidden : SNAP_MATRIX_VALUES;
	for (int i = 0; i < m->steps; i++)
		m->step[i] = 1 + i * (s->T - 1) / (m->steps - 1);
	for (int i = 0; i < m->steps; i++)
		for (int k = 0; k < m->steps; k++)
			m->jacobian[i][k] =
			        k > i ? NAN : (float)(s->slope * (m->step[k] - m->step[i])) + noise(r, 0.02);
	for (int i = 0; i < m->steps; i++)
		for (int v = 0; v < m->values; v++)
			m->singular[i][v] = v > 20 ? NAN : m->jacobian[m->steps - 1][i] - 0.3F * (float)v;
	for (int k = 0; k < s->T && k < SNAP_STEPS; k++)
		m->last[k] = (float)(s->slope * (k + 1 - s->T)) + (k < s->T - 1 ? noise(r, 0.02) : 0);
	m->reach[0] = s->T / 4;
	m->reach[1] = s->T / 2;
}

static void fill_itemised(snap_matrices *m, const shape *s, rng *r)
{
	m->losses = s->T / 2;
	m->rows = m->losses < SNAP_MATRIX ? m->losses : SNAP_MATRIX;
	m->cols = s->T < SNAP_MATRIX ? s->T : SNAP_MATRIX;
	for (int k = 0; k < m->cols; k++)
		m->col[k] = 1 + k * (s->T - 1) / (m->cols - 1);
	for (int i = 0; i < m->rows; i++) {
		m->row[i] = s->T - (m->losses - 1) + i * (m->losses - 1) / (m->rows - 1);
		m->row_sum[i] = -1 + noise(r, 0.1);
		for (int k = 0; k < m->cols; k++)
			m->itemised[i][k] =
			        m->col[k] > m->row[i] ? NAN : (float)(s->slope * (m->col[k] - m->row[i])) - 2;
	}
	for (int k = 0; k < m->cols; k++) {
		m->col_sum[k] = (float)(s->slope * (m->col[k] - s->T)) - 1;
		m->col_total[k] = m->col_sum[k] - 0.4F + noise(r, 0.1);
	}
}

static void fill_truncation(snap_matrices *m, const shape *s)
{
	for (int p = 1; m->horizons < SNAP_HORIZONS; p = p < 8 ? p + 1 : p + p / 4) {
		p = p > s->T ? s->T : p;
		double x = (double)p / s->T;
		m->horizon[m->horizons] = p;
		m->share[m->horizons] = (float)pow(x, 0.4);
		m->cosine[m->horizons++] = (float)pow(x, 0.2);
		if (p == s->T)
			break;
	}
	m->all_horizons = true;
}

static void fill_matrices(snap_arm *a, const shape *s, rng *r)
{
	snap_matrices *m = &a->matrices;
	m->key = 1;
	m->update = s->updates;
	m->T = s->T;
	fill_jacobian(m, s, r);
	fill_itemised(m, s, r);
	fill_truncation(m, s);
}

/* Adam's: a hill of step sizes around ten times the learning rate. */
static void fill_steps(snap_arm *a, const shape *s)
{
	snap_steps *t = &a->steps;
	rng r = rng_make(9, RNG_TEST, 0);
	t->update = s->updates;
	t->weights = 4000;
	t->still = 40;
	t->low = -12.05F;
	t->high = 3.95F;
	for (int i = 0; i < 3960; i++)
		t->count[(int)(110 + 5 * rng_gaussian(&r))]++;
	t->all = (snap_block_step){-1.3F, -2.5F, 0.7F, {-1.5F, -1, 0}};
	for (int i = 0; i < a->blocks; i++)
		t->block[i] = (snap_block_step){-1.4F + 0.2F * (float)i, -3 + 0.3F * (float)i, 0.6F,
		        {-1.8F + 0.2F * (float)i, -1.1F + 0.2F * (float)i, -0.4F + 0.2F * (float)i}};
	a->series[SNAP_UPDATE_NORM] = a->series[SNAP_GRAD_NORM];
	snap_series *c = &a->series[SNAP_UPDATE_NORM];
	for (int i = 0; i < c->n; i++)
		c->mean[i] = c->low[i] = c->high[i] = 0.05F * sqrtf(c->mean[i]);
}

static void fill_arm(snap_arm *a, shape s, uint64_t seed)
{
	rng r = rng_make(seed, RNG_TEST, 0);
	begin_arm(a, &s);
	fill_temporal(a, &s, &r);
	fill_waterfall(a, &s, &r);
	fill_spectrum(a, &s, &r);
	fill_scalars(a, &s, &r);
	fill_matrices(a, &s, &r);
	fill_steps(a, &s);
	fill_tape(a, &s);
}

static void spoil(float *v, int n)
{
	for (int i = 0; i < n; i++)
		v[i] = i % 7 == 3 ? INFINITY : NAN;
}

static void spoil_tape(snap_tape *t)
{
	spoil(&t->hidden[0][0], SNAP_TAPE_UNITS * SNAP_STEPS);
	spoil(&t->gate_mean[0][0], SNAP_TAPE_GATES * SNAP_STEPS);
	spoil(&t->gate_low[0][0], SNAP_TAPE_GATES * SNAP_STEPS);
	spoil(&t->gate_high[0][0], SNAP_TAPE_GATES * SNAP_STEPS);
	spoil(t->path, SNAP_STEPS);
	spoil(t->slope, SNAP_TAPE_BINS);
	spoil(&t->x[0][0], SNAP_TAPE_VALUES * SNAP_STEPS);
	spoil(&t->got[0][0], SNAP_TAPE_VALUES * SNAP_STEPS);
	spoil(t->p_said, SNAP_STEPS);
	spoil(t->p_target, SNAP_STEPS);
	spoil(t->last, SNAP_TAPE_NAMES);
	t->flat = t->slopes = NAN;
}

static void spoil_arm(snap_arm *a)
{
	spoil_tape(&a->tape);
	spoil(a->total.norm, SNAP_STEPS);
	spoil(&a->temporal[0][0], SNAP_BLOCKS * SNAP_STEPS);
	spoil(a->dh_norm, SNAP_STEPS);
	spoil(a->delta_norm, SNAP_STEPS);
	for (int g = 0; g < SNAP_GHOSTS; g++)
		spoil(a->ghost[g].norm, SNAP_STEPS);
	spoil(&a->fall[0][0], SNAP_FALL_ROWS * SNAP_FALL_COLS);
	spoil(a->eig_re, SNAP_EIG);
	spoil(a->eig_im, SNAP_EIG);
	spoil(a->singular, SNAP_EIG);
	spoil(&a->trail_re[0][0], SNAP_TRAIL * SNAP_TRAIL_EIG);
	spoil(a->grad_histogram, SNAP_BINS);
	a->hist_low = a->hist_high = a->bound_per_step = a->saturation = NAN;
	a->clipped_share = a->guess_wrong = NAN;
	spoil(&a->matrices.jacobian[0][0], SNAP_MATRIX * SNAP_MATRIX);
	spoil(&a->matrices.singular[0][0], SNAP_MATRIX * SNAP_MATRIX_VALUES);
	spoil(a->matrices.last, SNAP_STEPS);
	spoil(&a->matrices.itemised[0][0], SNAP_MATRIX * SNAP_MATRIX);
	spoil(a->matrices.row_sum, SNAP_MATRIX);
	spoil(a->matrices.col_sum, SNAP_MATRIX);
	spoil(a->matrices.col_total, SNAP_MATRIX);
	spoil(a->matrices.share, SNAP_HORIZONS);
	spoil(a->matrices.cosine, SNAP_HORIZONS);
	spoil(a->steps.count, SNAP_STEP_BINS);
	a->steps.low = a->steps.high = a->steps.all.ratio = NAN;
	a->steps.block[0].ratio = a->steps.block[1].mark[0] = INFINITY;
	for (int i = 0; i < SNAP_SCALARS; i++) {
		a->now[i] = NAN;
		spoil(a->series[i].low, SNAP_BUCKETS);
		spoil(a->series[i].high, SNAP_BUCKETS);
		spoil(a->series[i].mean, SNAP_BUCKETS);
	}
	for (int i = 0; i < 4; i++)
		a->baseline[i] = NAN;
	a->diverged = true;
	a->diverged_update = a->update + 1;
	a->diverged_step = 3;
	strcpy(a->diverged_where, "b");
	strcpy(a->message,
	        "Update 1\u2009241 made the gradient of b at step 3 infinite. Go back ten updates and clip the norm "
	        "at 1, or lower the learning rate.");
}

/* What the window wants to know beside the arms that are drawn. */
static void complete(snap *s)
{
	s->all = s->state.arms = s->arms;
	for (int i = 0; i < s->arms; i++) {
		snap_arm *a = &s->arm[i];
		snap_about *o = &s->about[i];
		a->index = i;
		a->end = a->end > a->update ? a->end : a->update;
		s->state.arm[i].start = o->config = a->config;
		strcpy(o->name, a->name);
		o->update = a->update;
		o->end = a->end;
		o->parameters = a->parameters;
		o->seconds = a->update ? 0.0012 : 0;
		o->diverged = a->diverged;
		o->diverged_update = a->diverged_update;
		s->update = s->state.update = a->update;
		s->end = a->end > s->end ? a->end : s->end;
	}
	if (s->update > 100) {
		s->about[0].marks = 2;
		s->about[0].mark[0] = (snap_mark){57, 0};
		s->about[0].mark[1] = (snap_mark){s->update - 7, 3};
	}
}

/* A tilted bowl of `side` points each way over two random directions, and a way into it for every arm. */
static void fill_picture(snap *s, int side, float factor)
{
	slice_picture *p = &s->surface;
	p->kind = SLICE_RANDOM;
	p->serial = 1;
	p->update = s->arm[0].update;
	p->batch = p->update + 1;
	p->present = true;
	p->parameters = 2651;
	p->na = p->nb = side;
	p->stride = 1;
	for (int k = 0; k < 2; k++) {
		p->low[k] = -1;
		p->high[k] = 1;
		snprintf(p->name[k], sizeof p->name[k], "random direction %d", k + 1);
	}
	for (int j = 0; j < side; j++)
		for (int i = 0; i < side; i++) {
			float x = 2 * (float)i / (float)(side - 1) - 1, y = 2 * (float)j / (float)(side - 1) - 1;
			p->loss[j * side + i] =
			        factor * (0.05F + (x - 0.3F) * (x - 0.3F) + 3 * (y + 0.2F) * (y + 0.2F));
			p->norm[j * side + i] = NAN;
		}
	p->ways = s->arms;
	for (int a = 0; a < p->ways; a++) {
		slice_way *w = &p->way[a];
		w->arm = s->arm[a].index;
		w->steps = 40;
		w->update = s->arm[a].update;
		w->clipped = a % 2;
		w->has_step = true;
		w->step_clipped = a % 2;
		for (int i = 0; i < w->steps; i++) {
			float left = 1 - (float)i / (float)w->steps;
			w->at[i][0] = 0.3F - 1.1F * left;
			w->at[i][1] = -0.2F + (i % 2 ? 0.5F : -0.4F) * left * left + 0.1F * (float)a;
		}
		for (int k = 0; k < 2; k++) {
			w->downhill[k] = w->step[k] = k ? 0.25F : 0.15F;
			w->unclipped[k] = a % 2 ? 10 * w->step[k] : w->step[k];
		}
	}
}

static void fill_surface(snap *s, fake which)
{
	slice_picture *p = &s->surface;
	bool empty = which == FAKE_EMPTY || which == FAKE_FOUR_EMPTY, nan = which == FAKE_NAN || which == FAKE_FOUR_NAN,
	     huge = which == FAKE_HUGE || which == FAKE_FOUR_HUGE;
	if (empty)
		return;
	fill_picture(s, huge ? SLICE_SIDE : 41, huge ? 1e30F : 0.1F);
	for (int i = 0; i < p->na * p->nb && nan; i++)
		p->loss[i] = NAN;
	for (int a = 0; a < p->ways && nan; a++)
		for (int i = 0; i < p->way[a].steps; i++)
			p->way[a].at[i][0] = p->way[a].at[i][1] = NAN;
}

/* Four arms, rewound to update 800 of 1240: a change under way, a ghost of the run before, one that has stopped. */
static void fill_four(snap *s)
{
	static const char *const names[] = {"ρ = 0.8", "", "ρ = 1.2, clip 1", "a long name for an arm"};
	s->arms = 4;
	for (int i = 0; i < s->arms; i++) {
		snap_arm *a = &s->arm[i];
		fill_arm(a, (shape){100, 50, 1240, 0.09 - 0.025 * i, -0.96 + 0.1 * i, 0.8 + 0.15 * i, .gated = true},
		        (uint64_t)i);
		strcpy(a->name, names[i]);
		a->end = a->update;
		a->update = i == 3 ? 640 : 800;
	}
	s->arm[0].previous = s->arm[3].series[SNAP_LOSS];
	s->arm[3].end = s->arm[3].diverged_update = 641;
	s->arm[3].diverged = true;
	for (int k = 0; k < SNAP_SCALARS; k++)
		s->arm[3].series[k].n = s->arm[3].series[k].n * 640 / 1240;
	strcpy(s->arm[3].message, "Stopped at update 641: b is no longer finite. Try clipping.");
	s->arm[1].edits = s->state.edits = 1;
	s->arm[1].edited = 300;
	s->state.edit[0] = (state_edit){.update = 300, .value = 0.05, .arm = 1, .knob = KNOB_lr};
	complete(s);
	fill_surface(s, FAKE_FOUR);
	s->update = s->state.update = 800;
}

const snap *fake_snap(fake which)
{
	const shape ordinary = {100, 50, 1240, 0.0531, -0.96, 1.05, false, false};
	memset(&made, 0, sizeof made);
	made.version = SNAP_VERSION;
	made.serial = 1;
	made.arms = 1;
	switch (which) {
	case FAKE_EMPTY:
		begin_arm(&made.arm[0], &(shape){.T = 100, .hidden = 50});
		break;
	case FAKE_NAN:
		fill_arm(&made.arm[0], ordinary, 1);
		spoil_arm(&made.arm[0]);
		break;
	case FAKE_HUGE:
		fill_arm(&made.arm[0], (shape){SNAP_STEPS, SNAP_EIG, 1000000, 0.068, -0.5, 1.4, .gated = true}, 2);
		break;
	case FAKE_ARMS:
		made.arms = 3;
		for (int i = 0; i < made.arms; i++)
			fill_arm(&made.arm[i],
			        (shape){100, 50, 1240, 0.09 - 0.035 * i, -0.96 + 0.1 * i, 0.8 + 0.2 * i, .gated = true,
			                .symbols = true},
			        (uint64_t)i);
		strcpy(made.arm[0].name, "ρ = 0.8");
		strcpy(made.arm[1].name, "ρ = 1.0");
		strcpy(made.arm[2].name, "ρ = 1.2, clip 1");
		break;
	case FAKE_FOUR_EMPTY:
	case FAKE_FOUR_NAN:
	case FAKE_FOUR_HUGE:
		made.arms = 4;
		for (int i = 0; i < made.arms; i++) {
			snap_arm *a = &made.arm[i];
			if (which == FAKE_FOUR_EMPTY)
				begin_arm(a, &(shape){.T = 100, .hidden = 50});
			else if (which == FAKE_FOUR_NAN)
				fill_arm(a, ordinary, (uint64_t)i);
			else
				fill_arm(a,
				        (shape){SNAP_STEPS, SNAP_EIG, 1000000, 0.068 - 0.01 * i, -0.5, 1.4, true,
				                false},
				        (uint64_t)i);
			if (which == FAKE_FOUR_NAN)
				spoil_arm(a);
			strcpy(a->name, (const char *[]){"rnn", "lstm", "gru", "no clip"}[i]);
		}
		break;
	case FAKE_FOUR:
		fill_four(&made);
		return &made;
	default:
		fill_arm(&made.arm[0], ordinary, 1);
	}
	complete(&made);
	fill_surface(&made, which);
	return &made;
}
