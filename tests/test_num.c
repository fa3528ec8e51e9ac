/* Matrix products, vector functions and decompositions, in both precisions and for every vector width. The file
 * includes itself once for each precision. */
#ifndef REAL_BITS

#include "base/rng.h"
#include "num/eig.h"
#include "num/level.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define REAL_BITS 32
#include "test_num.c"
#undef REAL_BITS
#undef NUM_REAL_H
#undef NUM_MAT_H
#undef NUM_VMATH_H
#undef NUM_WIDE_H
#undef R
#undef REAL_EPS
#undef REAL_PADDED
#undef WIDE_LOOPS
#define real real64
#define REAL_PAD REAL_PAD_64
#define MAT_SEGMENTS MAT_SEGMENTS_64
#define REAL_BITS 64
#include "test_num.c"

static void eigenvalues(void **unused)
{
	(void)unused;
	err e;
	/* rotation by 60° times 2, and a real eigenvalue −3 */
	const double A[9] = {1, -sqrt(3), 0, sqrt(3), 1, 0, 0, 0, -3};
	double re[3], im[3], sigma[3], rho;
	assert_true(eig_values(3, A, re, im, &e));
	assert_true(fabs(re[0] + 3) < 1e-14 && fabs(im[0]) < 1e-14);
	assert_true(fabs(re[1] - 1) < 1e-14 && fabs(fabs(im[1]) - sqrt(3)) < 1e-14);
	assert_true(eig_spectral_radius(3, A, &rho, &e) && fabs(rho - 3) < 1e-14);
	assert_true(eig_singular(3, 3, A, sigma, &e));
	assert_true(fabs(sigma[0] - 3) < 1e-14 && fabs(sigma[1] - 2) < 1e-14 && fabs(sigma[2] - 2) < 1e-14);
	const double bad[4] = {1, NAN, 0, 1};
	assert_false(eig_values(2, bad, re, im, &e));
	assert_false(eig_singular(2, 2, bad, sigma, &e));
}

/* A = [[.9, 10], [0, .9]]: the norm of a power grows before it falls. */
static void products(void **unused)
{
	(void)unused;
	err e;
	const double A[4] = {0.9, 10, 0, 0.9};
	static const struct {
		int k;
		double norm;
	} known[] = {{1, 10.1}, {5, 32.8}, {10, 38.7}, {20, 27.0}, {50, 2.86}, {100, 0.0295}};
	double P[4] = {1, 0, 0, 1}, next[4], sigma[2];
	for (int k = 1, i = 0; k <= 100; k++) {
		eig_product(2, 2, 2, A, P, next);
		memcpy(P, next, sizeof P);
		if (k != known[i].k)
			continue;
		assert_true(eig_singular(2, 2, P, sigma, &e));
		assert_true(fabs(sigma[0] / known[i].norm - 1) < 5e-3);
		i++;
	}
}

static void orthogonal(void **unused)
{
	(void)unused;
	enum { N = 64 };
	static double Q[N * N], sigma[N], v[N], u[N];
	err e;
	rng r = rng_make(1, 2, 3);
	for (int i = 0; i < N * N; i++)
		Q[i] = rng_gaussian(&r);
	assert_true(eig_orthogonal(N, Q, &e));
	assert_true(eig_singular(N, N, Q, sigma, &e));
	assert_true(fabs(sigma[0] - 1) < 1e-13 && fabs(sigma[N - 1] - 1) < 1e-13);
	/* a linear product of a thousand steps keeps the norm */
	v[0] = 1;
	for (int k = 0; k < 1000; k++) {
		eig_product(N, N, 1, Q, v, u);
		memcpy(v, u, sizeof v);
	}
	double norm = 0;
	for (int i = 0; i < N; i++)
		norm += v[i] * v[i];
	assert_true(fabs(sqrt(norm) - 1) < 1e-12);
}

/* The largest singular value alone, of matrices whose largest ones lie apart, close together or on top of each other,
 * from a hint that is right, wrong or missing. */
