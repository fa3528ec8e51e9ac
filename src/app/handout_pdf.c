#include "app/handout.h"

#include "draw/canvas_cairo.h"
#include "lesson/layout.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A4, in points. The margins leave a column as wide as LAYOUT_MEASURE; plots hang out of it on both sides. */
static const float PAGE_W = 595.28F, PAGE_H = 841.89F, TOP = 62, BOTTOM = 66, FOOT = 36, TYPE = 0.76F;
static const float STEP_GAP = 26, LEAST = 96, FOOT_SIZE = 11, HANG = 24, FIGURE_GAP = 16, SHRINK = 0.75F;

typedef struct paper {
	handout_play *play;
	theme look;
	vector_file *file;
	float y;
	bool below;       /* something stands above on this page */
	int page, figure; /* the act below which the plots stand; −1: none */
	bool waits;       /* plots did not fit on this page … */
	int waits_for;    /* … of this step … */
	float waits_height;
	handout_shot shot; /* … and this is what they show */
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

static float bottom(const paper *p)
{
	return PAGE_H - BOTTOM - p->y;
}

/* A figure that waits stands at the top of the next page; beside the text of another step it says whose it is. */
static void turn(paper *p)
{
	new_page(p);
	if (!p->waits)
		return;
	canvas *c = vector_canvas(p->file);
	if (p->waits_for != p->play->step) {
		char text[240];
		snprintf(text, sizeof text, "Plots of “%.200s”", p->play->l->step[p->waits_for].title);
		canvas_text(c, side(), p->y + FOOT_SIZE * TYPE, text,
		        (text_style){.size = FOOT_SIZE * TYPE, .ink = INK_MUTED, .weight = WEIGHT_BOLD});
		p->y += 2 * FOOT_SIZE * TYPE;
	}
	handout_shot_draw(&p->shot, c, (rect){side() - HANG, p->y, inside() + 2 * HANG, p->waits_height});
	p->y += p->waits_height + FIGURE_GAP;
	p->waits = false;
}

/* A stretch of the column that fits on the page. */
static void put_stretch(paper *p, const layout *l, float top, float end)
{
	canvas *c = vector_canvas(p->file);
	const rect shown = {side() - 8, p->y, inside() + 16, end - top};
	canvas_clip(c, shown);
	layout_draw(l, c, side(), p->y - top, shown);
	canvas_clip_end(c);
	p->y += end - top;
}

static int lines_in(const layout *l, float top, float end)
{
	int n = 0;
	float last = -1e9F;
	for (int i = 0; i < l->n; i++) {
		const layout_item *k = &l->item[i];
		if (k->kind != LAYOUT_TEXT || k->area.y < top - 0.1F || k->area.y >= end - 0.1F)
			continue;
		n += k->baseline > last + 2;
		last = fmaxf(last, k->baseline);
	}
	return n;
}

static void put_text(paper *p, const layout *l, float top, float end)
{
	const float line = 1.5F * LAYOUT_BODY * TYPE;
	while (top < end - 0.1F) {
		float room = bottom(p), stop = fminf(layout_page_end(l, top, room), end);
		if (stop - top > room + 1 && p->y > TOP) { /* what comes next is higher than the rest of this page */
			turn(p);
			continue;
		}
		if (end - stop > 0.1F && lines_in(l, top, stop) < 2 && p->y > TOP + LEAST) { /* nor the first one */
			turn(p);
			continue;
		}
		if (end - stop > 0.1F && end - stop < 1.8F * line && stop - top > 4 * line) /* no line alone */
			stop = fmaxf(layout_page_end(l, top, stop - top - 1.2F * line), top + line);
		put_stretch(p, l, top, stop);
		top = stop;
		if (top < end - 0.1F)
			turn(p);
	}
}

/* Here, if need be a little lower, so that what follows in this step (`tail` points) stands on the same page; or on the
 * next page, and the text goes on before it. */
static void put_figure(paper *p, float height, float tail)
{
	if (bottom(p) < height + tail && bottom(p) >= SHRINK * height + tail)
		height = bottom(p) - tail - 0.5F;
	if (p->waits && bottom(p) < SHRINK * height)
		turn(p);
	if (bottom(p) >= SHRINK * height) {
		height = fminf(height, bottom(p));
		handout_draw(p->play, vector_canvas(p->file), (rect){side() - HANG, p->y, inside() + 2 * HANG, height});
		p->y += height;
		return;
	}
	p->waits = true;
	p->waits_for = p->play->step;
	p->waits_height = height;
	handout_take(p->play, &p->shot);
}

/* A figure follows the title at once, and does not fit below it. */
static bool leaves_a_heading(const paper *p, const layout *l)
{
	for (int i = 0; i < l->n; i++)
		if (l->item[i].kind == LAYOUT_SLOT)
			return l->item[i].area.y < 0.6F * LEAST &&
			       bottom(p) < l->item[i].area.y + SHRINK * l->item[i].area.h;
	return false;
}

static void put_column(paper *p, const layout *l)
{
	float top = 0;
	if (p->y > TOP && p->below)
		p->y += STEP_GAP;
	p->below = true;
	if (bottom(p) < LEAST || leaves_a_heading(p, l))
		turn(p);
	for (int i = 0; i < l->n; i++) {
		const layout_item *k = &l->item[i];
		if (k->kind != LAYOUT_SLOT)
			continue;
		put_text(p, l, top, k->area.y);
		top = k->area.y + k->area.h;
		put_figure(p, k->area.h, l->height - top);
	}
	put_text(p, l, top, l->height);
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
	p.shot.picture = malloc(sizeof *p.shot.picture);
	bool ok = p.shot.picture || err_machine(e, "no memory for a handout");
	for (int i = -1; i < play->l->steps && ok; i++)
		ok = put_part(&p, i, e);
	if (ok && p.waits)
		turn(&p);
	free(p.shot.picture);
	if (!ok) {
		vector_abort(p.file);
		return false;
	}
	put_foot(&p);
	return vector_commit(p.file, e);
}
