/* The widest compiled version that this processor runs. */
#include "num/level.h"
#include "num/wide.h"

const R(mat) *R(mat_native)(void)
{
#if defined __x86_64__
	const R(mat) *const table[] = {&R(mat_native_base), &R(mat_native_v3), &R(mat_native_v4)};
	return table[wide_level()];
#else
	return &R(mat_native_base);
#endif
}

const R(vmath) *R(vmath_get)(void)
{
#if defined __x86_64__
	const R(vmath) *const table[] = {&R(vmath_base), &R(vmath_v3), &R(vmath_v4)};
	return table[wide_level()];
#else
	return &R(vmath_base);
#endif
}
