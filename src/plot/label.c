#include "plot/label.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Distance of baselines, and the room for the joint between line end and label, in em. */
static const float PITCH = 1.3F, JOINT = 1.2F;

/* Rather than cut a word by a letter or two, the gutter may be wider by this factor than a view wants it. */
static const float MERCY = 1.25F;

static float em_of(const canvas *c)
{
	return plot_em(c, TYPE_TICK);
}

label *labels_add(labels *l, double value, ink i, const char *fmt, ...)
{
	va_list args;
	label *k = &l->item[l->n < LABELS ? l->n++ : LABELS - 1];
	*k = (label){.value = value, .ink = i};
	va_start(args, fmt);
	vsnprintf(k->text, sizeof k->text, fmt, args);
	va_end(args);
	return k;
}

float labels_width(const labels *l, const canvas *c, float most)
{
	float em = em_of(c), widest = 0;
	for (int i = 0; i < l->n; i++)
		if (!isnan(l->item[i].value))
			widest = fmaxf(widest, canvas_measure(l->item[i].text, em, l->item[i].weight).width);
	if (widest <= 0 || most < (JOINT + 3.5F) * em)
		return 0;
	float all = ceilf((widest + (JOINT + 0.2F) * em) / PLOT_UNIT) * PLOT_UNIT;
	return all < MERCY * most ? all : most;
}

/* ---- pushing apart ---- */

/* Where a label wants to be: beside its line's end, kept inside the area. */
static float wanted(const plot *p, const label *k)
{
	float y = plot_y(p, k->value);
	return fminf(fmaxf(y, p->area.y), p->area.y + p->area.h);
}

/* The labels with a place, ordered from top to bottom; the highest ranks left out until the rest fits. */
static int choose(labels *l, const plot *p, float pitch, label **order)
{
	int n = 0, room = (int)floorf(p->gutter.h / pitch + 0.01F);
	for (int i = 0; i < l->n; i++) {
		label *k = &l->item[i];
		if (isnan(k->value))
			continue;
		k->at = wanted(p, k);
		int j = n++;
		for (; j > 0 && order[j - 1]->at > k->at; j--)
			order[j] = order[j - 1];
		order[j] = k;
	}
	for (; n > room && n > 0; n--) {
		int worst = 0;
		for (int i = 1; i < n; i++)
			worst = order[i]->rank >= order[worst]->rank ? i : worst;
		memmove(order + worst, order + worst + 1, (size_t)(n - 1 - worst) * sizeof *order);
	}
	return n;
}

/* Least squares displacement under distance >= pitch: isotonic regression of at[i] − i·pitch by pooling. */
static void push_apart(label **order, int n, float pitch, float low, float high)
{
	float mean[LABELS];
	int size[LABELS], pools = 0;
	for (int i = 0; i < n; i++) {
		mean[pools] = order[i]->at - (float)i * pitch;
		size[pools++] = 1;
		while (pools > 1 && mean[pools - 2] > mean[pools - 1]) {
			int a = size[pools - 2], b = size[pools - 1];
			mean[pools - 2] = (mean[pools - 2] * (float)a + mean[pools - 1] * (float)b) / (float)(a + b);
			size[pools - 2] = a + b;
			pools--;
		}
	}
	float last = high - (float)(n - 1) * pitch;
	for (int k = 0, i = 0; k < pools; k++)
		for (int m = 0; m < size[k]; m++, i++)
			order[i]->at = fmaxf(low, fminf(last, mean[k])) + (float)i * pitch;
}

static void draw_joint(const label *k, const plot *p, float em)
{
	float x = p->area.x + p->area.w, y = wanted(p, k);
	point joint[] = {{x + 2, y}, {p->gutter.x + (JOINT - 0.3F) * em, k->at}};
	if (fabsf(k->at - y) > 1.5F)
		canvas_polyline(p->c, joint, 2, plot_stroke(1, k->ink, 0.55F, DASH_SOLID));
}

