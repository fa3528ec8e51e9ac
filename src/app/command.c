#include "app/command.h"

#include "app/export.h"
#include "app/tutor.h"

#include <math.h>
#include <string.h>

static void play(bench *b, int unused)
{
	(void)unused;
	bench_play(b, !b->playing && b->snap->travel_to == 0); /* a long way to another update ends, too */
}

static void step(bench *b, int updates)
{
	bench_step(b, updates);
}

static void replay(bench *b, int unused)
{
	(void)unused;
	bench_replay(b);
}

static void rescue(bench *b, int unused)
{
	(void)unused;
	bench_rescue(b);
}

static void bookmark(bench *b, int unused)
{
	(void)unused;
	if (b->worker)
		worker_bookmark(b->worker);
}

/* The next or the last mark of any arm, seen from the present. */
static void to_mark(bench *b, int direction)
{
	long now = b->snap->update, best = -1;
	for (int a = 0; a < b->snap->all; a++)
		for (int i = 0; i < b->snap->about[a].marks; i++) {
			long at = b->snap->about[a].mark[i].update;
			bool there = direction > 0 ? at > now : at < now;
			if (there && (best < 0 || (direction > 0 ? at < best : at > best)))
				best = at;
		}
	if (best >= 0)
		bench_seek(b, best);
	else
		ui_toast(&b->ui, direction > 0 ? "There is no mark ahead." : "There is no mark before this update.");
}

static void to_end(bench *b, int end)
{
	bench_seek(b, end ? b->snap->end : 0);
}

/* ---- arms ---- */

static void compare(bench *b, int unused)
{
	(void)unused;
	bench_compare(b);
}

static void fork_toggle(bench *b, int unused)
{
	(void)unused;
	b->fork = !b->fork;
	ui_toast(&b->ui, b->fork ? "Fork: the next setting that you change makes a new arm." : "Fork is off.");
}

static void select_arm(bench *b, int direction)
{
	int n = b->snap->all;
	if (n > 1)
		bench_select(b, (bench_arm(b) + direction + n) % n);
	else
		ui_toast(&b->ui, "There is only one arm; C makes another.");
}

static void hide(bench *b, int unused)
{
	(void)unused;
	bench_hide(b, bench_arm(b));
}

static void remove_arm(bench *b, int unused)
{
	(void)unused;
	bench_remove(b);
}

static void exchange(bench *b, int unused)
{
	(void)unused;
	if (b->snap->all > 1)
		bench_exchange(b, (bench_arm(b) + 1) % b->snap->all);
}

static void rename_arm(bench *b, int unused)
{
	(void)unused;
	b->renaming = bench_arm(b);
	b->rename_begins = true;
}

/* ---- what is shown ---- */

static void choose(bench *b, int unused)
{
	(void)unused;
	b->choosing = !b->choosing;
	b->choose_offset = 0;
}

static void reset(bench *b, int unused)
{
	(void)unused;
	bench_reset(b);
}

static void new_seed(bench *b, int unused)
{
	(void)unused;
	double high = knob_get(KNOB_seed)->high;
	b->config.v[KNOB_seed] = b->config.v[KNOB_seed] >= high ? 1 : b->config.v[KNOB_seed] + 1;
	b->config_changed = true; /* begins every arm again */
}

static void take_back(bench *b, int unused)
{
	(void)unused;
	undo_back(b);
}

static void make_again(bench *b, int unused)
{
	(void)unused;
	undo_forth(b);
}

static void plot_alone(bench *b, int number)
{
	if (number <= b->views)
		b->alone = b->alone == number - 1 ? -1 : number - 1;
}

/* One step out of whatever is open. */
static void back(bench *b, int unused)
{
	(void)unused;
	if (b->help)
		b->help = false;
	else if (b->preferences.open)
		b->preferences.open = false;
	else if (b->choosing)
		b->choosing = false;
	else if (b->exporter.open)
		b->exporter.open = false;
	else if (b->verdict)
		b->verdict = false;
	else if (b->until.open)
		b->until.open = false;
	else if (b->gallery.open && (gallery_back(b) || !b->fullscreen))
		return;
	else if (b->relief.crossed)
		b->relief.crossed = false;
	else if (b->fork)
		b->fork = false;
	else if ((b->narrow || b->presenter) && b->overlay)
		b->overlay = false;
	else if (b->narrow && b->tutor && b->tutor->overlay)
		b->tutor->overlay = false;
	else if (b->alone >= 0)
		b->alone = -1;
	else if (b->presenter)
		b->presenter = false;
	else if (b->fullscreen)
		b->fullscreen = false;
	else
		gallery_open(b);
}

