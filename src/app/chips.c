/* The arms in the top bar: line sample, name, size and cost; a click selects one, and the selected one can be hidden
 * and removed. Beside them "+ compare" and the fork toggle. */
#include "app/bench.h"
#include "app/command.h"
#include "base/text.h"
#include "plot/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* points at type scale 1 */
static const float GAP = 8, BUTTON = 24, COMPARE = 96, FORK = 60, CHIP_MOST = 320, CHIP_LEAST = 64;

static const char *const chip_names[SNAP_ARMS] = {"arm 1", "arm 2", "arm 3", "arm 4"};
static const dash dashes[SNAP_ARMS] = {DASH_SOLID, DASH_DASHED, DASH_DASHDOT, DASH_DOTTED};

/* What a single run is: the settings that matter most. */
static void summary(const config *c, char *buf, size_t size)
{
	char lr[32], steps[40] = "";
	bool net = config_uses(c, KNOB_cell);
	if (config_uses(c, KNOB_T)) /* a function of two parameters has none */
		snprintf(steps, sizeof steps, "T = %.0f · ", c->v[KNOB_T]);
	snprintf(buf, size, "%s%s%s · %s%s, η = %s%s%s", net ? config_choice(c, KNOB_cell) : "", net ? " · " : "",
	        config_choice(c, KNOB_task), steps, config_choice(c, KNOB_optimizer),
	        text_short(lr, sizeof lr, c->v[KNOB_lr], 4), c->v[KNOB_clip] != 0 ? " · clip by " : "",
	        c->v[KNOB_clip] != 0 ? config_choice(c, KNOB_clip) : "");
}

/* "2 651 weights, 0.4 ms": the cost in two digits, so that it holds still. */
static void size_and_cost(const snap_about *o, char *buf, size_t size)
{
	char weights[32], cost[32];
	double ms = 1e3 * o->seconds;
	int n = 0;
	buf[0] = 0;
	if (o->parameters > 0)
		n = snprintf(buf, size, "%s weight%s", text_short(weights, sizeof weights, o->parameters, 9),
		        o->parameters > 1 ? "s" : "");
	if (ms > 0 && n > 0)
		snprintf(buf + n, size - (size_t)n, ", %s ms", text_short(cost, sizeof cost, ms, 2));
}

/* As much of it as fits: a cost that is cut says nothing. */
static void shorten_detail(char *detail, float width, float em)
{
	char *comma = strchr(detail, ',');
	if (comma && canvas_measure(detail, 11 * em, WEIGHT_REGULAR).width > width)
		*comma = '\0';
	if (canvas_measure(detail, 11 * em, WEIGHT_REGULAR).width > width)
		detail[0] = '\0';
}

static void chip_text(bench *b, rect r, int arm)
{
	const snap_about *o = &b->snap->about[arm];
	ui *u = &b->ui;
	float em = u->em;
	char name[160], detail[96];
	int colour = bench_colour(b, arm);
	ink tone = o->hidden ? INK_MUTED : INK_TEXT;
	size_and_cost(o, detail, sizeof detail);
	if (b->snap->all == 1 && !o->name[0])
		summary(&o->config, name, sizeof name);
	else
		snprintf(name, sizeof name, "%s%s", o->name, o->diverged ? " – stopped" : "");
	if (b->snap->all > 1) {
		rect line = rect_cut_left(&r, fminf(36 * em, r.w / 5));
		canvas_line(u->c, line.x, line.y + line.h / 2, line.x + line.w - 6 * em, line.y + line.h / 2,
		        plot_stroke(2.5F, (ink)(INK_ARM_0 + colour), o->hidden ? 0.4F : 1, dashes[colour]));
	}
	shorten_detail(detail, r.w, em);
	if (r.h < 34 * em || !detail[0]) {
		ui_label(u, r, name, 13, b->snap->all > 1 ? WEIGHT_BOLD : WEIGHT_REGULAR, tone, ALIGN_LEFT);
		return;
	}
	rect lower = rect_cut_bottom(&r, r.h / 2);
	char *cost = strchr(detail, ',');
	if (cost && canvas_measure(detail, 11 * em, WEIGHT_REGULAR).width > lower.w)
		*cost = '\0'; /* half a number would be a wrong one */
	ui_label(u, (rect){r.x, r.y + 2 * em, r.w, r.h - 2 * em}, name, 13,
	        b->snap->all > 1 ? WEIGHT_BOLD : WEIGHT_REGULAR, o->diverged && b->snap->all > 1 ? INK_BAD : tone,
	        ALIGN_LEFT);
	ui_label(u, (rect){lower.x, lower.y - 1 * em, lower.w, lower.h}, detail, 11, WEIGHT_REGULAR, INK_MUTED,
	        ALIGN_LEFT);
}

