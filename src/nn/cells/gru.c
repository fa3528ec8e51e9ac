/* Gated recurrent unit. PyTorch's form (reset after the recurrent product, z keeps the old state):
 *   r, z = σ(·)   n = tanh(W_n x + b_n + r ⊙ (U_n h + c_n))   h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}
 * Row of a: [q | r | z | n] with q = U_n h + c_n; the products with h fill q, r, z and those with x fill r, z, n. */
#include "nn/cell.h"

WIDE_LOOPS static void candidate(int m, int n, real *restrict a, int lda)
{
	for (int b = 0; b < m; b++, a += lda)
		for (int j = 0; j < n; j++)
			a[3 * n + j] += a[n + j] * a[j];
}

WIDE_LOOPS static void mix(
        int m, int n, const real *restrict a, int lda, const real *restrict h_prev, real *restrict h, int ldz)
{
	for (int b = 0; b < m; b++, a += lda, h_prev += ldz, h += ldz)
		for (int j = 0; j < n; j++)
			h[j] = (1 - a[2 * n + j]) * a[3 * n + j] + a[2 * n + j] * h_prev[j];
}

static void forward(const R(step) *s)
{
	int H = s->H;
	s->v->sigmoid(s->B, 2 * H, s->a + H, s->lda, s->a + H, s->lda);
	candidate(s->B, H, s->a, s->lda);
	s->v->tanh(s->B, H, s->a + 3 * H, s->lda, s->a + 3 * H, s->lda);
	mix(s->B, H, s->a, s->lda, s->h_prev, s->h, s->ldz);
}

WIDE_LOOPS static void back(int m, int n, const real *restrict a, int lda, const real *restrict h_prev, int ldz,
        real *restrict dh, int ldh, real *restrict delta)
{
	for (int b = 0; b < m; b++, a += lda, h_prev += ldz, dh += ldh, delta += lda)
		for (int j = 0; j < n; j++) {
			real q = a[j], r = a[n + j], z = a[2 * n + j], u = a[3 * n + j];
			real dn = dh[j] * (1 - z) * (1 - u * u);
			delta[j] = dn * r;
			delta[n + j] = dn * q * r * (1 - r);
			delta[2 * n + j] = dh[j] * (h_prev[j] - u) * z * (1 - z);
			delta[3 * n + j] = dn;
			dh[j] *= z;
		}
}

static void backward(const R(step) *s)
{
	back(s->B, s->H, s->a, s->lda, s->h_prev, s->ldz, s->dh, s->ldh, s->delta);
}

/* the candidate n = tanh(·) */
static const real *squashed(const R(step) *s, int *ld, activation_id *act)
{
	*act = ACT_TANH;
	*ld = s->lda;
	return s->a + 3 * s->H;
}

/* ---- the other forms: z writes instead of keeping; the reset gate before the recurrent product ---- */

static bool writes(const R(step) *s)
{
	return s->spec->gru_form == GRU_WRITES || s->spec->gru_form == GRU_CHUNG;
}

/* h = (1 − z) ⊙ h_{t−1} + z ⊙ n */
static void mix_written(const R(step) *s, const real *a, int place_z, int place_n)
{
	for (int b = 0; b < s->B; b++, a += s->lda) {
		const real *z = a + place_z, *n = a + place_n, *h_prev = s->h_prev + (size_t)b * (size_t)s->ldz;
		real *h = s->h + (size_t)b * (size_t)s->ldz;
		for (int j = 0; j < s->H; j++)
			h[j] = (1 - z[j]) * h_prev[j] + z[j] * n[j];
	}
}

static void write_forward(const R(step) *s)
{
	int H = s->H;
	s->v->sigmoid(s->B, 2 * H, s->a + H, s->lda, s->a + H, s->lda);
	candidate(s->B, H, s->a, s->lda);
	s->v->tanh(s->B, H, s->a + 3 * H, s->lda, s->a + 3 * H, s->lda);
	mix_written(s, s->a, 2 * H, 3 * H);
}

