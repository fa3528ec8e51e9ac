/* The controls one by one, and the bench screen at every size: focus, keyboard, pointer, targets, overlaps. */
#include "app/command.h"
#include "app/export.h"
#include "app/pictures.h"
#include "base/rng.h"
#include "draw/canvas_null.h"
#include "draw/canvas_trace.h"
#include "fake_snap.h"
#include "io/png.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- a small screen of its own ---- */

static const char *const fruit[] = {"apple", "banana", "cherry", "damson", "elder", "fig"};
static const char *const short_list[] = {"a", "b", "c"};
static const char *const things[] = {"Open\tO", "\vSave\tCtrl+S", "Quit"};

typedef struct form {
	ui ui;
	double now, x, y;
	int pick, segment;
	bool on, open;
	char text[64], typed[64];
	bool reject;
	int presses;
	int done;           /* chosen in the menu; −1 = nothing yet */
	bool menu, covered; /* it is there; a dialog lies over everything */
	float offset;
	char clip[64];
} form;

static const ui_range lin = {
        .name = "lin", .tip = "help for lin", .low = 0, .high = 2, .safe_low = 0, .safe_high = 1.5, .fallback = 1};
static const ui_range logarithmic = {
        .name = "log", .low = 1e-6, .high = 3, .safe_low = 1e-5, .safe_high = 0.3, .fallback = 0.01, .log = true};

static void form_pass(form *f, const ui_event *e)
{
	canvas c = canvas_null(&themes[THEME_LIGHT], 400, 300);
	ui *u = &f->ui;
	ui_begin(u, &c, e, f->now += 0.01);
	f->presses += ui_button(u, (rect){10, 10, 80, 24}, "press", ICON_NONE, "Press", LOOK_RAISED, "help for press");
	ui_toggle(u, (rect){10, 40, 80, 24}, "switch", &f->on, NULL);
	if (ui_slider(u, (rect){10, 70, 300, 24}, &lin, &f->x) == UI_TYPED)
		ui_reject(u, "lin: not a number");
	ui_slider(u, (rect){10, 100, 300, 24}, &logarithmic, &f->y);
	ui_choice(u, (rect){10, 130, 100, 24}, "fruit", fruit, 6, &f->pick, NULL);
	ui_choice(u, (rect){120, 130, 100, 24}, "letters", short_list, 3, &f->segment, NULL);
	if (ui_entry(u, (rect){10, 160, 100, 24}, "entry", f->text, false, NULL) == UI_TYPED) {
		if (f->reject)
			ui_reject(u, "not this");
		else
			snprintf(f->text, sizeof f->text, "%s", ui_typed(u));
	}
	ui_section(u, (rect){10, 190, 100, 24}, "More", &f->open);
	rect area = {10, 220, 200, 60}, at = ui_scroll(u, area, "bar", 300, &f->offset);
	for (int i = 0; i < 10; i++) {
		char name[16];
		snprintf(name, sizeof name, "row %d", i);
		ui_button(u, (rect){at.x, at.y + 30 * (float)i, 100, 24}, name, ICON_NONE, name, LOOK_PLAIN, NULL);
	}
	ui_scroll_end(u, area, 300, &f->offset);
	int chosen;
	if (f->menu && ui_menu(u, (rect){360, 10, 24, 24}, "menu", ICON_MORE, 160, things, 3, &chosen, NULL))
		f->done = chosen;
	if (f->covered) {
		ui_dialog d = ui_dialog_begin(u, 300, 200, "Over it", "close it");
		f->covered = !ui_dialog_end(u, &d);
	}
	ui_end(u);
}

static bool clip_get(void *data, char *buf, size_t size)
{
	snprintf(buf, size, "%s", ((form *)data)->clip);
	return buf[0] != 0;
}

static void clip_set(void *data, const char *text)
{
	form *f = data;
	snprintf(f->clip, sizeof f->clip, "%s", text);
}

static form *form_new(void)
{
	static form f;
	memset(&f, 0, sizeof f);
	ui_init(&f.ui, &(ui_clipboard){clip_get, clip_set, &f});
	f.x = 1;
	f.y = 0.01;
	f.done = -1;
	snprintf(f.text, sizeof f.text, "hello");
	form_pass(&f, NULL);
	return &f;
}

static void key_mods(form *f, int key, unsigned mods)
{
	form_pass(f, &(ui_event){.kind = UI_KEY, .key = key, .mods = mods});
}

static void key(form *f, int k)
{
	key_mods(f, k, 0);
}

static void type(form *f, const char *text)
{
	ui_event e = {.kind = UI_TYPE};
	snprintf(e.text, sizeof e.text, "%s", text);
	form_pass(f, &e);
}

static void pointer(form *f, ui_event_kind kind, float x, float y, int clicks)
{
	form_pass(f, &(ui_event){.kind = kind, .at = {x, y}, .clicks = clicks});
}

static void click(form *f, float x, float y)
{
	pointer(f, UI_MOVE, x, y, 0);
	pointer(f, UI_PRESS, x, y, 1);
	pointer(f, UI_RELEASE, x, y, 1);
	form_pass(f, NULL);
}

static void click_name(form *f, const char *name)
{
	const ui_control *k = ui_find(&f->ui, name);
	assert_non_null(k);
	click(f, k->shown.x + k->shown.w / 2, k->shown.y + k->shown.h / 2);
}

static const char *focused(const ui *u)
{
	int n;
	const ui_control *k = ui_controls(u, &n);
	for (int i = 0; i < n; i++)
		if (k[i].id == u->focus)
			return k[i].name;
	return "";
}

static void focus_on(form *f, const char *name)
{
	for (int i = 0; i < 64 && strcmp(focused(&f->ui), name) != 0; i++)
		key(f, UI_KEY_TAB);
	assert_string_equal(focused(&f->ui), name);
}

