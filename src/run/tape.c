#include "run/tape.h"

#include "run/example.h"
#include "run/judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEQUENCE = 0, WIDEST = MODEL_OUTPUTS }; /* numbers of a step: H units of all layers, or all outputs */

static const double flat_below = 0.05; /* of the largest slope, as for the saturation */

/* ---- steps ---- */

static int entries(int T)
{
	return T < SNAP_STEPS ? T : SNAP_STEPS;
}

static int step_of(int entry, int T)
{
	return (int)((long)entry * T / entries(T));
}

static bool asked(const batch *b, int step)
{
	return b->weight[(size_t)step * (size_t)b->B_max + SEQUENCE] > 0;
}

/* −1: none */
static int last_asked(const batch *b)
{
	int step = b->last_loss;
	while (step >= 0 && !asked(b, step))
		step--;
	return step;
}

static double real_at(const trial *t, const void *x, long i)
{
	return t->api->real_size == sizeof(double) ? ((const double *)x)[i] : (double)((const float *)x)[i];
}

/* ---- hidden units ---- */

static void read_hidden(const trial *t, const batch *b, snap_tape *o)
{
	double h[WIDEST];
	int layers = t->api->spec(t->m)->layers, all;
	o->layers = layers > 1 ? layers : 1;
	o->units = t->api->hidden(t->m, 0, 0, SEQUENCE, NULL);
	all = o->layers * o->units;
	o->rows = all < SNAP_TAPE_UNITS ? all : SNAP_TAPE_UNITS;
	for (int r = 0; r < o->rows; r++)
		o->unit[r] = (int)((long)r * all / o->rows);
	for (int i = 0; i < entries(b->T); i++) {
		double squares = 0;
		for (int layer = 0, r = 0; layer < o->layers; layer++) {
			t->api->hidden(t->m, layer, step_of(i, b->T), SEQUENCE, h);
			for (int j = 0; j < o->units; j++)
				squares += h[j] * h[j];
			for (; r < o->rows && o->unit[r] / o->units == layer; r++)
				o->hidden[r][i] = (float)h[o->unit[r] % o->units];
		}
		o->h_norm[i] = (float)sqrt(squares);
	}
}

/* ---- slopes ---- */

static void count_slopes(const double *slope, int n, bool *lives, snap_tape *o)
{
	for (int j = 0; j < n; j++) {
		int bin = (int)(slope[j] * SNAP_TAPE_BINS);
		o->slope[bin < 0 ? 0 : bin < SNAP_TAPE_BINS ? bin : SNAP_TAPE_BINS - 1]++;
		o->flat += slope[j] < flat_below;
		lives[j] |= !(slope[j] < flat_below);
	}
	o->slopes += n;
}

/* Mean slope of the sequence that is shown, step by step. */
static void read_steepness(const trial *t, const batch *b, snap_tape *o)
{
	double slope[WIDEST];
	int H = t->api->spec(t->m)->hidden;
	for (int i = 0; i < entries(b->T); i++) {
		double sum = 0;
		bool known = true;
		for (int layer = 0; layer < o->layers && known; layer++) {
			known = t->api->slopes(t->m, layer, step_of(i, b->T), SEQUENCE, slope);
			for (int j = 0; j < H && known; j++)
				sum += slope[j];
		}
		o->steepness[i] = known ? (float)(sum / (o->layers * H)) : NAN;
	}
}

static void read_slopes(const trial *t, const batch *b, snap_tape *o)
{
	double slope[WIDEST];
	bool lives[WIDEST];
	int H = t->api->spec(t->m)->hidden;
	memset(o->slope, 0, sizeof o->slope);
	o->slopes = o->flat = 0;
	o->stuck = 0;
	o->slope_units = o->layers * H;
	for (int layer = 0; layer < o->layers; layer++) {
		memset(lives, 0, sizeof lives);
		for (int step = 0; step < b->T; step++)
			for (int i = 0; i < b->B; i++) {
				o->has_slopes = t->api->slopes(t->m, layer, step, i, slope);
				if (!o->has_slopes)
					return;
				if (step < b->length[i])
					count_slopes(slope, H, lives, o);
			}
		for (int j = 0; j < H; j++)
			o->stuck += !lives[j];
	}
}

