/* What a check of the gradient has found, block by block. */
#include "app/bench.h"
#include "app/command.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

static const float ROW = 26, PAD = 22, NARROW = 420; /* points at type scale 1 */

typedef struct column {
	const char *title;
	float share;
	align align;
} column;

static const column columns[] = {{"parameters", 0.26F, ALIGN_LEFT}, {"compared", 0.2F, ALIGN_RIGHT},
        {"steepest slope", 0.21F, ALIGN_RIGHT}, {"relative error", 0.21F, ALIGN_RIGHT}, {"", 0.12F, ALIGN_RIGHT}};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void cell_text(const snap_check_block *k, int c, char *buf, size_t size)
{
	char one[32], two[32];
	buf[0] = '\0';
	if (c == 0)
		snprintf(buf, size, "%s", k->name);
	else if (k->checked == 0)
		snprintf(buf, size, "%s", c == 1 ? "not learned" : "");
	else if (c == 1)
		snprintf(buf, size, "%s of %s", text_short(one, sizeof one, (double)k->checked, 9),
		        text_short(two, sizeof two, (double)k->weights, 9));
	else if (c == 2)
		text_short(buf, size, k->largest, 2);
	else if (c == 3)
		text_short(buf, size, k->worst, 2);
	else
		snprintf(buf, size, "%s", k->largest == 0 ? "all zero" : k->good ? "right" : "WRONG");
}

static void draw_row(bench *b, rect r, const snap_check_block *k)
{
	ui *u = &b->ui;
	char text[64], value[96], error[48];
	rect all = r;
	for (int c = 0; c < COLUMNS; c++) {
		rect at = rect_cut_left(&r, columns[c].share * all.w);
		bool verdict = c == COLUMNS - 1 && k->checked > 0;
		ink i = !verdict ? INK_TEXT : k->good ? INK_GOOD : INK_BAD;
		cell_text(k, c, text, sizeof text);
		ui_label(u, at, text, 13, verdict ? WEIGHT_BOLD : WEIGHT_REGULAR, i, columns[c].align);
	}
	cell_text(k, 3, error, sizeof error);
	snprintf(value, sizeof value, "%s%s", error, k->checked == 0 ? "not learned" : k->good ? ", right" : ", wrong");
	snprintf(text, sizeof text, "checked: %.24s", k->file_name);
	ui_status(u, all, text, value);
}

static const char *introduction(const snap *s, char *buf, size_t size)
{
	const snap_check *c = &s->check;
	char update[32], limit[32];
	const config *g = &s->about[c->arm < s->all ? c->arm : 0].config;
	int good = 0, all = 0;
	for (int i = 0; i < c->blocks; i++) {
		all += c->block[i].checked > 0;
		good += c->block[i].checked > 0 && c->block[i].good;
	}
	int n = snprintf(buf, size,
	        "%s: %d of %d blocks agree with five-point central differences in double precision. ",
	        good == all ? "The gradient is right" : "The gradient is WRONG", good, all);
	if (g->v[KNOB_truncate] > 0 || g->v[KNOB_omega] > 0)
		n += snprintf(
		        buf + n, size - (size_t)n, "Truncation and Ω are left out: what they do is no derivative. ");
	if (c->update > 0)
		snprintf(buf + n, size - (size_t)n,
		        "It is the one on show, of update %s: that batch, with the weights before it. Right: within "
		        "%s.",
		        text_short(update, sizeof update, (double)c->update, 9),
		        text_short(limit, sizeof limit, c->limit, 2));
	else
		snprintf(buf + n, size - (size_t)n,
		        "It is the one on show, measured before training. Right: within %s.",
		        text_short(limit, sizeof limit, c->limit, 2));
	return buf;
}

void verdict_draw(bench *b)
{
	ui *u = &b->ui;
	const snap_check *c = &b->snap->check;
	float em = u->em, pad = PAD * em;
	char text[400];
	rect all = {0, 0, u->c->width, u->c->height};
	float width = fminf(640 * em, all.w);
	introduction(b->snap, text, sizeof text);
	float words = ui_paragraph(u, (rect){0, 0, width - 2 * pad, 0}, text, 13, INK_TEXT, false);
	float content = (float)(c->blocks + 1) * ROW * em;
	float height = fminf(content + words + 4.5F * pad, all.h);
	ui_dialog d = ui_dialog_begin(u, width, height, "This gradient, checked", "close check");
	rect inner = d.inside;
	rect_cut_top(&inner, 10 * em);
	ui_paragraph(u, rect_cut_top(&inner, words), text, 13, INK_TEXT, true);
	rect_cut_top(&inner, 10 * em);
	rect at = ui_scroll(u, inner, "check scroll bar", content, &b->verdict_offset);
	at.w -= UI_TARGET * em;
	rect titles = rect_cut_top(&at, ROW * em), row = titles;
	for (int i = 0; i < COLUMNS && titles.w > NARROW * em / 2; i++)
		ui_label(u, rect_cut_left(&row, columns[i].share * titles.w), columns[i].title, 12, WEIGHT_REGULAR,
		        INK_MUTED, columns[i].align);
	canvas_line(
	        u->c, titles.x, titles.y + titles.h, titles.x + titles.w, titles.y + titles.h, ui_line(1, INK_BORDER));
	for (int i = 0; i < c->blocks; i++)
		draw_row(b, rect_cut_top(&at, ROW * em), &c->block[i]);
	ui_scroll_end(u, inner, content, &b->verdict_offset);
	if (ui_dialog_end(u, &d))
		b->verdict = false;
}
