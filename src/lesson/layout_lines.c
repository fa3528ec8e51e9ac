/* Runs as pieces, pieces as lines. */
#include "lesson/layout_parts.h"

#include "plot/math.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PIECES = 4000 };                            /* a paragraph is cut after so many words */
static const float CODE = 0.92F, CODE_PAD = 0.22F; /* em */

/* ---- pieces ---- */

static layout_piece *new_piece(setter *s)
{
	return s->n < PIECES ? &s->piece[s->n++] : NULL;
}

static void measure(layout_piece *p)
{
	if (p->math) {
		text_extent e = math_measure(p->text, -1, p->style.size, p->display ? MATH_DISPLAY : MATH_TEXT);
		p->w = e.width;
		p->a = e.ascent;
		p->d = e.descent;
		return;
	}
	p->w = canvas_measure(p->text, p->style.size, p->style.weight).width + p->left + p->right;
	p->a = 0.75F * p->style.size;
	p->d = 0.25F * p->style.size;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A word of prose: a hyphen before a number is a minus. */
static const char *word_text(setter *s, const char *p, size_t n, bool code)
{
	size_t at = n > 1 && (*p == '(' || *p == '[') ? 1 : 0;
	if (code || n < at + 2 || n > 60 || p[at] != '-' || p[at + 1] < '0' || p[at + 1] > '9')
		return layout_text(s, p, n);
	char word[80];
	int used = snprintf(word, sizeof word, "%.*s−%.*s", (int)at, p, (int)(n - at - 1), p + at + 1);
	return layout_text(s, word, (size_t)used);
}

/* The words of a run; *space: there was a blank before the next one. */
static void add_words(setter *s, const char *text, const layout_piece *like, bool *space)
{
	for (const char *p = text; *p;) {
		if (is_blank(*p)) {
			*space = true;
			p++;
			continue;
		}
		size_t n = strcspn(p, " \t\n\r");
		layout_piece *w = new_piece(s);
		if (!w)
			return;
		*w = *like;
		w->text = word_text(s, p, n, like->code);
		w->space = *space;
		w->breaks = like->breaks && p == text;
		measure(w);
		*space = false;
		p += n;
	}
}

static void add_formula(setter *s, const doc_run *r, const layout_piece *like, bool space)
{
	layout_piece *p = new_piece(s);
	if (!p)
		return;
	*p = *like;
	p->math = true;
	p->display = r->display;
	p->text = r->text;
	p->space = space;
	measure(p);
}

static layout_piece looks_of(const doc_run *r, text_style base)
{
	layout_piece like = {.style = base, .link = r->link == LINK_NONE ? NULL : r};
	if (r->bold)
		like.style.weight = WEIGHT_BOLD;
	else if (r->italic || r->kind == RUN_IMAGE)
		like.style.weight = WEIGHT_SLANTED;
	if (r->kind == RUN_CODE) {
		like.style.weight = WEIGHT_MONO;
		like.style.size *= CODE;
		like.code = true;
		like.of = r;
	}
	if (like.link)
		like.style.ink = INK_ACCENT;
	return like;
}

void layout_runs(setter *s, const doc_run *runs, text_style base)
{
	bool space = false, breaks = false;
	s->n = 0;
	for (const doc_run *r = runs; r; r = r->next) {
		int before = s->n;
		layout_piece like = looks_of(r, base);
		like.breaks = breaks;
		if (r->kind == RUN_BREAK) {
			breaks = true;
			continue;
		}
		if (r->kind == RUN_FORMULA)
			add_formula(s, r, &like, space), space = false;
		else
			add_words(s, r->text, &like, &space);
		if (like.code && s->n > before) {
			s->piece[before].left = s->piece[s->n - 1].right = CODE_PAD * like.style.size;
			measure(&s->piece[before]);
			measure(&s->piece[s->n - 1]);
		}
		if (s->n > before)
			breaks = false;
	}
}

float layout_widest_piece(const setter *s)
{
	float w = 0;
	for (int i = 0; i < s->n; i++)
		w = fmaxf(w, s->piece[i].w);
	return w;
}

/* Between words of code that of their font, in front of the box that of the text before it. */
static float space_of(const layout_piece *p)
{
	bool boxed = p->code && p->left > 0;
	float size = boxed ? p->style.size / CODE : p->style.size;
	weight w = boxed || p->math ? WEIGHT_REGULAR : p->style.weight;
	return p->space ? canvas_measure(" ", size, w).width : 0;
}

static float width_of(const setter *s, int from, int to)
{
	float w = 0;
	for (int i = from; i < to; i++)
		w += s->piece[i].w + (i > from ? space_of(&s->piece[i]) : 0);
	return w;
}

float layout_one_line(const setter *s)
{
	return width_of(s, 0, s->n);
}

/* ---- a line ---- */

/* Neighbours of one look become one text. */
static bool joins(const layout_piece *a, const layout_piece *b)
{
	return !a->math && !b->math && a->of == b->of && a->style.size == b->style.size &&
	       a->style.weight == b->style.weight && a->style.ink == b->style.ink && a->link == b->link;
}

static const char *join(setter *s, int from, int to)
{
	char text[4096];
	size_t at = 0;
	if (to == from + 1)
		return s->piece[from].text;
	for (int i = from; i < to && at < sizeof text - 1; i++) {
		int n = snprintf(text + at, sizeof text - at, "%s%s", i > from && s->piece[i].space ? " " : "",
		        s->piece[i].text);
		at += n > 0 ? (size_t)n : 0;
	}
	return layout_text(s, text, at < sizeof text ? at : sizeof text - 1);
}

static void mark_link(setter *s, const layout_piece *p, int before)
{
	if (s->l->n == before || !p->link)
		return;
	s->l->item[s->l->n - 1].link = p->link;
	s->l->item[s->l->n - 1].underlined = true;
}

static float put_math(setter *s, const layout_piece *p, float x, float baseline)
{
	layout_item *i = layout_add(s, LAYOUT_MATH, (rect){x, baseline - p->a, p->w, p->a + p->d});
	if (i) {
		i->text = p->text;
		i->style = p->style;
		i->baseline = baseline;
		i->display = p->display;
	}
	return x + p->w;
}

/* One box behind the words of a run. */
static float put_code(setter *s, int from, int to, float x, float baseline)
{
	const layout_piece *first = &s->piece[from], *last = &s->piece[to - 1];
	float size = first->style.size;
	const char *text = join(s, from, to);
	float w = canvas_measure(text, size, WEIGHT_MONO).width + first->left + last->right;
	layout_add_box(s, (rect){x, baseline - 0.95F * size, w, 1.28F * size}, INK_RAISED, 1, 0.25F * size);
	layout_add_text(s, x + first->left, baseline, text, first->style);
	return x + w;
}

static float put_text(setter *s, int from, int to, float x, float baseline)
{
	layout_add_text(s, x, baseline, join(s, from, to), s->piece[from].style);
	return x + (s->l->n ? s->l->item[s->l->n - 1].area.w : 0);
}

static void put_line(setter *s, int from, int to, float x, float baseline)
{
	for (int i = from; i < to;) {
		const layout_piece *p = &s->piece[i];
		int end = i + 1, before = s->l->n;
		if (i > from)
			x += space_of(p);
		while (end < to && joins(p, &s->piece[end]))
			end++;
		x = p->math   ? put_math(s, p, x, baseline)
		    : p->code ? put_code(s, i, end, x, baseline)
		              : put_text(s, i, end, x, baseline);
		mark_link(s, p, before);
		i = end;
	}
}

/* ---- breaking ---- */

size_t layout_fits(const char *text, float width, text_style style)
{
	char part[1024];
	size_t fits = 0, n = strlen(text);
	for (size_t k = 1; k <= n && k < sizeof part; k++) {
		if (k < n && ((unsigned char)text[k] & 0xC0) == 0x80)
			continue;
		snprintf(part, sizeof part, "%.*s", (int)k, text);
		if (fits && canvas_measure(part, style.size, style.weight).width > width)
			break;
		fits = k;
	}
	return fits;
}

/* What is wider than the column: a word is cut, its rest goes behind it; a formula becomes smaller. */
static void make_narrow(setter *s, int i, float width)
{
	layout_piece *p = &s->piece[i];
	if (p->math) {
		p->style.size *= fmaxf(0.55F, 0.99F * width / p->w);
		measure(p);
		return;
	}
	size_t fits = layout_fits(p->text, width - p->left - p->right, p->style);
	if (s->n == PIECES || fits == 0 || fits >= strlen(p->text))
		return;
	memmove(p + 2, p + 1, sizeof *p * (size_t)(s->n - i - 1));
	s->n++;
	p[1] = p[0];
	p[0].text = layout_text(s, p->text, fits);
	p[1].text += fits;
	p[1].space = p[1].breaks = false;
	p[0].right = p[1].left = 0;
	measure(&p[0]);
	measure(&p[1]);
}

/* Where the line that begins with piece `from` ends. It does not break between pieces without a space, unless they fill
 * it alone. */
static int line_end(setter *s, int from, float width)
{
	float x = 0;
	int good = from;
	for (int i = from; i < s->n; i++) {
		if (i > from && s->piece[i].breaks)
			return i;
		if (i > from && s->piece[i].space)
			good = i;
		float w = s->piece[i].w + (i > from ? space_of(&s->piece[i]) : 0);
		if (x + w > width && good > from)
			return good;
		if (s->piece[i].w > width && i == from) {
			make_narrow(s, i, width);
			w = s->piece[i].w;
			if (i + 1 < s->n && !s->piece[i].math && !s->piece[i + 1].space)
				return i + 1;
		} else if (x + w > width && i > from) {
			return i;
		}
		x += w;
	}
	return s->n;
}

void layout_lines(setter *s, float x, float width, float size, float line, doc_align side)
{
	for (int from = 0; from < s->n;) {
		int to = line_end(s, from, width);
		float above = (0.95F + (line - LAYOUT_LINE) / 2) * size, below = line * size - above;
		float w = width_of(s, from, to);
		for (int i = from; i < to; i++) {
			above = fmaxf(above, s->piece[i].a + 0.12F * size);
			below = fmaxf(below, s->piece[i].d + 0.12F * size);
		}
		float shift = side == DOC_RIGHT ? width - w : side == DOC_CENTER ? (width - w) / 2 : 0;
		put_line(s, from, to, x + fmaxf(0, shift), s->y + above);
		s->y += above + below;
		from = to;
	}
	s->n = 0;
}
