/* Whatever is typed, clicked, dragged, scrolled, resized and dropped, in any order, while snaps arrive: nothing
 * crashes, every rectangle is finite, the focus is on a control that exists, and the settings stay valid.
 *   MONKEY_EVENTS=100000  how many events, MONKEY_SEED=1  which ones
 * Each try runs in a child; of a run that fails the shortest list of events that still fails is printed. */
#include "app/command.h"
#include "base/rng.h"
#include "draw/canvas_null.h"
#include "draw/canvas_raster.h"
#include "fake_snap.h"
#include "io/file.h"
#include "io/png.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- events ---- */

typedef enum kind {
	MOVE,
	PRESS,
	RELEASE,
	CLICK,
	DRAG,
	WHEEL,
	KEY,
	TYPE,
	RESIZE,
	SNAP,
	DROP,
	COMMAND,
	WAIT,
	KINDS
} kind;

static const char *const kind_names[KINDS] = {"move", "press", "release", "click", "drag", "wheel", "key", "type",
        "resize", "snap", "drop", "command", "wait"};

typedef struct op {
	kind kind;
	uint32_t a, b, c, d;
} op;

static const char *const texts[] = {"1", "2", "8", "9", "0", "?", "e", "-", ".", ",", "nan", "inf", "1e9", "-1", "/",
        "ρ", "\xF0\x9F\x98\x80", "\xC3", " ", "a", "lstm", "%s%n", "0.5", "adding", "\x7F"};
enum { TEXTS = sizeof texts / sizeof *texts };

static const char *const drops[] = {"good.png", "cut.png", "empty.png", "text.png", "state.txt", "bad.txt",
        "long.unroll", "good.csv", "bad.csv", "bad.npz", "lesson.md", "bad.md", "empty.md", "none", "folder",
        "missing.png", "missing.md", "missing.csv"};
enum { DROPS = sizeof drops / sizeof *drops };

/* How often each kind comes, of 100. */
static const int share[KINDS] = {[MOVE] = 12,
        [PRESS] = 7,
        [RELEASE] = 8,
        [CLICK] = 22,
        [DRAG] = 6,
        [WHEEL] = 6,
        [KEY] = 22,
        [TYPE] = 8,
        [RESIZE] = 2,
        [SNAP] = 3,
        [DROP] = 1,
        [COMMAND] = 2,
        [WAIT] = 1};

static op random_op(rng *r)
{
	op o = {.a = (uint32_t)rng_below(r, 1u << 16), .b = (uint32_t)rng_below(r, 1u << 16)};
	o.c = (uint32_t)rng_below(r, 1u << 16);
	o.d = (uint32_t)rng_below(r, 1u << 16);
	int draw = (int)rng_below(r, 100), k = 0;
	while (draw >= share[k])
		draw -= share[k++];
	o.kind = (kind)k;
	return o;
}

static void print_op(const op *o)
{
	printf("        {%s, %u, %u, %u, %u}", kind_names[o->kind], o->a, o->b, o->c, o->d);
	if (o->kind == KEY)
		printf(" key %u", o->a % 110);
	if (o->kind == TYPE)
		printf(" \"%s\"", texts[o->a % TEXTS]);
	if (o->kind == DROP)
		printf(" %s", drops[o->a % DROPS]);
	if (o->kind == COMMAND)
		printf(" %s", commands[o->a % (uint32_t)commands_count].name);
	printf("\n");
}

/* ---- a canvas that checks what reaches it ---- */

static const char *fault;
static char fault_text[160];

static void blame(const char *what, double value)
{
	if (fault)
		return;
	snprintf(fault_text, sizeof fault_text, "%.120s (%g)", what, value);
	fault = fault_text;
}

static bool finite_rect(rect r)
{
	return isfinite(r.x) && isfinite(r.y) && isfinite(r.w) && isfinite(r.h);
}

static void on_group(canvas *c, const char *name)
{
	(void)c;
	(void)name;
}

static void on_clip(canvas *c, const rect *r)
{
	(void)c;
	if (r && !finite_rect(*r))
		blame("a clip is not finite", (double)r->x);
}

static void on_polyline(canvas *c, const point *p, int n, bool closed, stroke s)
{
	(void)c;
	(void)p;
	(void)closed;
	if (n < 0 || !isfinite(s.width))
		blame("a line is not finite", (double)s.width);
}

static void on_polygon(canvas *c, const point *p, int n, ink fill, float alpha)
{
	(void)c;
	(void)p;
	(void)n;
	if (fill <= INK_NONE || fill >= INK_COUNT || !isfinite(alpha))
		blame("a polygon has no colour", fill);
}

