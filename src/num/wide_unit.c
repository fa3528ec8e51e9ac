#include "num/simd_math.h"
#include "num/unit_map.h"

#include <stdbool.h>
#include <stddef.h>

/* Computed for u = x log₂ e, so that σ(x) = 1/(1 + 2⁻ᵘ) and u ← (w log₂ e) σ + b log₂ e.
 * A trajectory that contracts becomes periodic in floating point after 10 to 40 steps: from then on every step repeats
 * the bits of two steps before, and the rest need not be computed; its derivatives do so a few steps later. The result
 * is that of all T steps. */

extern const R(unit_map) W(unit_map);

/* A bunch: CHAINS independent vectors hide the latency of division and fused multiply-adds. They stand above each
 * other, since the points of a bunch that is nearly square come to rest at nearly the same time. Nobody does within the
 * first HEAD steps; after that everything is looked at every LEG steps. */
enum { CHAINS = UNIT_MAP_ROWS, LEG = 4, HEAD = 8 };

#define LOG2_E ((real)0x1.71547652b82fep0)

/* 2⁻ᵘ = 2⁻ⁿ 2ʳ with n = round(u), r = n − u, and 2ʳ = (A + r)/(A − r) with A = r coth(½ r ln 2), an even function: a
 * polynomial in r² for |r| ≤ ½ (minimax, good to 7e-9 and 7e-18 of 2ʳ). Then σ is one quotient. For |u| < far. */
#if REAL_BITS == 32
static const real far = 120, round_magic = 0x1.8p23F;
static const real even[] = {-0x1.e29538p-11F, 0x1.d92fa6p-4F, 0x1.715476p1F};
enum { EXPONENT_AT = 23 };
typedef uint32_t word;
#else
static const real far = 1000, round_magic = 0x1.8p52;
static const real even[] = {0x1.a3bc053432faap-30, -0x1.10f2ba3837fd8p-23, 0x1.63144e28a3276p-17,
        -0x1.e50096ddb8831p-11, 0x1.d9303fea2f775p-4, 0x1.71547652b82fep1};
enum { EXPONENT_AT = 52 };
typedef uint64_t word;
#endif
typedef word vec_words __attribute__((vector_size(VEC_BYTES)));

/* `near` when |u| < far is known: same bits, fewer instructions. */
INLINE vec within(vec u, bool near)
{
	if (near)
		return u;
	vec below = vec_select(u > far, vec_all(far), u);
	return vec_select(below < -far, vec_all(-far), below);
}

/* σ; 1 − σ without cancellation in *rest unless it is NULL. */
INLINE vec sigmoid_of(vec unbounded, bool near, vec *rest)
{
	vec u = within(unbounded, near), shifted = u + round_magic, r = (shifted - round_magic) - u;
	vec z = r * r, a = vec_all(even[0]);
	for (unsigned i = 1; i < sizeof even / sizeof *even; i++)
		a = vec_fma(a, z, vec_all(even[i]));
	vec up = a - r, other = (vec)((vec_words)(a + r) - ((vec_words)shifted << EXPONENT_AT)), sum = up + other;
	if (rest)
		*rest = other / sum;
	return up / sum;
}

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

/* The parameters of a bunch. */
typedef struct points {
	vec w, scaled_w, scaled_b[CHAINS]; /* the latter two times log₂ e */
} points;

typedef struct chain {
	vec u, dw, db; /* x log₂ e, ∂x/∂w, ∂x/∂b */
} chain;

/* What a step multiplies and adds: ∂x/∂w ← σ + w σ(1 − σ) ∂x/∂w; ∂x/∂b ← 1 + w σ(1 − σ) ∂x/∂b. */
typedef struct rate {
	vec sigma, factor;
} rate;

INLINE void grow(chain *c, const rate *r)
{
	c->dw = vec_fma(r->factor, c->dw, r->sigma);
	c->db = vec_fma(r->factor, c->db, vec_all(1));
}

/* Two loops: what decides about the next step comes first. */
INLINE void step(chain c[CHAINS], rate r[CHAINS], const points *p, bool slopes, bool near)
{
	UNROLL
	for (int k = 0; k < CHAINS; k++) {
		r[k].sigma = sigmoid_of(c[k].u, near, NULL);
		c[k].u = vec_fma(p->scaled_w, r[k].sigma, p->scaled_b[k]);
	}
	UNROLL
	for (int k = 0; slopes && k < CHAINS; k++) {
		vec term = p->w * r[k].sigma;
		r[k].factor = vec_fma(-term, r[k].sigma, term);
		grow(&c[k], &r[k]);
	}
}

INLINE vec_bits same_bits(vec a, vec b)
{
	return (vec_bits)a == (vec_bits)b;
}

/* The states go round in r[0], r[1]: what is left for the slopes, an even number of steps. */
INLINE void settle(chain c[CHAINS], rate r[2][CHAINS], int steps)
{
	for (int t = 0; t < steps; t += 2) {
		vec_bits same = ~(vec_bits){0};
		UNROLL
		for (int k = 0; k < CHAINS; k++) {
			chain before = c[k];
			grow(&c[k], &r[0][k]);
			grow(&c[k], &r[1][k]);
			same &= same_bits(before.dw, c[k].dw) & same_bits(before.db, c[k].db);
		}
		if (all_lanes(same))
			return;
	}
}

