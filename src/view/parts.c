#include "view/parts.h"

#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int part_arms(const snap *s)
{
	return s->arms < 1 ? 1 : s->arms > SNAP_ARMS ? SNAP_ARMS : s->arms;
}

ink part_arm_ink(int arm)
{
	return (ink)(INK_ARM_0 + arm % 4);
}

dash part_arm_dash(int arm)
{
	static const dash dashes[] = {DASH_SOLID, DASH_DASHED, DASH_DASHDOT, DASH_DOTTED};
	return dashes[arm % 4];
}

stroke part_arm_stroke(int arm, float width)
{
	return plot_stroke(width, part_arm_ink(arm), 1, part_arm_dash(arm));
}

const char *part_arm_name(const snap *s, int arm)
{
	static const char *const letters[SNAP_ARMS] = {"A", "B", "C", "D"};
	return s->arm[arm].name[0] ? s->arm[arm].name : letters[arm];
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

void part_append_run(char *buf, int size, const char *before, const snap *s)
{
	if (!before)
		return;
	const config *c = &s->arm[0].config;
	char update[32];
	part_append(buf, size, "%s%s (", before, config_choice(c, KNOB_cell));
	append_knob(buf, size, "", c, KNOB_hidden);
	part_append(buf, size, "\u00A0%s) on %s",
	        config_uses(c, KNOB_activation) ? config_choice(c, KNOB_activation) : "units",
	        config_choice(c, KNOB_task));
	if (config_uses(c, KNOB_T))
		append_knob(buf, size, ", T\u00A0=\u00A0", c, KNOB_T);
	else
		part_append(buf, size, ", T\u00A0=\u00A0%d", s->arm[0].T);
	append_knob(buf, size, ", batch\u00A0", c, KNOB_batch);
	append_knob(buf, size, ", seed\u00A0", c, KNOB_seed);
	part_append(buf, size, ", update\u00A0%s", axis_count_text(update, sizeof update, (double)s->arm[0].update));
	if (s->arm[0].edited > 0)
		part_append(buf, size, ", knobs changed after update\u00A0%s",
		        axis_count_text(update, sizeof update, (double)s->arm[0].edited));
}

const char *part_percent(char *buf, int size, double share)
{
	double percent = 100 * share;
	if (!isfinite(percent))
		snprintf(buf, (size_t)size, "–");
	else
		snprintf(buf, (size_t)size, percent > 0 && percent < 9.95 ? "%.1f\u2009%%" : "%.0f\u2009%%", percent);
	return buf;
}

const char *part_nothing(const snap *s)
{
	if (s->arm[0].diverged)
		return "no finite values";
	return s->arm[0].update > 0 ? "nothing measured yet" : s->live ? "press Space to start" : "no updates yet";
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
	for (int a = 0; a < part_arms(s); a++)
		last = s->arm[a].update > last ? s->arm[a].update : last;
	return axis_count(0, last > 0 ? (double)last : 100);
}

double part_series_at(const snap_series *s, long update)
{
	long i = (update - s->first) / stride_of(s);
	return update < s->first || i >= buckets(s) ? NAN : (double)s->mean[i];
}

/* ---- pointer ---- */

bool part_point_update(const plot *p, view_focus *focus)
{
	if (!focus || !focus->has_pointer || !plot_has_room(p) ||
	        !rect_has(p->area, focus->pointer.x, focus->pointer.y))
		return false;
	focus->update = lround(fmax(1, axis_value(&p->x, focus->pointer.x)));
	return true;
}

void part_mark_update(const plot *p, const view_focus *focus)
{
	if (focus && focus->update > 0 && plot_has_room(p))
		plot_vertical(p, (double)focus->update, plot_stroke(1, INK_TEXT, 0.45F, DASH_SOLID));
}
