/* The start screen, the settings, presenter mode, dropped files, numbers for reading, and the tree for assistive
 * programs. */
#include "app/access.h"
#include "app/command.h"
#include "app/pictures.h"
#include "app/recent.h"
#include "draw/canvas_null.h"
#include "fake_snap.h"
#include "io/file.h"
#include "io/png.h"
#include "plot/axis.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char home[64];
static bench subject;
static double now;
static float width = 1280, height = 800;

static void pass(const ui_event *e)
{
	canvas c = canvas_null(bench_theme(&subject), width, height);
	bench_pass(&subject, &c, &c, true, e, now += 0.01);
}

static void press(int k, unsigned mods)
{
	pass(&(ui_event){.kind = UI_KEY, .key = k, .mods = mods});
	pass(NULL);
}

static void type(const char *text)
{
	for (; *text; text++) {
		ui_event e = {.kind = UI_TYPE, .text = {*text}};
		pass(&(ui_event){.kind = UI_KEY, .key = *text});
		pass(&e);
	}
	pass(NULL);
}

static void click(const char *name)
{
	const ui_control *k = ui_find(&subject.ui, name);
	if (!k)
		fail_msg("no control '%s'", name);
	point at = {k->shown.x + k->shown.w / 2, k->shown.y + k->shown.h / 2};
	pass(&(ui_event){.kind = UI_MOVE, .at = at});
	pass(&(ui_event){.kind = UI_PRESS, .at = at, .clicks = 1});
	pass(&(ui_event){.kind = UI_RELEASE, .at = at, .clicks = 1});
	pass(NULL);
}

static bool there(const char *name)
{
	return ui_find(&subject.ui, name) != NULL;
}

static const char *focused(void)
{
	int n;
	const ui_control *k = ui_controls(&subject.ui, &n);
	for (int i = 0; i < n; i++)
		if (k[i].id == subject.ui.focus)
			return k[i].name;
	return "";
}

static void put(const char *name, const char *text)
{
	char path[160];
	err e;
	snprintf(path, sizeof path, "%s/%s", home, name);
	char *slash = strrchr(path, '/');
	*slash = 0;
	assert_true(settings_make_folder(path, &e));
	*slash = '/';
	assert_true(file_write_all(path, text, strlen(text), &e));
}

static void put_picture(const char *name, const char *state)
{
	static const uint32_t pixel[64];
	char path[160];
	err e;
	put(name, "");
	snprintf(path, sizeof path, "%s/%s", home, name);
	assert_true(png_write(path, pixel, 8, 8, 8, 96, state, "a run", &e));
}

static void begin(bool at_gallery)
{
	static run_state start;
	config c;
	config_default(&c);
	state_begin(&start, &c, 0);
	gallery_done(&subject.gallery);
	bench_done(&subject);
	bench_init(&subject, &start, NULL, &(settings){.theme = THEME_LIGHT, .scale = 1}, NULL);
	subject.snap = fake_snap(FAKE_ORDINARY);
	width = 1280;
	height = 800;
	if (at_gallery) {
		subject.gallery.open = true;
		gallery_open(&subject);
	}
	pass(NULL);
}

