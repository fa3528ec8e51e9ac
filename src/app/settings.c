#include "app/settings.h"

#include "base/text.h"
#include "io/file.h"
#include "run/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETTINGS_LIMIT = 64 * 1024 };

bool settings_folder(const char *variable, const char *fallback, char *buf, size_t size)
{
	const char *set = getenv(variable), *home = getenv("HOME");
	int n = -1;
	if (set && set[0] == '/')
		n = snprintf(buf, size, "%s", set);
	else if (home && home[0] == '/')
		n = snprintf(buf, size, "%s/%s", home, fallback);
	return n > 0 && (size_t)n < size;
}

bool settings_make_folder(const char *path, err *e)
{
	char part[FILE_PATH];
	snprintf(part, sizeof part, "%s", path);
	for (char *p = part + 1;; p++) {
		bool last = *p == 0;
		if (*p != '/' && !last)
			continue;
		*p = 0;
		if (mkdir(part, 0777) != 0 && errno != EEXIST)
			return err_machine(e, "%s: cannot make this folder: %s", part, strerror(errno));
		if (last)
			return true;
		*p = '/';
	}
}

static bool settings_path(char *buf, size_t size)
{
	char folder[FILE_PATH / 2];
	return settings_folder("XDG_CONFIG_HOME", ".config", folder, sizeof folder) &&
	       (size_t)snprintf(buf, size, "%s/unroll/settings", folder) < size;
}

/* ---- the table ---- */

const settings_row settings_rows[] = {
        {"decimal", "Decimal mark", "in numbers on plots and controls; files always have the point", {"point", "comma"},
                {"0.5", "0,5"}, offsetof(settings, decimal)},
        {"thousands", "Thousands", "how whole numbers are grouped", {"thin", "none"}, {"12\u2009345", "12345"},
                offsetof(settings, thousands)},
        {"motion", "Motion", "reduced: nothing pulses, and messages stay until a key or click", {"full", "reduced"},
                {"full", "reduced"}, offsetof(settings, motion)},
        {"drawing", "Drawing", "on the graphics card or on the processor, from the next start on",
                {"auto", "gpu", "processor"}, {"automatic", "graphics card", "processor"}, offsetof(settings, drawing)},
};
const int settings_rows_count = sizeof settings_rows / sizeof *settings_rows;

int *settings_choice(settings *s, const settings_row *row)
{
	return (int *)(void *)((char *)s + row->offset);
}

static bool set_row(settings *s, const settings_row *row, const char *value)
{
	for (int i = 0; i < SETTINGS_WORDS && row->word[i]; i++)
		if (strcmp(row->word[i], value) == 0) {
			*settings_choice(s, row) = i;
			return true;
		}
	return false;
}

static const settings_row *find_row(const char *key)
{
	for (int i = 0; i < settings_rows_count; i++)
		if (strcmp(settings_rows[i].key, key) == 0)
			return &settings_rows[i];
	return NULL;
}

static bool is_known(const char *key)
{
	return strcmp(key, "theme") == 0 || strcmp(key, "scale") == 0 || strcmp(key, "history") == 0 ||
	       strcmp(key, "pictures") == 0 || find_row(key);
}

static bool set_one(settings *s, const char *key, const char *value)
{
	double number;
	int found = theme_find(value);
	const settings_row *row = find_row(key);
	if (row)
		return set_row(s, row, value);
	if (strcmp(key, "theme") == 0 && found >= 0) {
		s->theme = (theme_id)found;
		return true;
	}
	if (strcmp(key, "scale") == 0 && text_read_number(value, false, &number) && number >= (double)SCALE_MIN &&
	        number <= (double)SCALE_MAX) {
		s->scale = (float)number;
		return true;
	}
	if (strcmp(key, "history") == 0 && text_read_number(value, false, &number) && number >= 0 &&
	        number <= HISTORY_MAX) {
		s->history = (int)number;
		return true;
	}
	if (strcmp(key, "pictures") == 0 && (!*value || *value == '/') && strlen(value) < sizeof s->pictures) {
		snprintf(s->pictures, sizeof s->pictures, "%s", value);
		return true;
	}
	return false;
}

