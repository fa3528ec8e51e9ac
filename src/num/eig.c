/* The only file that knows LAPACK. */
#include "num/eig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Fortran LAPACK and OpenBLAS's own controls; their headers are packaged differently everywhere, the symbols are not.
 */
void dgeev_(const char *jobvl, const char *jobvr, const int *n, double *a, const int *lda, double *wr, double *wi,
        double *vl, const int *ldvl, double *vr, const int *ldvr, double *work, const int *lwork, int *info);
void dgesdd_(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s, double *u,
        const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork, int *iwork, int *info);
void dgeqrf_(
        const int *m, const int *n, double *a, const int *lda, double *tau, double *work, const int *lwork, int *info);
void dorgqr_(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau, double *work,
        const int *lwork, int *info);
void dgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k, const double *alpha,
        const double *a, const int *lda, const double *b, const int *ldb, const double *beta, double *c,
        const int *ldc);
void dsyrk_(const char *uplo, const char *trans, const int *n, const int *k, const double *alpha, const double *a,
        const int *lda, const double *beta, double *c, const int *ldc);
void dsymv_(const char *uplo, const int *n, const double *alpha, const double *a, const int *lda, const double *x,
        const int *incx, const double *beta, double *y, const int *incy);
void dstev_(const char *jobz, const int *n, double *d, double *e, double *z, const int *ldz, double *work, int *info);
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);
void openblas_set_num_threads(int threads);
char *openblas_get_corename(void);

void eig_one_thread(void)
{
	openblas_set_num_threads(1);
}

const char *eig_core_name(void)
{
	return openblas_get_corename();
}

static bool all_finite(size_t n, const double *a)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(a[i]))
			return false;
	return true;
}

static bool no_memory(err *e)
{
	return err_machine(e, "no memory for a matrix decomposition; lower the knob hidden");
}

static void sort_by_size(int n, double *re, double *im)
{
	for (int i = 1; i < n; i++) {
		double r = re[i], m = im[i], size = hypot(r, m);
		int j = i;
		for (; j > 0 && hypot(re[j - 1], im[j - 1]) < size; j--) {
			re[j] = re[j - 1];
			im[j] = im[j - 1];
		}
		re[j] = r;
		im[j] = m;
	}
}

bool eig_values(int n, const double *A, double *re, double *im, err *e)
{
	size_t nn = (size_t)n * (size_t)n;
	if (!all_finite(nn, A))
		return err_check(e, "the matrix has entries that are not finite");
	int lwork = 64 * n, info = 0, one = 1;
	double *a = malloc((nn + (size_t)lwork) * sizeof *a);
	if (!a)
		return no_memory(e);
	memcpy(a, A, nn * sizeof *a); /* LAPACK reads the transpose: same eigenvalues */
	dgeev_("N", "N", &n, a, &n, re, im, NULL, &one, NULL, &one, a + nn, &lwork, &info);
	free(a);
	if (info)
		return err_check(e, "the eigenvalues did not converge");
	sort_by_size(n, re, im);
	return true;
}

bool eig_singular(int m, int n, const double *A, double *sigma, err *e)
{
	size_t mn = (size_t)m * (size_t)n;
	if (!all_finite(mn, A))
		return err_check(e, "the matrix has entries that are not finite");
	int small = m < n ? m : n, large = m < n ? n : m, lwork = 64 * (small + large) + 8 * small, info = 0, one = 1;
	double *a = malloc((mn + (size_t)lwork) * sizeof *a);
	int *iwork = malloc(8 * (size_t)small * sizeof *iwork);
	if (a && iwork) {
		memcpy(a, A, mn * sizeof *a);
		dgesdd_("N", &n, &m, a, &n, sigma, NULL, &one, NULL, &one, a + mn, &lwork, iwork, &info);
	}
	bool memory = a && iwork;
	free(a);
	free(iwork);
	if (!memory)
		return no_memory(e);
	return info ? err_check(e, "the singular values did not converge") : true;
}

bool eig_spectral_radius(int n, const double *A, double *rho, err *e)
{
	double *re = malloc(2 * (size_t)n * sizeof *re);
	if (!re)
		return no_memory(e);
	bool ok = eig_values(n, A, re, re + n, e);
	if (ok)
		*rho = hypot(re[0], re[n]);
	free(re);
	return ok;
}