/* The name as a field: Enter takes it over, Esc leaves it as it was. */
static void name_field(bench *b, rect r, int arm)
{
	ui *u = &b->ui;
	const char *now = b->snap->state.arm[arm].name;
	ui_result got = ui_entry(u, r, "arm name", now, false, "a name for this arm; empty: what it differs in");
	if (got == UI_TYPED) {
		if (strlen(ui_typed(u)) >= STATE_NAME) {
			ui_reject(u, "a name has at most 39 bytes");
			return;
		}
		bench_rename(b, arm, ui_typed(u));
		b->renaming = -1;
	} else if (b->rename_begins) {
		const ui_control *field = &u->list[u->side][u->count[u->side] - 1];
		u->focus = field->id;
		ui_edit_start(u, field->id, now);
		b->rename_begins = false;
	} else if (!ui_editing(u)) {
		b->renaming = -1;
	}
}

static void chip(bench *b, rect r, int arm)
{
	ui *u = &b->ui;
	float em = u->em;
	bool several = b->snap->all > 1, selected = several && arm == bench_arm(b);
	rect box = {r.x, r.y + 3 * em, r.w, r.h - 6 * em}, inner = rect_inset(box, fminf(GAP * em, 0.05F * box.w), 0);
	if (b->renaming == arm) {
		name_field(b, (rect){r.x, r.y + (r.h - BUTTON * em) / 2, r.w, BUTTON * em}, arm);
		return;
	}
	rect press = box, remove = {0}, hide = {0};
	bool tools = selected && box.w > 150 * em && !b->presenter;
	if (tools) {
		remove = rect_cut_right(&press, BUTTON * em + 2 * em);
		hide = rect_cut_right(&press, BUTTON * em);
		inner.w -= 2 * BUTTON * em;
	}
	if (several)
		canvas_frame(u->c, box, 6 * em, ui_line(selected ? 2 : 1, selected ? INK_ACCENT : INK_BORDER));
	ui_touch t = ui_register(u, press, UI_BUTTON, chip_names[arm], b->snap->about[arm].name,
	        several ? "select this arm (A: the next one); a double click names it (N)"
	                : "a double click names this run (N)");
	if (t.hot && !selected && several)
		canvas_frame(u->c, box, 6 * em, ui_line(1, INK_ACCENT)); /* a fill would dim the arm's colour */
	chip_text(b, inner, arm);
	ui_ring(u, box, 6 * em, t.id);
	bool twice = t.pressed && u->clicks == 2;
	if (t.clicked || ui_key_for(u, t.id) == UI_KEY_ENTER) {
		ui_use(u);
		bench_select(b, arm);
	}
	if (twice) {
		ui_use(u);
		b->renaming = arm;
		b->rename_begins = true;
		u->active = 0;
	}
	if (!tools)
		return;
	bool hidden = b->snap->about[arm].hidden;
	rect at = {hide.x, hide.y + (hide.h - BUTTON * em) / 2, BUTTON * em, BUTTON * em};
	if (ui_button(u, at, "hide arm", hidden ? ICON_HIDDEN : ICON_SHOWN, NULL, LOOK_PLAIN, command_tip("arm-hide")))
		bench_hide(b, arm);
	at.x = remove.x;
	if (ui_button(u, at, "remove arm", ICON_CLOSE, NULL, LOOK_PLAIN, command_tip("arm-remove")))
		bench_remove(b);
}

static void fork_button(bench *b, rect r)
{
	ui *u = &b->ui;
	if (ui_button(u, r, "fork", ICON_NONE, "Fork", b->fork ? LOOK_PRIMARY : LOOK_RAISED, command_tip("fork")))
		command_run(b, "fork");
}

void chips_draw(bench *b, rect r)
{
	ui *u = &b->ui;
	float em = u->em, gap = GAP * em, side = fminf(28 * em, r.h - 4 * em);
	int n = b->snap->all;
	bool tools = !b->presenter && r.w > (COMPARE + FORK + 60) * em + (float)n * CHIP_LEAST * em;
	float room = r.w - (tools ? (COMPARE + FORK) * em + 3 * gap : 0);
	float each = fminf((room - gap * (float)(n - 1)) / (float)n, n > 1 ? CHIP_MOST * em : room);
	rect row = r;
	for (int i = 0; i < n && each >= 40 * em; i++) {
		chip(b, rect_cut_left(&row, each), i);
		rect_cut_left(&row, gap);
	}
	if (!tools)
		return;
	rect fork = {r.x + r.w - FORK * em - gap, r.y + (r.h - side) / 2, FORK * em, side};
	rect compare = {fork.x - gap - COMPARE * em, fork.y, COMPARE * em, side};
	if (ui_button(u, compare, "compare", ICON_NONE, "+ Compare", LOOK_RAISED, command_tip("compare")))
		command_run(b, "compare");
	fork_button(b, fork);
}
