#include "app/window.h"

#include "app/access.h"
#include "app/bench.h"
#include "app/events.h"
#include "app/lesson_open.h"
#include "app/tutor.h"
#include "draw/canvas_null.h"
#include "draw/canvas_raster.h"
#include "io/file.h"
#include "io/png.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	WIDTH = 1280,
	HEIGHT = 820,
	MIN_WIDTH = 240,
	MIN_HEIGHT = 160,
	WAIT_MS = 250,
	ACCESS_MS = 40,
	BENCH_FRAMES_MAX = 100000
};
static const double FRAME = 1.0 / 60, SAVE_DELAY = 1, ASIDE = 15; /* seconds */

typedef struct window {
	SDL_Window *sdl;
	SDL_Renderer *renderer; /* NULL: the window's surface, without a GPU */
	SDL_Texture *texture;
	SDL_Surface *surface; /* of the last frame */
	int texture_w, texture_h;
	raster *raster;
	canvas nowhere;
	worker *worker;
	bench bench;
	Uint32 wake_event;
	SDL_atomic_t wake_pending;
	bool redraw; /* everything, because of an event */
	bool overlay_before, playing_before;
	bool fullscreen;
	hands_cursor cursor;
	SDL_Cursor *cursors[CURSOR_KINDS];
	bool save_failed, accessible;
	double told_at;
	uint32_t told_focus;
	double last_frame, save_at, aside_at;
	float display_scale; /* of the display that the window is on */
	float scale;         /* pixels per point */
	float per_unit;      /* points per unit of SDL's coordinates */
	char title[128];
	const char *controls_path;
	uint32_t controls_hash;
} window;

