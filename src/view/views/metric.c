/* metric: the share of wrong answers over the updates, beside what a guess would reach. */
#include "base/text.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>

static const double SOLVED = 0.01; /* as the mark on the timeline */

static const snap_series *shares(const snap *s, int arm)
{
	return &s->arm[arm].series[SNAP_METRIC];
}

static double guess(const snap *s)
{
	return s->arm[0].guess_wrong;
}

static bool has_guess(const snap *s)
{
	return guess(s) > 0 && guess(s) <= 1;
}

/* Points of the running mean: a thirtieth of what is known. */
static int window(const snap *s)
{
	int n = shares(s, 0)->n / 30;
	return n < 1 ? 1 : n > SNAP_BUCKETS ? SNAP_BUCKETS : n;
}

/* Always from 0, so that a share looks like one; to 1 unless everything lies well below. */
static axis value_axis(const snap *s)
{
	span all = span_none;
	span_add(&all, 0);
	if (has_guess(s))
		span_add(&all, guess(s));
	for (int a = 0; a < part_arms(s); a++)
		part_span(shares(s, a), false, &all);
	span_add(&all, all.high > 0.5 || span_empty(all) || all.high <= 0 ? 1 : 1.1 * all.high);
	return axis_linear(all);
}

static void collect_labels(const snap *s, const axis *y, bool numbers, labels *l)
{
	char value[48];
	bool named = part_arms(s) > 1;
	for (int a = 0; a < part_arms(s); a++) {
		int last = part_last(shares(s, a), false);
		if (last < 0)
			continue;
		double share = (double)part_running(shares(s, a), window(s)).y[last];
		label *k = labels_add(l, share, part_arm_ink(s, a), "%s%s%s",
		        numbers || !named ? part_percent(value, sizeof value, share) : "", numbers && named ? "  " : "",
		        named ? part_arm_name(s, a) : "");
		k->weight = s->arm[a].end > s->arm[a].update ? WEIGHT_REGULAR : WEIGHT_BOLD;
		k->dash = part_arm_dash(s, a);
	}
	if (has_guess(s) && guess(s) <= y->high) {
		label *k =
		        labels_add(l, guess(s), INK_BOUND, "%s: guessing", part_percent(value, sizeof value, guess(s)));
		k->brief = "guessing";
		k->rank = 5;
		k->dash = DASH_DASHED;
	}
	label *k = labels_add(l, SOLVED, INK_GOOD, "below 1\u2009%%: solved");
	k->brief = "solved";
	k->rank = 6;
	k->dash = DASH_DOTTED;
}

static void draw_curve(const snap *s, int a, const plot *p)
{
	char name[32];
	part_curve share = part_series(part_drawn(shares(s, a)), false);
	snprintf(name, sizeof name, "series:metric:%d", a);
	canvas_group(p->c, name);
	part_draw(p, share.mean, s->arm[a].update, plot_stroke(1, part_arm_ink(s, a), 0.3F, DASH_SOLID));
	part_draw(p, part_running(shares(s, a), window(s)), s->arm[a].update, part_arm_stroke(s, a, 2));
	canvas_group_end(p->c);
}

static void draw_curves(const snap *s, const plot *p)
{
	canvas *c = p->c;
	part_draw_bands(p, s, SNAP_METRIC, false);
	for (int a = 0; a < part_arms(s); a++)
		draw_curve(s, a, p);
	canvas_group(c, "baselines");
	if (has_guess(s))
		plot_horizontal(p, guess(s), plot_stroke(1.25F, INK_BOUND, 0.9F, DASH_DASHED));
	plot_horizontal(p, SOLVED, plot_stroke(1.25F, INK_GOOD, 0.9F, DASH_DOTTED));
	canvas_group_end(c);
}

static void read_out(const snap *s, const plot *p, const view_focus *focus)
{
	char value[48];
	readout r = {0};
	readout_add(&r, INK_NONE, "update %s", axis_count_text(value, sizeof value, (double)focus->update));
	for (int a = 0; a < part_arms(s); a++)
		readout_add(&r, part_arm_ink(s, a), "%s %s", part_arms(s) > 1 ? part_arm_name(s, a) : "wrong",
		        part_percent(value, sizeof value, part_series_at(shares(s, a), focus->update)));
	readout_draw(&r, p->c, p->area, focus->pointer);
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	labels l = {0};
	plot_spec spec = {.x = part_updates_axis(s),
	        .y = value_axis(s),
	        .x_title = "update",
	        .y_title = "share of wrong answers"};
	float most = 0.34F * area.w;
	collect_labels(s, &spec.y, true, &l);
	if (part_arms(s) > 1 && labels_width(&l, c, 10 * area.w) > most) {
		l.n = 0;
		collect_labels(s, &spec.y, false, &l);
	}
	spec.right = labels_width(&l, c, most);
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	draw_curves(s, &p);
	part_mark_present(&p, s);
	if (spec.right > 0)
		labels_draw(&l, &p);
	else
		labels_legend(&l, &p);
	if (part_last(shares(s, 0), false) < 0)
		plot_message(&p, part_nothing(s));
	bool pointed = part_point_update(&p, focus);
	part_mark_update(&p, focus);
	if (pointed)
		read_out(s, &p, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	long over = window(s) * (shares(s, 0)->stride > 0 ? shares(s, 0)->stride : 1);
	char wrong[64];
	buf[0] = '\0';
	part_append_buckets(buf, size, "Thin", part_drawn(shares(s, 0)));
	if (over > 1)
		part_append(buf, size, "; thick: means of the last %ld", over);
	part_append(
	        buf, size, "%s%s", s->arm[0].metric_label[0] ? "; " : "", part_metric(&s->arm[0], wrong, sizeof wrong));
	part_append_run(buf, size, run ? ". " : NULL, s);
	part_append(buf, size, ".");
	part_append_future(buf, size, s);
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	char value[48];
	buf[0] = '\0';
	if (part_arms(s) == 1 && isfinite(s->arm[0].now[SNAP_METRIC]))
		part_append(buf, size, "now %s", part_percent(value, sizeof value, s->arm[0].now[SNAP_METRIC]));
	return buf;
}

static void numbers(const snap *s, view_data *d)
{
	for (int a = 0; a < part_arms(s); a++) {
		data_series(d, "curve", a, shares(s, a), "share", "share of wrong answers in the minibatch, 0 to 1");
		data_floats(d, "share_running", "mean of the last points: the line that is drawn",
		        part_running(shares(s, a), window(s)).y);
	}
	data_table(d, "guessing", DATA_SHARED, has_guess(s));
	data_add(d, DATA_REAL, DATA_ROWS, "share", "share of wrong answers of a guess");
	data_set(d, 0, guess(s));
}

const view view_metric = {
        .name = "metric",
        .title = "Wrong answers",
        .summary = "share of wrong answers over the updates, beside that of a guess",
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};
