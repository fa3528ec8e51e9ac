#include "plot/math.h"

#include "plot/math_parts.h"

#include <math.h>
#include <string.h>

/* Thickness of the strokes of brackets and signs that are drawn here, in em: those of DejaVu Sans. */
static const float STEM = 0.088F, THIN = 0.055F;

typedef struct pen {
	canvas *c;
	const math_tree *tree;
	float size; /* points per em of the formula */
	ink ink;
} pen;

static void draw(const pen *p, short i, float x, float y);

static const math_node *at(const pen *p, short i)
{
	return &p->tree->node[i];
}

/* ---- lines and shapes ---- */

/* Whole points, so that the edge is sharp where a point is a pixel. */
static float sharp(float v)
{
	return floorf(v + 0.5F);
}

static float thickness(const pen *p, float em)
{
	float points = em * p->size;
	return points < 2 ? fmaxf(1, sharp(points)) : points;
}

/* A line from x0 to x1 whose upper edge is near y. */
static float draw_rule(const pen *p, float x0, float x1, float y, float em)
{
	float upper = sharp(y);
	canvas_box(p->c, (rect){x0, upper, x1 - x0, thickness(p, em)}, 0, p->ink, 1);
	return upper;
}

static void draw_path(const pen *p, const point *path, int n, float em)
{
	stroke s = {fmaxf(1, em * p->size) / p->c->theme->line, p->ink, 1, DASH_SOLID};
	canvas_polyline(p->c, path, n, s);
}

/* ---- text ---- */

typedef struct writing {
	const pen *pen;
	const math_node *node;
	float x, y;
} writing;

static void write_piece(void *with, const char *piece, float x)
{
	const writing *w = with;
	float size = w->node->em * w->pen->size;
	text_style s = {.size = size, .weight = math_weight(w->node), .ink = w->pen->ink};
	canvas_text(w->pen->c, w->x + x * size, w->y, piece, s);
}

static void draw_text(const pen *p, const math_node *n, float x, float y)
{
	writing w = {p, n, x + n->inset * p->size, y - n->up * p->size};
	math_pieces(n->text, n->n, math_weight(n), write_piece, &w);
}

/* ---- brackets; each is drawn inside the box from (x, y0) to (x + w, y1) ---- */

enum { ARC = 12 };

typedef struct frame {
	float x, y0, y1, w, em; /* points */
	bool turned;            /* closing: mirrored */
} frame;

static float mirror(const frame *f, float x)
{
	return f->turned ? f->x + f->w - x : f->x + x;
}

static void draw_parenthesis(const pen *p, const frame *f)
{
	point path[4 * ARC + 2];
	float stem = STEM * f->em, bow = f->w - 0.17F * f->em - stem, middle = (f->y0 + f->y1) / 2;
	float deepest = 1 - sqrtf(1 - 0.85F * 0.85F);
	int n = 2 * ARC + 1;
	for (int i = 0; i < n; i++) {
		float t = (float)(i - ARC) / ARC, y = middle + t * (f->y1 - f->y0) / 2;
		float in = bow * (1 - sqrtf(1 - 0.85F * 0.85F * t * t)) / deepest;
		path[i] = (point){mirror(f, 0.085F * f->em + in), y};
		path[2 * n - 1 - i] = (point){mirror(f, 0.085F * f->em + stem + in * 0.97F), y};
	}
	canvas_polygon(p->c, path, 2 * n, p->ink, 1);
}

static void draw_square(const pen *p, const frame *f, bool top, bool bottom)
{
	float stem = thickness(p, STEM * f->em / p->size), left = 0.09F * f->em, right = f->w - 0.09F * f->em;
	float x = sharp(f->turned ? f->x + f->w - left - stem : f->x + left);
	float foot0 = f->turned ? f->x + f->w - right : x, foot = right - left;
	float line = fmaxf(1, sharp(0.075F * f->em)), y0 = sharp(f->y0), y1 = sharp(f->y1);
	canvas_box(p->c, (rect){x, y0, stem, y1 - y0}, 0, p->ink, 1);
	if (f->turned)
		foot = x + stem - foot0;
	if (top)
		canvas_box(p->c, (rect){foot0, y0, foot, line}, 0, p->ink, 1);
	if (bottom)
		canvas_box(p->c, (rect){foot0, y1 - line, foot, line}, 0, p->ink, 1);
}

/* A quarter of an ellipse from (x0, y0), where it is upright, to (x1, y1), where it lies flat, or the other way. */
static int quarter(point *path, float x0, float y0, float x1, float y1, bool upright)
{
	static const float sine[] = {0, 0.25881905F, 0.5F, 0.70710678F, 0.8660254F, 0.96592583F, 1};
	int n = sizeof sine / sizeof *sine;
	for (int i = 0; i < n; i++) {
		float slow = 1 - sine[n - 1 - i], fast = sine[i];
		path[i] = (point){x0 + (x1 - x0) * (upright ? slow : fast), y0 + (y1 - y0) * (upright ? fast : slow)};
	}
	return n;
}

