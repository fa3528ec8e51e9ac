#include "lesson/layout_parts.h"

#include "base/text.h"
#include "io/png.h"
#include "plot/math.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const float PARAGRAPH = 0.75F, TIGHT = 0.2F, TITLE = 1.5F,
                   FORMULA = 1.08F; /* em: between blocks, of a tight list; sizes */
static const float NARROWEST = 24;  /* points: deep nesting does not get narrower than this */

/* ---- memory ---- */

typedef struct layout_chunk {
	struct layout_chunk *next;
	size_t size, used;
	char bytes[];
} layout_chunk;

const char *layout_text(setter *s, const char *text, size_t n)
{
	enum { CHUNK = 16384 };
	layout_chunk *c = s->l->texts;
	if (!c || c->size - c->used < n + 1) {
		size_t size = n + 1 > CHUNK ? n + 1 : CHUNK;
		layout_chunk *fresh = malloc(sizeof *fresh + size);
		if (!fresh) {
			s->failed = true;
			return "";
		}
		*fresh = (layout_chunk){.next = c, .size = size};
		s->l->texts = c = fresh;
	}
	char *copy = c->bytes + c->used;
	memcpy(copy, text, n);
	copy[n] = '\0';
	c->used += n + 1;
	return copy;
}

static bool grow(setter *s)
{
	layout *l = s->l;
	int room = l->room ? 2 * l->room : 128;
	layout_item *more = realloc(l->item, sizeof *more * (size_t)room);
	s->failed = s->failed || !more;
	if (!more)
		return false;
	l->item = more;
	l->room = room;
	return true;
}

layout_item *layout_add(setter *s, layout_kind kind, rect area)
{
	layout *l = s->l;
	l->cut = l->cut || l->n == LAYOUT_ITEMS;
	if (l->n == LAYOUT_ITEMS || (l->n == l->room && !grow(s)))
		return NULL;
	l->item[l->n] = (layout_item){.kind = kind, .area = area, .act = -1, .part = -1, .alpha = 1};
	l->excess = fmaxf(l->excess, area.x + area.w - l->width);
	return &l->item[l->n++];
}

text_style layout_type(float size, weight w, ink i)
{
	return (text_style){.size = size, .weight = w, .ink = i};
}

void layout_add_text(setter *s, float x, float baseline, const char *text, text_style style)
{
	text_extent e = canvas_measure(text, style.size, style.weight);
	layout_item *i = layout_add(s, LAYOUT_TEXT, (rect){x, baseline - e.ascent, e.width, e.ascent + e.descent});
	if (!i)
		return;
	i->text = text;
	i->style = style;
	i->baseline = baseline;
}

void layout_add_box(setter *s, rect area, ink fill, float alpha, float radius)
{
	layout_item *i = layout_add(s, LAYOUT_BOX, area);
	if (!i)
		return;
	i->style.ink = fill;
	i->alpha = alpha;
	i->radius = radius;
}

void layout_add_whole(setter *s, rect area)
{
	layout_item *i = layout_add(s, LAYOUT_BOX, area);
	if (i)
		i->whole = true;
}

/* ---- text ---- */

/* Lines end at the same place however far in they begin. */
static float column(const setter *s, float x, float width)
{
	return fmaxf(fminf(width, LAYOUT_MEASURE * s->em - x), fminf(width, 8 * s->em));
}

static void set_runs(setter *s, const doc_run *runs, float x, float width, text_style style, float line)
{
	layout_runs(s, runs, style);
	layout_lines(s, x, column(s, x, width), style.size, line, DOC_LEFT);
}

static void set_words(setter *s, const char *text, float x, float width, text_style style, float line)
{
	const doc_run run = {.kind = RUN_TEXT, .text = text};
	set_runs(s, &run, x, width, style, line);
}

static text_style body(const setter *s)
{
	return layout_type(s->em, WEIGHT_REGULAR, s->ink);
}

static void space(setter *s, float em)
{
	if (s->y > 0)
		s->y += (s->tight ? TIGHT : em) * s->em;
}

static void set_blocks(setter *s, const doc_block *list, float x, float width);

static void set_heading(setter *s, const doc_block *b, float x, float width)
{
	float size = (b->level <= 2 ? 1.35F : b->level == 3 ? 1.15F : 1) * s->em;
	space(s, 1.2F);
	set_runs(s, b->run, x, width, layout_type(size, WEIGHT_BOLD, s->ink), 1.3F);
	s->y -= 0.25F * s->em;
}

