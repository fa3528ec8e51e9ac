/* loss: the loss over the updates, a mean line in its band of extremes, beside the baselines of the task. */
#include "base/text.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Logarithmic when the means span more than a decade and every value is positive; before the first update those of
 * the run before. */
static bool is_log(const snap *s)
{
	double low = INFINITY, high = 0;
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *m = &s->arm[a];
		const snap_series *l = m->series[SNAP_LOSS].n > 0 ? &m->series[SNAP_LOSS] : &m->previous;
		for (int i = 0; i < l->n && i < SNAP_BUCKETS; i++)
			if (isfinite(l->mean[i])) {
				low = fmin(low, fmin((double)l->low[i], (double)l->mean[i]));
				high = fmax(high, (double)l->mean[i]);
			}
	}
	return low > 0 && high > 10 * low;
}

static double in_axis(double value, bool log)
{
	return log ? log10(value) : value;
}

/* Baselines stretch the axis by no more than the data's own range, or by a decade. */
static void add_baselines(const snap *s, bool log, span *out)
{
	double room = log ? 1 : fmax(out->high - out->low, 0.5 * fabs(out->high));
	span data = *out;
	bool empty = span_empty(data);
	for (int i = 0; i < s->arm[0].baselines && i < 4; i++) {
		double at = in_axis(s->arm[0].baseline[i], log);
		if (isfinite(at) && (empty || (at > data.low - room && at < data.high + room)))
			span_add(out, at);
	}
}

/* The run before stretches the axis, but not where it went far off: what is compared with it would lie flat. */
static void add_previous(const snap *s, int arm, bool log, span *all)
{
	const snap_series *own = &s->arm[arm].series[SNAP_LOSS];
	snap_series seen = s->arm[arm].previous;
	if (seen.n < 1)
		return;
	double most = fabs((double)seen.mean[0]);
	for (int i = 0; i < own->n && i < SNAP_BUCKETS; i++)
		most = isfinite(own->high[i]) ? fmax(most, (double)own->high[i]) : most;
	for (int i = 0; i < seen.n && i < SNAP_BUCKETS; i++)
		if (!((double)seen.high[i] <= 10 * most))
			seen.low[i] = seen.high[i] = seen.mean[i] = NAN;
	part_span(&seen, log, all);
}

static axis value_axis(const snap *s, bool log)
{
	span all = span_none;
	part_span_arms(s, SNAP_LOSS, log, &all);
	for (int a = 0; a < part_arms(s); a++)
		add_previous(s, a, log, &all);
	if (span_empty(all)) /* nothing has been trained: from where the run is to come down */
		for (int a = 0; a < part_arms(s); a++)
			if (s->arm[a].update == 0 && s->arm[a].now[SNAP_LOSS] > 0 &&
			        isfinite(s->arm[a].now[SNAP_LOSS])) {
				span_add(&all, 0);
				span_add(&all, s->arm[a].now[SNAP_LOSS]);
			}
	add_baselines(s, log, &all);
	return log ? axis_log(all) : axis_linear(all);
}

/* Without `numbers` arms have their names alone: half a number would be a wrong one. */
static void collect_labels(const snap *s, bool log, const axis *y, bool numbers, labels *l)
{
	char value[48];
	for (int a = 0; a < part_arms(s); a++) {
		const snap_series *loss = part_drawn(&s->arm[a].series[SNAP_LOSS]);
		int last = part_last(loss, log);
		if (last < 0)
			continue;
		text_short(value, sizeof value, (double)loss->mean[last], 3);
		bool named = part_arms(s) > 1;
		bool later = s->arm[a].end > s->arm[a].update && !s->arm[a].diverged; /* of the pale end, not of now */
		label *k = labels_add(l, in_axis((double)loss->mean[last], log), part_arm_ink(s, a), "%s%s%s%s",
		        later && (numbers || !named) ? "later " : "", numbers || !named ? value : "",
		        numbers && named ? "  " : "", named ? part_arm_name(s, a) : "");
		k->weight = later ? WEIGHT_REGULAR : WEIGHT_BOLD;
		k->dash = part_arm_dash(s, a);
	}
	const snap_series *previous = part_drawn(&s->arm[0].previous);
	int before = part_last(previous, log);
	if (before >= 0 && part_arms(s) == 1 && in_axis((double)previous->mean[before], log) <= y->high)
		labels_add(l, in_axis((double)previous->mean[before], log), INK_MUTED, "run before")->rank = 9;
	for (int i = 0; i < s->arm[0].baselines && i < 4; i++) {
		double at = in_axis(s->arm[0].baseline[i], log);
		if (!(at >= y->low && at <= y->high))
			continue;
		label *k = labels_add(l, at, INK_BOUND, "%s", s->arm[0].baseline_label[i]);
		const char *name = strstr(k->text, ": "); /* "1/6: guessing" */
		k->brief = name ? name + 2 : NULL;
		k->rank = 1 + i;
		k->dash = DASH_DASHED;
	}
}