bool eig_orthogonal(int n, double *A, err *e)
{
	int lwork = 64 * n, info = 0;
	double *work = malloc(((size_t)lwork + 2 * (size_t)n) * sizeof *work);
	if (!work)
		return no_memory(e);
	double *tau = work + lwork, *sign = tau + n;
	dgeqrf_(&n, &n, A, &n, tau, work, &lwork, &info);
	for (int i = 0; i < n; i++)
		sign[i] = A[(size_t)i * (size_t)n + (size_t)i] < 0 ? -1 : 1;
	if (!info)
		dorgqr_(&n, &n, &n, A, &n, tau, work, &lwork, &info);
	for (int j = 0; j < n; j++) /* column j of Q is row j of the row-major A */
		for (int i = 0; i < n; i++)
			A[(size_t)j * (size_t)n + (size_t)i] *= sign[j];
	free(work);
	return info ? err_check(e, "the QR decomposition failed") : true;
}

static void fix_sign(int n, double *v)
{
	int most = 0;
	for (int i = 1; i < n; i++)
		if (fabs(v[i]) > fabs(v[most]))
			most = i;
	for (int i = 0; i < n && v[most] < 0; i++)
		if (i != most)
			v[i] = -v[i];
	v[most] = fabs(v[most]);
}

bool eig_principal(int m, int n, const double *A, int k, double *sigma, double *V, err *e)
{
	/* row-major A is column-major Aᵀ (n × m), whose left singular vectors are the right ones of A */
	size_t mn = (size_t)m * (size_t)n;
	int small = m < n ? m : n, info = 0, ask = -1;
	double size = 0;
	if (k > small)
		return err_check(e, "%d principal directions of a matrix of rank %d at most", k, small);
	if (!all_finite(mn, A))
		return err_check(e, "the matrix has entries that are not finite");
	dgesdd_("S", &n, &m, NULL, &n, NULL, NULL, &n, NULL, &small, &size, &ask, NULL, &info);
	int lwork = (int)size;
	double *a = malloc((mn + (size_t)small * (size_t)(m + n + 1) + (size_t)lwork) * sizeof *a);
	int *iwork = malloc(8 * (size_t)small * sizeof *iwork);
	if (!a || !iwork) {
		free(a);
		free(iwork);
		return no_memory(e);
	}
	double *u = a + mn, *vt = u + (size_t)n * (size_t)small, *s = vt + (size_t)small * (size_t)m, *work = s + small;
	memcpy(a, A, mn * sizeof *a);
	dgesdd_("S", &n, &m, a, &n, s, u, &n, vt, &small, work, &lwork, iwork, &info);
	for (int i = 0; i < k && !info; i++) {
		sigma[i] = s[i];
		memcpy(V + (size_t)i * (size_t)n, u + (size_t)i * (size_t)n, (size_t)n * sizeof *V);
		fix_sign(n, V + (size_t)i * (size_t)n);
	}
	free(a);
	free(iwork);
	return info ? err_check(e, "the singular vectors did not converge") : true;
}

void eig_product(int m, int k, int n, const double *A, const double *B, double *C)
{
	double one = 1, zero = 0;
	/* row-major C = A B is column-major Cᵀ = Bᵀ Aᵀ */
	dgemm_("N", "N", &n, &m, &k, &one, B, &n, A, &k, &zero, C, &n);
}

/* ---- the largest singular value alone ---- */

enum { SMALL = 12, BASIS = 48 };
static const double CLOSE = 1e-10; /* relative, of its square */

size_t eig_norm_work(int n)
{
	return 2 * (size_t)n * (size_t)n + (BASIS + 2) * (size_t)n + BASIS * (BASIS + 6);
}

static double dot(int n, const double *a, const double *b)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

static void add_times(int n, double factor, const double *a, double *to)
{
	for (int i = 0; i < n; i++)
		to[i] += factor * a[i];
}

/* Scales a vector to length 1; false when that is impossible. */
static bool make_unit(int n, double *v)
{
	double length = sqrt(dot(n, v, v));
	if (!(length > 0) || !isfinite(length))
		return false;
	for (int i = 0; i < n; i++)
		v[i] /= length;
	return true;
}

/* The hint with a little of every direction, so that none is missed for ever. */
static void begin_at(int n, const double *hint, double *v)
{
	double length = sqrt(dot(n, hint, hint));
	for (int i = 0; i < n; i++) {
		double some = sin(1.7 * (i + 1) + 0.3 * i * i);
		v[i] = length > 0 ? hint[i] / length + 1e-3 * some : some;
	}
	make_unit(n, v);
}

