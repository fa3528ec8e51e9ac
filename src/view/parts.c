#include "view/parts.h"

#include "base/text.h"
#include "view/handle.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int part_arms(const snap *s)
{
	return s->arms < 1 ? 1 : s->arms > SNAP_ARMS ? SNAP_ARMS : s->arms;
}

int part_arm_index(const snap *s, int arm)
{
	return s->arm[arm].index & (SNAP_ARMS - 1);
}

int part_arm_colour(const snap *s, int arm)
{
	int colour = s->arm[arm].colour;
	return colour > 0 ? (colour - 1) & (SNAP_ARMS - 1) : part_arm_index(s, arm);
}

ink part_place_ink(int place)
{
	return (ink)(INK_ARM_0 + (place & (SNAP_ARMS - 1)));
}

dash part_place_dash(int place)
{
	static const dash dashes[SNAP_ARMS] = {DASH_SOLID, DASH_DASHED, DASH_DASHDOT, DASH_DOTTED};
	return dashes[place & (SNAP_ARMS - 1)];
}

ink part_arm_ink(const snap *s, int arm)
{
	return part_place_ink(part_arm_colour(s, arm));
}

dash part_arm_dash(const snap *s, int arm)
{
	return part_place_dash(part_arm_colour(s, arm));
}

stroke part_arm_stroke(const snap *s, int arm, float width)
{
	return plot_stroke(width, part_arm_ink(s, arm), 1, part_arm_dash(s, arm));
}

const char *part_arm_name(const snap *s, int arm)
{
	static const char *const letters[SNAP_ARMS] = {"A", "B", "C", "D"};
	return s->arm[arm].name[0] ? s->arm[arm].name : letters[part_arm_index(s, arm)];
}

void part_name_arms(const snap *s, canvas *c, rect *area)
{
	labels l = {0};
	for (int a = 0; a < part_arms(s); a++)
		labels_add(&l, 0, part_arm_ink(s, a), "%s", part_arm_name(s, a))->dash = part_arm_dash(s, a);
	if (l.n > 1)
		labels_above(&l, c, area);
}

/* ---- sentences ---- */

void part_append(char *buf, int size, const char *fmt, ...)
{
	va_list args;
	int used = (int)strnlen(buf, (size_t)size);
	if (used >= size - 1)
		return;
	va_start(args, fmt);
	vsnprintf(buf + used, (size_t)(size - used), fmt, args);
	va_end(args);
}

static void append_knob(char *buf, int size, const char *before, const config *c, knob_id id)
{
	char value[CONFIG_TEXT];
	part_append(buf, size, "%s%s", before, config_text(c, id, value, sizeof value));
}

static void append_net(char *buf, int size, const config *c)
{
	if (!config_uses(c, KNOB_hidden)) { /* the task is the whole system */
		part_append(buf, size, "one unit");
		return;
	}
	part_append(buf, size, "%s (", config_choice(c, KNOB_cell));
	if (c->v[KNOB_layers] > 1)
		part_append(buf, size, "%.0f\u00A0layers of ", c->v[KNOB_layers]);
	append_knob(buf, size, "", c, KNOB_hidden);
	part_append(
	        buf, size, "\u00A0%s)", config_uses(c, KNOB_activation) ? config_choice(c, KNOB_activation) : "units");
}

static void append_names(char *buf, int size, const snap *s, const char *before)
{
	for (int a = 0; a < part_arms(s); a++)
		part_append(buf, size, "%s%s", a ? " | " : before, part_arm_name(s, a));
}

/* The net, or the names of arms that differ in it. True when it was the net. */
static bool append_nets(char *buf, int size, const snap *s)
{
	const config *first = &s->arm[0].config;
	bool same = true;
	for (int a = 1; a < part_arms(s); a++) {
		const config *c = &s->arm[a].config;
		same = same && c->v[KNOB_cell] == first->v[KNOB_cell] && c->v[KNOB_hidden] == first->v[KNOB_hidden] &&
		       c->v[KNOB_layers] == first->v[KNOB_layers] && c->v[KNOB_activation] == first->v[KNOB_activation];
	}
	if (same)
		append_net(buf, size, first);
	else
		append_names(buf, size, s, "");
	return same;
}

