#include "draw/canvas_cairo.h"

#include "draw/device.h"
#include "draw/font.h"
#include "draw/glyphs.h"
#include "draw/utf8.h"
#include "draw/vector_device.h"
#include "io/file.h"

#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FACES = WEIGHT_COUNT, RUN = 64 };

typedef struct pdf_device {
	canvas canvas;
	buffer *out;
	cairo_surface_t *surface;
	cairo_t *cr;
	cairo_font_face_t *face[FACES]; /* NULL until used */
	bool looked[FACES];
	int clips;
	bool outlines; /* text as paths */
} pdf_device;

static pdf_device *pdf_of(canvas *c)
{
	return (pdf_device *)c;
}

static void set_color(pdf_device *v, ink i, float alpha)
{
	uint32_t c = v->canvas.theme->argb[i];
	cairo_set_source_rgba(v->cr, (c >> 16 & 255) / 255.0, (c >> 8 & 255) / 255.0, (c & 255) / 255.0, (double)alpha);
}

static void pdf_release(canvas *c)
{
	pdf_device *v = pdf_of(c);
	cairo_destroy(v->cr);
	cairo_surface_finish(v->surface);
	cairo_surface_destroy(v->surface);
	for (int i = 0; i < FACES; i++)
		if (v->face[i])
			cairo_font_face_destroy(v->face[i]);
	free(v);
}

static void plain_metrics(cairo_t *cr)
{
	cairo_font_options_t *options = cairo_font_options_create();
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_set_font_options(cr, options);
	cairo_font_options_destroy(options);
}

/* ---- groups and clips ---- */

static void pdf_group(canvas *c, const char *name)
{
	(void)c, (void)name;
}

static void pdf_clip(canvas *c, const rect *r)
{
	pdf_device *v = pdf_of(c);
	if (r) {
		cairo_save(v->cr);
		cairo_rectangle(v->cr, (double)r->x, (double)r->y, (double)r->w, (double)r->h);
		cairo_clip(v->cr);
		v->clips++;
	} else if (v->clips > 0) {
		cairo_restore(v->cr);
		v->clips--;
	}
}

/* ---- shapes ---- */

static void trace_path(pdf_device *v, const point *p, int n, bool closed)
{
	bool broken = false;
	cairo_new_path(v->cr);
	for (int i = 0, run = 0; i < n; i++) {
		bool good = !isnan(p[i].x) && !isnan(p[i].y);
		broken |= !good;
		if (good && run == 0)
			cairo_move_to(v->cr, (double)p[i].x, (double)p[i].y);
		if (good) /* a lone point becomes a line to itself, which round caps make a dot */
			cairo_line_to(v->cr, (double)p[i].x, (double)p[i].y);
		run = good ? run + 1 : 0;
	}
	if (closed && !broken)
		cairo_close_path(v->cr);
}

static void pdf_polyline(canvas *c, const point *p, int n, bool closed, stroke s)
{
	pdf_device *v = pdf_of(c);
	float length[DEVICE_DASHES];
	double dashes[DEVICE_DASHES];
	int lengths = device_dashes(s, length);
	for (int i = 0; i < lengths; i++)
		dashes[i] = (double)length[i];
	trace_path(v, p, n, closed);
	set_color(v, s.ink, s.alpha);
	cairo_set_line_width(v->cr, (double)s.width);
	cairo_set_dash(v->cr, dashes, lengths, 0);
	cairo_stroke(v->cr);
}

static void pdf_polygon(canvas *c, const point *p, int n, ink fill, float alpha)
{
	pdf_device *v = pdf_of(c);
	trace_path(v, p, n, true);
	set_color(v, fill, alpha);
	cairo_set_fill_rule(v->cr, CAIRO_FILL_RULE_EVEN_ODD);
	cairo_fill(v->cr);
}

static void pdf_box(canvas *c, rect r, float radius, ink fill, float alpha)
{
	pdf_device *v = pdf_of(c);
	double x0 = (double)r.x, y0 = (double)r.y, x1 = x0 + (double)r.w, y1 = y0 + (double)r.h, k = (double)radius;
	cairo_new_path(v->cr);
	if (radius > 0) {
		static const double quarter = 1.5707963267948966;
		cairo_arc(v->cr, x1 - k, y0 + k, k, -quarter, 0);
		cairo_arc(v->cr, x1 - k, y1 - k, k, 0, quarter);
		cairo_arc(v->cr, x0 + k, y1 - k, k, quarter, 2 * quarter);
		cairo_arc(v->cr, x0 + k, y0 + k, k, 2 * quarter, 3 * quarter);
		cairo_close_path(v->cr);
	} else {
		cairo_rectangle(v->cr, x0, y0, x1 - x0, y1 - y0);
	}
	set_color(v, fill, alpha);
	cairo_fill(v->cr);
}

