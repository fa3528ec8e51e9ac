#include "view/view.h"

#include "base/text.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const view *const views[] = {
#define VIEW(name) &view_##name,
#include "view/views.def"
#undef VIEW
};
const int views_count = sizeof views / sizeof *views;

const view *view_find(const char *name)
{
	for (int i = 0; i < views_count; i++)
		if (strcmp(views[i]->name, name) == 0)
			return views[i];
	return NULL;
}

unsigned view_wants(const view *const *list, int n)
{
	unsigned want = 0;
	for (int i = 0; i < n; i++)
		want |= list[i]->wants;
	return want;
}

bool view_pick(const run_state *s, const view **list, int *n, err *e)
{
	const char *names[64];
	*n = 0;
	for (int i = 0; s->views == 0 && i < VIEW_USUAL; i++)
		list[(*n)++] = views[i];
	for (int i = 0; i < s->views; i++) {
		const view *v = view_find(s->view[i]);
		for (int k = 0; k < views_count && k < 64; k++)
			names[k] = views[k]->name;
		int near = v ? -1 : text_closest(s->view[i], names, views_count < 64 ? views_count : 64);
		if (!v && near >= 0)
			return err_input(e, "unknown view '%s'; did you mean '%s'?", s->view[i], names[near]);
		if (!v)
			return err_input(e, "unknown view '%s'; `unroll list views` shows them all", s->view[i]);
		list[(*n)++] = v;
	}
	return true;
}

void view_note(run_state *s, const view *const *list, int n)
{
	bool usual = n == VIEW_USUAL;
	for (int i = 0; i < n && usual; i++)
		usual = list[i] == views[i];
	s->views = 0;
	for (int i = 0; i < n && i < STATE_VIEWS && !usual; i++)
		snprintf(s->view[s->views++], STATE_VIEW, "%s", list[i]->name);
}

/* ---- panel ---- */

/* How much a panel says when a run has stopped: beside its title, or at length. */
typedef enum alarm { ALARM_SHORT, ALARM_FULL } alarm;

static const snap_arm *stopped_arm(const snap *s)
{
	for (int a = 0; a < part_arms(s); a++)
		if (s->arm[a].diverged)
			return &s->arm[a];
	return NULL;
}

/* Shortens "a, b, c" by whole items until it fits: half a number would be a wrong one. A comma without a space behind
 * it stands in a number. */
static void drop_items(char *list, float width, float em, weight w)
{
	while (list[0] && canvas_measure(list, em, w).width > width) {
		char *cut = list;
		for (char *at = list; (at = strstr(at, ", ")); at++)
			cut = at;
		*cut = '\0';
	}
}

static void compose_alarm(const snap *s, const snap_arm *a, alarm level, char *buf, int size)
{
	char update[32];
	buf[0] = '\0';
	if (part_arms(s) > 1)
		part_append(buf, size, "%s: ", part_arm_name(s, (int)(a - s->arm)));
	if (level == ALARM_FULL && a->message[0]) {
		part_append(buf, size, "%s", a->message);
		return;
	}
	part_append(
	        buf, size, "stopped at update %s", axis_count_text(update, sizeof update, (double)a->diverged_update));
}

static void draw_title(const view *v, const snap *s, canvas *c, rect row, float size, alarm level)
{
	char key[256], fitted[256];
	const snap_arm *stopped = stopped_arm(s);
	text_style title = plot_type(c, size, INK_TEXT, ALIGN_LEFT);
	text_style value = plot_type(c, TYPE_BASE - 1, INK_TEXT, ALIGN_RIGHT);
	float base = row.y + title.size;
	title.weight = WEIGHT_BOLD;
	canvas_group(c, "title");
	canvas_fit(fitted, sizeof fitted, v->title, row.w, title.size, title.weight);
	canvas_text(c, row.x, base, fitted, title);
	float rest = row.w - canvas_measure(fitted, title.size, title.weight).width - 2 * PLOT_UNIT;
	v->key(s, key, sizeof key);
	if (stopped && level == ALARM_SHORT) {
		compose_alarm(s, stopped, level, key, sizeof key);
		value.ink = INK_BAD;
	}
	drop_items(key, rest, value.size, value.weight);
	canvas_text(c, row.x + row.w, base, key, value);
	canvas_group_end(c);
}

