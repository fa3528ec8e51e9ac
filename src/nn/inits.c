#include "nn/init.h"

#include "num/eig.h"

#include <math.h>

#define INIT(name) extern const R(init) R(init_##name);
#include "nn/inits.def"
#undef INIT

const R(init) *const R(inits)[] = {
#define INIT(name) &R(init_##name),
#include "nn/inits.def"
#undef INIT
};
const int R(inits_count) = sizeof R(inits) / sizeof *R(inits);

bool R(init_normal)(const R(init_job) *j, double sd)
{
	for (long i = 0; i < (long)j->rows * j->cols; i++)
		j->W[i] = sd * rng_gaussian(j->r);
	return true;
}

bool R(init_flat)(const R(init_job) *j, double sd)
{
	double a = sd * sqrt(3);
	for (long i = 0; i < (long)j->rows * j->cols; i++)
		j->W[i] = a * (2 * rng_uniform(j->r) - 1);
	return true;
}

static bool fill(const R(init) *how, const R(init_job) *j, err *e)
{
	if (!how->deviation)
		return how->fill(j, e);
	return how->flat ? R(init_flat)(j, how->deviation(j)) : R(init_normal)(j, how->deviation(j));
}

/* One gate's matrix. */
static bool draw(const R(init_job) *j, err *e)
{
	double rho, wanted = j->spec->rho;
	bool ok = j->sigma_given ? R(init_normal)(j, j->sigma) : fill(R(inits)[j->spec->init], j, e);
	if (!ok || !j->recurrent || wanted <= 0)
		return ok;
	if (!eig_spectral_radius(j->rows, j->W, &rho, e))
		return false;
	for (long i = 0; rho > 0 && i < (long)j->rows * j->cols; i++)
		j->W[i] *= wanted / rho;
	return true;
}

rng R(init_generator)(const init_spec *s, int block, mt19937 *twister)
{
	if (s->generator == GENERATOR_NUMPY)
		return rng_numpy(twister, (uint32_t)s->seed);
	return rng_make(s->seed, RNG_WEIGHTS, (uint64_t)block);
}

bool R(init_matrices)(
        int count, int rows, int cols, bool recurrent, double own, const init_spec *s, rng *r, double *W, err *e)
{
	for (int i = 0; i < count; i++) {
		double *at = W + (size_t)i * (size_t)rows * (size_t)cols;
		R(init_job) j = {rows, cols, recurrent, own > 0 ? own : s->sigma, own > 0, s, r, at};
		if (!draw(&j, e))
			return false;
	}
	return true;
}

void R(init_lru_ring)(rng *r, int n, double r_min, double r_max, double max_phase, double *nu_log, double *theta_log)
{
	for (int i = 0; i < n; i++) {
		/* 1 − u lies in (0, 1]: |λ| = 0 would be ν = ∞, and |λ| = 1 ν = 0, whose logarithms are kept finite */
		double square = (1 - rng_uniform(r)) * (r_max * r_max - r_min * r_min) + r_min * r_min;
		double nu = -0.5 * log(square), theta = max_phase * (1 - rng_uniform(r));
		nu_log[i] = log(nu > 1e-300 ? nu : 1e-300);
		theta_log[i] = log(theta > 1e-300 ? theta : 1e-300);
	}
}

void R(init_chrono)(rng *r, int n, double T_max, double *b_f, double *b_i)
{
	for (int i = 0; i < n; i++) {
		b_f[i] = log(1 + rng_uniform(r) * (T_max - 2));
		b_i[i] = -b_f[i];
	}
}