static void on_box(canvas *c, rect r, float radius, ink fill, float alpha)
{
	(void)c;
	if (!finite_rect(r) || !isfinite(radius) || !isfinite(alpha) || fill <= INK_NONE || fill >= INK_COUNT)
		blame("a box is not finite", (double)r.x);
}

static void on_text(canvas *c, float x, float y, const char *utf8, text_style s)
{
	(void)c;
	if (!isfinite(x) || !isfinite(y) || !(s.size > 0) || !isfinite(s.size) || !utf8)
		blame("a text stands nowhere", (double)s.size);
}

static void on_image(canvas *c, rect r, const uint32_t *argb, int w, int h, bool smooth)
{
	(void)c;
	(void)smooth;
	if (!finite_rect(r) || !argb || w < 1 || h < 1)
		blame("an image is not finite", (double)r.w);
}

static const canvas_ops checking = {
        .group = on_group,
        .clip = on_clip,
        .polyline = on_polyline,
        .polygon = on_polygon,
        .box = on_box,
        .text = on_text,
        .image = on_image,
};

/* ---- the bench under test ---- */

static bench subject;
static snap *snaps; /* FAKE_COUNT */
static char folder[64];
static raster *pixels; /* NULL: the checking canvas */

typedef struct screen {
	float w, h;
	double now;
	int passes;
} screen;

static void pass(screen *s, const ui_event *e)
{
	bench *b = &subject;
	const theme *t = bench_theme(b);
	canvas seen = {.ops = &checking, .theme = t, .width = s->w, .height = s->h};
	canvas nowhere = canvas_null(t, s->w, s->h);
	bool show = pixels || s->passes++ % 32 == 0;
	if (pixels)
		raster_begin(pixels, t, s->w, s->h, 1);
	bench_pass(b,
	        pixels ? &pixels->canvas
	        : show ? &seen
	               : &nowhere,
	        pixels ? &pixels->canvas : &nowhere, show, e, s->now += 0.01);
	if (b->settings.pictures[0]) { /* typed; but nothing is to be written anywhere */
		b->settings.pictures[0] = 0;
		preferences_apply(b);
	}
}

static point place(const screen *s, uint32_t a, uint32_t b)
{
	return (point){s->w * ((float)a / 65536 * 1.1F - 0.05F), s->h * ((float)b / 65536 * 1.1F - 0.05F)};
}

static void pointer(screen *s, ui_event_kind k, point at, int clicks)
{
	pass(s, &(ui_event){.kind = k, .at = at, .clicks = clicks});
}

static point centre_of(const screen *s, uint32_t a)
{
	int n;
	const ui_control *k = ui_controls(&subject.ui, &n);
	if (n == 0)
		return place(s, a, a);
	const rect r = k[a % (uint32_t)n].shown;
	return (point){r.x + r.w / 2, r.y + r.h / 2};
}

static void press_key(screen *s, uint32_t a, uint32_t mods)
{
	int k = (int)(a % 110);
	ui_event e = {
	        .kind = UI_KEY, .key = k < 15 ? UI_KEY_ENTER + k : ' ' + k - 15, .mods = mods % 11 < 8 ? 0 : mods % 8};
	if (k < 15 && mods % 3 == 0)
		e.mods = mods / 3 % 8;
	pass(s, &e);
}

/* As a snap of the worker is taken. */
static void arrive(bench *b, fake which)
{
	b->snap = &snaps[which];
	b->arm = bench_arm(b);
	if (!b->config_changed)
		b->config = bench_about(b)->config;
	b->chrome_changed = true;
}

static void drag(screen *s, const op *o)
{
	point from = centre_of(s, o->a), to = place(s, o->b, o->c);
	pointer(s, UI_MOVE, from, 0);
	pointer(s, UI_PRESS, from, 1);
	pointer(s, UI_MOVE, (point){(from.x + to.x) / 2, (from.y + to.y) / 2}, 0);
	pointer(s, UI_MOVE, to, 0);
	if (o->d % 8)
		pointer(s, UI_RELEASE, to, 1);
}

static void resize(screen *s, const op *o)
{
	static const float odd[] = {0.5F, 1, 7, 40, 3840, 240};
	bool strange = o->c % 8 == 0 && !pixels;
	s->w = strange ? odd[o->a % 6] : 160 + (float)(o->a % (pixels ? 640 : 1800));
	s->h = strange ? odd[o->b % 6] : 120 + (float)(o->b % (pixels ? 480 : 1000));
}

static void drop(const op *o)
{
	char path[160];
	snprintf(path, sizeof path, "%s/%s", folder, drops[o->a % DROPS]);
	bench_drop(&subject, path);
}

