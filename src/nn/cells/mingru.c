/* minGRU (Feng et al. 2024): z = σ(W_z x + b_z), c = W_c x + b_c, h_t = (1 − z) ⊙ h_{t−1} + z ⊙ c. The gates do not see
 * h. Row of a: [z | c]. */
#include "nn/cell.h"

static void forward(const R(step) *s)
{
	int H = s->H;
	s->v->sigmoid(s->B, H, s->a, s->lda, s->a, s->lda);
	for (int b = 0; b < s->B; b++) {
		const real *z = s->a + (size_t)b * (size_t)s->lda, *h_prev = s->h_prev + (size_t)b * (size_t)s->ldz;
		real *h = s->h + (size_t)b * (size_t)s->ldz;
		for (int j = 0; j < H; j++)
			h[j] = (1 - z[j]) * h_prev[j] + z[j] * z[H + j];
	}
}

static void backward(const R(step) *s)
{
	int H = s->H;
	for (int b = 0; b < s->B; b++) {
		const real *z = s->a + (size_t)b * (size_t)s->lda, *h_prev = s->h_prev + (size_t)b * (size_t)s->ldz;
		real *dh = s->dh + (size_t)b * (size_t)s->ldh, *delta = s->delta + (size_t)b * (size_t)s->lda;
		for (int j = 0; j < H; j++) {
			delta[j] = dh[j] * (z[H + j] - h_prev[j]) * z[j] * (1 - z[j]);
			delta[H + j] = dh[j] * z[j];
			dh[j] *= 1 - z[j];
		}
	}
}

static real keep(const R(step) *s, int b, int j)
{
	return 1 - s->a[(size_t)b * (size_t)s->lda + (size_t)j];
}

const R(cell) R(cell_mingru) = {
        .name = "mingru",
        .summary = "minimal gated unit whose gate sees only the input",
        .gates = 2,
        .direct = true,
        .groups = 1,
        .group = {{.one = true, .x = true, .gates = 2}},
        .blocks = 2,
        .block = {{"rnn.weight_ih_l%d", NULL, "W_ih", 0, PART_X, 2, {0, 1}},
                {.name = "rnn.bias_ih_l%d", .label = "b", .part = PART_ONE, .gates = 2, .order = {0, 1}, .keep = -1}},
        .forward = forward,
        .backward = backward,
        .max_slope = R(cell_no_slope),
        .gate = {{"z", 0}},
        .keep = keep,
};
