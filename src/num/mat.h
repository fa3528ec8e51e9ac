/* mat: the product table. Everything that multiplies matrices goes through one of these rows, so that a backend is one
 * table. All matrices are row-major; leading dimensions count numbers; rows may be read, and written back unchanged, up
 * to REAL_PAD − 1 numbers beyond their end, so two threads must not share such a stretch. Compiled code of both
 * precisions uses it: include after num/real.h. */
#ifndef NUM_MAT_H
#define NUM_MAT_H
#include "num/real.h"

enum { MAT_SEGMENTS = 4 };

typedef struct R(mat) {
	const char *name; /* "blas", "native" */
	/* C (m×n) = A (m×k) B (k×n), or C += when add is set */
	void (*product)(int m, int n, int k, const real *A, int lda, const real *B, int ldb, int add, real *C, int ldc);
	/* P = Aᵀ B with A (k×m), B (k×n); G (m×n) += scale · P. The rows of P are cut into segments that end before the
	 * rows end[0] < end[1] < … = m; squares[s] = Σ P² over segment s. segments = 0: no squares wanted.
	 * scratch: m × REAL_PADDED(n) numbers. */
	void (*outer)(int m, int n, int k, const real *A, int lda, const real *B, int ldb, real scale, real *G, int ldg,
	        int segments, const int *end, double *squares, real *scratch);
} R(mat);

/* Own code in fixed order: every element is one chain of fused multiply-adds over k; all widths give the same bits. The
 * widest that this processor has. */
const R(mat) *R(mat_native)(void);
/* OpenBLAS, with one thread. Small products go to `native`, where a library call costs more than the product. */
extern const R(mat) R(mat_blas);

#endif