/* The first block of an item stands beside its mark. */
static void set_item(setter *s, const doc_block *item, float x, float width)
{
	const doc_block *rest = item->first;
	if (!rest) {
		s->y += LAYOUT_LINE * s->em;
		return;
	}
	if (rest->kind == DOC_PARAGRAPH) {
		set_runs(s, rest->run, x, width, body(s), LAYOUT_LINE);
		rest = rest->next;
	}
	set_blocks(s, rest, x, width);
}

static void set_list(setter *s, const doc_block *b, float x, float width)
{
	int number = b->number;
	float indent = (b->ordered ? 1.9F : 1.3F) * s->em;
	bool tight = s->tight;
	space(s, PARAGRAPH);
	s->tight = b->tight;
	for (const doc_block *item = b->first; item; item = item->next, number++) {
		char mark[16] = "•";
		if (b->ordered)
			snprintf(mark, sizeof mark, "%d.", number % 100000);
		if (item != b->first)
			space(s, PARAGRAPH);
		layout_add_text(s, x + (b->ordered ? 0 : 0.3F * s->em), s->y + 0.95F * s->em,
		        layout_text(s, mark, strlen(mark)), layout_type(s->em, WEIGHT_REGULAR, INK_MUTED));
		set_item(s, item, x + indent, fmaxf(width - indent, NARROWEST));
	}
	s->tight = tight;
}

static void set_quote(setter *s, const doc_block *b, float x, float width)
{
	ink before = s->ink;
	float indent = 1.1F * s->em;
	space(s, PARAGRAPH);
	float top = s->y;
	int bar = s->l->n;
	layout_add_box(s, (rect){x, top, 0.2F * s->em, 0}, INK_BORDER, 1, 1);
	s->ink = INK_MUTED;
	s->y = top > 0 ? top - (s->tight ? TIGHT : PARAGRAPH) * s->em : 0; /* the first block brings its own space */
	set_blocks(s, b->first, x + indent, fmaxf(width - indent, NARROWEST));
	s->ink = before;
	if (bar < s->l->n)
		s->l->item[bar].area.h = s->y - top;
}

/* A line of code with tabs as blanks; what does not fit goes on below. */
static void set_code_line(setter *s, const char *text, size_t n, float x, float width, text_style style)
{
	char line[2048];
	size_t used = 0;
	for (size_t i = 0; i < n && used + 9 < sizeof line; i++)
		if (text[i] == '\t')
			used += (size_t)snprintf(line + used, sizeof line - used, "        ");
		else if (text[i] != '\r')
			line[used++] = text[i];
	line[used] = '\0';
	const char *p = line;
	do {
		size_t fits = canvas_measure(p, style.size, style.weight).width <= width ? strlen(p)
		                                                                         : layout_fits(p, width, style);
		size_t blank = fits;
		while (p[fits] && blank > fits / 3 && p[blank] != ' ')
			blank--;
		bool words = p[fits] && blank > fits / 3; /* broken between them */
		if (words)
			fits = blank;
		if (fits > 0)
			layout_add_text(s, x, s->y + 0.98F * style.size, layout_text(s, p, fits), style);
		s->y += 1.4F * style.size;
		p += fits + (words ? strspn(p + fits, " ") : 0);
	} while (*p && !s->l->cut);
}

static void set_code(setter *s, const char *text, float x, float width)
{
	float pad = 0.7F * s->em;
	text_style style = layout_type(0.88F * s->em, WEIGHT_MONO, s->ink);
	space(s, PARAGRAPH);
	float top = s->y;
	int box = s->l->n;
	layout_add_box(s, (rect){x, top, width, 0}, INK_RAISED, 1, 0.3F * s->em);
	s->y += 0.8F * pad;
	while (*text && !s->l->cut) {
		size_t n = strcspn(text, "\n");
		set_code_line(s, text, n, x + pad, fmaxf(width - 2 * pad, NARROWEST), style);
		text += n + (text[n] == '\n');
	}
	s->y += 0.8F * pad;
	if (box < s->l->n)
		s->l->item[box].area.h = s->y - top;
}

/* Centred; made smaller where it is too wide. */
static void set_formula_line(setter *s, const char *tex, float x, float room)
{
	float size = FORMULA * s->em;
	text_extent e = math_measure(tex, -1, size, MATH_DISPLAY);
	if (e.width > room) {
		size *= fmaxf(0.55F, 0.99F * room / e.width);
		e = math_measure(tex, -1, size, MATH_DISPLAY);
	}
	layout_item *i = layout_add(
	        s, LAYOUT_MATH, (rect){x + fmaxf(0, (room - e.width) / 2), s->y, e.width, e.ascent + e.descent});
	s->y += e.ascent;
	if (i) {
		i->text = tex;
		i->style = layout_type(size, WEIGHT_REGULAR, s->ink);
		i->baseline = s->y;
		i->display = true;
	}
	s->y += e.descent + 0.15F * s->em;
}

