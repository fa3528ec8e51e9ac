#include "plot/axis.h"

#include "base/text.h"
#include "base/wide.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const span span_none = {INFINITY, -INFINITY, false, false};

void span_add(span *s, double value)
{
	if (isfinite(value)) {
		s->low = fmin(s->low, value);
		s->high = fmax(s->high, value);
	} else if (value == -INFINITY) {
		s->zero = true;
	} else {
		s->broken = true;
	}
}

/* A float as an integer of the same order, NaN outside ±Inf: the maximum of whole numbers is one instruction. */
static inline int32_t ordered(float value)
{
	int32_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits ^ (bits >> 31 & INT32_MAX);
}

static float from_ordered(int32_t order)
{
	float value;
	order ^= order >> 31 & INT32_MAX;
	memcpy(&value, &order, sizeof value);
	return value;
}

/* What is left of n values: extremes of the finite ones in their order, how many are −INFINITY, how many are finite. */
typedef struct summary {
	int32_t low, high;
	int zeros, finite;
} summary;

WIDE_LOOPS static void summarize(const float *value, int n, summary *out)
{
	const int32_t top = 0x7F7FFFFF, zero = ~top - 1; /* the largest float; −INFINITY in this order */
	summary s = {INT32_MAX, INT32_MIN, 0, 0};
	for (int i = 0; i < n; i++) {
		int32_t v = ordered(value[i]);
		int finite = v <= top && v > zero;
		int32_t low = finite ? v : INT32_MAX, high = finite ? v : INT32_MIN;
		s.low = low < s.low ? low : s.low;
		s.high = high > s.high ? high : s.high;
		s.zeros += v == zero;
		s.finite += finite;
	}
	*out = s;
}

void span_add_all(span *s, const float *value, int n)
{
	summary all;
	if (n < 1)
		return;
	summarize(value, n, &all);
	if (all.finite) {
		s->low = fmin(s->low, (double)from_ordered(all.low));
		s->high = fmax(s->high, (double)from_ordered(all.high));
	}
	s->zero |= all.zeros > 0;
	s->broken |= all.zeros + all.finite < n;
}

bool span_empty(span s)
{
	return s.low > s.high;
}

/* The smallest of 1, 2, 5 × 10ⁿ that is not below `rough`. */
static double nice_step(double rough)
{
	if (!(rough > 1e-300) || !(rough < 1e300))
		return 1;
	double decade = pow(10, floor(log10(rough)));
	double m = rough / decade;
	double step = m <= 1 + 1e-9 ? 1 : m <= 2 + 1e-9 ? 2 : m <= 5 + 1e-9 ? 5 : 10;
	return step * decade;
}

static double next_step(double step)
{
	return nice_step(step * 1.5);
}

axis axis_linear(span s)
{
	axis a = {.kind = AXIS_LINEAR, .low = 0, .high = 1, .zero = NAN};
	if (span_empty(s))
		return a;
	a.low = s.low;
	a.high = s.high;
	if (a.low > 0 && a.low < 0.6 * a.high)
		a.low = 0;
	double least = 1e-9 * fmax(fabs(a.low), fabs(a.high));
	if (!(a.high - a.low > least)) {
		double room = fmax(0.1 * fabs(a.high), 1e-12);
		a.low -= room;
		a.high += room;
	}
	double step = nice_step((a.high - a.low) / 8);
	a.low = floor(a.low / step + 1e-9) * step;
	a.high = ceil(a.high / step - 1e-9) * step;
	return a;
}

/* log10 of the nearest 1, 2 or 5 × 10ⁿ at or below `value` (up < 0), at or above it (up > 0). */
static double round_125(double value, int up)
{
	static const double stop[] = {0, 0.301029995663981, 0.698970004336019, 1};
	double decade = floor(value), part = value - decade;
	if (up < 0) {
		for (int i = 2; i >= 0; i--)
			if (stop[i] <= part + 1e-6)
				return decade + stop[i];
		return decade;
	}
	for (int i = 0; i < 4; i++)
		if (stop[i] >= part - 1e-6)
			return decade + stop[i];
	return decade + 1;
}

axis axis_log(span s)
{
	axis a = {.kind = AXIS_LOG, .low = -6, .high = 0, .zero = NAN};
	if (span_empty(s))
		return a;
	double wide = s.high - s.low;
	if (wide < 3) {
		a.low = round_125(s.low, -1);
		a.high = round_125(s.high, 1);
	} else {
		double unit = wide > 100 ? 10 : 1;
		a.low = floor(s.low / unit + 1e-6) * unit;
		a.high = ceil(s.high / unit - 1e-6) * unit;
	}
	if (wide < 0.3) { /* not along the edges, and at least a factor of two to each side of one value */
		double room = wide < 0.1 ? 0.30 : 0.05;
		a.low = round_125(s.low - room, -1);
		a.high = round_125(s.high + room, 1);
	}
	return a;
}

