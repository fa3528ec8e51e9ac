#include "draw/device.h"
#include "draw/vector_device.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 64 };

/* Groups and clips are both <g>; they may end in another order than SVG's nesting allows. */
typedef enum level { LEVEL_GROUP, LEVEL_CLIP } level;

typedef struct used_id {
	char *name;
	int times;
} used_id;

typedef struct svg {
	canvas canvas;
	buffer *out;
	struct {
		level kind;
		int clip; /* its number */
	} open[DEPTH];
	int depth, dropped; /* dropped: levels beyond DEPTH, which are not written */
	int clips;
	used_id *id;
	int ids, id_room;
	bool failed;
	outliner *outlines; /* NULL: text stays text */
} svg;

static svg *svg_of(canvas *c)
{
	return (svg *)c;
}

static void put(svg *v, const char *text)
{
	buffer_text(v->out, text);
}

static void put_number(svg *v, const char *before, double value)
{
	put(v, before);
	buffer_number(v->out, value);
}

static void put_rect(svg *v, const rect *r)
{
	put_number(v, " x=\"", (double)r->x);
	put_number(v, "\" y=\"", (double)r->y);
	put_number(v, "\" width=\"", (double)r->w);
	put_number(v, "\" height=\"", (double)r->h);
	put(v, "\"");
}

/* property: "fill" or "stroke" */
static void put_paint(svg *v, const char *property, ink i, float alpha)
{
	buffer_format(v->out, " %s=\"#%06x\"", property, (unsigned)(v->canvas.theme->argb[i] & 0xFFFFFF));
	if (alpha < 1) {
		buffer_format(v->out, " %s-opacity=\"", property);
		buffer_number(v->out, (double)alpha);
		put(v, "\"");
	}
}

/* ---- groups and clips ---- */

static used_id *id_entry(svg *v, const char *name)
{
	for (int i = 0; i < v->ids; i++)
		if (!strcmp(v->id[i].name, name))
			return &v->id[i];
	if (v->ids == v->id_room) {
		int room = v->id_room ? 2 * v->id_room : 32;
		used_id *more = realloc(v->id, (size_t)room * sizeof *more);
		if (!more)
			return NULL;
		v->id = more;
		v->id_room = room;
	}
	used_id *entry = &v->id[v->ids];
	*entry = (used_id){strdup(name), 0};
	if (!entry->name)
		return NULL;
	v->ids++;
	return entry;
}

/* An id must be unique and without spaces: "series:h", then "series:h-2". */
static void put_id(svg *v, const char *name)
{
	char base[96], unique[128];
	size_t n = 0;
	for (; name[n] && n + 1 < sizeof base; n++)
		base[n] = (unsigned char)name[n] <= ' ' ? '-' : name[n];
	base[n] = 0;
	used_id *entry = id_entry(v, base);
	if (!entry) {
		v->failed = true;
		return;
	}
	int times = ++entry->times;
	snprintf(unique, sizeof unique, "%s", base);
	while (times > 1) {
		snprintf(unique, sizeof unique, "%s-%d", base, times);
		used_id *other = id_entry(v, unique);
		if (!other) {
			v->failed = true;
			return;
		}
		if (++other->times == 1)
			break;
		times = ++id_entry(v, base)->times;
	}
	put(v, " id=\"");
	buffer_xml(v->out, unique);
	put(v, "\"");
}

static void open_level(svg *v, level kind, int clip)
{
	v->open[v->depth].kind = kind;
	v->open[v->depth++].clip = clip;
}

static void write_clip_start(svg *v, int clip)
{
	buffer_format(v->out, "<g clip-path=\"url(#clip%d)\">\n", clip);
}

/* Ends the innermost level of a kind; those inside it are ended first and clips among them begin again. */
static void close_level(svg *v, level kind)
{
	int i = v->depth - 1;
	while (i >= 0 && v->open[i].kind != kind)
		i--;
	if (v->dropped > 0) {
		v->dropped--;
		return;
	}
	if (i < 0)
		return;
	for (int k = v->depth; k > i; k--)
		put(v, "</g>\n");
	for (int k = i; k + 1 < v->depth; k++) {
		v->open[k] = v->open[k + 1];
		if (v->open[k].kind == LEVEL_CLIP)
			write_clip_start(v, v->open[k].clip);
		else
			put(v, "<g>\n");
	}
	v->depth--;
}

static void svg_group(canvas *c, const char *name)
{
	svg *v = svg_of(c);
	if (!name) {
		close_level(v, LEVEL_GROUP);
	} else if (v->depth == DEPTH) {
		v->dropped++;
	} else {
		put(v, "<g");
		put_id(v, name);
		put(v, ">\n");
		open_level(v, LEVEL_GROUP, 0);
	}
}

