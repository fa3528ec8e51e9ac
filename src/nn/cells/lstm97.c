/* Long short-term memory of 1997 (Hochreiter, Schmidhuber): no forget gate.
 *   i, o = σ(·)   g = 4 σ(·) − 2   c_t = c_{t−1} + i ⊙ g   h_t = o ⊙ (2 σ(c_t) − 1)
 * Row of a: [i | g | o], with σ of all three; row of s: [c | σ(c)]. */
#include "nn/cell.h"

static void forward(const R(step) *s)
{
	int H = s->H;
	s->v->sigmoid(s->B, 3 * H, s->a, s->lda, s->a, s->lda);
	for (int b = 0; b < s->B; b++) {
		const real *a = s->a + (size_t)b * (size_t)s->lda, *c_prev = s->s_prev + (size_t)b * (size_t)s->lds;
		real *c = s->s + (size_t)b * (size_t)s->lds;
		for (int j = 0; j < H; j++)
			c[j] = c_prev[j] + a[j] * (4 * a[H + j] - 2);
	}
	s->v->sigmoid(s->B, H, s->s, s->lds, s->s + H, s->lds);
	for (int b = 0; b < s->B; b++) {
		const real *a = s->a + (size_t)b * (size_t)s->lda, *c = s->s + (size_t)b * (size_t)s->lds;
		real *h = s->h + (size_t)b * (size_t)s->ldz;
		for (int j = 0; j < H; j++)
			h[j] = a[2 * H + j] * (2 * c[H + j] - 1);
	}
}

static void backward(const R(step) *s)
{
	int H = s->H;
	for (int b = 0; b < s->B; b++) {
		const real *a = s->a + (size_t)b * (size_t)s->lda, *c = s->s + (size_t)b * (size_t)s->lds;
		real *ds = s->ds + (size_t)b * (size_t)s->lds, *delta = s->delta + (size_t)b * (size_t)s->lda;
		const real *dh = s->dh + (size_t)b * (size_t)s->ldh;
		for (int j = 0; j < H; j++) {
			real i = a[j], g = a[H + j], o = a[2 * H + j], u = c[H + j];
			real dc = ds[j] + dh[j] * o * 2 * u * (1 - u);
			delta[j] = dc * (4 * g - 2) * i * (1 - i);
			delta[H + j] = dc * i * 4 * g * (1 - g);
			delta[2 * H + j] = dh[j] * (2 * u - 1) * o * (1 - o);
			ds[j] = dc;
		}
	}
}

/* the constant error carousel */
static real keep(const R(step) *s, int b, int j)
{
	(void)s;
	(void)b;
	(void)j;
	return 1;
}

const R(cell) R(cell_lstm97) = {
        .name = "lstm97",
        .summary = "long short-term memory of 1997, without a forget gate",
        .gates = 3,
        .state = 2,
        .has_state = true,
        .depth = 1,
        .spectrum_block = 1,
        .spectrum_gate = 1,
        .spectrum_name = "W_hg",
        .groups = 1,
        .group = {{.h = true, .one = true, .x = true, .gates = 3}},
        .blocks = 3,
        .block = {{"rnn.weight_ih_l%d", NULL, "W_ih", 0, PART_X, 3, {0, 1, 2}},
                {"rnn.weight_hh_l%d", NULL, "W_hh", 0, PART_H, 3, {0, 1, 2}},
                {"rnn.bias_ih_l%d", NULL, "b", 0, PART_ONE, 3, {0, 1, 2}}},
        .forward = forward,
        .backward = backward,
        .max_slope = R(cell_no_slope),
        .gate = {{"i", 0}, {"o", 2}},
        .keep = keep,
};