static void write_backward(const R(step) *s)
{
	int H = s->H;
	for (int b = 0; b < s->B; b++) {
		const real *a = s->a + (size_t)b * (size_t)s->lda, *h_prev = s->h_prev + (size_t)b * (size_t)s->ldz;
		real *dh = s->dh + (size_t)b * (size_t)s->ldh, *delta = s->delta + (size_t)b * (size_t)s->lda;
		for (int j = 0; j < H; j++) {
			real q = a[j], r = a[H + j], z = a[2 * H + j], u = a[3 * H + j];
			real dn = dh[j] * z * (1 - u * u);
			delta[j] = dn * r;
			delta[H + j] = dn * q * r * (1 - r);
			delta[2 * H + j] = dh[j] * (u - h_prev[j]) * z * (1 - z);
			delta[3 * H + j] = dn;
			dh[j] *= 1 - z;
		}
	}
}

/* Row of a: [r | z | n]; middle row: r ⊙ h_{t−1}. */
static void reset(const R(step) *s)
{
	int H = s->H;
	s->v->sigmoid(s->B, 2 * H, s->a, s->lda, s->a, s->lda);
	for (int b = 0; b < s->B; b++) {
		const real *r = s->a + (size_t)b * (size_t)s->lda, *h_prev = s->h_prev + (size_t)b * (size_t)s->ldz;
		real *m = s->m + (size_t)b * (size_t)s->ldm;
		for (int j = 0; j < H; j++)
			m[j] = r[j] * h_prev[j];
	}
}

static void before_forward(const R(step) *s)
{
	int H = s->H;
	s->v->tanh(s->B, H, s->a + 2 * H, s->lda, s->a + 2 * H, s->lda);
	if (writes(s)) {
		mix_written(s, s->a, H, 2 * H);
		return;
	}
	for (int b = 0; b < s->B; b++) {
		const real *z = s->a + (size_t)b * (size_t)s->lda + H, *n = z + H,
		           *h_prev = s->h_prev + (size_t)b * (size_t)s->ldz;
		real *h = s->h + (size_t)b * (size_t)s->ldz;
		for (int j = 0; j < H; j++)
			h[j] = (1 - z[j]) * n[j] + z[j] * h_prev[j];
	}
}

static void before_backward(const R(step) *s)
{
	int H = s->H;
	bool w = writes(s);
	for (int b = 0; b < s->B; b++) {
		const real *a = s->a + (size_t)b * (size_t)s->lda, *h_prev = s->h_prev + (size_t)b * (size_t)s->ldz;
		real *dh = s->dh + (size_t)b * (size_t)s->ldh, *delta = s->delta + (size_t)b * (size_t)s->lda;
		for (int j = 0; j < H; j++) {
			real z = a[H + j], u = a[2 * H + j], into = w ? z : 1 - z;
			delta[H + j] = dh[j] * (w ? u - h_prev[j] : h_prev[j] - u) * z * (1 - z);
			delta[2 * H + j] = dh[j] * into * (1 - u * u);
			dh[j] *= 1 - into;
		}
	}
}

static void reset_back(const R(step) *s)
{
	int H = s->H;
	for (int b = 0; b < s->B; b++) {
		const real *a = s->a + (size_t)b * (size_t)s->lda, *h_prev = s->h_prev + (size_t)b * (size_t)s->ldz;
		const real *dm = s->dm + (size_t)b * (size_t)s->ldm;
		real *dh = s->dh + (size_t)b * (size_t)s->ldh, *delta = s->delta + (size_t)b * (size_t)s->lda;
		for (int j = 0; j < H; j++) {
			delta[j] = dm[j] * h_prev[j] * a[j] * (1 - a[j]);
			dh[j] += dm[j] * a[j];
		}
	}
}

static const real *before_squashed(const R(step) *s, int *ld, activation_id *act)
{
	*act = ACT_TANH;
	*ld = s->lda;
	return s->a + 2 * s->H;
}