/* ", lr 0.048 from update 1 200"; only how many when there are more than two. */
static void append_changes(char *buf, int size, const snap *s)
{
	char update[32], value[CONFIG_TEXT];
	int n = 0;
	for (int a = 0; a < part_arms(s); a++)
		n += s->arm[a].edits;
	for (int i = 0; i < s->state.edits && n > 0 && n <= 2; i++) {
		const state_edit *k = &s->state.edit[i];
		config c = s->arm[0].config;
		int shown = -1;
		for (int a = 0; a < part_arms(s); a++)
			shown = s->arm[a].index == k->arm ? a : shown;
		if (shown < 0 || k->update > s->arm[shown].update)
			continue;
		c.v[k->knob] = k->value;
		part_append(buf, size, ", %s\u00A0%s from update\u00A0%s", knob_get(k->knob)->name,
		        config_text(&c, k->knob, value, sizeof value),
		        axis_count_text(update, sizeof update, (double)k->update));
		if (part_arms(s) > 1)
			part_append(buf, size, " (%s)", part_arm_name(s, shown));
	}
	if (n > 2)
		part_append(buf, size, ", %d changes under way", n);
}

void part_append_run(char *buf, int size, const char *before, const snap *s)
{
	if (!before)
		return;
	const config *c = &s->arm[0].config;
	char update[32];
	part_append(buf, size, "%s", before);
	bool net = append_nets(buf, size, s);
	part_append(buf, size, " on %s", config_choice(c, KNOB_task));
	if (config_uses(c, KNOB_T))
		append_knob(buf, size, ", T\u00A0=\u00A0", c, KNOB_T);
	else
		part_append(buf, size, ", T\u00A0=\u00A0%d", s->arm[0].T);
	append_knob(buf, size, ", batch\u00A0", c, KNOB_batch);
	append_knob(buf, size, ", seed\u00A0", c, KNOB_seed);
	long now = 0; /* an arm that has stopped stays behind */
	for (int a = 0; a < part_arms(s); a++)
		now = s->arm[a].update > now ? s->arm[a].update : now;
	part_append(buf, size, ", update\u00A0%s", axis_count_text(update, sizeof update, (double)now));
	append_changes(buf, size, s);
	if (net && part_arms(s) > 1)
		append_names(buf, size, s, "; arms: ");
}

void part_append_future(char *buf, int size, const snap *s)
{
	if (s->end > s->update)
		part_append(buf, size, " Faded, beyond the upright line: known from before.");
}

void part_append_buckets(char *buf, int size, const char *line, const snap_series *l)
{
	if (l->n > 0 && l->stride > 1)
		part_append(buf, size, "%s: means of %ld minibatches; band: their extremes", line, l->stride);
	else
		part_append(buf, size, "Every minibatch");
}

const char *part_metric(const snap_arm *a, char *buf, size_t size)
{
	static const char glued[] = "\u00A0>\u00A0"; /* no line ends beside the sign */
	const char *sign = strstr(a->metric_label, " > ");
	if (sign)
		snprintf(buf, size, "%.*s%s%s", (int)(sign - a->metric_label), a->metric_label, glued, sign + 3);
	else
		snprintf(buf, size, "%s", a->metric_label);
	return text_localize(buf);
}

const char *part_percent(char *buf, int size, double share)
{
	double percent = 100 * share;
	if (!isfinite(percent))
		snprintf(buf, (size_t)size, "–");
	else
		snprintf(buf, (size_t)size, percent > 0 && percent < 9.95 ? "%.1f\u2009%%" : "%.0f\u2009%%", percent);
	text_localize(buf);
	return buf;
}

const char *part_nothing(const snap *s)
{
	const snap_arm *a = &s->arm[0];
	if (a->diverged)
		return "no finite values";
	if (a->update > 0)
		return "nothing measured yet";
	if (!s->live)
		return "no updates yet";
	if (s->asks)
		return "predict first";
	bool broken = isinf(a->now[SNAP_LOSS]) || (isfinite(a->now[SNAP_LOSS]) && isinf(a->now[SNAP_GRAD_NORM]));
	return broken ? "not finite at the start: change a setting" : "press Space or ▶ to start";
}

/* ---- curves over the updates ---- */