/* ---- text: glyphs of the same file at our own positions, with the characters for searching and copying ---- */

static cairo_font_face_t *open_face(weight w)
{
	err e = {0};
	FcPattern *pattern = font_pattern(w, &e);
	if (!pattern)
		return NULL;
	cairo_font_face_t *face = cairo_ft_font_face_create_for_pattern(pattern);
	FcPatternDestroy(pattern);
	if (cairo_font_face_status(face) == CAIRO_STATUS_SUCCESS)
		return face;
	cairo_font_face_destroy(face);
	return NULL;
}

static bool set_face(pdf_device *v, weight w, float size)
{
	if (!v->looked[w])
		v->face[w] = open_face(w);
	v->looked[w] = true;
	if (!v->face[w])
		return false;
	cairo_set_font_face(v->cr, v->face[w]);
	double em = (double)size;
	bool slanted = w == WEIGHT_SLANTED;
	cairo_matrix_t letter = {em, 0, slanted ? -SLANT_SHEAR * em : 0, em, slanted ? -SLANT_BACK * em : 0, 0};
	cairo_set_font_matrix(v->cr, &letter);
	return true;
}

typedef struct run {
	weight face;
	cairo_glyph_t glyph[RUN];
	cairo_text_cluster_t cluster[RUN];
	char utf8[4 * RUN];
	int n, bytes;
} run;

static void show(pdf_device *v, run *r)
{
	if (r->n && v->outlines)
		cairo_glyph_path(v->cr, r->glyph, r->n);
	else if (r->n)
		cairo_show_text_glyphs(v->cr, r->utf8, r->bytes, r->glyph, r->n, r->cluster, r->n, 0);
	r->n = r->bytes = 0;
}

static void add(pdf_device *v, run *r, const glyph_step *step, double x)
{
	cairo_glyph_t *at = &r->glyph[r->n], *found = at;
	char *bytes = r->utf8 + r->bytes;
	int length = utf8_put(bytes, step->code), n = 1;
	cairo_scaled_font_t *font = cairo_get_scaled_font(v->cr);
	cairo_status_t status =
	        cairo_scaled_font_text_to_glyphs(font, 0, 0, bytes, length, &found, &n, NULL, NULL, NULL);
	if (status == CAIRO_STATUS_SUCCESS && n == 1) {
		*at = (cairo_glyph_t){found->index, x, 0};
		r->cluster[r->n++] = (cairo_text_cluster_t){length, 1};
		r->bytes += length;
	}
	if (found && found != at)
		cairo_glyph_free(found);
}

/* In the place of a letter that no font has. */
static void box_letter(pdf_device *v, double x, double size)
{
	double line = size / 20;
	cairo_rectangle(v->cr, x + line, -0.7 * size, size / 2, 0.7 * size);
	if (v->outlines) { /* a hole in a box: it will be filled */
		cairo_rectangle(v->cr, x + 2 * line, line - 0.7 * size, size / 2 - 2 * line, 0.7 * size - 2 * line);
		return;
	}
	cairo_set_line_width(v->cr, size / 20);
	cairo_set_dash(v->cr, NULL, 0, 0);
	cairo_stroke(v->cr);
}

/* The letters at (x, y): shown, or added to the path. */
static void put_text(pdf_device *v, float x, float y, const char *utf8, text_style s)
{
	run r = {.face = (weight)-1};
	double shift = (double)device_text_shift(utf8, s), size = (double)s.size;
	cairo_save(v->cr);
	cairo_translate(v->cr, (double)x, (double)y);
	if (s.angle > 0)
		cairo_rotate(v->cr, -1.5707963267948966);
	set_color(v, s.ink, 1);
	glyph_walk walk = glyph_start(utf8, s.weight);
	glyph_step step;
	bool usable = false;
	while (glyph_next(&walk, &step)) {
		double at = step.x * size - shift;
		if (step.face != r.face || r.n == RUN) {
			show(v, &r);
			r.face = step.face;
			usable = set_face(v, step.face, s.size);
		}
		if (usable)
			add(v, &r, &step, at);
		else if (step.code != ' ')
			box_letter(v, at, size);
	}
	show(v, &r);
	cairo_restore(v->cr);
}

static void pdf_text(canvas *c, float x, float y, const char *utf8, text_style s)
{
	pdf_device *v = pdf_of(c);
	cairo_new_path(v->cr);
	put_text(v, x, y, utf8, s);
	if (!v->outlines)
		return;
	set_color(v, s.ink, 1);
	cairo_set_fill_rule(v->cr, CAIRO_FILL_RULE_WINDING);
	cairo_fill(v->cr);
}

static void pdf_outline(canvas *c)
{
	pdf_of(c)->outlines = true;
}

/* ---- outlines for SVG ---- */

/* A device that is never finished: only its paths are wanted. */
struct outliner {
	pdf_device device;
};

