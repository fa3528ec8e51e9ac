/* simd_math: elementary functions of one vector, for the wide_*.c files. Accurate to a few ulp, the same bits for every
 * width: NaN goes to NaN, ±Inf to the limits. */
#ifndef NUM_SIMD_MATH_H
#define NUM_SIMD_MATH_H
#include "num/simd.h"

/* eˣ = 2ⁿ eʳ, n = round(x / ln 2), |r| ≤ ½ ln 2; eʳ by its Taylor series, whose next term is below half an ulp. 2ⁿ is
 * multiplied in two halves, so that results below the smallest normal number come out rounded, not flushed. */
INLINE vec vec_exp(vec x)
{
#if REAL_BITS == 32
	const real high = 89, low = -104, magic = 0x1.8p23f, inv_ln2 = 0x1.715476p0f;
	const real ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;
	static const real c[] = {1.0f / 5040, 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1, 1};
	const int shift = 23, bias = 127;
#else
	const real high = 710, low = -746, magic = 0x1.8p52, inv_ln2 = 0x1.71547652b82fep0;
	const real ln2_high = 0x1.62e42fefa39efp-1, ln2_low = 0x1.abc9e3b39803fp-56;
	static const real c[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
	        1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1};
	const int shift = 52, bias = 1023;
#endif
	x = vec_select(x > high, vec_all(high), x);
	x = vec_select(x < low, vec_all(low), x);
	vec shifted = vec_fma(x, vec_all(inv_ln2), vec_all(magic));
	vec n = shifted - magic;
	vec_bits k = (vec_bits)shifted - (vec_bits)vec_all(magic);
	vec r = vec_fma(n, vec_all(-ln2_high), x);
	r = vec_fma(n, vec_all(-ln2_low), r);
	vec p = vec_all(c[0]);
	for (unsigned i = 1; i < sizeof c / sizeof *c; i++)
		p = vec_fma(p, r, vec_all(c[i]));
	vec_bits half = k >> 1;
	vec a = (vec)((half + bias) << shift), b = (vec)((k - half + bias) << shift);
	return p * a * b;
}

INLINE vec vec_abs(vec x)
{
	return (vec)((vec_bits)x & ~(vec_bits)vec_all((real)-0.0));
}

INLINE vec with_sign(vec magnitude, vec x)
{
	return (vec)((vec_bits)magnitude | ((vec_bits)x & (vec_bits)vec_all((real)-0.0)));
}

#if REAL_BITS == 32
/* Rational minimax approximation of degree 13/6 on |x| < 7.9 (the coefficients of Eigen's ptanh), 1 from 9 on. */
INLINE vec vec_tanh(vec x)
{
	vec a = vec_abs(x);
	vec t = with_sign(vec_select(a > 7.90531110763549805f, vec_all(7.90531110763549805f), a), x);
	vec z = t * t;
	static const real p[] = {-2.76076847742355e-16f, 2.00018790482477e-13f, -8.60467152213735e-11f,
	        5.12229709037114e-08f, 1.48572235717979e-05f, 6.37261928875436e-04f, 4.89352455891786e-03f};
	static const real q[] = {
	        1.19825839466702e-06f, 1.18534705686654e-04f, 2.26843463243900e-03f, 4.89352518554385e-03f};
	vec up = vec_all(p[0]), down = vec_all(q[0]);
	for (int i = 1; i < 7; i++)
		up = vec_fma(up, z, vec_all(p[i]));
	for (int i = 1; i < 4; i++)
		down = vec_fma(down, z, vec_all(q[i]));
	vec y = vec_select(a < 4e-4f, x, t * up / down);
	return vec_select(a > 9.0f, with_sign(vec_all(1), x), y);
}
#else
/* Cephes: x + x·z·P(z)/Q(z) for |x| < 0.625, else 1 − 2/(e²ˣ + 1). */
INLINE vec vec_tanh(vec x)
{
	vec a = vec_abs(x), z = x * x;
	vec p = vec_all(-9.64399179425052238628e-1), q = z + 1.12811678491632931402e2;
	p = vec_fma(p, z, vec_all(-9.92877231001918586564e1));
	p = vec_fma(p, z, vec_all(-1.61468768441708447952e3));
	q = vec_fma(q, z, vec_all(2.23548839060100448583e3));
	q = vec_fma(q, z, vec_all(4.84406305325125486048e3));
	vec near = vec_fma(x * z, p / q, x);
	vec far = with_sign(1 - 2 / (vec_exp(a + a) + 1), x);
	return vec_select(a < 1e-9, x, vec_select(a < 0.625, near, far));
}
#endif

/* 1/(1 + e⁻ˣ) for x ≥ 0, eˣ/(1 + eˣ) below: no overflow, and full relative accuracy far below zero. */
INLINE vec vec_sigmoid(vec x)
{
	vec e = vec_exp((vec)((vec_bits)vec_abs(x) | (vec_bits)vec_all((real)-0.0)));
	vec_bits below = x < 0;
	vec up = vec_select(below, e, vec_all(1));
	vec y = up / (1 + e);
	return vec_select(x == x, y, x);
}

#endif