static void focus_walks_in_order(void **state)
{
	(void)state;
	static const char *const order[] = {
	        "press", "switch", "lin", "log", "fruit", "letters", "entry", "More", "row 0"};
	form *f = form_new();
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		key(f, UI_KEY_TAB);
		assert_string_equal(focused(&f->ui), order[i]);
		assert_true(f->ui.ring);
	}
	for (size_t i = sizeof order / sizeof *order - 1; i-- > 0;) {
		key_mods(f, UI_KEY_TAB, UI_SHIFT);
		assert_string_equal(focused(&f->ui), order[i]);
	}
	key_mods(f, UI_KEY_TAB, UI_SHIFT);
	assert_string_equal(focused(&f->ui), "row 9");
	key(f, UI_KEY_ESCAPE);
	assert_string_equal(focused(&f->ui), "");
}

static void focus_scrolls_into_sight(void **state)
{
	(void)state;
	form *f = form_new();
	assert_true(ui_find(&f->ui, "row 7")->shown.h < 1);
	focus_on(f, "row 7");
	form_pass(f, NULL);
	assert_true(ui_find(&f->ui, "row 7")->shown.h > 23);
}

static void button_and_toggle(void **state)
{
	(void)state;
	form *f = form_new();
	click_name(f, "press");
	assert_int_equal(f->presses, 1);
	pointer(f, UI_PRESS, 50, 20, 1); /* let go elsewhere: nothing */
	pointer(f, UI_RELEASE, 300, 200, 1);
	assert_int_equal(f->presses, 1);
	focus_on(f, "press");
	key(f, UI_KEY_ENTER);
	assert_int_equal(f->presses, 2);
	click_name(f, "switch");
	assert_true(f->on);
	focus_on(f, "switch");
	key(f, UI_KEY_LEFT);
	assert_false(f->on);
	click_name(f, "More");
	assert_true(f->open);
}

/* A digit begins a number where the keyboard is; Enter takes it, Esc leaves what was. */
static void typed_numbers(void **state)
{
	(void)state;
	form *f = form_new();
	type(f, "5"); /* nothing has the keyboard */
	assert_false(ui_editing(&f->ui));
	focus_on(f, "lin");
	type(f, "1");
	type(f, ".");
	type(f, "5");
	assert_true(ui_editing(&f->ui));
	assert_string_equal(f->ui.edit.text, "1.5");
	key(f, UI_KEY_ESCAPE);
	assert_false(ui_editing(&f->ui));
	type(f, "x"); /* a letter is a command */
	assert_false(ui_editing(&f->ui));
	key_mods(f, UI_KEY_RIGHT, UI_CTRL);
	assert_float_equal(f->x, 1.1, 1e-12);
	f->ui.paging = true; /* pages are turned, not sliders */
	key(f, UI_KEY_PAGE_DOWN);
	assert_float_equal(f->x, 1.1, 1e-12);
}

/* Tab goes on where the control that had the keyboard was, when it has gone. */
static void the_place_is_kept(void **state)
{
	(void)state;
	static ui u;
	canvas c = canvas_null(&themes[THEME_LIGHT], 400, 300);
	static const char *const names[] = {"a", "b", "c", "d"};
	ui_init(&u, NULL);
	const ui_event tab = {.kind = UI_KEY, .key = UI_KEY_TAB},
	               back = {.kind = UI_KEY, .key = UI_KEY_TAB, .mods = UI_SHIFT},
	               part = {.kind = UI_KEY, .key = UI_KEY_F6};
	const ui_event *const events[] = {NULL, &tab, &tab, &tab, NULL, &tab, NULL, NULL, &back, &part, &part, &part};
	static const char *const focus[] = {NULL, "a", "b", "c", NULL, "d", NULL, NULL, "b", "c", "a", "c"};
	/* c goes away in the fifth pass, d in the seventh; c is back from the ninth on, and begins another part */
	for (int pass = 0; pass < 12; pass++) {
		ui_begin(&u, &c, events[pass], pass);
		for (int i = 0; i < 4; i++) {
			bool there = (i != 2 || pass < 4 || pass > 7) && (i != 3 || pass < 6 || pass > 8);
			if (i == 2)
				ui_part(&u);
			if (there)
				ui_button(&u, (rect){10, 10 + 30 * (float)i, 80, 24}, names[i], ICON_NONE, names[i],
				        LOOK_PLAIN, NULL);
		}
		ui_end(&u);
		assert_true(!focus[pass] ? u.focus == 0 : u.focus == ui_find(&u, focus[pass])->id);
	}
}

static void slider_keyboard(void **state)
{
	(void)state;
	form *f = form_new();
	focus_on(f, "lin");
	key(f, UI_KEY_RIGHT);
	assert_float_equal(f->x, 1.01, 1e-12);
	key_mods(f, UI_KEY_RIGHT, UI_SHIFT);
	assert_float_equal(f->x, 1.011, 1e-12);
	key(f, UI_KEY_PAGE_DOWN);
	assert_true(f->x < 0.95 && f->x > 0.85);
	key(f, UI_KEY_HOME);
	assert_float_equal(f->x, 0, 0);
	key(f, UI_KEY_LEFT);
	assert_float_equal(f->x, 0, 0);
	key(f, UI_KEY_END);
	assert_float_equal(f->x, 2, 0);
	key(f, UI_KEY_DELETE);
	assert_float_equal(f->x, 1, 0);
	focus_on(f, "log");
	for (int i = 0; i < 400; i++) { /* rounding never stops it */
		double before = f->y;
		key_mods(f, UI_KEY_RIGHT, i % 3 ? 0 : UI_SHIFT);
		assert_true(f->y > before || f->y == logarithmic.high);
	}
	assert_float_equal(f->y, 3, 0);
	for (int i = 0; i < 1000; i++) {
		double before = f->y;
		key_mods(f, UI_KEY_LEFT, i % 3 ? 0 : UI_SHIFT);
		assert_true(f->y < before || f->y == logarithmic.low);
	}
	assert_float_equal(f->y, 1e-6, 0);
}

