/* Structurally constrained recurrent net (Mikolov et al. 2015): slow context units beside fast hidden units, as many of
 * each. s_t = (1 − α) B x_t + α s_{t−1}   h_t = σ(P s_t + A x_t + R h_{t−1} + b)   the readout sees both α fixed, or
 * learned for every context unit as σ(β). The row of h is [s | h], of a [B x | pre-activation of h], middle: s_t. */
#include "nn/cell.h"

#include <math.h>
#include <string.h>

static void prepare(const model_spec *spec, const real *own, real *fixed)
{
	for (int j = 0; j < spec->hidden; j++)
		fixed[j] = spec->scrn_learn ? (real)(1 / (1 + exp(-(double)own[j]))) : (real)spec->scrn_alpha;
}

static real kept(const R(step) *s, int j)
{
	return s->fixed[j];
}

static real keep(const R(step) *s, int b, int j)
{
	(void)b;
	return kept(s, j);
}

static void middle(const R(step) *s)
{
	int H = s->H;
	for (int j = 0; j < H; j++) {
		real keep = kept(s, j);
		for (int b = 0; b < s->B; b++) {
			size_t z = (size_t)b * (size_t)s->ldz + (size_t)j;
			real c = (1 - keep) * s->a[(size_t)b * (size_t)s->lda + (size_t)j] + keep * s->h_prev[z];
			s->h[z] = s->m[(size_t)b * (size_t)s->ldm + (size_t)j] = c;
		}
	}
}

static void forward(const R(step) *s)
{
	s->v->sigmoid(s->B, s->H, s->a + s->H, s->lda, s->h + s->H, s->ldz);
}

static void backward(const R(step) *s)
{
	int H = s->H;
	for (int b = 0; b < s->B; b++) {
		const real *h = s->h + (size_t)b * (size_t)s->ldz + H;
		real *dh = s->dh + (size_t)b * (size_t)s->ldh + H, *delta = s->delta + (size_t)b * (size_t)s->lda + H;
		for (int j = 0; j < H; j++)
			delta[j] = dh[j] * h[j] * (1 - h[j]);
		memset(dh, 0, (size_t)H * sizeof *dh);
	}
}

static void back_middle(const R(step) *s)
{
	int H = s->H;
	for (int j = 0; j < H; j++) {
		real keep = kept(s, j);
		for (int b = 0; b < s->B; b++) {
			real *dh = s->dh + (size_t)b * (size_t)s->ldh + (size_t)j,
			     *delta = s->delta + (size_t)b * (size_t)s->lda + (size_t)j;
			real d = *dh + s->dm[(size_t)b * (size_t)s->ldm + (size_t)j];
			*delta = (1 - keep) * d;
			if (s->spec->scrn_learn)
				delta[2 * H] = d * keep * (1 - keep) *
				               (s->h_prev[(size_t)b * (size_t)s->ldz + (size_t)j] -
				                       s->a[(size_t)b * (size_t)s->lda + (size_t)j]);
			*dh = keep * d;
		}
	}
}

/* β = ln(α/(1 − α)): the learned share starts at the fixed one. */
static void start(const model_spec *spec, const init_spec *i, int block, rng *r, int rows, double *W)
{
	(void)i;
	(void)block;
	(void)r;
	double a = fmin(fmax(spec->scrn_alpha, 1e-6), 1 - 1e-6);
	for (int j = 0; j < rows; j++)
		W[j] = log(a / (1 - a));
}

/* [αI 0; αP R] in the order [s | h]: h_t sees s_{t−1} through s_t. */
static void transition(const model_spec *spec, const double *const *block, double *M)
{
	int H = spec->hidden, n = 2 * H;
	memset(M, 0, (size_t)n * (size_t)n * sizeof *M);
	for (int i = 0; i < H; i++) {
		double keep = spec->scrn_learn ? 1 / (1 + exp(-block[5][i])) : spec->scrn_alpha;
		M[(size_t)i * (size_t)n + (size_t)i] = keep;
		for (int j = 0; j < H; j++) {
			double share = spec->scrn_learn ? 1 / (1 + exp(-block[5][j])) : spec->scrn_alpha;
			M[(size_t)(H + i) * (size_t)n + (size_t)j] = block[3][i * H + j] * share;
			M[(size_t)(H + i) * (size_t)n + (size_t)(H + j)] = block[1][i * H + j];
		}
	}
}

#define SCRN(learned)                                                                                                  \
	{                                                                                                              \
		.name = "scrn", .summary = "slow context units beside fast hidden ones", .units = 2, .gates = 2,       \
		.own = learned, .fixed = 1, .prepare = prepare, .middles = 1, .direct = true, .depth = 1, .across = 2, \
		.spectrum_name = "[αI 0; αP R]", .groups = 3 + learned,                                                \
		.group = {{.h = true, .one = true, .x = true, .from_unit = 1, .first_gate = 1, .gates = 1},            \
		        {.x = true, .gates = 1}, {.middle = true, .first_gate = 1, .gates = 1},                        \
		        {.one = true, .elementwise = true, .first_gate = 2, .gates = 1}},                              \
		.blocks = 5 + learned,                                                                                 \
		.block = {{"rnn.weight_ih_l%d", NULL, "A", 0, PART_X, 1, {0}},                                         \
		        {"rnn.weight_hh_l%d", NULL, "R", 0, PART_H, 1, {0}},                                           \
		        {"rnn.bias_ih_l%d", NULL, "b", 0, PART_ONE, 1, {0}},                                           \
		        {"rnn.weight_sh_l%d", NULL, "P", 2, PART_H, 1, {0}},                                           \
		        {"rnn.weight_is_l%d", NULL, "B", 1, PART_X, 1, {0}},                                           \
		        {.name = "rnn.beta_l%d",                                                                       \
		                .label = "β",                                                                          \
		                .group = 3,                                                                            \
		                .part = PART_ONE,                                                                      \
		                .gates = 1,                                                                            \
		                .own = true}},                                                                         \
		.form = form, .middle = middle, .forward = forward, .backward = backward, .back_middle = back_middle,  \
		.max_slope = R(cell_no_slope), .gate = {{"α", -1}}, .keep = keep, .start = start,                      \
		.transition = transition,                                                                              \
	}

static const R(cell) *form(const model_spec *s);
static const R(cell) fixed = SCRN(0), learned = SCRN(1);

static const R(cell) *form(const model_spec *s)
{
	return s->scrn_learn ? &learned : &fixed;
}

const R(cell) R(cell_scrn) = SCRN(0);