/* Is this the command `name`, and not a longer one. */
static bool is_command(const char *p, const char *name)
{
	size_t n = strlen(name);
	return strncmp(p, name, n) == 0 && !((p[n] >= 'a' && p[n] <= 'z') || (p[n] >= 'A' && p[n] <= 'Z'));
}

/* Length of the command \quad or \\qquad, else 0. */
static size_t wide_space(const char *p)
{
	return is_command(p, "\\qquad") ? 6 : is_command(p, "\\quad") ? 5 : 0;
}

/* Bytes up to the next wide space that stands in no braces; *gap: of that space. */
static size_t formula_part(const char *tex, size_t *gap)
{
	int depth = 0;
	for (const char *p = tex; *p; p++) {
		*gap = depth == 0 ? wide_space(p) : 0;
		if (*gap && p > tex)
			return (size_t)(p - tex);
		depth += (*p == '{') - (*p == '}') + is_command(p, "\\left") - is_command(p, "\\right");
		if (*p == '\\' && p[1])
			p += *gap ? 0 : 1; /* \{ is a sign */
	}
	*gap = 0;
	return strlen(tex);
}

/* What is too wide is set on several lines, where wide spaces part it. */
static void set_formula(setter *s, const char *tex, float x, float width)
{
	float room = column(s, x, width);
	space(s, 0.85F);
	while (*tex) {
		size_t gap, n = formula_part(tex, &gap), next = n + gap;
		while (tex[next]) { /* as much as fits on the line */
			size_t more_gap, more = next + formula_part(tex + next, &more_gap);
			if (math_measure(tex, (int)more, FORMULA * s->em, MATH_DISPLAY).width > room)
				break;
			n = more;
			next = more + more_gap;
		}
		const char *line = layout_text(s, tex, n);
		tex += next;
		while (*tex == ' ')
			tex++;
		if (line[strspn(line, " ")])
			set_formula_line(s, line, x, room);
		if (*tex)
			s->y += 0.35F * s->em;
	}
}

/* Pictures lie beside the lesson; none is fetched. */
static bool read_picture(const setter *s, const char *source, uint32_t **pixels, int *w, int *h)
{
	char path[1024];
	const char *slash = strrchr(s->lesson->path, '/');
	int folder = slash && source[0] != '/' ? (int)(slash + 1 - s->lesson->path) : 0;
	err e;
	*pixels = NULL;
	return source[0] && !strstr(source, "://") &&
	       (size_t)snprintf(path, sizeof path, "%.*s%s", folder, s->lesson->path, source) < sizeof path &&
	       png_read_pixels(path, pixels, w, h, &e);
}

/* Two of its pixels are one point; what is wider than the column is made smaller. */
static void set_image(setter *s, const doc_run *r, float x, float width)
{
	uint32_t *pixels;
	int w, h;
	space(s, PARAGRAPH);
	if (!read_picture(s, r->source ? r->source : "", &pixels, &w, &h)) {
		set_words(s, r->text, x, width, layout_type(s->em, WEIGHT_SLANTED, INK_MUTED), LAYOUT_LINE);
		return;
	}
	float wide = fminf(width, (float)w / 2 * s->em / LAYOUT_BODY), high = wide * (float)h / (float)w;
	layout_item *i = layout_add(s, LAYOUT_IMAGE, (rect){x, s->y, wide, high});
	if (!i) {
		free(pixels);
		return;
	}
	i->pixels = pixels;
	i->w = w;
	i->h = h;
	i->text = r->text;
	s->y += high;
}

/* ---- acts ---- */

float layout_em(const layout_pen *p)
{
	return p->em;
}

float layout_room(const layout_pen *p, float indent)
{
	return fmaxf(column(p, p->x + indent, p->width - indent), NARROWEST);
}

float layout_here(const layout_pen *p)
{
	return p->y;
}

void layout_gap(layout_pen *p, float em)
{
	space(p, em);
}

