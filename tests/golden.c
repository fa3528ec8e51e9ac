#include "golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	long size;
	if (!f)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0) {
		text = calloc(1, (size_t)size + 1);
		if (text && fread(text, 1, (size_t)size, f) != (size_t)size)
			text[0] = '\0';
	}
	fclose(f);
	return text;
}

static bool write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "wb");
	if (!f)
		return false;
	bool good = fputs(text, f) >= 0;
	return fclose(f) == 0 && good;
}

/* Prints the file and the first line that differs; false when there is one. */
static bool same_lines(const char *path, const char *want, const char *got)
{
	for (int line = 1;; line++) {
		size_t a = strcspn(want, "\n"), b = strcspn(got, "\n");
		if (a != b || memcmp(want, got, a) != 0) {
			print_error("%s:%d differs (UPDATE_GOLDEN=1 rewrites)\n  file: %.*s\n  now:  %.*s\n", path,
			        line, (int)a, want, (int)b, got);
			return false;
		}
		if (!want[a] || !got[b])
			return want[a] == got[b];
		want += a + 1;
		got += b + 1;
	}
}

bool golden_same(const char *path, const char *now)
{
	if (getenv("UPDATE_GOLDEN"))
		return write_file(path, now);
	char *want = read_file(path);
	if (!want)
		print_error("%s is missing (UPDATE_GOLDEN=1 writes it)\n", path);
	bool same = want && same_lines(path, want, now);
	free(want);
	return same;
}
