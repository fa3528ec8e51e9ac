/* The column of controls, made from the knob table. */
#include "app/bench.h"
#include "app/tutor.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* points at type scale 1 */
static const float ROW = 28, CONTROL = 24, HEADER = 28, MARGIN = 16, LABEL = 124, GAP = 8, SECTION_GAP = 3;

static const struct {
	const char *group;
	bool closed;   /* at the start */
	bool optional; /* … when not everything fits */
} starts[] = {{"machine", true, false}, {"plane", true, false}, {"unit", true, false}, {"surface", true, false},
        {"maps", true, false}, {"objective", false, true}};

/* ---- groups: the distinct `group` fields of the table, in its order ---- */

static int group_list(const char **names)
{
	int n = 0;
	for (int id = 0; id < KNOB_COUNT; id++) {
		int at = 0;
		while (at < n && strcmp(names[at], knob_get((knob_id)id)->group) != 0)
			at++;
		if (at == n && n < BENCH_GROUPS)
			names[n++] = knob_get((knob_id)id)->group;
	}
	return n;
}

static bool in_group(const bench *b, int id, const char *group)
{
	return strcmp(knob_get((knob_id)id)->group, group) == 0 && config_uses(&b->config, (knob_id)id) &&
	       tutor_control(b, (knob_id)id) != CONTROL_HIDDEN;
}

/* A rare knob is shown when it is set, or when its section shows all. */
static bool is_shown(const bench *b, int id, int g)
{
	if (tutor_control(b, (knob_id)id) != CONTROL_USUAL)
		return true;
	return b->section_all[g] || !knob_get((knob_id)id)->rare || !config_is_default(&b->config, (knob_id)id);
}

/* How many rows a group has and, of these, could be left out. */
static int group_rows(const bench *b, const char *group, int g, int *rare)
{
	int n = 0;
	*rare = 0;
	for (int id = 0; id < KNOB_COUNT; id++) {
		if (!in_group(b, id, group))
			continue;
		n += is_shown(b, id, g);
		*rare += knob_get((knob_id)id)->rare && config_is_default(&b->config, (knob_id)id);
	}
	return n;
}

static float content_height(const bench *b, const char *const *groups, int n, float em)
{
	float h = 2 * SECTION_GAP * em;
	for (int g = 0; g < n; g++) {
		int rare, rows = group_rows(b, groups[g], g, &rare);
		if (rows + rare > 0)
			h += HEADER * em +
			     (b->section_open[g] ? (float)(rows + (rare > 0)) * ROW * em + SECTION_GAP * em : 0);
	}
	return h;
}

/* Once, when the height is known: what is open at the start. */
static void open_sections(bench *b, const char *const *groups, int n, float height)
{
	if (b->sections_fitted)
		return;
	b->sections_fitted = true;
	for (int g = 0; g < n; g++) {
		b->section_open[g] = true;
		bool whole = strcmp(groups[g], "unit") == 0 ||
		             strcmp(groups[g], "plane") == 0; /* all there is to some tasks */
		for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
			if (starts[i].closed && strcmp(starts[i].group, groups[g]) == 0)
				b->section_open[g] = whole && !config_uses(&b->config, KNOB_hidden);
	}
	if (content_height(b, groups, n, b->ui.em) <= height)
		return;
	for (int g = 0; g < n; g++)
		for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
			if (starts[i].optional && strcmp(starts[i].group, groups[g]) == 0)
				b->section_open[g] = false;
}

/* ---- one knob ---- */

bool panel_set(bench *b, const char *name, const char *value)
{
	err e = {0};
	if (!config_set(&b->config, name, value, &e)) {
		ui_reject(&b->ui, e.text);
		return false;
	}
	config_relax(&b->config); /* a new cell or optimizer leaves behind what only the old one had */
	b->config_changed = true;
	return true;
}

