/* settings: what the window remembers between runs, in $XDG_CONFIG_HOME/unroll/settings (key=value). */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H
#include "base/err.h"
#include "draw/palette.h"

#include <stdbool.h>
#include <stddef.h>

#define SCALE_MIN 0.8F
#define SCALE_MAX 3.0F
enum { HISTORY_MAX = 65536 }; /* MiB */

typedef struct settings {
	theme_id theme;
	int history; /* MiB for going back to past updates, all arms together */
	float scale; /* of type and everything else, on top of the display's */
} settings;

/* What is missing or wrong keeps its default; wrong content is said once on standard error. */
settings settings_load(void);
bool settings_save(const settings *s, err *e);
/* The user's folder `variable` names ("XDG_CONFIG_HOME"), else ~/fallback; false without a home. */
bool settings_folder(const char *variable, const char *fallback, char *buf, size_t size);
/* mkdir -p */
bool settings_make_folder(const char *path, err *e);

#endif