/* ---- gates ---- */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The q-quantile of n sorted numbers, between neighbours as NumPy does. */
static double quantile(const double *sorted, int n, double q)
{
	double place = q * (n - 1);
	int i = (int)place;
	return i + 1 < n ? sorted[i] + (place - i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static void read_gate(const trial *t, int g, int entry, int step, snap_tape *o)
{
	double value[WIDEST], sum = 0;
	int H = t->api->spec(t->m)->hidden, n = o->layers * H;
	for (int layer = 0; layer < o->layers; layer++)
		t->api->gate(t->m, g, layer, step, SEQUENCE, value + layer * H);
	for (int j = 0; j < n; j++)
		sum += value[j];
	qsort(value, (size_t)n, sizeof *value, by_size);
	o->gate_mean[g][entry] = (float)(sum / n);
	o->gate_low[g][entry] = isfinite(sum) ? (float)quantile(value, n, 0.1) : NAN;
	o->gate_high[g][entry] = isfinite(sum) ? (float)quantile(value, n, 0.9) : NAN;
}

/* log10 of the mean of 10^x */
static double log_mean(const double *x, int n)
{
	double top = -INFINITY, sum = 0;
	for (int j = 0; j < n; j++)
		top = x[j] > top || isnan(x[j]) ? x[j] : top;
	for (int j = 0; j < n && isfinite(top); j++)
		sum += pow(10, x[j] - top);
	return isfinite(top) ? top + log10(sum / n) : top;
}

/* The product from the last loss step back, in logarithms: it leaves the range of a double. */
static void read_path(const trial *t, const batch *b, snap_tape *o)
{
	double sum[WIDEST] = {0}, keep[WIDEST];
	int H = t->api->spec(t->m)->hidden, n = entries(b->T), last = last_asked(b), i = n - 1;
	o->has_path = last >= 0;
	for (int step = b->T - 1; step >= 0; step--) {
		for (; i >= 0 && step_of(i, b->T) == step; i--)
			o->path[i] = step > last ? NAN : (float)log_mean(sum, o->layers * H);
		for (int layer = 0; layer < o->layers && step <= last; layer++) {
			if (!t->api->keep(t->m, layer, step, SEQUENCE, keep)) {
				o->has_path = false;
				return;
			}
			for (int j = 0; j < H; j++)
				sum[layer * H + j] += log10(keep[j]);
		}
	}
}

static void read_gates(const trial *t, const batch *b, snap_tape *o)
{
	const char *name;
	for (o->gates = 0; o->gates < SNAP_TAPE_GATES; o->gates++) {
		if (!(name = t->api->gate(t->m, o->gates, 0, 0, SEQUENCE, NULL)))
			break;
		snprintf(o->gate[o->gates], sizeof o->gate[0], "%s", name);
		for (int i = 0; i < entries(b->T); i++)
			read_gate(t, o->gates, i, step_of(i, b->T), o);
	}
	read_path(t, b, o);
}

/* ---- inputs ---- */

static void put_name(char *out, size_t size, const char *(*f)(const task_spec *, int), const task_spec *s, int i)
{
	const char *name = f ? f(s, i) : NULL;
	if (name)
		snprintf(out, size, "%s", name);
	else
		snprintf(out, size, "%d", i);
}

static void read_inputs(const trial *t, const batch *b, snap_tape *o)
{
	o->inputs = b->I;
	/* two or three bits side by side (xor) are no symbol */
	o->symbols = t->task->symbol || (t->shape.real_inputs == 0 && b->I > SNAP_TAPE_VALUES);
	for (int i = 0; i < b->I && i < SNAP_TAPE_NAMES && o->symbols; i++)
		put_name(o->name[i], sizeof o->name[i], t->task->symbol, &t->task_spec, i);
	for (int i = 0; i < entries(b->T); i++) {
		int step = step_of(i, b->T);
		bool inside = step < b->length[SEQUENCE];
		o->input[i] = (short)(o->symbols && inside ? example_symbol(t, b, step, SEQUENCE) : -1);
		for (int k = 0; k < SNAP_TAPE_VALUES; k++)
			o->x[k][i] = inside && k < b->I ? (float)real_at(t, b->x, step * b->x_t + SEQUENCE * b->x_b + k)
			                                : NAN;
	}
}

/* ---- targets and answers ---- */

static void read_class(const batch *b, int step, int i, const double *p, snap_tape *o)
{
	int best = 0, label = b->label[(long)step * b->label_t + SEQUENCE];
	for (int k = 1; k < b->O; k++)
		best = p[k] > p[best] ? k : best;
	o->target[i] = (short)label;
	o->said[i] = (short)best;
	o->p_target[i] = (float)p[label];
	o->p_said[i] = (float)p[best];
}

static void read_answer(const trial *t, const batch *b, int i, snap_tape *o)
{
	double p[WIDEST];
	int step = step_of(i, b->T);
	o->asked[i] = asked(b, step);
	o->wrong[i] = false;
	o->target[i] = o->said[i] = -1;
	o->p_target[i] = o->p_said[i] = NAN;
	for (int k = 0; k < SNAP_TAPE_VALUES; k++)
		o->want[k][i] = o->got[k][i] = NAN;
	if (!o->asked[i])
		return;
	t->api->output(t->m, step, SEQUENCE, p);
	o->wrong[i] = t->task->wrong(&t->task_spec, b, step, SEQUENCE, t->api->logits(t->m, step, SEQUENCE));
	if (b->classes)
		read_class(b, step, i, p, o);
	for (int k = 0; k < SNAP_TAPE_VALUES && k < b->O && !b->classes; k++) {
		o->want[k][i] = (float)real_at(t, b->y, step * b->y_t + (long)SEQUENCE * b->O + k);
		o->got[k][i] = (float)p[k];
	}
}

static void read_answers(const trial *t, const batch *b, snap_tape *o)
{
	double p[WIDEST];
	int last = last_asked(b), named = b->O < SNAP_TAPE_NAMES ? b->O : SNAP_TAPE_NAMES;
	o->outputs = b->O;
	o->classes = b->classes > 0;
	o->probable = t->api->spec(t->m)->output != OUTPUT_LINEAR;
	for (int i = 0; i < entries(b->T); i++)
		read_answer(t, b, i, o);
	if (last >= 0)
		t->api->output(t->m, last, SEQUENCE, p);
	for (int k = 0; k < named; k++) {
		o->last[k] = last >= 0 ? (float)p[k] : NAN;
		put_name(o->answer[k], sizeof o->answer[k], t->task->answer, &t->task_spec, k);
	}
}

/* ---- left to itself ---- */

/* The likeliest symbol at a step. */
static int answer_at(const trial *t, int step)
{
	double p[WIDEST];
	int best = 0;
	t->api->output(t->m, step, SEQUENCE, p);
	for (int k = 1; k < t->api->batch(t->m)->O; k++)
		best = p[k] > p[best] ? k : best;
	return best;
}

static void read_sample(const trial *t, const batch *b, snap_tape *o)
{
	int text[SNAP_TAPE_SAMPLE], from = b->length[SEQUENCE];
	err e;
	double temperature = t->c.v[KNOB_temperature];
	o->given = o->sampled = 0;
	o->temperature = temperature;
	if (!example_predicts_input(t, b))
		return;
	/* a short word from its first letter to its end, a text from a few letters on */
	int given = from < SNAP_TAPE_SAMPLE / 4 ? 1 : SNAP_TAPE_SAMPLE / 4;
	int n = from < SNAP_TAPE_SAMPLE / 4 ? from + 1 : SNAP_TAPE_SAMPLE;
	for (int i = 0; i < given; i++)
		text[i] = example_symbol(t, b, i, SEQUENCE);
	if (!judge_continue(t, given, n, temperature, (uint64_t)t->update, text, &e))
		return;
	for (int i = 0; i < n; i++)
		o->sample[i] = (short)text[i];
	for (int i = 0; i < n; i++) { /* said[i − 1] is the answer for place i */
		int step = i - 1;
		o->along[i] = (short)(i < given ? text[i] : step < from ? answer_at(t, step) : -1);
	}
	o->given = given;
	o->sampled = n;
}

/* ---- forced and free ---- */

/* The same sequence with the other input: targets or the net's own answers. */
static void read_other(const trial *t, const batch *b, snap_tape *o)
{
	model_tuning u = *t->api->tuning(t->m);
	err e;
	o->has_other = false;
	o->forced = u.forcing;
	if (!t->api->feeds_back(t->m) || b->T < 2)
		return;
	u.forcing = !u.forcing;
	trial with = *t;
	snap_tape *other = malloc(sizeof *other);
	with.m = other ? example_copy_net(t, &u, &e) : NULL;
	if (with.m && (example_is_set(t) ? example_fill(t, with.m, &e)
	                                 : (trial_batch_of(t, with.m, o->update > 0 ? o->update - 1 : 0), true))) {
		t->api->forward(with.m, NULL);
		read_answers(&with, t->api->batch(with.m), other);
		memcpy(o->other, other->got, sizeof o->other);
		memcpy(o->other_said, other->said, sizeof o->other_said);
		memcpy(o->other_wrong, other->wrong, sizeof o->other_wrong);
		o->has_other = true;
	}
	if (with.m)
		t->api->destroy(with.m);
	free(other);
}

/* ---- all ---- */

static void read_all(const trial *t, snap_tape *tape)
{
	const batch *b = t->api->batch(t->m);
	tape->T = b->T;
	tape->sequence = SEQUENCE + 1;
	tape->length = b->length[SEQUENCE];
	tape->batch = b->B;
	read_hidden(t, b, tape);
	read_slopes(t, b, tape);
	read_steepness(t, b, tape);
	read_gates(t, b, tape);
	read_inputs(t, b, tape);
	read_answers(t, b, tape);
	read_sample(t, b, tape);
	read_other(t, b, tape);
}

/* On a net of its own: the run does not notice. */
static void read_example(const trial *t, snap_tape *tape)
{
	trial with = *t;
	model_result r;
	err e;
	with.m = example_net(t, &e);
	if (!with.m)
		return; /* no memory: the picture stays */
	double loss = t->api->forward(with.m, NULL);
	t->api->backward(with.m, NULL, true, &r);
	tape->update = t->example->batch;
	tape->example = t->example->batch;
	tape->edits = t->example->edits;
	read_all(&with, tape);
	tape->batch = t->task_spec.B;
	tape->loss = loss;
	tape->has_dh = r.finite && r.dh_norm;
	for (int i = 0; i < entries(r.T) && tape->has_dh; i++)
		tape->dh[i] = (float)log10(r.dh_norm[step_of(i, r.T)]);
	t->api->destroy(with.m);
}

void tape_read(const trial *t, snap_tape *tape)
{
	const batch *b = t->api->batch(t->m);
	if (example_is_set(t)) {
		read_example(t, tape);
		return;
	}
	if (t->r.T < 1 || t->r.T != b->T || b->B < 1)
		return;
	tape->update = t->diverged ? t->diverged_update : t->update;
	tape->example = 0;
	tape->edits = 0;
	tape->has_dh = false;
	tape->loss = NAN;
	read_all(t, tape);
}
