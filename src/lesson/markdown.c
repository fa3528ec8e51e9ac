/* Markdown through md4c into blocks, runs and steps; the only file that sees md4c. */
#include "base/text.h"
#include "draw/utf8.h"
#include "lesson/build.h"

#include <math.h>
#include <md4c.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct place { /* where the next child and the next run go */
	doc_block *block;
	doc_block **child;
	doc_run **run, *last;
	bool seen; /* the line of its first text */
} place;

typedef struct reader {
	build *b;
	char *copy; /* what md4c sees: the source with the blanks in links hidden */
	size_t offset;
	place stack[LESSON_DEPTH + 2];
	int depth;
	bool too_deep;
	int bold, italic, code, formula, image;
	bool display;
	const char *picture; /* path of the image that is open */
	link_kind link;
	const char *target;
	long number;
	/* a fenced block */
	bool acting, in_code, html, html_begins;
	char row[1024]; /* a line that acts, as far as it is known */
	size_t row_size;
	int row_line, row_column;
} reader;

/* Bytes of the source behind what md4c hands out; static texts of md4c are themselves. */
static const char *original(const reader *r, const char *text)
{
	uintptr_t p = (uintptr_t)text, first = (uintptr_t)r->copy;
	return p >= first && p < first + r->b->size ? r->b->source + (p - first) : text;
}

static void follow(reader *r, const char *text)
{
	const char *p = original(r, text);
	if (p != text)
		r->b->now = build_line_of(r->b, (size_t)(p - r->b->source));
}

/* ---- blocks ---- */

static place *top(reader *r)
{
	return &r->stack[r->depth];
}

static doc_block *open_block(reader *r, doc_kind kind)
{
	doc_block *block = build_take(r->b, sizeof *block);
	if (!block)
		return NULL;
	if (r->depth > LESSON_DEPTH) {
		if (!r->too_deep)
			build_wrong(r->b, r->b->now,
			        "lists or quotes nested more than %d deep; what follows is left out", LESSON_DEPTH);
		r->too_deep = true;
		return NULL;
	}
	*block = (doc_block){.kind = kind, .line = r->b->now, .text = "", .language = ""};
	*top(r)->child = block;
	top(r)->child = &block->next;
	r->stack[++r->depth] = (place){.block = block, .child = &block->first, .run = &block->run};
	return block;
}

/* The line of a block is known when its first text comes. */
static void note_line(reader *r)
{
	for (int i = r->depth; i > 0 && !r->stack[i].seen; i--) {
		r->stack[i].block->line = r->b->now;
		r->stack[i].seen = true;
	}
}

static bool stands_alone(const doc_block *b)
{
	return b->run && !b->run->next;
}

static void close_block(reader *r)
{
	if (r->depth == 0)
		return;
	doc_block *b = top(r)->block;
	r->depth--;
	if (b->kind != DOC_PARAGRAPH || !stands_alone(b))
		return;
	if (b->run->kind == RUN_IMAGE)
		b->kind = DOC_IMAGE;
	else if (b->run->kind == RUN_FORMULA && b->run->display)
		b->kind = DOC_FORMULA;
}

/* Texts stand in paragraphs, also in tight lists. */
static bool holds_runs(doc_kind k)
{
	return k == DOC_PARAGRAPH || k == DOC_HEADING || k == DOC_CELL;
}

static void close_loose_paragraph(reader *r)
{
	if (r->depth > 0 && top(r)->block->kind == DOC_PARAGRAPH && r->stack[r->depth - 1].block &&
	        r->stack[r->depth - 1].block->kind == DOC_ITEM && r->stack[r->depth - 1].block->tight)
		close_block(r);
}

/* ---- steps ---- */

static void end_step(reader *r)
{
	if (r->b->step && !r->b->dropping)
		build_acts(r->b);
	r->b->acting_lines = 0;
}

static bool begin_step(reader *r)
{
	build *b = r->b;
	end_step(r);
	if (b->l.steps == b->most_steps) {
		if (!b->dropping)
			build_wrong(b, b->now, "more than %d steps; what follows is left out", LESSON_STEPS);
		b->dropping = true;
		return false;
	}
	b->step = &b->l.step[b->l.steps++];
	b->step->line = b->now;
	b->step->title = "";
	r->depth = 0;
	r->stack[0] = (place){.child = &b->step->blocks};
	return true;
}