static void carry_out(screen *s, const op *o)
{
	ui_event e = {.kind = UI_TYPE};
	point at = o->d % 3 ? centre_of(s, o->c) : place(s, o->a, o->b);
	switch (o->kind) {
	case MOVE:
		pass(s, &(ui_event){.kind = o->c % 50 ? UI_MOVE : UI_LEAVE, .at = place(s, o->a, o->b)});
		break;
	case PRESS:
		pointer(s, UI_PRESS, at, 1 + (int)(o->a % 3));
		break;
	case RELEASE:
		pointer(s, UI_RELEASE, at, 1);
		break;
	case CLICK:
		pointer(s, UI_MOVE, at, 0);
		pointer(s, UI_PRESS, at, 1);
		pointer(s, UI_RELEASE, at, 1);
		break;
	case DRAG:
		drag(s, o);
		break;
	case WHEEL:
		pass(s, &(ui_event){.kind = UI_WHEEL, .at = at, .wheel = (float)(o->a % 9) / 2 - 2, .mods = o->b % 4});
		break;
	case KEY:
		press_key(s, o->a, o->b);
		break;
	case TYPE:
		snprintf(e.text, sizeof e.text, "%s", texts[o->a % TEXTS]);
		pass(s, &e);
		break;
	case RESIZE:
		resize(s, o);
		break;
	case SNAP:
		arrive(&subject, (fake)(o->a % FAKE_COUNT));
		break;
	case DROP:
		drop(o);
		break;
	case COMMAND:
		commands[o->a % (uint32_t)commands_count].run(
		        &subject, commands[o->a % (uint32_t)commands_count].argument);
		break;
	default:
		s->now += (double)(o->a % 12);
		break;
	}
	pass(s, NULL);
}

/* ---- what must hold ---- */

static void check_controls(void)
{
	int n;
	const ui *u = &subject.ui;
	const ui_control *k = ui_controls(u, &n);
	bool there = u->focus == 0;
	for (int i = 0; i < n; i++) {
		if (!finite_rect(k[i].area) || !finite_rect(k[i].shown))
			blame(k[i].name, (double)k[i].area.x);
		there = there || (k[i].id == u->focus && k[i].focusable);
	}
	if (!there)
		blame("the focus is on nothing", u->focus);
	if (n >= UI_CONTROLS)
		blame("too many controls", n);
}

static void check_settings(int i)
{
	static char text[STATE_TEXT];
	static run_state s, back;
	bench *b = &subject;
	err e = {0};
	if (!b->config_changed && !config_fits(&b->config, &e)) {
		config relaxed = b->config;
		config_relax(&relaxed);
		if (config_fits(&relaxed, &(err){0}))
			blame(e.text, 0); /* what another task or cell had was not left behind */
		b->config =
		        bench_about(b)->config; /* two knobs at odds: the worker refuses, and its next snap says so */
	}
	if (i % 32)
		return;
	bench_state(b, &s);
	if (!state_read(&back, state_write(&s, text, sizeof text), &e))
		blame(e.text, 1);
}

static void check_bench(void)
{
	const bench *b = &subject;
	const settings *s = &b->settings;
	if (b->views < 1 || b->views > BENCH_VIEWS || b->alone >= b->views || b->alone < -1)
		blame("views", b->views);
	if (!finite_rect(b->plots) || !finite_rect(b->live))
		blame("plots", (double)b->plots.x);
	if (!isfinite(b->panel_offset) || !isfinite(b->help_offset) || !isfinite(b->gallery.offset))
		blame("offsets", (double)b->panel_offset);
	if (!(s->scale >= SCALE_MIN && s->scale <= SCALE_MAX) || s->theme >= THEME_COUNT)
		blame("scale or theme", (double)s->scale);
	if (!(bench_scale(b, 1920, 1080, 1) > 0.5F) || !(bench_scale(b, 1, 1, 2.5F) < 20))
		blame("pixels per point", (double)bench_scale(b, 1920, 1080, 1));
	if (b->ui.clips != 0)
		blame("clips left open", b->ui.clips);
}

static void begin(screen *s)
{
	static run_state start;
	config c;
	config_default(&c);
	state_begin(&start, &c, 0);
	bench_done(&subject);
	free(subject.gallery.present);
	cards_free(&subject.gallery.all);
	bench_init(&subject, &start, NULL, &(settings){.theme = THEME_LIGHT, .scale = 1}, NULL);
	subject.snap = &snaps[FAKE_ORDINARY];
	subject.gallery.open = true;
	gallery_open(&subject);
	*s = (screen){1280, 800, 0, 0};
	pass(s, NULL);
}

