#include "app/handout.h"

#include "base/text.h"
#include "draw/canvas_cairo.h"
#include "io/file.h"
#include "lesson/layout.h"
#include "plot/mathml.h"

#include <string.h>

static const float FIGURE_W = 760;

typedef struct sheet {
	handout_play *play;
	buffer out;
	int figure;
	err *e;
	bool failed;
} sheet;

static void put(sheet *p, const char *text)
{
	buffer_text(&p->out, text);
}

static void escaped(sheet *p, const char *text)
{
	buffer_xml(&p->out, text);
}

/* ---- runs of characters ---- */

static void image(sheet *p, const doc_run *r)
{
	put(p, "<img src=\"");
	escaped(p, r->source ? r->source : "");
	put(p, "\" alt=\"");
	escaped(p, r->text);
	put(p, "\"/>");
}

/* Links that act have nothing to act on here. */
static void run(sheet *p, const doc_run *r)
{
	bool web = r->link == LINK_WEB && r->target;
	if (web) {
		put(p, "<a href=\"");
		escaped(p, r->target);
		put(p, "\">");
	}
	put(p, r->bold ? "<strong>" : "");
	put(p, r->italic ? "<em>" : "");
	switch (r->kind) {
	case RUN_TEXT:
		escaped(p, r->text);
		break;
	case RUN_CODE:
		put(p, "<code>");
		escaped(p, r->text);
		put(p, "</code>");
		break;
	case RUN_FORMULA:
		mathml_write(&p->out, r->text, r->display ? MATH_DISPLAY : MATH_TEXT);
		break;
	case RUN_IMAGE:
		image(p, r);
		break;
	case RUN_BREAK:
		put(p, "<br/>");
		break;
	}
	put(p, r->italic ? "</em>" : "");
	put(p, r->bold ? "</strong>" : "");
	put(p, web ? "</a>" : "");
}

static void runs(sheet *p, const char *open, const doc_run *r, const char *close)
{
	put(p, open);
	for (; r; r = r->next)
		run(p, r);
	put(p, close);
}

/* A sentence with $formulas$ and `code`, as questions and hints have them. */
static void words(sheet *p, const char *text)
{
	char piece[1024];
	while (*text) {
		size_t n = strcspn(text, "$`"), most = sizeof piece - 1;
		const char *close = text[n] ? strchr(text + n + 1, text[n]) : NULL;
		if (!close)
			n = strlen(text);
		size_t keep = n < most ? n : most;
		memcpy(piece, text, keep);
		piece[keep] = '\0';
		escaped(p, piece);
		text += keep;
		if (!close || keep < n)
			continue;
		n = (size_t)(close - text - 1) < most ? (size_t)(close - text - 1) : most;
		memcpy(piece, text + 1, n);
		piece[n] = '\0';
		if (*text == '$')
			mathml_write(&p->out, piece, MATH_TEXT);
		put(p, *text == '$' ? "" : "<code>");
		if (*text != '$')
			escaped(p, piece);
		put(p, *text == '$' ? "" : "</code>");
		text = close + 1;
	}
}

/* ---- acts ---- */

static void figure(sheet *p)
{
	char caption[4000];
	size_t n = 0;
	float h = handout_figure_height(p->play, FIGURE_W);
	vector_file *v = vector_open(
	        "figure.svg", false, &themes[THEME_PRINT], FIGURE_W, h, p->play->l->title, NULL, NULL, p->e);
	if (v)
		handout_draw(p->play, vector_canvas(v), (rect){0, 0, FIGURE_W, h});
	const char *bytes = v ? vector_bytes(v, &n, p->e) : NULL;
	p->failed = p->failed || !bytes;
	if (bytes) {
		put(p, "<figure><img src=\"data:image/svg+xml;base64,");
		buffer_base64(&p->out, bytes, n);
		put(p, "\" alt=\"");
		escaped(p, handout_caption(p->play, caption, sizeof caption));
		put(p, "\"/></figure>\n");
	}
	if (v)
		vector_abort(v);
}

static void question(sheet *p, const lesson_act *a)
{
	char from[32], to[32];
	put(p, "<aside class=\"predict\"><p><strong>");
	words(p, a->text);
	put(p, "</strong></p>\n");
	for (int i = 0; a->kind == ACT_PREDICT && i < a->options; i++) {
		put(p, "<p class=\"option\">☐ ");
		words(p, a->option[i]);
		put(p, "</p>\n");
	}
	if (a->kind == ACT_PREDICT_NUMBER)
		buffer_format(&p->out, "<p class=\"axis\"><span>%s</span><span>%s</span></p>\n",
		        text_short(from, sizeof from, a->from, 6), text_short(to, sizeof to, a->to, 6));
	if (a->kind == ACT_PREDICT_CURVE)
		put(p, "<p class=\"sketch\"></p>\n");
	put(p, "</aside>\n");
}

static void goal_box(sheet *p, const lesson_act *a)
{
	static const char *const names[] = {"See", "Do", "Master"};
	char what[600];
	buffer_format(&p->out, "<aside class=\"goal\"><p>☐ <strong>%s:</strong> ", names[a->level]);
	words(p, layout_condition(a, what, sizeof what));
	put(p, "</p></aside>\n");
}

static void act(sheet *p, int number)
{
	const lesson_act *a = &p->play->l->step[p->play->step].act[number];
	if (a->kind <= ACT_PREDICT_CURVE)
		question(p, a);
	else if (a->kind == ACT_GOAL)
		goal_box(p, a);
	if (number == p->figure)
		figure(p);
}