/* T steps of a bunch; the end of every leg is compared with the state two steps before. */
INLINE void run(chain c[CHAINS], const points *p, int T, bool slopes, bool near)
{
	rate r[2][CHAINS];
	int head = T % LEG + (T >= 2 * HEAD ? HEAD : 0);
	for (int t = 0; t < head; t++)
		step(c, r[0], p, slopes, near);
	for (int t = head; t < T; t += LEG) {
		vec before[CHAINS];
		vec_bits same = ~(vec_bits){0};
		for (int i = 2; i < LEG; i++)
			step(c, r[0], p, slopes, near);
		UNROLL
		for (int k = 0; k < CHAINS; k++)
			before[k] = c[k].u;
		step(c, r[0], p, slopes, near);
		step(c, r[1], p, slopes, near);
		UNROLL
		for (int k = 0; k < CHAINS; k++)
			same &= same_bits(before[k], c[k].u);
		if (all_lanes(same)) {
			if (slopes)
				settle(c, r, T - t - LEG);
			return;
		}
	}
}

typedef struct task {
	real x0, target;
	int T;
	bool near;
} task;

/* Where the results go: row k of a bunch begins ld further on. dw, db: both or none. */
typedef struct place {
	real *loss, *dw, *db;
	int ld;
} place;

INLINE void bunch(const task *t, const real *w, const real *b, const place *to, bool slopes, bool near)
{
	chain c[CHAINS];
	points p = {.w = vec_load(w), .scaled_w = vec_load(w) * LOG2_E};
	UNROLL
	for (int k = 0; k < CHAINS; k++) {
		p.scaled_b[k] = vec_all(b[k] * LOG2_E);
		c[k] = (chain){vec_all(t->x0 * LOG2_E), vec_all(0), vec_all(0)};
	}
	run(c, &p, t->T, slopes, near);
	for (int k = 0; k < CHAINS; k++) {
		ptrdiff_t at = (ptrdiff_t)k * to->ld;
		vec rest, sigma = sigmoid_of(c[k].u, near, &rest), miss = sigma - t->target;
		vec_store(to->loss + at, miss * miss);
		if (slopes) { /* 2 (σ − target) σ′, σ′ = σ (1 − σ) */
			vec outer = 2 * miss * (sigma * rest);
			vec_store(to->dw + at, outer * c[k].dw);
			vec_store(to->db + at, outer * c[k].db);
		}
	}
}

static void bunch_any(const task *t, const real *w, const real *b, const place *to)
{
	if (to->dw && t->near)
		bunch(t, w, b, to, true, true);
	else if (to->dw)
		bunch(t, w, b, to, true, false);
	else if (t->near)
		bunch(t, w, b, to, false, true);
	else
		bunch(t, w, b, to, false, false);
}

/* A bunch at the edge, of n × m points: filled up with copies of the last ones. */
static void part_of_bunch(const task *t, int n, const real *w, int m, const real *b, const place *to)
{
	real some_w[VEC], some_b[CHAINS], out[3][CHAINS][VEC];
	for (int i = 0; i < VEC; i++)
		some_w[i] = w[i < n ? i : n - 1];
	for (int k = 0; k < CHAINS; k++)
		some_b[k] = b[k < m ? k : m - 1];
	bunch_any(t, some_w, some_b, &(place){out[0][0], to->dw ? out[1][0] : NULL, out[2][0], VEC});
	for (int k = 0; k < m; k++) {
		size_t bytes = (size_t)n * sizeof(real);
		memcpy(to->loss + k * to->ld, out[0][k], bytes);
		if (to->dw) {
			memcpy(to->dw + k * to->ld, out[1][k], bytes);
			memcpy(to->db + k * to->ld, out[2][k], bytes);
		}
	}
}

/* Each |x| stays below `limit`. */
static bool all_below(int n, const real *x, real limit)
{
	int outside = 0;
	for (int i = 0; i < n; i++)
		outside |= !((real)fabs((double)x[i]) < limit);
	return !outside;
}

static void grid(
        int n, const real *w, int m, const real *b, real x0, real target, int T, int ld, real *loss, real *dw, real *db)
{
	const real limit = far * (real)0.3; /* |x| ≤ |x₀| at first, then ≤ |w| + |b|; |u| < 1.5 |x| */
	task t = {x0, target, T, all_below(n, w, limit) && all_below(m, b, limit) && all_below(1, &x0, limit)};
	for (int j = 0; j < m; j += CHAINS)
		for (int i = 0; i < n; i += VEC) {
			ptrdiff_t at = (ptrdiff_t)j * ld + i;
			place to = {loss + at, dw ? dw + at : NULL, dw ? db + at : NULL, ld};
			if (i + VEC <= n && j + CHAINS <= m)
				bunch_any(&t, w + i, b + j, &to);
			else
				part_of_bunch(&t, n - i < VEC ? n - i : VEC, w + i, m - j < CHAINS ? m - j : CHAINS,
				        b + j, &to);
		}
}

#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)
const R(unit_map) W(unit_map) = {TEXT(WIDTH_NAME), grid};