static void next_theme(bench *b, int unused)
{
	(void)unused;
	b->settings.theme = (theme_id)((b->settings.theme + 1) % THEME_COUNT);
	b->settings_changed = true;
}

static void picture(bench *b, int all_formats)
{
	char message[480];
	export_pictures(b, all_formats, message, sizeof message);
	ui_toast(&b->ui, message);
}

static void export_dialog(bench *b, int unused)
{
	(void)unused;
	b->exporter.open = !b->exporter.open;
}

static void record_movie(bench *b, int unused)
{
	(void)unused;
	exporter_record(b);
}

static void copy_pytorch(bench *b, int unused)
{
	(void)unused;
	exporter_copy_pytorch(b);
}

static void copy_state(bench *b, int unused)
{
	(void)unused;
	static char text[STATE_TEXT];
	static run_state s;
	if (!b->ui.clipboard.set)
		return;
	bench_state(b, &s);
	b->ui.clipboard.set(b->ui.clipboard.data, state_write(&s, text, sizeof text));
	ui_toast(&b->ui, "The state is on the clipboard: it repeats all of this, bit for bit.");
}

static void paste_state(bench *b, int unused)
{
	(void)unused;
	static char text[STATE_TEXT];
	static run_state s;
	const view *list[BENCH_VIEWS];
	int n;
	err e = {0};
	if (!b->ui.clipboard.get || !b->ui.clipboard.get(b->ui.clipboard.data, text, sizeof text)) {
		ui_toast(&b->ui, "The clipboard holds no text.");
		return;
	}
	if (state_read(&s, text, &e) && view_pick(&s, list, &n, &e))
		bench_open(b, &s);
	else
		ui_toast(&b->ui, e.text);
}

static void check_gradient(bench *b, int unused)
{
	(void)unused;
	if (b->verdict) { /* G again puts the table away */
		b->verdict = false;
		return;
	}
	b->dismissed[0] = 0;
	b->checking = true;
	b->verdict_after = b->snap->check.serial;
	if (b->worker)
		worker_check_gradient(b->worker, bench_arm(b));
}

static void hold_example(bench *b, int unused)
{
	(void)unused;
	bench_hold_example(b);
}

static void sweep(bench *b, int unused)
{
	(void)unused;
	sweeper_toggle(b);
}

static void until_strip(bench *b, int unused)
{
	(void)unused;
	until_open(b);
}

static void fullscreen(bench *b, int unused)
{
	(void)unused;
	b->fullscreen = !b->fullscreen;
}

static void presenter(bench *b, int unused)
{
	(void)unused;
	b->presenter = !b->presenter;
	if (b->presenter)
		ui_toast(&b->ui, "Presenter mode: every key works as before; P, Esc or the cross below leaves it.");
}

static void controls(bench *b, int unused)
{
	(void)unused;
	bool *shown = b->narrow || b->presenter ? &b->overlay : &b->panel;
	*shown = !*shown;
	if (b->tutor && b->overlay) /* one of them over the plots is enough */
		b->tutor->overlay = false;
}

/* ---- the lesson ---- */

static bool no_lesson(bench *b)
{
	if (!b->tutor)
		ui_toast(&b->ui, "No lesson is open.");
	return !b->tutor;
}

static void turn(bench *b, int pages)
{
	if (!no_lesson(b))
		tutor_turn(b, pages);
}

static void go_on(bench *b, int unused)
{
	(void)unused;
	tutor_go_on(b);
}

static void lesson_text(bench *b, int unused)
{
	(void)unused;
	if (!no_lesson(b))
		tutor_text(b);
}