static int buckets(const snap_series *s)
{
	return s->n < 0 ? 0 : s->n > SNAP_BUCKETS ? SNAP_BUCKETS : s->n;
}

static long stride_of(const snap_series *s)
{
	return s->stride > 0 ? s->stride : 1;
}

/* Negative values have no place on a log axis and become gaps. */
static double to_axis(float value, bool log)
{
	return log ? log10((double)value) : (double)value;
}

const snap_series *part_drawn(const snap_series *s)
{
	enum { POINTS = 300 };
	static snap_series out;
	if (buckets(s) <= POINTS)
		return s;
	out = *s;
	out.n = buckets(s);
	out.stride = stride_of(s);
	while (out.n > POINTS)
		snap_series_halve(&out);
	return &out;
}

part_curve part_series(const snap_series *s, bool log)
{
	static float low[SNAP_BUCKETS], high[SNAP_BUCKETS], mean[SNAP_BUCKETS];
	int n = buckets(s);
	for (int i = 0; i < n; i++) { /* a bucket of one update needs one logarithm */
		mean[i] = (float)to_axis(s->mean[i], log);
		low[i] = s->low[i] == s->mean[i] ? mean[i] : (float)to_axis(s->low[i], log);
		high[i] = s->high[i] == s->mean[i] ? mean[i] : (float)to_axis(s->high[i], log);
	}
	double dx = (double)stride_of(s), x0 = (double)s->first + 0.5 * (dx - 1);
	return (part_curve){{low, n, x0, dx}, {high, n, x0, dx}, {mean, n, x0, dx}};
}

curve part_running(const snap_series *s, int window)
{
	static float mean[SNAP_BUCKETS];
	int n = buckets(s);
	for (int i = 0; i < n; i++) {
		double sum = 0;
		int count = 0;
		for (int k = i; k >= 0 && k > i - window; k--)
			if (isfinite(s->mean[k])) {
				sum += (double)s->mean[k];
				count++;
			}
		mean[i] = count ? (float)(sum / count) : NAN;
	}
	double dx = (double)stride_of(s);
	return (curve){mean, n, (double)s->first + 0.5 * (dx - 1), dx};
}

/* Logarithms keep the order: only those of the extremes are taken. */
void part_span(const snap_series *s, bool log, span *out)
{
	float low = INFINITY, high = -INFINITY;
	for (int i = 0; i < buckets(s); i++) {
		const float ends[] = {s->low[i], s->high[i]};
		if (isnan(s->mean[i]))
			continue; /* a bucket without a value */
		for (int k = 0; k < 2; k++) {
			bool inside = isfinite(ends[k]) && (ends[k] > 0 || !log);
			low = inside && ends[k] < low ? ends[k] : low;
			high = inside && ends[k] > high ? ends[k] : high;
			out->zero |= log && ends[k] == 0;
			out->broken |= !inside && !(log && ends[k] == 0);
		}
	}
	if (low <= high) {
		span_add(out, to_axis(low, log));
		span_add(out, to_axis(high, log));
	}
}

bool part_stands_out(const snap *s, int arm)
{
	bool others = false;
	for (int a = 0; a < part_arms(s); a++)
		others = others || !s->arm[a].diverged;
	return others && s->arm[arm].diverged;
}

void part_span_arms(const snap *s, snap_scalar of, bool log, span *out)
{
	span stopped = span_none;
	for (int a = 0; a < part_arms(s); a++)
		part_span(&s->arm[a].series[of], log, part_stands_out(s, a) ? &stopped : out);
	if (span_empty(stopped))
		return;
	double room = span_empty(*out) ? INFINITY : log ? 3 : 2 * fmax(out->high - out->low, fabs(out->high));
	span_add(out, fmin(stopped.high, out->high + room));
	span_add(out, fmax(stopped.low, out->low - room));
}

int part_last(const snap_series *s, bool log)
{
	int i = buckets(s) - 1;
	while (i >= 0 && !(to_axis(s->mean[i], log) < INFINITY))
		i--;
	return i;
}

