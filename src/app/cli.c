#include "app/cli.h"

#include "app/opening.h"
#include "base/text.h"
#include "io/file.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CLI(name) extern const cli cli_##name;
#include "app/cli.def"
#undef CLI

const cli *const clis[] = {
#define CLI(name) &cli_##name,
#include "app/cli.def"
#undef CLI
        NULL};
const int clis_count = sizeof clis / sizeof *clis - 1;

int cli_fail(const err *e)
{
	char line[sizeof e->text + 8]; /* a name with a line break or an escape sequence in it stays on one line */
	fprintf(stderr, "unroll: %s\n", file_printable(line, sizeof line, e->text, strlen(e->text)));
	return e->code;
}

static bool unknown_option(const char *name, const option *options, int n, bool set, err *e)
{
	const char *names[32];
	int count = 0;
	char list[256] = "";
	for (int i = 0; i < n && count < 31; i++)
		names[count++] = options[i].name;
	if (set)
		names[count++] = "--set";
	for (int i = 0; i < count; i++) {
		strncat(list, i ? ", " : "", sizeof list - strlen(list) - 1);
		strncat(list, names[i], sizeof list - strlen(list) - 1);
	}
	int near = text_closest(name, names, count);
	if (near >= 0)
		return err_input(e, "unknown option '%.60s'; did you mean '%s'? allowed: %s", name, names[near], list);
	return err_input(e, "unknown option '%.60s'; allowed: %s", name, list);
}

static const option *find_option(const char *name, size_t length, const option *options, int n)
{
	for (int i = 0; i < n; i++) {
		bool same = strlen(options[i].name) == length && memcmp(options[i].name, name, length) == 0;
		bool out = length == 2 && memcmp(name, "-o", 2) == 0 && strcmp(options[i].name, "--out") == 0;
		if (same || out)
			return &options[i];
	}
	return NULL;
}

static bool parse(
        int argc, char **argv, const option *options, int n, config *c, run_state *s, cli_words *words, err *e)
{
	words->n = 0;
	bool only_words = false;
	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];
		if (only_words || a[0] != '-' || strcmp(a, "-") == 0) {
			if (words->n == CLI_WORDS)
				return err_input(e, "too many arguments; allowed: %d", CLI_WORDS);
			words->word[words->n++] = a;
			continue;
		}
		if (strcmp(a, "--") == 0) {
			only_words = true;
			continue;
		}
		const char *equals = a[1] == '-' ? strchr(a, '=') : NULL;
		size_t length = equals ? (size_t)(equals - a) : strlen(a);
		bool set = (c || s) && length == 5 && memcmp(a, "--set", 5) == 0;
		const option *o = set ? NULL : find_option(a, length, options, n);
		if (!set && !o)
			return unknown_option(a, options, n, c || s, e);
		if (o && o->flag) {
			if (equals)
				return err_input(e, "%s takes no value", o->name);
			*o->flag = true;
			continue;
		}
		const char *value = equals ? equals + 1 : i + 1 < argc ? argv[++i] : NULL;
		if (!value)
			return err_input(e, "%s needs a value", a);
		if (o)
			*o->value = value;
		else if (!(s ? state_assign(s, value, e) : config_assign(c, value, e)))
			return false;
	}
	return true;
}

bool cli_parse(int argc, char **argv, const option *options, int n, config *c, cli_words *words, err *e)
{
	return parse(argc, argv, options, n, c, NULL, words, e);
}

bool cli_number(const char *option_name, const char *text, double low, double high, double *out, err *e)
{
	double v;
	if (!text)
		return true;
	if (!text_read_number(text, false, &v) || v < low || v > high || v != floor(v))
		return err_input(e, "%s %.40s: not a whole number in range; allowed: %.0f to %.0f", option_name, text,
		        low, high);
	*out = v;
	return true;
}

/* The state string in a word, or in the file that it names. */
static bool find_state(const char *word, char *state, size_t size, err *e)
{
	if (strncmp(word, "unroll/", 7) == 0) {
		if (strlen(word) >= size)
			return err_input(e, "the state has %zu bytes; allowed: %zu", strlen(word), size - 1);
		memcpy(state, word, strlen(word) + 1);
		return true;
	}
	if (opening_kind(word) == OPENS_STATE)
		return opening_state_text(word, state, size, e);
	return err_input(e,
	        "'%.80s' is no state; allowed: 'unroll/1 knob=value … @update', FIGURE.png, STATE.txt, STATE.unroll",
	        word);
}