static void free_play(bench *b, int unused)
{
	(void)unused;
	if (!no_lesson(b))
		tutor_free_play(b);
}

static void hint(bench *b, int unused)
{
	(void)unused;
	if (!no_lesson(b))
		tutor_hint(b);
}

static void scroll(bench *b, int direction)
{
	tutor_scroll(b, direction);
}

static void help(bench *b, int unused)
{
	(void)unused;
	b->help = !b->help;
	b->help_offset = 0;
}

static void to_gallery(bench *b, int unused)
{
	(void)unused;
	if (b->gallery.open)
		(void)gallery_back(b);
	else
		gallery_open(b);
}

static void preferences_toggle(bench *b, int unused)
{
	(void)unused;
	b->preferences = (preferences){.open = !b->preferences.open};
	b->help = b->choosing = b->exporter.open = b->verdict = false;
}

static void zoom(bench *b, int direction)
{
	float s = b->settings.scale * (direction > 0 ? 1.1F : 1 / 1.1F);
	s = direction == 0 ? 1 : roundf(s * 20) / 20;
	b->settings.scale = fminf(fmaxf(s, SCALE_MIN), SCALE_MAX);
	b->settings_changed = true;
}

/* ---- the error surface ---- */

static void turn_left(bench *b, int degrees)
{
	relief_turn(b, degrees, 0);
}

static void tilt_up(bench *b, int degrees)
{
	relief_turn(b, 0, degrees);
}

static void surface_zoom(bench *b, int direction)
{
	relief_zoom(b, direction > 0 ? 1.1 : direction < 0 ? 1 / 1.1 : 0);
}

static void surface_axes(bench *b, int unused)
{
	(void)unused;
	relief_next_axes(b);
}

static void surface_height(bench *b, int unused)
{
	(void)unused;
	relief_next_height(b);
}

static void start_here(bench *b, int unused)
{
	(void)unused;
	relief_start(b);
}

static void quit(bench *b, int unused)
{
	(void)unused;
	b->quit = true;
}

