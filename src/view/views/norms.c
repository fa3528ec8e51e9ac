/* norms: the norm of the whole gradient over the updates, before and after clipping, and how often each size came. */
#include "base/text.h"
#include "plot/marks.h"
#include "view/handle.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool clips(const snap_arm *a)
{
	return strcmp(config_choice(&a->config, KNOB_clip), "none") != 0;
}

static bool clips_norm(const snap_arm *a)
{
	return strcmp(config_choice(&a->config, KNOB_clip), "norm") == 0;
}

static double threshold(const snap_arm *a)
{
	return clips(a) ? log10(a->config.v[KNOB_clip_at]) : NAN;
}

/* An earlier arm clips in the same way at the same place: one line serves both. */
static bool repeats_threshold(const snap *s, int arm)
{
	for (int a = 0; a < arm; a++)
		if (clips_norm(&s->arm[a]) == clips_norm(&s->arm[arm]) &&
		        threshold(&s->arm[a]) == threshold(&s->arm[arm]))
			return true;
	return false;
}

/* The arm's own ink where arms differ in their threshold. */
static ink threshold_ink(const snap *s, int arm)
{
	for (int a = 0; a < part_arms(s); a++)
		if (threshold(&s->arm[a]) != threshold(&s->arm[arm]) && clips(&s->arm[a]))
			return part_arm_ink(s, arm);
	return INK_WARN;
}

static axis value_axis(const snap *s)
{
	span all = span_none;
	part_span_arms(s, SNAP_GRAD_NORM, true, &all);
	for (int a = 0; a < part_arms(s); a++)
		if (clips(&s->arm[a]) && !part_stands_out(s, a))
			part_span(&s->arm[a].series[SNAP_CLIPPED_NORM], true, &all);
	for (int a = 0; a < part_arms(s) && !span_empty(all); a++) {
		double at = threshold(&s->arm[a]); /* shown unless it is decades away */
		if (at > all.low - 1 && at < all.high + 1)
			span_add(&all, at);
	}
	return axis_log(all);
}

static void label_end(labels *l, const snap *s, int arm, snap_scalar scalar, ink i, const char *text)
{
	const snap_series *series = part_drawn(&s->arm[arm].series[scalar]);
	int last = part_last(series, true);
	if (last < 0)
		return;
	label *k = labels_add(l, log10((double)series->mean[last]), i, "%s", text);
	k->dash = part_arm_dash(s, arm);
}

static void collect_labels(const snap *s, const axis *y, labels *l)
{
	char value[48];
	bool several = part_arms(s) > 1;
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *arm = &s->arm[a];
		label_end(l, s, a, SNAP_GRAD_NORM, part_arm_ink(s, a), several ? part_arm_name(s, a) : "before");
		if (clips(arm) && !several)
			label_end(l, s, a, SNAP_CLIPPED_NORM, INK_SERIES_1, "after");
		if (!(threshold(arm) >= y->low && threshold(arm) <= y->high) || repeats_threshold(s, a))
			continue;
		text_short(value, sizeof value, arm->config.v[KNOB_clip_at], 3);
		label *k = labels_add(
		        l, threshold(arm), threshold_ink(s, a), clips_norm(arm) ? "clip at %s" : "each ±%s", value);
		k->rank = 1;
		k->dash = DASH_DASHED;
	}
}

/* The norm after clipping, with gaps where clipping changed nothing. In static memory until the next call. */
static curve where_clipped(const snap_arm *a)
{
	static float cut[SNAP_BUCKETS];
	curve c = part_series(part_drawn(&a->series[SNAP_GRAD_NORM]), true).mean;
	for (int i = 0; i < c.n; i++)
		cut[i] = c.y[i];
	c = part_series(part_drawn(&a->series[SNAP_CLIPPED_NORM]), true).mean;
	for (int i = 0; i < c.n; i++)
		cut[i] = c.y[i] < cut[i] - 4.5e-4F ? c.y[i] : NAN; /* by a thousandth */
	c.y = cut;
	return c;
}