/* Cuts the message of a stopped run from the top of *area. */
static void draw_alarm(const snap *s, canvas *c, rect *area, alarm level)
{
	const snap_arm *a = stopped_arm(s);
	char text[512];
	text_style st = plot_type(c, TYPE_BASE - 1, INK_BAD, ALIGN_LEFT);
	float pad = 0.5F * PLOT_UNIT;
	if (!a || level == ALARM_SHORT || area->h < 8 * st.size || area->w < 12 * st.size)
		return;
	compose_alarm(s, a, level, text, sizeof text);
	int lines = label_lines(text, area->w - 4 * pad, st.size, st.weight);
	lines = lines > 3 ? 3 : lines;
	float height = 1.35F * st.size * (float)lines + 1.5F * pad;
	rect box = rect_cut_top(area, height);
	rect_cut_top(area, pad);
	canvas_group(c, "alarm");
	canvas_box(c, box, 4, INK_BAD, 0.10F);
	label_paragraph(c, rect_inset(box, 2 * pad, 0.5F * pad), text, st, lines);
	canvas_group_end(c);
}

enum { CAPTION = 768 };

/* A part of a sentence is shorter than this: alone it would say nothing. */
enum { SHORTEST = 24 };

/* True where a text may end before its end: behind a sentence, or behind a part of one that can stand alone. */
static bool may_end(const char *text, size_t at)
{
	size_t from = at;
	int open = 0;
	for (size_t i = 0; i < at; i++)
		open += (text[i] == '(') - (text[i] == ')');
	if (text[at + 1] != ' ' || !strchr(".;:", text[at]) || open != 0)
		return false;
	while (from > 0 && !(text[from] == ' ' && strchr(".;", text[from - 1])))
		from--;
	return text[at] == '.' || at - from > SHORTEST;
}

/* The same at a comma of the first sentence; names, which hold commas too, stand behind its colon. */
static bool may_pause(const char *text, size_t at)
{
	size_t plain = strcspn(text, ":(");
	return at < plain && at > SHORTEST && text[at] == ',' && text[at + 1] == ' ';
}

/* Shortens a text to what can be said in full in so many lines; one without a place to stop at stays, to be cut. */
static void drop_sentences(char *text, float width, int lines, const text_style *st)
{
	static char shorter[CAPTION];
	if (label_lines(text, width, st->size, st->weight) <= lines)
		return;
	for (int pass = 0; pass < 2; pass++)
		for (size_t n = strlen(text) - 1; n > 0; n--) {
			if (!(pass ? may_pause : may_end)(text, n))
				continue;
			snprintf(shorter, sizeof shorter, "%.*s.", (int)n, text);
			if (label_lines(shorter, width, st->size, st->weight) <= lines) {
				memcpy(text, shorter, sizeof shorter);
				return;
			}
		}
}

/* Cuts the caption from the bottom of *area: one to three lines by its height, none in very low panels. */
static void draw_caption(const view *v, const snap *s, bool run, canvas *c, rect *area)
{
	char text[CAPTION];
	text_style st = plot_type(c, TYPE_TICK - 0.5F, INK_MUTED, ALIGN_LEFT);
	if (area->h < 15 * st.size || area->w < 16 * st.size)
		return;
	v->caption(s, run, text, sizeof text);
	int room = area->h < 16.5F * st.size ? 1 : area->h < 32 * st.size ? 2 : 3;
	drop_sentences(text, area->w, room, &st);
	int lines = label_lines(text, area->w, st.size, st.weight);
	if (lines > 1 && room == 1) /* the plot needs the line more than half a sentence does */
		return;
	lines = lines < room ? lines : room;
	rect strip = rect_cut_bottom(area, 1.35F * st.size * (float)lines + 0.5F * PLOT_UNIT);
	rect_cut_top(&strip, 0.5F * PLOT_UNIT);
	canvas_group(c, "caption");
	label_paragraph(c, strip, text, st, lines);
	canvas_group_end(c);
}