const command commands[] = {
        {"play", {{' ', 0, 0}}, "play or pause", play, 0},
        {"sweep", {{'w', 0, 0}}, "go through this update slowly: forward, loss, back, step", sweep, 0},
        {"until", {{'u', 0, 0}}, "run until a condition holds, as loss < 0.1", until_strip, 0},
        {"step", {{UI_KEY_RIGHT, 0, 0}}, "next update", step, 1},
        {"step-ten", {{UI_KEY_RIGHT, UI_SHIFT, 0}}, "ten updates", step, 10},
        {"back-one", {{UI_KEY_LEFT, 0, 0}}, "the update before", step, -1},
        {"back-ten", {{UI_KEY_LEFT, UI_SHIFT, 0}}, "ten updates back", step, -10},
        {"to-start", {{UI_KEY_HOME, 0, 0}}, "to the beginning of the run", to_end, 0},
        {"to-end", {{UI_KEY_END, 0, 0}}, "to the furthest update known", to_end, 1},
        {"mark-before", {{0, 0, ","}}, "back to the mark before", to_mark, -1},
        {"mark-after", {{0, 0, "."}}, "on to the next mark", to_mark, 1},
        {"bookmark", {{'b', 0, 0}}, "set or take away a bookmark", bookmark, 0},
        {"replay", {{'x', 0, 0}}, "the last twenty updates before a run stopped", replay, 0},
        {"rescue", {{'z', 0, 0}}, "a run that stopped: again, clipped", rescue, 0},
        {"compare", {{'c', 0, 0}}, "compare: a second run from here", compare, 0},
        {"fork", {{'c', UI_SHIFT, 0}}, "fork: the next change makes a new arm", fork_toggle, 0},
        {"arm-next", {{'a', 0, 0}}, "select the next arm", select_arm, 1},
        {"arm-before", {{'a', UI_SHIFT, 0}}, "select the arm before", select_arm, -1},
        {"arm-name", {{'n', 0, 0}}, "name the arm", rename_arm, 0},
        {"arm-hide", {{'h', 0, 0}}, "hide or show the arm", hide, 0},
        {"arm-exchange", {{'e', 0, 0}}, "exchange the arm with the next", exchange, 0},
        {"arm-remove", {{'x', UI_SHIFT, 0}}, "remove the arm", remove_arm, 0},
        {"reset", {{'r', 0, 0}}, "start again, same seed; the old run is kept", reset, 0},
        {"new-seed", {{'r', UI_SHIFT, 0}}, "start again with a new seed", new_seed, 0},
        {"undo", {{'z', UI_CTRL, 0}}, "undo: back to before the last change", take_back, 0},
        {"redo", {{'y', UI_CTRL, 0}, {'z', UI_CTRL | UI_SHIFT, 0}}, "redo: make it again", make_again, 0},
        {"plot-1", {{0, 0, "1"}}, "the first plot alone, and back", plot_alone, 1},
        {"plot-2", {{0, 0, "2"}}, "the second plot alone, and back", plot_alone, 2},
        {"plot-3", {{0, 0, "3"}}, "the third plot alone, and back", plot_alone, 3},
        {"plot-4", {{0, 0, "4"}}, "the fourth plot alone, and back", plot_alone, 4},
        {"plot-5", {{0, 0, "5"}}, "the fifth plot alone, and back", plot_alone, 5},
        {"plot-6", {{0, 0, "6"}}, "the sixth plot alone, and back", plot_alone, 6},
        {"plot-7", {{0, 0, "7"}}, "the seventh plot alone, and back", plot_alone, 7},
        {"plot-8", {{0, 0, "8"}}, "the eighth plot alone, and back", plot_alone, 8},
        {"gallery", {{'o', 0, 0}, {'o', UI_CTRL, 0}}, "the gallery: lessons, recent runs, pictures", to_gallery, 0},
        {"views", {{'v', 0, 0}}, "choose and arrange the plots", choose, 0},
        {"lesson-go", {{UI_KEY_ENTER, 0, 0}}, "lesson: to the question, run, or on", go_on, 0},
        {"lesson-next", {{UI_KEY_PAGE_DOWN, 0, 0}}, "the next step of the lesson", turn, 1},
        {"lesson-before", {{UI_KEY_PAGE_UP, 0, 0}}, "the step before", turn, -1},
        {"lesson-text", {{'l', 0, 0}}, "show or hide the text of the lesson", lesson_text, 0},
        {"lesson-down", {{UI_KEY_DOWN, 0, 0}}, "further down in the text", scroll, 1},
        {"lesson-up", {{UI_KEY_UP, 0, 0}}, "further up in the text", scroll, -1},
        {"lesson-free", {{'j', 0, 0}}, "just play: leave the lesson for a while, and back", free_play, 0},
        {"hint", {{'i', 0, 0}}, "a hint of the lesson", hint, 0},
        {"back", {{UI_KEY_ESCAPE, 0, 0}}, "back: to all plots, at last to the gallery", back, 0},
        {"controls", {{'m', 0, 0}}, "show or hide the controls", controls, 0},
        {"theme", {{'t', 0, 0}}, "next theme: light, dark, projector, print", next_theme, 0},
        {"presenter", {{'p', 0, 0}}, "presenter mode: plots only, for a hall", presenter, 0},
        {"fullscreen", {{'f', 0, 0}, {UI_KEY_F11, 0, 0}}, "full screen", fullscreen, 0},
        {"picture", {{'s', 0, 0}}, "save a picture of the plots (PNG)", picture, false},
        {"pictures", {{'s', UI_SHIFT, 0}}, "save the plots as PNG, SVG and PDF", picture, true},
        {"export", {{'e', UI_CTRL, 0}}, "export: picture, vector, numbers or movie, and slide sizes", export_dialog, 0},
        {"record", {{'r', UI_CTRL, 0}}, "record a movie from here, and end it", record_movie, 0},
        {"pytorch", {{'c', UI_CTRL | UI_SHIFT, 0}}, "copy this batch as a script for PyTorch", copy_pytorch, 0},
        {"copy", {{'c', UI_CTRL, 0}}, "copy the state of the run", copy_state, 0},
        {"paste", {{'v', UI_CTRL, 0}}, "go to the state on the clipboard", paste_state, 0},
        {"check", {{'g', 0, 0}}, "check this gradient against central differences", check_gradient, 0},
        {"example", {{'k', 0, 0}}, "keep the sequence that is shown, or let it go", hold_example, 0},
        {"larger", {{'+', UI_CTRL, 0}, {'=', UI_CTRL, 0}}, "everything larger", zoom, 1},
        {"smaller", {{'-', UI_CTRL, 0}}, "everything smaller", zoom, -1},
        {"normal", {{'0', UI_CTRL, 0}}, "normal size", zoom, 0},
        {"settings", {{',', UI_CTRL, 0}}, "settings", preferences_toggle, 0},
        {"turn-left", {{UI_KEY_LEFT, UI_ALT, 0}}, "surface: turn to the left", turn_left, -5},
        {"turn-right", {{UI_KEY_RIGHT, UI_ALT, 0}}, "surface: turn to the right", turn_left, 5},
        {"tilt-up", {{UI_KEY_UP, UI_ALT, 0}}, "surface: look from higher up", tilt_up, 5},
        {"tilt-down", {{UI_KEY_DOWN, UI_ALT, 0}}, "surface: look from lower down", tilt_up, -5},
        {"zoom-in", {{'+', UI_ALT, 0}, {'=', UI_ALT, 0}}, "surface: nearer", surface_zoom, 1},
        {"zoom-out", {{'-', UI_ALT, 0}}, "surface: further away", surface_zoom, -1},
        {"axes", {{'d', 0, 0}}, "surface: the next kind of axes (directions)", surface_axes, 0},
        {"height", {{'l', UI_ALT, 0}}, "surface: height automatic, logarithmic, linear", surface_height, 0},
        {"start-here", {{'j', UI_ALT, 0}}, "surface: choose a place, and start there", start_here, 0},
        {"help", {{0, 0, "?"}, {UI_KEY_F1, 0, 0}}, "this help", help, 0},
        {"quit", {{'q', 0, 0}, {'q', UI_CTRL, 0}}, "quit", quit, 0},
};
const int commands_count = sizeof commands / sizeof *commands;

