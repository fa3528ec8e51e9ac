/* unroll list: what there is, made from the same tables that the program runs on. */
#include "app/cli.h"

#include "app/command.h"
#include "app/shelf.h"
#include "base/text.h"
#include "lesson/lesson.h"
#include "view/view.h"

#include <string.h>

typedef struct row {
	const char *name, *summary;
} row;

static void print_rows(const row *rows, int n, bool json)
{
	size_t width = 0;
	for (int i = 0; i < n; i++)
		width = strlen(rows[i].name) > width ? strlen(rows[i].name) : width;
	if (json)
		puts("[");
	for (int i = 0; i < n; i++) {
		if (json) {
			fputs("  {", stdout);
			cli_json_text(stdout, "name", rows[i].name);
			fputs(", ", stdout);
			cli_json_text(stdout, "summary", rows[i].summary);
			puts(i + 1 < n ? "}," : "}");
		} else {
			printf("%-*s  %s\n", (int)width, rows[i].name, rows[i].summary);
		}
	}
	if (json)
		puts("]");
}

enum { MOST = 128 };

static void list_registry(model_list *list, bool json)
{
	row rows[MOST];
	int n = 0;
	while (n < MOST && list(n, &rows[n].name, &rows[n].summary))
		n++;
	print_rows(rows, n, json);
}

/* How deep the cell is with its usual settings: products with weights around one step of time, and through one step. */
static void cell_depth(int cell, const char *summary, char *buf, size_t size)
{
	err e;
	const model_spec s = {.cell = cell,
	        .hidden = 1,
	        .inputs = 1,
	        .outputs = 1,
	        .T_max = 1,
	        .B_max = 1,
	        .hands = 1,
	        .kernel = 2,
	        .output = OUTPUT_LINEAR};
	model *m = model_f64.create(&s, &e);
	int recurrent, feedforward;
	snprintf(buf, size, "%s", summary);
	if (!m)
		return;
	model_f64.depth(m, &recurrent, &feedforward);
	snprintf(buf, size, "%s (recurrent depth %d, feed-forward depth %d)", summary, recurrent, feedforward);
	model_f64.destroy(m);
}

static void list_cells(bool json)
{
	static char text[MOST][200];
	row rows[MOST];
	int n = 0;
	for (; n < MOST && model_f64.cells(n, &rows[n].name, &rows[n].summary); n++) {
		cell_depth(n, rows[n].summary, text[n], sizeof text[n]);
		rows[n].summary = text[n];
	}
	print_rows(rows, n, json);
}

static void list_optimizers(bool json)
{
	list_registry(model_f64.optimizers, json);
}

static void list_inits(bool json)
{
	list_registry(model_f64.initializers, json);
}

static void list_presets(bool json)
{
	list_registry(preset_list, json);
}

static void list_losses(bool json)
{
	list_registry(model_f64.losses, json);
}

static void list_tasks(bool json)
{
	row rows[MOST];
	int n = 0;
	for (; n < tasks_count_f64; n++)
		rows[n] = (row){tasks_f64[n]->name, tasks_f64[n]->summary};
	print_rows(rows, n, json);
}

static void list_views(bool json)
{
	row rows[MOST];
	int n = 0;
	for (; n < views_count; n++)
		rows[n] = (row){views[n]->name, views[n]->summary};
	print_rows(rows, n, json);
}

static void list_goals(bool json)
{
	row rows[MOST];
	int n = 0;
	for (; n < GOAL_COUNT; n++)
		rows[n] = (row){goal_metrics[n].name, goal_metrics[n].summary};
	print_rows(rows, n, json);
}

static void list_probes(bool json)
{
	static const row rows[] = {
#define PROBE(name, summary) {#name, summary},
#include "run/probes.def"
#undef PROBE
	};
	print_rows(rows, sizeof rows / sizeof *rows, json);
}

static void list_keys(bool json)
{
	command_list(stdout, json);
}

/* Lessons that cannot be read are told on standard error, and listed by their name. */
static void print_lessons(const shelf *s, bool json)
{
	static lesson *read[SHELF_LESSONS];
	row rows[SHELF_LESSONS] = {{0}};
	int n = 0;
	err e;
	for (int i = 0; i < s->n; i++) {
		read[n] = lesson_read(s->path[i], &e);
		if (!read[n]) {
			cli_fail(&e);
			continue;
		}
		rows[n] = (row){read[n]->name, read[n]->summary};
		n++;
	}
	print_rows(rows, n, json);
	while (n > 0)
		lesson_free(read[--n]);
}

