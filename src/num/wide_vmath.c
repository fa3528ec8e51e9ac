#include "num/simd_math.h"
#include "num/wide.h"

/* ---- rows ---- */

#define ROWS(name)                                                                                                     \
	static void rows_##name(int m, int n, const real *x, int ldx, real *y, int ldy)                                \
	{                                                                                                              \
		for (int i = 0; i < m; i++, x += ldx, y += ldy) {                                                      \
			int j = 0;                                                                                     \
			for (; j + VEC <= n; j += VEC)                                                                 \
				vec_store(y + j, vec_##name(vec_load(x + j)));                                         \
			if (j < n)                                                                                     \
				vec_store(y + j,                                                                       \
				        vec_select(vec_below(n - j), vec_##name(vec_load(x + j)), vec_load(y + j)));   \
		}                                                                                                      \
	}
ROWS(exp)
ROWS(tanh)
ROWS(sigmoid)

enum { GROUP = REAL_PAD / VEC }; /* vectors that hold the sixteen virtual lanes */

INLINE double fold_group(const vec *s)
{
#if defined WIDTH_v4 && REAL_BITS == 32
	return eight_fold(__builtin_shufflevector(*s, *s, 0, 1, 2, 3, 4, 5, 6, 7) +
	                  __builtin_shufflevector(*s, *s, 8, 9, 10, 11, 12, 13, 14, 15));
#else
	real lane[REAL_PAD];
	for (int g = 0; g < GROUP; g++)
		vec_store(lane + g * VEC, s[g]);
	return lanes_fold(lane);
#endif
}

/* The same for rows that are one line of lanes. */
static void narrow_squares(int m, int n, const real *x, int ldx, int group, double *out)
{
	vec_bits keep[GROUP];
	UNROLL
	for (int g = 0; g < GROUP; g++)
		keep[g] = vec_below(n - g * VEC);
	for (int left = m; left > 0; left -= group, out++) {
		vec s[GROUP];
		UNROLL
		for (int g = 0; g < GROUP; g++)
			s[g] = (vec){0};
		for (int r = 0; r < group && r < left; r++, x += ldx)
			UNROLL
		for (int g = 0; g < GROUP; g++) {
			vec v = vec_select(keep[g], vec_load(x + g * VEC), (vec){0});
			s[g] = vec_fma(v, v, s[g]);
		}
		*out = fold_group(s);
	}
}

static void wide_squares(int m, int n, const real *x, int ldx, int group, double *out)
{
	int whole = n / REAL_PAD * REAL_PAD;
	vec_bits keep[GROUP];
	for (int g = 0; g < GROUP; g++)
		keep[g] = vec_below(n - whole - g * VEC);
	for (int i = 0; i < m;) {
		vec s[GROUP];
		for (int g = 0; g < GROUP; g++)
			s[g] = (vec){0};
		for (int r = 0; r < group && i < m; r++, i++, x += ldx) {
			for (int j = 0; j < whole; j += REAL_PAD)
				for (int g = 0; g < GROUP; g++) {
					vec v = vec_load(x + j + g * VEC);
					s[g] = vec_fma(v, v, s[g]);
				}
			for (int g = 0; g < GROUP && whole + g * VEC < n; g++) {
				vec v = vec_select(keep[g], vec_load(x + whole + g * VEC), (vec){0});
				s[g] = vec_fma(v, v, s[g]);
			}
		}
		*out++ = fold_group(s);
	}
}

static void squares(int m, int n, const real *x, int ldx, int group, double *out)
{
	(n <= REAL_PAD ? narrow_squares : wide_squares)(m, n, x, ldx, group, out);
}

typedef bits eight_bits __attribute__((vector_size(8 * sizeof(bits))));

INLINE bits largest_lane(vec_bits v)
{
	eight_bits a;
#if defined WIDTH_v4 && REAL_BITS == 32
	eight_bits b = __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
	a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7);
	a = (a & (a > b)) | (b & ~(a > b));
#else
	a = (eight_bits){0};
	memcpy(&a, &v, sizeof v);
#endif
	bits top = 0;
	for (int i = 0; i < 8; i++)
		top = a[i] > top ? a[i] : top;
	return top;
}

/* The bits of |x| are ordered as |x| is, and not-a-number lies above infinity: one comparison of integers is enough. */
static real max_abs(int m, int n, const real *x, int ldx)
{
	const vec_bits magnitude = (vec_bits){0} + (bits)(((uint64_t)1 << (REAL_BITS - 1)) - 1);
	vec_bits top = {0}, keep = vec_below(n % VEC);
	int whole = n / VEC * VEC;
	for (int i = 0; i < m; i++, x += ldx) {
		for (int j = 0; j < whole; j += VEC) {
			vec_bits v = (vec_bits)vec_load(x + j) & magnitude, more = v > top;
			top = (v & more) | (top & ~more);
		}
		if (whole < n) {
			vec_bits v = (vec_bits)vec_load(x + whole) & magnitude & keep, more = v > top;
			top = (v & more) | (top & ~more);
		}
	}
	bits largest = largest_lane(top);
	real best;
	memcpy(&best, &largest, sizeof best);
	return isnan(best) ? (real)INFINITY : best;
}

/* One line of sixteen columns of `rows` rows: G += scale·P, sum[r] += P². */
INLINE void add_line(
        const int rows, const real *P, int ldp, vec by, real *G, int ldg, const vec_bits *keep, vec (*sum)[GROUP])
{
	UNROLL
	for (int r = 0; r < rows; r++)
		for (int g = 0; g < GROUP; g++) {
			vec v = vec_load(P + r * ldp + g * VEC);
			real *to = G + r * ldg + g * VEC;
			vec old = vec_load(to);
			if (keep) {
				v = vec_select(keep[g], v, (vec){0});
				vec_store(to, vec_select(keep[g], vec_fma(by, v, old), old));
			} else {
				vec_store(to, vec_fma(by, v, old));
			}
			sum[r][g] = vec_fma(v, v, sum[r][g]);
		}
}

/* Rows are taken four at a time, each with sums of its own: a single chain of additions would wait for itself. */
INLINE void add_strip(const int rows, int n, const real *P, int ldp, vec by, real *G, int ldg, vec (*total)[GROUP])
{
	vec sum[4][GROUP];
	vec_bits keep[GROUP];
	int whole = n / REAL_PAD * REAL_PAD;
	UNROLL
	for (int r = 0; r < rows; r++)
		for (int g = 0; g < GROUP; g++)
			sum[r][g] = total[r][g];
	for (int j = 0; j < whole; j += REAL_PAD)
		add_line(rows, P + j, ldp, by, G + j, ldg, NULL, sum);
	for (int g = 0; g < GROUP; g++)
		keep[g] = vec_below(n - whole - g * VEC);
	if (whole < n)
		add_line(rows, P + whole, ldp, by, G + whole, ldg, keep, sum);
	UNROLL
	for (int r = 0; r < rows; r++)
		for (int g = 0; g < GROUP; g++)
			total[r][g] = sum[r][g];
}

static double add_rows(int m, int n, const real *P, int ldp, real scale, real *G, int ldg)
{
	vec total[4][GROUP] = {{{0}}}, by = vec_all(scale);
	int i = 0;
	for (; i + 4 <= m; i += 4)
		add_strip(4, n, P + (long)i * ldp, ldp, by, G + (long)i * ldg, ldg, total);
	for (; i < m; i++)
		add_strip(1, n, P + (long)i * ldp, ldp, by, G + (long)i * ldg, ldg, total);
	double sum = 0;
	for (int r = 0; r < 4; r++)
		sum += fold_group(total[r]);
	return sum;
}

/* Twelve chains hide the latency of the fused multiply-add on every processor so far. */
static double peak(long rounds)
{
	enum { CHAINS = 12 };
	vec c[CHAINS], a = vec_all((real)0.999), b = vec_all((real)0.001);
	for (int i = 0; i < CHAINS; i++)
		c[i] = vec_all((real)i);
	for (long n = 0; n < rounds; n++)
		for (int i = 0; i < CHAINS; i++)
			c[i] = vec_fma(a, c[i], b);
	volatile real sink = 0;
	for (int i = 0; i < CHAINS; i++)
		sink = sink + c[i][0];
	return (double)rounds * CHAINS * VEC * 2;
}

#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)
const R(vmath) W(vmath) = {TEXT(WIDTH_NAME), rows_exp, rows_tanh, rows_sigmoid, squares, max_abs, add_rows, peak};
