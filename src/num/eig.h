/* eig: eigenvalues, singular values and orthogonal matrices through LAPACK, in double. Square matrices are row-major n
 * × n without padding. False with a message when an entry is not finite, LAPACK did not converge, or there is no
 * memory. */
#ifndef NUM_EIG_H
#define NUM_EIG_H
#include "base/err.h"

#include <stddef.h>

/* Eigenvalues, largest absolute value first. */
bool eig_values(int n, const double *A, double *re, double *im, err *e);
/* Singular values, largest first; min(m, n) of them. */
bool eig_singular(int m, int n, const double *A, double *sigma, err *e);
/* Largest absolute eigenvalue; largest singular value. */
bool eig_spectral_radius(int n, const double *A, double *rho, err *e);
/* Replaces A by the factor Q of its QR decomposition with the signs that make diag(R) > 0 (Saxe et al. 2014; Mezzadri
 * 2007): Haar-distributed when A is Gaussian. */
bool eig_orthogonal(int n, double *A, err *e);
/* The k ≤ min(m, n) largest singular values of A (m × n) and their right singular vectors (k × n), each with its
 * largest component positive, so that the sign is one: principal directions of the rows. */
bool eig_principal(int m, int n, const double *A, int k, double *sigma, double *V, err *e);
/* C (m × n) = A (m × k) B (k × n), in double: products of Jacobians. */
void eig_product(int m, int k, int n, const double *A, const double *B, double *C);
/* The largest singular value of A (m × n) alone, to a relative 1e-10: much cheaper than all of them. `v` (n numbers): a
 * guess of its right singular vector or zeros, then that vector; `work`: eig_norm_work(n) numbers, also room for min(m,
 * n). */
size_t eig_norm_work(int n);
bool eig_norm(int m, int n, const double *A, double *v, double *work, double *norm, err *e);
/* One BLAS thread; the name of the core that OpenBLAS has chosen. */
void eig_one_thread(void);
const char *eig_core_name(void);

#endif
