/* state: all that repeats what is on the screen: the arms with the settings they began with, what was changed under
 * way, and how far they went. Plain data; one line of text says the same:
 *
 *   unroll/1 T=40 clip=norm @1200 lr=0.048 @18583
 *   unroll/1 T=40 views=temporal,loss arm="no clip" clip=none arm="clip 0.1" clip=norm clip_at=0.1 @300 lr=0.05 @900
 *
 *   unroll/1 T=40 at=300 @400 lr=0.05 @900
 *
 * Settings behind an "@" take effect when that update has been made; the largest "@" is the update to go to, or, with
 * `at`, the end of what is known of a run that was rewound to that update. What stands before the first `arm` holds for
 * all arms. May be included by run, view, lesson and app. */
#ifndef RUN_STATE_H
#define RUN_STATE_H
#include "run/knob.h"

enum {
	STATE_ARMS = 4,
	STATE_VIEWS = 8,
	STATE_EDITS = 1024, /* changes under way, of all arms together */
	STATE_NAME = 40,    /* bytes, with the NUL */
	STATE_VIEW = 24,
	STATE_EXAMPLE = 32 /* inputs replaced in the example */
};

/* A knob that was changed after `update` updates. Knobs that begin the run again (KNOB_WEIGHTS) cannot be. A knob with
 * KNOB_OPTIMIZER clears the optimizer's memory, also when its value stays. */
typedef struct state_edit {
	long update;
	double value;
	int arm;
	knob_id knob;
} state_edit;

typedef struct state_arm {
	char name[STATE_NAME]; /* "" = none given */
	bool hidden;           /* trains on, but is not drawn */
	int colour;            /* 1 … STATE_ARMS; 0 = that of its place */
	config start;          /* at update 0 */
} state_arm;

/* The sequence that the views look at: the first one of a batch, with inputs replaced. */
typedef struct example_edit {
	int step;    /* 1-based */
	int feature; /* 1-based; 0: `value` is the symbol that stands there */
	double value;
} example_edit;

typedef struct run_example {
	long batch; /* of this update, 1 and more; 0 = that of the last update, whatever it is */
	int edits;
	example_edit edit[STATE_EXAMPLE];
} run_example;

typedef struct run_state {
	int arms;
	state_arm arm[STATE_ARMS];
	int views; /* shown, in this order; 0 = all */
	char view[STATE_VIEWS][STATE_VIEW];
	long update;
	long end; /* the furthest update known, when that is another */
	run_example example;
	int edits; /* arm by arm, in the order of their updates */
	state_edit edit[STATE_EDITS];
} run_state;

/* One arm without a name, nothing changed under way. */
void state_begin(run_state *s, const config *c, long update);
/* As text; complete whenever `size` is STATE_TEXT. Changes after the end are left out. Returns buf. */
const char *state_write(const run_state *s, char *buf, size_t size);
/* The furthest update that it speaks of. */
long state_end(const run_state *s);
/* On an error nothing is changed and the message names the word. */
bool state_read(run_state *s, const char *text, err *e);
/* "name=value" for the start of every arm. */
bool state_assign(run_state *s, const char *pair, err *e);
/* The settings of an arm once `update` updates have been made. */
config state_config(const run_state *s, int arm, long update);
/* Index of the arm with this name, letter or number ("clip 0.1", "B", "2"); −1 and a message when there is none. */
int state_find_arm(const run_state *s, const char *name, err *e);

/* True for knobs whose change does something at its update, also when the value stays: it clears the optimizer's
 * memory, or rescales the weights. */
bool state_acts(knob_id id);
/* True for what all arms have in common: the task, its batches, the seed. */
bool state_shares(knob_id id);
/* What tells this arm from the others: its name, or the settings in which they differ now ("lstm, lr 0.05"), or its
 * letter. Returns buf. */
const char *state_label(const run_state *s, int arm, char *buf, size_t size);

/* Puts an edit into a list kept in order of arm and update, over one of the same arm, update and knob. False when the
 * list is full. */
bool state_put_edit(state_edit *list, int *n, int most, const state_edit *edit);
/* Replaces an input of the example: over an edit of the same step and feature. False when there are too many. */
bool state_put_example(run_example *x, const example_edit *edit);
/* "unknown knob …", "… would start the run again …": whether the knob can be changed under way. */
bool state_may_edit(const char *word, knob_id id, long update, err *e);

#endif