static void slider_pointer(void **state)
{
	(void)state;
	form *f = form_new();
	pointer(f, UI_MOVE, 200, 82, 0);
	pointer(f, UI_PRESS, 200, 82, 1);
	assert_true(f->x > 1.5); /* the track reaches from 17 to 235 */
	pointer(f, UI_MOVE, 126, 82, 0);
	assert_float_equal(f->x, 1, 0.02);
	pointer(f, UI_MOVE, -500, 82, 0);
	assert_float_equal(f->x, 0, 0);
	pointer(f, UI_RELEASE, -500, 82, 1);
	pointer(f, UI_MOVE, 200, 82, 0);
	assert_float_equal(f->x, 0, 0);
	f->x = 1.2345; /* taking hold of the thumb leaves a typed value as it is */
	float knob_at = 17 + 218 * 1.2345F / 2;
	click(f, knob_at, 82);
	assert_float_equal(f->x, 1.2345, 0);
	form_pass(f, &(ui_event){.kind = UI_WHEEL, .at = {knob_at, 82}, .wheel = 1});
	assert_true(f->x > 1.2345);
}

/* What stands beside a slider is a whole number of the value, never the beginning of one. */
static void slider_number(void **state)
{
	(void)state;
	static const struct {
		double v;
		const char *shown;
	} is[] = {{2.5118864e-12, "2.5·10⁻¹²"}, {3e-16, "3·10⁻¹⁶"}, {-2.63231, "−2.6323"}, {-1.234e-12, "−10⁻¹²"},
	        {0.0198, "0.0198"}, {1.2345, "1.2345"}};
	static const ui_range any = {.name = "any", .low = -10, .high = 10, .safe_low = -10, .safe_high = 10};
	form *f = form_new();
	trace *t = trace_new(&themes[THEME_LIGHT], 400, 300);
	assert_non_null(t);
	for (size_t i = 0; i < sizeof is / sizeof is[0]; i++) {
		char wanted[40];
		double v = is[i].v;
		trace_clear(t);
		ui_begin(&f->ui, trace_canvas(t), NULL, f->now += 0.01);
		ui_slider(&f->ui, (rect){10, 70, 300, 24}, &any, &v);
		ui_end(&f->ui);
		snprintf(wanted, sizeof wanted, "\"%s\"", is[i].shown);
		if (!strstr(trace_text(t, NULL), wanted))
			fail_msg("%s is not there: %s", wanted, trace_text(t, NULL));
	}
	trace_free(t);
}

static void number_entry(void **state)
{
	(void)state;
	form *f = form_new();
	const ui_control *slider = ui_find(&f->ui, "lin");
	float number = slider->area.x + slider->area.w - 10, before = (float)f->x;
	pointer(f, UI_PRESS, 60, 82, 1);
	pointer(f, UI_MOVE, number, 82, 0);
	pointer(f, UI_RELEASE, number, 82, 1);
	assert_false(ui_editing(&f->ui)); /* a drag that ends on the number is none of it */
	f->x = (double)before;
	pointer(f, UI_PRESS, 60, 82, 1);
	pointer(f, UI_RELEASE, 60, 82, 1);
	pointer(f, UI_PRESS, 60, 82, 2);
	pointer(f, UI_RELEASE, 60, 82, 2);
	assert_true(ui_editing(&f->ui));
	assert_float_equal(f->x, 1, 0); /* the first click is taken back */
	key_mods(f, 'a', UI_CTRL);
	type(f, "9");
	type(f, "9");
	assert_string_equal(ui_typed(&f->ui), "99");
	key(f, UI_KEY_ENTER);
	assert_true(ui_editing(&f->ui)); /* rejected: stays open, with the reason */
	assert_string_equal(f->ui.edit.error, "lin: not a number");
	key(f, UI_KEY_BACKSPACE);
	assert_string_equal(f->ui.edit.error, "");
	key(f, UI_KEY_ESCAPE);
	assert_false(ui_editing(&f->ui));
	assert_float_equal(f->x, 1, 0);
}

static void text_editing(void **state)
{
	(void)state;
	form *f = form_new();
	click_name(f, "entry");
	assert_true(ui_editing(&f->ui));
	key_mods(f, 'c', UI_CTRL); /* all is selected at the start */
	assert_string_equal(f->clip, "hello");
	key(f, UI_KEY_END);
	type(f, "ρ");
	key(f, UI_KEY_LEFT);
	type(f, "x");
	assert_string_equal(ui_typed(&f->ui), "helloxρ");
	key(f, UI_KEY_DELETE); /* a whole character */
	assert_string_equal(ui_typed(&f->ui), "hellox");
	key_mods(f, UI_KEY_HOME, UI_SHIFT);
	key_mods(f, 'x', UI_CTRL);
	assert_string_equal(ui_typed(&f->ui), "");
	assert_string_equal(f->clip, "hellox");
	key_mods(f, 'v', UI_CTRL);
	key_mods(f, 'v', UI_CTRL);
	assert_string_equal(ui_typed(&f->ui), "helloxhellox");
	for (int i = 0; i < 100; i++)
		key_mods(f, 'v', UI_CTRL); /* full: what does not fit is left out */
	assert_int_equal(strlen(ui_typed(&f->ui)), UI_TEXT - 1);
	key_mods(f, 'y', UI_CTRL); /* nothing has been taken back */
	assert_int_equal(strlen(ui_typed(&f->ui)), UI_TEXT - 1);
	key_mods(f, 'z', UI_CTRL);
	assert_string_equal(ui_typed(&f->ui), "hello");
	key_mods(f, 'z', UI_CTRL);
	assert_null(ui_unused(&f->ui)); /* the field has the key, whatever there is to take back */
	key_mods(f, 'z', UI_CTRL | UI_SHIFT);
	assert_int_equal(strlen(ui_typed(&f->ui)), UI_TEXT - 1);
	key_mods(f, 'a', UI_CTRL);
	type(f, "done");
	key(f, UI_KEY_TAB); /* leaving the field commits */
	assert_string_equal(f->text, "done");
	assert_string_equal(focused(&f->ui), "More");
	f->reject = true;
	click_name(f, "entry");
	click_name(f, "switch");
	assert_true(ui_editing(&f->ui)); /* a wrong text keeps the field */
	assert_string_equal(f->ui.edit.error, "not this");
}