axis axis_count(double first, double last)
{
	if (!isfinite(first) || !isfinite(last))
		first = 0, last = 1;
	if (!(last - first > 1e-9))
		last = first + 1;
	return (axis){.kind = AXIS_COUNT, .low = first, .high = last, .zero = NAN};
}

float axis_at(const axis *a, double value)
{
	if (value == -INFINITY && a->kind == AXIS_LOG)
		return isnan(a->zero) ? a->from : a->zero;
	double at = (double)a->from + (value - a->low) / (a->high - a->low) * ((double)a->to - (double)a->from);
	if (!isfinite(at))
		return NAN;
	return at < -1e6 ? -1e6F : at > 1e6 ? 1e6F : (float)at; /* no calls: curves ask for every point */
}

double axis_value(const axis *a, float position)
{
	double length = (double)a->to - (double)a->from;
	return fabs(length) < 1e-6 ? a->low
	                           : a->low + ((double)position - (double)a->from) / length * (a->high - a->low);
}

/* ---- numbers ---- */

/* Typographic minus instead of a hyphen in front. */
static const char *with_minus(char *buf, size_t size, const char *digits)
{
	bool negative = digits[0] == '-';
	snprintf(buf, size, "%s%s", negative ? "−" : "", digits + negative);
	return buf;
}

const char *axis_count_text(char *buf, size_t size, double value)
{
	char digits[32], grouped[64];
	if (!(fabs(value) < 1e15))
		return text_short(buf, size, value, 3);
	int n = snprintf(digits, sizeof digits, "%.0f", value), out = 0;
	for (int i = 0; i < n; i++) {
		grouped[out++] = digits[i];
		if ((n - 1 - i) % 3 == 0 && i < n - 1 && digits[i] != '-')
			out += snprintf(grouped + out, 4, "%s", text_group());
	}
	grouped[out] = '\0';
	return with_minus(buf, size, grouped);
}

const char *axis_number(char *buf, size_t size, double value, double step)
{
	char digits[64];
	double largest = fmax(fabs(value), step);
	if (fabs(value) < 1e-9 * step)
		value = 0;
	if (step >= 1 && largest < 1e9)
		return axis_count_text(buf, size, value);
	if (largest >= 1e6 || step < 0.99e-4)
		return text_short(buf, size, value, (int)fmin(4, fmax(1, ceil(log10(largest / step) + 0.5))));
	int decimals = (int)fmax(0, ceil(-log10(step) - 1e-9));
	snprintf(digits, sizeof digits, "%.*f", decimals, value);
	return with_minus(buf, size, text_localize(digits));
}

const char *axis_power(char *buf, size_t size, double exponent)
{
	if (!isfinite(exponent)) {
		snprintf(buf, size, "%s", isnan(exponent) ? "–" : exponent > 0 ? "∞" : "0");
		return buf;
	}
	if (fabs(exponent) < 290)
		return text_short(buf, size, pow(10, exponent), 3);
	double whole = floor(exponent), leading = pow(10, exponent - whole);
	char power[32], front[16];
	if (leading >= 9.95) /* it would be written as 10 */
		whole++, leading = 1;
	text_power(power, sizeof power, (int)whole);
	text_short(front, sizeof front, leading, 2);
	bool one = strcmp(front, "1") == 0;
	snprintf(buf, size, "%s%s%s", one ? "" : front, one ? "" : "·", power);
	return buf;
}

/* ---- ticks ---- */

/* Free space between neighbouring labels, in em; the second where fewer than two labels would be left otherwise. */
static const float ROOM_ACROSS[] = {1.1F, 0.4F}, ROOM_UPRIGHT[] = {2.0F, 1.2F};
/* More labels than this explain nothing, however long the axis is. */
static const float MOST_TICKS = 11;

static axis_tick *add_tick(axis_ticks *t, double at)
{
	if (t->n == AXIS_TICKS)
		return NULL;
	axis_tick *k = &t->tick[t->n++];
	*k = (axis_tick){.at = at};
	return k;
}

static void add_minor(const axis *a, axis_ticks *t, double at)
{
	if (t->minors < AXIS_MINOR && at > a->low && at < a->high)
		t->minor[t->minors++] = at;
}

static void measure(axis_tick *k, float em)
{
	k->width = canvas_measure(k->label, em, WEIGHT_REGULAR).width;
}

/* Space that labels `step` apart need along the axis, relative to what they have: at most 1 fits. */
static double crowding(
        const axis *a, const axis_ticks *t, double step, float length, float em, bool upright, bool tight)
{
	float need = upright ? ROOM_UPRIGHT[tight] * em : axis_widest(t) + ROOM_ACROSS[tight] * em;
	need = need > length / MOST_TICKS ? need : length / MOST_TICKS;
	return (double)need / (step / (a->high - a->low) * (double)length);
}