static void norms(void **unused)
{
	(void)unused;
	enum { N = 100 };
	static const int sizes[] = {1, 5, 13, 40, N};
	static double A[N * N], Q[N * N], P[N * N], D[N * N], sigma[N], v[N];
	double *work = malloc(eig_norm_work(N) * sizeof *work), norm;
	err e;
	rng r = rng_make(4, 5, 6);
	for (int i = 0; i < 5 * 6; i++) {
		int n = sizes[i / 6], kind = i % 6;
		for (int k = 0; k < n * n; k++) {
			A[k] = kind == 5 ? 0 : rng_gaussian(&r);
			Q[k] = rng_gaussian(&r);
		}
		memset(D, 0, sizeof D);
		for (int k = 0; k < n; k++) /* far apart; almost one; one */
			D[k * n + k] = kind == 1 ? pow(10, -3 * k) : kind == 2 ? 1 - 1e-7 * k : 1;
		if (kind >= 1 && kind <= 3) { /* Q D Aᵀ with orthogonal Q and A */
			assert_true(eig_orthogonal(n, Q, &e) && eig_orthogonal(n, A, &e));
			eig_product(n, n, n, Q, D, P);
			eig_product(n, n, n, P, A, D);
			memcpy(A, D, sizeof A);
		}
		assert_true(eig_singular(n, n, A, sigma, &e));
		memset(v, 0, sizeof v);
		v[0] = kind == 4; /* a hint that says nothing */
		for (int again = 0; again < 2; again++) {
			assert_true(eig_norm(n, n, A, v, work, &norm, &e));
			assert_true(fabs(norm - sigma[0]) <= 2e-10 * sigma[0]);
		}
	}
	A[3] = INFINITY;
	assert_false(eig_norm(N, N, A, v, work, &norm, &e));
	free(work);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(products_agree_f32), cmocka_unit_test(products_agree_f64),
	        cmocka_unit_test(widths_agree_f32), cmocka_unit_test(widths_agree_f64), cmocka_unit_test(functions_f32),
	        cmocka_unit_test(functions_f64), cmocka_unit_test(edges_f32), cmocka_unit_test(edges_f64),
	        cmocka_unit_test(sums_f32), cmocka_unit_test(sums_f64), cmocka_unit_test(eigenvalues),
	        cmocka_unit_test(products), cmocka_unit_test(orthogonal), cmocka_unit_test(norms)};
	return cmocka_run_group_tests_name("num", tests, NULL, NULL);
}

#else /* once for each precision */

#include "num/mat.h"
#include "num/vmath.h"
#include "num/wide.h"

#if REAL_BITS == 32
#define ABS(x) fabsf(x)
#else
#undef ABS
#define ABS(x) fabs(x)
#endif

/* Widths that this processor runs, narrowest first. */
static int R(widths)(const R(mat) **mat, const R(vmath) **math)
{
	int n = 0;
	mat[n] = &R(mat_native_base);
	math[n++] = &R(vmath_base);
#if defined __x86_64__
	if (wide_level() >= 1) {
		mat[n] = &R(mat_native_v3);
		math[n++] = &R(vmath_v3);
	}
	if (wide_level() >= 2) {
		mat[n] = &R(mat_native_v4);
		math[n++] = &R(vmath_v4);
	}
#endif
	return n;
}

static real *R(filled)(size_t n, uint64_t stream)
{
	real *x = aligned_alloc(64, (n * sizeof *x + 1024) / 64 * 64);
	rng r = rng_make(5, stream, n);
	for (size_t i = 0; i < n; i++)
		x[i] = (real)rng_gaussian(&r);
	return x;
}

static const int R(shapes)[][3] = {{1, 1, 1}, {2, 3, 1}, {5, 16, 7}, {8, 16, 19}, {19, 16, 8}, {20, 100, 103},
        {103, 100, 20}, {7, 33, 5}, {13, 64, 2}, {6, 129, 31}, {1, 17, 300}, {12, 4, 9}};

