#include "app/reader.h"

#include "app/bench.h"
#include "draw/canvas_null.h"

#include <math.h>
#include <stdlib.h>

/* points at type scale 1: a try, a step where nothing is marked, and the most that is tried for the next mark */
static const float TRY = 1.5F, STEP = 6, MOST = 36;

static rect cell_of(const bench *b, const view *v)
{
	const view *list[BENCH_VIEWS];
	int n = bench_views(b, list);
	for (int i = 0; i < n; i++)
		if (list[i] == v)
			return b->cell[i];
	return (rect){0};
}

static point place(const reader *r, rect cell)
{
	return (point){cell.x + r->x * cell.w, cell.y + r->y * cell.h};
}

/* What the plot would mark with the pointer there. */
static view_focus look(const bench *b, const view *v, rect cell, point at)
{
	canvas nowhere = canvas_null(b->ui.c->theme, b->ui.c->width, b->ui.c->height);
	view_focus f = {.has_pointer = true, .pointer = at};
	view_panel(v, b->snap, &nowhere, cell, &f, b->alone >= 0);
	return f;
}

/* To the right or left as far as the next time step or update; without such marks a small way. */
static float across(const bench *b, const view *v, rect cell, point at, int direction)
{
	float em = b->ui.em;
	view_focus from = look(b, v, cell, at);
	if (from.step == 0 && from.update == 0)
		return (float)direction * STEP * em;
	for (float way = TRY * em; way < MOST * em; way += TRY * em) {
		view_focus to = look(b, v, cell, (point){at.x + (float)direction * way, at.y});
		if (to.step != from.step || to.update != from.update)
			return to.step == 0 && to.update == 0 ? 0 : (float)direction * way; /* not out of the plot */
	}
	return (float)direction * STEP * em;
}

void reader_move(bench *b, int i, const view *v, uint32_t id, int right, int down)
{
	reader *r = &b->reader;
	rect cell = b->cell[i];
	if (cell.w < 1 || cell.h < 1)
		return;
	if (r->id != id) {
		*r = (reader){.id = id, .v = v, .x = 0.45F, .y = 0.35F};
		return;
	}
	point at = place(r, cell);
	at.x += abs(right) == 1 ? across(b, v, cell, at, right) : (float)right * STEP * b->ui.em;
	at.y += (float)down * STEP * b->ui.em;
	r->x = fminf(fmaxf((at.x - cell.x) / cell.w, 0), 1);
	r->y = fminf(fmaxf((at.y - cell.y) / cell.h, 0), 1);
}

bool reader_at(bench *b, point *at)
{
	reader *r = &b->reader;
	ui_event_kind kind = b->ui.event.kind;
	rect cell = cell_of(b, r->v);
	if (kind == UI_MOVE || kind == UI_PRESS || b->ui.focus != r->id || !b->ui.ring || cell.w < 1)
		*r = (reader){0};
	*at = place(r, cell);
	return r->id != 0;
}

void reader_draw(bench *b)
{
	point at;
	float em = b->ui.em;
	if (!reader_at(b, &at))
		return;
	canvas_ring(b->ui.c, at.x, at.y, 5 * em, ui_line(3, INK_PANEL));
	canvas_ring(b->ui.c, at.x, at.y, 5 * em, ui_line(1.5F, INK_ACCENT));
}
