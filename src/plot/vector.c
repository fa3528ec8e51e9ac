#include "plot/vector.h"

#include <math.h>

void vector_arrow(canvas *c, point from, point to, stroke s)
{
	float dx = to.x - from.x, dy = to.y - from.y, length = hypotf(dx, dy), width = s.width * c->theme->line;
	if (!(length > 0.5F * width) || !isfinite(length))
		return;
	float head = fminf(4.5F * width + 2, 0.5F * length), half = 0.42F * head;
	dx /= length;
	dy /= length;
	point neck = {to.x - head * dx, to.y - head * dy};
	point tip[3] = {to, {neck.x - half * dy, neck.y + half * dx}, {neck.x + half * dy, neck.y - half * dx}};
	canvas_line(c, from.x, from.y, neck.x + 0.2F * head * dx, neck.y + 0.2F * head * dy, s);
	canvas_polygon(c, tip, 3, s.ink, s.alpha);
}

void vector_draw(const plot *p, double x, double y, double dx, double dy, stroke s)
{
	point from = {plot_x(p, x), plot_y(p, y)}, to = {plot_x(p, x + dx), plot_y(p, y + dy)};
	if (!plot_has_room(p) || !isfinite(from.x + from.y + to.x + to.y))
		return;
	canvas_clip(p->c, p->area);
	vector_arrow(p->c, from, to, s);
	canvas_clip_end(p->c);
}