/* Every backend against plain double sums; what stands beside the result is not touched. */
static void R(products_agree)(void **unused)
{
	(void)unused;
	const R(mat) *backends[4];
	const R(vmath) *math[4];
	int n_backends = R(widths)(backends, math);
	backends[n_backends++] = &R(mat_blas);
	for (size_t s = 0; s < sizeof R(shapes) / sizeof *R(shapes); s++) {
		int m = R(shapes)[s][0], n = R(shapes)[s][1], k = R(shapes)[s][2];
		int lda = REAL_PADDED(k) + REAL_PAD, ldt = REAL_PADDED(m), ldb = REAL_PADDED(n),
		    ldc = REAL_PADDED(n) + REAL_PAD;
		real *A = R(filled)((size_t)(m * lda + REAL_PAD), 1), *At = R(filled)((size_t)(k * ldt + REAL_PAD), 2);
		real *B = R(filled)((size_t)(k * ldb + REAL_PAD), 3), *C0 = R(filled)((size_t)(m * ldc + REAL_PAD), 4);
		real *C = R(filled)((size_t)(m * ldc + REAL_PAD), 4),
		     *scratch = R(filled)((size_t)(m * ldc + REAL_PAD), 5);
		size_t size = (size_t)(m * ldc) * sizeof(real);
		double tolerance = 4 * (double)REAL_EPS * sqrt(k) * 4;
		for (int w = 0; w < n_backends; w++)
			for (int add = 0; add < 2; add++) {
				memcpy(C, C0, size);
				backends[w]->product(m, n, k, A, lda, B, ldb, add, C, ldc);
				for (int i = 0; i < m; i++)
					for (int j = 0; j < ldc; j++) {
						double sum = add ? (double)C0[i * ldc + j] : 0;
						for (int q = 0; q < k; q++)
							sum += (double)A[i * lda + q] *
							       (double)(j < n ? B[q * ldb + j] : 0);
						if (j >= n)
							assert_true(C[i * ldc + j] == C0[i * ldc + j]);
						else if (!(fabs((double)C[i * ldc + j] - sum) <=
						                 tolerance * (1 + fabs(sum)) * sqrt(k)))
							fail_msg("%s product %dx%dx%d: %g, not %g", backends[w]->name,
							        m, n, k, (double)C[i * ldc + j], sum);
					}
				/* outer: segments of one row, then the rest */
				int end[2] = {1, m}, segments = m > 1 ? 2 : 1;
				double squares[2] = {-1, -1}, expected[2] = {0, 0};
				memcpy(C, C0, size);
				backends[w]->outer(m, n, k, At, ldt, B, ldb, (real)0.5, C, ldc, add ? segments : 0, end,
				        squares, scratch);
				for (int i = 0; i < m; i++)
					for (int j = 0; j < ldc; j++) {
						double sum = 0;
						for (int q = 0; q < k && j < n; q++)
							sum += (double)At[q * ldt + i] * (double)B[q * ldb + j];
						expected[i > 0] += sum * sum;
						sum = sum / 2 + (double)C0[i * ldc + j];
						if (j >= n)
							assert_true(C[i * ldc + j] == C0[i * ldc + j]);
						else if (!(fabs((double)C[i * ldc + j] - sum) <=
						                 tolerance * (1 + fabs(sum)) * sqrt(k)))
							fail_msg("%s outer %dx%dx%d: %g, not %g", backends[w]->name, m,
							        n, k, (double)C[i * ldc + j], sum);
					}
				for (int q = 0; q < segments && add; q++)
					if (!(fabs(squares[q] - expected[q]) <= 20 * tolerance * (expected[q] + 1e-30)))
						fail_msg("%s outer %dx%dx%d: squares %g, not %g", backends[w]->name, m,
						        n, k, squares[q], expected[q]);
			}
		free(A);
		free(At);
		free(B);
		free(C);
		free(C0);
		free(scratch);
	}
}

/* The native products and functions give the same bits for every width. */
static void R(widths_agree)(void **unused)
{
	(void)unused;
	const R(mat) *mat[4];
	const R(vmath) *math[4];
	int widths = R(widths)(mat, math);
	enum { M = 37, N = 83, K = 29, LD = 96 };
	real *A = R(filled)(K * LD + M * LD, 1), *B = R(filled)((M + K) * LD, 2);
	real *first = calloc((M + 1) * LD, sizeof *first), *other = calloc((M + 1) * LD, sizeof *other);
	for (int w = 0; w < widths; w++)
		for (int what = 0; what < 6; what++) {
			double squares[3] = {0}, reference[3] = {0};
			for (int pass = 0; pass < 2; pass++) {
				const R(mat) *p = mat[pass ? w : 0];
				const R(vmath) *v = math[pass ? w : 0];
				real *to = pass ? other : first;
				double *sq = pass ? squares : reference;
				memset(to, 0, (M + 1) * LD * sizeof *to);
				if (what == 0)
					p->product(M, N, K, A, LD, B, LD, 0, to, LD);
				else if (what == 1)
					p->outer(M, N, K, A, LD, B, LD, 1, to, LD, 3, (int[]){5, 20, M}, sq, NULL);
				else if (what == 2)
					p->outer(M, 11, K, A, LD, B, LD, 1, to, LD, 3, (int[]){5, 20, M}, sq, NULL);
				else if (what == 3)
					v->tanh(M, N, B, LD, to, LD);
				else if (what == 4)
					v->sigmoid(M, N, B, LD, to, LD);
				else
					sq[0] = v->add_rows(M, N, B, LD, (real)0.3, to, LD);
				if (what == 3)
					v->squares(3, N, B, LD, 1, sq);
			}
			assert_memory_equal(first, other, (M + 1) * LD * sizeof *first);
			assert_memory_equal(squares, reference, sizeof squares);
		}
	free(A);
	free(B);
	free(first);
	free(other);
}