/* ---- tries ---- */

typedef struct progress { /* shared with the child */
	int done;
	char fault[sizeof fault_text];
} progress;

static progress *shared;

/* In a child: the first n events of `list`, or of a seed when it is NULL. Ends with 0 when all is well. */
static void child(const op *list, int n, uint64_t seed)
{
	static const int faults[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
	rng r = rng_make(seed, 1, 0);
	screen s;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		signal(faults[i], SIG_DFL); /* cmocka's would go on with the tests, here */
	begin(&s);
	for (int i = 0; i < n; i++) {
		op o = list ? list[i] : random_op(&r);
		shared->done = i;
		carry_out(&s, &o);
		subject.quit = false;
		check_controls();
		check_settings(i);
		check_bench();
		if (!fault)
			continue;
		snprintf(shared->fault, sizeof shared->fault, "%s", fault);
		_exit(1);
	}
	_exit(0);
}

static bool try(const op *list, int n, uint64_t seed, bool quiet)
{
	int status;
	fflush(NULL);
	shared->fault[0] = 0;
	pid_t pid = fork();
	if (pid == 0) {
		if (quiet && (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout)))
			_exit(2);
		child(list, n, seed);
	}
	if (waitpid(pid, &status, 0) < 0)
		return false;
	if (WIFSIGNALED(status))
		snprintf(shared->fault, sizeof shared->fault, "killed by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0 && !shared->fault[0])
		snprintf(shared->fault, sizeof shared->fault, "ended with status %d", WEXITSTATUS(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Leaves out blocks of events, then smaller ones, as long as what remains still fails. */
enum { SHRINK_EVENTS = 60000 };

static int shrink(op *list, int n)
{
	op *fewer = malloc((size_t)n * sizeof *fewer);
	long room = SHRINK_EVENTS + 4L * n; /* that may be played */
	for (int block = n - n / 8; fewer && block >= 1 && room > 0; block = block > 8 ? block * 2 / 3 : block - 1) {
		for (int from = 0; from < n && room > 0;) {
			int cut = from + block < n ? block : n - from;
			memcpy(fewer, list, (size_t)from * sizeof *list);
			memcpy(fewer + from, list + from + cut, (size_t)(n - from - cut) * sizeof *list);
			room -= n - cut + 20;
			if (try(fewer, n - cut, 0, true)) {
				from += block;
			} else {
				n -= cut;
				memcpy(list, fewer, (size_t)n * sizeof *list);
			}
		}
	}
	free(fewer);
	return n;
}

static void explain(int n, uint64_t seed)
{
	op *list = malloc((size_t)n * sizeof *list);
	rng r = rng_make(seed, 1, 0);
	if (!list)
		fail_msg("no memory for %d events", n);
	for (int i = 0; i < n; i++)
		list[i] = random_op(&r);
	if (try(list, n, 0, true)) {
		printf("    it does not fail again from the list alone\n");
	} else {
		n = shrink(list, n);
		try(list, n, 0, true);
		printf("    %d events are enough for: %s\n", n, shared->fault);
		for (int i = 0; i < n; i++)
			print_op(&list[i]);
	}
	free(list);
}

static long number_from(const char *variable, long usual)
{
	const char *text = getenv(variable);
	return text && *text ? strtol(text, NULL, 10) : usual;
}

static void run(long events)
{
	uint64_t seed = (uint64_t)number_from("MONKEY_SEED", 1);
	printf("    %ld events, MONKEY_SEED=%llu\n", events, (unsigned long long)seed);
	if (try(NULL, (int)events, seed, false))
		return;
	int n = shared->done + 1;
	printf("    event %d: %s\n", n, shared->fault);
	explain(n, seed);
	fail_msg("the monkey found something; see above");
}

static void any_events_on_nothing(void **state)
{
	(void)state;
	run(number_from("MONKEY_EVENTS", 100000));
}

static void any_events_on_pixels(void **state)
{
	(void)state;
	pixels = raster_new(&themes[THEME_LIGHT], 640, 480, 1);
	assert_non_null(pixels);
	run(number_from("MONKEY_EVENTS", 100000) / 100);
	raster_free(pixels);
	pixels = NULL;
}

/* ---- with the thread that trains: every message is obeyed ---- */

static void worker_obeys(void **state)
{
	(void)state;
	static run_state start;
	static const char *const names[] = {"play", "step", "step-ten", "back-one", "back-ten", "to-start", "to-end",
	        "mark-before", "mark-after", "bookmark", "replay", "rescue", "compare", "fork", "arm-next", "arm-hide",
	        "arm-exchange", "arm-remove", "reset", "new-seed", "check", "gallery", "views", "presenter", "copy",
	        "undo", "undo", "redo"};
	enum { NAMES = sizeof names / sizeof *names };
	err e = {0};
	rng r = rng_make(3, 1, 0);
	assert_true(state_read(&start, "unroll/1 T=4 hidden=3 batch=2", &e));
	worker *w = worker_new(&start, 1 << 20, NULL, NULL, &e);
	assert_non_null(w);
	bench_init(&subject, &start, w, &(settings){.theme = THEME_DARK, .scale = 1}, NULL);
	screen s = {900, 700, 0, 0};
	for (int i = 0; i < 600; i++) {
		pass(&s, NULL);
		assert_true(command_run(&subject, names[rng_below(&r, NAMES)]));
		pass(&s, NULL);
		bench_play(&subject, false);
		worker_settle(w);
		if (!bench_take(&subject) && i % 7)
			continue;
		assert_true(subject.snap->obeyed <= worker_sent(w));
		assert_int_equal(subject.snap->obeyed, worker_sent(w));
		assert_false(subject.playing);
		assert_in_range(subject.snap->all, 1, SNAP_ARMS);
		check_controls();
		check_settings(0);
		check_bench();
		if (fault)
			fail_msg("%s", fault);
	}
	bench_done(&subject);
	gallery_done(&subject.gallery);
	worker_free(w);
	memset(&subject, 0, sizeof subject);
}

/* ---- files to drop ---- */

static void put(const char *name, const char *text)
{
	char path[160];
	err e;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_true(file_write_all(path, text, strlen(text), &e));
}

static void put_pictures(void)
{
	static const uint32_t pixel[16] = {0xFF336699};
	char path[160];
	unsigned char *data;
	size_t size;
	err e;
	snprintf(path, sizeof path, "%s/good.png", folder);
	assert_true(png_write(path, pixel, 4, 4, 4, 96, "unroll/1 T=9 hidden=5 views=loss,norms", "a run", &e));
	assert_true(file_read_all(path, 1 << 20, &data, &size, &e));
	snprintf(path, sizeof path, "%s/cut.png", folder);
	assert_true(file_write_all(path, data, size / 2, &e));
	free(data);
	put("empty.png", "");
	put("text.png", "no picture");
}

static int make_files(void **state)
{
	(void)state;
	static char text[40000];
	char path[160];
	snprintf(folder, sizeof folder, "/tmp/unroll-monkey-XXXXXX");
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || !mkdtemp(folder))
		return -1;
	snaps = malloc(FAKE_COUNT * sizeof *snaps);
	for (int i = 0; snaps && i < FAKE_COUNT; i++)
		snaps[i] = *fake_snap((fake)i);
	put_pictures();
	put("state.txt", "# a run\nunroll/1 T=11 arm=\"a\" lr=0.1 arm=\"b\" lr=0.2 @5\n");
	put("bad.txt", "unroll/1 T=eleven\n");
	memset(text, 'x', sizeof text - 1);
	memcpy(text, "unroll/1 ", 9);
	put("long.unroll", text);
	put("good.csv", "sequence,step,a,target\n1,1,0.5,\n1,2,0.25,1\n");
	put("bad.csv", "sequence;step\n\"");
	put("bad.npz", "PK\003\004 no archive");
	put("lesson.md", "---\ntitle: A\nsummary: B\n---\n## One\n```unroll\nset T=7\nviews loss\nrun 3\n```\n");
	put("bad.md", "---\ntitle\n## \n```unroll\nset T=many\nfly\n");
	put("empty.md", "");
	put("none", "nothing");
	snprintf(path, sizeof path, "%s/folder", folder);
	if (mkdir(path, 0700) != 0)
		return -1;
	/* nothing is written while the monkey plays: there is no place for it */
	setenv("HOME", "/proc/nowhere", 1);
	setenv("XDG_CONFIG_HOME", "/proc/nowhere", 1);
	setenv("XDG_STATE_HOME", "/proc/nowhere", 1);
	setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
	setenv("XDG_DATA_HOME", folder, 1);
	return 0;
}

static int remove_files(void **state)
{
	(void)state;
	char line[128];
	snprintf(line, sizeof line, "rm -rf '%s'", folder);
	free(snaps);
	munmap(shared, sizeof *shared);
	return system(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(any_events_on_nothing),
	        cmocka_unit_test(any_events_on_pixels),
	        cmocka_unit_test(worker_obeys),
	};
	return cmocka_run_group_tests(tests, make_files, remove_files);
}
