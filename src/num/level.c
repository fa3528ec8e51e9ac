#include "num/level.h"

#include <stdlib.h>
#include <string.h>

static int processor_level(void)
{
#if defined __x86_64__
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
	        __builtin_cpu_supports("avx512vl"))
		return 2;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
		return 1;
#endif
	return 0;
}

int wide_level(void)
{
	static int level = -1; /* written once with the same value by whichever thread comes first */
	if (level >= 0)
		return level;
	int found = processor_level();
	const char *wish = getenv("UNROLL_WIDTH");
	int cap = !wish ? 2 : strcmp(wish, "base") == 0 ? 0 : strcmp(wish, "v3") == 0 ? 1 : 2;
	return level = found < cap ? found : cap;
}