/* The track reaches beyond what is usual, so that the unsafe part can be seen and used. */
static ui_range knob_range(const knob *k)
{
	ui_range g = {.name = k->name,
	        .tip = k->help,
	        .safe_low = k->safe_low,
	        .safe_high = k->safe_high,
	        .fallback = strtod(k->fallback, NULL),
	        .log = k->scale == KNOB_LOG,
	        .whole = k->type == KNOB_INT};
	if (g.log) {
		if (g.safe_low <= 0)
			g.safe_low = k->low > 0 ? k->low : g.safe_high * 1e-4;
		double beyond = g.safe_high / g.safe_low > 2000 ? 10 : 3;
		g.low = fmax(g.safe_low / beyond, k->low);
		g.high = fmin(g.safe_high * beyond, k->high);
	} else {
		double width = g.safe_high - g.safe_low, unit = pow(10, floor(log10(width))) / 2;
		g.low = fmax(floor((g.safe_low - width / 4) / unit) * unit, k->low);
		g.high = fmin(ceil((g.safe_high + width / 4) / unit) * unit, k->high);
	}
	return g;
}

static void set_number(bench *b, const knob *k, double v)
{
	char text[64];
	if (k->type == KNOB_INT)
		snprintf(text, sizeof text, "%.0f", v);
	else
		text_exact(text, sizeof text, v);
	panel_set(b, k->name, text);
}

/* Where 0 stands for something else than nothing. */
static const char *zero_text(knob_id id)
{
	return id == KNOB_rho ? "as is" : id == KNOB_sigma_in || id == KNOB_sigma_out ? "as σ" : NULL;
}

static void slider_knob(bench *b, rect r, const knob *k, knob_id id)
{
	ui_range g = knob_range(k);
	g.zero = zero_text(id);
	double v = b->config.v[id];
	ui_result changed = ui_slider(&b->ui, r, &g, &v);
	if (changed == UI_CHANGED)
		set_number(b, k, v);
	else if (changed == UI_TYPED)
		panel_set(b, k->name, ui_typed(&b->ui));
}

static void entry_knob(bench *b, rect r, const knob *k, knob_id id)
{
	char text[CONFIG_TEXT];
	bool number = k->type != KNOB_FILE;
	config_text(&b->config, id, text, sizeof text);
	if (ui_entry(&b->ui, r, k->name, number ? text_localize(text) : text, number, k->help) != UI_TYPED)
		return;
	snprintf(text, sizeof text, "%s", ui_typed(&b->ui));
	panel_set(b, k->name, number ? text_delocalize(text) : text);
}

/* − value +; without the buttons where they do not fit. */
static void stepper_knob(bench *b, rect r, const knob *k, knob_id id)
{
	static const char *const minus_names[KNOB_COUNT] =
	        {
#define KNOB(name, ...) [KNOB_##name] = #name " minus",
#include "run/knobs.def"
#undef KNOB
	        },
	                         *const plus_names[KNOB_COUNT] = {
#define KNOB(name, ...) [KNOB_##name] = #name " plus",
#include "run/knobs.def"
#undef KNOB
	                         };
	float side = CONTROL * b->ui.em, gap = GAP / 2 * b->ui.em;
	double v = b->config.v[id];
	if (r.w < 3 * side + 2 * gap) {
		entry_knob(b, r, k, id);
		return;
	}
	rect minus = rect_cut_left(&r, side), plus = rect_cut_right(&r, side);
	if (ui_button(&b->ui, minus, minus_names[id], ICON_MINUS, NULL, LOOK_RAISED, NULL) && v > k->low)
		set_number(b, k, v - 1);
	entry_knob(b, rect_inset(r, gap, 0), k, id);
	if (ui_button(&b->ui, plus, plus_names[id], ICON_PLUS, NULL, LOOK_RAISED, NULL) && v < k->high)
		set_number(b, k, v + 1);
}

/* The values that go with the other knobs; an open list goes on pointing at them. */
static void choice_knob(bench *b, rect r, const knob *k, knob_id id)
{
	static const char *offered[KNOB_COUNT][KNOB_CHOICES];
	int n = 0, chosen = 0;
	for (int i = 0; i < k->choices; i++) {
		if (!config_offers(&b->config, id, i))
			continue;
		if (i == (int)b->config.v[id])
			chosen = n;
		offered[id][n++] = k->choice[i];
	}
	if (ui_choice(&b->ui, r, k->name, offered[id], n, &chosen, k->help))
		panel_set(b, k->name, offered[id][chosen]);
}

