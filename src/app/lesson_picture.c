#include "app/lesson_picture.h"

#include "app/lesson_open.h"
#include "app/shelf.h"
#include "app/tutor.h"
#include "draw/canvas_cairo.h"
#include "draw/canvas_null.h"
#include "draw/canvas_raster.h"
#include "io/png.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double DPI_AT_SCALE_1 = 96;

bool lesson_word(const char *word)
{
	char name[FILE_PATH], extension[8];
	shelf found = {0};
	err e;
	if (strncmp(word, "unroll/", 7) == 0 || word[0] == '-' || strlen(word) >= sizeof name)
		return false;
	snprintf(name, sizeof name, "%s", word);
	char *hash = strrchr(name, '#');
	if (hash && hash[1 + strspn(hash + 1, "0123456789")] == '\0')
		*hash = '\0';
	if (strcmp(file_extension(name, extension, sizeof extension), "md") == 0)
		return true;
	if (strchr(name, '/') || strchr(name, '.'))
		return false;
	bool there = shelf_add_name(&found, name, &e);
	shelf_close(&found);
	return there;
}

bool lesson_there(const char *word, err *e)
{
	char name[FILE_PATH];
	shelf found = {0};
	snprintf(name, sizeof name, "%s", word);
	char *hash = strrchr(name, '#');
	if (hash && hash[1 + strspn(hash + 1, "0123456789")] == '\0')
		*hash = '\0';
	bool there = shelf_add(&found, name, e);
	shelf_close(&found);
	return there;
}

/* The worker rests, and the bench has seen what it has done. */
static void settle(bench *b, float w, float h)
{
	enum { ROUNDS = 1000 };
	for (int i = 0; i < ROUNDS; i++) {
		worker_settle(b->worker);
		bench_take(b);
		canvas nowhere = canvas_null(bench_theme(b), w, h);
		bench_pass(b, &nowhere, &nowhere, false, NULL, 0);
		b->chrome_changed = false;
		worker_settle(b->worker);
		bool fresh = bench_take(b);
		if (!fresh && b->tutor->route < 0)
			return;
	}
}

static void play_step(bench *b, float w, float h)
{
	const lesson_step *s = tutor_at(b->tutor);
	if (!s)
		return;
	for (int i = 0; i < s->acts; i++)
		tutor_state(b->tutor)->answer[i].skipped = true;
	worker_speed(b->worker, 0);
	for (int i = 0; i < s->acts; i++)
		if (s->act[i].kind == ACT_RUN) {
			bench_play(b, true);
			settle(b, w, h);
		}
}

/* The last pass is the one that is seen: those before it have made the layout. */
static void paint(bench *b, canvas *c)
{
	canvas nowhere = canvas_null(c->theme, c->width, c->height);
	for (int i = 0; i < 3; i++)
		bench_pass(b, &nowhere, &nowhere, true, NULL, 0);
	b->ui.toast[0] = '\0';
	canvas_box(c, (rect){0, 0, c->width, c->height}, 0, INK_WINDOW, 1);
	bench_pass(b, c, c, true, NULL, 0);
}

static bool write_png(bench *b, float w, float h, float scale, const char *path, const char *state, err *e)
{
	int pw, ph, stride;
	raster *r = raster_new(bench_theme(b), w, h, scale);
	const uint32_t *pixels = NULL;
	if (r) {
		paint(b, &r->canvas);
		pixels = raster_pixels(r, &pw, &ph, &stride);
	}
	bool ok = pixels ? png_write(path, pixels, pw, ph, stride, DPI_AT_SCALE_1 * (double)scale, state,
	                           b->tutor->l->title, e)
	                 : err_machine(e, "no memory for the picture; lower the scale or the size");
	raster_free(r);
	return ok;
}

static bool write_vector(bench *b, bool pdf, float w, float h, const char *path, const char *state, err *e)
{
	vector_file *v =
	        vector_open(path, pdf, bench_theme(b), w, h, b->tutor->l->title, b->tutor->l->summary, state, e);
	if (!v)
		return false;
	paint(b, vector_canvas(v));
	return vector_commit(v, e);
}

static bool draw(bench *b, float w, float h, float scale, const char *path, err *e)
{
	static char state[STATE_TEXT];
	static run_state s;
	char extension[8];
	bench_state(b, &s);
	state_write(&s, state, sizeof state);
	file_extension(path, extension, sizeof extension);
	return strcmp(extension, "png") == 0 ? write_png(b, w, h, scale, path, state, e)
	                                     : write_vector(b, strcmp(extension, "pdf") == 0, w, h, path, state, e);
}

bool lesson_picture(const char *word, bool played, theme_id t, float w, float h, float scale, const char *path, err *e)
{
	static bench b;
	static run_state start;
	char name[FILE_PATH];
	config c;
	config_default(&c);
	state_begin(&start, &c, 0);
	settings set = {.theme = t, .scale = 1};
	worker *w0 = worker_new(&start, 0, NULL, NULL, e);
	if (!w0)
		return false;
	bench_init(&b, &start, w0, &set, NULL);
	b.ui.still = true;
	canvas nowhere = canvas_null(bench_theme(&b), w, h);
	bench_pass(&b, &nowhere, &nowhere, false, NULL, 0);
	snprintf(name, sizeof name, "%s", word);
	char *hash = strrchr(name, '#');
	int step = hash ? atoi(hash + 1) : 0;
	if (hash)
		*hash = '\0';
	bool ok = tutor_open(&b, name, step, false, e);
	if (ok) {
		bench_pass(&b, &nowhere, &nowhere, false, NULL, 0);
		settle(&b, w, h);
		if (played)
			play_step(&b, w, h);
		ok = draw(&b, w, h, scale, path, e);
	}
	bench_done(&b);
	worker_free(w0);
	return ok;
}