outliner *outliner_new(void)
{
	outliner *o = calloc(1, sizeof *o);
	if (!o)
		return NULL;
	o->device.canvas.theme = &themes[0];
	o->device.outlines = true;
	o->device.surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, NULL);
	o->device.cr = cairo_create(o->device.surface);
	plain_metrics(o->device.cr);
	return o;
}

void outliner_free(outliner *o)
{
	if (o)
		pdf_release(&o->device.canvas);
}

static void put_points(buffer *out, const char *verb, const cairo_path_data_t *p, int n)
{
	buffer_text(out, verb);
	for (int i = 0; i < n; i++) {
		if (i)
			buffer_text(out, " ");
		buffer_number(out, p[i + 1].point.x);
		buffer_text(out, " ");
		buffer_number(out, p[i + 1].point.y);
	}
}

void outliner_text(outliner *o, buffer *out, float x, float y, const char *utf8, text_style s)
{
	static const char *const verb[] = {"M", "L", "C", "Z"};
	static const int points[] = {1, 1, 3, 0};
	cairo_new_path(o->device.cr);
	put_text(&o->device, x, y, utf8, s);
	cairo_path_t *path = cairo_copy_path(o->device.cr);
	for (int i = 0; i < path->num_data; i += path->data[i].header.length) {
		cairo_path_data_type_t type = path->data[i].header.type;
		put_points(out, verb[type], &path->data[i], points[type]);
	}
	out->failed |= path->status != CAIRO_STATUS_SUCCESS;
	cairo_path_destroy(path);
}

/* ---- images ---- */

/* Cairo wants colours multiplied by alpha. */
static uint32_t premultiplied(uint32_t argb)
{
	uint32_t alpha = argb >> 24, out = alpha << 24;
	for (int shift = 0; shift < 24; shift += 8)
		out |= ((argb >> shift & 255) * alpha + 127) / 255 << shift;
	return out;
}

static cairo_surface_t *surface_of(const uint32_t *argb, int w, int h)
{
	bool opaque = true;
	for (size_t i = 0; i < (size_t)w * (size_t)h && opaque; i++)
		opaque = argb[i] >> 24 == 255;
	cairo_surface_t *image = cairo_image_surface_create(opaque ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_ARGB32, w, h);
	unsigned char *data = cairo_image_surface_get_data(image);
	if (!data)
		return image;
	int stride = cairo_image_surface_get_stride(image);
	for (int y = 0; y < h; y++) {
		uint32_t *row = (void *)(data + (ptrdiff_t)y * stride);
		for (int x = 0; x < w; x++)
			row[x] = premultiplied(argb[(size_t)y * (size_t)w + (size_t)x]);
	}
	cairo_surface_mark_dirty(image);
	return image;
}

static void pdf_image(canvas *c, rect r, const uint32_t *argb, int w, int h, bool smooth)
{
	pdf_device *v = pdf_of(c);
	cairo_surface_t *image = surface_of(argb, w, h);
	cairo_save(v->cr);
	cairo_rectangle(v->cr, (double)r.x, (double)r.y, (double)r.w, (double)r.h);
	cairo_clip(v->cr);
	cairo_translate(v->cr, (double)r.x, (double)r.y);
	cairo_scale(v->cr, (double)r.w / w, (double)r.h / h);
	cairo_set_source_surface(v->cr, image, 0, 0);
	cairo_pattern_set_filter(cairo_get_source(v->cr), smooth ? CAIRO_FILTER_BILINEAR : CAIRO_FILTER_NEAREST);
	cairo_paint(v->cr);
	cairo_restore(v->cr);
	cairo_surface_destroy(image);
}

static cairo_status_t collect(void *closure, const unsigned char *data, unsigned length)
{
	buffer *out = closure;
	buffer_bytes(out, data, length);
	return out->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

bool vector_png(buffer *out, const uint32_t *argb, int w, int h)
{
	cairo_surface_t *image = surface_of(argb, w, h);
	cairo_status_t status = cairo_surface_write_to_png_stream(image, collect, out);
	cairo_surface_destroy(image);
	return status == CAIRO_STATUS_SUCCESS;
}

/* ---- the PDF ---- */

static const canvas_ops ops = {
        .group = pdf_group,
        .clip = pdf_clip,
        .polyline = pdf_polyline,
        .polygon = pdf_polygon,
        .box = pdf_box,
        .text = pdf_text,
        .image = pdf_image,
};

/* Valid UTF-8 of one line, as PDF readers expect. Returns buf. */
static const char *clean_text(char *buf, size_t size, const char *utf8)
{
	size_t n = 0;
	uint32_t code;
	while ((code = utf8_next(&utf8)) && n + 5 < size)
		n += (size_t)utf8_put(buf + n, code < 0x20 || code == 0x7F ? ' ' : code);
	buf[n] = 0;
	return buf;
}

static void set_metadata(pdf_device *v, const vector_info *info)
{
	static char text[1 << 17]; /* a state has at most half as much */
	cairo_surface_t *s = v->surface;
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE, clean_text(text, sizeof text, info->title));
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_SUBJECT, clean_text(text, sizeof text, info->caption));
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_KEYWORDS, clean_text(text, sizeof text, info->state));
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR, "unroll");
	/* A fixed date: the same figure, the same bytes. */
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_MOD_DATE, "2000-01-01T00:00:00Z");
}