/* A Krylov space of G (n × n, upper triangle) with its tridiagonal matrix. */
typedef struct krylov {
	int n, size;
	const double *G;
	double *basis;          /* (size + 1) × n */
	double *along, *beside; /* diagonal; the one beside it */
	double *scratch, *pick; /* 2 BASIS; eigenvectors of the tridiagonal, with 2 BASIS to work in */
} krylov;

/* Up to `size` vectors, or until the space is closed. */
static void grow(krylov *k, int size)
{
	const int one = 1;
	const double unit = 1, zero = 0;
	for (bool open = true; k->size < size && open; k->size++) {
		const double *v = k->basis + (size_t)k->size * (size_t)k->n;
		double *next = k->basis + (size_t)(k->size + 1) * (size_t)k->n;
		dsymv_("U", &k->n, &unit, k->G, &k->n, v, &one, &zero, next, &one);
		k->along[k->size] = dot(k->n, v, next);
		for (int twice = 0; twice < 2; twice++)
			for (int i = 0; i <= k->size; i++) {
				const double *b = k->basis + (size_t)i * (size_t)k->n;
				add_times(k->n, -dot(k->n, b, next), b, next);
			}
		double rest = sqrt(dot(k->n, next, next));
		open = rest > 1e-14 * fabs(k->along[0]) && k->size + 1 < k->n;
		k->beside[k->size] = open ? rest : 0;
		if (open)
			make_unit(k->n, next);
		else
			size = k->size + 1;
	}
}

/* The largest eigenvalue of G within the space, and its vector. */
static bool largest_in(const krylov *k, double *value, double *v)
{
	double *d = k->scratch, *o = d + BASIS, *work = k->pick + BASIS * BASIS;
	int info = 0, size = k->size, ld = BASIS;
	memcpy(d, k->along, (size_t)size * sizeof *d);
	memcpy(o, k->beside, (size_t)size * sizeof *o);
	dstev_("V", &size, d, o, k->pick, &ld, work, &info);
	if (info)
		return false;
	memset(v, 0, (size_t)k->n * sizeof *v);
	for (int i = 0; i < size; i++)
		add_times(
		        k->n, k->pick[(size_t)(size - 1) * BASIS + (size_t)i], k->basis + (size_t)i * (size_t)k->n, v);
	*value = d[size - 1];
	return isfinite(*value) && make_unit(k->n, v);
}

/* No eigenvalue of G lies above `value` (1 + CLOSE): what would be left over has a Cholesky factor. */
static bool is_top(int n, const double *G, double value, double *room)
{
	size_t nn = (size_t)n * (size_t)n;
	int info = 0;
	for (size_t i = 0; i < nn; i++)
		room[i] = -G[i];
	for (int i = 0; i < n; i++)
		room[(size_t)i * (size_t)n + (size_t)i] += value * (1 + CLOSE);
	dpotrf_("U", &n, room, &n, &info);
	return info == 0;
}

/* The square of the norm is the largest eigenvalue of G = AᵀA: Lanczos' values lie below it, and only one that is shown
 * to be the largest counts. */
static bool norm_by_lanczos(int m, int n, const double *A, double *v, double *work, double *norm)
{
	static const int sizes[] = {6, 12, 24, BASIS};
	size_t nn = (size_t)n * (size_t)n;
	double *G = work, *room = G + nn, *basis = room + nn;
	double one = 1, zero = 0, value;
	dsyrk_("U", "N", &n, &m, &one, A, &n, &zero, G, &n);
	krylov k = {.n = n, .G = G, .basis = basis};
	k.along = basis + (BASIS + 2) * (size_t)n;
	k.beside = k.along + BASIS;
	k.scratch = k.beside + BASIS;
	k.pick = k.scratch + 2 * BASIS;
	begin_at(n, v, basis);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		grow(&k, sizes[i]);
		if (!largest_in(&k, &value, v))
			return false;
		if (is_top(n, G, value, room)) {
			*norm = sqrt(value);
			return true;
		}
		if (k.size < sizes[i])
			return false; /* closed, without the largest */
	}
	return false;
}

bool eig_norm(int m, int n, const double *A, double *v, double *work, double *norm, err *e)
{
	if (!all_finite((size_t)m * (size_t)n, A))
		return err_check(e, "the matrix has entries that are not finite");
	if (n > SMALL && norm_by_lanczos(m, n, A, v, work, norm))
		return true;
	memset(v, 0, (size_t)n * sizeof *v);
	if (!eig_singular(m, n, A, work, e))
		return false;
	*norm = work[0];
	return true;
}
