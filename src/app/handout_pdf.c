#include "app/handout.h"

#include "draw/canvas_cairo.h"
#include "lesson/layout.h"

#include <math.h>
#include <stdio.h>

/* A4, in points. The margins leave a column as wide as LAYOUT_MEASURE; plots hang out of it on both sides. */
static const float PAGE_W = 595.28F, PAGE_H = 841.89F, TOP = 62, BOTTOM = 66, FOOT = 36, TYPE = 0.76F;
static const float STEP_GAP = 26, LEAST = 96, FOOT_SIZE = 11, HANG = 24;

typedef struct paper {
	handout_play *play;
	theme look;
	vector_file *file;
	float y;
	bool below;       /* something stands above on this page */
	int page, figure; /* the act below which the plots stand; −1: none */
} paper;

static float inside(void)
{
	return LAYOUT_BODY * LAYOUT_MEASURE * TYPE;
}

static float side(void)
{
	return (PAGE_W - inside()) / 2;
}

static void put_foot(paper *p)
{
	char number[16];
	canvas *c = vector_canvas(p->file);
	text_style s = {.size = FOOT_SIZE * TYPE, .ink = INK_MUTED, .align = ALIGN_RIGHT};
	snprintf(number, sizeof number, "%d", p->page);
	canvas_text(c, PAGE_W - side(), PAGE_H - FOOT, number, s);
	s.align = ALIGN_LEFT;
	canvas_text(c, side(), PAGE_H - FOOT, p->play->l->title, s);
}

static void new_page(paper *p)
{
	put_foot(p);
	vector_page(p->file);
	p->page++;
	p->y = TOP;
}

static void set_act(void *data, layout_pen *pen, int act)
{
	paper *p = data;
	layout_paper(pen, act);
	if (act != p->figure)
		return;
	layout_gap(pen, 0.6F);
	layout_slot(pen, act, 0, 0, handout_figure_height(p->play, inside() + 2 * HANG));
	layout_gap(pen, 0.6F);
}

/* A stretch of the column that fits on the page. */
static void put_stretch(paper *p, const layout *l, float top, float end)
{
	canvas *c = vector_canvas(p->file);
	const rect shown = {side() - 8, p->y, inside() + 16, end - top};
	canvas_clip(c, shown);
	layout_draw(l, c, side(), p->y - top, shown);
	canvas_clip_end(c);
	for (int i = 0; i < l->n; i++) {
		const layout_item *k = &l->item[i];
		if (k->kind == LAYOUT_SLOT && k->area.y >= top - 0.1F && k->area.y < end)
			handout_draw(p->play, c,
			        (rect){side() - HANG, p->y + k->area.y - top, inside() + 2 * HANG, k->area.h});
	}
	p->y += end - top;
}

static void put_column(paper *p, const layout *l)
{
	const float bottom = PAGE_H - BOTTOM;
	if (p->y > TOP && p->below)
		p->y += STEP_GAP;
	p->below = true;
	float rest = bottom - p->y;
	if (rest < LEAST || (rest < 0.33F * (bottom - TOP) && l->height > rest && l->height < bottom - TOP))
		new_page(p);
	for (float top = 0; top < l->height - 0.1F;) {
		float end = fminf(layout_page_end(l, top, bottom - p->y), l->height);
		if (end - top > bottom - p->y + 1 && p->y > TOP) {
			new_page(p); /* what comes next is higher than the rest of this page */
			continue;
		}
		put_stretch(p, l, top, end);
		top = end;
		if (top < l->height - 0.1F)
			new_page(p);
	}
}

static void set_head(void *data, layout_pen *pen)
{
	const paper *p = data;
	layout_words(pen, p->play->l->title, 0, 2, WEIGHT_BOLD, INK_TEXT);
	layout_gap(pen, 0.3F);
	layout_words(pen, p->play->l->summary, 0, 1, WEIGHT_REGULAR, INK_MUTED);
	layout_gap(pen, 0.6F);
}

/* step −1: what stands before the first. */
static bool put_part(paper *p, int step, err *e)
{
	if (step >= 0 && !handout_play_step(p->play, step, e))
		return false;
	p->figure = step >= 0 ? handout_figure(p->play, step) : -1;
	layout_options o = {.theme = &p->look, .width = inside(), .title = step >= 0, .act = set_act, .data = p};
	o.above = step < 0 ? set_head : NULL;
	layout *l = step >= 0 ? layout_step(p->play->l, step, &o, e) : layout_intro(p->play->l, &o, e);
	if (!l)
		return false;
	put_column(p, l);
	layout_free(l);
	return true;
}

bool handout_pdf(handout_play *play, const char *path, err *e)
{
	paper p = {.play = play, .look = themes[THEME_PRINT], .y = TOP, .page = 1};
	p.look.type *= TYPE;
	p.file = vector_open(path, true, &p.look, PAGE_W, PAGE_H, play->l->title, play->l->summary, NULL, e);
	if (!p.file)
		return false;
	for (int i = -1; i < play->l->steps; i++)
		if (!put_part(&p, i, e)) {
			vector_abort(p.file);
			return false;
		}
	put_foot(&p);
	return vector_commit(p.file, e);
}
