/* wide: what the wide_*.c files export for each vector width. Only included inside num. */
#ifndef NUM_WIDE_H
#define NUM_WIDE_H
#include "num/mat.h"
#include "num/vmath.h"

#if defined __x86_64__
extern const R(mat) R(mat_native_base), R(mat_native_v3), R(mat_native_v4);
extern const R(vmath) R(vmath_base), R(vmath_v3), R(vmath_v4);
#else
extern const R(mat) R(mat_native_base);
extern const R(vmath) R(vmath_base);
#endif

#endif
