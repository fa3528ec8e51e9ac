#include "app/export.h"

#include "app/pictures.h"
#include "draw/canvas_cairo.h"
#include "draw/canvas_raster.h"
#include "io/file.h"
#include "io/png.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAPTION = 4096 };
static const float EXPORT_SCALE = 2; /* pixels per point */
static const double DPI_AT_SCALE_1 = 96;

static void paint(const snap *s, const view *const *list, int n, canvas *c)
{
	rect all = {0, 0, c->width, c->height};
	canvas_box(c, all, 0, INK_WINDOW, 1);
	if (n == 1)
		view_panel(list[0], s, c, all, NULL, true);
	else
		view_grid(list, n, s, c, rect_inset(all, 8, 8), NULL, NULL);
}

/* The plots in words, one after the other. */
static void captions(const snap *s, const view *const *list, int n, char *buf, size_t size)
{
	size_t at = 0;
	buf[0] = 0;
	for (int i = 0; i < n; i++) {
		char one[1024];
		int used =
		        snprintf(buf + at, size - at, "%s%s", i ? " " : "", view_summary(list[i], s, one, sizeof one));
		if (used < 0 || (size_t)used >= size - at)
			return;
		at += (size_t)used;
	}
}

typedef struct job {
	const snap *snap;
	const view *const *list;
	int n;
	theme_id theme;
	float w, h, scale;
	const char *path;
	char state[STATE_TEXT], caption[CAPTION];
} job;

static bool export_png(const job *j, err *e)
{
	int w, h, stride;
	raster *r = raster_new(&themes[j->theme], j->w, j->h, j->scale);
	const uint32_t *pixels = NULL;
	if (r) {
		paint(j->snap, j->list, j->n, &r->canvas);
		pixels = raster_pixels(r, &w, &h, &stride);
	}
	bool ok = pixels ? png_write(j->path, pixels, w, h, stride, DPI_AT_SCALE_1 * (double)j->scale, j->state,
	                           j->caption, e)
	                 : err_machine(e, "no memory for a picture of %.0f × %.0f pixels; lower the scale or the size",
	                           (double)(j->w * j->scale), (double)(j->h * j->scale));
	raster_free(r);
	return ok;
}

static bool export_vector(const job *j, bool pdf, err *e)
{
	char title[64];
	snprintf(title, sizeof title, "unroll: %s", j->n == 1 ? j->list[0]->title : "bench");
	vector_file *v = vector_open(j->path, pdf, &themes[j->theme], j->w, j->h, title, j->caption, j->state, e);
	if (!v)
		return false;
	paint(j->snap, j->list, j->n, vector_canvas(v));
	return vector_commit(v, e);
}

bool export_view(const snap *s, const view *const *list, int n, theme_id t, float w, float h, float scale,
        const char *path, err *e)
{
	char ext[16];
	job j = {.snap = s, .list = list, .n = n, .theme = t, .w = w, .h = h, .scale = scale, .path = path};
	static run_state state;
	snap_copy_state(&state, &s->state);
	view_note(&state, list, n);
	state_write(&state, j.state, sizeof j.state);
	captions(s, list, n, j.caption, sizeof j.caption);
	file_extension(path, ext, sizeof ext);
	if (strcmp(ext, "png") == 0)
		return export_png(&j, e);
	if (strcmp(ext, "svg") == 0 || strcmp(ext, "pdf") == 0)
		return export_vector(&j, ext[0] == 'p', e);
	return err_input(e, "%s: unknown kind of picture; allowed: .png, .svg, .pdf", path);
}

/* "~/Pictures/…" reads better than the whole path. */
static const char *short_path(const char *path, char *buf, size_t size)
{
	const char *home = getenv("HOME");
	size_t n = home ? strlen(home) : 0;
	bool inside = n > 1 && strncmp(path, home, n) == 0 && path[n] == '/';
	snprintf(buf, size, "%s%s", inside ? "~" : "", inside ? path + n : path);
	return buf;
}

bool export_pictures(const bench *b, bool all_formats, char *message, size_t size)
{
	static const char *const all[] = {"png", "svg", "pdf", NULL}, *const one[] = {"png", NULL};
	const char *const *extension = all_formats ? all : one;
	const view *list[BENCH_VIEWS];
	char name[FILE_PATH], path[FILE_PATH + 8], shown[FILE_PATH + 16];
	err e = {0};
	int n = bench_views(b, list);
	bool ok = pictures_name(extension, name, sizeof name, &e);
	for (int i = 0; ok && extension[i]; i++) {
		snprintf(path, sizeof path, "%s.%s", name, extension[i]);
		ok = export_view(b->snap, list, n, b->settings.theme, b->plots.w, b->plots.h, EXPORT_SCALE, path, &e);
	}
	if (ok)
		snprintf(message, size, "Saved %s%s", short_path(all_formats ? name : path, shown, sizeof shown),
		        all_formats ? ".png, .svg and .pdf" : "");
	else
		snprintf(message, size, "Not saved: %.400s", e.text);
	return ok;
}