static void draw_panel(
        const view *v, const snap *s, canvas *c, rect area, view_focus *focus, bool alone, alarm level, bool run)
{
	float size = alone ? TYPE_TITLE + 3 : TYPE_TITLE, pad = area.w < 200 ? 4 : 1.5F * PLOT_UNIT;
	if (!(area.w >= 8) || !(area.h >= 8))
		return;
	canvas_group(c, v->name);
	canvas_box(c, area, alone ? 0 : 6, INK_PANEL, 1);
	if (!alone)
		canvas_frame(c, area, 6, plot_stroke(1, INK_BORDER, 1, DASH_SOLID));
	rect inner = rect_inset(area, pad, fminf(pad, 0.05F * area.h));
	canvas_clip(c, area);
	if (inner.h > 5 * plot_em(c, size) && inner.w > 6 * plot_em(c, size))
		draw_title(v, s, c, rect_cut_top(&inner, 1.2F * plot_em(c, size) + PLOT_UNIT), size, level);
	draw_alarm(s, c, &inner, level);
	draw_caption(v, s, run, c, &inner);
	/* the panel under the pointer decides what is marked; the others show it */
	if (focus && focus->has_pointer && rect_has(area, focus->pointer.x, focus->pointer.y))
		focus->step = 0, focus->update = 0;
	v->draw(s, c, inner, focus);
	canvas_clip_end(c);
	canvas_group_end(c);
}

void view_panel(const view *v, const snap *s, canvas *c, rect area, view_focus *focus, bool alone)
{
	/* a window has a place of its own for the message */
	draw_panel(v, s, c, area, focus, alone, s->live && focus ? ALARM_SHORT : ALARM_FULL, true);
}

/* ---- grid ---- */

enum { GRID_MOST = 8 };

/* Divides `area` into rows × columns for n panels; a last row that is not full is stretched. */
static void even_grid(rect area, int n, int columns, rect *out)
{
	int rows = (n + columns - 1) / columns;
	float height = (area.h - PLOT_UNIT * (float)(rows - 1)) / (float)rows;
	for (int i = 0; i < n; i++) {
		int row = i / columns, here = row == rows - 1 ? n - row * columns : columns;
		float width = (area.w - PLOT_UNIT * (float)(here - 1)) / (float)here;
		out[i] = (rect){area.x + (float)(i - row * columns) * (width + PLOT_UNIT),
		        area.y + (float)row * (height + PLOT_UNIT), width, height};
	}
}

/* The first panel in a column of its own, the others stacked beside it. */
static void lead_grid(rect area, int n, float share, rect *out)
{
	rect side = area;
	out[0] = rect_cut_left(&side, share * (area.w - PLOT_UNIT));
	rect_cut_left(&side, PLOT_UNIT);
	even_grid(side, n - 1, 1, out + 1);
}

/* Columns that bring the panels closest to the proportion 3 : 2. */
static int best_columns(rect area, int n)
{
	int best = 1;
	float least = INFINITY;
	for (int columns = 1; columns <= n; columns++) {
		float rows = (float)((n + columns - 1) / columns);
		float miss = fabsf(logf(area.w / (float)columns / (area.h / rows) / 1.5F));
		if (miss < least) {
			least = miss;
			best = columns;
		}
	}
	return best;
}

/* The first panel is as high as almost two of those under it. */
static void lead_stack(rect area, int n, rect *out)
{
	float gaps = PLOT_UNIT * (float)(n - 1);
	out[0] = rect_cut_top(&area, (area.h - gaps) * 1.8F / ((float)n + 0.8F));
	rect_cut_top(&area, PLOT_UNIT);
	even_grid(area, n - 1, 1, out + 1);
}

static void lay_out(rect area, int n, rect *out)
{
	bool wide = area.w > 1.15F * area.h && area.w > 640;
	int columns = best_columns(area, n);
	if ((n == 3 || n == 4) && wide)
		lead_grid(area, n, 0.57F, out);
	else if (columns == 1 && n > 1)
		lead_stack(area, n, out);
	else
		even_grid(area, n, columns, out);
}

void view_grid(const view *const *list, int n, const snap *s, canvas *c, rect area, view_focus *focus, rect *rects)
{
	rect where[GRID_MOST];
	n = n > GRID_MOST ? GRID_MOST : n;
	if (n < 1 || !(area.w >= 1) || !(area.h >= 1)) {
		for (int i = 0; rects && i < n; i++)
			rects[i] = (rect){area.x, area.y, 0, 0};
		return;
	}
	lay_out(area, n, where);
	for (int i = 0; i < n; i++) {
		/* the first panel of a grid speaks for all */
		draw_panel(list[i], s, c, where[i], focus, false,
		        i == 0 && !(s->live && focus) ? ALARM_FULL : ALARM_SHORT, i == 0);
		if (rects)
			rects[i] = where[i];
	}
}
