#include "nn/init.h"

#include <math.h>

/* He, Zhang, Ren, Sun 2015: standard deviation √(2/n_in). */
static double deviation(const R(init_job) *j)
{
	return sqrt(2.0 / j->cols);
}

const R(init) R(init_he_normal) = {
        .name = "he_normal",
        .summary = "He's N(0, 2/n_in), made for relu",
        .deviation = deviation,
};
const R(init) R(init_he_uniform) = {
        .name = "he_uniform",
        .summary = "He's U(−a, a) with a = √(6/n_in), made for relu",
        .deviation = deviation,
        .flat = true,
};