static void svg_clip(canvas *c, const rect *r)
{
	svg *v = svg_of(c);
	if (!r) {
		close_level(v, LEVEL_CLIP);
	} else if (v->depth == DEPTH) {
		v->dropped++;
	} else {
		buffer_format(v->out, "<clipPath id=\"clip%d\"><rect", ++v->clips);
		put_rect(v, r);
		put(v, "/></clipPath>\n");
		write_clip_start(v, v->clips);
		open_level(v, LEVEL_CLIP, v->clips);
	}
}

/* ---- shapes ---- */

/* A run of finite points: "M1 2L3 4 5 6"; a single point is a line to itself, which round caps make a dot. */
static void put_path(svg *v, const point *p, int n, bool closed)
{
	bool broken = false;
	put(v, "<path d=\"");
	for (int i = 0, run = 0; i < n; i++) {
		bool good = !isnan(p[i].x) && !isnan(p[i].y);
		broken |= !good;
		if (!good) {
			run = 0;
			continue;
		}
		put_number(v, run == 0 ? "M" : run == 1 ? "L" : " ", (double)p[i].x);
		put_number(v, " ", (double)p[i].y);
		bool alone = run == 0 && (i + 1 == n || isnan(p[i + 1].x) || isnan(p[i + 1].y));
		put(v, alone ? "h0" : "");
		run++;
	}
	put(v, closed && !broken ? "Z\"" : "\"");
}

static void svg_polyline(canvas *c, const point *p, int n, bool closed, stroke s)
{
	svg *v = svg_of(c);
	float length[DEVICE_DASHES];
	int lengths = device_dashes(s, length);
	put_path(v, p, n, closed);
	put_paint(v, "stroke", s.ink, s.alpha);
	put_number(v, " stroke-width=\"", (double)s.width);
	for (int i = 0; i < lengths; i++)
		put_number(v, i ? " " : "\" stroke-dasharray=\"", (double)length[i]);
	put(v, "\" fill=\"none\"/>\n");
}

static void svg_polygon(canvas *c, const point *p, int n, ink fill, float alpha)
{
	svg *v = svg_of(c);
	put_path(v, p, n, true);
	put_paint(v, "fill", fill, alpha);
	put(v, " fill-rule=\"evenodd\"/>\n");
}

static void svg_box(canvas *c, rect r, float radius, ink fill, float alpha)
{
	svg *v = svg_of(c);
	bool disc = radius > 0 && fabsf(r.w - r.h) < 1e-3f && radius >= r.w / 2 - 1e-3f;
	if (disc) {
		put_number(v, "<circle cx=\"", (double)(r.x + radius));
		put_number(v, "\" cy=\"", (double)(r.y + radius));
		put_number(v, "\" r=\"", (double)radius);
		put(v, "\"");
	} else {
		put(v, "<rect");
		put_rect(v, &r);
		if (radius > 0) {
			put_number(v, " rx=\"", (double)radius);
			put(v, "\"");
		}
	}
	put_paint(v, "fill", fill, alpha);
	put(v, "/>\n");
}

/* What the letters say stays beside them, for readers and for searching. */
static void put_outlines(svg *v, float x, float y, const char *utf8, text_style s)
{
	put(v, "<path aria-label=\"");
	buffer_xml(v->out, utf8);
	put(v, "\" d=\"");
	outliner_text(v->outlines, v->out, x, y, utf8, s);
	put(v, "\"");
	put_paint(v, "fill", s.ink, 1);
	put(v, "/>\n");
}