axis part_updates_axis(const snap *s)
{
	long last = 0;
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *m = &s->arm[a];
		const snap_series *before = &m->previous;
		long ends[] = {m->update, m->end,
		        buckets(before) ? before->first + buckets(before) * stride_of(before) - 1 : 0};
		for (int i = 0; i < 3; i++)
			last = ends[i] > last ? ends[i] : last;
	}
	return axis_count(0, last > 0 ? (double)last : 100);
}

/* The points up to the present; at least one of the others joins them. */
static int past_points(curve line, long present)
{
	double n = floor(((double)present - line.x0) / line.dx + 0.5) + 1;
	return n < 0 ? 0 : n > line.n ? line.n : (int)n;
}

static curve future_of(curve line, int past)
{
	int from = past > 0 ? past - 1 : 0;
	return (curve){line.y + from, line.n - from, line.x0 + from * line.dx, line.dx};
}

void part_draw(const plot *p, curve line, long present, stroke s)
{
	int past = past_points(line, present);
	curve done = line;
	done.n = past;
	line_draw(p, done, s);
	if (past >= line.n)
		return;
	s.alpha *= 0.3F;
	line_draw(p, future_of(line, past), s);
}

static void draw_band(const plot *p, part_curve c, long present, ink i, float alpha)
{
	int past = past_points(c.mean, present);
	curve low = c.low, high = c.high;
	low.n = high.n = past;
	line_band(p, low, high, i, alpha);
	if (past < c.mean.n)
		line_band(p, future_of(c.low, past), future_of(c.high, past), i, 0.3F * alpha);
}

void part_draw_bands(const plot *p, const snap *s, snap_scalar of, bool log)
{
	float alpha = theme_is_dark(p->c->theme) ? 0.26F : 0.18F; /* a dark panel swallows more */
	alpha /= sqrtf((float)part_arms(s));                      /* several lie on each other */
	canvas_group(p->c, "bands");
	for (int a = 0; a < part_arms(s); a++) {
		const snap_series *all = part_drawn(&s->arm[a].series[of]);
		if (all->stride > 1)
			draw_band(p, part_series(all, log), s->arm[a].update, part_arm_ink(s, a), alpha);
	}
	canvas_group_end(p->c);
}

void part_mark_present(const plot *p, const snap *s)
{
	if (!plot_has_room(p) || s->end <= s->update)
		return;
	canvas_group(p->c, "present");
	plot_vertical(p, (double)s->update, plot_stroke(1.25F, INK_ACCENT, 0.9F, DASH_SOLID));
	canvas_group_end(p->c);
}

double part_series_at(const snap_series *s, long update)
{
	long i = (update - s->first) / stride_of(s);
	return update < s->first || i >= buckets(s) ? NAN : (double)s->mean[i];
}

/* ---- time steps ---- */

static int entries(int T)
{
	return T < 0 ? 0 : T > SNAP_STEPS ? SNAP_STEPS : T;
}

curve part_steps(const float *y, int T)
{
	int n = entries(T);
	double dx = n > 0 ? (double)T / n : 1;
	return (curve){.y = y, .n = n, .x0 = 0.5 + 0.5 * dx, .dx = dx};
}

int part_tape_steps(const snap_tape *t)
{
	return entries(t->T);
}

int part_tape_step(const snap_tape *t, int entry)
{
	int n = entries(t->T);
	return n > 0 ? (int)((long)entry * t->T / n) + 1 : 0;
}

int part_tape_entry(const snap_tape *t, int step)
{
	int n = entries(t->T);
	return step < 1 || step > t->T || n < 1 ? -1 : (int)((long)(step - 1) * n / t->T);
}

void part_append_tape(char *buf, int size, const snap *s)
{
	const snap_tape *t = &s->arm[0].tape;
	char update[32];
	for (int a = 1; a < part_arms(s); a++) /* an arm that has stopped stays behind */
		t = s->arm[a].tape.update > t->update ? &s->arm[a].tape : t;
	if (t->T < 1)
		return;
	if (t->example > 0) {
		part_append(buf, size, "sequence\u00A0%d of the batch of update\u00A0%s, kept, ", t->sequence,
		        axis_count_text(update, sizeof update, (double)t->example));
		if (t->edits > 0)
			part_append(buf, size, "%d\u00A0input%s changed by hand, ", t->edits, t->edits > 1 ? "s" : "");
		part_append(buf, size, "with the weights of now (training is not changed)");
		return;
	}
	part_append(buf, size, "sequence\u00A0%d of the %d in the batch ", t->sequence, t->batch);
	if (t->update > 0)
		part_append(buf, size, "of update\u00A0%s, with the weights before it",
		        axis_count_text(update, sizeof update, (double)t->update));
	else
		part_append(buf, size, "before training");
}