/* Closer than usual before any is left out. */
static float pitch_of(const labels *l, float height, float em)
{
	int n = 0;
	for (int i = 0; i < l->n; i++)
		n += !isnan(l->item[i].value);
	return n > 0 ? fmaxf(em, fminf(PITCH * em, height / (float)n)) : PITCH * em;
}

static const char *words(const label *k, float room, float em)
{
	return k->brief && canvas_measure(k->text, em, k->weight).width > room ? k->brief : k->text;
}

void labels_draw(labels *l, const plot *p)
{
	label *order[LABELS];
	char fitted[LABEL_TEXT + 4];
	float em = em_of(p->c), pitch = pitch_of(l, p->gutter.h, em);
	float room = p->gutter.w - JOINT * em;
	if (!plot_has_room(p) || room < 2 * em)
		return;
	int n = choose(l, p, pitch, order);
	push_apart(order, n, pitch, p->gutter.y + 0.5F * em, p->gutter.y + p->gutter.h - 0.3F * em);
	canvas_group(p->c, "labels");
	for (int i = 0; i < n; i++) {
		text_style s = plot_type(p->c, TYPE_TICK, order[i]->ink, ALIGN_LEFT);
		s.weight = order[i]->weight;
		draw_joint(order[i], p, em);
		canvas_fit(fitted, sizeof fitted, words(order[i], room, em), room, em, s.weight);
		canvas_text(p->c, p->gutter.x + JOINT * em, order[i]->at + 0.36F * em, fitted, s);
	}
	canvas_group_end(p->c);
}

/* ---- legends ---- */

/* A sample is long enough to tell the four line styles apart. In em: its length, the space behind it, that between two
 * entries, and the margin at both ends. */
static const float SAMPLE = 2.0F, BEHIND = 0.5F, BETWEEN = 1.2F, MARGIN = 0.5F;

/* The width that an entry takes; a name that is wider than the rows is cut. */
static float entry_width(const label *k, float em, float width)
{
	float w = SAMPLE + BEHIND;
	return fminf(w * em + canvas_measure(k->text, em, WEIGHT_REGULAR).width, width - 2 * MARGIN * em);
}

static void draw_entry(const label *k, canvas *c, float x, float y, float width)
{
	char fitted[LABEL_TEXT + 4];
	float em = em_of(c), name = (SAMPLE + BEHIND) * em;
	canvas_line(c, x, y - 0.36F * em, x + SAMPLE * em, y - 0.36F * em, plot_stroke(2, k->ink, 1, k->dash));
	canvas_fit(fitted, sizeof fitted, k->text, width - name + 0.5F, em, WEIGHT_REGULAR);
	canvas_text(c, x + name, y, fitted, plot_type(c, TYPE_TICK, INK_TEXT, ALIGN_LEFT));
}

/* The entries in rows of this width, one after the other, in at most `most` rows. Returns the rows that they take; with
 * c == NULL nothing is drawn. */
static int flow(const labels *l, float em, canvas *c, rect area, int most)
{
	float x = MARGIN * em;
	int rows = 0;
	if (area.w < (SAMPLE + BEHIND + 2 * MARGIN + 2) * em)
		return 0;
	for (int i = 0; i < l->n; i++) {
		const label *k = &l->item[i];
		float w = entry_width(k, em, area.w);
		if (isnan(k->value))
			continue;
		if (rows == 0 || x + w + MARGIN * em > area.w + 0.01F) {
			x = MARGIN * em;
			rows++;
		}
		if (rows > most)
			return most;
		if (c)
			draw_entry(k, c, area.x + x, area.y + PITCH * (float)rows * em, w);
		x += w + BETWEEN * em;
	}
	return rows;
}

void labels_legend(const labels *l, const plot *p)
{
	float em = em_of(p->c);
	int most = (int)(0.4F * p->area.h / (PITCH * em));
	canvas_group(p->c, "legend");
	flow(l, em, p->c, p->area, most);
	canvas_group_end(p->c);
}

