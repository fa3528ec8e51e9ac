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

void export_paint(const snap *s, const view *const *list, int n, canvas *c)
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
	export_how how;
	const char *path;
	char state[STATE_TEXT], caption[CAPTION];
} job;

static bool export_png(const job *j, err *e)
{
	int w, h, stride;
	const export_how *how = &j->how;
	raster *r = raster_new(&themes[how->theme], how->w, how->h, how->scale);
	const uint32_t *pixels = NULL;
	if (r) {
		export_paint(j->snap, j->list, j->n, &r->canvas);
		pixels = raster_pixels(r, &w, &h, &stride);
	}
	bool ok = pixels ? png_write(j->path, pixels, w, h, stride, DPI_AT_SCALE_1 * (double)how->scale, j->state,
	                           j->caption, e)
	                 : err_machine(e, "no memory for a picture of %.0f × %.0f pixels; lower the scale or the size",
	                           (double)(how->w * how->scale), (double)(how->h * how->scale));
	raster_free(r);
	return ok;
}

static bool export_vector(const job *j, bool pdf, err *e)
{
	char title[64];
	const export_how *how = &j->how;
	snprintf(title, sizeof title, "unroll: %s", j->n == 1 ? j->list[0]->title : "bench");
	vector_file *v = vector_open(j->path, pdf, &themes[how->theme], how->w, how->h, title, j->caption, j->state, e);
	if (!v)
		return false;
	if (how->paths)
		vector_outline_text(v);
	export_paint(j->snap, j->list, j->n, vector_canvas(v));
	return vector_commit(v, e);
}

static bool export_svg(const job *j, err *e)
{
	return export_vector(j, false, e);
}

static bool export_pdf(const job *j, err *e)
{
	return export_vector(j, true, e);
}

static bool export_numbers(const job *j, bool csv, err *e)
{
	view_data d;
	data_collect(&d, j->list, j->n, j->snap);
	bool ok = csv ? data_write_csv(&d, j->snap, j->state, j->path, e)
	              : data_write_npz(&d, j->snap, j->state, j->path, e);
	data_done(&d);
	return ok;
}

static bool export_csv(const job *j, err *e)
{
	return export_numbers(j, true, e);
}

static bool export_npz(const job *j, err *e)
{
	return export_numbers(j, false, e);
}

static const struct {
	const char *extension;
	bool (*write)(const job *j, err *e);
} formats[] = {{"png", export_png}, {"svg", export_svg}, {"pdf", export_pdf}, {"csv", export_csv}, {"npz", export_npz}};

enum { FORMATS = sizeof formats / sizeof *formats };

static int format_of(const char *extension)
{
	for (int i = 0; i < FORMATS; i++)
		if (strcmp(formats[i].extension, extension) == 0)
			return i;
	return -1;
}

bool export_is_kind(const char *extension)
{
	return format_of(extension) >= 0;
}

bool export_slide(const char *name, export_how *how)
{
	bool wide = strcmp(name, "16:9") == 0;
	if (!wide && strcmp(name, "4:3") != 0)
		return false;
	how->w = wide ? 960 : 720;
	how->h = 540;
	how->scale = 2;
	return true;
}

bool export_file(const snap *s, const view *const *list, int n, const export_how *how, const char *path, err *e)
{
	static run_state state;
	static job j;
	char extension[16];
	int format = format_of(file_extension(path, extension, sizeof extension));
	if (format < 0)
		return err_input(e, "%s: unknown kind of file; allowed: .png, .svg, .pdf, .csv, .npz", path);
	j.snap = s, j.list = list, j.n = n, j.how = *how, j.path = path;
	snap_copy_state(&state, &s->state);
	view_note(&state, list, n);
	state_write(&state, j.state, sizeof j.state);
	captions(s, list, n, j.caption, sizeof j.caption);
	return formats[format].write(&j, e);
}

bool export_view(const snap *s, const view *const *list, int n, theme_id t, float w, float h, float scale,
        const char *path, err *e)
{
	return export_file(s, list, n, &(export_how){.theme = t, .w = w, .h = h, .scale = scale}, path, e);
}

const char *export_short_path(const char *path, char *buf, size_t size)
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
		snprintf(message, size, "Saved %s%s", export_short_path(all_formats ? name : path, shown, sizeof shown),
		        all_formats ? ".png, .svg and .pdf" : "");
	else
		snprintf(message, size, "Not saved: %.400s", e.text);
	return ok;
}