bool cli_state(const char *word, config *c, long *update, err *e)
{
	char state[STATE_TEXT];
	return find_state(word, state, sizeof state, e) && config_read_state(c, update, state, e);
}

bool cli_read_state(const char *word, run_state *s, err *e)
{
	char state[STATE_TEXT];
	return find_state(word, state, sizeof state, e) && state_read(s, state, e);
}

double cli_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool cli_parse_run(int argc, char **argv, const option *options, int n, config *c, long *update, err *e)
{
	cli_words words;
	config_default(c);
	if (!cli_parse(argc, argv, options, n, c, &words, e))
		return false;
	if (words.n > 1)
		return err_input(e, "more than one state string; allowed: one");
	if (words.n == 0)
		return true;
	/* the state string first, then once more what was set beside it */
	return cli_state(words.word[0], c, update, e) && cli_parse(argc, argv, options, n, c, &words, e);
}

bool cli_parse_state(int argc, char **argv, const option *options, int n, run_state *s, err *e)
{
	cli_words words;
	config c;
	config_default(&c);
	state_begin(s, &c, 0);
	if (!parse(argc, argv, options, n, NULL, s, &words, e))
		return false;
	if (words.n > 1)
		return err_input(e, "more than one state string; allowed: one");
	if (words.n == 0)
		return true;
	return cli_read_state(words.word[0], s, e) && parse(argc, argv, options, n, NULL, s, &words, e);
}

int cli_arm(const run_state *s, const char *name, err *e)
{
	char label[STATE_NAME];
	if (name)
		return state_find_arm(s, name, e);
	if (s->arms > 1)
		fprintf(stderr, "unroll: the state has %d arms; this is the first, '%s' (--arm takes another)\n",
		        s->arms, state_label(s, 0, label, sizeof label));
	return 0;
}

/* ---- progress ---- */

static const double QUIET = 1; /* seconds of work that need no progress */

cli_progress cli_progress_start(const char *what)
{
	double t = cli_now();
	return (cli_progress){.what = what, .started = t, .shown = t, .terminal = isatty(STDERR_FILENO)};
}

void cli_progress_show(cli_progress *p, long done, long all)
{
	if (all <= 0)
		return;
	double t = cli_now(), share = (double)done / (double)all;
	double left = share > 0 ? (t - p->started) * (1 - share) / share : 0;
	if (t - p->started < QUIET)
		return;
	if (p->terminal && t - p->shown > 0.1) {
		p->shown = t;
		int cells = (int)(share * 30);
		fprintf(stderr, "\r%s %.*s%.*s %3.0f %% %4.0f s left ", p->what, cells,
		        "##############################", 30 - cells, "..............................", 100 * share,
		        left);
		fflush(stderr);
	} else if (!p->terminal && (int)(share * 10) > p->tenth) {
		p->tenth = (int)(share * 10);
		fprintf(stderr, "%s %d %% (%ld of %ld, %.0f s left)\n", p->what, p->tenth * 10, done, all, left);
	}
}

void cli_progress_end(cli_progress *p)
{
	if (p->terminal && p->shown > p->started)
		fputs("\r\033[K", stderr);
}

/* ---- interrupt ---- */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	if (interrupted) { /* asked twice: go at once, without half-written files */
		file_cleanup_signal();
		_exit(128 + number);
	}
	interrupted = 1;
}

void cli_catch_interrupt(void)
{
	struct sigaction a = {.sa_handler = on_interrupt}, before;
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	sigaction(SIGHUP, NULL, &before);
	if (before.sa_handler != SIG_IGN) /* nohup */
		sigaction(SIGHUP, &a, NULL);
}

bool cli_interrupted(void)
{
	return interrupted != 0;
}

/* ---- JSON ---- */

void cli_json_text(FILE *f, const char *key, const char *value)
{
	fprintf(f, "\"%s\": \"", key);
	for (const unsigned char *p = (const unsigned char *)value; *p; p++) {
		if (*p == '"' || *p == '\\')
			fprintf(f, "\\%c", *p);
		else if (*p < 0x20)
			fprintf(f, "\\u%04x", *p);
		else
			fputc(*p, f);
	}
	fputc('"', f);
}
