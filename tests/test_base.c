/* base: texts of numbers, closest names, random numbers, arenas. */
#include "base/arena.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/text.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define THIN "\u2009"

static char buf[64];

/* ---- text ---- */

static void exact_writes_the_shortest_text(void **state)
{
	(void)state;
	static const struct {
		double value;
		const char *text;
	} rows[] = {
	        {0.1, "0.1"},
	        {1e-5, "1e-5"},
	        {1e20, "1e20"},
	        {0, "0"},
	        {-0.0, "-0"},
	        {100, "100"},
	        {1e6, "1000000"},
	        {-2.5, "-2.5"},
	        {0.001, "0.001"},
	        {1.0 / 3, "0.3333333333333333"},
	        {5e-324, "5e-324"},
	        {DBL_MAX, "1.7976931348623157e308"},
	        {INFINITY, "inf"},
	        {-INFINITY, "-inf"},
	        {NAN, "nan"},
	        {-NAN, "nan"},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(text_exact(buf, sizeof buf, rows[i].value), rows[i].text);
	assert_string_equal(text_exact_f32(buf, sizeof buf, 0.1f), "0.1");
	assert_string_equal(text_exact_f32(buf, sizeof buf, 1e-5f), "1e-5");
	assert_string_equal(text_exact_f32(buf, sizeof buf, FLT_MAX), "3.4028235e38");
}

/* Random bits, so that subnormals and both ends of the range occur. */
static void exact_reads_back(void **state)
{
	(void)state;
	rng r = rng_make(1, RNG_TEST, 0);
	for (int i = 0; i < 100000; i++) {
		uint64_t bits = rng_u64(&r);
		double d, back;
		float f;
		memcpy(&d, &bits, sizeof d);
		memcpy(&f, &bits, sizeof f);
		if (isfinite(d)) {
			assert_true(text_read_number(text_exact(buf, sizeof buf, d), false, &back));
			assert_memory_equal(&back, &d, sizeof d);
		}
		if (isfinite(f)) {
			float f_back = strtof(text_exact_f32(buf, sizeof buf, f), NULL);
			assert_memory_equal(&f_back, &f, sizeof f);
		}
	}
}

static void small_buffers_are_not_overrun(void **state)
{
	(void)state;
	for (size_t size = 1; size < 24; size++) {
		memset(buf, 'x', sizeof buf);
		text_exact(buf, size, -1.0 / 3);
		assert_true(strlen(buf) < size && buf[size] == 'x');
		text_short(buf, size, -1234.5e-9, 6);
		assert_true(strlen(buf) < size && buf[size] == 'x');
		text_power(buf, size, -308);
		assert_true(strlen(buf) < size && buf[size] == 'x');
		text_bytes(buf, size, 123456789);
		assert_true(strlen(buf) < size && buf[size] == 'x');
	}
}

static void short_is_made_for_reading(void **state)
{
	(void)state;
	static const struct {
		double value;
		int digits;
		const char *text;
	} rows[] = {
	        {0, 3, "0"},
	        {1240, 3, "1" THIN "240"},
	        {999999, 3, "999" THIN "999"},
	        {1e6, 3, "10⁶"},
	        {999999.9, 3, "10⁶"},
	        {12345.67, 3, "12" THIN "346"},
	        {0.001, 3, "0.001"},
	        {0.00099999, 3, "0.001"},
	        {0.000999, 3, "9.99·10⁻⁴"},
	        {1.2e-7, 2, "1.2·10⁻⁷"},
	        {-3.14159, 3, "−3.14"},
	        {0.5, 3, "0.5"},
	        {99.96, 3, "100"},
	        {1e300, 3, "10³⁰⁰"},
	        {0.12345, 0, "0.1"},
	        {NAN, 3, "nan"},
	        {INFINITY, 3, "inf"},
	        {-INFINITY, 3, "−inf"},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(text_short(buf, sizeof buf, rows[i].value, rows[i].digits), rows[i].text);
	assert_string_equal(text_power(buf, sizeof buf, -6), "10⁻⁶");
	assert_string_equal(text_power(buf, sizeof buf, 0), "1");
	assert_string_equal(text_power(buf, sizeof buf, 1), "10");
	assert_string_equal(text_power(buf, sizeof buf, 123), "10¹²³");
	assert_string_equal(text_bytes(buf, sizeof buf, 12 << 20), "12 MiB");
	assert_string_equal(text_bytes(buf, sizeof buf, 1536), "1.5 KiB");
	assert_string_equal(text_bytes(buf, sizeof buf, 1048575), "1 MiB");
	assert_string_equal(text_bytes(buf, sizeof buf, 0), "0 B");
}

static void numbers_are_read_strictly(void **state)
{
	(void)state;
	static const char *const good[] = {"0", "-1", "+1.5", ".5", "5.", "1e3", "1E-3", "1e+03", "00012", "1e-999"};
	static const char *const bad[] = {"", " ", "1 ", " 1", "1,5", "0x10", "1e", "1e+", ".", "-", "+-1", "1.2.3",
	        "1e5x", "nan", "inf", "nan(1)", "infinite", "1e999", "٣"};
	double v;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(text_read_number(good[i], false, &v));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(text_read_number(bad[i], false, &v));
	assert_true(text_read_number("NaN", true, &v) && isnan(v));
	assert_true(text_read_number("-inf", true, &v) && v < 0 && isinf(v));
	assert_true(text_read_number("Infinity", true, &v) && v > 0 && isinf(v));
	assert_false(text_read_number("nan(1)", true, &v));
	assert_false(text_read_number("1e999", true, &v));
}

static void closest_name_is_a_slip_of_the_finger(void **state)
{
	(void)state;
	static const char *const names[] = {"hidden", "lr", "momentum", "w", "clip_at", "optimizer"};
	int n = (int)COUNT(names);
	assert_int_equal(text_closest("hiden", names, n), 0);
	assert_int_equal(text_closest("HIDDEN", names, n), 0);
	assert_int_equal(text_closest("rl", names, n), 1);
	assert_int_equal(text_closest("momentun", names, n), 2);
	assert_int_equal(text_closest("optimiser", names, n), 5);
	assert_int_equal(text_closest("w", names, n), 3);
	assert_int_equal(text_closest("x", names, n), -1);
	assert_int_equal(text_closest("", names, n), -1);
	assert_int_equal(text_closest("learning_rate", names, n), -1);
	assert_int_equal(text_closest("lr", names, 0), -1);
}

static void distance_counts_edits(void **state)
{
	(void)state;
	assert_int_equal(text_distance("", ""), 0);
	assert_int_equal(text_distance("abc", ""), 3);
	assert_int_equal(text_distance("kitten", "sitting"), 3);
	assert_int_equal(text_distance("abcd", "abdc"), 1);
	assert_int_equal(text_distance("Lr", "lr"), 1);
	char far[1000];
	memset(far, 'a', sizeof far - 1);
	far[sizeof far - 1] = '\0';
	assert_int_equal(text_distance(far, far), 0);
	assert_int_equal(text_distance(far, ""), 999);
}

/* ---- err ---- */

static void messages_stay_in_their_buffer(void **state)
{
	(void)state;
	err e;
	char wide[2000];
	memset(wide, 'm', sizeof wide - 1);
	wide[sizeof wide - 1] = '\0';
	assert_false(err_input(&e, "%s", wide));
	assert_int_equal(e.code, ERR_INPUT);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	assert_false(err_prefix(&e, "%s", wide));
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	assert_false(err_machine(&e, "disk"));
	assert_false(err_prefix(&e, "file %d", 7));
	assert_string_equal(e.text, "file 7: disk");
	assert_int_equal(e.code, ERR_MACHINE);
}

/* ---- rng ---- */

static void rng_gives_the_same_bits_everywhere(void **state)
{
	(void)state;
	static const uint64_t bits[] = {
	        0x2f322969100a1679u, 0xd3d7f5a60d16d271u, 0x2e9ebb69cb584d12u, 0x6d9c5f2b8636dd73u};
	static const double uniform[] = {0x1.eeb88eaa65974p-3, 0x1.93c6dfbf53de9p-1, 0x1.d4e485f99185p-1};
	static const double gaussian[] = {
	        0x1.b70ee4abdecbbp+1, -0x1.4125fd4cfe868p+1, 0x1.25423e5a182f4p-1, -0x1.d3cae470e03a1p-1};
	static const uint32_t below[] = {7, 9, 9, 4, 1, 0, 2, 3};
	rng r = rng_make(1, RNG_WEIGHTS, 0);
	for (size_t i = 0; i < COUNT(bits); i++)
		assert_true(rng_u64(&r) == bits[i]);
	r = rng_make(7, RNG_BATCH, 123456);
	for (size_t i = 0; i < COUNT(uniform); i++)
		assert_true(rng_uniform(&r) == uniform[i]);
	r = rng_make(7, RNG_NOISE, 3);
	for (size_t i = 0; i < COUNT(gaussian); i++)
		assert_true(rng_gaussian(&r) == gaussian[i]);
	r = rng_make(9, RNG_TEST, 0);
	for (size_t i = 0; i < COUNT(below); i++)
		assert_int_equal(rng_below(&r, 10), below[i]);
}

/* Moments of n draws within five standard errors of the exact ones. */
/* RandomState(13) of NumPy: first outputs, first Gaussians, the 2500th, and the first of random_sample(). */
static void rng_is_numpys(void **state)
{
	(void)state;
	static const uint32_t bits[] = {3340206418u, 2608511152u, 1020231754u};
	static const double gaussian[] = {
	        -0.712390662050588, 0.753766378659703, -0.044503078338053455, 0.45181233874578974, 1.3451017084510097};
	mt19937 twister;
	rng r = rng_numpy(&twister, 13);
	for (int i = 0; i < 3; i++)
		assert_true(rng_mt19937(&twister) == bits[i]);
	r = rng_numpy(&twister, 13);
	assert_true(rng_uniform(&r) == 0.7777024105738202 && rng_uniform(&r) == 0.2375412200349123);
	r = rng_numpy(&twister, 13);
	double last = 0;
	for (int i = 0; i < 2500; i++) {
		last = rng_gaussian(&r);
		if (i < 5 && last != gaussian[i])
			fail_msg("Gaussian %d is %.17g, not %.17g", i, last, gaussian[i]);
	}
	assert_true(last == 1.3680000984375889);
	r = rng_numpy(&twister, 13);
	assert_true(rng_u64(&r) == ((uint64_t)bits[0] << 32 | bits[1]));
}

static void rng_has_the_right_moments(void **state)
{
	(void)state;
	enum { DRAWS = 1000000 };
	double u = 0, u2 = 0, g = 0, g2 = 0, g4 = 0, lag = 0, last = 0;
	rng r = rng_make(3, RNG_TEST, 1);
	for (int i = 0; i < DRAWS; i++) {
		double x = rng_uniform(&r);
		assert_true(x >= 0 && x < 1);
		u += x;
		u2 += x * x;
	}
	for (int i = 0; i < DRAWS; i++) {
		double x = rng_gaussian(&r);
		g += x;
		g2 += x * x;
		g4 += x * x * x * x;
		lag += x * last;
		last = x;
	}
	double se = 5 / sqrt(DRAWS);
	assert_true(fabs(u / DRAWS - 0.5) < se * sqrt(1.0 / 12));
	assert_true(fabs(u2 / DRAWS - 1.0 / 3) < se * sqrt(4.0 / 45));
	assert_true(fabs(g / DRAWS) < se);
	assert_true(fabs(g2 / DRAWS - 1) < se * sqrt(2));
	assert_true(fabs(g4 / DRAWS - 3) < se * sqrt(96));
	assert_true(fabs(lag / DRAWS) < se);
}

static void rng_below_is_fair(void **state)
{
	(void)state;
	enum { DRAWS = 600000, SIDES = 6 };
	int seen[SIDES] = {0};
	rng r = rng_make(5, RNG_TEST, 2);
	for (int i = 0; i < DRAWS; i++) {
		uint32_t k = rng_below(&r, SIDES);
		assert_true(k < SIDES);
		seen[k]++;
	}
	double chi2 = 0, expected = (double)DRAWS / SIDES;
	for (int k = 0; k < SIDES; k++)
		chi2 += (seen[k] - expected) * (seen[k] - expected) / expected;
	assert_true(chi2 < 30.9); /* five degrees of freedom, p = 1e-5 */
	assert_int_equal(rng_below(&r, 0), 0);
	assert_int_equal(rng_below(&r, 1), 0);
	for (int i = 0; i < 1000; i++)
		assert_true(rng_below(&r, 0xfffffff1u) < 0xfffffff1u);
}

static void rng_streams_are_apart(void **state)
{
	(void)state;
	rng base = rng_make(1, RNG_BATCH, 1);
	rng others[] = {
	        rng_make(2, RNG_BATCH, 1), rng_make(1, RNG_TEST, 1), rng_make(1, RNG_BATCH, 2), rng_make(0, 0, 0)};
	uint64_t first = rng_u64(&base);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_true(rng_u64(&others[i]) != first);
}

/* ---- arena ---- */

static void arena_gives_aligned_zeros_until_it_is_full(void **state)
{
	(void)state;
	arena a;
	assert_true(arena_init(&a, 1000)); /* becomes 1024 */
	unsigned char *first = arena_take(&a, 1), *second = arena_take(&a, 100);
	assert_non_null(first);
	assert_int_equal((uintptr_t)first % 64, 0);
	assert_int_equal(second - first, 64);
	memset(second, 0xff, 100);
	assert_null(arena_take(&a, 1024));
	assert_non_null(arena_take(&a, 1024 - 64 - 128));
	assert_null(arena_take(&a, 1));
	arena_reset(&a);
	unsigned char *again = arena_take(&a, 300);
	assert_ptr_equal(again, first);
	for (int i = 0; i < 300; i++)
		assert_int_equal(again[i], 0);
	arena_done(&a);
	assert_null(a.base);
	assert_int_equal(arena_need(65), 128);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(exact_writes_the_shortest_text),
	        cmocka_unit_test(exact_reads_back),
	        cmocka_unit_test(small_buffers_are_not_overrun),
	        cmocka_unit_test(short_is_made_for_reading),
	        cmocka_unit_test(numbers_are_read_strictly),
	        cmocka_unit_test(closest_name_is_a_slip_of_the_finger),
	        cmocka_unit_test(distance_counts_edits),
	        cmocka_unit_test(messages_stay_in_their_buffer),
	        cmocka_unit_test(rng_gives_the_same_bits_everywhere),
	        cmocka_unit_test(rng_is_numpys),
	        cmocka_unit_test(rng_has_the_right_moments),
	        cmocka_unit_test(rng_below_is_fair),
	        cmocka_unit_test(rng_streams_are_apart),
	        cmocka_unit_test(arena_gives_aligned_zeros_until_it_is_full),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
