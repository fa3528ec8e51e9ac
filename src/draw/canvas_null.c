#include "draw/canvas_null.h"

static void no_group(canvas *c, const char *name)
{
	(void)c, (void)name;
}

static void no_clip(canvas *c, const rect *r)
{
	(void)c, (void)r;
}

static void no_polyline(canvas *c, const point *p, int n, bool closed, stroke s)
{
	(void)c, (void)p, (void)n, (void)closed, (void)s;
}

static void no_polygon(canvas *c, const point *p, int n, ink fill, float alpha)
{
	(void)c, (void)p, (void)n, (void)fill, (void)alpha;
}

static void no_box(canvas *c, rect r, float radius, ink fill, float alpha)
{
	(void)c, (void)r, (void)radius, (void)fill, (void)alpha;
}

static void no_text(canvas *c, float x, float y, const char *utf8, text_style s)
{
	(void)c, (void)x, (void)y, (void)utf8, (void)s;
}

static void no_image(canvas *c, rect r, const uint32_t *argb, int w, int h, bool smooth)
{
	(void)c, (void)r, (void)argb, (void)w, (void)h, (void)smooth;
}

canvas canvas_null(const theme *t, float width, float height)
{
	static const canvas_ops ops = {no_group, no_clip, no_polyline, no_polygon, no_box, no_text, no_image};
	return (canvas){&ops, t, width, height, NULL};
}
