#include "app/pictures.h"

#include "app/settings.h"
#include "io/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { USER_DIRS_LIMIT = 64 * 1024, NAME_TRIES = 1000 };

/* XDG_PICTURES_DIR="$HOME/Bilder" or "/absolute"; false when the file does not say. */
static bool user_dirs_entry(char *buf, size_t size)
{
	static const char key[] = "XDG_PICTURES_DIR=\"";
	char folder[FILE_PATH / 2], path[FILE_PATH];
	unsigned char *data;
	size_t length;
	bool found = false;
	err e = {0};
	if (!settings_folder("XDG_CONFIG_HOME", ".config", folder, sizeof folder))
		return false;
	snprintf(path, sizeof path, "%s/user-dirs.dirs", folder);
	if (access(path, R_OK) != 0 || !file_read_all(path, USER_DIRS_LIMIT, &data, &length, &e))
		return false;
	char *rest = (char *)data;
	for (char *line; (line = strsep(&rest, "\n"));) {
		const char *value = line + sizeof key - 1, *home = getenv("HOME");
		if (strncmp(line, key, sizeof key - 1) != 0)
			continue;
		int n = (int)strcspn(value, "\""), used = -1;
		if (strncmp(value, "$HOME", 5) == 0 && n >= 5 && home)
			used = snprintf(buf, size, "%s%.*s", home, n - 5, value + 5);
		else if (value[0] == '/')
			used = snprintf(buf, size, "%.*s", n, value);
		found = used > 0 && (size_t)used < size;
	}
	free(data);
	return found;
}

static char chosen[FILE_PATH / 2];

void pictures_use(const char *folder)
{
	snprintf(chosen, sizeof chosen, "%s", folder);
}

static bool find_folder(char *buf, size_t size, err *e)
{
	char base[FILE_PATH / 2];
	const char *home = getenv("HOME");
	if (chosen[0])
		return (size_t)snprintf(buf, size, "%s", chosen) < size;
	if (!user_dirs_entry(base, sizeof base)) {
		if (!home || home[0] != '/')
			return err_machine(e, "no place for pictures: HOME is not set");
		snprintf(base, sizeof base, "%s/Pictures", home);
	}
	if ((size_t)snprintf(buf, size, "%s/unroll", base) >= size)
		return err_machine(e, "the path of the folder for pictures is too long");
	return true;
}

bool pictures_find_folder(char *buf, size_t size)
{
	err e;
	return find_folder(buf, size, &e);
}

bool pictures_folder(char *buf, size_t size, err *e)
{
	return find_folder(buf, size, e) && settings_make_folder(buf, e);
}

static bool taken(const char *name, const char *const *extension)
{
	char path[FILE_PATH];
	for (; *extension; extension++) {
		snprintf(path, sizeof path, "%s.%s", name, *extension);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

bool pictures_name(const char *const *extension, char *buf, size_t size, err *e)
{
	char folder[FILE_PATH - 64], stamp[32];
	time_t now = time(NULL);
	struct tm local;
	if (!pictures_folder(folder, sizeof folder, e))
		return false;
	localtime_r(&now, &local);
	strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &local);
	for (int i = 0; i < NAME_TRIES; i++) {
		int n = i ? snprintf(buf, size, "%s/unroll-%s-%d", folder, stamp, i + 1)
		          : snprintf(buf, size, "%s/unroll-%s", folder, stamp);
		if (n > 0 && (size_t)n + 8 < size && !taken(buf, extension))
			return true;
	}
	return err_machine(e, "%s: no free name for a picture", folder);
}
