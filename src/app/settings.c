#include "app/settings.h"

#include "base/text.h"
#include "io/file.h"
#include "run/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static bool set_one(settings *s, const char *key, const char *value)
{
	double number;
	int found = theme_find(value);
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
	return false;
}

static void complain(const char *path, int line, const char *text)
{
	char clean[80];
	file_printable(clean, sizeof clean, text, strlen(text));
	fprintf(stderr,
	        "unroll: %s:%d: '%s' is ignored; allowed: theme=light|dark|projector|print, scale=0.8 to 3, "
	        "history=0 to 65536 (MiB)\n",
	        path, line, clean);
}

settings settings_load(void)
{
	settings s = {.theme = THEME_LIGHT, .scale = 1, .history = WORKER_HISTORY_MIB};
	char path[FILE_PATH];
	unsigned char *data;
	size_t size;
	struct stat there;
	err e = {0};
	if (!settings_path(path, sizeof path) || stat(path, &there) != 0)
		return s;
	if (!file_read_all(path, SETTINGS_LIMIT, &data, &size, &e)) {
		fprintf(stderr, "unroll: %s\n", e.text);
		return s;
	}
	bool said = false;
	int number = 0;
	char *rest = (char *)data;
	for (char *line; (line = strsep(&rest, "\n"));) {
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

bool settings_save(const settings *s, err *e)
{
	char path[FILE_PATH], scale[32], text[128];
	if (!settings_path(path, sizeof path))
		return err_machine(e, "settings are not kept: neither XDG_CONFIG_HOME nor HOME is set");
	char *slash = strrchr(path, '/');
	*slash = 0;
	if (!settings_make_folder(path, e))
		return false;
	*slash = '/';
	text_exact_f32(scale, sizeof scale, s->scale);
	int n = snprintf(
	        text, sizeof text, "theme=%s\nscale=%s\nhistory=%d\n", themes[s->theme].name, scale, s->history);
	return file_write_all(path, text, (size_t)n, e);
}