static void knob_control(bench *b, rect r, knob_id id)
{
	const knob *k = knob_get(id);
	bool on = b->config.v[id] != 0;
	switch (k->type) {
	case KNOB_CHOICE:
		choice_knob(b, r, k, id);
		break;
	case KNOB_BOOL:
		if (ui_toggle(&b->ui, r, k->name, &on, k->help))
			panel_set(b, k->name, on ? "1" : "0");
		break;
	case KNOB_FILE:
		entry_knob(b, r, k, id);
		break;
	case KNOB_INT:
	case KNOB_REAL:
		if (k->scale == KNOB_PICK)
			stepper_knob(b, r, k, id);
		else
			slider_knob(b, r, k, id);
		break;
	}
}

/* What the lesson holds fast: its value, and that it is so. */
static void locked_knob(bench *b, rect r, const knob *k, knob_id id)
{
	char text[CONFIG_TEXT], shown[CONFIG_TEXT + 40];
	float em = b->ui.em, x = r.x + 7 * em, y = r.y + r.h / 2;
	config_text(&b->config, id, text, sizeof text);
	if (k->type == KNOB_REAL)
		text_localize(text);
	snprintf(shown, sizeof shown, "%s, fixed in this step", text);
	ui_register(&b->ui, r, UI_OPTION, k->name, shown, "fixed in this step of the lesson; free play (J) frees it");
	canvas_ring(b->ui.c, x, y - 3.5f * em, 3 * em, ui_line(1.5f, INK_MUTED)); /* a lock */
	canvas_box(b->ui.c, (rect){x - 5 * em, y - 3 * em, 10 * em, 8 * em}, 1.5f * em, INK_MUTED, 1);
	rect_cut_left(&r, 22 * em);
	ui_label(&b->ui, r, canvas_measure(shown, 13 * em, WEIGHT_REGULAR).width < r.w ? shown : text, 13,
	        WEIGHT_REGULAR, INK_MUTED, ALIGN_LEFT);
}

/* The arms differ in it. */
static bool differs(const bench *b, knob_id id)
{
	for (int i = 0; i < b->snap->all; i++)
		if (b->snap->about[i].config.v[id] != b->config.v[id] && i != bench_arm(b))
			return true;
	return false;
}

static void knob_row(bench *b, rect r, knob_id id)
{
	const knob *k = knob_get(id);
	float em = b->ui.em;
	rect label = rect_cut_left(&r, fminf(LABEL * em, 0.42f * r.w));
	rect_cut_left(&r, GAP * em);
	if (differs(b, id)) /* what is compared has the colour of the arm */
		canvas_box(b->ui.c, (rect){label.x - 9 * em, label.y + 5 * em, 4 * em, label.h - 10 * em}, 2 * em,
		        (ink)(INK_ARM_0 + bench_colour(b, bench_arm(b))), 1);
	else if (!config_is_default(&b->config, id))
		canvas_disc(b->ui.c, label.x - 7 * em, label.y + label.h / 2, 2.5f * em, INK_ACCENT, 1);
	ui_label(&b->ui, label, k->label, 13, WEIGHT_REGULAR, INK_TEXT, ALIGN_LEFT);
	rect control = {r.x, r.y + (r.h - CONTROL * em) / 2, r.w, CONTROL * em};
	if (tutor_control(b, id) == CONTROL_LOCKED)
		locked_knob(b, control, k, id);
	else
		knob_control(b, control, id);
}

static const char *section_title(const char *group, char *buf, size_t size)
{
	snprintf(buf, size, "%s", group);
	buf[0] = (char)toupper((unsigned char)buf[0]);
	return buf;
}

