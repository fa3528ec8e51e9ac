/* Linear recurrent unit (Orvieto et al. 2023): a diagonal of complex numbers inside the unit circle.
 *   λ = exp(−exp(ν) + i exp(θ))   x_t = λ ⊙ x_{t−1} + exp(γ) ⊙ (B u_t)   y_t = Re(C x_t) + D u_t
 * The row of h is [Re x | Im x], of a [Re B u | Im B u]; the readout's weights on it are [Re C | −Im C]. ν, θ, γ are
 * learned; γ starts at ln √(1 − |λ|²), |λ|² uniform on [r_min², r_max²]. */
#include "nn/cell.h"
#include "nn/init.h"

#include <math.h>
#include <string.h>

typedef struct R(pole) {
	real re, im, gain; /* λ, exp(γ) */
	real decay, angle; /* exp(ν), exp(θ) */
} R(pole);

/* Rows: Re λ, Im λ, exp(γ), exp(ν), exp(θ). */
static void prepare(const model_spec *spec, const real *own, real *fixed)
{
	int H = spec->hidden;
	for (int j = 0; j < H; j++) {
		double decay = exp((double)own[j]), angle = exp((double)own[H + j]), size = exp(-decay);
		fixed[j] = (real)(size * cos(angle));
		fixed[H + j] = (real)(size * sin(angle));
		fixed[2 * H + j] = (real)exp((double)own[2 * H + j]);
		fixed[3 * H + j] = (real)decay;
		fixed[4 * H + j] = (real)angle;
	}
}

static R(pole) pole(const R(step) *s, int j)
{
	const real *f = s->fixed + j;
	int H = s->H;
	return (R(pole)){f[0], f[H], f[2 * H], f[3 * H], f[4 * H]};
}

static void forward(const R(step) *s)
{
	int H = s->H;
	for (int j = 0; j < H; j++) {
		R(pole) p = pole(s, j);
		const real *a = s->a + j, *x = s->h_prev + j;
		real *h = s->h + j;
		for (int b = 0; b < s->B; b++, a += s->lda, x += s->ldz, h += s->ldz) {
			h[0] = p.re * x[0] - p.im * x[H] + p.gain * a[0];
			h[H] = p.re * x[H] + p.im * x[0] + p.gain * a[H];
		}
	}
}

/* dλ/dν = −exp(ν) λ, dλ/dθ = i exp(θ) λ */
static void backward(const R(step) *s)
{
	int H = s->H;
	for (int j = 0; j < H; j++) {
		R(pole) p = pole(s, j);
		const real *a = s->a + j, *x = s->h_prev + j;
		real *d = s->dh + j, *delta = s->delta + j;
		for (int b = 0; b < s->B; b++, a += s->lda, x += s->ldz, d += s->ldh, delta += s->lda) {
			real re = d[0], im = d[H];
			real lx = p.re * x[0] - p.im * x[H], ly = p.re * x[H] + p.im * x[0];
			delta[0] = p.gain * re;
			delta[H] = p.gain * im;
			delta[2 * H] = -p.decay * (re * lx + im * ly);
			delta[3 * H] = p.angle * (im * lx - re * ly);
			delta[4 * H] = p.gain * (re * a[0] + im * a[H]);
			d[0] = p.re * re + p.im * im;
			d[H] = p.re * im - p.im * re;
		}
	}
}

/* Rows: ν, θ, γ. */
static void start(const model_spec *spec, const init_spec *i, int block, rng *r, int rows, double *W)
{
	(void)block;
	(void)rows;
	int H = spec->hidden;
	R(init_lru_ring)(r, H, i->r_min, i->r_max, i->phase, W, W + H);
	for (int j = 0; j < H; j++) /* ln √(1 − |λ|²), |λ|² = exp(−2 exp(ν)) */
		W[2 * H + j] = 0.5 * log(fmax(-expm1(-2 * exp(W[j])), 1e-300));
}

/* [Re λ −Im λ; Im λ Re λ] */
static void transition(const model_spec *spec, const double *const *block, double *M)
{
	int H = spec->hidden, n = 2 * H;
	memset(M, 0, (size_t)n * (size_t)n * sizeof *M);
	for (int j = 0; j < H; j++) {
		double size = exp(-exp(block[1][j])), angle = exp(block[1][H + j]), re = size * cos(angle),
		       im = size * sin(angle);
		size_t here = (size_t)j * (size_t)n + (size_t)j;
		M[here] = M[here + (size_t)H * (size_t)n + (size_t)H] = re;
		M[here + (size_t)H] = -im;
		M[here + (size_t)H * (size_t)n] = im;
	}
}

const R(cell) R(cell_lru) = {
        .name = "lru",
        .summary = "linear recurrent unit: a diagonal of complex eigenvalues, started on a ring",
        .units = 2,
        .gates = 2,
        .own = 3,
        .fixed = 5,
        .prepare = prepare,
        .direct = true,
        .skip = true,
        .depth = 1,
        .spectrum_name = "λ",
        .groups = 2,
        .group = {{.x = true, .gates = 2}, {.one = true, .elementwise = true, .first_gate = 2, .gates = 3}},
        .blocks = 2,
        .block = {{"rnn.weight_ih_l%d", NULL, "B", 0, PART_X, 2, {0, 1}}, {.name = "rnn.poles_l%d",
                                                                                  .label = "ν, θ, γ",
                                                                                  .group = 1,
                                                                                  .part = PART_ONE,
                                                                                  .gates = 3,
                                                                                  .order = {0, 1, 2},
                                                                                  .own = true}},
        .forward = forward,
        .backward = backward,
        .max_slope = R(cell_no_slope),
        .start = start,
        .transition = transition,
};