static void list_lessons(bool json)
{
	shelf s;
	err e;
	if (!shelf_open(&s, &e))
		cli_fail(&e);
	print_lessons(&s, json);
	shelf_close(&s);
}

static void list_nothing(bool json)
{
	if (!json)
		fputs("unroll: none yet\n", stderr);
	print_rows(NULL, 0, json);
}

static const char *type_name(knob_type t)
{
	static const char *const names[] = {"choice", "integer", "number", "switch", "file"};
	return names[t];
}

static const char *restart_name(knob_restart r)
{
	static const char *const names[] = {"look", "nothing", "optimizer", "weights"};
	return names[r - KNOB_LOOK];
}

/* "0 to 10", or the choices. */
static void allowed(const knob *k, char *buf, size_t size)
{
	char low[32], high[32];
	buf[0] = '\0';
	if (k->type == KNOB_CHOICE) {
		for (int i = 0; i < k->choices; i++) {
			strncat(buf, i ? ", " : "", size - strlen(buf) - 1);
			strncat(buf, k->choice[i], size - strlen(buf) - 1);
		}
	} else if (k->type == KNOB_FILE) {
		snprintf(buf, size, strcmp(k->name, "data") == 0 ? "a path" : "a formula");
	} else {
		snprintf(buf, size, "%s to %s", text_exact(low, sizeof low, k->low),
		        text_exact(high, sizeof high, k->high));
	}
}

static void list_knobs(bool json)
{
	char range[512], with[256];
	if (json)
		puts("[");
	for (int id = 0; id < KNOB_COUNT; id++) {
		const knob *k = knob_get((knob_id)id);
		allowed(k, range, sizeof range);
		if (!json) {
			printf("%-17s %-10s %-9s default %-9s allowed: %s\n%-17s %s%s%s\n", k->name, k->group,
			        type_name(k->type), k->fallback[0] ? k->fallback : "-", range, "", k->help,
			        k->unit[0] ? "; in " : "", k->unit);
			continue;
		}
		const row fields[] = {{"name", k->name}, {"summary", k->help}, {"group", k->group},
		        {"type", type_name(k->type)}, {"default", k->fallback}, {"allowed", range}, {"unit", k->unit},
		        {"restarts", restart_name(k->restart)}, {"cells", knob_cells((knob_id)id, with, sizeof with)}};
		fputs("  {", stdout);
		for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
			fputs(i ? ", " : "", stdout);
			cli_json_text(stdout, fields[i].name, fields[i].summary);
		}
		puts(id + 1 < KNOB_COUNT ? "}," : "}");
	}
	if (json)
		puts("]");
}

static const struct {
	const char *name;
	void (*print)(bool json);
} lists[] = {{"knobs", list_knobs}, {"cells", list_cells}, {"presets", list_presets}, {"tasks", list_tasks},
        {"optimizers", list_optimizers}, {"losses", list_losses}, {"inits", list_inits}, {"views", list_views},
        {"probes", list_probes}, {"goals", list_goals}, {"keys", list_keys}, {"lessons", list_lessons},
        {"reproductions", list_nothing}};
enum { LISTS = sizeof lists / sizeof *lists };

static bool unknown_list(const char *word, err *e)
{
	const char *names[LISTS];
	char all[200] = "";
	for (int i = 0; i < LISTS; i++) {
		names[i] = lists[i].name;
		strncat(all, i ? ", " : "", sizeof all - strlen(all) - 1);
		strncat(all, names[i], sizeof all - strlen(all) - 1);
	}
	int near = word ? text_closest(word, names, LISTS) : -1;
	if (near >= 0)
		return err_input(e, "list: unknown '%.40s'; did you mean '%s'? allowed: %s", word, names[near], all);
	return word ? err_input(e, "list: unknown '%.40s'; allowed: %s", word, all)
	            : err_input(e, "list: what? allowed: %s", all);
}

static int run(int argc, char **argv)
{
	err e;
	bool json = false;
	const option options[] = {{"--json", NULL, &json}};
	cli_words words;
	if (!cli_parse(argc, argv, options, 1, NULL, &words, &e))
		return cli_fail(&e);
	for (int i = 0; i < LISTS && words.n == 1; i++)
		if (strcmp(lists[i].name, words.word[0]) == 0) {
			lists[i].print(json);
			return 0;
		}
	if (words.n > 1)
		err_input(&e, "list: %d words; allowed: one list at a time", words.n);
	else
		unknown_list(words.n ? words.word[0] : NULL, &e);
	return cli_fail(&e);
}

const cli cli_list = {"list",
        "list knobs|cells|presets|tasks|optimizers|losses|inits|views|probes|goals|keys|lessons|reproductions [--json]",
        "what there is, with one sentence each", run};