static void complain(const char *path, int line, const char *text)
{
	char clean[80];
	file_printable(clean, sizeof clean, text, strlen(text));
	fprintf(stderr,
	        "unroll: %s:%d: '%s' is ignored; allowed: theme=light|dark|projector|print, scale=0.8 to 3, "
	        "history=0 to 65536 (MiB), pictures=/FOLDER",
	        path, line, clean);
	for (int i = 0; i < settings_rows_count; i++)
		for (int k = 0; k < SETTINGS_WORDS && settings_rows[i].word[k]; k++)
			fprintf(stderr, "%s%s%s%s", k ? "|" : ", ", k ? "" : settings_rows[i].key, k ? "" : "=",
			        settings_rows[i].word[k]);
	fputc('\n', stderr);
}

/* ---- the file ---- */

/* The text of the file, to be freed; NULL when there is none. */
static char *read_file(char *path, size_t size)
{
	unsigned char *data;
	size_t length;
	struct stat there;
	err e = {0};
	if (!settings_path(path, size) || stat(path, &there) != 0)
		return NULL;
	if (file_read_all(path, SETTINGS_LIMIT, &data, &length, &e))
		return (char *)data;
	fprintf(stderr, "unroll: %s\n", e.text);
	return NULL;
}

settings settings_load(void)
{
	settings s = {.theme = THEME_LIGHT, .scale = 1, .history = WORKER_HISTORY_MIB};
	char path[FILE_PATH];
	char *data = read_file(path, sizeof path), *rest = data;
	bool said = false;
	int number = 0;
	for (char *line; data && (line = strsep(&rest, "\n"));) {
		number++;
		char *value = strchr(line, '=');
		if (value)
			*value++ = 0;
		if (*line && *line != '#' && (!value || !set_one(&s, line, value)) && !said) {
			complain(path, number, line);
			said = true;
		}
	}
	free(data);
	return s;
}

/* "key=value" of everything, one a line. */
static void write_known(FILE *f, const settings *s)
{
	char scale[32];
	fprintf(f, "theme=%s\nscale=%s\nhistory=%d\n", themes[s->theme].name,
	        text_exact_f32(scale, sizeof scale, s->scale), s->history);
	settings copy = *s;
	for (int i = 0; i < settings_rows_count; i++) {
		const settings_row *row = &settings_rows[i];
		fprintf(f, "%s=%s\n", row->key, row->word[*settings_choice(&copy, row)]);
	}
	if (s->pictures[0])
		fprintf(f, "pictures=%s\n", s->pictures);
}

/* Comments, and what other versions of the program keep here. */
static void write_unknown(FILE *f, char *old)
{
	for (char *line; (line = strsep(&old, "\n"));) {
		char key[32];
		size_t n = strcspn(line, "=");
		snprintf(key, sizeof key, "%.*s", (int)(n < 31 ? n : 31), line);
		if (*line && (line[n] != '=' || !is_known(key)))
			fprintf(f, "%s\n", line);
	}
}

bool settings_save(const settings *s, err *e)
{
	char path[FILE_PATH];
	file_save save;
	if (!settings_path(path, sizeof path))
		return err_machine(e, "settings are not kept: neither XDG_CONFIG_HOME nor HOME is set");
	char *slash = strrchr(path, '/');
	*slash = 0;
	if (!settings_make_folder(path, e))
		return false;
	*slash = '/';
	char *old = read_file(path, sizeof path);
	bool ok = file_save_open(&save, path, e);
	if (ok) {
		write_known(file_save_stream(&save), s);
		if (old)
			write_unknown(file_save_stream(&save), old);
		ok = file_save_commit(&save, e);
	}
	free(old);
	return ok;
}

bool settings_check_folder(const char *typed, char *to, size_t size, err *e)
{
	const char *home = getenv("HOME");
	bool at_home = typed[0] == '~' && (typed[1] == '/' || !typed[1]);
	int n = snprintf(to, size, "%s%s", at_home && home ? home : "", at_home ? typed + 1 : typed);
	if (n < 0 || (size_t)n >= size)
		return err_input(e, "pictures: the path is longer than %zu bytes", size - 1);
	if (!*to)
		return true;
	if (*to != '/')
		return err_input(
		        e, "pictures: '%.80s' is no absolute path; allowed: /FOLDER, ~/FOLDER, or nothing", typed);
	if (!settings_make_folder(to, e))
		return false;
	return access(to, W_OK | X_OK) == 0 || err_machine(e, "%.200s: cannot write there: %s", to, strerror(errno));
}
