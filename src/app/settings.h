/* settings: what the window remembers between runs, in $XDG_CONFIG_HOME/unroll/settings (key=value). */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H
#include "base/err.h"
#include "base/text.h"
#include "draw/palette.h"

#include <stdbool.h>
#include <stddef.h>

#define SCALE_MIN 0.8F
#define SCALE_MAX 3.0F
enum { HISTORY_MAX = 65536, SETTINGS_WORDS = 5, SETTINGS_PATH = 1024 }; /* HISTORY_MAX: MiB */

typedef enum setting_motion { MOTION_FULL, MOTION_REDUCED } setting_motion;
typedef enum setting_drawing { DRAWING_AUTO, DRAWING_GPU, DRAWING_PROCESSOR } setting_drawing;

typedef struct settings {
	theme_id theme;
	int history; /* MiB for going back to past updates, all arms together */
	float scale; /* of type and everything else, on top of the display's */
	/* choices: indices into settings_choice().word */
	int decimal;                  /* text_decimal */
	int thousands;                /* text_groups */
	int motion;                   /* enum setting_motion: reduced does without what moves or blinks by itself */
	int drawing;                  /* enum setting_drawing: from the next start on */
	char pictures[SETTINGS_PATH]; /* folder; "" = the usual one */
} settings;

/* The settings that are one of a few words: rows of a table, for the file and for the screen. */
typedef struct settings_row {
	const char *key;                   /* in the file */
	const char *label, *help;          /* for the reader */
	const char *word[SETTINGS_WORDS];  /* in the file; NULL ends the list */
	const char *shown[SETTINGS_WORDS]; /* on the screen */
	size_t offset;                     /* of the int in settings */
} settings_row;
extern const settings_row settings_rows[];
extern const int settings_rows_count;
int *settings_choice(settings *s, const settings_row *row);

/* What is missing or wrong keeps its default; wrong content is said once on standard error. */
settings settings_load(void);
/* Lines that this program does not know stay as they are. */
bool settings_save(const settings *s, err *e);
/* The user's folder `variable` names ("XDG_CONFIG_HOME"), else ~/fallback; false without a home. */
bool settings_folder(const char *variable, const char *fallback, char *buf, size_t size);
/* mkdir -p */
bool settings_make_folder(const char *path, err *e);
/* A folder in which files can be made: "" (the usual one), or an absolute path; "~/" stands for the home. On success
 * `to` has the path written out. */
bool settings_check_folder(const char *typed, char *to, size_t size, err *e);

#endif