static void lists(void **state)
{
	(void)state;
	form *f = form_new();
	click_name(f, "fruit");
	assert_non_null(ui_find(&f->ui, "option: cherry"));
	click_name(f, "option: cherry");
	assert_int_equal(f->pick, 2);
	assert_null(ui_find(&f->ui, "option: cherry"));
	focus_on(f, "fruit");
	key(f, UI_KEY_DOWN);
	assert_int_equal(f->pick, 3);
	key(f, UI_KEY_ENTER);
	type(f, "f");
	key(f, UI_KEY_ENTER);
	assert_int_equal(f->pick, 5);
	key(f, UI_KEY_ENTER);
	key(f, UI_KEY_HOME);
	key(f, UI_KEY_ESCAPE);
	assert_int_equal(f->pick, 5);
	key(f, UI_KEY_ENTER);
	int presses = f->presses;
	click_name(f, "press"); /* a click outside only closes the list */
	assert_int_equal(f->presses, presses);
	assert_null(ui_find(&f->ui, "option: apple"));
	click_name(f, "letters: c");
	assert_int_equal(f->segment, 2);
	focus_on(f, "letters");
	key(f, UI_KEY_LEFT);
	assert_int_equal(f->segment, 1);
}

static void scrolling(void **state)
{
	(void)state;
	form *f = form_new();
	form_pass(f, &(ui_event){.kind = UI_WHEEL, .at = {50, 250}, .wheel = -2});
	assert_true(f->offset > 50);
	form_pass(f, &(ui_event){.kind = UI_WHEEL, .at = {50, 250}, .wheel = 1e9F});
	assert_float_equal(f->offset, 0, 0);
	pointer(f, UI_PRESS, 200, 222, 1);
	pointer(f, UI_MOVE, 200, 500, 0);
	form_pass(f, NULL);
	assert_float_equal(f->offset, 240, 1);
}

static void menus(void **state)
{
	(void)state;
	form *f = form_new();
	f->menu = true;
	form_pass(f, NULL);
	click_name(f, "menu");
	assert_non_null(ui_find(&f->ui, "option: Open"));
	const ui_control *k = ui_find(&f->ui, "option: Save"); /* without its line and its key */
	assert_non_null(k);
	assert_true(k->area.x + k->area.w <= 400 && k->area.w > 150);
	click_name(f, "option: Save");
	assert_int_equal(f->done, 1);
	assert_null(ui_find(&f->ui, "option: Save"));
	assert_string_equal(focused(&f->ui), "");
	f->done = -1;
	click_name(f, "menu");
	click(f, 50, 20); /* beside it */
	assert_int_equal(f->done, -1);
	assert_null(ui_find(&f->ui, "option: Save"));
	focus_on(f, "menu");
	key(f, UI_KEY_ENTER);
	type(f, "s");
	key(f, UI_KEY_ENTER);
	form_pass(f, NULL);
	assert_int_equal(f->done, 1);
}

/* What lies under a dialog stays where it is. */
static void the_wheel_stays_in_a_dialog(void **state)
{
	(void)state;
	form *f = form_new();
	f->covered = true;
	form_pass(f, NULL);
	form_pass(f, &(ui_event){.kind = UI_WHEEL, .at = {100, 250}, .wheel = -2});
	assert_float_equal(f->offset, 0, 0);
	f->covered = false;
	form_pass(f, NULL);
	form_pass(f, &(ui_event){.kind = UI_WHEEL, .at = {100, 250}, .wheel = -2});
	assert_true(f->offset > 50);
}

static void tooltips(void **state)
{
	(void)state;
	form *f = form_new();
	pointer(f, UI_MOVE, 50, 20, 0);
	assert_true(isfinite(ui_due(&f->ui)));
	assert_false(f->ui.overlay);
	f->now += 0.7;
	form_pass(f, NULL);
	assert_true(f->ui.overlay);
	assert_true(ui_due(&f->ui) == (double)INFINITY); /* nothing changes by itself any more */
}

/* ---- the bench ---- */

static bench bench_of_tests;
static double bench_now;

static void bench_run(bench *b, float w, float h, theme_id t, const ui_event *e)
{
	b->settings.theme = t;
	canvas c = canvas_null(bench_theme(b), w, h);
	bench_pass(b, &c, &c, true, e, bench_now += 0.01);
}

static bench *bench_new(fake which)
{
	bench *b = &bench_of_tests;
	static run_state start;
	config c;
	config_default(&c);
	state_begin(&start, &c, 0);
	bench_done(b);
	bench_init(b, &start, NULL, &(settings){.theme = THEME_LIGHT, .scale = 1}, NULL);
	b->snap = fake_snap(which);
	return b;
}

static void open_everything(bench *b)
{
	b->sections_fitted = true;
	for (int i = 0; i < BENCH_GROUPS; i++)
		b->section_open[i] = b->section_all[i] = true;
}

static bool overlap(rect a, rect b)
{
	return fminf(a.x + a.w, b.x + b.w) - fmaxf(a.x, b.x) > 0.5F &&
	       fminf(a.y + a.h, b.y + b.h) - fmaxf(a.y, b.y) > 0.5F;
}

static bool counts(const ui_control *k)
{
	return k->role != UI_OPTION && k->role != UI_SURFACE && k->shown.w > 0 && k->shown.h > 0;
}