/* ---- blocks ---- */

static void blocks(sheet *p, const doc_block *list);

static void within(sheet *p, const char *open, const doc_block *b, const char *close)
{
	put(p, open);
	blocks(p, b->first);
	put(p, close);
}

static void table(sheet *p, const doc_block *b)
{
	static const char *const aligned[] = {"", " class=\"left\"", " class=\"center\"", " class=\"right\""};
	put(p, "<table>\n");
	for (const doc_block *row = b->first; row; row = row->next) {
		put(p, "<tr>");
		for (const doc_block *cell = row->first; cell; cell = cell->next) {
			buffer_format(&p->out, "<t%c%s>", cell->header ? 'h' : 'd', aligned[cell->align]);
			runs(p, "", cell->run, cell->header ? "</th>" : "</td>");
		}
		put(p, "</tr>\n");
	}
	put(p, "</table>\n");
}

static void heading(sheet *p, const doc_block *b)
{
	int level = b->level < 3 ? 3 : b->level < 6 ? b->level : 6;
	buffer_format(&p->out, "<h%d>", level);
	runs(p, "", b->run, "");
	buffer_format(&p->out, "</h%d>\n", level);
}

static void list(sheet *p, const doc_block *b)
{
	if (b->ordered)
		buffer_format(&p->out, "<ol start=\"%d\">\n", b->number);
	within(p, b->ordered ? "" : "<ul>\n", b, b->ordered ? "</ol>\n" : "</ul>\n");
}

static void block(sheet *p, const doc_block *b)
{
	switch (b->kind) {
	case DOC_PARAGRAPH:
		runs(p, "<p>", b->run, "</p>\n");
		break;
	case DOC_HEADING:
		heading(p, b);
		break;
	case DOC_LIST:
		list(p, b);
		break;
	case DOC_ITEM:
		within(p, "<li>", b, "</li>\n");
		break;
	case DOC_QUOTE:
		within(p, "<blockquote>\n", b, "</blockquote>\n");
		break;
	case DOC_TABLE:
		table(p, b);
		break;
	case DOC_IMAGE:
	case DOC_FORMULA:
		runs(p, "<p>", b->run, "</p>\n");
		break;
	case DOC_CODE:
		put(p, "<pre>");
		escaped(p, b->text);
		put(p, "</pre>\n");
		break;
	case DOC_RULE:
		put(p, "<hr/>\n");
		break;
	case DOC_ACTIONS:
		for (int i = b->first_act; i < b->first_act + b->acts && p->play->step >= 0; i++)
			act(p, i);
		break;
	case DOC_ROW:
	case DOC_CELL:
		break; /* set by the table */
	}
}

static void blocks(sheet *p, const doc_block *first)
{
	for (const doc_block *b = first; b; b = b->next)
		block(p, b);
}

/* ---- the page ---- */

static const char style[] =
        "body{max-width:46em;margin:2.5em auto;padding:0 1.2em;font:16px/1.55 'DejaVu "
        "Sans',Verdana,sans-serif;color:#222}"
        "h1,h2,h3{line-height:1.25}h2{margin-top:2.2em}.summary{color:#555;font-size:1.1em}"
        "code{background:#f3f3f3;padding:.1em .25em}pre{background:#f3f3f3;padding:.8em;overflow-x:auto}"
        "table{border-collapse:collapse;margin:1em 0}th,td{padding:.3em .9em;border-bottom:1px solid "
        "#ccc;text-align:left}"
        ".right{text-align:right}.center{text-align:center}"
        "aside{border-left:4px solid #0072b2;background:#f6f8fa;padding:.5em 1em;margin:1em 0;page-break-inside:avoid}"
        "aside.goal{border-color:#009e73}aside p{margin:.35em 0}"
        ".axis{display:flex;justify-content:space-between;border-top:1px solid #444;margin-top:2em!important}"
        ".sketch{height:8em;border:1px solid #999;background:#fff}"
        "blockquote{border-left:3px solid #bbb;margin-left:0;padding-left:1em;color:#555}"
        "figure{margin:1.2em 0;page-break-inside:avoid}img{max-width:100%;height:auto}math[display=block]{margin:1em "
        "0}";

static void head(sheet *p)
{
	const lesson *l = p->play->l;
	put(p, "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta "
	       "charset=\"utf-8\"/>\n"
	       "<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>");
	escaped(p, l->title);
	put(p, "</title>\n<style>");
	put(p, style);
	put(p, "</style>\n</head>\n<body>\n<h1>");
	escaped(p, l->title);
	put(p, "</h1>\n<p class=\"summary\">");
	escaped(p, l->summary);
	put(p, "</p>\n");
}

static bool fill(sheet *p)
{
	const lesson *l = p->play->l;
	head(p);
	blocks(p, l->intro);
	for (int i = 0; i < l->steps && !p->failed; i++) {
		if (!handout_play_step(p->play, i, p->e))
			return false;
		p->figure = handout_figure(p->play, i);
		runs(p, "<h2>", l->step[i].styled, "</h2>\n");
		blocks(p, l->step[i].blocks);
	}
	put(p, "</body>\n</html>\n");
	if (!p->failed && p->out.failed)
		return err_machine(p->e, "no memory for the handout");
	return !p->failed;
}

bool handout_html(handout_play *play, const char *path, err *e)
{
	sheet p = {.play = play, .e = e};
	bool ok = fill(&p) && file_write_all(path, p.out.data, p.out.size, e);
	buffer_done(&p.out);
	return ok;
}