/* "What does the *clip* do?" without the looks. */
static void end_title(reader *r)
{
	lesson_step *s = r->b->step;
	const doc_block *b = top(r)->block;
	char title[200] = "";
	for (const doc_run *run = b->run; run; run = run->next)
		strncat(title, run->text, sizeof title - strlen(title) - 1);
	s->line = b->line;
	s->styled = b->run;
	s->title = build_text(r->b, title, strlen(title));
	s->blocks = NULL;
	r->depth = 0;
	r->stack[0] = (place){.child = &s->blocks};
	if (!title[0])
		build_wrong(r->b, s->line, "a step without a title; allowed: ## Title");
}

static bool begin_heading(reader *r, const MD_BLOCK_H_DETAIL *d)
{
	if (d->level == 2 && r->depth == 0 && !begin_step(r))
		return false;
	doc_block *b = open_block(r, DOC_HEADING);
	if (b)
		b->level = (int)d->level;
	return b != NULL;
}

/* ---- fenced blocks ---- */

static bool is_word(const MD_ATTRIBUTE *a, const char *word)
{
	return a->size == strlen(word) && memcmp(a->text, word, a->size) == 0;
}

static bool begin_code(reader *r, const MD_BLOCK_CODE_DETAIL *d)
{
	if (d->lang.size)
		follow(r, d->lang.text);
	r->acting = is_word(&d->lang, "unroll");
	doc_block *b = open_block(r, r->acting ? DOC_ACTIONS : DOC_CODE);
	if (!b)
		return false;
	if (r->acting && d->info.size > d->lang.size)
		build_wrong(r->b, r->b->now, "text behind `unroll`; allowed: a line ```unroll");
	if (r->acting && (r->depth > 1 || !r->b->step))
		build_wrong(r->b, r->b->now, "an unroll block %s; allowed: below a heading ##",
		        r->b->step ? "inside a list or quote" : "before the first step");
	b->language = d->lang.size ? build_text(r->b, d->lang.text, d->lang.size) : "";
	b->text = build_text(r->b, "", 0);
	r->in_code = true;
	r->row_size = 0;
	r->row_line = 0;
	return true;
}

static void end_row(reader *r)
{
	build *b = r->b;
	doc_block *block = top(r)->block;
	bool here = r->row_line && b->step && r->depth == 1 && !b->dropping;
	if (here && b->acting_lines == BUILD_LINES)
		build_wrong(b, r->row_line, "more than %d lines that act in one step", BUILD_LINES);
	else if (here && r->row_size == sizeof r->row)
		build_wrong(b, r->row_line, "a line longer than %zu bytes", sizeof r->row - 1);
	else if (here)
		b->acting[b->acting_lines++] =
		        (build_line){r->row_line, r->row_column, build_text(b, r->row, r->row_size), block};
	r->row_size = 0;
	r->row_line = 0;
}

static void code_text(reader *r, const char *text, size_t size)
{
	doc_block *b = top(r)->block;
	note_line(r);
	if (!r->acting) {
		if (!build_more(r->b, b->text, text, size))
			build_take(r->b, (size_t)-1); /* says that there is no room */
		return;
	}
	if (size == 1 && *text == '\n') {
		end_row(r);
		return;
	}
	if (original(r, text) == text && !r->row_line)
		return; /* indentation, written by md4c itself */
	if (!r->row_line) {
		r->row_line = r->b->now;
		r->row_column = (int)((size_t)(original(r, text) - r->b->source) - r->b->start[r->row_line - 1]) + 1;
	}
	if (size > sizeof r->row - r->row_size)
		size = sizeof r->row - r->row_size;
	memcpy(r->row + r->row_size, original(r, text), size);
	r->row_size += size;
}

/* ---- runs ---- */

static bool same_look(const doc_run *a, const doc_run *b)
{
	return a->kind == b->kind && a->bold == b->bold && a->italic == b->italic && a->display == b->display &&
	       a->source == b->source && a->link == b->link && a->target == b->target && a->number == b->number &&
	       a->kind != RUN_BREAK;
}