static void check_layout(const bench *b, float w, float h, const char *what)
{
	int n;
	const ui_control *k = ui_controls(&b->ui, &n);
	assert_true(n < UI_CONTROLS);
	float least = UI_TARGET * b->ui.em - 0.5F;
	for (int i = 0; i < n; i++) {
		if (!counts(&k[i]))
			continue;
		bool target = k[i].focusable || k[i].role == UI_SCROLL;
		if (target && (k[i].area.w < least || (k[i].area.h < least && k[i].role != UI_SCROLL)))
			fail_msg("%s at %.0f × %.0f, type %.2f: '%s' is %.1f × %.1f", what, (double)w, (double)h,
			        (double)b->ui.em, k[i].name, (double)k[i].area.w, (double)k[i].area.h);
		for (int j = 0; j < i; j++) {
			if (strcmp(k[j].name, k[i].name) == 0)
				fail_msg("%s: two controls are called '%s'", what, k[i].name);
			if (counts(&k[j]) && k[j].layer == k[i].layer && k[i].layer < 3 &&
			        overlap(k[i].shown, k[j].shown))
				fail_msg("%s at %.0f × %.0f, type %.2f: '%s' lies over '%s'", what, (double)w,
				        (double)h, (double)b->ui.em, k[i].name, k[j].name);
		}
	}
}

static void nothing_overlaps(void **state)
{
	(void)state;
	static const float sizes[][2] = {{480, 360}, {640, 480}, {800, 600}, {1024, 768}, {1280, 720}, {1366, 768},
	        {1920, 1080}, {2560, 1440}, {3840, 2160}};
	static const float scales[] = {0.8F, 1, 1.25F, 1.5F, 2, 3};
	static const fake snaps[] = {FAKE_ORDINARY, FAKE_NAN};
	for (size_t s = 0; s < 2; s++) {
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			for (size_t z = 0; z < sizeof scales / sizeof *scales; z++) {
				for (int t = THEME_LIGHT; t <= THEME_PROJECTOR; t += THEME_PROJECTOR) {
					float w = sizes[i][0] / scales[z], h = sizes[i][1] / scales[z];
					bench *b = bench_new(snaps[s]);
					open_everything(b);
					bench_run(b, w, h, (theme_id)t, NULL);
					check_layout(b, w, h, "the bench");
					b->overlay = b->help = true;
					bench_run(b, w, h, (theme_id)t, NULL);
					check_layout(b, w, h, "panel and help");
					b->help = b->overlay = false;
					b->alone = 1;
					bench_run(b, w, h, (theme_id)t, NULL);
					check_layout(b, w, h, "one plot");
				}
			}
		}
	}
}

static void any_size_survives(void **state)
{
	(void)state;
	static const float sizes[] = {0.5F, 1, 7, 40, 100, 300, 5000};
	for (int s = 0; s < FAKE_COUNT; s++) {
		bench *b = bench_new((fake)s);
		for (size_t i = 0; i < 7; i++) {
			for (size_t j = 0; j < 7; j++) {
				b->help = (i + j) % 3 == 0;
				b->overlay = (i + j) % 2;
				b->presenter = i == 3;
				bench_run(b, sizes[i], sizes[j], THEME_DARK,
				        &(ui_event){.kind = UI_MOVE, .at = {20, 20}});
			}
		}
	}
}

/* Every value of every choice, one knob at a time, and pairs of the choices that hide others. */
static void check_all_knobs_shown(bench *b)
{
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	for (int id = 0; id < KNOB_COUNT; id++) {
		const knob *k = knob_get((knob_id)id);
		bool used = config_uses(&b->config, (knob_id)id), shown = ui_find(&b->ui, k->name) != NULL;
		if (used != shown)
			fail_msg("knob %s is %s but %s", k->name, used ? "used" : "not used",
			        shown ? "shown" : "not shown");
	}
}

static void every_knob_has_a_control(void **state)
{
	(void)state;
	for (int id = 0; id < KNOB_COUNT; id++) {
		const knob *k = knob_get((knob_id)id);
		for (int i = 0; i < (k->type == KNOB_CHOICE ? k->choices : 1); i++) {
			bench *b = bench_new(FAKE_ORDINARY);
			open_everything(b);
			if (k->type == KNOB_CHOICE)
				b->config.v[id] = i;
			check_all_knobs_shown(b);
		}
	}
}

static void tab_reaches_everything(void **state)
{
	(void)state;
	bench *b = bench_new(FAKE_ORDINARY);
	open_everything(b);
	bench_run(b, 1280, 720, THEME_LIGHT, NULL);
	int n, focusable = 0, reached = 0;
	static uint32_t seen[UI_CONTROLS];
	const ui_control *k = ui_controls(&b->ui, &n);
	for (int i = 0; i < n; i++)
		focusable += k[i].focusable;
	for (int i = 0; i < focusable; i++) {
		bench_run(b, 1280, 720, THEME_LIGHT, &(ui_event){.kind = UI_KEY, .key = UI_KEY_TAB});
		bench_run(b, 1280, 720, THEME_LIGHT, NULL);
		bool again = false;
		for (int j = 0; j < reached; j++)
			again = again || seen[j] == b->ui.focus;
		assert_false(again);
		seen[reached++] = b->ui.focus;
		k = ui_controls(&b->ui, &n);
		for (int j = 0; j < n; j++)
			if (k[j].id == b->ui.focus)
				assert_true(k[j].shown.w > 0 && k[j].shown.h > 12); /* in sight */
	}
	assert_int_equal(reached, focusable);
}

static void bench_key(bench *b, int k, unsigned mods)
{
	bench_run(b, 1280, 800, THEME_LIGHT, &(ui_event){.kind = UI_KEY, .key = k, .mods = mods});
	bench_run(b, 1280, 800, b->settings.theme, NULL);
}

static void bench_type(bench *b, const char *text)
{
	ui_event e = {.kind = UI_TYPE};
	snprintf(e.text, sizeof e.text, "%s", text);
	bench_run(b, 1280, 800, b->settings.theme, &e);
	bench_run(b, 1280, 800, b->settings.theme, NULL);
}

