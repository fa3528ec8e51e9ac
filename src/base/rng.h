/* rng: random numbers with explicit state. xoshiro256++ (Blackman, Vigna 2019), seeded through splitmix64.
 * Every function gives the same bits on every machine and compiler: no libm inside, but for the Gaussians of rng_numpy.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H
#include <stdint.h>

/* The Mersenne Twister (Matsumoto, Nishimura 1998). */
typedef struct mt19937 {
	uint32_t s[624];
	int at;
} mt19937;

typedef struct rng {
	uint64_t s[4];
	mt19937 *mt;  /* draw from here instead, as NumPy does; NULL: own generator */
	double spare; /* second Gaussian of a pair */
	int has_spare;
} rng;

/* Streams keep the uses of one seed apart: what one draws never shifts another. */
enum {
	RNG_WEIGHTS = 1,
	RNG_BATCH = 2,
	RNG_TEST = 3,
	RNG_BENCH = 4,
	RNG_NOISE = 5,
	RNG_TRAIN = 6,
	RNG_VALIDATION = 7,
	RNG_ORDER = 8,
	RNG_MASKS = 9,
	RNG_SIMPLEX = 10
};

/* The state for (seed, stream, index); index is the update number for batches, so that batch n can be made
 * without having made the n − 1 before it. */
rng rng_make(uint64_t seed, uint64_t stream, uint64_t index);
/* NumPy's legacy generator, RandomState(seed): rng_uniform gives the bits of random_sample(), rng_gaussian those of
 * randn() where libm's log is the one that NumPy was built with. The state is the caller's and outlives the rng. */
rng rng_numpy(mt19937 *state, uint32_t seed);
uint32_t rng_mt19937(mt19937 *m);
uint64_t rng_u64(rng *r);
double rng_uniform(rng *r);             /* [0, 1), 53 bits */
uint32_t rng_below(rng *r, uint32_t n); /* 0 … n−1, unbiased (Lemire 2019); 0 for n = 0 */
double rng_gaussian(rng *r);            /* N(0, 1), polar method */

#endif
