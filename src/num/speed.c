#include "num/speed.h"

#define REAL_BITS 32
#include "num/vmath.h"

#include <time.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double speed_peak(double seconds)
{
	const vmath_f32 *v = vmath_get_f32();
	double start = now(), flops = 0, elapsed;
	do {
		flops += v->peak(200000);
		elapsed = now() - start;
	} while (elapsed < seconds);
	return flops / elapsed;
}

const char *speed_width(void)
{
	return vmath_get_f32()->name;
}
