#include "app/relief.h"

#include "app/bench.h"
#include "base/text.h"
#include "view/surface.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double DEGREES_PER_POINT = 0.45, TURN_STEP = 5, ZOOM_STEP = 1.1;

static bool is_shown(const bench *b)
{
	const view *list[BENCH_VIEWS];
	int n = bench_views(b, list);
	for (int i = 0; i < n; i++)
		if (strcmp(list[i]->name, "surface") == 0)
			return true;
	return false;
}

static bool must_show(bench *b)
{
	if (!is_shown(b))
		ui_toast(&b->ui, "This belongs to the error surface; V shows it.");
	return is_shown(b);
}

static void set_look(bench *b, knob_id id, double value)
{
	const knob *k = knob_get(id);
	if (k->type != KNOB_CHOICE)
		value = fmax(k->low, fmin(k->high, value));
	b->config_changed = b->config_changed || b->config.v[id] != value;
	b->config.v[id] = value;
}

static double wrapped(double degrees)
{
	degrees = fmod(degrees, 360);
	return degrees < 0 ? degrees + 360 : degrees;
}

static void look_from(bench *b, double turn, double tilt)
{
	set_look(b, KNOB_turn, wrapped(turn));
	set_look(b, KNOB_tilt, tilt);
}

/* ---- commands ---- */

void relief_turn(bench *b, double turn, double tilt)
{
	if (must_show(b))
		look_from(b, b->config.v[KNOB_turn] + turn, b->config.v[KNOB_tilt] + tilt);
}

void relief_zoom(bench *b, double factor)
{
	if (must_show(b))
		set_look(b, KNOB_zoom, factor > 0 ? b->config.v[KNOB_zoom] * factor : 1);
}

static void next_choice(bench *b, knob_id id, const char *what)
{
	char text[96];
	const knob *k = knob_get(id);
	if (!must_show(b))
		return;
	set_look(b, id, (double)(((int)b->config.v[id] + 1) % k->choices));
	snprintf(text, sizeof text, "%s: %s", what, config_choice(&b->config, id));
	ui_toast(&b->ui, text);
}

void relief_next_axes(bench *b)
{
	b->relief.crossed = false;
	next_choice(b, KNOB_axes, "Axes of the surface");
}

void relief_next_height(bench *b)
{
	next_choice(b, KNOB_height, "Height of the surface");
}

/* ---- a start ---- */

static const char NO_START[] =
        "A start can be chosen over named or random axes, or over two parameters of their own: D chooses the axes.";

/* Settings of the start at (a, b) of the picture; false when its axes are none that a start can be told in. */
static bool start_at(const slice_picture *p, const bench *b, double at_a, double at_b, config *c)
{
	bool in_wb = p->kind == SLICE_UNIT;
	err e;
	switch (p->kind) {
	case SLICE_UNIT:
		c->v[KNOB_w] = at_a;
		c->v[KNOB_b] = at_b;
		break;
	case SLICE_FUNCTION:
		break;
	case SLICE_NAMED:
		if (!config_set(c, "start_along", b->config.axes_named, &e))
			return false;
		break;
	case SLICE_RANDOM:
		if (!config_set(c, "start_along", "", &e))
			return false;
		break;
	case SLICE_POWER:
	case SLICE_PCA:
	case SLICE_GRADIENT:
		return false;
	}
	c->v[KNOB_start_a] = in_wb ? 0 : at_a;
	c->v[KNOB_start_b] = in_wb ? 0 : at_b == 0 && at_a == 0 ? 1e-300 : at_b; /* both 0: the usual start */
	return true;
}

/* A place on random axes is told from the weights as drawn: the plane must go through them. */
static bool is_elsewhere(const bench *b, const slice_picture *p)
{
	return p->kind == SLICE_RANDOM && b->config.v[KNOB_centre] != 0;
}

static bool through_the_start(bench *b, const slice_picture *p)
{
	if (!is_elsewhere(b, p))
		return true;
	set_look(b, KNOB_centre, 0);
	b->relief.crossed = false;
	ui_toast(&b->ui, "The plane now goes through the weights as they were drawn: choose the start here.");
	return false;
}