/* "of $w$ in `code`" as runs. */
static int sentence(setter *s, const char *text, weight w, doc_run *run, int most)
{
	int n = 0;
	while (*text && n < most) {
		char mark = *text == '$' || *text == '`' ? *text : 0;
		const char *end = mark ? strchr(text + 1, mark) : NULL;
		size_t size = end ? (size_t)(end - text - 1) : strcspn(text + 1, "$`") + 1;
		run[n] = (doc_run){.kind = !end          ? RUN_TEXT
		                           : mark == '$' ? RUN_FORMULA
		                                         : RUN_CODE,
		        .bold = w == WEIGHT_BOLD,
		        .italic = w == WEIGHT_SLANTED,
		        .text = layout_text(s, end ? text + 1 : text, size)};
		text = end ? end + 1 : text + size;
		n++;
	}
	for (int i = 0; i + 1 < n; i++)
		run[i].next = &run[i + 1];
	return n;
}

void layout_words(layout_pen *p, const char *text, float indent, float size, weight w, ink i)
{
	enum { RUNS = 32 };
	doc_run run[RUNS];
	if (sentence(p, text, w, run, RUNS) > 0)
		set_runs(p, run, p->x + indent, p->width - indent, layout_type(size * p->em, w, i), 1.42F);
}

void layout_slot(layout_pen *p, int act, int part, float indent, float height)
{
	layout_item *i = layout_add(p, LAYOUT_SLOT, (rect){p->x + indent, p->y, layout_room(p, indent), height});
	if (i) {
		i->act = act;
		i->part = part;
	}
	p->y += height;
}

void layout_slot_since(layout_pen *p, int act, int part, float top)
{
	float end = p->y;
	p->y = top;
	layout_slot(p, act, part, 0, end - top);
}

void layout_card(layout_pen *p, ink bar)
{
	float pad = 1.1F * p->em;
	space(p, PARAGRAPH);
	p->card = p->l->n;
	layout_add_box(p, (rect){p->x, p->y, 0.2F * p->em, 0}, bar, 1, 1);
	p->x += pad;
	p->width = fmaxf(p->width - pad, NARROWEST);
}

void layout_card_end(layout_pen *p)
{
	float pad = 1.1F * p->em;
	if (p->card >= 0 && p->card < p->l->n)
		p->l->item[p->card].area.h = p->y - p->l->item[p->card].area.y;
	p->card = -1;
	p->x -= pad;
	p->width += pad;
}

static void set_box(layout_pen *p, const char *text)
{
	float side = 0.8F * p->em;
	rect box = {p->x, p->y + 0.25F * p->em, side, side};
	layout_add_box(p, box, INK_AXIS, 1, 0.15F * p->em);
	layout_add_box(p, rect_inset(box, 0.08F * p->em, 0.08F * p->em), INK_WINDOW, 1, 0.1F * p->em);
	layout_words(p, text, 1.4F * p->em, 1, WEIGHT_REGULAR, p->ink);
}

/* An axis to put a mark on. */
static void set_axis(layout_pen *p, const lesson_act *a)
{
	char low[32], high[32];
	float x = p->x, width = layout_room(p, 0), em = p->em;
	text_style style = layout_type(0.85F * em, WEIGHT_REGULAR, INK_MUTED);
	text_short(low, sizeof low, a->from, 6);
	text_short(high, sizeof high, a->to, 6);
	float right = canvas_measure(high, style.size, style.weight).width;
	p->y += 1.2F * em;
	layout_add_box(p, (rect){x, p->y, width, 1}, INK_AXIS, 1, 0);
	for (int i = 0; i <= 4; i++)
		layout_add_box(
		        p, (rect){x + (width - 1) * (float)i / 4, p->y - 0.3F * em, 1, 0.6F * em}, INK_AXIS, 1, 0);
	p->y += 1.35F * em;
	layout_add_text(p, x, p->y, layout_text(p, low, strlen(low)), style);
	layout_add_text(p, x + width - right, p->y, layout_text(p, high, strlen(high)), style);
	p->y += 0.3F * em;
}

static void set_question(layout_pen *p, const lesson_act *a)
{
	layout_words(p, a->text, 0, 1, WEIGHT_BOLD, p->ink);
	for (int i = 0; a->kind == ACT_PREDICT && i < a->options; i++)
		set_box(p, a->option[i]);
	if (a->kind == ACT_PREDICT_NUMBER)
		set_axis(p, a);
}