static bool add_run(reader *r, run_kind kind, const char *text, size_t size)
{
	doc_run look = {.kind = kind,
	        .bold = r->bold > 0,
	        .italic = r->italic > 0,
	        .display = kind == RUN_FORMULA && r->display,
	        .source = kind == RUN_IMAGE ? r->picture : NULL,
	        .link = r->link,
	        .target = r->target,
	        .number = r->number};
	if (!r->depth || !holds_runs(top(r)->block->kind))
		if (!open_block(r, DOC_PARAGRAPH))
			return false;
	note_line(r);
	place *p = top(r);
	if (p->last && same_look(p->last, &look) && build_more(r->b, p->last->text, text, size))
		return true;
	doc_run *run = build_take(r->b, sizeof *run);
	if (!run)
		return false;
	*run = look;
	run->text = build_text(r->b, text, size);
	*p->run = p->last = run;
	p->run = &run->next;
	return true;
}

/* &lt; &#8711; &#x2207;; what is unknown stands as typed. */
static bool add_entity(reader *r, const char *text, size_t size)
{
	static const struct {
		const char *name, *means;
	} names[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&nbsp;", "\u00A0"},
	        {"&ndash;", "–"}, {"&mdash;", "—"}, {"&hellip;", "…"}, {"&times;", "×"}, {"&middot;", "·"}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i].name) == size && memcmp(names[i].name, text, size) == 0)
			return add_run(r, RUN_TEXT, names[i].means, strlen(names[i].means));
	if (size > 3 && text[1] == '#') {
		bool hex = text[2] == 'x' || text[2] == 'X';
		char digits[12] = "";
		memcpy(digits, text + 2 + hex, size - 3 - hex < 11 ? size - 3 - hex : 11);
		unsigned long code = strtoul(digits, NULL, hex ? 16 : 10);
		bool control = code < 32 || (code >= 127 && code < 160);
		char bytes[4];
		if (control || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
			code = 0xFFFD;
		return add_run(r, RUN_TEXT, bytes, (size_t)utf8_put(bytes, (uint32_t)code));
	}
	return add_run(r, RUN_TEXT, text, size);
}

/* ---- links ---- */

static const char *attribute(reader *r, const MD_ATTRIBUTE *a)
{
	return build_text(r->b, original(r, a->text), a->size);
}

static bool whole(const char *text, double low, double high, long *out)
{
	double v;
	if (!text_read_number(text, false, &v) || v < low || v > high || v != floor(v))
		return false;
	*out = (long)v;
	return true;
}

/* unroll:set rho=1.2, unroll:step 3, unroll:run 100 */
static void acting_link(reader *r, const char *what)
{
	static const char *const verbs[] = {"set", "step", "run"};
	build *b = r->b;
	char verb[24];
	size_t n = strcspn(what, " ");
	snprintf(verb, sizeof verb, "%.*s", (int)(n < sizeof verb ? n : sizeof verb - 1), what);
	const char *rest = what + n + strspn(what + n, " ");
	config scratch;
	err e;
	config_default(&scratch);
	r->target = rest;
	if (strcmp(verb, "set") == 0) {
		r->link = LINK_SET;
		if (!*rest)
			build_wrong(b, b->now, "a link that sets nothing; allowed: (unroll:set knob=value …)");
		else if (!lesson_apply(&scratch, rest, &e))
			build_wrong(b, b->now, "in a link: %s", e.text);
		else
			return;
	} else if (strcmp(verb, "step") == 0) {
		r->link = LINK_STEP;
		if (whole(rest, 1, LESSON_STEPS, &r->number)) {
			b->far_link_line = r->number > b->far_link ? b->now : b->far_link_line;
			b->far_link = r->number > b->far_link ? r->number : b->far_link;
			return;
		}
		build_wrong(b, b->now, "a link to step '%.20s'; allowed: 1 to %d", rest, LESSON_STEPS);
	} else if (strcmp(verb, "run") == 0) {
		r->link = LINK_RUN;
		if (whole(rest, 1, 1e7, &r->number))
			return;
		build_wrong(b, b->now, "a link that runs '%.20s' updates; allowed: 1 to 10000000", rest);
	} else {
		int near = text_closest(verb, verbs, 3);
		build_wrong(b, b->now,
		        "a link unroll:%s%s%s%s; allowed: unroll:set knob=value, unroll:step N, unroll:run N", verb,
		        near >= 0 ? "; did you mean '" : "", near >= 0 ? verbs[near] : "", near >= 0 ? "'?" : "");
	}
	r->link = LINK_NONE;
	r->target = NULL;
}