/* The last row of a section: shows the rare knobs, or leaves them out again. */
static void more_row(bench *b, rect r, const char *group, int g, int rare)
{
	char name[48], text[32];
	snprintf(name, sizeof name, "%s %s", b->section_all[g] ? "less" : "more", group);
	snprintf(text, sizeof text, b->section_all[g] ? "less" : "%d more …", rare);
	r.w = 84 * b->ui.em;
	r = rect_inset(r, 0, (ROW - CONTROL) / 2 * b->ui.em);
	if (ui_button(&b->ui, r, name, ICON_NONE, text, LOOK_PLAIN, "knobs of this section that are seldom needed"))
		b->section_all[g] = !b->section_all[g];
}

/* ---- what a lesson chooses: one list ---- */

static int chosen_rows(const bench *b)
{
	int n = 0;
	for (int id = 0; id < KNOB_COUNT; id++)
		n += tutor_control(b, (knob_id)id) != CONTROL_HIDDEN && config_uses(&b->config, (knob_id)id);
	return n;
}

float panel_height(const bench *b)
{
	const char *groups[BENCH_GROUPS];
	float em = b->ui.em;
	if (tutor_choosy(b)) {
		int rows = chosen_rows(b);
		return rows ? (float)rows * ROW * em + 2 * GAP * em : 0;
	}
	return content_height(b, groups, group_list(groups), em);
}

static void chosen_list(bench *b, rect r)
{
	float em = b->ui.em, height = panel_height(b);
	rect at = ui_scroll(&b->ui, r, "controls scroll bar", height, &b->panel_offset);
	at = rect_inset(at, MARGIN * em, GAP * em);
	at.w -= (UI_TARGET - MARGIN) * em;
	for (int id = 0; id < KNOB_COUNT; id++)
		if (tutor_control(b, (knob_id)id) != CONTROL_HIDDEN && config_uses(&b->config, (knob_id)id))
			knob_row(b, rect_cut_top(&at, ROW * em), (knob_id)id);
	ui_scroll_end(&b->ui, r, height, &b->panel_offset);
}

void panel_draw(bench *b, rect r)
{
	const char *groups[BENCH_GROUPS];
	int n = group_list(groups);
	float em = b->ui.em;
	canvas_box(b->ui.c, r, 0, INK_PANEL, 1);
	canvas_line(b->ui.c, r.x + r.w, r.y, r.x + r.w, r.y + r.h, ui_line(1, INK_BORDER));
	if (b->snap->all > 1) /* whose settings these are */
		canvas_box(
		        b->ui.c, (rect){r.x, r.y, r.w, 3 * em}, 0, (ink)(INK_ARM_0 + bench_colour(b, bench_arm(b))), 1);
	if (b->tutor) /* the text is above */
		canvas_line(b->ui.c, r.x, r.y, r.x + r.w, r.y, ui_line(1, INK_BORDER));
	if (tutor_choosy(b)) {
		chosen_list(b, r);
		return;
	}
	open_sections(b, groups, n, r.h);
	float height = content_height(b, groups, n, em);
	rect at = ui_scroll(&b->ui, r, "controls scroll bar", height, &b->panel_offset);
	at = rect_inset(at, MARGIN * em, SECTION_GAP * em);
	at.w -= (UI_TARGET - MARGIN) * em; /* the scroll bar's strip */
	for (int g = 0; g < n; g++) {
		char title[48];
		int rare, rows = group_rows(b, groups[g], g, &rare);
		if (rows + rare == 0)
			continue;
		rect head = rect_cut_top(&at, HEADER * em);
		head.x -= GAP * em;
		head.w += GAP * em;
		bool open = b->section_open[g]; /* height is already counted: a change shows in the next pass */
		ui_section(&b->ui, rect_inset(head, 0, em), section_title(groups[g], title, sizeof title),
		        &b->section_open[g]);
		if (!open)
			continue;
		for (int id = 0; id < KNOB_COUNT; id++)
			if (in_group(b, id, groups[g]) && is_shown(b, id, g))
				knob_row(b, rect_cut_top(&at, ROW * em), (knob_id)id);
		if (rare > 0)
			more_row(b, rect_cut_top(&at, ROW * em), groups[g], g, rare);
		rect_cut_top(&at, SECTION_GAP * em);
	}
	ui_scroll_end(&b->ui, r, height, &b->panel_offset);
}
