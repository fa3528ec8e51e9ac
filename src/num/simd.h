/* simd: vectors of `real` as wide as the target has them, with GCC's vector extensions.
 * Included by the wide_*.c files, which are compiled once for each vector width (WIDTH_base, WIDTH_v3: AVX2+FMA,
 * WIDTH_v4: AVX-512) and chosen at run time. vec_fma rounds once on every target, so that all widths give the same
 * bits. */
#ifndef NUM_SIMD_H
#define NUM_SIMD_H
#include "num/real.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined WIDTH_v4
enum { VEC_BYTES = 64, TILE_ROWS = 6, TILE_VECS = 4 };
#elif defined WIDTH_v3
enum { VEC_BYTES = 32, TILE_ROWS = 6, TILE_VECS = 2 };
#else
enum { VEC_BYTES = 16, TILE_ROWS = 4, TILE_VECS = 2 };
#endif
enum { VEC = VEC_BYTES / (int)sizeof(real) };

#if REAL_BITS == 32
typedef int32_t bits;
#else
typedef int64_t bits;
#endif
typedef real vec __attribute__((vector_size(VEC_BYTES)));
typedef bits vec_bits __attribute__((vector_size(VEC_BYTES)));

#define WIDE_JOIN2(name, width) name##_##width
#define WIDE_JOIN(name, width) WIDE_JOIN2(name, width)
/* Name of an exported object of this width and precision: W(mat_native) → mat_native_v4_f32 */
#define W(name) R_(WIDE_JOIN(name, WIDTH_NAME))
#define R_(name) R(name)

/* Loops over the registers of a tile are unrolled before the compiler decides what lives in registers. */
#if defined __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 24")
#endif

#define INLINE static inline __attribute__((always_inline))

INLINE vec vec_load(const real *p)
{
	vec v;
	memcpy(&v, p, sizeof v);
	return v;
}

INLINE void vec_store(real *p, vec v)
{
	memcpy(p, &v, sizeof v);
}

/* −1 in the lanes 0 … n−1, 0 in the others */
INLINE vec_bits vec_below(int n)
{
	static const bits lane[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	vec_bits index;
	memcpy(&index, lane, sizeof index);
	return index < (bits)n;
}

INLINE vec vec_all(real x)
{
	return x - (vec){0};
}

#if defined WIDTH_v4 || defined WIDTH_v3
#include <immintrin.h>
#endif

/* a·b + c, rounded once */
INLINE vec vec_fma(vec a, vec b, vec c)
{
#if defined WIDTH_v4 && REAL_BITS == 32
	return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined WIDTH_v4
	return (vec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined WIDTH_v3 && REAL_BITS == 32
	return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined WIDTH_v3
	return (vec)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
	vec r;
	for (int i = 0; i < VEC; i++)
#if REAL_BITS == 32
		r[i] = __builtin_fmaf(a[i], b[i], c[i]);
#else
		r[i] = __builtin_fma(a[i], b[i], c[i]);
#endif
	return r;
#endif
}

/* mask ? a : b, lane by lane; mask lanes are 0 or −1 */
INLINE vec vec_select(vec_bits mask, vec a, vec b)
{
	return (vec)(((vec_bits)a & mask) | ((vec_bits)b & ~mask));
}

typedef real eight __attribute__((vector_size(8 * sizeof(real))));
typedef real four __attribute__((vector_size(4 * sizeof(real))));

INLINE double eight_fold(eight a)
{
	four c = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
	return ((double)c[0] + (double)c[2]) + ((double)c[1] + (double)c[3]);
}

/* Sum of sixteen virtual lanes, halved in fixed order: (0 + 8), … then (0 + 4), … */
INLINE double lanes_fold(const real lane[REAL_PAD])
{
	eight a, b;
	memcpy(&a, lane, sizeof a);
	memcpy(&b, lane + 8, sizeof b);
	return eight_fold(a + b);
}

#endif