/* The run before the last reset. */
static void draw_previous(const snap *s, const plot *p, bool log)
{
	for (int a = 0; a < part_arms(s); a++) {
		if (s->arm[a].previous.n < 1)
			continue;
		canvas_group(p->c, "previous");
		line_draw(p, part_series(part_drawn(&s->arm[a].previous), log).mean,
		        plot_stroke(1, part_arms(s) > 1 ? part_arm_ink(s, a) : INK_MUTED, 0.45F, DASH_SOLID));
		canvas_group_end(p->c);
	}
}

static void draw_curves(const snap *s, const plot *p, bool log)
{
	canvas *c = p->c;
	canvas_group(c, "baselines");
	for (int i = 0; i < s->arm[0].baselines && i < 4; i++)
		plot_horizontal(
		        p, in_axis(s->arm[0].baseline[i], log), plot_stroke(1.25F, INK_BOUND, 0.9F, DASH_DASHED));
	canvas_group_end(c);
	part_draw_bands(p, s, SNAP_LOSS, log);
	for (int a = 0; a < part_arms(s); a++) {
		char name[32];
		snprintf(name, sizeof name, "series:loss:%d", a);
		canvas_group(c, name);
		part_draw(p, part_series(part_drawn(&s->arm[a].series[SNAP_LOSS]), log).mean, s->arm[a].update,
		        part_arm_stroke(s, a, 1.75F));
		canvas_group_end(c);
	}
}

static void read_out(const snap *s, const plot *p, const view_focus *focus)
{
	char value[48], wrong[64];
	readout r = {0};
	readout_add(&r, INK_NONE, "update %s", axis_count_text(value, sizeof value, (double)focus->update));
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *arm = &s->arm[a];
		double loss = part_series_at(&arm->series[SNAP_LOSS], focus->update);
		double metric = part_series_at(&arm->series[SNAP_METRIC], focus->update);
		readout_add(&r, part_arm_ink(s, a), "%s %s", part_arms(s) > 1 ? part_arm_name(s, a) : "loss",
		        isnan(loss) ? "–" : text_short(value, sizeof value, loss, 4));
		if (!isnan(metric) && arm->metric_label[0])
			readout_add(&r, INK_NONE, "%s %s", part_percent(value, sizeof value, metric),
			        part_metric(arm, wrong, sizeof wrong));
	}
	readout_draw(&r, p->c, p->area, focus->pointer);
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	bool log = is_log(s);
	labels l = {0};
	plot_spec spec = {.x = part_updates_axis(s), .y = value_axis(s, log), .x_title = "update"};
	spec.y_title = s->arm[0].loss_label[0] ? s->arm[0].loss_label : "loss";
	float most = 0.34F * area.w;
	collect_labels(s, log, &spec.y, true, &l);
	if (part_arms(s) > 1 && labels_width(&l, c, 10 * area.w) > most) {
		l.n = 0;
		collect_labels(s, log, &spec.y, false, &l);
	}
	spec.right = labels_width(&l, c, most);
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	draw_previous(s, &p, log);
	draw_curves(s, &p, log);
	part_mark_present(&p, s);
	if (spec.right > 0)
		labels_draw(&l, &p);
	else
		labels_legend(&l, &p);
	if (part_last(&s->arm[0].series[SNAP_LOSS], log) < 0)
		plot_message(&p, part_nothing(s));
	bool pointed = part_point_update(&p, focus);
	part_mark_update(&p, focus);
	if (pointed)
		read_out(s, &p, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	buf[0] = '\0';
	part_append_buckets(buf, size, "Line", part_drawn(&s->arm[0].series[SNAP_LOSS]));
	part_append_run(buf, size, run ? ": " : NULL, s);
	part_append(buf, size, ".");
	if (s->arm[0].previous.n > 0)
		part_append(buf, size, " Thin%s: the run before.", part_arms(s) > 1 ? "" : ", grey");
	part_append_future(buf, size, s);
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	const snap_arm *a = &s->arm[0];
	char value[48], wrong[64];
	buf[0] = '\0';
	if (part_arms(s) == 1 && isfinite(a->now[SNAP_METRIC]) && a->metric_label[0])
		part_append(buf, size, "%s %s", part_percent(value, sizeof value, a->now[SNAP_METRIC]),
		        part_metric(a, wrong, sizeof wrong));
	return buf;
}

static void numbers(const snap *s, view_data *d)
{
	const snap_arm *first = &s->arm[0];
	for (int a = 0; a < part_arms(s); a++) {
		data_series(d, "curve", a, &s->arm[a].series[SNAP_LOSS], "loss", "loss of the minibatch");
		if (s->arm[a].previous.n > 0)
			data_series(
			        d, "before", a, &s->arm[a].previous, "loss", "loss of the run before the last reset");
	}
	int n = first->baselines < 0 ? 0 : first->baselines > 4 ? 4 : first->baselines;
	data_table(d, "baselines", DATA_SHARED, n);
	data_add(d, DATA_TEXT, DATA_ROWS, "name", "what would reach this loss");
	for (int i = 0; i < n; i++)
		data_set_text(d, i, first->baseline_label[i]);
	data_add(d, DATA_REAL, DATA_ROWS, "loss", "its loss");
	for (int i = 0; i < n; i++)
		data_set(d, i, first->baseline[i]);
}

const view view_loss = {
        .name = "loss",
        .title = "Loss",
        .summary = "loss over the updates, with the baselines of the task",
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};