static void ticks_of_step(const axis *a, double step, float em, axis_ticks *t)
{
	*t = (axis_ticks){0};
	double from = ceil(a->low / step - 1e-6), to = floor(a->high / step + 1e-6);
	for (double i = from; i <= to && t->n < AXIS_TICKS; i++) {
		axis_tick *k = add_tick(t, i * step);
		if (a->kind == AXIS_LOG)
			text_power(k->label, sizeof k->label, (int)lround(k->at));
		else
			axis_number(k->label, sizeof k->label, k->at, step);
		measure(k, em);
	}
}

/* The finest 1-2-5 step, not below `least`, whose labels fit. */
static double fit_step(const axis *a, double least, float length, float em, bool upright, bool tight, axis_ticks *t)
{
	double pitch = fmax((double)(length / MOST_TICKS), (double)((upright ? ROOM_UPRIGHT[tight] : 1) * em));
	/* finer steps cannot fit, whatever their labels */
	double step = fmax(least, nice_step((1 - 1e-6) * (a->high - a->low) * pitch / fmax(1, (double)length)));
	for (int guard = 0; guard < 40; guard++, step = next_step(step)) {
		if ((a->high - a->low) / step > AXIS_TICKS - 4)
			continue;
		ticks_of_step(a, step, em, t);
		if (crowding(a, t, step, length, em, upright, tight) <= 1)
			break;
	}
	return step;
}

/* Minor ticks at 2 … 9 of each decade. */
static void minors_in_decades(const axis *a, axis_ticks *t)
{
	for (double d = floor(a->low); d < a->high; d++)
		for (int m = 2; m < 10; m++)
			add_minor(a, t, d + log10(m));
}

/* Fewer than two decades: labels at 1, 2, 5 as plain numbers where they fit, at whole decades otherwise. */
static bool short_log_ticks(const axis *a, float length, float em, bool upright, axis_ticks *t)
{
	static const int front[] = {1, 2, 5};
	*t = (axis_ticks){0};
	for (double d = floor(a->low + 1e-6); d <= a->high + 1e-6; d++)
		for (int i = 0; i < 3; i++) {
			double at = d + log10(front[i]);
			if (at < a->low - 1e-6 || at > a->high + 1e-6)
				continue;
			axis_tick *k = add_tick(t, at);
			if (!k)
				return false;
			if (front[i] == 1 && d < -3)
				text_power(k->label, sizeof k->label, (int)d);
			else
				text_short(k->label, sizeof k->label, front[i] * pow(10, d), 1);
			measure(k, em);
		}
	return t->n > 1 && crowding(a, t, 0.30, length, em, upright, false) <= 1;
}

static void log_ticks(const axis *a, float length, float em, bool upright, axis_ticks *t)
{
	double wide = a->high - a->low;
	if (wide < 2.5 && short_log_ticks(a, length, em, upright, t)) {
		minors_in_decades(a, t);
		return;
	}
	double step = fit_step(a, 1, length, em, upright, false, t);
	if (wide < 2.5 && t->n < 2 && short_log_ticks(a, 1e6F, em, upright, t)) { /* low box: only the ends */
		t->tick[1] = t->tick[t->n - 1];
		t->n = 2;
		return;
	}
	double decade = (double)length / wide;
	if (step < 1.5 && decade > 48)
		minors_in_decades(a, t);
	else if (step > 1.5 && decade > 4)
		for (double d = ceil(a->low); d <= a->high; d++)
			add_minor(a, t, d);
}

/* Labels at the ends of a count where they keep clear of the round ones. */
static void end_ticks(const axis *a, float length, float em, axis_ticks *t)
{
	double ends[] = {ceil(a->low - 1e-6), floor(a->high + 1e-6)};
	for (int e = 0; e < 2; e++) {
		axis_tick end = {.at = ends[e]};
		axis_count_text(end.label, sizeof end.label, end.at);
		measure(&end, em);
		bool clear = t->n < AXIS_TICKS;
		for (int i = 0; clear && i < t->n; i++) {
			double gap = fabs(t->tick[i].at - end.at) / (a->high - a->low) * (double)length;
			clear = gap > (double)(0.5F * (t->tick[i].width + end.width) + 0.6F * em);
		}
		if (clear)
			t->tick[t->n++] = end;
	}
}

void axis_make_ticks(const axis *a, float length, float em, bool upright, axis_ticks *out)
{
	*out = (axis_ticks){0};
	if (!(length > 1) || !(a->high > a->low))
		return;
	double least = a->kind == AXIS_LINEAR ? 0 : 1;
	if (a->kind == AXIS_LOG)
		log_ticks(a, length, em, upright, out);
	else
		fit_step(a, least, length, em, upright, false, out);
	if (out->n < 2) { /* one number is no scale */
		axis_ticks tight;
		fit_step(a, least, length, em, upright, true, &tight);
		if (tight.n > out->n)
			*out = tight;
	}
	if (a->kind == AXIS_COUNT && !upright)
		end_ticks(a, length, em, out);
}

float axis_widest(const axis_ticks *t)
{
	float widest = 0;
	for (int i = 0; i < t->n; i++)
		widest = t->tick[i].width > widest ? t->tick[i].width : widest;
	return widest;
}