static void bench_click(bench *b, const char *name)
{
	const ui_control *k = ui_find(&b->ui, name);
	if (!k)
		fail_msg("no control '%s'", name);
	ui_event e = {.kind = UI_MOVE, .at = {k->shown.x + k->shown.w / 2, k->shown.y + k->shown.h / 2}, .clicks = 1};
	for (e.kind = UI_MOVE; e.kind <= UI_RELEASE; e.kind++)
		if (e.kind != UI_LEAVE)
			bench_run(b, 1280, 800, b->settings.theme, &e);
	bench_run(b, 1280, 800, b->settings.theme, NULL);
}

/* Rare knobs wait behind the last row of their section, until they are set. */
static void rare_knobs_on_demand(void **state)
{
	(void)state;
	bench *b = bench_new(FAKE_ORDINARY);
	err e;
	bench_run(b, 1280, 1400, THEME_LIGHT, NULL);
	assert_null(ui_find(&b->ui, "layers"));
	assert_non_null(ui_find(&b->ui, "more model"));
	bench_click(b, "more model");
	assert_non_null(ui_find(&b->ui, "layers"));
	bench_click(b, "less model");
	assert_null(ui_find(&b->ui, "layers"));
	assert_true(config_set(&b->config, "layers", "2", &e));
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	assert_non_null(ui_find(&b->ui, "layers"));
	/* what the new cell does not have is left behind */
	assert_true(config_set(&b->config, "leak", "0.5", &e));
	assert_true(panel_set(b, "cell", "lstm"));
	assert_true(b->config.v[KNOB_leak] == 0 && b->config.v[KNOB_layers] == 2);
}

static void keys_and_buttons(void **state)
{
	(void)state;
	bench *b = bench_new(FAKE_ORDINARY);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	bench_key(b, ' ', 0);
	assert_true(b->playing);
	bench_click(b, "pause");
	assert_false(b->playing);
	bench_type(b, "2");
	assert_int_equal(b->alone, 1);
	bench_key(b, UI_KEY_ESCAPE, 0);
	assert_int_equal(b->alone, -1);
	bench_click(b, "temporal plot");
	assert_int_equal(b->alone, 0);
	bench_click(b, "temporal plot");
	assert_int_equal(b->alone, -1);
	bench_type(b, "?");
	assert_true(b->help);
	bench_key(b, UI_KEY_ESCAPE, 0);
	assert_false(b->help);
	bench_key(b, 't', 0);
	assert_int_equal(b->settings.theme, THEME_DARK);
	bench_key(b, '+', UI_CTRL | UI_SHIFT);
	assert_true(b->settings.scale > 1);
	bench_key(b, '0', UI_CTRL);
	assert_true(b->settings.scale == 1);
	for (int i = 0; i < 60; i++)
		bench_key(b, '-', UI_CTRL);
	assert_true(b->settings.scale == SCALE_MIN);
	bench_key(b, 'r', UI_SHIFT);
	assert_float_equal(b->config.v[KNOB_seed], 2, 0);
	bench_click(b, "cell");
	bench_click(b, "option: lstm");
	assert_string_equal(config_choice(&b->config, KNOB_cell), "lstm");
	bench_key(b, 'q', 0);
	assert_true(b->quit);
}

/* A box over the run has the keyboard: it scrolls, the run behind it keeps still, and one Esc closes it. */
static void boxes_have_the_keyboard(void **state)
{
	(void)state;
	bench *b = bench_new(FAKE_ORDINARY);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	bench_key(b, UI_KEY_TAB, 0);
	uint32_t before = b->ui.focus;
	bool panel = b->panel;
	assert_true(before != 0);
	bench_type(b, "?");
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	bench_key(b, UI_KEY_DOWN, 0);
	float line = b->help_offset;
	bench_key(b, UI_KEY_PAGE_DOWN, 0);
	assert_true(line > 0 && b->help_offset > 5 * line);
	bench_key(b, UI_KEY_HOME, 0);
	assert_true(b->help_offset == 0);
	bench_key(b, UI_KEY_END, 0);
	assert_true(b->help_offset > 5 * line);
	bench_key(b, UI_KEY_ENTER, 0); /* not the button behind, which had the focus */
	bench_key(b, 'm', 0);
	bench_key(b, ' ', 0);
	assert_true(b->panel == panel && !b->playing && b->help);
	bench_key(b, UI_KEY_TAB, 0);
	assert_true(b->ui.focus == ui_find(&b->ui, "close help")->id);
	bench_key(b, UI_KEY_ESCAPE, 0);
	assert_false(b->help);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	assert_int_equal(b->ui.focus, before);
	/* the space bar presses what has the focus in a box, and plays again without one */
	bench_key(b, 'v', 0);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	bench_key(b, UI_KEY_TAB, 0);
	int shown = b->views;
	bench_key(b, ' ', 0);
	assert_int_equal(b->views, shown - 1);
	bench_key(b, UI_KEY_ESCAPE, 0);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	bench_key(b, ' ', 0);
	assert_true(b->playing && !b->choosing);
}

/* With the keyboard on its title a plot is read like with the pointer, step by step. */
static void values_by_keyboard(void **state)
{
	(void)state;
	bench *b = bench_new(FAKE_ORDINARY);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	ui_focus(&b->ui, "temporal plot");
	bench_key(b, UI_KEY_RIGHT, 0);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	int step = b->focus.step;
	assert_true(b->focus.has_pointer && step > 1);
	for (int i = 1; i <= 3; i++) {
		bench_key(b, UI_KEY_RIGHT, 0);
		bench_run(b, 1280, 800, THEME_LIGHT, NULL);
		assert_int_equal(b->focus.step, step + i);
	}
	bench_key(b, UI_KEY_LEFT, 0);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	assert_int_equal(b->focus.step, step + 2);
	float y = b->focus.pointer.y;
	bench_key(b, UI_KEY_DOWN, UI_SHIFT);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	assert_true(b->focus.pointer.y > y + 30);
	for (int i = 0; i < 200; i++) /* it stays inside */
		bench_key(b, UI_KEY_LEFT, i % 2 ? UI_SHIFT : 0);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	assert_true(rect_has(b->cell[0], b->focus.pointer.x, b->focus.pointer.y));
	bench_key(b, UI_KEY_ESCAPE, 0);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	assert_true(!b->focus.has_pointer && b->focus.step == 0 && !b->gallery.open);
}

