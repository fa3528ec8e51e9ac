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
static long saturated(const R(step) *s)
{
	return R(cell_tanh_saturated)(s, 2 * s->H);
}

const R(cell) R(cell_lstm) = {
        .name = "lstm",
        .summary = "long short-term memory with input, forget and output gates",
        .gates = 4,
        .state = 2,
        .has_state = true,
        .groups = 1,
        .group = {{true, true, 0, 4}},
        .blocks = 3,
        .block = {{"rnn.weight_ih_l0", NULL, "W_ih", 0, PART_X, 4, {0, 1, 2, 3}},
                {"rnn.weight_hh_l0", NULL, "W_hh", 0, PART_H, 4, {0, 1, 2, 3}},
                {"rnn.bias_ih_l0", "rnn.bias_hh_l0", "b", 0, PART_ONE, 4, {0, 1, 2, 3}}},
        .forward = forward,
        .backward = backward,
        .max_slope = R(cell_no_slope),
        .saturated = saturated,
};