static canvas *pdf_start(buffer *out, const vector_info *info, err *e)
{
	pdf_device *v = calloc(1, sizeof *v);
	if (!v) {
		err_machine(e, "no memory");
		return NULL;
	}
	v->canvas = (canvas){&ops, info->theme, info->width, info->height, NULL};
	v->out = out;
	v->surface = cairo_pdf_surface_create_for_stream(collect, out, (double)info->width, (double)info->height);
	v->cr = cairo_create(v->surface);
	if (cairo_status(v->cr) != CAIRO_STATUS_SUCCESS) {
		err_machine(e, "cannot start a PDF: %s", cairo_status_to_string(cairo_status(v->cr)));
		pdf_release(&v->canvas);
		return NULL;
	}
	set_metadata(v, info);
	plain_metrics(v->cr);
	cairo_set_line_cap(v->cr, CAIRO_LINE_CAP_ROUND);
	cairo_set_line_join(v->cr, CAIRO_LINE_JOIN_ROUND);
	set_color(v, INK_WINDOW, 1);
	cairo_paint(v->cr);
	return &v->canvas;
}

static bool pdf_finish(canvas *c, err *e)
{
	pdf_device *v = pdf_of(c);
	cairo_show_page(v->cr);
	cairo_status_t status = cairo_status(v->cr);
	cairo_surface_finish(v->surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(v->surface);
	if (status != CAIRO_STATUS_SUCCESS)
		return err_machine(e, "cannot make the PDF: %s", cairo_status_to_string(status));
	return true;
}

static void pdf_page(canvas *c)
{
	pdf_device *v = pdf_of(c);
	cairo_show_page(v->cr);
	set_color(v, INK_WINDOW, 1);
	cairo_paint(v->cr);
}

const vector_device vector_pdf = {pdf_start, pdf_finish, pdf_release, pdf_outline, pdf_page};

/* ---- either kind of file ---- */

struct vector_file {
	const vector_device *device;
	canvas *canvas;
	buffer out;
	char *path;
};

static const float LARGEST = 14400; /* points; what PDF readers accept */

static void file_release(vector_file *v)
{
	if (v->canvas)
		v->device->release(v->canvas);
	buffer_done(&v->out);
	free(v->path);
	free(v);
}

vector_file *vector_open(const char *path, bool pdf, const theme *t, float width, float height, const char *title,
        const char *caption, const char *state, err *e)
{
	if (!(width >= 1) || !(height >= 1) || width > LARGEST || height > LARGEST) {
		err_input(e, "%s: a figure is 1 to 14400 points wide and high", path);
		return NULL;
	}
	vector_file *v = calloc(1, sizeof *v);
	if (!v || !(v->path = strdup(path))) {
		free(v);
		err_machine(e, "%s: no memory", path);
		return NULL;
	}
	const vector_info info = {t, width, height, title ? title : "", caption ? caption : "", state ? state : ""};
	v->device = pdf ? &vector_pdf : &vector_svg;
	v->canvas = v->device->start(&v->out, &info, e);
	if (!v->canvas) {
		err_prefix(e, "%s", path);
		file_release(v);
		return NULL;
	}
	return v;
}

canvas *vector_canvas(vector_file *v)
{
	return v->canvas;
}

void vector_outline_text(vector_file *v)
{
	v->device->outline(v->canvas);
}

bool vector_commit(vector_file *v, err *e)
{
	bool ok = v->device->finish(v->canvas, e);
	if (ok && v->out.failed)
		ok = err_machine(e, "no memory for a figure of this size");
	if (!ok)
		err_prefix(e, "%s", v->path);
	ok = ok && file_write_all(v->path, v->out.data, v->out.size, e);
	file_release(v);
	return ok;
}

void vector_abort(vector_file *v)
{
	if (v)
		file_release(v);
}

void vector_page(vector_file *v)
{
	if (v->device->page)
		v->device->page(v->canvas);
}

const char *vector_bytes(vector_file *v, size_t *n, err *e)
{
	bool ok = v->device->finish(v->canvas, e);
	if (ok && v->out.failed)
		ok = err_machine(e, "%s: no memory for a figure of this size", v->path);
	*n = v->out.size;
	return ok ? v->out.data : NULL;
}