/* Tab walks through the top bar from left to right. */
static void top_bar_in_reading_order(void **state)
{
	(void)state;
	static const char *const order[] = {
	        "controls", "arm 1", "arm 2", "arm 3", "arm 4", "compare", "fork", "picture", "theme", "help"};
	bench *b = bench_new(FAKE_FOUR);
	bench_run(b, 1400, 800, THEME_LIGHT, NULL);
	for (size_t i = 1; i < sizeof order / sizeof *order; i++) {
		const ui_control *k = ui_find(&b->ui, order[i]), *before = ui_find(&b->ui, order[i - 1]);
		assert_true(k && before && k > before && k->area.x > before->area.x);
	}
}

static void toasts_leave_the_plots_free(void **state)
{
	(void)state;
	static const float size[][2] = {{1280, 720}, {700, 500}, {1920, 1080}};
	for (int i = 0; i < 3; i++) {
		bench *b = bench_new(FAKE_ORDINARY);
		bench_run(b, size[i][0], size[i][1], THEME_LIGHT, NULL);
		ui_toast(&b->ui, "A message of ordinary length that stands somewhere for six seconds.");
		bench_run(b, size[i][0], size[i][1], THEME_LIGHT, NULL);
		const ui_control *toast = ui_find(&b->ui, "toast");
		assert_non_null(toast);
		assert_false(overlap(toast->area, b->plots));
	}
}

/* Arms by mouse and keyboard: selected, named, marked as different; plots chosen and moved. */
static void arms_and_plots(void **state)
{
	(void)state;
	bench *b = bench_new(FAKE_FOUR);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	bench_click(b, "arm 3");
	assert_int_equal(bench_arm(b), 2);
	bench_key(b, 'a', 0);
	bench_key(b, 'a', 0);
	assert_int_equal(bench_arm(b), 0);
	bench_key(b, 'n', 0);
	assert_non_null(ui_find(&b->ui, "arm name"));
	assert_true(ui_editing(&b->ui));
	bench_type(b, "x");
	bench_key(b, UI_KEY_ENTER, 0);
	assert_null(ui_find(&b->ui, "arm name"));
	bench_key(b, 'c', UI_SHIFT);
	assert_true(b->fork);
	bench_key(b, UI_KEY_ESCAPE, 0);
	assert_false(b->fork);
	bench_key(b, 'v', 0);
	bench_click(b, "loss earlier");
	assert_string_equal(b->view[0]->name, "loss");
	bench_click(b, "view: norms");
	assert_int_equal(b->views, VIEW_USUAL - 1);
	bench_key(b, UI_KEY_ESCAPE, 0);
	static run_state s;
	bench_state(b, &s);
	assert_true(s.views == VIEW_USUAL - 1 && strcmp(s.view[0], "loss") == 0 && s.arms == 4 && s.edits == 1);
	bench_type(b, "1");
	bench_state(b, &s);
	assert_true(s.views == 1 && strcmp(s.view[0], "loss") == 0);
	bench_open(b, &s);
	assert_int_equal(b->views, 1);
}

static void typing_does_not_command(void **state)
{
	(void)state;
	bench *b = bench_new(FAKE_ORDINARY);
	bench_run(b, 1280, 1400, THEME_LIGHT, NULL);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	bench_click(b, "seed");
	assert_true(ui_editing(&b->ui));
	bench_key(b, 'q', 0);
	bench_type(b, "q");
	bench_key(b, ' ', 0);
	assert_false(b->quit);
	assert_false(b->playing);
	bench_key(b, UI_KEY_ENTER, 0);
	assert_true(ui_editing(&b->ui));
	assert_non_null(strstr(b->ui.edit.error, "seed"));
	bench_key(b, 'a', UI_CTRL);
	bench_type(b, "42");
	bench_key(b, UI_KEY_ENTER, 0);
	assert_float_equal(b->config.v[KNOB_seed], 42, 0);
	bench_click(b, "seed plus");
	assert_float_equal(b->config.v[KNOB_seed], 43, 0);
}

static void diverged_run_offers_clipping(void **state)
{
	(void)state;
	bench *b = bench_new(FAKE_NAN);
	bench_run(b, 1280, 800, THEME_LIGHT, NULL);
	assert_non_null(ui_find(&b->ui, "message"));
	assert_non_null(ui_find(&b->ui, "replay"));
	bench_key(b, ' ', 0); /* there is nothing to go on with: the end once more */
	assert_true(b->playing);
	b->playing = false;
	bench_click(b, "again with clipping");
	assert_true(b->playing);
	bench_click(b, "close message");
	assert_null(ui_find(&b->ui, "message"));
	assert_null(ui_find(&b->ui, "again with clipping"));
}

static void commands_do_not_collide(void **state)
{
	(void)state;
	for (int i = 0; i < commands_count * COMMAND_BINDINGS; i++) {
		const binding *a = &commands[i / COMMAND_BINDINGS].keys[i % COMMAND_BINDINGS];
		for (int j = 0; j < i; j++) {
			const binding *b = &commands[j / COMMAND_BINDINGS].keys[j % COMMAND_BINDINGS];
			assert_false(a->key && a->key == b->key && a->mods == b->mods);
			assert_false(a->text && b->text && strcmp(a->text, b->text) == 0);
		}
		assert_non_null(command_tip(commands[i / COMMAND_BINDINGS].name));
	}
}

/* Whatever is clicked, typed and resized, in any order: nothing crashes, and the configuration stays one that the state
 * string can carry. (S is left out: it would fill the disk.) */
