#include "view/handle.h"

#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const float GRIP = 5; /* points at type scale 1 */

view_handle *handle_add(view_focus *focus, const snap *s, int arm, const char *owner, const char *thing)
{
	view_handles *all = focus ? focus->handles : NULL;
	if (!all || all->n == VIEW_HANDLES)
		return NULL;
	view_handle *h = &all->item[all->n++];
	*h = (view_handle){.arm = part_arm_index(s, arm),
	        .fallback = NAN,
	        .ink = part_arms(s) > 1 ? part_arm_ink(s, arm) : INK_ACCENT};
	if (part_arms(s) > 1)
		snprintf(h->name, sizeof h->name, "%.16s %.12s %c", owner, thing, '1' + h->arm);
	else
		snprintf(h->name, sizeof h->name, "%.16s %.12s", owner, thing);
	return h;
}

static double within(const view_handle *h, double v)
{
	return v < h->low ? h->low : v > h->high ? h->high : v;
}

/* To the digits that a point on the screen can tell apart. */
static double rounded(const view_handle *h, double v, double per_point)
{
	if (h->whole)
		return round(v);
	double unit = pow(10, floor(log10(fmax(per_point, 1e-300))));
	unit *= per_point / unit > 5 ? 10 : per_point / unit > 2 ? 5 : per_point / unit > 1 ? 2 : 1;
	/* dividing by a power of ten gives the double nearest to the decimal number */
	return unit < 1 ? round(v / unit) / round(1 / unit) : round(v / unit) * unit;
}

double handle_value(const view_handle *h, point p)
{
	if (h->along == ALONG_RADIUS) {
		float per_one = fmaxf(h->per_one, 1e-6F);
		double r = (double)(hypotf(p.x - h->centre.x, p.y - h->centre.y) / per_one);
		return within(h, rounded(h, r, 1 / (double)per_one));
	}
	float at = h->along == ALONG_X ? p.x : p.y, toward = h->map.to > h->map.from ? 1 : -1;
	double v = axis_value(&h->map, at), next = axis_value(&h->map, at + toward);
	if (h->map.kind == AXIS_LOG) {
		v = pow(10, v);
		next = pow(10, next);
	}
	v = within(h, rounded(h, v, fabs(next - v)));
	return h->wraps && v >= h->high ? 0 : v;
}

point handle_at(const view_handle *h, double value)
{
	double v = h->wraps && value <= 0 ? h->high : within(h, value);
	point at = h->at;
	if (h->along == ALONG_RADIUS)
		return (point){h->centre.x + h->per_one * (float)v * cosf(h->angle),
		        h->centre.y - h->per_one * (float)v * sinf(h->angle)};
	float place = axis_at(&h->map, h->map.kind == AXIS_LOG ? log10(fmax(v, 1e-300)) : v);
	float low = fminf(h->map.from, h->map.to), high = fmaxf(h->map.from, h->map.to);
	place = isfinite(place) ? fminf(fmaxf(place, low), high) : low;
	*(h->along == ALONG_X ? &at.x : &at.y) = place;
	return at;
}

/* Two arrowheads that say which way it moves. */
static void arrows(canvas *c, point at, float dx, float dy, float r, ink i)
{
	for (float side = -1; side <= 1; side += 2) {
		point tip = {at.x + side * dx * 2.3F * r, at.y + side * dy * 2.3F * r};
		point foot = {at.x + side * dx * 1.45F * r, at.y + side * dy * 1.45F * r};
		const point head[] = {tip, {foot.x - 0.6F * r * dy, foot.y + 0.6F * r * dx},
		        {foot.x + 0.6F * r * dy, foot.y - 0.6F * r * dx}};
		canvas_polygon(c, head, 3, i, 1);
	}
}

void handle_draw(canvas *c, const view_handle *h, double value, int state)
{
	point at = handle_at(h, value);
	float r = GRIP * c->theme->type, dx = h->along == ALONG_X, dy = h->along == ALONG_Y;
	if (h->along == ALONG_RADIUS) {
		dx = cosf(h->angle);
		dy = -sinf(h->angle);
	}
	canvas_group(c, "handle");
	if (state > 1) {
		canvas_disc(c, at.x, at.y, 2.6F * r, h->ink, 0.22F);
		arrows(c, at, dx, dy, r, h->ink);
	}
	canvas_disc(c, at.x, at.y, r + 1.5F, INK_PANEL, 1);
	canvas_disc(c, at.x, at.y, r, h->ink, 1);
	canvas_disc(c, at.x, at.y, 0.4F * r, INK_PANEL, 1);
	canvas_group_end(c);
}
