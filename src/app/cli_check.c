/* unroll check: are lessons well written, and is what they claim so? */
#include "app/cli.h"

#include "app/shelf.h"
#include "lesson/play.h"

#include <string.h>

typedef struct check {
	const lesson *l;
	int held, failed, skipped, mistakes;
} check;

static void print_claim(void *data, const play_claim *c)
{
	static const char *const words[] = {"ok      ", "NOT ok  ", "skipped "};
	check *k = data;
	k->held += c->verdict == PLAY_HOLDS;
	k->failed += c->verdict == PLAY_FAILS;
	k->skipped += c->verdict == PLAY_SKIPPED;
	printf("%s%s:%d: %s %s%s%s\n", words[c->verdict], k->l->path, c->line, c->what, c->text,
	        c->measured[0] ? ": " : "", c->measured);
	fflush(stdout);
}

static bool stop(void *data)
{
	(void)data;
	return cli_interrupted();
}

/* Every lesson that is needed is there. */
static void check_needs(const lesson *l, const shelf *s, check *k)
{
	for (int i = 0; i < l->needs; i++) {
		bool there = false;
		char name[64];
		for (int n = 0; n < s->n; n++)
			there = there || strcmp(lesson_name(s->path[n], name, sizeof name), l->need[i]) == 0;
		if (!there) {
			fprintf(stderr,
			        "unroll: %s:1: needs '%s', which is no lesson; `unroll list lessons` shows them\n",
			        l->path, l->need[i]);
			k->mistakes++;
		}
	}
}

static bool check_one(const char *path, const shelf *all, bool quick, check *k, err *e)
{
	lesson *l = lesson_read(path, e);
	if (!l)
		return false;
	k->l = l;
	for (int i = 0; i < l->messages; i++)
		fprintf(stderr, "unroll: %s:%d: %s\n", l->path, l->message[i].line, l->message[i].text);
	if (l->more)
		fprintf(stderr, "unroll: %s: %d more mistakes\n", l->path, l->more);
	k->mistakes += l->messages + l->more;
	check_needs(l, all, k);
	const play_options o = {.quick = quick, .claim = print_claim, .stop = stop, .data = k};
	play_lesson(l, &o);
	lesson_free(l);
	return true;
}

static bool find_lessons(const cli_words *words, shelf *s, err *e)
{
	*s = (shelf){0};
	if (words->n == 0 && !shelf_open(s, e))
		return false;
	for (int i = 0; i < words->n; i++)
		if (words->n > 1 && shelf_about_lessons(words->word[i])) /* all of a folder */
			fprintf(stderr, "unroll: %s is about lessons: passed over\n", words->word[i]);
		else if (!shelf_add(s, words->word[i], e))
			return false;
	return s->n > 0 || err_input(e, "check: no lessons; allowed: files, folders, names of lessons");
}

/* The lessons that one may need: those beside it, too. */
static bool neighbours(const shelf *s, shelf *all, err *e)
{
	if (!shelf_open(all, e))
		return false;
	for (int i = 0; i < s->n && all->n < SHELF_LESSONS; i++) {
		char folder[FILE_PATH];
		const char *slash = strrchr(s->path[i], '/');
		snprintf(
		        folder, sizeof folder, "%.*s", slash ? (int)(slash - s->path[i]) : 1, slash ? s->path[i] : ".");
		if (i == 0 || strncmp(s->path[i - 1], folder, strlen(folder)) != 0)
			shelf_add(all, folder, e); /* too many of them are not an error of this lesson */
	}
	return true;
}

static int run(int argc, char **argv)
{
	err e;
	bool quick = false;
	const option options[] = {{"--quick", NULL, &quick}};
	cli_words words;
	shelf lessons = {0}, all = {0};
	check k = {0};
	bool ok = cli_parse(argc, argv, options, 1, NULL, &words, &e) && find_lessons(&words, &lessons, &e) &&
	          neighbours(&lessons, &all, &e);
	cli_catch_interrupt();
	for (int i = 0; i < lessons.n && ok && !cli_interrupted(); i++)
		ok = check_one(lessons.path[i], &all, quick, &k, &e);
	shelf_close(&lessons);
	shelf_close(&all);
	if (!ok)
		return cli_fail(&e);
	printf("%d claims hold, %d do not", k.held, k.failed);
	printf(k.skipped ? ", %d skipped\n" : "\n", k.skipped);
	if (cli_interrupted())
		fputs("unroll: interrupted\n", stderr);
	return k.mistakes ? ERR_INPUT : k.failed || cli_interrupted() ? ERR_CHECK : 0;
}

const cli cli_check = {"check", "check [LESSON.md | FOLDER | NAME]… [--quick]",
        "play lessons without a window and verify what they claim", run};