void relief_start(bench *b)
{
	const slice_picture *p = &b->snap->surface;
	relief *r = &b->relief;
	char text[160], value[2][32];
	if (!must_show(b) || p->na < 2 || !b->worker || !through_the_start(b, p))
		return;
	config probe = b->config;
	if (!start_at(p, b, 0, 0, &probe)) {
		ui_toast(&b->ui, NO_START);
		return;
	}
	if (!r->crossed) {
		r->crossed = true;
		r->a = 0.5 * (p->low[0] + p->high[0]);
		r->b = 0.5 * (p->low[1] + p->high[1]);
		ui_focus(&b->ui, "surface map"); /* the arrows are the cross's now */
		ui_toast(&b->ui,
		        "Move the cross with the arrows, or click; then press Enter or Alt+J: all arms start there.");
		return;
	}
	if (!b->tutor)
		gallery_keep(b);
	(void)undo_note(b, false);
	for (int i = 0; i < b->snap->all; i++) {
		config c = i == bench_arm(b) ? b->config : b->snap->about[i].config;
		if (!start_at(p, b, r->a, r->b, &c)) {
			ui_toast(&b->ui, NO_START);
			return;
		}
		worker_config(b->worker, i, &c);
		if (i == bench_arm(b))
			b->config = c;
	}
	b->config_changed = false;
	r->crossed = false;
	snprintf(text, sizeof text, "%s start%s at %.40s %s, %.40s %s.", b->snap->all > 1 ? "All arms" : "The run",
	        b->snap->all > 1 ? "" : "s", p->name[0], text_short(value[0], sizeof value[0], r->a, 4), p->name[1],
	        text_short(value[1], sizeof value[1], r->b, 4));
	ui_toast(&b->ui, text);
}

/* ---- controls ---- */

void relief_before(bench *b)
{
	surface3d_pose pose = surface_pose(&b->config);
	const relief *r = &b->relief;
	surface_look(&pose, r->turning);
	surface_cross(r->crossed ? r->a : (double)NAN, r->b);
}

static void solid_keys(bench *b, uint32_t id)
{
	int key = ui_key_for(&b->ui, id);
	double step = b->ui.event.mods & UI_SHIFT ? TURN_STEP / 5 : TURN_STEP;
	double turn = (key == UI_KEY_RIGHT) - (key == UI_KEY_LEFT), tilt = (key == UI_KEY_UP) - (key == UI_KEY_DOWN);
	if (turn != 0 || tilt != 0)
		look_from(b, b->config.v[KNOB_turn] + turn * step, b->config.v[KNOB_tilt] + tilt * step);
	else if (key == UI_KEY_PAGE_UP || key == UI_KEY_PAGE_DOWN)
		relief_zoom(b, key == UI_KEY_PAGE_UP ? ZOOM_STEP : 1 / ZOOM_STEP);
	else if (key == UI_KEY_HOME)
		relief_zoom(b, 0);
	else
		return;
	ui_use(&b->ui);
}

static void solid_pointer(bench *b, const ui_touch *t)
{
	relief *r = &b->relief;
	ui *u = &b->ui;
	if (t->pressed) {
		*r = (relief){.turning = true,
		        .from_x = u->pointer.x,
		        .from_y = u->pointer.y,
		        .turn = b->config.v[KNOB_turn],
		        .tilt = b->config.v[KNOB_tilt],
		        .crossed = r->crossed,
		        .a = r->a,
		        .b = r->b};
	} else if (r->turning && !t->held) {
		r->turning = false;
	} else if (r->turning && u->event.kind == UI_KEY && u->event.key == UI_KEY_ESCAPE) {
		look_from(b, r->turn, r->tilt);
		r->turning = false;
		ui_use(u);
	} else if (r->turning && u->event.kind == UI_MOVE) {
		double scale = DEGREES_PER_POINT / (double)u->em;
		look_from(b, r->turn - scale * (double)(u->pointer.x - r->from_x),
		        r->tilt + scale * (double)(u->pointer.y - r->from_y));
	}
	if (t->hot && u->event.kind == UI_WHEEL && !u->used) {
		r->wheel += u->event.wheel;
		for (; fabsf(r->wheel) >= 1; r->wheel -= copysignf(1, r->wheel))
			relief_zoom(b, r->wheel > 0 ? ZOOM_STEP : 1 / ZOOM_STEP);
		ui_use(u);
	}
}

