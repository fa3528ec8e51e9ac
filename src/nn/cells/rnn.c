/* Elman's simple recurrent net: h_t = φ(W h_{t−1} + U x_t + b); leaky: h_t = α h_{t−1} + (1 − α) φ(W h_{t−1} + U x_t +
 * b). */
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

static void activate(const R(step) *s, real *out, int ldo)
{
	switch (s->spec->activation) {
	case ACT_TANH:
		s->v->tanh(s->B, s->H, s->a, s->lda, out, ldo);
		break;
	case ACT_SIGMOID:
		s->v->sigmoid(s->B, s->H, s->a, s->lda, out, ldo);
		break;
	case ACT_RELU:
		relu(s->B, s->H, s->a, s->lda, 0, out, ldo);
		break;
	case ACT_LEAKY_RELU:
		relu(s->B, s->H, s->a, s->lda, leaky, out, ldo);
		break;
	default:
		relu(s->B, s->H, s->a, s->lda, 1, out, ldo);
	}
}

/* h = α h_{t−1} + (1 − α) u with u = φ(a), which replaces a */
WIDE_LOOPS static void leak_in(int m, int n, real keep, const real *restrict u, int ldu, const real *restrict h_prev,
        real *restrict h, int ldz)
{
	for (int b = 0; b < m; b++, u += ldu, h_prev += ldz, h += ldz)
		for (int j = 0; j < n; j++)
			h[j] = keep * h_prev[j] + (1 - keep) * u[j];
}

void R(plain_forward)(const R(step) *s)
{
	bool leaks = s->spec->leak > 0;
	activate(s, leaks ? s->a : s->h, leaks ? s->lda : s->ldz);
	if (leaks)
		leak_in(s->B, s->H, (real)s->spec->leak, s->a, s->lda, s->h_prev, s->h, s->ldz);
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

/* dh → (1 − α) dh in δ's stead and α dh on the direct way; the slope comes from u = φ(a) for every activation: relu's
 * sign is that of a. */
static void share(int m, int n, real keep, real *dh, int ldh, real *delta, int lda)
{
	for (int b = 0; b < m; b++, dh += ldh, delta += lda)
		for (int j = 0; j < n; j++) {
			delta[j] *= 1 - keep;
			dh[j] *= keep;
		}
}

void R(plain_backward)(const R(step) *s)
{
	static void (*const back[ACT_COUNT])(int, int, const real *, int, const real *, int, const real *, int,
	        real *) = {tanh_back, sigmoid_back, relu_back, leaky_back, identity_back};
	bool leaks = s->spec->leak > 0;
	back[s->spec->activation](
	        s->B, s->H, s->dh, s->ldh, leaks ? s->a : s->h, leaks ? s->lda : s->ldz, s->a, s->lda, s->delta);
	if (leaks)
		share(s->B, s->H, (real)s->spec->leak, s->dh, s->ldh, s->delta, s->lda);
}

double R(plain_max_slope)(const model_spec *s)
{
	return s->activation == ACT_SIGMOID ? 0.25 : 1;
}

const real *R(plain_squashed)(const R(step) *s, int *ld, activation_id *act)
{
	bool leaks = s->spec->leak > 0;
	*act = s->spec->activation;
	*ld = leaks ? s->lda : s->ldz;
	return leaks ? s->a : s->h;
}

const R(cell) R(cell_rnn) = {
        .name = "rnn",
        .summary = "simple recurrent net: h = φ(W h + U x + b)",
        .gates = 1,
        .omega = true,
        .depth = 1,
        .spectrum_block = 1,
        .spectrum_name = "W_hh",
        .groups = 1,
        .group = {{.h = true, .one = true, .x = true, .gates = 1}},
        .blocks = 3,
        .block = {{"rnn.weight_ih_l%d", NULL, "W_ih", 0, PART_X, 1, {0}},
                {"rnn.weight_hh_l%d", NULL, "W_hh", 0, PART_H, 1, {0}},
                {"rnn.bias_ih_l%d", "rnn.bias_hh_l%d", "b", 0, PART_ONE, 1, {0}}},
        .forward = R(plain_forward),
        .backward = R(plain_backward),
        .max_slope = R(plain_max_slope),
        .squashed = R(plain_squashed),
};