/* Bytes of a number with an exponent at `p`, 0: none; *digits: of its part before the "e". */
static size_t power_at(const char *p, size_t *digits)
{
	size_t n = strspn(p, "0123456789."), sign;
	*digits = n;
	if (n == 0 || (p[n] != 'e' && p[n] != 'E'))
		return 0;
	sign = p[n + 1] == '-' || p[n + 1] == '+';
	size_t more = strspn(p + n + 1 + sign, "0123456789");
	return more > 0 && more < 5 ? n + 1 + sign + more : 0;
}

const char *layout_readable(const char *p, char *buf, size_t size)
{
	size_t at = 0, n, digits;
	bool begins = true; /* not within a name */
	while (*p && at + 48 < size) {
		n = begins ? power_at(p, &digits) : 0;
		if (n > 0) {
			char power[40];
			text_power(power, sizeof power, atoi(p + digits + 1));
			bool one = digits == 1 && *p == '1';
			at += (size_t)snprintf(
			        buf + at, size - at, "%.*s%s%s", one ? 0 : (int)digits, p, one ? "" : "·", power);
			p += n;
			begins = false;
			continue;
		}
		begins = !((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		           *p == '_' || *p == '.');
		buf[at++] = *p++;
	}
	buf[at] = '\0';
	return buf;
}

const char *layout_condition(const lesson_act *a, char *buf, size_t size)
{
	char written[48], by[48] = "";
	size_t n = strlen(a->text);
	if (a->updates > 0) {
		snprintf(written, sizeof written, " by %ld", a->updates);
		snprintf(by, sizeof by, " by update %ld", a->updates);
		if (n > strlen(written) && strcmp(a->text + n - strlen(written), written) == 0)
			n -= strlen(written);
	}
	char text[460], readable[440];
	snprintf(text, sizeof text, "%.*s", (int)n, a->text);
	snprintf(buf, size, "`%s`%s", layout_readable(text, readable, sizeof readable), by);
	return buf;
}

static void set_goal(layout_pen *p, const lesson_act *a)
{
	char text[500], what[460];
	snprintf(text, sizeof text, "%s %s",
	        a->level == LEVEL_MASTER ? "Goal for masters:" : "Goal:", layout_condition(a, what, sizeof what));
	layout_words(p, text, 0, 1, WEIGHT_REGULAR, p->ink);
}

void layout_stop(layout_pen *p)
{
	p->stopped = true;
}

void layout_paper(layout_pen *p, int act)
{
	const lesson_act *a = &p->step->act[act];
	if (a->kind != ACT_GOAL && a->kind > ACT_PREDICT_CURVE)
		return;
	float top = p->y;
	layout_card(p, a->kind == ACT_GOAL ? INK_GOOD : INK_ACCENT);
	if (a->kind == ACT_GOAL)
		set_goal(p, a);
	else
		set_question(p, a);
	layout_card_end(p);
	layout_add_whole(p, (rect){p->x, top, p->width, p->y - top});
}

static void set_act(setter *s, int number, float x, float width)
{
	s->x = x;
	s->width = width;
	if (s->o->act)
		s->o->act(s->o->data, s, number);
	else
		layout_paper(s, number);
}

/* ---- blocks ---- */

static void set_block(setter *s, const doc_block *b, float x, float width)
{
	switch (b->kind) {
	case DOC_PARAGRAPH:
		space(s, PARAGRAPH);
		set_runs(s, b->run, x, width, body(s), LAYOUT_LINE);
		break;
	case DOC_HEADING:
		set_heading(s, b, x, width);
		break;
	case DOC_LIST:
		set_list(s, b, x, width);
		break;
	case DOC_QUOTE:
		set_quote(s, b, x, width);
		break;
	case DOC_TABLE:
		space(s, PARAGRAPH);
		layout_table(s, b, x, width);
		break;
	case DOC_CODE:
		set_code(s, b->text, x, width);
		break;
	case DOC_FORMULA:
		set_formula(s, b->run->text, x, width);
		break;
	case DOC_IMAGE:
		set_image(s, b->run, x, width);
		break;
	case DOC_RULE:
		space(s, 1);
		layout_add_box(s, (rect){x, s->y, column(s, x, width), 1}, INK_BORDER, 1, 0);
		s->y += 1;
		break;
	case DOC_ACTIONS:
		for (int i = 0; i < b->acts && s->step; i++)
			set_act(s, b->first_act + i, x, width);
		break;
	case DOC_ITEM:
	case DOC_ROW:
	case DOC_CELL:
		break; /* set by what holds them */
	}
}

static void set_blocks(setter *s, const doc_block *list, float x, float width)
{
	for (const doc_block *b = list; b && !s->l->cut && !s->stopped; b = b->next)
		set_block(s, b, x, width);
}

/* ---- the whole ---- */

static void set_title(setter *s)
{
	text_style big = layout_type(TITLE * s->em, WEIGHT_BOLD, INK_TEXT);
	if (s->step && s->step->styled)
		set_runs(s, s->step->styled, 0, s->l->width, big, 1.25F);
	else
		set_words(s, s->step ? s->step->title : s->lesson->title, 0, s->l->width, big, 1.25F);
	s->y += 0.15F * s->em;
}

static layout *set(const lesson *l, const lesson_step *step, const doc_block *blocks, const layout_options *o, err *e)
{
	enum { PIECES_ROOM = 4002 };
	layout *out = calloc(1, sizeof *out);
	float size = o->size > 0 ? o->size : LAYOUT_BODY;
	setter s = {
	        .l = out, .lesson = l, .step = step, .o = o, .em = size * o->theme->type, .ink = INK_TEXT, .card = -1};
	s.piece = malloc(sizeof *s.piece * PIECES_ROOM);
	s.failed = !out || !s.piece;
	if (!s.failed) {
		out->width = fmaxf(o->width, 4 * NARROWEST);
		out->theme = o->theme;
		s.x = 0;
		s.width = out->width;
		if (o->title)
			set_title(&s);
		if (o->above)
			o->above(o->data, &s);
		set_blocks(&s, blocks, 0, out->width);
		s.x = 0;
		s.width = out->width;
		if (o->below)
			o->below(o->data, &s);
		out->height = s.y;
	}
	free(s.piece);
	if (!s.failed)
		return out;
	layout_free(out);
	err_machine(e, "no memory for a page of the lesson");
	return NULL;
}

layout *layout_step(const lesson *l, int number, const layout_options *o, err *e)
{
	return set(l, &l->step[number], l->step[number].blocks, o, e);
}

layout *layout_intro(const lesson *l, const layout_options *o, err *e)
{
	return set(l, NULL, l->intro, o, e);
}

void layout_free(layout *l)
{
	if (!l)
		return;
	for (int i = 0; i < l->n; i++)
		free(l->item[i].pixels);
	free(l->item);
	for (layout_chunk *c = l->texts, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(l);
}

/* ---- drawing ---- */

static void draw_item(const layout_item *i, canvas *c, float x, float y)
{
	rect area = {x + i->area.x, y + i->area.y, i->area.w, i->area.h};
	if (i->kind == LAYOUT_TEXT)
		canvas_text(c, area.x, y + i->baseline, i->text, i->style);
	else if (i->kind == LAYOUT_MATH)
		math_draw(c, area.x, y + i->baseline, i->text, -1, i->style.size, i->display ? MATH_DISPLAY : MATH_TEXT,
		        i->style.ink);
	else if (i->kind == LAYOUT_BOX && !i->whole)
		canvas_box(c, area, i->radius, i->style.ink, i->alpha);
	else if (i->kind == LAYOUT_IMAGE)
		canvas_image(c, area, i->pixels, i->w, i->h, true);
	if (i->underlined)
		canvas_box(
		        c, (rect){area.x, y + i->baseline + 0.15F * i->style.size, area.w, 1}, 0, i->style.ink, 0.6F);
}

void layout_draw(const layout *l, canvas *c, float x, float y, rect shown)
{
	canvas_group(c, "text");
	for (int i = 0; i < l->n; i++) {
		const rect *a = &l->item[i].area;
		if (y + a->y < shown.y + shown.h && y + a->y + a->h > shown.y)
			draw_item(&l->item[i], c, x, y);
	}
	canvas_group_end(c);
}

const layout_item *layout_link_at(const layout *l, float x, float y)
{
	for (int i = 0; i < l->n; i++)
		if (l->item[i].link && rect_has(l->item[i].area, x, y))
			return &l->item[i];
	return NULL;
}

/* Boxes lie behind what is in them: they may be cut. */
float layout_page_end(const layout *l, float top, float height)
{
	float end = top + height;
	if (end >= l->height)
		return l->height;
	for (bool moved = true; moved;) {
		moved = false;
		for (int i = 0; i < l->n; i++) {
			const layout_item *k = &l->item[i];
			bool crossed = k->area.y < end - 0.01F && k->area.y + k->area.h > end + 0.01F;
			bool solid = k->kind != LAYOUT_BOX || (k->whole && k->area.h <= height);
			if (solid && crossed && k->area.y > top) {
				end = k->area.y;
				moved = true;
			}
		}
	}
	return end;
}