/* The brace is a line of four quarters; the same lying down, for \underbrace. */
static void draw_brace(const pen *p, const frame *f)
{
	point path[28];
	float back = mirror(f, f->w - 0.12F * f->em), stem = mirror(f, 0.5F * f->w), tip = mirror(f, 0.12F * f->em);
	float middle = (f->y0 + f->y1) / 2, half = (STEM - 0.01F) * f->em / 2;
	float bend = fminf((f->y1 - f->y0) / 4, 0.28F * f->em);
	int n = quarter(path, back, f->y0 + half, stem, f->y0 + half + bend, false);
	n += quarter(path + n, stem, middle - bend, tip, middle, true);
	n += quarter(path + n, tip, middle, stem, middle + bend, false);
	n += quarter(path + n, stem, f->y1 - half - bend, back, f->y1 - half, true);
	draw_path(p, path, n, (STEM - 0.01F) * f->em / p->size);
}

static void draw_lying_brace(const pen *p, float x0, float x1, float tip, float back, float em)
{
	point path[28];
	float middle = (x0 + x1) / 2, line = (tip + back) / 2, bend = fminf((x1 - x0) / 4, 0.3F * em);
	int n = quarter(path, x0, back, x0 + bend, line, true);
	n += quarter(path + n, middle - bend, line, middle, tip, false);
	n += quarter(path + n, middle, tip, middle + bend, line, true);
	n += quarter(path + n, x1 - bend, line, x1, back, false);
	draw_path(p, path, n, THIN * em / p->size);
}

static void draw_angle(const pen *p, const frame *f)
{
	float half = STEM * f->em / 2, tip = mirror(f, 0.1F * f->em + half),
	      back = mirror(f, f->w - 0.09F * f->em - half);
	point path[] = {{back, f->y0 + half}, {tip, (f->y0 + f->y1) / 2}, {back, f->y1 - half}};
	draw_path(p, path, 3, STEM * f->em / p->size);
}

static void draw_bars(const pen *p, const frame *f, int bars)
{
	float stem = thickness(p, 0.083F * f->em / p->size), x = sharp(f->x + 0.127F * f->em);
	float apart = fmaxf(sharp(0.163F * f->em), 2 * stem); /* not to run into one another */
	for (int i = 0; i < bars; i++)
		canvas_box(p->c, (rect){x + (float)i * apart, f->y0, stem, f->y1 - f->y0}, 0, p->ink, 1);
}

static void draw_bracket(const pen *p, const math_node *n, float x, float y)
{
	const char *end = n->text + n->n, *text = n->text;
	if (!n->stretched) {
		draw_text(p, n, x, y);
		return;
	}
	frame f = {x, y - n->a * p->size, y + n->d * p->size, n->w * p->size, n->em * p->size, false};
	uint32_t code = math_next(&text, end);
	f.turned = code == ')' || code == ']' || code == '}' || code == 0x27E9 || code == 0x2309 || code == 0x230B;
	if (code == '(' || code == ')')
		draw_parenthesis(p, &f);
	else if (code == '{' || code == '}')
		draw_brace(p, &f);
	else if (code == 0x27E8 || code == 0x27E9)
		draw_angle(p, &f);
	else if (code == '|' || code == 0x2016)
		draw_bars(p, &f, code == '|' ? 1 : 2);
	else
		draw_square(p, &f, code != 0x230A && code != 0x230B, code != 0x2308 && code != 0x2309);
}

/* ---- the rest ---- */

static void draw_fraction(const pen *p, const math_node *n, float x, float y)
{
	float left = x + n->gap * p->size, right = x + (n->w - n->gap) * p->size;
	float axis = y - MATH_AXIS * n->em * p->size;
	draw_rule(p, left, right, axis - thickness(p, n->rule) / 2, n->rule);
	draw(p, n->above, x, y);
	draw(p, n->below, x, y);
}

/* Where the line through a and b meets the one through c and d. */
static point crossing(point a, point b, point c, point d)
{
	float ux = b.x - a.x, uy = b.y - a.y, vx = d.x - c.x, vy = d.y - c.y, det = ux * vy - uy * vx;
	float k = fabsf(det) > 1e-6F ? ((c.x - a.x) * vy - (c.y - a.y) * vx) / det : 1;
	return (point){a.x + k * ux, a.y + k * uy};
}

