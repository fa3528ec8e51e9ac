#include "draw/canvas_trace.h"

#include "draw/buffer.h"
#include "draw/device.h"

#include <math.h>
#include <stdlib.h>

struct trace {
	canvas canvas;
	buffer out;
	int depth;
};

static const uint32_t FNV_BASIS = 0x811C9DC5, FNV_PRIME = 0x01000193;

static trace *trace_of(canvas *c)
{
	return (trace *)c;
}

static void start_line(trace *t, const char *verb)
{
	for (int i = 0; i < t->depth; i++)
		buffer_text(&t->out, "  ");
	buffer_text(&t->out, verb);
}

static void end_line(trace *t)
{
	buffer_text(&t->out, "\n");
}

static void put(trace *t, const char *before, double value)
{
	buffer_text(&t->out, before);
	buffer_fixed(&t->out, value);
}

static void put_word(trace *t, const char *word)
{
	buffer_text(&t->out, " ");
	buffer_text(&t->out, word);
}

static void put_alpha(trace *t, float alpha)
{
	if (alpha < 1)
		put(t, " alpha=", (double)alpha);
}

static void put_point(trace *t, point p)
{
	if (isnan(p.x) || isnan(p.y)) {
		buffer_text(&t->out, " nan");
		return;
	}
	put(t, " ", (double)p.x);
	put(t, ",", (double)p.y);
}

static void put_rect(trace *t, const rect *r)
{
	put(t, " ", (double)r->x);
	put(t, ",", (double)r->y);
	put(t, " ", (double)r->w);
	put(t, "x", (double)r->h);
}

/* One line, quotes and backslashes escaped, controls as spaces. */
static void put_quoted(trace *t, const char *utf8)
{
	buffer_text(&t->out, " \"");
	for (; *utf8; utf8++) {
		if (*utf8 == '"' || *utf8 == '\\')
			buffer_text(&t->out, "\\");
		buffer_bytes(&t->out, (unsigned char)*utf8 < 0x20 ? " " : utf8, 1);
	}
	buffer_text(&t->out, "\"");
}

/* FNV-1a over the bytes of 32-bit words, low byte first. */
static uint32_t fold(uint32_t hash, uint32_t word)
{
	for (int i = 0; i < 32; i += 8)
		hash = (hash ^ (word >> i & 255)) * FNV_PRIME;
	return hash;
}

static uint32_t rounded(float v)
{
	return isnan(v) ? 0x7FFFFFFF : (uint32_t)lround((double)v * 100);
}

static void put_long_path(trace *t, const point *p, int n)
{
	float x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
	uint32_t hash = FNV_BASIS;
	for (int i = 0; i < n; i++) {
		hash = fold(fold(hash, rounded(p[i].x)), rounded(p[i].y));
		x0 = fminf(x0, p[i].x);
		y0 = fminf(y0, p[i].y);
		x1 = fmaxf(x1, p[i].x);
		y1 = fmaxf(y1, p[i].y);
	}
	buffer_text(&t->out, " in");
	if (x0 <= x1)
		put_rect(t, &(rect){x0, y0, x1 - x0, y1 - y0});
	buffer_text(&t->out, " from");
	put_point(t, p[0]);
	buffer_text(&t->out, " to");
	put_point(t, p[n - 1]);
	buffer_format(&t->out, " hash=%08x", (unsigned)hash);
}

static void put_path(trace *t, const point *p, int n)
{
	buffer_format(&t->out, " n=%d", n);
	if (n > TRACE_POINTS)
		put_long_path(t, p, n);
	else
		for (int i = 0; i < n; i++)
			put_point(t, p[i]);
	end_line(t);
}

static void trace_group(canvas *c, const char *name)
{
	trace *t = trace_of(c);
	if (!name) {
		t->depth -= t->depth > 0;
		start_line(t, "end\n");
		return;
	}
	start_line(t, "group");
	put_word(t, name);
	end_line(t);
	t->depth++;
}

static void trace_clip(canvas *c, const rect *r)
{
	trace *t = trace_of(c);
	if (!r) {
		t->depth -= t->depth > 0;
		start_line(t, "unclip\n");
		return;
	}
	start_line(t, "clip");
	put_rect(t, r);
	end_line(t);
	t->depth++;
}

static void trace_polyline(canvas *c, const point *p, int n, bool closed, stroke s)
{
	trace *t = trace_of(c);
	start_line(t, closed ? "outline" : "polyline");
	put_word(t, device_ink_name(s.ink));
	put(t, " width=", (double)s.width);
	put_alpha(t, s.alpha);
	if (s.dash != DASH_SOLID)
		put_word(t, device_dash_name(s.dash));
	put_path(t, p, n);
}

static void trace_polygon(canvas *c, const point *p, int n, ink fill, float alpha)
{
	trace *t = trace_of(c);
	start_line(t, "polygon");
	put_word(t, device_ink_name(fill));
	put_alpha(t, alpha);
	put_path(t, p, n);
}

static void trace_box(canvas *c, rect r, float radius, ink fill, float alpha)
{
	trace *t = trace_of(c);
	start_line(t, "box");
	put_word(t, device_ink_name(fill));
	put_rect(t, &r);
	if (radius > 0)
		put(t, " radius=", (double)radius);
	put_alpha(t, alpha);
	end_line(t);
}

static void trace_words(canvas *c, float x, float y, const char *utf8, text_style s)
{
	trace *t = trace_of(c);
	start_line(t, "text");
	put_word(t, device_ink_name(s.ink));
	put_point(t, (point){x, y});
	put(t, " size=", (double)s.size);
	if (s.weight != WEIGHT_REGULAR)
		put_word(t, device_weight_name(s.weight));
	if (s.align != ALIGN_LEFT)
		put_word(t, device_align_name(s.align));
	if (s.angle > 0)
		buffer_text(&t->out, " turned");
	put_quoted(t, utf8);
	end_line(t);
}

static void trace_image(canvas *c, rect r, const uint32_t *argb, int w, int h, bool smooth)
{
	trace *t = trace_of(c);
	uint32_t hash = FNV_BASIS;
	for (size_t i = 0; i < (size_t)w * (size_t)h; i++)
		hash = fold(hash, argb[i]);
	start_line(t, "image");
	put_rect(t, &r);
	buffer_format(&t->out, " pixels=%dx%d %s hash=%08x\n", w, h, smooth ? "smooth" : "cells", (unsigned)hash);
}

static const canvas_ops ops = {
        .group = trace_group,
        .clip = trace_clip,
        .polyline = trace_polyline,
        .polygon = trace_polygon,
        .box = trace_box,
        .text = trace_words,
        .image = trace_image,
};

trace *trace_new(const theme *th, float width, float height)
{
	trace *t = calloc(1, sizeof *t);
	if (t)
		t->canvas = (canvas){&ops, th, width, height, NULL};
	return t;
}

canvas *trace_canvas(trace *t)
{
	return &t->canvas;
}

const char *trace_text(trace *t, size_t *length)
{
	buffer_bytes(&t->out, "", 0);
	if (length)
		*length = t->out.size;
	return t->out.failed ? NULL : t->out.data;
}

void trace_clear(trace *t)
{
	t->out.size = 0;
	t->depth = 0;
}

void trace_free(trace *t)
{
	if (!t)
		return;
	buffer_done(&t->out);
	free(t);
}
