/* The menu of the top bar: what has no place of its own among the controls, for the mouse. */
#include "app/bench.h"
#include "app/command.h"

#include <stdio.h>
#include <string.h>

static const float WIDTH = 330; /* points at type scale 1 */

typedef struct item {
	const char *command, *label;
	bool line;                            /* above it */
	const char *(*other)(const bench *b); /* what it says now; NULL: not there; no function: the label */
} item;

static const char *several(const bench *b)
{
	return b->snap->all > 1 ? "Exchange the arm with the next" : NULL;
}

static const char *held(const bench *b)
{
	const run_example *x = bench_example(b);
	return x->batch > 0 || x->edits > 0 ? "Let the kept sequence go" : "Keep the sequence that is shown";
}

static const char *tape(const bench *b)
{
	return b->exporter.film ? "End the movie that is recorded" : "Record a movie from here";
}

static const char *hall(const bench *b)
{
	return b->presenter ? "Leave presenter mode" : "Presenter mode: plots for a hall";
}

static const char *whole(const bench *b)
{
	return b->fullscreen ? "Leave full screen" : "Full screen";
}

static const char *text_of_lesson(const bench *b)
{
	return b->tutor && b->presenter ? "Text of the lesson" : NULL;
}

static const char *changed(const bench *b)
{
	return b->undo.back.n > 0 && !b->tutor ? "Undo the last change" : NULL;
}

static const char *taken_back(const bench *b)
{
	return b->undo.forth.n > 0 && !b->tutor ? "Redo" : NULL;
}

static const char *hidden_controls(const bench *b)
{
	return b->presenter ? "Controls" : NULL;
}

static const item items[] = {
        {"gallery", "Gallery: lessons, runs, pictures", false, NULL},
        {"views", "Choose and arrange the plots …", false, NULL},
        {"lesson-text", NULL, false, text_of_lesson},
        {"controls", NULL, false, hidden_controls},
        {"presenter", NULL, true, hall},
        {"fullscreen", NULL, false, whole},
        {"theme", "Next theme", false, NULL},
        {"undo", NULL, true, changed},
        {"redo", NULL, false, taken_back},
        {"sweep", "This update in small steps", true, NULL},
        {"bookmark", "Bookmark this update, or take it away", false, NULL},
        {"to-start", "To the beginning of the run", false, NULL},
        {"to-end", "To the furthest update known", false, NULL},
        {"new-seed", "Start again with a new seed", false, NULL},
        {"check", "Check this gradient", false, NULL},
        {"example", NULL, false, held},
        {"arm-name", "Name the arm …", false, NULL},
        {"arm-exchange", NULL, false, several},
        {"picture", "Save a picture (PNG)", true, NULL},
        {"export", "Export: slides, numbers, movies …", false, NULL},
        {"record", NULL, false, tape},
        {"copy", "Copy the state of the run", true, NULL},
        {"paste", "Go to the copied state", false, NULL},
        {"pytorch", "Copy this batch for PyTorch", false, NULL},
        {"settings", "Settings …", true, NULL},
        {"help", "All keys", false, NULL},
        {"quit", "Quit", false, NULL},
};
enum { ITEMS = sizeof items / sizeof *items };

/* What a key does first is enough. */
static void first_key(const command *k, char *buf, size_t size)
{
	char *more;
	command_keys(k, buf, size);
	more = strstr(buf, ", ");
	if (more)
		*more = '\0';
}

void menu_draw(bench *b, rect r)
{
	static char text[ITEMS][96]; /* an open list goes on pointing at them */
	static const char *option[ITEMS];
	int which[ITEMS], n = 0, chosen;
	for (int i = 0; i < ITEMS; i++) {
		char keys[48];
		const char *label = items[i].other ? items[i].other(b) : items[i].label;
		if (!label)
			continue;
		first_key(command_find(items[i].command), keys, sizeof keys);
		snprintf(text[n], sizeof text[n], "%s%s\t%s", items[i].line ? "\v" : "", label, keys);
		option[n] = text[n];
		which[n++] = i;
	}
	if (ui_menu(&b->ui, r, "menu", ICON_MORE, WIDTH * b->ui.em, option, n, &chosen,
	            "everything else: the gallery, plots, export, settings"))
		b->from_menu = items[which[chosen]].command;
}
