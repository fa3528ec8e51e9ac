/* knob: the one table of everything that can be set (knobs.def), and config: one value for each knob.
 * May be included by run, view, lesson and app. */
#ifndef RUN_KNOB_H
#define RUN_KNOB_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum knob_id {
#define KNOB(name, ...) KNOB_##name,
#include "run/knobs.def"
#undef KNOB
	KNOB_COUNT
} knob_id;

typedef enum knob_type { KNOB_CHOICE, KNOB_INT, KNOB_REAL, KNOB_BOOL, KNOB_FILE } knob_type;
typedef enum knob_scale { KNOB_LINEAR, KNOB_LOG, KNOB_PICK } knob_scale;
typedef enum knob_shown { KNOB_COMMON, KNOB_RARE } knob_shown;
/* LOOK: of a picture, not of the run. Changing it is no change under way, and all arms have the same. */
typedef enum knob_restart { KNOB_LOOK = -1, KNOB_NOTHING, KNOB_OPTIMIZER, KNOB_WEIGHTS } knob_restart;

enum { KNOB_CHOICES = 48 }; /* values of a CHOICE at most */

typedef struct knob {
	const char *name, *group;
	bool rare; /* the panel shows it on demand, or when it is set */
	knob_type type;
	const char *fallback;       /* default, as text */
	double low, high;           /* allowed */
	double safe_low, safe_high; /* marked as usual */
	knob_scale scale;
	knob_restart restart;
	const char *unit, *label, *help;
	int choices;               /* CHOICE: how many */
	const char *const *choice; /* CHOICE: their names */
} knob;

struct optim_form; /* nn/model.h */

/* The table; choices of the registries, and who reads a knob, are filled in before main. */
const knob *knob_get(knob_id id);
int knob_find(const char *name); /* −1 when unknown */

enum { CONFIG_TEXT = 256, STATE_TEXT = 65536 }; /* STATE_TEXT: a whole state, see run/state.h */

/* Plain data: copying the struct copies the configuration. */
typedef struct config {
	double v[KNOB_COUNT];   /* CHOICE: index; BOOL: 0 or 1; FILE: unused */
	char data[CONFIG_TEXT]; /* the FILE knobs */
	char expression[CONFIG_TEXT];
	char axes_named[CONFIG_TEXT], start_along[CONFIG_TEXT];
} config;

void config_default(config *c);
/* Sets one knob from text. On an error *c is unchanged and the message names the knob, the value, what is
 * allowed, and the closest known name. */
bool config_set(config *c, const char *name, const char *value, err *e);
/* Named bundles of settings: `preset` is a name that config_set takes, too. */
bool preset_list(int row, const char **name, const char **summary);
/* "name=value" */
bool config_assign(config *c, const char *pair, err *e);
/* The value as text that config_set reads back exactly. Returns buf. */
const char *config_text(const config *c, knob_id id, char *buf, size_t size);
bool config_is_default(const config *c, knob_id id);
bool config_same(const config *a, const config *b, knob_id id);
void config_copy(config *to, const config *from, knob_id id); /* one value */
void config_look(config *to, const config *from);             /* all knobs of pictures (KNOB_LOOK) */
const char *config_choice(const config *c, knob_id id);       /* name of a CHOICE's value */
/* What has to restart to get from a to b: the strongest of the knobs that differ. */
knob_restart config_restart(const config *a, const config *b);
/* True when the knob does something under this configuration (momentum only for momentum and nesterov …);
 * the control panel hides the others. */
bool config_uses(const config *c, knob_id id);
/* Names of the cells that a knob belongs to, separated by commas; "" for a knob of all cells. Returns buf. */
const char *knob_cells(knob_id id, char *buf, size_t size);
/* False, and a sentence that says what to do, when knobs contradict each other whatever the data are: a knob that the
 * cell does not have, a form that the optimizer does not have. */
bool config_fits(const config *c, err *e);
/* Sets what the cell or the optimizer does not have back to its default: for menus, where these may change at any
 * time. */
void config_relax(config *c);
/* True when this value of a CHOICE goes with the others, or is the present one: what the control panel offers (forms
 * that the optimizer has, output functions that the loss allows). */
bool config_offers(const config *c, knob_id id, int choice);
/* The row of the optimizer's forms that `form` chooses; NULL when the optimizer has no such form. */
const struct optim_form *config_form(const config *c);
/* Optimizer, clipping and direction as the knobs say. */
struct descent config_descent(const config *c);

/* The state (run/state.h) of one arm that was not changed under way: "unroll/1 key=value … @update" with the values
 * that differ from the defaults. Returns buf. */
const char *config_state(const config *c, long update, char *buf, size_t size);
/* Reads such a state; *update is 0 when there is no "@". On an error nothing is changed. */
bool config_read_state(config *c, long *update, const char *state, err *e);

#endif