bool part_is_mark(const float *x, int n)
{
	for (int i = 0; i < n; i++)
		if (isfinite(x[i]) && x[i] != 0 && fabsf(x[i]) != 1)
			return false;
	return true;
}

view_handle *part_truncate_handle(view_focus *focus, const snap *s, int a, const char *owner, int cut, int T)
{
	view_handle *h = T > 1 ? handle_add(focus, s, a, owner, "truncate") : NULL;
	if (!h)
		return NULL;
	h->knob = KNOB_truncate;
	h->tip = "drag: over how many steps the gradient of a loss goes back";
	h->value = cut < T ? cut : 0;
	h->low = 1;
	h->high = T;
	h->fallback = 0;
	h->whole = h->wraps = true;
	h->zero = "all the way";
	h->along = ALONG_X;
	return h;
}

/* A gradient that goes back over p steps reaches the copies T − p + 1 … T of the weights. */
void part_truncation(const snap *s, const plot *p, view_focus *focus, const char *owner)
{
	float em = plot_em(p->c, TYPE_TICK);
	char text[48];
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *arm = &s->arm[a];
		int T = arm->T, cut = (int)arm->config.v[KNOB_truncate];
		ink i = part_arms(s) > 1 ? part_arm_ink(s, a) : INK_ACCENT;
		if (T < 2 || !plot_has_room(p))
			continue;
		if (cut > 0 && cut < T) {
			float x = plot_x(p, T - cut + 0.5);
			canvas_group(p->c, "truncate");
			plot_vertical(p, T - cut + 0.5, plot_stroke(1.5F, i, 0.9F, DASH_DASHED));
			snprintf(text, sizeof text, "truncated: %d", cut);
			bool low = p->area.h < 9 * em; /* there are curves everywhere */
			bool left = x - canvas_measure(text, em, WEIGHT_REGULAR).width - em < p->area.x;
			if (!low)
				canvas_text(p->c, left ? x + 0.5F * em : x - 0.5F * em,
				        p->area.y + (1.1F + 1.3F * (float)a) * em, text,
				        plot_type(p->c, TYPE_TICK, i, left ? ALIGN_LEFT : ALIGN_RIGHT));
			canvas_group_end(p->c);
		}
		view_handle *h = part_truncate_handle(focus, s, a, owner, cut, T);
		if (!h)
			continue;
		h->map = (axis){.kind = AXIS_LINEAR,
		        .low = 0,
		        .high = T,
		        .from = plot_x(p, T + 0.5),
		        .to = plot_x(p, 0.5),
		        .zero = NAN};
		h->at = (point){0, p->area.y + p->area.h - (float)a * 1.6F * em};
	}
}

/* ---- pointer ---- */

bool part_inside(const plot *p, const view_focus *focus)
{
	return focus && focus->has_pointer && plot_has_room(p) && rect_has(p->area, focus->pointer.x, focus->pointer.y);
}

void part_point_step(const plot *p, view_focus *focus, double T)
{
	if (part_inside(p, focus))
		focus->step = (int)fmax(1, fmin(T, round(axis_value(&p->x, focus->pointer.x))));
}

void part_mark_step(const plot *p, const view_focus *focus, ink i)
{
	if (focus && focus->step > 0 && plot_has_room(p))
		plot_vertical(p, focus->step, plot_stroke(1, i, 0.5F, DASH_SOLID));
}

bool part_point_update(const plot *p, view_focus *focus)
{
	if (!part_inside(p, focus))
		return false;
	focus->update = lround(fmax(1, axis_value(&p->x, focus->pointer.x)));
	return true;
}

void part_mark_update(const plot *p, const view_focus *focus)
{
	if (focus && focus->update > 0 && plot_has_room(p))
		plot_vertical(p, (double)focus->update, plot_stroke(1, INK_TEXT, 0.45F, DASH_SOLID));
}