/* A tick, a thick stroke down and a thin one up to the line. */
static void draw_root(const pen *p, const math_node *n, float x, float y)
{
	float em = n->em * p->size, foot = y + n->d * p->size, end = x + n->w * p->size;
	float corner = x + n->sign * p->size, left = corner - em * 0.52F;
	float top = draw_rule(p, corner - THIN * em, end - 0.02F * em, y - n->gap * p->size, n->rule);
	float tick = foot - fminf(0.5F * (foot - top), 0.5F * em), thin = fmaxf(THIN * em, 0.9F);
	point tail0 = {left, tick - 0.01F * em}, tail1 = {left + 0.02F * em, tick + 0.04F * em};
	point knee = {left + 0.13F * em, tick - 0.08F * em}, toe = {left + 0.3F * em, foot};
	point under = {knee.x - 0.07F * em, tick - 0.003F * em}, heel = {toe.x - 0.05F * em, foot};
	point up1 = {corner, top}, up0 = {corner - 1.15F * thin, top}, back = {toe.x - 1.15F * thin, foot};
	point inner = crossing(knee, (point){toe.x + 0.02F * em, foot}, up0, back);
	point path[] = {tail0, knee, inner, up0, up1, toe, heel, under, tail1};
	canvas_polygon(p->c, path, sizeof path / sizeof *path, p->ink, 1);
	draw(p, n->body, x, y);
	draw(p, n->above, x, y);
}

static void draw_arrow(const pen *p, float x0, float x1, float y, float em)
{
	float head = 0.1F * em, line = 0.06F * em / p->size;
	point shaft[] = {{x0, y}, {x1, y}}, tip[] = {{x1 - head, y - head}, {x1, y}, {x1 - head, y + head}};
	draw_path(p, shaft, 2, line);
	draw_path(p, tip, 3, line);
}

static void draw_accent(const pen *p, const math_node *n, float x, float y)
{
	const math_node *body = at(p, n->body);
	float em = n->em * p->size, left = x, right = x + (body->w + body->lean) * p->size, line = y - n->gap * p->size;
	float middle = (left + right) / 2;
	draw(p, n->body, x, y);
	switch (n->value) {
	case MARK_NONE: {
		text_style s = {.size = em, .ink = p->ink, .align = ALIGN_CENTER};
		char mark[8] = {0};
		memcpy(mark, n->text, (size_t)n->n);
		canvas_text(p->c, x + (body->w / 2 + n->gap) * p->size, y - n->up * p->size, mark, s);
		break;
	}
	case MARK_BAR: /* somewhat narrower than the letter */
		left = fminf(left + 0.09F * em, middle - 0.1F * em);
		right = fmaxf(right - 0.07F * em, middle + 0.1F * em);
		/* fall through */
	case MARK_OVERLINE:
	case MARK_UNDERLINE:
		draw_rule(p, left, right, line - (n->value == MARK_UNDERLINE ? 0 : n->rule * p->size), n->rule);
		break;
	case MARK_ARROW:
		draw_arrow(p, fminf(left + 0.05F * em, middle - 0.2F * em),
		        fmaxf(right - 0.03F * em, middle + 0.2F * em), line, em);
		break;
	case MARK_OVERBRACE:
		draw_lying_brace(p, left, right, line - 0.29F * em, line - 0.03F * em, em);
		break;
	default:
		draw_lying_brace(p, left, right, line + 0.29F * em, line + 0.03F * em, em);
	}
}

/* The node's parent lies at (x, y). */
static void draw(const pen *p, short i, float x, float y)
{
	const math_node *n = at(p, i);
	if (i == 0)
		return;
	x += n->x * p->size;
	y += n->y * p->size;
	switch (n->kind) {
	case KIND_LIST:
		for (short k = n->body; k; k = at(p, k)->next)
			draw(p, k, x, y);
		break;
	case KIND_TEXT:
		draw_text(p, n, x, y);
		break;
	case KIND_SPACE:
		break;
	case KIND_FRACTION:
		draw_fraction(p, n, x, y);
		break;
	case KIND_ROOT:
		draw_root(p, n, x, y);
		break;
	case KIND_SCRIPTS:
	case KIND_FENCE:
		draw(p, n->body, x, y);
		draw(p, n->above, x, y);
		draw(p, n->below, x, y);
		break;
	case KIND_DELIMITER:
		draw_bracket(p, n, x, y);
		break;
	case KIND_ACCENT:
		draw_accent(p, n, x, y);
		break;
	}
}

/* ---- to others ---- */

static bool prepare(math_tree *t, const char *text, int n, float size, math_style style)
{
	if (!text || !(size > 0) || !isfinite(size))
		return false;
	math_parse(t, text, n < 0 ? strlen(text) : strnlen(text, (size_t)n));
	math_layout(t, style);
	return true;
}

text_extent math_measure(const char *text, int n, float size, math_style style)
{
	math_tree t;
	if (!prepare(&t, text, n, size, style))
		return (text_extent){0, 0, 0};
	const math_node *root = &t.node[t.root];
	return (text_extent){(root->w + root->lean) * size, root->a * size, root->d * size};
}

void math_draw(canvas *c, float x, float baseline, const char *text, int n, float size, math_style style, ink i)
{
	math_tree t;
	if (!prepare(&t, text, n, size, style))
		return;
	pen p = {c, &t, size, i};
	draw(&p, t.root, x, baseline);
}
