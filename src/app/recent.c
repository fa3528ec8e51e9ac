#include "app/recent.h"

#include "app/settings.h"
#include "io/file.h"
#include "run/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RECENT_BYTES = 2 << 20 };

static bool recent_path(char *buf, size_t size)
{
	char folder[FILE_PATH / 2];
	return settings_folder("XDG_STATE_HOME", ".local/state", folder, sizeof folder) &&
	       (size_t)snprintf(buf, size, "%s/unroll/recent", folder) < size;
}

/* "SECONDS<tab>STATE"; a line that is anything else is skipped. */
static void take_line(recent *r, char *line)
{
	char *end;
	long long when = strtoll(line, &end, 10);
	if (*end != '\t' || end == line || r->n == RECENT_MOST || strncmp(end + 1, "unroll/", 7) != 0)
		return;
	char *state = strlen(end + 1) < STATE_TEXT ? strdup(end + 1) : NULL;
	if (!state)
		return;
	r->run[r->n].when = when;
	r->run[r->n++].state = state;
}

recent recent_load(void)
{
	recent r = {0};
	char path[FILE_PATH];
	unsigned char *data;
	size_t size;
	struct stat there;
	err e = {0};
	if (!recent_path(path, sizeof path) || stat(path, &there) != 0 ||
	        !file_read_all(path, RECENT_BYTES, &data, &size, &e))
		return r;
	char *rest = (char *)data;
	for (char *line; (line = strsep(&rest, "\n"));)
		take_line(&r, line);
	free(data);
	return r;
}

void recent_free(recent *r)
{
	for (int i = 0; i < r->n; i++)
		free(r->run[i].state);
	*r = (recent){0};
}

/* Bytes of a state without the update that it goes to at its end. */
static size_t without_update(const char *state)
{
	const char *at = strrchr(state, '@');
	return at && at > state && at[-1] == ' ' && !strchr(at, ' ') ? (size_t)(at - state - 1) : strlen(state);
}

bool recent_same(const char *a, const char *b)
{
	size_t n = without_update(a);
	return n == without_update(b) && memcmp(a, b, n) == 0;
}

bool recent_add(const char *state, long long when, err *e)
{
	return recent_update(NULL, state, when, e);
}

bool recent_update(const char *before, const char *state, long long when, err *e)
{
	char path[FILE_PATH];
	file_save save;
	if (!recent_path(path, sizeof path))
		return err_machine(e, "the run is not kept: neither XDG_STATE_HOME nor HOME is set");
	char *slash = strrchr(path, '/');
	*slash = 0;
	if (!settings_make_folder(path, e))
		return false;
	*slash = '/';
	recent old = recent_load();
	bool ok = file_save_open(&save, path, e);
	if (ok) {
		FILE *f = file_save_stream(&save);
		int kept = 1;
		fprintf(f, "%lld\t%s\n", when, state);
		for (int i = 0; i < old.n && kept < RECENT_MOST; i++)
			if (!recent_same(old.run[i].state, state) && (!before || strcmp(old.run[i].state, before) != 0))
				kept += fprintf(f, "%lld\t%s\n", old.run[i].when, old.run[i].state) > 0;
		ok = file_save_commit(&save, e);
	}
	recent_free(&old);
	return ok;
}
