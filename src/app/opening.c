#include "app/opening.h"

#include "io/file.h"
#include "io/npz.h"
#include "io/png.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char opening_allowed[] = ".png, .txt and .unroll with a state, .npz, .csv, .md";

static const char prefix[] = "unroll/";

/* The first line of a table that unroll has written: "# unroll/1 …". */
static bool csv_state(const char *path, char *state, size_t size)
{
	err e;
	char mark[3];
	FILE *f = file_open(path, &(long long){0}, &e);
	bool there = f && fread(mark, 1, 2, f) == 2 && memcmp(mark, "# ", 2) == 0 && fgets(state, (int)size, f) &&
	             strncmp(state, prefix, strlen(prefix)) == 0;
	if (f)
		fclose(f);
	if (there)
		state[strcspn(state, "\r\n")] = '\0';
	return there;
}

/* The numbers of plots, as unroll writes them: sequences have an array x besides. */
static bool npz_state(const char *path, char *state, size_t size)
{
	err e;
	npz *z = npz_open(path, &e);
	bool there = z && !npz_has(z, "x") && npz_has(z, "state") && npz_text(z, "state", state, size, &e) &&
	             strncmp(state, prefix, strlen(prefix)) == 0;
	npz_close(z);
	return there;
}

/* Numbers with the state of the run that they are of. */
static bool table_state(const char *path, const char *ext, char *state, size_t size)
{
	return strcmp(ext, "csv") == 0   ? csv_state(path, state, size)
	       : strcmp(ext, "npz") == 0 ? npz_state(path, state, size)
	                                 : false;
}

opening opening_kind(const char *path)
{
	static char state[STATE_TEXT];
	static const struct {
		const char *ending;
		opening kind;
	} kinds[] = {{"png", OPENS_STATE}, {"txt", OPENS_STATE}, {"unroll", OPENS_STATE}, {"npz", OPENS_DATA},
	        {"csv", OPENS_DATA}, {"md", OPENS_LESSON}};
	char ext[16];
	file_extension(path, ext, sizeof ext);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(ext, kinds[i].ending) == 0)
			return table_state(path, ext, state, sizeof state) ? OPENS_STATE : kinds[i].kind;
	return OPENS_NOTHING;
}

static bool text_state(const char *path, char *state, size_t size, err *e)
{
	unsigned char *data;
	size_t length;
	if (!file_read_all(path, 4 * STATE_TEXT, &data, &length, e))
		return false;
	char *rest = (char *)data, *line, *found = NULL;
	while (!found && (line = strsep(&rest, "\r\n")))
		if (strncmp(line, prefix, strlen(prefix)) == 0)
			found = line;
	bool ok = found && strlen(found) < size;
	if (ok)
		memcpy(state, found, strlen(found) + 1);
	else if (found)
		err_input(e, "%s: the state has %zu bytes; allowed: %zu", path, strlen(found), size - 1);
	else
		err_input(e, "%s: holds no state; allowed: a line that begins with unroll/1", path);
	free(data);
	return ok;
}

bool opening_state_text(const char *path, char *state, size_t size, err *e)
{
	char ext[16];
	file_extension(path, ext, sizeof ext);
	if (strcmp(ext, "png") == 0)
		return png_read_state(path, state, size, e);
	if (table_state(path, ext, state, size))
		return true;
	return text_state(path, state, size, e);
}

bool opening_data(const char *path, config *c, err *e)
{
	char *whole = realpath(path, NULL); /* the run may be opened again from elsewhere */
	config to = *c;
	bool ok = config_set(&to, "data", whole ? whole : path, e) && config_set(&to, "task", "data", e);
	free(whole);
	if (!ok)
		return false;
	config_relax(&to); /* what only the task before had is left behind */
	*c = to;
	return true;
}