static void open_link(reader *r, const MD_SPAN_A_DETAIL *d)
{
	if (r->link != LINK_NONE)
		return;
	follow(r, d->href.text);
	const char *href = attribute(r, &d->href);
	if (strncmp(href, "unroll:", 7) == 0) {
		acting_link(r, href + 7);
		return;
	}
	r->link = LINK_WEB;
	r->target = href;
}

/* Blanks would end the address of a link: md4c does not see those of [text](unroll:…). A sign takes their place that no
 * setting has. */
static void hide_blanks(char *text, size_t size)
{
	enum { LINK = 512 };
	static const char opening[] = "](unroll:";
	for (size_t i = 0; i + sizeof opening < size; i++) {
		if (memcmp(text + i, opening, sizeof opening - 1) != 0)
			continue;
		size_t end = i;
		while (end < size && end - i < LINK && text[end] != ')' && text[end] != '\n')
			end++;
		for (; end < size && text[end] == ')' && i < end; i++)
			if (text[i] == ' ')
				text[i] = '^';
	}
}

/* ---- callbacks of md4c: not 0 ends the reading ---- */

static int enter_block(MD_BLOCKTYPE type, void *detail, void *data)
{
	reader *r = data;
	doc_block *b = NULL;
	if (type == MD_BLOCK_DOC || type == MD_BLOCK_THEAD || type == MD_BLOCK_TBODY)
		return 0;
	if (type != MD_BLOCK_P)
		close_loose_paragraph(r);
	switch (type) {
	case MD_BLOCK_H:
		return !begin_heading(r, detail);
	case MD_BLOCK_CODE:
		return !begin_code(r, detail);
	case MD_BLOCK_HTML:
		r->html = r->html_begins = true;
		return 0;
	case MD_BLOCK_QUOTE:
		return !open_block(r, DOC_QUOTE);
	case MD_BLOCK_HR:
		return !open_block(r, DOC_RULE);
	case MD_BLOCK_TABLE:
		return !open_block(r, DOC_TABLE);
	case MD_BLOCK_TR:
		return !open_block(r, DOC_ROW);
	case MD_BLOCK_TH:
	case MD_BLOCK_TD:
		if ((b = open_block(r, DOC_CELL))) {
			b->header = r->stack[r->depth - 1].block->header = type == MD_BLOCK_TH;
			b->align = (doc_align)((MD_BLOCK_TD_DETAIL *)detail)->align;
		}
		return !b;
	case MD_BLOCK_UL:
	case MD_BLOCK_OL:
		if ((b = open_block(r, DOC_LIST))) {
			b->ordered = type == MD_BLOCK_OL;
			b->number = b->ordered ? (int)(((MD_BLOCK_OL_DETAIL *)detail)->start % 1000000000u) : 0;
			b->tight = b->ordered ? ((MD_BLOCK_OL_DETAIL *)detail)->is_tight != 0
			                      : ((MD_BLOCK_UL_DETAIL *)detail)->is_tight != 0;
		}
		return !b;
	case MD_BLOCK_LI:
		if ((b = open_block(r, DOC_ITEM)))
			b->tight = r->stack[r->depth - 1].block->tight;
		return !b;
	default:
		return !open_block(r, DOC_PARAGRAPH);
	}
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *data)
{
	reader *r = data;
	(void)detail;
	if (type == MD_BLOCK_DOC || type == MD_BLOCK_THEAD || type == MD_BLOCK_TBODY)
		return 0;
	if (type == MD_BLOCK_HTML) {
		r->html = false;
		return 0;
	}
	if (type != MD_BLOCK_P)
		close_loose_paragraph(r);
	if (type == MD_BLOCK_CODE) {
		if (r->acting)
			end_row(r);
		r->in_code = r->acting = false;
	}
	if (r->depth == 1 && top(r)->block->kind == DOC_HEADING && top(r)->block->level == 2 && r->b->step &&
	        !r->b->dropping)
		end_title(r);
	else
		close_block(r);
	return 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *data)
{
	reader *r = data;
	switch (type) {
	case MD_SPAN_EM:
		r->italic++;
		break;
	case MD_SPAN_STRONG:
		r->bold++;
		break;
	case MD_SPAN_CODE:
		r->code++;
		break;
	case MD_SPAN_LATEXMATH:
	case MD_SPAN_LATEXMATH_DISPLAY:
		r->formula++;
		r->display = type == MD_SPAN_LATEXMATH_DISPLAY;
		break;
	case MD_SPAN_A:
		open_link(r, detail);
		break;
	case MD_SPAN_IMG:
		if (r->image++ == 0) {
			follow(r, ((MD_SPAN_IMG_DETAIL *)detail)->src.text);
			r->picture = attribute(r, &((MD_SPAN_IMG_DETAIL *)detail)->src);
			return !add_run(r, RUN_IMAGE, "", 0);
		}
		break;
	default:
		break;
	}
	return r->b->full;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *data)
{
	reader *r = data;
	(void)detail;
	if (type == MD_SPAN_EM)
		r->italic--;
	else if (type == MD_SPAN_STRONG)
		r->bold--;
	else if (type == MD_SPAN_CODE)
		r->code--;
	else if (type == MD_SPAN_LATEXMATH || type == MD_SPAN_LATEXMATH_DISPLAY)
		r->formula--;
	else if (type == MD_SPAN_IMG)
		r->image--;
	else if (type == MD_SPAN_A && !r->image) {
		r->link = LINK_NONE;
		r->target = NULL;
		r->number = 0;
	}
	return 0;
}

