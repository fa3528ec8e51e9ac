#include "num/simd_math.h"
#include "num/unit_map.h"

#include <stdbool.h>

/* Computed for y = x/2: with σ(x) = ½ + ½ tanh(x/2), y ← (w/4) tanh(y) + (b/2 + w/4).
 * A trajectory that contracts becomes periodic in floating point after 10 to 40 steps: from then on every step repeats
 * the bits of two steps before, and the rest need not be computed. The result is that of all T steps. */

extern const R(unit_map) W(unit_map);

/* Independent chains beside each other hide the latency of division and fused multiply-adds. */
enum { CHAINS = 4, BUNCH = CHAINS * VEC };

#if REAL_BITS == 32
static const real tanh_end = 7.90531110763549805f;

/* The rational function of degree 13/6 of vec_tanh for |y| ≤ tanh_end, to an ulp of 1: the map adds it to numbers of
 * that size, and full relative accuracy near zero would be lost there. */
INLINE vec tanh_near(vec y)
{
	static const real p[] = {-2.76076847742355e-16f, 2.00018790482477e-13f, -8.60467152213735e-11f,
	        5.12229709037114e-08f, 1.48572235717979e-05f, 6.37261928875436e-04f, 4.89352455891786e-03f};
	static const real q[] = {
	        1.19825839466702e-06f, 1.18534705686654e-04f, 2.26843463243900e-03f, 4.89352518554385e-03f};
	vec z = y * y, up = vec_all(p[0]), down = vec_all(q[0]);
	for (int i = 1; i < 7; i++)
		up = vec_fma(up, z, vec_all(p[i]));
	for (int i = 1; i < 4; i++)
		down = vec_fma(down, z, vec_all(q[i]));
	return y * up / down;
}

/* `near` when no y can leave the range of tanh_near: same bits, fewer instructions. */
INLINE vec map_tanh(vec y, bool near)
{
	if (near)
		return tanh_near(y);
	vec clamped = vec_select(y > tanh_end, vec_all(tanh_end), y);
	return tanh_near(vec_select(y < -tanh_end, vec_all(-tanh_end), clamped));
}
#else
static const real tanh_end = 0;

/* Good to an ulp of 1, as above. */
INLINE vec map_tanh(vec y, bool near)
{
	(void)near;
	return vec_fma(vec_sigmoid(y + y), vec_all(2), vec_all(-1));
}
#endif

/* Every lane is −1. */
INLINE bool all_lanes(vec_bits mask)
{
#if defined WIDTH_v4
	return _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask) == 0xFFFF;
#elif defined WIDTH_v3
	return _mm256_movemask_epi8((__m256i)mask) == -1;
#else
	bits all = -1;
	for (int i = 0; i < VEC; i++)
		all &= mask[i];
	return all == -1;
#endif
}

typedef struct chain {
	vec y, dw, db; /* x/2, ∂x/∂w, ∂x/∂b */
} chain;

/* The parameters of CHAINS vectors of points. */
typedef struct points {
	vec quarter[CHAINS], shift[CHAINS]; /* w/4, b/2 + w/4 */
} points;

INLINE vec_bits same_bits(vec a, vec b)
{
	return (vec_bits)a == (vec_bits)b;
}

/* With h = tanh(x/2): ∂x/∂w ← σ + (w/4)(1 − h²) ∂x/∂w; ∂x/∂b ← 1 + (w/4)(1 − h²) ∂x/∂b. */
INLINE void advance(chain *c, vec quarter, vec shift, bool slopes, bool near)
{
	vec h = map_tanh(c->y, near);
	if (slopes) {
		vec factor = vec_fma(-(quarter * h), h, quarter);
		c->dw = vec_fma(factor, c->dw, vec_fma(h, vec_all((real)0.5), vec_all((real)0.5)));
		c->db = vec_fma(factor, c->db, vec_all(1));
	}
	c->y = vec_fma(quarter, h, shift);
}

INLINE vec_bits repeats(const chain *a, const chain *b, bool slopes)
{
	vec_bits same = same_bits(a->y, b->y);
	return slopes ? same & same_bits(a->dw, b->dw) & same_bits(a->db, b->db) : same;
}

