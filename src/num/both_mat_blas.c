/* The only file that knows BLAS. */
#include "num/mat.h"
#include "num/vmath.h"

#include <cblas.h>

#if REAL_BITS == 32
#define GEMM cblas_sgemm
#else
#define GEMM cblas_dgemm
#endif

/* Below this many multiply-adds a call of the library costs more than the product. */
enum { SMALL = 600 };

static void product(int m, int n, int k, const real *A, int lda, const real *B, int ldb, int add, real *C, int ldc)
{
	if ((long)m * n * k < SMALL)
		R(mat_native)()->product(m, n, k, A, lda, B, ldb, add, C, ldc);
	else
		GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, A, lda, B, ldb, add ? 1 : 0, C, ldc);
}

static void outer(int m, int n, int k, const real *A, int lda, const real *B, int ldb, real scale, real *G, int ldg,
        int segments, const int *end, double *squares, real *scratch)
{
	if (m <= 0)
		return;
	if (n <= REAL_PAD || (long)m * n * k < SMALL) { /* narrow: the squares come from the registers */
		R(mat_native)()->outer(m, n, k, A, lda, B, ldb, scale, G, ldg, segments, end, squares, scratch);
		return;
	}
	if (!segments) {
		GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, m, n, k, scale, A, lda, B, ldb, 1, G, ldg);
		return;
	}
	int lds = REAL_PADDED(n);
	GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, m, n, k, 1, A, lda, B, ldb, 0, scratch, lds);
	for (int s = 0, i = 0; s < segments; i = end[s++])
		squares[s] = R(vmath_get)()->add_rows(
		        end[s] - i, n, scratch + (long)i * lds, lds, scale, G + (long)i * ldg, ldg);
}

const R(mat) R(mat_blas) = {"blas", product, outer};
