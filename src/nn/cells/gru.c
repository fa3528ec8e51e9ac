/* Gated recurrent unit in PyTorch's form (reset after the recurrent product, z keeps the old state):
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
static long saturated(const R(step) *s)
{
	return R(cell_tanh_saturated)(s, 3 * s->H);
}

const R(cell) R(cell_gru) = {
        .name = "gru",
        .summary = "gated recurrent unit, PyTorch's form",
        .gates = 4,
        .direct = true,
        .groups = 2,
        .group = {{true, false, 0, 3}, {false, true, 1, 3}},
        .blocks = 4,
        .block = {{"rnn.weight_ih_l0", NULL, "W_ih", 1, PART_X, 3, {0, 1, 2}},
                {"rnn.weight_hh_l0", NULL, "W_hh", 0, PART_H, 3, {1, 2, 0}},
                {"rnn.bias_ih_l0", NULL, "b_ih", 1, PART_ONE, 3, {0, 1, 2}},
                {"rnn.bias_hh_l0", NULL, "b_hh", 0, PART_ONE, 3, {1, 2, 0}}},
        .forward = forward,
        .backward = backward,
        .max_slope = R(cell_no_slope),
        .saturated = saturated,
};