/* Comments of HTML are left out; anything else of it is no text. */
static void html_text(reader *r, const char *text, size_t size)
{
	bool comment = size >= 4 && memcmp(text, "<!--", 4) == 0;
	if (!comment && *text == '<' && (!r->html || r->html_begins))
		build_wrong(r->b, r->b->now, "HTML is not shown; allowed: Markdown, and comments <!-- … -->");
	r->html_begins = false;
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *data)
{
	reader *r = data;
	run_kind kind = r->image ? RUN_IMAGE : r->formula ? RUN_FORMULA : r->code ? RUN_CODE : RUN_TEXT;
	follow(r, text);
	if (r->in_code) {
		code_text(r, text, size);
		return r->b->full;
	}
	if (type == MD_TEXT_HTML) {
		html_text(r, text, size);
		return 0;
	}
	if (type == MD_TEXT_BR && kind == RUN_TEXT)
		return !add_run(r, RUN_BREAK, "", 0);
	if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
		return !add_run(r, kind, " ", 1);
	if (type == MD_TEXT_ENTITY && kind == RUN_TEXT)
		return !add_entity(r, text, size);
	return !add_run(r, kind, original(r, text), size);
}

bool build_markdown(build *b, size_t offset, err *e)
{
	const MD_PARSER parser = {.flags = MD_FLAG_TABLES | MD_FLAG_LATEXMATHSPANS,
	        .enter_block = enter_block,
	        .leave_block = leave_block,
	        .enter_span = enter_span,
	        .leave_span = leave_span,
	        .text = add_text};
	reader *r = calloc(1, sizeof *r);
	char *copy = malloc(b->size + 1);
	int status = -1;
	if (r && copy) {
		memcpy(copy, b->source, b->size + 1);
		hide_blanks(copy, b->size);
		r->b = b;
		r->copy = copy;
		r->stack[0] = (place){.child = &b->l.intro};
		b->now = build_line_of(b, offset);
		status = md_parse(copy + offset, (MD_SIZE)(b->size - offset), &parser, r);
		if (status >= 0)
			end_step(r);
	}
	free(copy);
	free(r);
	if (b->far_link > b->l.steps)
		build_wrong(b, b->far_link_line, "a link to step %ld; allowed: 1 to %d", b->far_link, b->l.steps);
	return status >= 0 || err_machine(e, "no memory for a lesson");
}