static void draw_curves(const snap *s, const plot *p)
{
	canvas *c = p->c;
	bool several = part_arms(s) > 1;
	part_draw_bands(p, s, SNAP_GRAD_NORM, true);
	for (int a = 0; a < part_arms(s); a++) {
		char name[32];
		const snap_arm *arm = &s->arm[a];
		snprintf(name, sizeof name, "series:norm:%d", a);
		canvas_group(c, name);
		part_draw(p, part_series(part_drawn(&arm->series[SNAP_GRAD_NORM]), true).mean, arm->update,
		        part_arm_stroke(s, a, 1.5F));
		if (clips(arm) && !several)
			part_draw(p, where_clipped(arm), arm->update, plot_stroke(2, INK_SERIES_1, 1, DASH_SOLID));
		if (!repeats_threshold(s, a))
			plot_horizontal(p, threshold(arm),
			        plot_stroke(1.5F, threshold_ink(s, a), 1, clips_norm(arm) ? DASH_DASHED : DASH_DOTTED));
		canvas_group_end(c);
	}
}

/* The strip at the right: shares the y axis of the plot. One arm as bars, several as outlines. */
static void draw_histogram(const snap *s, const plot *p, rect strip)
{
	canvas *c = p->c;
	float em = plot_em(c, TYPE_TICK);
	rect r = {strip.x, p->area.y, strip.w, p->area.h};
	canvas_group(c, "histogram");
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *arm = &s->arm[a];
		double low = (double)arm->hist_low, high = (double)arm->hist_high;
		if (part_arms(s) > 1)
			marks_stairs(p, r, arm->grad_histogram, SNAP_BINS, low, high, part_arm_stroke(s, a, 1.5F));
		else
			marks_histogram(p, r, arm->grad_histogram, SNAP_BINS, low, high, part_arm_ink(s, a), 0.7F);
	}
	canvas_line(c, r.x, r.y, r.x, r.y + r.h, plot_stroke(1, INK_AXIS, 1, DASH_SOLID));
	/* from the axis on, or as far left of it as it must */
	float w = canvas_measure("how often", em, WEIGHT_REGULAR).width;
	canvas_text(c, fminf(r.x, r.x + r.w - w), r.y + r.h + 1.4F * em, "how often",
	        plot_type(c, TYPE_TICK, INK_MUTED, ALIGN_LEFT));
	canvas_group_end(c);
}

/* The threshold can be moved; where nothing is clipped, it waits at the top. */
static void offer_threshold(const snap *s, const plot *p, view_focus *focus)
{
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *arm = &s->arm[a];
		view_handle *h = handle_add(focus, s, a, "norms", "clip");
		if (!h)
			return;
		h->kind = HANDLE_CLIP;
		h->knob = KNOB_clip_at;
		h->tip = clips(arm) ? "drag the threshold of the clipping"
		                    : "drag down to clip the gradient by its norm";
		/* half a target under the top, where titles begin */
		float top = p->area.y + fminf(14 * p->c->theme->type, 0.5F * p->area.h);
		h->high = fmin(pow(10, clips(arm) ? p->y.high : axis_value(&p->y, top)), knob_get(KNOB_clip_at)->high);
		h->low = fmin(pow(10, p->y.low), h->high);
		h->value = clips(arm) ? arm->config.v[KNOB_clip_at] : 0;
		h->wraps = !clips(arm);
		h->zero = "not clipped";
		h->along = ALONG_Y;
		h->map = p->y;
		h->at = (point){p->area.x + p->area.w - (float)a * 0.06F * p->area.w, 0};
	}
}

