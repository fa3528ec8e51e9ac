#include "run/snap.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static size_t between(long n, size_t most)
{
	return n < 0 ? 0 : (size_t)n > most ? most : (size_t)n;
}

static void copy_floats(float *to, const float *from, long n, size_t most)
{
	memcpy(to, from, between(n, most) * sizeof *to);
}

static void copy_series(snap_series *to, const snap_series *from)
{
	to->n = from->n;
	to->first = from->first;
	to->stride = from->stride;
	copy_floats(to->low, from->low, from->n, SNAP_BUCKETS);
	copy_floats(to->high, from->high, from->n, SNAP_BUCKETS);
	copy_floats(to->mean, from->mean, from->n, SNAP_BUCKETS);
}

static void copy_curve(snap_curve *to, const snap_curve *from)
{
	to->update = from->update;
	to->T = from->T;
	copy_floats(to->norm, from->norm, from->T, SNAP_STEPS);
}

static void copy_fall(snap_arm *to, const snap_arm *from)
{
	size_t rows = between(from->fall_rows, SNAP_FALL_ROWS);
	to->fall_rows = from->fall_rows;
	to->fall_cols = from->fall_cols;
	memcpy(to->fall_update, from->fall_update, sizeof to->fall_update);
	for (size_t i = 0; i < rows; i++)
		copy_floats(to->fall[i], from->fall[i], from->fall_cols, SNAP_FALL_COLS);
}

static void copy_spectrum(snap_arm *to, const snap_arm *from)
{
	to->rescales = from->rescales;
	to->eigs = from->eigs;
	memcpy(to->eig_of, from->eig_of, sizeof to->eig_of);
	copy_floats(to->eig_re, from->eig_re, from->eigs, SNAP_EIG);
	copy_floats(to->eig_im, from->eig_im, from->eigs, SNAP_EIG);
	copy_floats(to->singular, from->singular, from->eigs, SNAP_EIG);
	to->eig_update = from->eig_update;
	to->trail_rows = from->trail_rows;
	memcpy(to->trail_update, from->trail_update, sizeof to->trail_update);
	for (size_t i = 0; i < between(from->trail_rows, SNAP_TRAIL); i++) {
		copy_floats(to->trail_re[i], from->trail_re[i], from->eigs, SNAP_TRAIL_EIG);
		copy_floats(to->trail_im[i], from->trail_im[i], from->eigs, SNAP_TRAIL_EIG);
	}
}

#define COPY_PART(first, end)                                                                                          \
	memcpy((char *)to + offsetof(snap_tape, first), (const char *)from + offsetof(snap_tape, first),               \
	        offsetof(snap_tape, end) - offsetof(snap_tape, first))

static void copy_tape(snap_tape *to, const snap_tape *from)
{
	size_t n = between(from->T, SNAP_STEPS);
	COPY_PART(update, hidden);
	for (size_t i = 0; i < between(from->rows, SNAP_TAPE_UNITS) && n; i++)
		memcpy(to->hidden[i], from->hidden[i], n * sizeof **to->hidden);
	COPY_PART(has_slopes, gate_mean);
	for (size_t i = 0; i < between(from->gates, SNAP_TAPE_GATES) && n; i++) {
		memcpy(to->gate_mean[i], from->gate_mean[i], n * sizeof **to->gate_mean);
		memcpy(to->gate_low[i], from->gate_low[i], n * sizeof **to->gate_low);
		memcpy(to->gate_high[i], from->gate_high[i], n * sizeof **to->gate_high);
	}
	if (n)
		COPY_PART(has_path, other_wrong);
	if (n && from->has_other)
		memcpy(&to->other_wrong, &from->other_wrong, sizeof *to - offsetof(snap_tape, other_wrong));
}

/* The fields from `first` up to, and without, `end`. */
#define COPY_FIELDS(first, end)                                                                                        \
	memcpy((char *)to + offsetof(snap_arm, first), (const char *)from + offsetof(snap_arm, first),                 \
	        offsetof(snap_arm, end) - offsetof(snap_arm, first))

void snap_copy_arm(snap_arm *to, const snap_arm *from)
{
	COPY_FIELDS(config, series);
	for (int i = 0; i < SNAP_SCALARS; i++)
		copy_series(&to->series[i], &from->series[i]);
	copy_series(&to->previous, &from->previous);
	COPY_FIELDS(clipped_share, total);
	copy_curve(&to->total, &from->total);
	for (size_t i = 0; i < between(from->blocks, SNAP_BLOCKS); i++)
		copy_floats(to->temporal[i], from->temporal[i], from->T, SNAP_STEPS);
	copy_floats(to->dh_norm, from->dh_norm, from->T, SNAP_STEPS);
	copy_floats(to->delta_norm, from->delta_norm, from->T, SNAP_STEPS);
	COPY_FIELDS(bound_per_step, ghost);
	for (size_t i = 0; i < between(from->ghosts, SNAP_GHOSTS); i++)
		copy_curve(&to->ghost[i], &from->ghost[i]);
	copy_fall(to, from);
	copy_spectrum(to, from);
	if (from->matrices.key != to->matrices.key)
		to->matrices = from->matrices;
	to->steps = from->steps;
	copy_tape(&to->tape, &from->tape);
}

void snap_copy_state(run_state *to, const run_state *from)
{
	memcpy(to, from, offsetof(run_state, edit));
	memcpy(to->edit, from->edit, between(from->edits, STATE_EDITS) * sizeof *to->edit);
}

/* ---- series ---- */

static float middle(float a, float b)
{
	return isnan(a) ? b : isnan(b) ? a : (a + b) / 2;
}

void snap_series_halve(snap_series *s)
{
	int half = (s->n + 1) / 2;
	for (int i = 0; i < half; i++) {
		int a = 2 * i, b = a + 1 < s->n ? a + 1 : a;
		s->low[i] = fminf(s->low[a], s->low[b]); /* of a number and NAN the number */
		s->high[i] = fmaxf(s->high[a], s->high[b]);
		s->mean[i] = middle(s->mean[a], s->mean[b]);
	}
	s->n = half;
	s->stride *= 2;
}
