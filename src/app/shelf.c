#include "app/shelf.h"

#include "app/settings.h"
#include "base/text.h"
#include "lesson/lesson.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool add_path(shelf *s, const char *path, err *e)
{
	if (s->n == SHELF_LESSONS)
		return err_input(e, "more than %d lessons", SHELF_LESSONS);
	s->path[s->n] = strdup(path);
	if (!s->path[s->n])
		return err_machine(e, "no memory for the names of lessons");
	s->n++;
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool shelf_about_lessons(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	return strcmp(name, "README.md") == 0 || strcmp(name, "AUTHORING.md") == 0;
}

static bool is_lesson(const char *name)
{
	char extension[8];
	return name[0] != '.' && strcmp(file_extension(name, extension, sizeof extension), "md") == 0 &&
	       !shelf_about_lessons(name);
}

/* A folder that is not there has no lessons. */
static bool add_folder(shelf *s, const char *folder, err *e)
{
	DIR *d = opendir(folder);
	int first = s->n;
	bool ok = true;
	for (struct dirent *f; d && ok && (f = readdir(d));) {
		char path[FILE_PATH];
		if (is_lesson(f->d_name) &&
		        (size_t)snprintf(path, sizeof path, "%s/%s", folder, f->d_name) < sizeof path)
			ok = add_path(s, path, e);
	}
	if (d)
		closedir(d);
	qsort(s->path + first, (size_t)(s->n - first), sizeof *s->path, by_name);
	return ok;
}

bool shelf_open(shelf *s, err *e)
{
	static const char *const beside[] = {"/../lessons", "/../share/unroll/lessons"};
	char program[FILE_PATH], folder[FILE_PATH + 40];
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
	*s = (shelf){0};
	program[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(program, '/');
	for (size_t i = 0; slash && s->n == 0 && i < sizeof beside / sizeof *beside; i++) {
		*slash = '\0';
		snprintf(folder, sizeof folder, "%s%s", program, beside[i]);
		char *real = realpath(folder, NULL);
		bool ok = !real || add_folder(s, real, e);
		free(real);
		if (!ok)
			return false;
	}
	if (s->n == 0 && !add_folder(s, "lessons", e)) /* here */
		return false;
	if (!settings_folder("XDG_DATA_HOME", ".local/share", program, sizeof program))
		return true;
	snprintf(folder, sizeof folder, "%s/unroll/lessons", program);
	return add_folder(s, folder, e);
}

/* "wall-and-clip", "08-wall-and-clip", "08" and "8" are 08-wall-and-clip.md. */
static bool is_called(const char *path, const char *name, const char *word)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t n = strlen(base) - strlen(".md"), digits = strspn(base, "0123456789"), length = strlen(word);
	double number;
	if (strcmp(word, name) == 0 || (length == n && memcmp(word, base, n) == 0))
		return true;
	return digits > 0 && digits < 9 && strspn(word, "0123456789") == length &&
	       text_read_number(word, false, &number) && number == (double)atol(base);
}

bool shelf_add_name(shelf *s, const char *word, err *e)
{
	shelf all;
	char names[SHELF_LESSONS][64];
	const char *list[SHELF_LESSONS];
	if (!shelf_open(&all, e))
		return shelf_close(&all), false;
	int found = -1;
	for (int i = 0; i < all.n; i++) {
		list[i] = lesson_name(all.path[i], names[i], sizeof names[i]);
		found = is_called(all.path[i], list[i], word) ? i : found;
	}
	int near = text_closest(word, list, all.n);
	bool ok = found >= 0 && add_path(s, all.path[found], e);
	if (found < 0 && near >= 0)
		err_input(e, "no lesson '%.80s'; did you mean '%s'?", word, list[near]);
	else if (found < 0)
		err_input(e, "no lesson '%.80s'; allowed: a file, a folder, a name (unroll list lessons)", word);
	shelf_close(&all);
	return ok;
}

bool shelf_add(shelf *s, const char *word, err *e)
{
	struct stat there;
	int before = s->n;
	if (stat(word, &there) != 0)
		return shelf_add_name(s, word, e);
	if (!S_ISDIR(there.st_mode))
		return add_path(s, word, e);
	if (!add_folder(s, word, e))
		return false;
	return s->n > before || err_input(e, "%s: a folder without lessons; allowed: files *.md", word);
}

void shelf_close(shelf *s)
{
	for (int i = 0; i < s->n; i++)
		free(s->path[i]);
	*s = (shelf){0};
}