const command_control command_controls[] = {
        {"walk", "Tab, Shift+Tab", "walk through all controls and plots"},
        {"walk-parts", "F6, Shift+F6", "to the next part: bar, text, controls, plots, transport"},
        {"change", "← → ↑ ↓", "change a control; on a plot: read its values"},
        {"change-finely", "Shift+arrows", "change a control finely"},
        {"change-coarsely", "Ctrl+arrows", "change a control coarsely; outside lessons PgUp, PgDn"},
        {"change-to-end", "Home, End", "change a control to its ends"},
        {"press", "Enter", "press, open a list or a card, type a number"},
        {"type", "0 – 9", "on a slider: type a number"},
        {"default", "Delete", "a control back to its default"},
        {"type-number", "double click", "type a number"},
        {"search", "any letter", "in the gallery: search"},
};
const int command_controls_count = sizeof command_controls / sizeof *command_controls;

const command *command_find(const char *name)
{
	for (int i = 0; i < commands_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static const char *key_name(int key, char *one)
{
	static const struct {
		int key;
		const char *name;
	} names[] = {{' ', "Space"}, {UI_KEY_ENTER, "Enter"}, {UI_KEY_ESCAPE, "Esc"}, {UI_KEY_TAB, "Tab"},
	        {UI_KEY_LEFT, "←"}, {UI_KEY_RIGHT, "→"}, {UI_KEY_UP, "↑"}, {UI_KEY_DOWN, "↓"}, {UI_KEY_HOME, "Home"},
	        {UI_KEY_END, "End"}, {UI_KEY_PAGE_UP, "PgUp"}, {UI_KEY_PAGE_DOWN, "PgDn"}, {UI_KEY_F1, "F1"},
	        {UI_KEY_F11, "F11"}, {'-', "−"}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].key == key)
			return names[i].name;
	one[0] = (char)(key >= 'a' && key <= 'z' ? key - 'a' + 'A' : key);
	one[1] = 0;
	return one;
}

const char *command_keys(const command *k, char *buf, size_t size)
{
	size_t at = 0;
	buf[0] = 0;
	for (int i = 0; i < COMMAND_BINDINGS; i++) {
		const binding *b = &k->keys[i];
		char one[2];
		if (!b->key && !b->text)
			break;
		int n = snprintf(buf + at, size - at, "%s%s%s%s", i ? ", " : "",
		        b->mods & UI_CTRL  ? "Ctrl+"
		        : b->mods & UI_ALT ? "Alt+"
		                           : "",
		        b->mods & UI_SHIFT ? "Shift+" : "", b->text ? b->text : key_name(b->key, one));
		at += n > 0 && (size_t)n < size - at ? (size_t)n : 0;
	}
	return buf;
}

const char *command_tip(const char *name)
{
	static char tips[sizeof commands / sizeof *commands][96];
	const command *k = command_find(name);
	if (!k)
		return NULL;
	char *tip = tips[k - commands], keys[48];
	if (!tip[0])
		snprintf(tip, sizeof tips[0], "%s (%s)", k->help, command_keys(k, keys, sizeof keys));
	return tip;
}

bool command_run(bench *b, const char *name)
{
	const command *k = command_find(name);
	if (k)
		k->run(b, k->argument);
	return k != NULL;
}

static bool bound(const binding *b, const ui_event *e)
{
	if (e->kind == UI_TYPE)
		return b->text && strcmp(b->text, e->text) == 0;
	/* '+' needs Shift on many layouts; with Ctrl, Shift is only how the sign is reached */
	unsigned mods = e->mods & (UI_CTRL | UI_ALT) && strchr("+=-0", e->key < 128 ? e->key : 1)
	                        ? e->mods & ~(unsigned)UI_SHIFT
	                        : e->mods;
	return b->key && b->key == e->key && b->mods == mods;
}

/* A box over the run has the keyboard; what would change the run behind it waits until it is closed. */
static bool allowed(const bench *b, const char *name)
{
	static const char *const always[] = {
	        "back", "theme", "fullscreen", "larger", "smaller", "normal", "settings", "quit"};
	const struct {
		bool open;
		const char *name;
	} boxes[] = {{b->help, "help"}, {b->choosing, "views"}, {b->exporter.open, "export"}, {b->verdict, "check"},
	        {b->preferences.open, "settings"}};
	bool covered = false;
	for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
		covered = covered || boxes[i].open;
		if (boxes[i].open && strcmp(boxes[i].name, name) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		if (strcmp(always[i], name) == 0)
			return true;
	return !covered;
}

bool command_dispatch(bench *b, const ui_event *e)
{
	if (e->kind != UI_KEY && e->kind != UI_TYPE)
		return false;
	for (int i = 0; i < commands_count; i++) {
		for (int k = 0; k < COMMAND_BINDINGS; k++) {
			if (bound(&commands[i].keys[k], e) && allowed(b, commands[i].name) &&
			        (!b->gallery.open || gallery_allows(commands[i].name))) {
				commands[i].run(b, commands[i].argument);
				return true;
			}
		}
	}
	return false;
}

/* Characters, not bytes: arrows take three bytes and one column. */
static int columns(const char *utf8)
{
	int n = 0;
	for (; *utf8; utf8++)
		n += ((unsigned char)*utf8 & 0xC0) != 0x80;
	return n;
}

static void list_row(FILE *out, bool json, bool first, const char *name, const char *keys, const char *help)
{
	if (json)
		fprintf(out, "%s{\"name\": \"%s\", \"keys\": \"%s\", \"summary\": \"%s\"}", first ? "[ " : ",\n  ",
		        name, keys, help);
	else
		fprintf(out, "%-16s %s%*s %s\n", name, keys, 16 - columns(keys), "", help);
}

void command_list(FILE *out, bool json)
{
	char keys[64];
	for (int i = 0; i < commands_count; i++)
		list_row(out, json, i == 0, commands[i].name, command_keys(&commands[i], keys, sizeof keys),
		        commands[i].help);
	for (int i = 0; i < command_controls_count; i++)
		list_row(
		        out, json, false, command_controls[i].name, command_controls[i].keys, command_controls[i].help);
	if (json)
		fprintf(out, " ]\n");
}
