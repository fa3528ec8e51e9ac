/* Long short-term memory with forget gate (Hochreiter, Schmidhuber 1997; Gers et al. 2000); gates in PyTorch's order:
 *   i, f, o = σ(·)   g = tanh(·)   c_t = f ⊙ c_{t−1} + i ⊙ g   h_t = o ⊙ tanh(c_t) */
#include "nn/cell.h"

/* Row of s: [c | tanh c]. */
WIDE_LOOPS static void memory(
        int m, int n, const real *restrict a, int lda, const real *restrict c_prev, real *restrict c, int lds)
{
	for (int b = 0; b < m; b++, a += lda, c_prev += lds, c += lds)
		for (int j = 0; j < n; j++)
			c[j] = a[n + j] * c_prev[j] + a[j] * a[2 * n + j];
}

WIDE_LOOPS static void output(
        int m, int n, const real *restrict a, int lda, const real *restrict tanh_c, int lds, real *restrict h, int ldz)
{
	for (int b = 0; b < m; b++, a += lda, tanh_c += lds, h += ldz)
		for (int j = 0; j < n; j++)
			h[j] = a[3 * n + j] * tanh_c[j];
}

static void forward(const R(step) *s)
{
	int H = s->H;
	s->v->sigmoid(s->B, 2 * H, s->a, s->lda, s->a, s->lda);
	s->v->tanh(s->B, H, s->a + 2 * H, s->lda, s->a + 2 * H, s->lda);
	s->v->sigmoid(s->B, H, s->a + 3 * H, s->lda, s->a + 3 * H, s->lda);
	memory(s->B, H, s->a, s->lda, s->s_prev, s->s, s->lds);
	s->v->tanh(s->B, H, s->s, s->lds, s->s + H, s->lds);
	output(s->B, H, s->a, s->lda, s->s + H, s->lds, s->h, s->ldz);
}

WIDE_LOOPS static void back(int m, int n, const real *restrict a, int lda, const real *restrict s,
        const real *restrict s_prev, int lds, const real *restrict dh, int ldh, real *restrict ds, real *restrict delta)
{
	for (int b = 0; b < m; b++, a += lda, s += lds, s_prev += lds, dh += ldh, ds += lds, delta += lda)
		for (int j = 0; j < n; j++) {
			real i = a[j], f = a[n + j], g = a[2 * n + j], o = a[3 * n + j], u = s[n + j];
			real dc = ds[j] + dh[j] * o * (1 - u * u);
			delta[j] = dc * g * i * (1 - i);
			delta[n + j] = dc * s_prev[j] * f * (1 - f);
			delta[2 * n + j] = dc * i * (1 - g * g);
			delta[3 * n + j] = dh[j] * u * o * (1 - o);
			ds[j] = dc * f;
		}
}

static void backward(const R(step) *s)
{
	back(s->B, s->H, s->a, s->lda, s->s, s->s_prev, s->lds, s->dh, s->ldh, s->ds, s->delta);
}

/* the candidate g = tanh(·) */
static const real *squashed(const R(step) *s, int *ld, activation_id *act)
{
	*act = ACT_TANH;
	*ld = s->lda;
	return s->a + 2 * s->H;
}

static real keep(const R(step) *s, int b, int j)
{
	return s->a[(size_t)b * (size_t)s->lda + (size_t)(s->H + j)];
}

/* ---- peepholes (Gers, Schmidhuber 2000): i and f also see c_{t−1}, o sees c_t, through diagonal weights [p_i | p_f |
 * p_o] ---- */

WIDE_LOOPS static void peep(
        int m, int n, const real *restrict c, int lds, const real *restrict p, real *restrict a, int lda)
{
	for (int b = 0; b < m; b++, c += lds, a += lda)
		for (int j = 0; j < n; j++)
			a[j] += p[j] * c[j];
}

static void peep_forward(const R(step) *s)
{
	int H = s->H;
	peep(s->B, H, s->s_prev, s->lds, s->own, s->a, s->lda);
	peep(s->B, H, s->s_prev, s->lds, s->own + H, s->a + H, s->lda);
	s->v->sigmoid(s->B, 2 * H, s->a, s->lda, s->a, s->lda);
	s->v->tanh(s->B, H, s->a + 2 * H, s->lda, s->a + 2 * H, s->lda);
	memory(s->B, H, s->a, s->lda, s->s_prev, s->s, s->lds);
	peep(s->B, H, s->s, s->lds, s->own + 2 * H, s->a + 3 * H, s->lda);
	s->v->sigmoid(s->B, H, s->a + 3 * H, s->lda, s->a + 3 * H, s->lda);
	s->v->tanh(s->B, H, s->s, s->lds, s->s + H, s->lds);
	output(s->B, H, s->a, s->lda, s->s + H, s->lds, s->h, s->ldz);
}