static double seconds_of(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

/* ---- the end: signals, and a display that goes away ---- */

static volatile sig_atomic_t stop_asked;
static bool display_in_use;

static void ask_to_stop(int signal_number)
{
	stop_asked = signal_number;
}

/* Xlib calls exit() itself when the connection to the display breaks; this is how we learn of it. */
static void display_lost(void)
{
	static const char text[] = "unroll: the connection to the display was lost\n";
	if (!display_in_use)
		return;
	file_cleanup_signal();
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(ERR_MACHINE);
	_exit(ERR_MACHINE);
}

static void watch_signals(void)
{
	struct sigaction stop = {.sa_handler = ask_to_stop};
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	static bool registered;
	if (!registered)
		registered = atexit(display_lost) == 0;
}

/* ---- opening ---- */

const char *window_driver(void)
{
	const char *driver = SDL_GetCurrentVideoDriver();
	return driver ? driver : "none";
}

bool window_display_available(void)
{
	const char *asked = getenv("SDL_VIDEODRIVER");
#ifdef __linux__
	/* SDL would try every driver, and their libraries would complain on standard error */
	if (!asked && !getenv("DISPLAY") && !getenv("WAYLAND_DISPLAY"))
		return false;
#endif
	SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
	if (!SDL_WasInit(SDL_INIT_VIDEO) && SDL_InitSubSystem(SDL_INIT_VIDEO) != 0)
		return false;
	bool blind = strcmp(window_driver(), "offscreen") == 0 || strcmp(window_driver(), "dummy") == 0;
	if (!blind || (asked && *asked))
		return true;
	SDL_QuitSubSystem(SDL_INIT_VIDEO);
	return false;
}

/* A GPU shows itself by a render node; elsewhere than on Linux there always is one. */
static bool has_gpu(int chosen)
{
	const char *forced = getenv("UNROLL_RENDER");
	if (forced && strcmp(forced, "surface") == 0)
		return false;
	if (forced && strcmp(forced, "texture") == 0)
		return true;
	if (chosen != DRAWING_AUTO)
		return chosen == DRAWING_GPU;
#ifdef __linux__
	return strcmp(window_driver(), "dummy") != 0 && strcmp(window_driver(), "offscreen") != 0 &&
	       access("/dev/dri/renderD128", R_OK | W_OK) == 0;
#else
	return true;
#endif
}

/* Display scale in quarters: 1 up to 136 dpi, 1.25 for a 14-inch full-HD laptop, 2.5 for a 15-inch 4K one. */
static float scale_of_display(int display)
{
	float dpi = 0;
	if (display < 0 || SDL_GetDisplayDPI(display, &dpi, NULL, NULL) != 0 || !(dpi > 0))
		return 1;
	return fminf(fmaxf(floorf(4 * dpi / 110) / 4, 1), SCALE_MAX);
}

static void measure(window *w, int *pixels_w, int *pixels_h)
{
	int units_w = 1, units_h = 1;
	SDL_GetWindowSize(w->sdl, &units_w, &units_h);
	if (w->renderer)
		SDL_GetRendererOutputSize(w->renderer, pixels_w, pixels_h);
	else
		SDL_GetWindowSizeInPixels(w->sdl, pixels_w, pixels_h);
	float ratio = (float)*pixels_w / (float)(units_w > 0 ? units_w : 1);
	/* where SDL's units are larger than pixels, the system has scaled already */
	w->scale = bench_scale(&w->bench, (float)*pixels_w, (float)*pixels_h, ratio > 1.01F ? ratio : w->display_scale);
	w->per_unit = ratio / w->scale;
}

static bool open_renderer(window *w, bool vsync)
{
	Uint32 flags = SDL_RENDERER_ACCELERATED | (vsync ? SDL_RENDERER_PRESENTVSYNC : 0);
	w->renderer = SDL_CreateRenderer(w->sdl, -1, flags);
	return w->renderer != NULL;
}

/* The usual size, if the display has room for it beside its bars. */
static void usual_size(float scale, int *width, int *height)
{
	SDL_Rect room;
	*width = (int)(WIDTH * scale);
	*height = (int)(HEIGHT * scale);
	if (SDL_GetDisplayUsableBounds(0, &room) != 0)
		return;
	*width = *width < room.w ? *width : room.w * 9 / 10;
	*height = *height < room.h ? *height : room.h * 9 / 10;
}

static bool open_window(window *w, const window_options *o)
{
	bool gpu = has_gpu(w->bench.settings.drawing);
	char title[128];
	SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
	SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
	SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
	SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
	w->display_scale = scale_of_display(0);
	int width = o->width, height = o->height;
	if (width <= 0 || height <= 0)
		usual_size(w->display_scale, &width, &height);
	w->sdl = SDL_CreateWindow(bench_title(&w->bench, title, sizeof title), SDL_WINDOWPOS_CENTERED,
	        SDL_WINDOWPOS_CENTERED, width, height, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
	if (!w->sdl)
		return false;
	snprintf(w->title, sizeof w->title, "%s", title);
	SDL_SetWindowMinimumSize(w->sdl, MIN_WIDTH, MIN_HEIGHT);
	if (gpu && !open_renderer(w, o->bench_frames == 0))
		fprintf(stderr, "unroll: no accelerated drawing (%s); drawing without it\n", SDL_GetError());
	return true;
}

/* ---- presenting ---- */

static bool target_surface(window *w, pixel_target *target)
{
	SDL_Surface *s = SDL_GetWindowSurface(w->sdl);
	if (!s || s->format->BytesPerPixel != 4 || s->format->Rmask != 0xFF0000 || s->format->Bmask != 0xFF)
		return false;
	if (s != w->surface)
		w->redraw = true;
	w->surface = s;
	*target = (pixel_target){.pixels = s->pixels, .w = s->w, .h = s->h, .stride = s->pitch / 4};
	return true;
}

/* A surface in another format: drawn aside and converted. */
static void convert_to_surface(window *w)
{
	int pw, ph, stride;
	uint32_t *pixels = raster_pixels(w->raster, &pw, &ph, &stride);
	SDL_Surface *to = SDL_GetWindowSurface(w->sdl);
	if (!pixels || !to)
		return;
	SDL_Surface *from =
	        SDL_CreateRGBSurfaceWithFormatFrom(pixels, pw, ph, 32, stride * 4, SDL_PIXELFORMAT_ARGB8888);
	if (from)
		SDL_BlitSurface(from, NULL, to, NULL);
	SDL_FreeSurface(from);
}

static SDL_Rect pixel_rect(const window *w, const rect *dirty, int pw, int ph)
{
	SDL_Rect all = {0, 0, pw, ph}, part, shown;
	if (!dirty)
		return all;
	part.x = (int)floorf(dirty->x * w->scale);
	part.y = (int)floorf(dirty->y * w->scale);
	part.w = (int)ceilf((dirty->x + dirty->w) * w->scale) - part.x;
	part.h = (int)ceilf((dirty->y + dirty->h) * w->scale) - part.y;
	return SDL_IntersectRect(&all, &part, &shown) ? shown : all;
}

static void present_texture(window *w, const rect *dirty)
{
	int pw, ph, stride;
	uint32_t *pixels = raster_pixels(w->raster, &pw, &ph, &stride);
	if (!pixels)
		return;
	if (!w->texture || pw != w->texture_w || ph != w->texture_h) {
		if (w->texture)
			SDL_DestroyTexture(w->texture);
		w->texture =
		        SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING, pw, ph);
		w->texture_w = pw;
		w->texture_h = ph;
		dirty = NULL;
	}
	SDL_Rect part = pixel_rect(w, dirty, pw, ph), all = {0, 0, pw, ph};
	SDL_UpdateTexture(w->texture, &part, pixels + (size_t)part.y * (size_t)stride + part.x, stride * 4);
	SDL_RenderCopy(
	        w->renderer, w->texture, NULL, &all); /* one to one: a fraction of a pixel is cut, never scaled */
	SDL_RenderPresent(w->renderer);
}

/* The panels of the plots cover most of the frame; inside their round corners nothing needs to be cleared. */
static void spare_panels(window *w, const bench *b)
{
	enum { CORNER = 7 };
	rect inner[BENCH_VIEWS];
	const view *list[BENCH_VIEWS];
	int n = bench_views(b, list);
	for (int i = 0; i < n; i++)
		inner[i] = rect_inset(b->cell[i], CORNER, CORNER);
	raster_spare(w->raster, inner, n);
}

/* Draws a frame and shows it: everything, or only what a new snap has changed. */
static void draw_frame(window *w, double now)
{
	bench *b = &w->bench;
	int pw = 1, ph = 1;
	pixel_target surface;
	measure(w, &pw, &ph);
	bool direct = !w->renderer && target_surface(w, &surface);
	bool all =
	        w->redraw || w->overlay_before || b->playing != w->playing_before || b->presenter || !(b->live.w > 0);
	/* a hair less, so that rounding up gives pw and not pw + 1 */
	float width = ((float)pw - 0.01F) / w->scale, height = ((float)ph - 0.01F) / w->scale;
	rect live = b->live, before[BENCH_VIEWS];
	memcpy(before, b->cell, sizeof before);
	if (!all)
		spare_panels(w, b);
	raster_begin_on(
	        w->raster, bench_theme(b), width, height, w->scale, direct ? &surface : NULL, all ? NULL : &live);
	w->nowhere = canvas_null(w->raster->canvas.theme, width, height);
	view_focus marked = b->focus;
	bench_pass(b, &w->raster->canvas, all ? &w->raster->canvas : &w->nowhere, true, NULL, now);
	if (w->renderer) {
		present_texture(w, all ? NULL : &live);
	} else {
		if (!direct)
			convert_to_surface(w);
		SDL_Rect part = pixel_rect(w, all ? NULL : &live, pw, ph);
		SDL_UpdateWindowSurfaceRects(w->sdl, &part, 1);
	}
	/* panels that were drawn before the one under the pointer show its mark in the next frame */
	w->redraw = marked.step != b->focus.step || marked.update != b->focus.update;
	/* a message line has come or gone: what was not cleared lies elsewhere now */
	w->redraw = w->redraw || memcmp(before, b->cell, sizeof before) != 0;
	w->overlay_before = b->ui.overlay;
	w->playing_before = b->playing;
	w->last_frame = now;
}

/* ---- UNROLL_CONTROLS: where the controls are, for programs that drive the window ---- */

static uint32_t hash_controls(const ui_control *k, int n, float scale)
{
	uint32_t h = 2166136261u ^ (uint32_t)(scale * 1000);
	for (int i = 0; i < n; i++) {
		for (const char *p = k[i].name; *p; p++)
			h = (h ^ (unsigned char)*p) * 16777619u;
		for (const char *p = k[i].value; *p; p++)
			h = (h ^ (unsigned char)*p) * 16777619u;
		const float side[4] = {k[i].shown.x, k[i].shown.y, k[i].shown.w, k[i].shown.h};
		for (int s = 0; s < 4; s++)
			h = (h ^ (uint32_t)(int)(side[s] * 4)) * 16777619u;
	}
	return h;
}

/* Lines of: role, name, x, y, w, h in SDL's units, value; separated by tabs. */
static void write_controls(window *w)
{
	int n;
	const ui_control *k = ui_controls(&w->bench.ui, &n);
	uint32_t hash = hash_controls(k, n, w->scale);
	char temporary[FILE_PATH];
	if (!w->controls_path || hash == w->controls_hash)
		return;
	w->controls_hash = hash;
	snprintf(temporary, sizeof temporary, "%s.part", w->controls_path);
	FILE *f = fopen(temporary, "w");
	if (!f)
		return;
	for (int i = 0; i < n; i++)
		fprintf(f, "%s\t%s\t%.1f\t%.1f\t%.1f\t%.1f\t%s\n", ui_role_name(k[i].role), k[i].name,
		        (double)(k[i].shown.x / w->per_unit), (double)(k[i].shown.y / w->per_unit),
		        (double)(k[i].shown.w / w->per_unit), (double)(k[i].shown.h / w->per_unit), k[i].value);
	if (fclose(f) == 0)
		(void)rename(temporary, w->controls_path);
}

/* ---- the loop ---- */

/* From the worker's thread: one event in the queue is enough. */
static void wake(void *data)
{
	window *w = data;
	if (!SDL_AtomicCAS(&w->wake_pending, 0, 1))
		return;
	SDL_Event e = {.type = w->wake_event};
	if (SDL_PushEvent(&e) < 1)
		SDL_AtomicSet(&w->wake_pending, 0);
}

static void logic_pass(window *w, const ui_event *e, double now)
{
	const canvas *seen = &w->raster->canvas;
	w->nowhere = canvas_null(bench_theme(&w->bench), seen->width, seen->height);
	bench_pass(&w->bench, &w->nowhere, &w->nowhere, false, e, now);
	w->redraw = true;
}

static void window_event(window *w, const SDL_Event *e)
{
	if (e->window.event == SDL_WINDOWEVENT_CLOSE)
		w->bench.quit = true;
	if (e->window.event == SDL_WINDOWEVENT_MOVED || e->window.event == SDL_WINDOWEVENT_DISPLAY_CHANGED) {
		float before = w->display_scale;
		w->display_scale = scale_of_display(SDL_GetWindowDisplayIndex(w->sdl));
		w->redraw = w->redraw || w->display_scale != before;
	}
	if (e->window.event != SDL_WINDOWEVENT_MOVED && e->window.event != SDL_WINDOWEVENT_TAKE_FOCUS)
		w->redraw = true;
}

/* Every event gets a pass of its own; of the moves between two frames the last one does. */
static void take_events(window *w, double now)
{
	SDL_Event e, next;
	ui_event event;
	while (!w->bench.quit && SDL_PollEvent(&e)) {
		if (e.type == w->wake_event) {
			SDL_AtomicSet(&w->wake_pending, 0);
			continue;
		}
		if (e.type == SDL_MOUSEMOTION &&
		        SDL_PeepEvents(&next, 1, SDL_PEEKEVENT, SDL_FIRSTEVENT, SDL_LASTEVENT) == 1 &&
		        next.type == SDL_MOUSEMOTION)
			continue;
		if (e.type == SDL_QUIT)
			w->bench.quit = true;
		if (e.type == SDL_WINDOWEVENT)
			window_event(w, &e);
		if (e.type == SDL_DROPFILE) {
			bench_drop(&w->bench, e.drop.file);
			SDL_free(e.drop.file);
			w->redraw = true;
		}
		if (events_translate(&e, w->per_unit, &event))
			logic_pass(w, &event, now);
	}
}

static void show_cursor(window *w, hands_cursor kind)
{
	static const SDL_SystemCursor ids[CURSOR_KINDS] = {
	        SDL_SYSTEM_CURSOR_ARROW, SDL_SYSTEM_CURSOR_SIZEWE, SDL_SYSTEM_CURSOR_SIZENS, SDL_SYSTEM_CURSOR_SIZEALL};
	if (!w->cursors[kind])
		w->cursors[kind] = SDL_CreateSystemCursor(ids[kind]);
	if (w->cursors[kind])
		SDL_SetCursor(w->cursors[kind]);
	w->cursor = kind;
}

/* What the bench asked of the window. */
static void follow_wishes(window *w, double now)
{
	bench *b = &w->bench;
	char title[128];
	err e = {0};
	if (b->fullscreen != w->fullscreen) {
		w->fullscreen = b->fullscreen;
		SDL_SetWindowFullscreen(w->sdl, b->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
	}
	if (b->cursor != w->cursor)
		show_cursor(w, b->cursor);
	if (strcmp(bench_title(b, title, sizeof title), w->title) != 0) {
		snprintf(w->title, sizeof w->title, "%s", title);
		SDL_SetWindowTitle(w->sdl, title);
	}
	if (b->settings_changed) {
		b->settings_changed = false;
		w->save_at = now + SAVE_DELAY;
	}
	if (now >= w->aside_at) {
		if (w->aside_at > 0)
			gallery_aside(b);
		w->aside_at = now + ASIDE;
	}
	if (w->save_at > 0 && (now >= w->save_at || b->quit)) {
		w->save_at = 0;
		if (!settings_save(&b->settings, &e) && !w->save_failed) {
			w->save_failed = true; /* said once */
			ui_toast(&b->ui, e.text);
		}
	}
}

/* What assistive programs see, and ask to press. */
static void serve_access(window *w, double now)
{
	point at;
	if (!w->accessible)
		return;
	/* what changes with every snap is told twice a second */
	if (now >= w->told_at + 0.5 || w->bench.ui.focus != w->told_focus) {
		access_show(&w->bench, w->title, w->per_unit);
		w->told_at = now;
		w->told_focus = w->bench.ui.focus;
	}
	if (!access_pump(&at))
		return;
	const ui_event_kind kinds[] = {UI_MOVE, UI_PRESS, UI_RELEASE};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		logic_pass(w, &(ui_event){.kind = kinds[i], .at = at, .clicks = 1}, now);
}

/* One turn without waiting. Returns for how long nothing will change by itself, seconds. */
static double frame(window *w)
{
	double now = seconds();
	take_events(w, now);
	serve_access(w, now);
	follow_wishes(w, now);
	if (w->bench.quit)
		return 0;
	if (now < w->last_frame + FRAME)
		return 0;
	bool due = now >= bench_due(&w->bench, now);
	bool fresh = bench_take(&w->bench);
	tutor_look(&w->bench, now);
	w->redraw = w->redraw || w->bench.chrome_changed;
	if (!w->redraw && !fresh && !due)
		return fmin(bench_due(&w->bench, now) - now, w->save_at > 0 ? w->save_at - now : INFINITY);
	if (due || w->bench.chrome_changed)
		w->redraw = true;
	w->bench.chrome_changed = false;
	draw_frame(w, now);
	write_controls(w);
	return 0;
}

static void loop(window *w)
{
	int most = w->accessible ? ACCESS_MS : WAIT_MS;
	while (!w->bench.quit && !stop_asked) {
		double idle = frame(w), rest = w->last_frame + FRAME - seconds();
		if (w->bench.quit)
			break;
		if (rest > 0) /* at most 60 frames a second */
			SDL_Delay((Uint32)ceil(rest * 1000));
		else if (idle > 0)
			SDL_WaitEventTimeout(NULL, idle < most / 1000.0 ? (int)ceil(idle * 1000) : most);
	}
	if (stop_asked) /* who wonders why the window has gone finds it here */
		fprintf(stderr, "unroll: closed by signal %d\n", (int)stop_asked);
	w->bench.quit = true;
	follow_wishes(w, seconds());
}

static int compare_times(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void middle_and_worst(double *ms, int n, double *median, double *p99)
{
	qsort(ms, (size_t)n, sizeof *ms, compare_times);
	*median = n ? ms[n / 2] : 0;
	*p99 = n ? ms[(n - 1) * 99 / 100] : 0;
}

/* Frames as the loop draws them while a run goes on: all plots and the transport, but not the controls beside them. */
static bool measure_frames(window *w, int n, window_speed *speed)
{
	n = n < BENCH_FRAMES_MAX ? n : BENCH_FRAMES_MAX;
	double *ms = malloc(2 * (size_t)n * sizeof *ms), *cpu = ms + n;
	if (!ms)
		return false;
	memset(ms, 0, 2 * (size_t)n * sizeof *ms); /* all pages now: what grows later is the program's */
	worker_settle(w->bench.worker);            /* at the update of the state */
	bench_play(&w->bench, true);
	worker_speed(w->bench.worker, 0); /* as fast as it goes */
	int done = 0;
	for (; done < n && !w->bench.quit && !stop_asked; done++) {
		take_events(w, seconds());
		bench_take(&w->bench);
		double start = seconds(), used = seconds_of(CLOCK_THREAD_CPUTIME_ID);
		draw_frame(w, start);
		cpu[done] = 1e3 * (seconds_of(CLOCK_THREAD_CPUTIME_ID) - used);
		ms[done] = 1e3 * (seconds() - start);
		SDL_Delay(4); /* leaves the worker its time, as the wait for the next frame does */
	}
	speed->frames = done;
	middle_and_worst(ms, done, &speed->median, &speed->p99);
	middle_and_worst(cpu, done, &speed->cpu_median, &speed->cpu_p99);
	free(ms);
	return true;
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "unroll: %s: %s\n", what, why);
	return ERR_MACHINE;
}

/* UNROLL_PIXELS: the last frame as a PNG, for programs that compare what drivers show. */
static void write_pixels(window *w)
{
	const char *path = getenv("UNROLL_PIXELS");
	int pw, ph, stride;
	err e;
	const uint32_t *pixels = path && w->raster ? raster_pixels(w->raster, &pw, &ph, &stride) : NULL;
	if (pixels && !png_write(path, pixels, pw, ph, stride, 96, "", "", &e))
		fprintf(stderr, "unroll: %s\n", e.text);
}

static void close_window(window *w)
{
	write_pixels(w);
	exporter_end(&w->bench);
	gallery_keep(&w->bench);
	access_stop();
	gallery_done(&w->bench.gallery);
	bench_done(&w->bench);
	worker_free(w->worker);
	if (w->texture)
		SDL_DestroyTexture(w->texture);
	if (w->renderer)
		SDL_DestroyRenderer(w->renderer);
	for (int i = 0; i < CURSOR_KINDS; i++)
		if (w->cursors[i])
			SDL_FreeCursor(w->cursors[i]);
	if (w->sdl)
		SDL_DestroyWindow(w->sdl);
	raster_free(w->raster);
	display_in_use = false;
	SDL_QuitSubSystem(SDL_INIT_VIDEO);
}

static int open_all(window *w, const run_state *state, const window_options *o)
{
	settings s = settings_load();
	ui_clipboard clipboard = events_clipboard();
	err e = {0};
	if (o->theme >= 0 && o->theme < THEME_COUNT)
		s.theme = (theme_id)o->theme;
	if (o->scale > 0)
		s.scale = fminf(fmaxf(o->scale, SCALE_MIN), SCALE_MAX);
	w->wake_event = SDL_RegisterEvents(1);
	w->worker = worker_new(state, (size_t)s.history << 20, wake, w, &e);
	if (!w->worker) {
		fprintf(stderr, "unroll: %s\n", e.text);
		return e.code;
	}
	bench_init(&w->bench, state, w->worker, &s, &clipboard);
	if (o->lesson)
		bench_lesson(&w->bench, o->lesson);
	if (o->bench_frames == 0 || o->gallery)
		w->bench.gallery.thumbs = thumbs_new(wake, w);
	w->bench.gallery.keeps = o->bench_frames == 0;
	if (o->gallery) {
		w->bench.gallery.open = true;
		gallery_open(&w->bench);
	}
	if (!open_window(w, o))
		return fail("cannot open a window", SDL_GetError());
	w->raster = raster_new(bench_theme(&w->bench), 1, 1, 1);
	return w->raster ? 0 : fail("cannot draw", "out of memory");
}

int window_run(const run_state *s, const window_options *o)
{
	static window w; /* large: the controls of two passes */
	double started = o->started > 0 ? o->started : seconds();
	memset(&w, 0, sizeof w);
	stop_asked = 0;
	if (!window_display_available())
		return fail("no display", SDL_GetError());
	watch_signals();
	display_in_use = true;
	w.controls_path = getenv("UNROLL_CONTROLS");
	int status = open_all(&w, s, o);
	if (status == 0) {
		w.redraw = true;
		draw_frame(&w, seconds());
		write_controls(&w);
		window_speed speed = {
		        .first = 1e3 * (seconds() - started), .cpu_first = 1e3 * seconds_of(CLOCK_THREAD_CPUTIME_ID)};
		if (o->bench_frames <= 0)
			w.accessible = access_start();
		if (o->bench_frames <= 0)
			loop(&w);
		else if (!measure_frames(&w, o->bench_frames, &speed))
			status = fail("cannot measure", "out of memory");
		if (o->speed)
			*o->speed = speed;
	}
	close_window(&w);
	return status;
}
