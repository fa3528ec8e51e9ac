/* command: the one table of everything a key does. The help screen, the tooltips and `unroll list keys` come from it.
 */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H
#include "app/bench.h"

#include <stdio.h>

enum { COMMAND_BINDINGS = 3 };

typedef struct binding {
	int key; /* a UI_KEY_… or a character; 0 = none */
	unsigned mods;
	const char *text; /* or what typing gives, wherever the layout has it: "?", "1" */
} binding;

typedef struct command {
	const char *name; /* stable: for lists and tests */
	binding keys[COMMAND_BINDINGS];
	const char *help; /* one line */
	void (*run)(bench *b, int argument);
	int argument;
} command;

extern const command commands[];
extern const int commands_count;

/* How the controls answer the keyboard: no commands, but keys as well. */
typedef struct command_control {
	const char *name, *keys, *help;
} command_control;
extern const command_control command_controls[];
extern const int command_controls_count;

const command *command_find(const char *name); /* NULL when unknown */
/* "Shift+→", several joined by "  ". Returns buf. */
const char *command_keys(const command *k, char *buf, size_t size);
/* "play or pause (Space)": static text for a tooltip. */
const char *command_tip(const char *name);
bool command_run(bench *b, const char *name);
/* Runs the command an event is bound to; false when there is none. */
bool command_dispatch(bench *b, const ui_event *event);
/* `unroll list keys` */
void command_list(FILE *out, bool json);

#endif
