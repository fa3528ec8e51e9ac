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

void eig_product(int n, int columns, const double *A, const double *B, double *C)
{
	double one = 1, zero = 0;
	/* row-major C = A B is column-major Cᵀ = Bᵀ Aᵀ */
	dgemm_("N", "N", &columns, &n, &n, &one, B, &columns, A, &n, &zero, C, &columns);
}