static void svg_text(canvas *c, float x, float y, const char *utf8, text_style s)
{
	svg *v = svg_of(c);
	if (v->outlines) {
		put_outlines(v, x, y, utf8, s);
		return;
	}
	static const char *const anchor[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
	static const char *const font[] = {
	        "", " font-weight=\"bold\"", " font-family=\"DejaVu Sans Mono, monospace\"", " font-style=\"oblique\""};
	put_number(v, "<text x=\"", (double)x);
	put_number(v, "\" y=\"", (double)y);
	put_number(v, "\" font-size=\"", (double)s.size);
	put(v, "\"");
	put(v, font[s.weight]);
	put(v, anchor[s.align]);
	if (s.angle > 0) {
		put_number(v, " transform=\"rotate(-90 ", (double)x);
		put_number(v, " ", (double)y);
		put(v, ")\"");
	}
	put_paint(v, "fill", s.ink, 1);
	put(v, ">");
	buffer_xml(v->out, utf8);
	put(v, "</text>\n");
}

/* ---- images ---- */

/* Cells are repeated so that programs which smooth every image (most slide programs) still show them crisp. */
static int repeat_of(float size, int n, bool smooth)
{
	static const int FINE = 4; /* pixels per point that are enough */
	int k = smooth ? 1 : (int)ceilf(size * (float)FINE / (float)n);
	return k < 1 ? 1 : k > 16 ? 16 : k;
}

enum { MOST_SIDE = 8192 }; /* pixels after repeating */

/* The image with every pixel `across` × `down` times. */
static uint32_t *repeat(const uint32_t *argb, int w, int h, int across, int down)
{
	size_t row = (size_t)w * (size_t)across;
	uint32_t *out = malloc(row * (size_t)h * (size_t)down * sizeof *out), *at = out;
	for (int y = 0; out && y < h * down; y++) {
		const uint32_t *in = argb + (size_t)(y / down) * (size_t)w;
		for (size_t x = 0; x < row; x++)
			*at++ = in[x / (size_t)across];
	}
	return out;
}

static void put_png(svg *v, const uint32_t *argb, int w, int h)
{
	buffer file = {0};
	if (vector_png(&file, argb, w, h))
		buffer_base64(v->out, file.data, file.size);
	else
		v->failed = true;
	buffer_done(&file);
}

static void svg_image(canvas *c, rect r, const uint32_t *argb, int w, int h, bool smooth)
{
	svg *v = svg_of(c);
	int across = repeat_of(r.w, w, smooth), down = repeat_of(r.h, h, smooth);
	if (w > MOST_SIDE / across || h > MOST_SIDE / down)
		across = down = 1;
	uint32_t *cells = repeat(argb, w, h, across, down);
	if (!cells) {
		v->failed = true;
		return;
	}
	put(v, "<image");
	put_rect(v, &r);
	put(v, " preserveAspectRatio=\"none\"");
	put(v, smooth ? "" : " image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\"");
	put(v, " href=\"data:image/png;base64,");
	put_png(v, cells, w * across, h * down);
	put(v, "\"/>\n");
	free(cells);
}

/* ---- the file ---- */

static const canvas_ops ops = {
        .group = svg_group,
        .clip = svg_clip,
        .polyline = svg_polyline,
        .polygon = svg_polygon,
        .box = svg_box,
        .text = svg_text,
        .image = svg_image,
};

static void put_element(svg *v, const char *start, const char *content, const char *end)
{
	if (!*content)
		return;
	put(v, start);
	buffer_xml(v->out, content);
	put(v, end);
}

static void write_head(svg *v, const vector_info *info)
{
	put(v, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"");
	put_number(v, " width=\"", (double)info->width);
	put_number(v, "\" height=\"", (double)info->height);
	put_number(v, "\" viewBox=\"0 0 ", (double)info->width);
	put_number(v, " ", (double)info->height);
	put(v, "\" font-family=\"DejaVu Sans, Verdana, sans-serif\" stroke-linecap=\"round\" stroke-linejoin=\"round\""
	       " xml:space=\"preserve\">\n");
	put_element(v, "<title>", info->title, "</title>\n");
	put_element(v, "<desc>", info->caption, "</desc>\n");
	put_element(v, "<metadata><state xmlns=\"urn:unroll\">", info->state, "</state></metadata>\n");
	put(v, "<rect id=\"window\" width=\"100%\" height=\"100%\"");
	put_paint(v, "fill", INK_WINDOW, 1);
	put(v, "/>\n");
}

static void svg_release(canvas *c)
{
	svg *v = svg_of(c);
	for (int i = 0; i < v->ids; i++)
		free(v->id[i].name);
	free(v->id);
	outliner_free(v->outlines);
	free(v);
}

static void svg_outline(canvas *c)
{
	svg *v = svg_of(c);
	v->outlines = outliner_new();
	v->failed |= !v->outlines;
}

static canvas *svg_start(buffer *out, const vector_info *info, err *e)
{
	svg *v = calloc(1, sizeof *v);
	if (!v) {
		err_machine(e, "no memory");
		return NULL;
	}
	v->canvas = (canvas){&ops, info->theme, info->width, info->height, NULL};
	v->out = out;
	write_head(v, info);
	used_id *window = id_entry(v, "window");
	if (window)
		window->times = 1;
	return &v->canvas;
}

static bool svg_finish(canvas *c, err *e)
{
	svg *v = svg_of(c);
	for (; v->depth > 0; v->depth--)
		put(v, "</g>\n");
	put(v, "</svg>\n");
	return v->failed ? err_machine(e, "no memory for an image in the figure") : true;
}

const vector_device vector_svg = {svg_start, svg_finish, svg_release, svg_outline, NULL};