typedef void R(rows_fn)(int, int, const real *, int, real *, int);

static double R(exact)(int which, double x)
{
	return which == 0 ? exp(x) : which == 1 ? tanh(x) : x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}

/* Against libm in double, in units of the last place, over the whole range. */
static void R(functions)(void **unused)
{
	(void)unused;
	const R(mat) *mat[4];
	const R(vmath) *math[4];
	int widths = R(widths)(mat, math);
	enum { N = 20000 };
	real *x = calloc(N + REAL_PAD, sizeof *x), *y = calloc(N + REAL_PAD, sizeof *y);
	static const double limit[3] = {3, 6, 6}; /* ulp */
	for (int w = 0; w < widths; w++)
		for (int which = 0; which < 3; which++) {
			R(rows_fn) *f = which == 0 ? math[w]->exp : which == 1 ? math[w]->tanh : math[w]->sigmoid;
			double worst = 0, where = 0;
			for (int range = 0; range < 3; range++) {
				static const double reach[3] = {1e-3, 3, 80};
				for (int i = 0; i < N; i++)
					x[i] = (real)(reach[range] * (2.0 * i / N - 1));
				f(1, N, x, N, y, N);
				for (int i = 0; i < N; i++) {
					double e = R(exact)(which, (double)x[i]);
					double ulp = fabs(e) * (double)REAL_EPS / 2;
					double error = fabs((double)y[i] - e) / (ulp > 0 ? ulp : 1);
					if (error > worst) {
						worst = error;
						where = (double)x[i];
					}
				}
			}
			if (worst > 2 * limit[which])
				fail_msg("%s: function %d is off by %.1f half ulp at %g", math[w]->name, which, worst,
				        where);
		}
	free(x);
	free(y);
}

static void R(edges)(void **unused)
{
	(void)unused;
	const R(mat) *mat[4];
	const R(vmath) *math[4];
	int widths = R(widths)(mat, math);
	const double points[] = {
	        0.0, -0.0, 1e-30, -1e-30, 1e-8, 20, -20, 100, -100, 1e4, -1e4, INFINITY, -INFINITY, NAN, 0.624, 8.9};
	enum { N = sizeof points / sizeof *points };
	real x[REAL_PAD * 2], y[REAL_PAD * 2];
	assert_int_equal(N, 16);
	for (int i = 0; i < N; i++)
		x[i] = (real)points[i];
	for (int w = 0; w < widths; w++)
		for (int which = 0; which < 3; which++) {
			R(rows_fn) *f = which == 0 ? math[w]->exp : which == 1 ? math[w]->tanh : math[w]->sigmoid;
			f(1, N, x, N, y, N);
			for (int i = 0; i < N; i++) {
				double e = (double)(real)R(exact)(which, (double)x[i]);
				if (isnan(e) != isnan(y[i]) || isinf(e) != isinf(y[i]))
					fail_msg("%s: function %d of %g gives %g, not %g", math[w]->name, which,
					        points[i], (double)y[i], e);
				if (isfinite(e) &&
				        !(fabs((double)y[i] - e) <=
				                8 * (double)REAL_EPS * fabs(e) +
				                        2 * (double)(REAL_BITS == 32 ? FLT_MIN * FLT_EPSILON
				                                                     : DBL_MIN * DBL_EPSILON)))
					fail_msg("%s: function %d of %g gives %g, not %g", math[w]->name, which,
					        points[i], (double)y[i], e);
			}
			if (which == 1) /* tanh keeps the sign of zero */
				assert_true(signbit(y[1]) && !signbit(y[0]));
		}
}

static void R(sums)(void **unused)
{
	(void)unused;
	const R(mat) *mat[4];
	const R(vmath) *math[4];
	int widths = R(widths)(mat, math);
	enum { M = 7, N = 45, LD = 48 };
	real *x = R(filled)(M * LD, 9);
	for (int w = 0; w < widths; w++) {
		double out[4], sum = 0, top = 0;
		math[w]->squares(M, N, x, LD, 2, out);
		for (int i = 0; i < M; i++)
			for (int j = 0; j < N; j++) {
				sum += (double)x[i * LD + j] * (double)x[i * LD + j];
				top = fmax(top, fabs((double)x[i * LD + j]));
			}
		assert_true(fabs(out[0] + out[1] + out[2] + out[3] - sum) < 1e-5 * sum);
		assert_true((double)math[w]->max_abs(M, N, x, LD) == top);
		x[3 * LD + 7] = (real)NAN;
		assert_true(isinf(math[w]->max_abs(M, N, x, LD)));
		x[3 * LD + 7] = 0;
	}
	free(x);
}

#endif
