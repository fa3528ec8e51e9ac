#include "base/rng.h"

#include <math.h>

static uint64_t splitmix64(uint64_t *x)
{
	uint64_t z = (*x += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

rng rng_make(uint64_t seed, uint64_t stream, uint64_t index)
{
	rng r = {0};
	uint64_t x = seed;
	x = splitmix64(&x) ^ (stream * 0xd1342543de82ef95u);
	x = splitmix64(&x) ^ (index * 0xaf251af3b0f025b5u);
	for (int i = 0; i < 4; i++)
		r.s[i] = splitmix64(&x);
	return r;
}

rng rng_numpy(mt19937 *m, uint32_t seed)
{
	m->s[0] = seed;
	for (uint32_t i = 1; i < 624; i++)
		m->s[i] = 1812433253u * (m->s[i - 1] ^ (m->s[i - 1] >> 30)) + i;
	m->at = 624;
	return (rng){.mt = m};
}

static void twist(mt19937 *m)
{
	for (int i = 0; i < 624; i++) {
		uint32_t y = (m->s[i] & 0x80000000u) | (m->s[(i + 1) % 624] & 0x7fffffffu);
		m->s[i] = m->s[(i + 397) % 624] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
	}
	m->at = 0;
}

uint32_t rng_mt19937(mt19937 *m)
{
	if (m->at == 624)
		twist(m);
	uint32_t y = m->s[m->at++];
	y ^= y >> 11;
	y ^= (y << 7) & 0x9d2c5680u;
	y ^= (y << 15) & 0xefc60000u;
	return y ^ (y >> 18);
}

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

uint64_t rng_u64(rng *r)
{
	if (r->mt) {
		uint64_t high = rng_mt19937(r->mt);
		return high << 32 | rng_mt19937(r->mt);
	}
	uint64_t *s = r->s;
	uint64_t result = rotl(s[0] + s[3], 23) + s[0];
	uint64_t t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

double rng_uniform(rng *r)
{
	if (r->mt) {
		uint32_t a = rng_mt19937(r->mt) >> 5, b = rng_mt19937(r->mt) >> 6;
		return (a * 67108864.0 + b) * 0x1p-53;
	}
	return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

uint32_t rng_below(rng *r, uint32_t n)
{
	if (n == 0)
		return 0;
	uint64_t m = (rng_u64(r) >> 32) * n;
	uint32_t low = (uint32_t)m;
	if (low < n) {
		uint32_t threshold = (uint32_t)(-n) % n;
		while (low < threshold) {
			m = (rng_u64(r) >> 32) * n;
			low = (uint32_t)m;
		}
	}
	return (uint32_t)(m >> 32);
}

/* ln x for x in (0, 1): m·2^e with m in [√½, √2), ln m = 2 artanh((m−1)/(m+1)) as a series; the last term is
 * below 2e-18. Own code, because libm's last bit differs between systems. */
static double log_unit(double x)
{
	int e;
	double m = frexp(x, &e);
	if (m < 0.70710678118654752) {
		m *= 2;
		e--;
	}
	double s = (m - 1) / (m + 1), s2 = s * s, sum = 0;
	for (int k = 23; k >= 1; k -= 2)
		sum = sum * s2 + 1.0 / k;
	return 2 * s * sum + e * 0.69314718055994530942;
}

double rng_gaussian(rng *r)
{
	if (r->has_spare) {
		r->has_spare = 0;
		return r->spare;
	}
	double x, y, r2;
	do {
		x = 2 * rng_uniform(r) - 1;
		y = 2 * rng_uniform(r) - 1;
		r2 = x * x + y * y;
	} while (r2 >= 1 || r2 == 0);
	double f = sqrt(-2 * (r->mt ? log(r2) : log_unit(r2)) / r2);
	r->spare = f * x;
	r->has_spare = 1;
	return f * y;
}
