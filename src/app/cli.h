/* cli: the subcommands. One file cli_x.c and one line in cli.def add one. */
#ifndef APP_CLI_H
#define APP_CLI_H
#include "run/knob.h"
#include "run/state.h"
#include "run/trial.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct cli {
	const char *name, *usage, *summary;
	int (*run)(int argc, char **argv); /* argv[0] is the subcommand; returns the exit status */
} cli;

extern const cli *const clis[];
extern const int clis_count;

/* An option of a subcommand: a flag, or one with a value (the last one given counts). */
typedef struct option {
	const char *name; /* "--out"; "-o" is understood as "--out" */
	const char **value;
	bool *flag;
} option;

enum { CLI_WORDS = 64 };

/* What was on the command line besides the options. */
typedef struct cli_words {
	int n;
	const char *word[CLI_WORDS];
} cli_words;

/* Reads options, and --set K=V into *c (NULL: not taken). False with a message. */
bool cli_parse(int argc, char **argv, const option *options, int n, config *c, cli_words *words, err *e);
/* Prints "unroll: message" as one line and returns the exit status of *e. */
int cli_fail(const err *e);
/* A whole number from an option; *out stays when text is NULL. */
bool cli_number(const char *option_name, const char *text, double low, double high, double *out, err *e);
/* Takes a word that is a state string, or a picture that carries one, over *c and *update; false with a message when it
 * is something else. */
bool cli_state(const char *word, config *c, long *update, err *e);

/* The options of a command that works on one run: at most one state string, --set over it, wherever they stand. Without
 * a state string *c is the defaults and *update stays. */
bool cli_parse_run(int argc, char **argv, const option *options, int n, config *c, long *update, err *e);

/* The same with everything that a state can hold: several arms, settings that change under way. */
bool cli_read_state(const char *word, run_state *s, err *e);
bool cli_parse_state(int argc, char **argv, const option *options, int n, run_state *s, err *e);
/* The arm that a command works on which works on one: the one named, or the first; says so where there is a choice. −1
 * and a message when there is none of that name. */
int cli_arm(const run_state *s, const char *name, err *e);

/* Long work: a bar with the time left on a terminal, a line for every tenth elsewhere; on standard error. */
typedef struct cli_progress {
	const char *what;
	double started, shown;
	int tenth;
	bool terminal;
} cli_progress;

cli_progress cli_progress_start(const char *what);
void cli_progress_show(cli_progress *p, long done, long all);
void cli_progress_end(cli_progress *p);

/* Set by SIGINT, SIGTERM and SIGHUP once cli_catch_interrupt has been called: finish cleanly. */
void cli_catch_interrupt(void);
bool cli_interrupted(void);

double cli_now(void); /* seconds, monotonic */

/* {"name": "…", …}: one text field of JSON, escaped. */
void cli_json_text(FILE *f, const char *key, const char *value);

#endif