static void peep_backward(const R(step) *s)
{
	int H = s->H;
	const real *p = s->own;
	for (int b = 0; b < s->B; b++) {
		const real *a = s->a + (size_t)b * (size_t)s->lda, *c = s->s + (size_t)b * (size_t)s->lds;
		const real *c_prev = s->s_prev + (size_t)b * (size_t)s->lds, *dh = s->dh + (size_t)b * (size_t)s->ldh;
		real *ds = s->ds + (size_t)b * (size_t)s->lds, *delta = s->delta + (size_t)b * (size_t)s->lda;
		for (int j = 0; j < H; j++) {
			real i = a[j], f = a[H + j], g = a[2 * H + j], o = a[3 * H + j], u = c[H + j];
			real d_o = dh[j] * u * o * (1 - o);
			real dc = ds[j] + dh[j] * o * (1 - u * u) + d_o * p[2 * H + j];
			real di = dc * g * i * (1 - i), df = dc * c_prev[j] * f * (1 - f);
			delta[j] = di;
			delta[H + j] = df;
			delta[2 * H + j] = dc * i * (1 - g * g);
			delta[3 * H + j] = d_o;
			delta[4 * H + j] = di * c_prev[j];
			delta[5 * H + j] = df * c_prev[j];
			delta[6 * H + j] = d_o * c[j];
			ds[j] = dc * f + di * p[j] + df * p[H + j];
		}
	}
}

/* Peepholes are drawn like other weights: N(0, σ²). */
static void start(const model_spec *spec, const init_spec *i, int block, rng *r, int rows, double *W)
{
	(void)spec;
	(void)block;
	for (int j = 0; j < rows; j++)
		W[j] = i->sigma * rng_gaussian(r);
}

#define LSTM(peepholes, ahead, back)                                                                                   \
	{                                                                                                              \
		.name = "lstm", .summary = "long short-term memory with input, forget and output gates", .gates = 4,   \
		.own = 3 * peepholes, .state = 2, .has_state = true, .depth = 1, .spectrum_block = 1,                  \
		.spectrum_gate = 2, .spectrum_name = "W_hg", .groups = 1 + peepholes,                                  \
		.group = {{.h = true, .one = true, .x = true, .gates = 4},                                             \
		        {.one = true, .elementwise = true, .first_gate = 4, .gates = 3}},                              \
		.blocks = 3 + peepholes,                                                                               \
		.block = {{"rnn.weight_ih_l%d", NULL, "W_ih", 0, PART_X, 4, {0, 1, 2, 3}},                             \
		        {"rnn.weight_hh_l%d", NULL, "W_hh", 0, PART_H, 4, {0, 1, 2, 3}},                               \
		        {.name = "rnn.bias_ih_l%d",                                                                    \
		                .twin = "rnn.bias_hh_l%d",                                                             \
		                .label = "b",                                                                          \
		                .part = PART_ONE,                                                                      \
		                .gates = 4,                                                                            \
		                .order = {0, 1, 2, 3},                                                                 \
		                .keep = 2,                                                                             \
		                .input = 1},                                                                           \
		        {.name = "rnn.peephole_l%d",                                                                   \
		                .label = "p",                                                                          \
		                .group = 1,                                                                            \
		                .part = PART_ONE,                                                                      \
		                .gates = 3,                                                                            \
		                .order = {0, 1, 2},                                                                    \
		                .own = true}},                                                                         \
		.form = form, .forward = ahead, .backward = back, .max_slope = R(cell_no_slope), .squashed = squashed, \
		.gate = {{"i", 0}, {"f", 1}, {"o", 3}}, .keep = keep, .start = start,                                  \
	}

static const R(cell) *form(const model_spec *s);
static const R(cell) plain = LSTM(0, forward, backward), peephole = LSTM(1, peep_forward, peep_backward);

static const R(cell) *form(const model_spec *s)
{
	return s->peephole ? &peephole : &plain;
}

const R(cell) R(cell_lstm) = LSTM(0, forward, backward);