static void solid_control(bench *b, rect place)
{
	char value[64];
	snprintf(value, sizeof value, "turned %.0f°, tilted %.0f°, zoom %.2f", b->config.v[KNOB_turn],
	        b->config.v[KNOB_tilt], b->config.v[KNOB_zoom]);
	ui_touch t = ui_register(&b->ui, place, UI_PLOT, "relief", value, NULL);
	solid_pointer(b, &t);
	solid_keys(b, t.id);
	ui_ring(&b->ui, rect_inset(place, 1, 1), 5 * b->ui.em, t.id);
}

static void put_cross(bench *b, const surface_places *at, double a, double b_value)
{
	relief *r = &b->relief;
	r->crossed = true;
	r->a = fmax(at->low[0], fmin(at->high[0], a));
	r->b = fmax(at->low[1], fmin(at->high[1], b_value));
}

static void map_keys(bench *b, const surface_places *at, uint32_t id)
{
	int key = ui_key_for(&b->ui, id);
	relief *r = &b->relief;
	double share = b->ui.event.mods & UI_SHIFT ? 0.005 : 0.025, wide = at->high[0] - at->low[0],
	       high = at->high[1] - at->low[1];
	double right = (key == UI_KEY_RIGHT) - (key == UI_KEY_LEFT), up = (key == UI_KEY_UP) - (key == UI_KEY_DOWN);
	if (right != 0 || up != 0) {
		if (!r->crossed)
			put_cross(b, at, at->low[0] + 0.5 * wide, at->low[1] + 0.5 * high);
		else
			put_cross(b, at, r->a + right * share * wide, r->b + up * share * high);
	} else if (key == UI_KEY_ENTER && r->crossed) {
		relief_start(b);
	} else {
		return;
	}
	ui_use(&b->ui);
}

/* Beside the cross, inside the map. */
static void start_button(bench *b, const surface_places *at)
{
	relief *r = &b->relief;
	bool elsewhere = is_elsewhere(b, &b->snap->surface);
	float em = b->ui.em, w = (elsewhere ? 120 : 88) * em, h = UI_TARGET * em;
	float x = at->map.x + at->map.w * (float)((r->a - at->low[0]) / (at->high[0] - at->low[0])),
	      y = at->map.y + at->map.h * (float)((at->high[1] - r->b) / (at->high[1] - at->low[1]));
	rect place = {x + 16 * em, y - 0.5F * h, w, h};
	if (place.x + w > at->map.x + at->map.w)
		place.x = x - 16 * em - w;
	place.y = fmaxf(at->map.y, fminf(place.y, at->map.y + at->map.h - h));
	if (w > at->map.w || h > at->map.h)
		return;
	if (ui_button(&b->ui, place, "start here", ICON_NONE, elsewhere ? "To the start …" : "Start here", LOOK_PRIMARY,
	            elsewhere ? "a start is chosen on the plane through the weights as they were drawn: goes there "
	                        "(Enter)"
	                      : "all arms begin again, from this place (Enter, or a double click)"))
		relief_start(b);
}

static void map_control(bench *b, const surface_places *at)
{
	relief *r = &b->relief;
	char value[64] = "no place chosen", x[24], y[24];
	if (r->crossed)
		snprintf(value, sizeof value, "%s, %s", text_short(x, sizeof x, r->a, 4),
		        text_short(y, sizeof y, r->b, 4));
	ui_touch t = ui_register(&b->ui, at->map, UI_PLOT, "surface map", value, NULL);
	point q = b->ui.pointer;
	bool near_press = hypotf(q.x - b->ui.press.x, q.y - b->ui.press.y) < 4 * b->ui.em;
	if (t.clicked && near_press) {
		put_cross(b, at, at->low[0] + (at->high[0] - at->low[0]) * (double)((q.x - at->map.x) / at->map.w),
		        at->high[1] - (at->high[1] - at->low[1]) * (double)((q.y - at->map.y) / at->map.h));
		if (b->ui.clicks > 1)
			relief_start(b);
	}
	map_keys(b, at, t.id);
	ui_ring(&b->ui, rect_inset(at->map, 1, 1), 2, t.id);
	if (r->crossed)
		start_button(b, at);
}

void relief_controls(bench *b)
{
	const surface_places *at = surface_where();
	if (!is_shown(b) || b->help || b->choosing)
		return;
	if (at->solid.w > 0)
		solid_control(b, at->solid);
	if (at->map.w > 0 && b->snap->surface.na > 1)
		map_control(b, at);
}