static void read_out(const snap *s, const plot *p, const view_focus *focus)
{
	char value[48];
	readout r = {0};
	readout_add(&r, INK_NONE, "update %s", axis_count_text(value, sizeof value, (double)focus->update));
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *arm = &s->arm[a];
		double raw = part_series_at(&arm->series[SNAP_GRAD_NORM], focus->update);
		double cut = part_series_at(&arm->series[SNAP_CLIPPED_NORM], focus->update);
		readout_add(&r, part_arm_ink(s, a), "%s %s", part_arms(s) > 1 ? part_arm_name(s, a) : "before",
		        isnan(raw) ? "–" : text_short(value, sizeof value, raw, 3));
		if (clips(arm) && !isnan(cut))
			readout_add(&r, part_arms(s) > 1 ? INK_NONE : INK_SERIES_1, "after %s",
			        text_short(value, sizeof value, cut, 3));
	}
	readout_draw(&r, p->c, p->area, focus->pointer);
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	labels l = {0};
	rect strip = {0, 0, 0, 0};
	plot_spec spec = {
	        .x = part_updates_axis(s), .y = value_axis(s), .x_title = "update", .y_title = "gradient norm"};
	collect_labels(s, &spec.y, &l);
	if (area.w > 26 * plot_em(c, TYPE_TICK) && area.h > 8 * plot_em(c, TYPE_TICK))
		strip = rect_cut_right(&area, 0.16F * area.w);
	spec.right = labels_width(&l, c, 0.36F * area.w);
	if (strip.w > 0)
		rect_cut_right(&area, PLOT_UNIT);
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	draw_curves(s, &p);
	part_mark_present(&p, s);
	if (spec.right > 0)
		labels_draw(&l, &p);
	if (part_last(&s->arm[0].series[SNAP_GRAD_NORM], true) < 0)
		plot_message(&p, part_nothing(s));
	else if (strip.w > 0)
		draw_histogram(s, &p, strip);
	if (part_last(&s->arm[0].series[SNAP_GRAD_NORM], true) >= 0)
		offer_threshold(s, &p, focus);
	bool pointed = part_point_update(&p, focus);
	part_mark_update(&p, focus);
	if (pointed)
		read_out(s, &p, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	buf[0] = '\0';
	bool any = false;
	for (int a = 0; a < part_arms(s); a++)
		any = any || clips(&s->arm[a]);
	part_append(buf, size, "Whole gradient%s",
	        !any               ? ", not clipped"
	        : part_arms(s) > 1 ? " before clipping"
	                           : " before and after clipping");
	part_append_run(buf, size, run ? ": " : NULL, s);
	part_append(buf, size, ". ");
	part_append_buckets(buf, size, "Line", part_drawn(&s->arm[0].series[SNAP_GRAD_NORM]));
	part_append(buf, size, ". Right: all updates by size.");
	part_append_future(buf, size, s);
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	const snap_arm *a = &s->arm[0];
	char value[48];
	buf[0] = '\0';
	if (part_arms(s) > 1 || a->update == 0)
		return buf;
	if (isfinite(a->now[SNAP_GRAD_NORM]))
		part_append(buf, size, "now %s", text_short(value, sizeof value, a->now[SNAP_GRAD_NORM], 3));
	if (clips(a) && isfinite(a->clipped_share))
		part_append(buf, size, ", %s of updates clipped", part_percent(value, sizeof value, a->clipped_share));
	return buf;
}

static void add_histogram(const snap_arm *a, int arm, view_data *d)
{
	double low = (double)a->hist_low, width = ((double)a->hist_high - low) / SNAP_BINS;
	data_table(d, "histogram", arm, SNAP_BINS);
	data_range(d, DATA_ROWS, "log10_low", "log10 of the least norm in this bin", low, width);
	data_range(d, DATA_ROWS, "log10_high", "log10 of the greatest norm in this bin", low + width, width);
	data_floats(d, "count", "updates before clipping in this bin", a->grad_histogram);
}

static void numbers(const snap *s, view_data *d)
{
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *arm = &s->arm[a];
		data_series(
		        d, "before", a, &arm->series[SNAP_GRAD_NORM], "norm", "norm of the gradient before clipping");
		if (clips(arm)) {
			data_series(d, "after", a, &arm->series[SNAP_CLIPPED_NORM], "norm",
			        "norm of the gradient after clipping");
			data_table(d, "threshold", a, 1);
			data_add(d, DATA_REAL, DATA_ROWS, "clip_at",
			        clips_norm(arm) ? "greatest norm" : "greatest absolute value of an element");
			data_set(d, 0, arm->config.v[KNOB_clip_at]);
			data_add(d, DATA_REAL, DATA_ROWS, "clipped_share", "share of the updates that were clipped");
			data_set(d, 0, arm->clipped_share);
		}
		add_histogram(arm, a, d);
	}
}

const view view_norms = {
        .name = "norms",
        .title = "Gradient norm",
        .summary = "norm of the gradient over the updates, before and after clipping, and its histogram",
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};