void labels_above(const labels *l, canvas *c, rect *area)
{
	float em = em_of(c);
	int rows = flow(l, em, NULL, *area, LABELS);
	float height = (PITCH * (float)rows + 0.5F) * em;
	if (rows == 0 || height > 0.3F * area->h || area->h - height < 7 * em)
		return;
	canvas_group(c, "legend");
	flow(l, em, c, rect_cut_top(area, height), rows);
	canvas_group_end(c);
}

/* ---- read-out ---- */

void readout_add(readout *r, ink i, const char *fmt, ...)
{
	va_list args;
	if (r->n == READOUT_LINES)
		return;
	va_start(args, fmt);
	vsnprintf(r->text[r->n], sizeof r->text[0], fmt, args);
	va_end(args);
	r->ink[r->n++] = i;
}

static float readout_width(const readout *r, float em)
{
	float widest = 0;
	for (int i = 0; i < r->n; i++) {
		float w = canvas_measure(r->text[i], em, i == 0 ? WEIGHT_BOLD : WEIGHT_REGULAR).width;
		widest = fmaxf(widest, w + (r->ink[i] == INK_NONE ? 0 : 1.1F * em));
	}
	return widest + 1.4F * em;
}

/* Right of the pointer, left of it when there is no room, inside the bounds in any case. */
static rect readout_place(rect bounds, point at, float w, float h)
{
	float x = at.x + 14, y = at.y + 14;
	if (x + w > bounds.x + bounds.w)
		x = at.x - 14 - w;
	if (y + h > bounds.y + bounds.h)
		y = bounds.y + bounds.h - h;
	return (rect){fmaxf(x, bounds.x), fmaxf(y, bounds.y), w, h};
}

void readout_draw(const readout *r, canvas *c, rect bounds, point at)
{
	float em = em_of(c), pitch = 1.35F * em, w = readout_width(r, em);
	int n = (int)fminf((float)r->n, (bounds.h - 0.8F * em) / pitch);
	if (n < 1 || w > bounds.w)
		return;
	rect box = readout_place(bounds, at, w, (float)n * pitch + 0.8F * em);
	canvas_group(c, "readout");
	canvas_box(c, box, 4, INK_RAISED, 0.95F);
	canvas_frame(c, box, 4, plot_stroke(1, INK_BORDER, 1, DASH_SOLID));
	for (int i = 0; i < n; i++) {
		text_style s = plot_type(c, TYPE_TICK, INK_TEXT, ALIGN_LEFT);
		s.weight = i == 0 ? WEIGHT_BOLD : WEIGHT_REGULAR;
		float x = box.x + 0.7F * em, base = box.y + 0.4F * em + ((float)i + 0.78F) * pitch;
		if (r->ink[i] != INK_NONE) {
			canvas_box(c, (rect){x, base - 0.65F * em, 0.6F * em, 0.6F * em}, 2, r->ink[i], 1);
			x += 1.1F * em;
		}
		canvas_text(c, x, base, r->text[i], s);
	}
	canvas_group_end(c);
}

/* ---- paragraphs ---- */

enum { LINE_TEXT = 512 };

static const char *after_line(const char *text, size_t used)
{
	text += used;
	while (*text == ' ')
		text++;
	return text;
}

float label_paragraph(canvas *c, rect area, const char *text, text_style s, int lines)
{
	char line[LINE_TEXT], fitted[LINE_TEXT];
	float pitch = 1.35F * s.size, y = area.y;
	for (int i = 0; i < lines && *text; i++, y += pitch) {
		size_t n = i == lines - 1 ? strlen(text) : canvas_break(text, area.w, s.size, s.weight);
		snprintf(line, sizeof line, "%.*s", (int)n, text);
		canvas_fit(fitted, sizeof fitted, line, area.w, s.size, s.weight);
		if (c)
			canvas_text(c, area.x, y + s.size, fitted, s);
		text = after_line(text, n);
	}
	return y - area.y;
}

int label_lines(const char *text, float width, float em, weight w)
{
	int lines = 0;
	for (; *text; lines++)
		text = after_line(text, canvas_break(text, width, em, w));
	return lines;
}
