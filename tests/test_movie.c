/* Movies: GIF files taken apart again. */
#include "io/file.h"
#include "io/movie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { W = 37, H = 23 };

static char folder[] = "/tmp/unroll-movie-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static const char *path_of(const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

/* What a reader of the blocks sees. */
typedef struct seen {
	int w, h, frames, delay; /* delay: of all frames, in hundredths of a second */
	char comment[600];
	bool complete;
} seen;

static size_t pass_blocks(const unsigned char *b, size_t at, size_t size, char *text)
{
	size_t n = 0;
	while (at < size && b[at]) {
		for (size_t i = 1; text && i <= b[at] && n < 599; i++)
			text[n++] = (char)b[at + i];
		at += 1U + b[at];
	}
	if (text)
		text[n] = '\0';
	return at + 1;
}

static size_t color_table(unsigned char flags)
{
	return flags & 0x80 ? 3U << ((flags & 7) + 1) : 0;
}

static seen take_apart(const char *path)
{
	unsigned char *b;
	size_t size, at = 13;
	err e;
	seen s = {0};
	assert_true(file_read_all(path, 1 << 24, &b, &size, &e));
	assert_true(size > 13);
	assert_memory_equal(b, "GIF89a", 6);
	s.w = b[6] | b[7] << 8;
	s.h = b[8] | b[9] << 8;
	at += color_table(b[10]);
	while (at + 10 < size && b[at] != 0x3b) {
		if (b[at] == 0x21) {
			if (b[at + 1] == 0xf9)
				s.delay += b[at + 4] | b[at + 5] << 8;
			at = pass_blocks(b, at + 2, size, b[at + 1] == 0xfe ? s.comment : NULL);
		} else {
			assert_int_equal(b[at], 0x2c);
			s.frames++;
			at = pass_blocks(b, at + 11 + color_table(b[at + 9]), size, NULL);
		}
	}
	s.complete = at + 1 == size && b[at] == 0x3b;
	free(b);
	return s;
}

static void paint(uint32_t *p, int stride, int frame)
{
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			p[y * stride + x] =
			        0xff000000U | (uint32_t)((x * 7 + frame * 31) % 256) << 16 | (uint32_t)(y * 11) << 8;
}

static void frames_and_times(void **state)
{
	(void)state;
	static uint32_t page[H * (W + 3)];
	const char *path = path_of("a.gif");
	char note[501];
	err e = {0};
	memset(note, 'n', 500);
	note[500] = '\0';
	movie *m = movie_open(path, W, H, 10, note, &e);
	assert_non_null(m);
	for (int i = 0; i < 5; i++) {
		paint(page, W + 3, i);
		assert_true(movie_add(m, page, W + 3, &e));
	}
	assert_int_equal(movie_frames(m), 5);
	assert_true(movie_commit(m, 2, &e));
	seen s = take_apart(path);
	assert_int_equal(s.w, W);
	assert_int_equal(s.h, H);
	assert_true(s.complete);
	assert_int_equal(s.delay, 5 * 10 + 200);
	assert_in_range(s.frames, 5, 6);
	assert_string_equal(s.comment, note);
	unlink(path);
}

/* One colour, and more than a palette holds. */
static void any_number_of_colours(void **state)
{
	(void)state;
	static uint32_t page[64 * 64];
	const char *path = path_of("b.gif");
	err e = {0};
	movie *m = movie_open(path, 64, 64, 25, NULL, &e);
	assert_non_null(m);
	for (int i = 0; i < 64 * 64; i++)
		page[i] = 0xff336699U;
	assert_true(movie_add(m, page, 64, &e));
	for (int i = 0; i < 64 * 64; i++)
		page[i] = 0xff000000U | (uint32_t)i * 4093U;
	assert_true(movie_add(m, page, 64, &e));
	assert_true(movie_commit(m, 0, &e));
	assert_true(take_apart(path).complete);
	unlink(path);
}

static void nothing_is_left_of_a_movie_given_up(void **state)
{
	(void)state;
	static uint32_t page[W * H];
	const char *path = path_of("c.gif");
	err e = {0};
	struct stat before, after;
	assert_true(file_write_all(path, "old", 3, &e));
	assert_int_equal(stat(path, &before), 0);
	movie *m = movie_open(path, W, H, 10, NULL, &e);
	assert_true(movie_add(m, page, W, &e));
	movie_abort(m);
	m = movie_open(path, W, H, 10, NULL, &e);
	assert_false(movie_commit(m, 1, &e)); /* without a picture */
	assert_int_equal(e.code, ERR_INPUT);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_size, 3);
	assert_int_equal(after.st_ino, before.st_ino);
	unlink(path);
}

static void refused(void **state)
{
	(void)state;
	err e = {0};
	assert_null(movie_open(path_of("a.avi"), W, H, 10, NULL, &e));
	assert_int_equal(e.code, ERR_INPUT);
	assert_null(movie_open(path_of("a.gif"), 70000, 2, 10, NULL, &e));
	assert_int_equal(e.code, ERR_INPUT);
	assert_null(movie_open("/no/such/folder/a.gif", W, H, 10, NULL, &e));
	assert_false(movie_check("-.mp4/", &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(frames_and_times),
	        cmocka_unit_test(any_number_of_colours),
	        cmocka_unit_test(nothing_is_left_of_a_movie_given_up),
	        cmocka_unit_test(refused),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
