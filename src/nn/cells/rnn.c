/* Elman's simple recurrent net: h_t = φ(W h_{t−1} + U x_t + b). */
#include "nn/cell.h"

WIDE_LOOPS static void relu(int m, int n, const real *a, int lda, real leak, real *h, int ldh)
{
	for (int i = 0; i < m; i++)
		for (int j = 0; j < n; j++) {
			real x = a[i * lda + j];
			h[i * ldh + j] = x < 0 ? leak * x : x; /* NaN stays NaN */
		}
}

static const real leaky = (real)0.01;

static void forward(const R(step) *s)
{
	switch (s->activation) {
	case ACT_TANH:
		s->v->tanh(s->B, s->H, s->a, s->lda, s->h, s->ldz);
		break;
	case ACT_SIGMOID:
		s->v->sigmoid(s->B, s->H, s->a, s->lda, s->h, s->ldz);
		break;
	case ACT_RELU:
		relu(s->B, s->H, s->a, s->lda, 0, s->h, s->ldz);
		break;
	case ACT_LEAKY_RELU:
		relu(s->B, s->H, s->a, s->lda, leaky, s->h, s->ldz);
		break;
	default:
		relu(s->B, s->H, s->a, s->lda, 1, s->h, s->ldz);
	}
}

/* δ = dh ⊙ φ'(a), with φ' from h where that is exact: tanh' = 1 − h², σ' = h (1 − h); relu'(0) = 0 */
#define DERIVATIVE(name, slope)                                                                                        \
	WIDE_LOOPS static void name(int m, int n, const real *restrict dh, int ldh, const real *restrict out, int ldo, \
	        const real *restrict in, int ldi, real *restrict delta)                                                \
	{                                                                                                              \
		for (int i = 0; i < m; i++)                                                                            \
			for (int j = 0; j < n; j++) {                                                                  \
				real h = out[i * ldo + j], a = in[i * ldi + j];                                        \
				(void)h;                                                                               \
				(void)a;                                                                               \
				delta[i * ldi + j] = dh[i * ldh + j] * (slope);                                        \
			}                                                                                              \
	}
DERIVATIVE(tanh_back, 1 - h * h)
DERIVATIVE(sigmoid_back, h *(1 - h))
DERIVATIVE(relu_back, a > 0 ? (real)1 : (real)0)
DERIVATIVE(leaky_back, a > 0 ? (real)1 : leaky)
DERIVATIVE(identity_back, 1)

static void backward(const R(step) *s)
{
	static void (*const back[ACT_COUNT])(int, int, const real *, int, const real *, int, const real *, int,
	        real *) = {tanh_back, sigmoid_back, relu_back, leaky_back, identity_back};
	back[s->activation](s->B, s->H, s->dh, s->ldh, s->h, s->ldz, s->a, s->lda, s->delta);
}

static double max_slope(activation_id a)
{
	return a == ACT_SIGMOID ? 0.25 : 1;
}

static long saturated(const R(step) *s)
{
	if (s->activation == ACT_LEAKY_RELU || s->activation == ACT_IDENTITY)
		return -1;
	long n = 0;
	for (int b = 0; b < s->B; b++)
		for (int j = 0; j < s->H; j++) {
			real h = s->h[b * s->ldz + j];
			double slope = s->activation == ACT_TANH      ? 1 - (double)h * (double)h
			               : s->activation == ACT_SIGMOID ? 4 * (double)h * (1 - (double)h)
			                                              : h > 0;
			n += slope < 0.05;
		}
	return n;
}

const R(cell) R(cell_rnn) = {
        .name = "rnn",
        .summary = "simple recurrent net: h = φ(W h + U x + b)",
        .gates = 1,
        .groups = 1,
        .group = {{true, true, 0, 1}},
        .blocks = 3,
        .block = {{"rnn.weight_ih_l0", NULL, "W_ih", 0, PART_X, 1, {0}},
                {"rnn.weight_hh_l0", NULL, "W_hh", 0, PART_H, 1, {0}},
                {"rnn.bias_ih_l0", "rnn.bias_hh_l0", "b", 0, PART_ONE, 1, {0}}},
        .forward = forward,
        .backward = backward,
        .max_slope = max_slope,
        .saturated = saturated,
};
