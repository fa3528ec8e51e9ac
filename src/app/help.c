/* The help screen: the table of commands, and how controls answer the keyboard. */
#include "app/bench.h"
#include "app/command.h"
#include "plot/label.h"

#include <math.h>
#include <string.h>

static const float ROW = 23, KEYS = 150, PAD = 24, PLOT = 58; /* points at type scale 1 */

static void row(bench *b, rect *at, const char *keys, const char *text)
{
	float em = b->ui.em;
	rect r = rect_cut_top(at, ROW * em), left = rect_cut_left(&r, fminf(KEYS * em, r.w * 0.45F));
	ui_label(&b->ui, left, keys, 13, WEIGHT_BOLD, INK_TEXT, ALIGN_LEFT);
	ui_label(&b->ui, r, text, 13, WEIGHT_REGULAR, INK_TEXT, ALIGN_LEFT);
}

/* A plot and what it shows, which takes up to two lines. */
static void plot_row(bench *b, rect *at, const view *v)
{
	float em = b->ui.em;
	rect r = rect_cut_top(at, PLOT * em), title = rect_cut_top(&r, 20 * em);
	ui_label(&b->ui, title, v->title, 13, WEIGHT_BOLD, INK_TEXT, ALIGN_LEFT);
	label_paragraph(b->ui.c, r, v->summary, ui_text_style(&b->ui, 12, WEIGHT_REGULAR, INK_MUTED, ALIGN_LEFT), 2);
}

static void heading(bench *b, rect *at, const char *text)
{
	rect r = rect_cut_top(at, 36 * b->ui.em);
	ui_label(&b->ui, (rect){r.x, r.y + 8 * b->ui.em, r.w, r.h - 8 * b->ui.em}, text, 14, WEIGHT_BOLD, INK_ACCENT,
	        ALIGN_LEFT);
}

/* The eight keys of the plots share a row: that of the first. */
static bool is_plot(const command *k, bool first)
{
	return strncmp(k->name, "plot-", 5) == 0 && (k->name[5] == '1') == first;
}

static int command_rows(void)
{
	int n = 0;
	for (int i = 0; i < commands_count; i++)
		n += !is_plot(&commands[i], false);
	return n;
}

static void command_column(bench *b, rect *at)
{
	char keys[64];
	heading(b, at, "Commands");
	for (int i = 0; i < commands_count; i++)
		if (is_plot(&commands[i], true))
			row(b, at, "1 – 8", "a plot alone, and back");
		else if (!is_plot(&commands[i], false))
			row(b, at, command_keys(&commands[i], keys, sizeof keys), commands[i].help);
}

static void control_column(bench *b, rect *at)
{
	heading(b, at, "Controls");
	for (int i = 0; i < command_controls_count; i++)
		row(b, at, command_controls[i].keys, command_controls[i].help);
	heading(b, at, "The marks on a slider");
	row(b, at, "hatched", "training usually goes wrong there: allowed");
	row(b, at, "dot at the left", "not the default");
	row(b, at, "bar at the left", "here the arms differ");
	heading(b, at, "The marks on the timeline");
	row(b, at, "▾  ×  ▸", "first clipped update, stopped, bookmark");
	row(b, at, "●", "solved: under 1 % wrong over 100 minibatches");
	row(b, at, "tick below", "a setting was changed there");
	heading(b, at, "The plots");
	for (int i = 0; i < views_count; i++)
		plot_row(b, at, views[i]);
}

void help_draw(bench *b)
{
	ui *u = &b->ui;
	float em = u->em, pad = PAD * em, rows = (float)command_rows() * ROW * em + 36 * em;
	float other = ((float)(command_controls_count + 6) * ROW + (float)views_count * PLOT + 144) * em;
	bool two = u->c->width > 940 * em;
	float content = two ? fmaxf(rows, other) : rows + other;
	float width = fminf((two ? 1040 : 560) * em, u->c->width), height = fminf(content + 3.5F * pad, u->c->height);
	ui_dialog d = ui_dialog_begin(u, width, height, "Help", "close help");
	rect inner = d.inside;
	rect_cut_top(&inner, 8 * em);
	rect at = ui_scroll(u, inner, "help scroll bar", content, &b->help_offset);
	at.w -= UI_TARGET * em;
	if (two) {
		rect left = rect_cut_left(&at, at.w / 2);
		left.w -= pad / 2;
		command_column(b, &left);
		control_column(b, &at);
	} else {
		command_column(b, &at);
		control_column(b, &at);
	}
	ui_scroll_end(u, inner, content, &b->help_offset);
	if (ui_dialog_end(u, &d))
		b->help = false;
}