static void any_events_survive(void **state)
{
	(void)state;
	static const char *const texts[] = {"1", "?", "9", "e", "-", "nan", "ρ", "/", "\xF0\x9F\x98\x80"};
	rng r = rng_make(7, 1, 0);
	bench *b = bench_new(FAKE_ORDINARY);
	float w = 1280, h = 800;
	for (int i = 0; i < 6000; i++) {
		ui_event e = {.kind = (ui_event_kind)rng_below(&r, UI_TYPE + 1), .clicks = 1 + (int)rng_below(&r, 3)};
		e.at = (point){(float)rng_uniform(&r) * w, (float)rng_uniform(&r) * h};
		e.wheel = (float)(int)rng_below(&r, 7) - 3;
		e.key = rng_below(&r, 2) ? UI_KEY_ENTER + (int)rng_below(&r, 15) : ' ' + (int)rng_below(&r, 95);
		e.key = e.key == 's' ? 't' : e.key;
		e.mods = rng_below(&r, 8);
		snprintf(e.text, sizeof e.text, "%s", texts[rng_below(&r, sizeof texts / sizeof *texts)]);
		if (rng_below(&r, 50) == 0) {
			w = 60 + (float)rng_below(&r, 1800);
			h = 40 + (float)rng_below(&r, 1000);
			b->snap = fake_snap((fake)rng_below(&r, FAKE_COUNT));
		}
		canvas c = canvas_null(bench_theme(b), w, h);
		bench_pass(b, &c, &c, i % 16 == 0, &e, bench_now += 0.05 * rng_uniform(&r));
		char text[STATE_TEXT];
		config back;
		long update;
		err wrong = {0};
		if (i % 16 == 0)
			assert_true(config_read_state(
			        &back, &update, config_state(&b->config, 0, text, sizeof text), &wrong));
	}
}

/* ---- files ---- */

static char home[64];

static int own_home(void **state)
{
	(void)state;
	snprintf(home, sizeof home, "/tmp/unroll-test-XXXXXX");
	if (!mkdtemp(home))
		return -1;
	setenv("HOME", home, 1);
	unsetenv("XDG_CONFIG_HOME");
	return 0;
}

static int remove_home(void **state)
{
	(void)state;
	char line[128];
	snprintf(line, sizeof line, "rm -rf '%s'", home);
	return system(line);
}

static void settings_round_trip(void **state)
{
	(void)state;
	err e = {0};
	settings s = settings_load();
	assert_int_equal(s.theme, THEME_LIGHT);
	assert_true(s.scale == 1);
	assert_true(settings_save(&(settings){.theme = THEME_DARK, .scale = 1.35F}, &e));
	s = settings_load();
	assert_int_equal(s.theme, THEME_DARK);
	assert_true(s.scale == 1.35F);
	char path[128];
	snprintf(path, sizeof path, "%s/.config/unroll/settings", home);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs("theme=projector\nscale=1e9\n\x01\x02garbage\ntheme\n=\n", f);
	fclose(f);
	s = settings_load();
	assert_int_equal(s.theme, THEME_PROJECTOR);
	assert_true(s.scale == 1);
}

static void pictures_never_overwrite(void **state)
{
	(void)state;
	bench *b = bench_new(FAKE_ORDINARY);
	bench_run(b, 900, 700, THEME_LIGHT, NULL);
	char message[480], path[256], text[STATE_TEXT];
	err e = {0};
	static const char *const png[] = {"png", NULL};
	char first[256], second[256];
	assert_true(pictures_name(png, first, sizeof first, &e));
	assert_true(export_pictures(b, false, message, sizeof message));
	assert_non_null(strstr(message, "~/Pictures/unroll/unroll-"));
	assert_true(pictures_name(png, second, sizeof second, &e));
	snprintf(path, sizeof path, "%s%s", home, strstr(message, "~") + 1);
	assert_true(png_read_state(path, text, sizeof text, &e));
	assert_int_equal(strncmp(text, "unroll/1", 8), 0);
	path[strlen(path) - 4] = 0;
	assert_string_not_equal(path, second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(focus_walks_in_order),
	        cmocka_unit_test(focus_scrolls_into_sight),
	        cmocka_unit_test(button_and_toggle),
	        cmocka_unit_test(slider_keyboard),
	        cmocka_unit_test(typed_numbers),
	        cmocka_unit_test(the_place_is_kept),
	        cmocka_unit_test(slider_pointer),
	        cmocka_unit_test(slider_number),
	        cmocka_unit_test(number_entry),
	        cmocka_unit_test(text_editing),
	        cmocka_unit_test(lists),
	        cmocka_unit_test(scrolling),
	        cmocka_unit_test(tooltips),
	        cmocka_unit_test(nothing_overlaps),
	        cmocka_unit_test(any_size_survives),
	        cmocka_unit_test(every_knob_has_a_control),
	        cmocka_unit_test(rare_knobs_on_demand),
	        cmocka_unit_test(tab_reaches_everything),
	        cmocka_unit_test(keys_and_buttons),
	        cmocka_unit_test(boxes_have_the_keyboard),
	        cmocka_unit_test(values_by_keyboard),
	        cmocka_unit_test(top_bar_in_reading_order),
	        cmocka_unit_test(menus),
	        cmocka_unit_test(the_wheel_stays_in_a_dialog),
	        cmocka_unit_test(toasts_leave_the_plots_free),
	        cmocka_unit_test(arms_and_plots),
	        cmocka_unit_test(typing_does_not_command),
	        cmocka_unit_test(diverged_run_offers_clipping),
	        cmocka_unit_test(commands_do_not_collide),
	        cmocka_unit_test(any_events_survive),
	        cmocka_unit_test_setup_teardown(settings_round_trip, own_home, remove_home),
	        cmocka_unit_test_setup_teardown(pictures_never_overwrite, own_home, remove_home),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