INLINE void step_all(chain *c, const points *p, bool slopes, bool near)
{
	UNROLL
	for (int k = 0; k < CHAINS; k++)
		advance(&c[k], p->quarter[k], p->shift[k], slopes, near);
}

/* T steps of CHAINS vectors; checked every fourth step, against the state two steps before. */
INLINE void run_chains(chain *c, const points *p, int T, bool slopes, bool near)
{
	for (int t = T % 4; t > 0; t--)
		step_all(c, p, slopes, near);
	for (int t = T % 4; t < T; t += 4) {
		chain before[CHAINS];
		vec_bits same = ~(vec_bits){0};
		step_all(c, p, slopes, near);
		step_all(c, p, slopes, near);
		memcpy(before, c, sizeof before);
		step_all(c, p, slopes, near);
		step_all(c, p, slopes, near);
		UNROLL
		for (int k = 0; k < CHAINS; k++)
			same &= repeats(&before[k], &c[k], slopes);
		if (all_lanes(same))
			return; /* what is left is a multiple of four steps, thus of the period */
	}
}

typedef struct row_task {
	real b, x0, target;
	int T;
	bool near;
} row_task;

INLINE void bunch(const row_task *t, const real *w, real *loss, real *dw, real *db, bool slopes, bool near)
{
	chain c[CHAINS];
	points p;
	for (int k = 0; k < CHAINS; k++) {
		p.quarter[k] = vec_load(w + k * VEC) * (real)0.25;
		p.shift[k] = p.quarter[k] + t->b * (real)0.5;
		c[k] = (chain){vec_all(t->x0 * (real)0.5), vec_all(0), vec_all(0)};
	}
	run_chains(c, &p, t->T, slopes, near);
	for (int k = 0; k < CHAINS; k++) {
		vec h = map_tanh(c[k].y, false), miss = vec_fma(h, vec_all((real)0.5), vec_all((real)0.5 - t->target));
		vec_store(loss + k * VEC, miss * miss);
		if (slopes) { /* 2 (σ − target) σ′, σ′ = (1 − h²)/4 */
			vec outer = miss * (real)0.5 * vec_fma(-h, h, vec_all(1));
			vec_store(dw + k * VEC, outer * c[k].dw);
			vec_store(db + k * VEC, outer * c[k].db);
		}
	}
}

static void bunch_any(const row_task *t, const real *w, real *loss, real *dw, real *db)
{
	if (dw && t->near)
		bunch(t, w, loss, dw, db, true, true);
	else if (dw)
		bunch(t, w, loss, dw, db, true, false);
	else if (t->near)
		bunch(t, w, loss, dw, db, false, true);
	else
		bunch(t, w, loss, dw, db, false, false);
}

/* |y| ≤ |x₀|/2 at first, then ≤ |w| + |b|, wherever |tanh| stays below 1.1. */
static bool stays_near(int n, const real *w, real b, real x0)
{
	real most = 0;
	for (int i = 0; i < n; i++)
		most = (real)fabs((double)w[i]) > most ? (real)fabs((double)w[i]) : most;
	return (real)0.55 * most + (real)fabs((double)b) * (real)0.5 < tanh_end && (real)fabs((double)x0) < tanh_end;
}

/* The last bunch is filled up with copies of its first point. */
static void row(int n, const real *w, real b, real x0, real target, int T, real *loss, real *dw, real *db)
{
	row_task t = {b, x0, target, T, stays_near(n, w, b, x0)};
	int i = 0;
	for (; i + BUNCH <= n; i += BUNCH)
		bunch_any(&t, w + i, loss + i, dw ? dw + i : NULL, db ? db + i : NULL);
	if (i == n)
		return;
	real few[4][BUNCH];
	size_t rest = (size_t)(n - i);
	for (size_t k = 0; k < BUNCH; k++)
		few[0][k] = w[k < rest ? (size_t)i + k : (size_t)i];
	bunch_any(&t, few[0], few[1], dw ? few[2] : NULL, few[3]);
	memcpy(loss + i, few[1], rest * sizeof *loss);
	if (dw) {
		memcpy(dw + i, few[2], rest * sizeof *dw);
		memcpy(db + i, few[3], rest * sizeof *db);
	}
}

#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)
const R(unit_map) W(unit_map) = {TEXT(WIDTH_NAME), row};