static int own_home(void **state)
{
	(void)state;
	snprintf(home, sizeof home, "/tmp/unroll-gallery-XXXXXX");
	if (!mkdtemp(home) || chdir(home) != 0) /* away from the lessons of the repository */
		return -1;
	setenv("HOME", home, 1);
	static const char *const own[] = {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"};
	for (int i = 0; i < 4; i++)
		unsetenv(own[i]);
	put(".local/share/unroll/lessons/01-first.md",
	        "---\ntitle: First steps\nsummary: A summary of the first.\nminutes: 7\n---\n## One\n```unroll\n"
	        "set T=7 cell=gru\nviews loss\nrun 3\n```\n");
	put(".local/share/unroll/lessons/02-wrong.md",
	        "---\ntitle: Wrong\nsummary: s\n---\n## One\n```unroll\nfly\n```\n");
	put("Pictures/unroll/no-state.png", "no picture");
	put_picture("Pictures/unroll/a.png", "unroll/1 T=33 cell=lstm");
	return 0;
}

static int remove_home(void **state)
{
	(void)state;
	char line[128];
	gallery_done(&subject.gallery);
	bench_done(&subject);
	text_numbers(DECIMAL_POINT, GROUPS_THIN);
	pictures_use("");
	snprintf(line, sizeof line, "rm -rf '%s'", home);
	return chdir("/") == 0 ? system(line) : -1;
}

/* ---- cards ---- */

static void cards_of_everything(void **state)
{
	(void)state;
	begin(true);
	assert_true(there("free bench"));
	assert_true(there("lesson: first"));
	assert_true(there("lesson: wrong"));
	assert_true(there("picture 1"));
	assert_false(there("picture 2")); /* the other file carries no state */
	assert_false(there("back to the bench"));
	assert_false(there("play"));
	const card_info *k = subject.gallery.all.card[1];
	assert_string_equal(k->title, "1. First steps");
	assert_string_equal(k->note, "7 min");
	assert_string_equal(k->state, "unroll/1 cell=gru T=7 views=loss @3");
	assert_string_equal(subject.gallery.all.card[2]->note, "has mistakes");
	assert_non_null(strstr(subject.gallery.all.card[3]->line, "cell=lstm"));
}

static void keyboard_walks_and_opens(void **state)
{
	(void)state;
	begin(true);
	press(UI_KEY_DOWN, 0);
	assert_string_equal(focused(), "free bench");
	press(UI_KEY_RIGHT, 0);
	assert_string_equal(focused(), "lesson: first");
	press(UI_KEY_DOWN, 0);
	assert_string_equal(focused(), "picture 1"); /* the row below */
	press(UI_KEY_UP, 0);
	assert_string_equal(focused(), "free bench"); /* above the first column */
	press(UI_KEY_END, 0);
	assert_string_equal(focused(), "picture 1");
	press(UI_KEY_ENTER, 0);
	assert_false(subject.gallery.open);
	assert_float_equal(subject.config.v[KNOB_T], 33, 0);
	assert_string_equal(config_choice(&subject.config, KNOB_cell), "lstm");
}

/* The keyboard goes to a card that is out of sight, and what is shown goes with it. */
static void what_is_reached_is_shown(void **state)
{
	(void)state;
	begin(true);
	height = 320;
	pass(NULL);
	press(UI_KEY_HOME, 0);
	subject.chrome_changed = false;
	pass(&(ui_event){.kind = UI_KEY, .key = UI_KEY_END});
	subject.chrome_changed = false; /* the first picture after it goes there … */
	pass(NULL);
	assert_true(subject.gallery.offset > 0);
	assert_true(subject.chrome_changed); /* … and asks for another */
	subject.chrome_changed = false;
	pass(NULL);
	assert_false(subject.chrome_changed);
}

/* A run that is opened from the gallery takes the place of the lesson. */
static void a_run_ends_the_lesson(void **state)
{
	(void)state;
	begin(true);
	press(UI_KEY_DOWN, 0);
	press(UI_KEY_RIGHT, 0);
	press(UI_KEY_ENTER, 0);
	assert_non_null(subject.tutor);
	gallery_open(&subject);
	pass(NULL);
	assert_non_null(strstr(ui_find(&subject.ui, "back to the bench")->value, "Back to First steps"));
	click("free bench");
	assert_false(subject.gallery.open);
	assert_null(subject.tutor);
}

static void typing_searches(void **state)
{
	(void)state;
	begin(true);
	type("nesterov"); /* a default of the free bench, whose words do not name it */
	assert_false(there("free bench"));
	press(UI_KEY_ESCAPE, 0);
	type("FIRST st");
	assert_string_equal(subject.gallery.search, "FIRST st");
	assert_true(there("lesson: first"));
	assert_false(there("free bench"));
	assert_false(there("picture 1"));
	assert_false(subject.playing || subject.quit || subject.presenter);
	type("qqq");
	assert_int_equal(subject.gallery.shown, 0);
	for (int i = 0; i < 3; i++)
		press(UI_KEY_BACKSPACE, 0);
	press(UI_KEY_ENTER, 0);
	assert_false(subject.gallery.open);
	assert_float_equal(subject.config.v[KNOB_T], 7, 0);
	assert_string_equal(subject.view[0]->name, "loss");
}

static void escape_goes_there_and_back(void **state)
{
	(void)state;
	begin(true);
	press(UI_KEY_ESCAPE, 0);
	assert_true(subject.gallery.open); /* there is no bench to go back to */
	type("x");
	press(UI_KEY_ESCAPE, 0);
	assert_string_equal(subject.gallery.search, "");
	click("free bench");
	assert_false(subject.gallery.open);
	config before = subject.config;
	subject.playing = true;
	press(UI_KEY_ESCAPE, 0);
	assert_true(subject.gallery.open);
	assert_true(there("back to the bench"));
	type(" "); /* no command while cards are shown */
	assert_true(subject.playing);
	press(UI_KEY_ESCAPE, 0);
	assert_false(subject.gallery.open);
	assert_memory_equal(&before, &subject.config, sizeof before);
	type("o"); /* key and text, as a keyboard sends them */
	assert_true(subject.gallery.open);
	assert_string_equal(subject.gallery.search, "");
	type("o");
	assert_string_equal(subject.gallery.search, "o");
	press(UI_KEY_ESCAPE, 0);
	click("back to the bench");
	assert_false(subject.gallery.open);
}

static bool overlap(rect a, rect b)
{
	return fminf(a.x + a.w, b.x + b.w) - fmaxf(a.x, b.x) > 0.5F &&
	       fminf(a.y + a.h, b.y + b.h) - fmaxf(a.y, b.y) > 0.5F;
}

static void check_layout(const char *what)
{
	int n;
	const ui_control *k = ui_controls(&subject.ui, &n);
	float least = UI_TARGET * subject.ui.em - 0.5F;
	for (int i = 0; i < n; i++) {
		if (k[i].role == UI_SURFACE || k[i].role == UI_OPTION || !(k[i].shown.w > 0) || !(k[i].shown.h > 0))
			continue;
		if (k[i].focusable && (k[i].area.w < least || k[i].area.h < least))
			fail_msg("%s at %.0f × %.0f: '%s' is %.1f × %.1f", what, (double)width, (double)height,
			        k[i].name, (double)k[i].area.w, (double)k[i].area.h);
		for (int j = 0; j < i; j++) {
			if (strcmp(k[i].name, k[j].name) == 0)
				fail_msg("%s: two are called '%s'", what, k[i].name);
			if (k[j].role != UI_SURFACE && k[j].role != UI_OPTION && k[j].layer == k[i].layer &&
			        k[i].layer < 3 && overlap(k[i].shown, k[j].shown))
				fail_msg("%s at %.0f × %.0f: '%s' lies over '%s'", what, (double)width, (double)height,
				        k[i].name, k[j].name);
		}
	}
}

/* Gallery, settings and presenter mode at every size and scale: targets, overlaps. */
static void nothing_overlaps(void **state)
{
	(void)state;
	static const float sizes[][2] = {
	        {320, 240}, {480, 360}, {640, 480}, {800, 600}, {1280, 720}, {1920, 1080}, {3840, 2160}};
	static const float scales[] = {0.8F, 1, 1.25F, 2, 2.5F, 3};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (size_t z = 0; z < sizeof scales / sizeof *scales; z++)
			for (int t = THEME_LIGHT; t <= THEME_PROJECTOR; t += THEME_PROJECTOR) {
				begin(true);
				width = sizes[i][0] / scales[z];
				height = sizes[i][1] / scales[z];
				subject.settings.theme = (theme_id)t;
				pass(NULL);
				check_layout("the gallery");
				subject.preferences.open = true;
				pass(NULL);
				check_layout("the settings");
				subject.preferences.open = false;
				gallery_close(&subject);
				subject.presenter = true;
				pass(NULL);
				check_layout("presenter mode");
			}
}

/* Tab reaches every card and setting, each once, and each is then in sight. */
static void walk(const char *what)
{
	int n, focusable = 0;
	uint32_t seen[UI_CONTROLS];
	const ui_control *k = ui_controls(&subject.ui, &n);
	int lowest = subject.preferences.open ? 2 : 0;
	for (int i = 0; i < n; i++)
		focusable += k[i].focusable && k[i].layer >= lowest;
	for (int i = 0; i < focusable; i++) {
		press(UI_KEY_TAB, 0);
		for (int j = 0; j < i; j++)
			if (seen[j] == subject.ui.focus)
				fail_msg("%s: Tab comes back to '%s'", what, focused());
		seen[i] = subject.ui.focus;
		const ui_control *at = ui_find(&subject.ui, focused());
		assert_non_null(at);
		if (!(at->shown.w > 0 && at->shown.h > 12))
			fail_msg("%s: '%s' has the focus, out of sight", what, at->name);
	}
}

static void tab_reaches_everything(void **state)
{
	(void)state;
	begin(true);
	height = 420;
	pass(NULL);
	walk("gallery");
	subject.preferences.open = true;
	ui_focus_clear(&subject.ui);
	pass(NULL);
	walk("settings");
	subject.preferences.open = false;
	gallery_close(&subject);
	subject.presenter = true;
	pass(NULL);
	walk("presenter mode");
}

/* ---- recent runs ---- */

static void recent_runs(void **state)
{
	(void)state;
	char text[80];
	err e;
	assert_int_equal(recent_load().n, 0);
	for (int i = 0; i < RECENT_MOST + 5; i++) {
		snprintf(text, sizeof text, "unroll/1 T=%d @%d", 10 + i, i);
		assert_true(recent_add(text, 1000 + i, &e));
	}
	recent r = recent_load();
	assert_int_equal(r.n, RECENT_MOST);
	assert_string_equal(r.run[0].state, text);
	assert_true(r.run[0].when == 1000 + RECENT_MOST + 4);
	recent_free(&r);
	assert_true(recent_add("unroll/1 T=20 @999", 5000, &e)); /* the same run, further on */
	r = recent_load();
	assert_int_equal(r.n, RECENT_MOST);
	int same = 0;
	for (int i = 0; i < r.n; i++)
		same += recent_same(r.run[i].state, "unroll/1 T=20");
	assert_int_equal(same, 1);
	assert_string_equal(r.run[0].state, "unroll/1 T=20 @999");
	recent_free(&r);
	assert_false(recent_same("unroll/1 T=20 @5 lr=0.1", "unroll/1 T=20"));
	/* what is put aside while it goes on takes one line, also when its settings change */
	assert_true(recent_update("unroll/1 T=20 @999", "unroll/1 T=20 @999 lr=0.1 @1200", 6000, &e));
	r = recent_load();
	assert_int_equal(r.n, RECENT_MOST);
	assert_string_equal(r.run[0].state, "unroll/1 T=20 @999 lr=0.1 @1200");
	for (int i = 1; i < r.n; i++)
		assert_false(recent_same(r.run[i].state, "unroll/1 T=20"));
	recent_free(&r);
	put(".local/state/unroll/recent", "x\n17\n18\tnonsense\n\n19\tunroll/1 T=9 @5\n20\tunroll/1 T=nine\n");
	begin(true);
	assert_true(there("recent 1"));
	assert_false(there("recent 2"));
	click("recent 1");
	assert_float_equal(subject.config.v[KNOB_T], 9, 0);
}

static int row_of(const char *name)
{
	const ui_control *k = ui_find(&subject.ui, name);
	assert_non_null(k);
	return (int)k->area.y;
}

/* The last runs stand in the first row, as many as it has room for; the others below the lessons. */
static void last_runs_come_first(void **state)
{
	(void)state;
	char text[400] = "";
	for (int i = 0; i < 6; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%d\tunroll/1 T=%d @5\n", 100 - i, 9 + i);
	put(".local/state/unroll/recent", text);
	begin(true);
	int columns = subject.gallery.columns;
	assert_int_equal(columns, 4);
	assert_int_equal(row_of("recent 1"), row_of("free bench"));
	assert_int_equal(row_of("recent 3"), row_of("free bench"));
	assert_true(row_of("lesson: first") > row_of("recent 3"));
	assert_true(row_of("recent 4") > row_of("lesson: first"));
	assert_true(row_of("picture 1") > row_of("recent 6"));
	press(UI_KEY_HOME, 0);
	press(UI_KEY_DOWN, 0);
	assert_string_equal(focused(), "lesson: first");
	put(".local/state/unroll/recent", "");
}

/* Of a step whose question its run answers, the card shows the start; the author's picture goes before. */
static void cards_answer_nothing(void **state)
{
	static const char *const text[] = {
	        "---\ntitle: T\nsummary: s\n---\n## One\n```unroll\nset T=7\nviews loss\npredict \"What?\"\n  * a\n  - "
	        "b\nrun 3\n```\n",
	        "---\ntitle: T\nsummary: s\n---\n## One\n```unroll\nset T=7\npredict \"What?\"\n  * a\n  - b\n```\n"
	        "## Two\n```unroll\nset T=8\nviews loss\nrun 3\n```\n",
	        "---\ntitle: T\nsummary: s\npicture: unroll/1 T=12 views=norms @4\n---\n## One\n```unroll\nset "
	        "T=7\n```\n"};
	static const char *const want[] = {
	        "unroll/1 T=7 views=loss", "unroll/1 T=8 views=loss @3", "unroll/1 T=12 views=norms @4"};
	(void)state;
	for (int i = 0; i < 3; i++) {
		put(".local/share/unroll/lessons/03-asks.md", text[i]);
		begin(true);
		const card_info *k = subject.gallery.all.card[3];
		assert_string_equal(k->name, "lesson: asks");
		assert_string_equal(k->state, want[i]);
	}
	char path[160];
	snprintf(path, sizeof path, "%s/.local/share/unroll/lessons/03-asks.md", home);
	assert_int_equal(unlink(path), 0);
}

/* ---- thumbs ---- */

static thumb_image wait_for(thumbs *t, thumb_image (*get)(thumbs *, const char *, theme_id), const char *what)
{
	thumb_image got = {0};
	for (int i = 0; i < 2000; i++) {
		got = get(t, what, THEME_DARK);
		if (got.argb || (i > 2 && thumbs_idle(t)))
			break;
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
		thumbs_collect(t);
	}
	return got;
}

static thumb_image get_picture(thumbs *t, const char *path, theme_id unused)
{
	(void)unused;
	return thumbs_picture(t, path);
}

static void thumbs_are_made_and_kept(void **state)
{
	(void)state;
	char path[160];
	thumbs *t = thumbs_new(NULL, NULL);
	assert_non_null(t);
	assert_null(thumbs_state(t, "unroll/1 T=5 hidden=4 views=loss @20", THEME_DARK).argb); /* not yet */
	thumb_image got = wait_for(t, thumbs_state, "unroll/1 T=5 hidden=4 views=loss @20");
	assert_non_null(got.argb);
	assert_true(got.w == THUMB_WIDTH && got.h == THUMB_HEIGHT);
	uint32_t first = got.argb[0];
	assert_int_equal(first, themes[THEME_DARK].argb[INK_PANEL]);
	assert_null(wait_for(t, thumbs_state, "unroll/1 T=many").argb);
	snprintf(path, sizeof path, "%s/Pictures/unroll/a.png", home);
	got = wait_for(t, get_picture, path);
	assert_true(got.argb && got.w == 8 && got.h == 8);
	snprintf(path, sizeof path, "%s/Pictures/unroll/no-state.png", home);
	assert_null(wait_for(t, get_picture, path).argb);
	thumbs_free(t);
	/* from the cache: the same, although nothing is trained */
	t = thumbs_new(NULL, NULL);
	got = wait_for(t, thumbs_state, "unroll/1 T=5 hidden=4 views=loss @20");
	assert_true(got.argb && got.argb[0] == first);
	const view *list[] = {view_find("loss")};
	thumbs_keep(t, "unroll/1 T=6", THEME_LIGHT, fake_snap(FAKE_ORDINARY), list, 1);
	assert_non_null(thumbs_state(t, "unroll/1 T=6", THEME_LIGHT).argb); /* at once */
	thumbs_free(t);
	assert_null(thumbs_state(NULL, "unroll/1", THEME_LIGHT).argb);
	thumbs_keep(NULL, "unroll/1", THEME_LIGHT, fake_snap(FAKE_ORDINARY), list, 1);
	assert_false(thumbs_collect(NULL));
	thumbs_free(NULL);
}

/* ---- settings ---- */

static void settings_are_kept(void **state)
{
	(void)state;
	err e = {0};
	char path[160];
	unsigned char *data;
	size_t n;
	put(".config/unroll/settings", "# mine\ntheme=dark\nfuture=7\nscale=99\ndecimal=semicolon\n");
	settings s = settings_load();
	assert_int_equal(s.theme, THEME_DARK);
	assert_int_equal(s.decimal, DECIMAL_POINT);
	s.decimal = DECIMAL_COMMA;
	s.thousands = GROUPS_NONE;
	s.motion = MOTION_REDUCED;
	s.drawing = DRAWING_PROCESSOR;
	s.history = 64;
	snprintf(s.pictures, sizeof s.pictures, "%s/elsewhere", home);
	assert_true(settings_save(&s, &e));
	assert_true(settings_save(&s, &e)); /* nothing is doubled */
	settings back = settings_load();
	assert_true(back.decimal == DECIMAL_COMMA && back.thousands == GROUPS_NONE && back.motion == MOTION_REDUCED &&
	            back.drawing == DRAWING_PROCESSOR && back.history == 64);
	assert_string_equal(back.pictures, s.pictures);
	snprintf(path, sizeof path, "%s/.config/unroll/settings", home);
	assert_true(file_read_all(path, 10000, &data, &n, &e));
	char *text = (char *)data;
	assert_non_null(strstr(text, "\n# mine\n"));
	assert_non_null(strstr(text, "\nfuture=7\n"));
	assert_null(strstr(strstr(text, "future") + 6, "future"));
	assert_null(strstr(text, "semicolon"));
	free(data);
	put(".config/unroll/settings", "");
	setenv("XDG_CONFIG_HOME", "/proc/nowhere", 1);
	assert_false(settings_save(&s, &e));
	assert_int_equal(e.code, ERR_MACHINE);
	unsetenv("XDG_CONFIG_HOME");
}

static void settings_screen(void **state)
{
	(void)state;
	begin(true);
	press(',', UI_CTRL);
	assert_true(subject.preferences.open);
	click("setting theme: dark");
	assert_int_equal(subject.settings.theme, THEME_DARK);
	assert_true(subject.settings_changed);
	click("setting decimal: 0,5");
	assert_int_equal(subject.settings.decimal, DECIMAL_COMMA);
	click("setting motion: reduced");
	assert_true(subject.ui.still);
	click("setting history");
	press('a', UI_CTRL);
	type("1e9");
	press(UI_KEY_ENTER, 0);
	assert_non_null(strstr(subject.ui.edit.error, "65536"));
	press('a', UI_CTRL);
	type("128");
	press(UI_KEY_ENTER, 0);
	assert_int_equal(subject.settings.history, 128);
	click("setting pictures");
	press('a', UI_CTRL);
	type("pictures");
	press(UI_KEY_ENTER, 0);
	assert_non_null(strstr(subject.ui.edit.error, "absolute"));
	press('a', UI_CTRL);
	type("~/mine/of course");
	press(UI_KEY_ENTER, 0);
	assert_false(ui_editing(&subject.ui));
	assert_true(access(subject.settings.pictures, W_OK) == 0);
	assert_non_null(strstr(subject.settings.pictures, "/mine/of course"));
	press(UI_KEY_ESCAPE, 0);
	press(UI_KEY_ESCAPE, 0);
	assert_false(subject.preferences.open);
	assert_true(subject.gallery.open);
	text_numbers(DECIMAL_POINT, GROUPS_THIN);
	pictures_use("");
}

static void messages_wait_with_reduced_motion(void **state)
{
	(void)state;
	begin(false);
	for (int reduced = 0; reduced < 2; reduced++) {
		subject.ui.still = reduced;
		ui_toast(&subject.ui, "A message.");
		pass(NULL);
		assert_true(there("toast"));
		assert_true(isinf(ui_due(&subject.ui)) == (reduced == 1));
		now += 60;
		pass(NULL);
		assert_true(there("toast") == (reduced == 1));
	}
	press('b', 0);
	assert_false(there("toast"));
}

/* ---- numbers ---- */

static void numbers_for_reading(void **state)
{
	(void)state;
	char buf[64];
	text_numbers(DECIMAL_COMMA, GROUPS_THIN);
	assert_string_equal(text_short(buf, sizeof buf, 1240.5, 5), "1\u2009240,5");
	assert_string_equal(text_short(buf, sizeof buf, 1.25e-7, 3), "1,25·10⁻⁷");
	assert_string_equal(axis_number(buf, sizeof buf, 0.5, 0.5), "0,5");
	assert_string_equal(text_exact(buf, sizeof buf, 0.5), "0.5"); /* for files */
	double v = 0;
	assert_false(text_read_number("0,5", false, &v));
	begin(false);
	text_numbers(DECIMAL_COMMA, GROUPS_THIN);
	height = 1400;
	pass(NULL);
	const ui_control *k = ui_find(&subject.ui, "lr");
	assert_non_null(k);
	assert_non_null(strchr(k->value, ','));
	/* the field takes both marks */
	static const char *const typed[] = {"0,25", "0.125"};
	for (int i = 0; i < 2; i++) {
		point at = {k->shown.x + 0.95F * k->shown.w, k->shown.y + k->shown.h / 2};
		pass(&(ui_event){.kind = UI_PRESS, .at = at, .clicks = 1});
		pass(&(ui_event){.kind = UI_RELEASE, .at = at, .clicks = 1});
		assert_true(ui_editing(&subject.ui));
		press('a', UI_CTRL);
		type(typed[i]);
		press(UI_KEY_ENTER, 0);
		assert_float_equal(subject.config.v[KNOB_lr], i ? 0.125 : 0.25, 0);
	}
	static char text[STATE_TEXT];
	assert_non_null(strstr(config_state(&subject.config, 0, text, sizeof text), "lr=0.125"));
	text_numbers(DECIMAL_POINT, GROUPS_NONE);
	static const char *const marks[][2] = {{"1,2", "1.2"}, {"0,25", "0.25"}, {"1,000", "1,000"}, {"1,2,3", "1,2,3"},
	        {"1,2.5", "1,2.5"}, {"3.5", "3.5"}};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		snprintf(buf, sizeof buf, "%s", marks[i][0]);
		assert_string_equal(text_delocalize(buf), marks[i][1]);
	}
	assert_string_equal(text_short(buf, sizeof buf, 1240, 9), "1240");
	assert_string_equal(axis_count_text(buf, sizeof buf, 1234567), "1234567");
	text_numbers(DECIMAL_POINT, GROUPS_THIN);
}

/* ---- files ---- */

static const char *path_of(const char *name)
{
	static char path[160];
	snprintf(path, sizeof path, "%s/%s", home, name);
	return path;
}

static void dropped_files(void **state)
{
	(void)state;
	put("run.txt", "a run to keep\r\nunroll/1 T=21 cell=gru @4\r\n");
	put("run.unroll", "unroll/1 T=22\n");
	put("none.txt", "nothing\n");
	put("table.csv", "# unroll/1 T=23 @2\n# loss: a column\nview,part\n");
	put("data.csv", "sequence,step,a,target\n1,1,0.5,\n1,2,0.25,1\n");
	put("what.odt", "?");
	begin(true);
	bench_drop(&subject, path_of("run.txt"));
	assert_false(subject.gallery.open);
	assert_float_equal(subject.config.v[KNOB_T], 21, 0);
	bench_drop(&subject, path_of("run.unroll"));
	assert_float_equal(subject.config.v[KNOB_T], 22, 0);
	bench_drop(&subject, path_of("table.csv")); /* numbers of a run are that run */
	assert_float_equal(subject.config.v[KNOB_T], 23, 0);
	bench_drop(&subject, path_of("run.unroll"));
	bench_drop(&subject, path_of("none.txt"));
	assert_non_null(strstr(subject.ui.toast, "unroll/1"));
	bench_drop(&subject, path_of("what.odt"));
	assert_non_null(strstr(subject.ui.toast, ".png"));
	bench_drop(&subject, path_of("missing.png"));
	assert_non_null(strstr(subject.ui.toast, "missing.png"));
	assert_float_equal(subject.config.v[KNOB_T], 22, 0);
	bench_drop(&subject, path_of("Pictures/unroll/a.png"));
	assert_float_equal(subject.config.v[KNOB_T], 33, 0);
	bench_drop(&subject, path_of(".local/share/unroll/lessons/01-first.md"));
	assert_float_equal(subject.config.v[KNOB_T], 7, 0);
	assert_true(panel_set(&subject, "task", "temporal_order"));
	assert_true(panel_set(&subject, "symbols", "3"));
	bench_drop(&subject, path_of("data.csv"));
	assert_string_equal(config_choice(&subject.config, KNOB_task), "data");
	err e = {0};
	assert_true(config_fits(&subject.config, &e)); /* what belonged to the other task is left behind */
}

/* ---- presenter mode ---- */

static void presenter_reads_from_the_back(void **state)
{
	(void)state;
	begin(false);
	press('p', 0);
	assert_true(subject.presenter);
	assert_true(there("update reading") && there("loss reading") && there("arm 1") && there("play"));
	assert_true(there("temporal plot"));
	assert_false(there("rho"));
	for (int t = 0; t < THEME_COUNT; t++) {
		subject.settings.theme = (theme_id)t;
		/* whatever the theme, the smallest type (10.5 points) has at least 20 of 1080 pixels */
		float scale = bench_scale(&subject, 1920, 1080, 1) * themes[t].type;
		assert_true(10.5F * scale >= 20 && scale <= 2.6F);
		assert_true(bench_scale(&subject, 3840, 2160, 2.5F) * themes[t].type * 10.5F >= 40);
		assert_true(bench_scale(&subject, 300, 200, 1) * themes[t].type >= 1.2F);
	}
	press(' ', 0);
	assert_true(subject.playing);
	press('n', 0);
	assert_true(there("arm name"));
	press(UI_KEY_ESCAPE, 0);
	press('m', 0);
	assert_true(there("rho"));
	press(UI_KEY_ESCAPE, 0);
	assert_false(there("rho"));
	press(UI_KEY_ESCAPE, 0);
	assert_false(subject.presenter);
	assert_true(bench_scale(&subject, 1920, 1080, 1) == 1);
}

/* ---- plots in words, and the tree ---- */

static void plots_have_summaries(void **state)
{
	(void)state;
	char text[ACCESS_ABOUT];
	for (int i = 0; i < views_count; i++)
		for (int s = 0; s < FAKE_COUNT; s++) {
			view_summary(views[i], fake_snap((fake)s), text, sizeof text);
			size_t n = strlen(text);
			if (n < 20 || n > sizeof text - 8 || text[n - 1] != '.' || strstr(text, ". ") ||
			        strstr(text, "nan"))
				fail_msg("%s, %s: '%s'", views[i]->name, fake_names[s], text);
			assert_int_equal(strncmp(text, views[i]->title, strlen(views[i]->title)), 0);
		}
	view_summary(view_find("loss"), fake_snap(FAKE_NAN), text, sizeof text);
	assert_non_null(strstr(text, "stopped at update"));
	view_summary(view_find("loss"), fake_snap(FAKE_ORDINARY), text, 40); /* too little room */
	assert_true(strlen(text) < 40);
}

static const access_node *node_of(const access_node *list, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

static void tree_of_the_screen(void **state)
{
	(void)state;
	static access_node list[UI_CONTROLS];
	begin(false);
	press(UI_KEY_TAB, 0);
	int n = access_tree(&subject, list, UI_CONTROLS), focus = 0;
	for (int i = 0; i < n; i++) {
		focus += list[i].focused;
		assert_true(list[i].name[0] != 0);
		assert_true(list[i].role != UI_SURFACE);
	}
	assert_int_equal(focus, 1);
	const access_node *plot = node_of(list, n, "loss plot"), *play = node_of(list, n, "play");
	assert_true(plot && plot->role == UI_PLOT && strncmp(plot->about, "Loss: ", 6) == 0);
	assert_true(play && play->focusable && strstr(play->about, "Space"));
	press(',', UI_CTRL); /* what the settings cover is out of reach */
	n = access_tree(&subject, list, UI_CONTROLS);
	assert_null(node_of(list, n, "play"));
	assert_non_null(node_of(list, n, "setting theme"));
	assert_int_equal(access_tree(&subject, list, 3), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(cards_of_everything),
	        cmocka_unit_test(keyboard_walks_and_opens),
	        cmocka_unit_test(what_is_reached_is_shown),
	        cmocka_unit_test(a_run_ends_the_lesson),
	        cmocka_unit_test(typing_searches),
	        cmocka_unit_test(escape_goes_there_and_back),
	        cmocka_unit_test(nothing_overlaps),
	        cmocka_unit_test(tab_reaches_everything),
	        cmocka_unit_test(recent_runs),
	        cmocka_unit_test(last_runs_come_first),
	        cmocka_unit_test(cards_answer_nothing),
	        cmocka_unit_test(thumbs_are_made_and_kept),
	        cmocka_unit_test(settings_are_kept),
	        cmocka_unit_test(settings_screen),
	        cmocka_unit_test(messages_wait_with_reduced_motion),
	        cmocka_unit_test(numbers_for_reading),
	        cmocka_unit_test(dropped_files),
	        cmocka_unit_test(presenter_reads_from_the_back),
	        cmocka_unit_test(plots_have_summaries),
	        cmocka_unit_test(tree_of_the_screen),
	};
	return cmocka_run_group_tests(tests, own_home, remove_home);
}
