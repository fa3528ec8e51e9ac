/* unroll handout: a lesson to print, or for a web page. */
#include "app/cli.h"

#include "app/handout.h"
#include "app/shelf.h"

static bool stop(void *data)
{
	cli_progress *p = data;
	double now = cli_now();
	if (p->terminal && now - p->shown > 0.5) {
		p->shown = now;
		fprintf(stderr, "\rplaying the lesson, %.0f s ", now - p->started);
	}
	return cli_interrupted();
}

static bool write_one(const char *path, const char *out, bool figures, bool *mistakes, err *e)
{
	lesson *l = lesson_read(path, e);
	if (!l)
		return false;
	for (int i = 0; i < l->messages; i++)
		fprintf(stderr, "unroll: %s:%d: %s\n", l->path, l->message[i].line, l->message[i].text);
	*mistakes = l->messages > 0;
	cli_progress p = cli_progress_start("playing");
	const handout_options o = {.figures = figures, .stop = stop, .data = &p};
	bool ok = handout_write(l, out, &o, e);
	cli_progress_end(&p);
	lesson_free(l);
	return ok;
}

static bool find(const cli_words *words, shelf *s, err *e)
{
	*s = (shelf){0};
	if (words->n != 1)
		return err_input(e, "handout: %d lessons; allowed: one", words->n);
	return shelf_add(s, words->word[0], e) &&
	       (s->n == 1 || err_input(e, "handout: %s has %d lessons; allowed: one", words->word[0], s->n));
}

static int run(int argc, char **argv)
{
	err e;
	const char *out = NULL;
	bool text = false, mistakes = false;
	const option options[] = {{"--out", &out, NULL}, {"--text", NULL, &text}};
	cli_words words;
	shelf s = {0};
	bool ok = cli_parse(argc, argv, options, 2, NULL, &words, &e) && find(&words, &s, &e);
	if (ok && !out)
		ok = err_input(&e, "handout: nowhere to write; allowed: -o F.pdf, -o F.html");
	cli_catch_interrupt();
	ok = ok && write_one(s.path[0], out, !text, &mistakes, &e);
	shelf_close(&s);
	return !ok ? cli_fail(&e) : mistakes ? ERR_INPUT : 0;
}

const cli cli_handout = {"handout", "handout LESSON [--text] -o F.{pdf,html}",
        "a lesson on paper, with the plots of its runs (--text: without)", run};