/* The share of h_{t−1}: z or 1 − z. */
static real share(const R(step) *s, int b, int j, int place_z)
{
	real z = s->a[(size_t)b * (size_t)s->lda + (size_t)(place_z + j)];
	return writes(s) ? 1 - z : z;
}

static real keep(const R(step) *s, int b, int j)
{
	return share(s, b, j, 2 * s->H);
}

static real before_keep(const R(step) *s, int b, int j)
{
	return share(s, b, j, s->H);
}

static const R(cell) *form(const model_spec *s);

#define NAMES .name = "gru", .summary = "gated recurrent unit, in four published forms"
/* PyTorch's two biases are both kept: the reset gate acts on one of them. */
#define AFTER(sign, ahead, back)                                                                                       \
	{                                                                                                              \
		NAMES, .gates = 4, .direct = true, .depth = 1, .spectrum_block = 1, .spectrum_gate = 2,                \
		       .spectrum_name = "W_hn", .groups = 2,                                                           \
		       .group = {{.h = true, .one = true, .gates = 3},                                                 \
		               {.one = true, .x = true, .first_gate = 1, .gates = 3}},                                 \
		       .blocks = 4,                                                                                    \
		       .block = {{"rnn.weight_ih_l%d", NULL, "W_ih", 1, PART_X, 3, {0, 1, 2}},                         \
		               {"rnn.weight_hh_l%d", NULL, "W_hh", 0, PART_H, 3, {1, 2, 0}},                           \
		               {.name = "rnn.bias_ih_l%d",                                                             \
		                       .label = "b_ih",                                                                \
		                       .group = 1,                                                                     \
		                       .part = PART_ONE,                                                               \
		                       .gates = 3,                                                                     \
		                       .order = {0, 1, 2},                                                             \
		                       .keep = sign 2},                                                                \
		               {"rnn.bias_hh_l%d", NULL, "b_hh", 0, PART_ONE, 3, {1, 2, 0}}},                          \
		       .form = form, .forward = ahead, .backward = back, .max_slope = R(cell_no_slope),                \
		       .squashed = squashed, .gate = {{"r", 1}, {"z", 2}}, .keep = keep,                               \
	}
#define BEFORE(sign)                                                                                                   \
	{                                                                                                              \
		NAMES, .gates = 3, .middles = 1, .direct = true, .depth = 2, .across = 2, .spectrum_block = 2,         \
		       .spectrum_name = "W_hn", .groups = 3,                                                           \
		       .group = {{.one = true, .x = true, .gates = 3}, {.h = true, .gates = 2},                        \
		               {.middle = true, .first_gate = 2, .gates = 1}},                                         \
		       .blocks = 4,                                                                                    \
		       .block = {{"rnn.weight_ih_l%d", NULL, "W_ih", 0, PART_X, 3, {0, 1, 2}},                         \
		               {"rnn.weight_hh_l%d", NULL, "W_hh", 1, PART_H, 2, {0, 1}},                              \
		               {"rnn.weight_hn_l%d", NULL, "W_hn", 2, PART_H, 1, {0}},                                 \
		               {.name = "rnn.bias_ih_l%d",                                                             \
		                       .label = "b",                                                                   \
		                       .part = PART_ONE,                                                               \
		                       .gates = 3,                                                                     \
		                       .order = {0, 1, 2},                                                             \
		                       .keep = sign 2}},                                                               \
		       .form = form, .middle = reset, .forward = before_forward, .backward = before_backward,          \
		       .back_middle = reset_back, .max_slope = R(cell_no_slope), .squashed = before_squashed,          \
		       .gate = {{"r", 0}, {"z", 1}}, .keep = before_keep,                                              \
	}

static const R(cell) forms[] = {
        [GRU_PYTORCH] = AFTER(+, forward, backward),
        [GRU_WRITES] = AFTER(-, write_forward, write_backward),
        [GRU_CHO] = BEFORE(+),
        [GRU_CHUNG] = BEFORE(-),
};

static const R(cell) *form(const model_spec *s)
{
	return &forms[s->gru_form];
}

const R(cell) R(cell_gru) = AFTER(+, forward, backward);
