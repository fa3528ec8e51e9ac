/* Contrast of what is really drawn: every text and line of the bench, the gallery, the settings, the help and all
 * views, in every theme, against the colour that lies below it. WCAG 2: 4.5:1 for text, 3:1 for graphics. */
#include "app/command.h"
#include "draw/canvas_null.h"
#include "fake_snap.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- a canvas that knows what lies below a point ---- */

enum { BOXES = 20000 };

typedef struct ground { /* a box, or an image when the alpha is negative */
	rect r;
	uint32_t argb;
	float alpha;
} ground;

static ground below[BOXES];
static int boxes;
static const char *screen;
static double least_text, least_line;
static int texts, lines;
static char worst_text[200], worst_line[200];

static uint32_t blend(uint32_t a, uint32_t b, float t)
{
	uint32_t out = 0xFF000000u;
	for (int k = 0; k < 24; k += 8) {
		float x = (float)(a >> k & 255), y = (float)(b >> k & 255);
		out |= (uint32_t)(x + (y - x) * t + 0.5F) << k;
	}
	return out;
}

/* False where an image lies on top: there the colour is data. */
static bool ground_at(const canvas *c, float x, float y, uint32_t *argb)
{
	bool plain = true;
	*argb = c->theme->argb[INK_WINDOW];
	for (int i = 0; i < boxes; i++) {
		if (!rect_has(below[i].r, x, y))
			continue;
		plain = below[i].alpha >= 0 && (plain || below[i].alpha >= 1);
		if (below[i].alpha >= 0)
			*argb = blend(*argb, below[i].argb, below[i].alpha);
	}
	return plain;
}

static void on_group(canvas *c, const char *name)
{
	(void)c;
	(void)name;
}

enum { CLIPS = 32 };
static rect clip_of[CLIPS]; /* each within the one before */
static int clips;

static rect common(rect a, rect b)
{
	float x0 = fmaxf(a.x, b.x), y0 = fmaxf(a.y, b.y), x1 = fminf(a.x + a.w, b.x + b.w),
	      y1 = fminf(a.y + a.h, b.y + b.h);
	return (rect){x0, y0, fmaxf(x1 - x0, 0), fmaxf(y1 - y0, 0)};
}

static void on_clip(canvas *c, const rect *r)
{
	(void)c;
	if (!r) {
		clips--;
		return;
	}
	assert_true(clips < CLIPS);
	clip_of[clips] = clips ? common(clip_of[clips - 1], *r) : *r;
	clips++;
}

static rect seen_of(rect r)
{
	return clips ? common(clip_of[clips - 1], r) : r;
}

static bool is_seen(float x, float y)
{
	return !clips || rect_has(clip_of[clips - 1], x, y);
}

/* Grid and borders are decoration: what they divide is told by position and type as well. */
static bool is_decoration(ink i)
{
	return i == INK_GRID || i == INK_BORDER || i == INK_SHADE || i == INK_HOVER || i == INK_RAISED ||
	       i == INK_PANEL || i == INK_WINDOW || i == INK_ON_ACCENT;
}

static void on_polyline(canvas *c, const point *p, int n, bool closed, stroke s)
{
	uint32_t under;
	(void)closed;
	if (n < 1 || s.alpha < 1 || is_decoration(s.ink) || !isfinite(p[0].x) || !isfinite(p[0].y) ||
	        !is_seen(p[0].x, p[0].y) || !ground_at(c, p[0].x, p[0].y, &under))
		return;
	double got = palette_contrast(c->theme->argb[s.ink], under);
	lines++;
	if (got < least_line && got > 1.01) { /* the frame of a box in its own colour is none */
		least_line = got;
		snprintf(worst_line, sizeof worst_line, "%s, %s: ink %d on #%06X", screen, c->theme->name, s.ink,
		        under & 0xFFFFFF);
	}
}

static void on_polygon(canvas *c, const point *p, int n, ink fill, float alpha)
{
	(void)c;
	(void)p;
	(void)n;
	(void)fill;
	(void)alpha;
}

static void on_box(canvas *c, rect r, float radius, ink fill, float alpha)
{
	(void)radius;
	if (r.w < 14 && r.h < 14) /* a mark or a thumb: nobody writes on it */
		return;
	if (boxes < BOXES)
		below[boxes++] = (ground){seen_of(r), c->theme->argb[fill], alpha};
}

/* The names of curves have the colours of their curves: 3:1, and beside each is the line that it is joined to. */
static bool is_data(ink i)
{
	return i >= INK_ARM_0 && i <= INK_BOUND;
}

static void on_text(canvas *c, float x, float y, const char *utf8, text_style s)
{
	uint32_t under;
	float w = canvas_measure(utf8, s.size, s.weight).width;
	float left = s.angle != 0 ? 0 : s.align == ALIGN_LEFT ? w / 2 : s.align == ALIGN_RIGHT ? -w / 2 : 0;
	if (!utf8[0] || !is_seen(x + left, y - 0.3F * s.size) || !ground_at(c, x + left, y - 0.3F * s.size, &under))
		return;
	double got = palette_contrast(c->theme->argb[s.ink], under) * (is_data(s.ink) ? 1.5 : 1);
	texts++;
	if (got < least_text) {
		least_text = got;
		snprintf(worst_text, sizeof worst_text, "%s, %s: '%.60s', ink %d on #%06X", screen, c->theme->name,
		        utf8, s.ink, under & 0xFFFFFF);
	}
}

static void on_image(canvas *c, rect r, const uint32_t *argb, int w, int h, bool smooth)
{
	(void)c;
	(void)argb;
	(void)w;
	(void)h;
	(void)smooth;
	if (boxes < BOXES)
		below[boxes++] = (ground){seen_of(r), 0, -1};
}

static const canvas_ops ops = {
        .group = on_group,
        .clip = on_clip,
        .polyline = on_polyline,
        .polygon = on_polygon,
        .box = on_box,
        .text = on_text,
        .image = on_image,
};

/* ---- what is drawn ---- */

static bench subject;
static double now;

static canvas fresh(const theme *t)
{
	boxes = clips = 0;
	return (canvas){.ops = &ops, .theme = t, .width = 1280, .height = 800};
}

static void show(const char *name, const ui_event *e)
{
	canvas c = fresh(bench_theme(&subject));
	screen = name;
	bench_pass(&subject, &c, &c, true, e, now += 1);
}

/* Every control under the pointer and held, too. */
static void show_touched(const char *name)
{
	int n;
	show(name, NULL);
	const ui_control *k = ui_controls(&subject.ui, &n);
	point at[UI_CONTROLS];
	for (int i = 0; i < n; i++)
		at[i] = (point){k[i].shown.x + k[i].shown.w / 2, k[i].shown.y + k[i].shown.h / 2};
	for (int i = 0; i < n; i += 3) {
		show(name, &(ui_event){.kind = UI_MOVE, .at = at[i]});
		show(name, NULL); /* with its tip */
	}
}

static void begin(fake which, int t)
{
	static run_state start;
	config c;
	config_default(&c);
	state_begin(&start, &c, 0);
	gallery_done(&subject.gallery);
	bench_init(&subject, &start, NULL, &(settings){.theme = (theme_id)t, .scale = 1}, NULL);
	subject.snap = fake_snap(which);
	least_text = least_line = INFINITY;
	texts = lines = 0;
}

static void judge(void)
{
	assert_true(texts > 50);
	if (least_text < 4.5)
		fail_msg("text: %.2f:1, %s", least_text, worst_text);
	if (least_line < 3)
		fail_msg("line: %.2f:1, %s", least_line, worst_line);
}

static void screens_have_contrast(void **state)
{
	(void)state;
	for (int t = 0; t < THEME_COUNT; t++) {
		begin(FAKE_ORDINARY, t);
		show_touched("bench");
		subject.help = true;
		show("help", NULL);
		subject.help = false;
		subject.choosing = true;
		show_touched("views");
		subject.choosing = false;
		subject.preferences.open = true;
		show_touched("settings");
		subject.preferences.open = false;
		ui_toast(&subject.ui, "A message");
		show("toast", NULL);
		subject.gallery.open = true;
		gallery_open(&subject);
		show_touched("gallery");
		gallery_close(&subject);
		subject.presenter = true;
		show_touched("presenter");
		judge();
		begin(FAKE_NAN, t);
		show("a run that stopped", NULL);
		judge();
		begin(FAKE_FOUR, t);
		show_touched("four arms");
		judge();
	}
}

static void views_have_contrast(void **state)
{
	(void)state;
	static const fake kinds[] = {FAKE_ORDINARY, FAKE_FOUR, FAKE_EMPTY, FAKE_NAN};
	for (int t = 0; t < THEME_COUNT; t++)
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			begin(kinds[k], t);
			for (int i = 0; i < views_count; i++) {
				canvas c = fresh(&themes[t]);
				view_focus focus = {.has_pointer = true, .pointer = {500, 300}};
				screen = views[i]->name;
				view_panel(views[i], fake_snap(kinds[k]), &c, (rect){0, 0, 1280, 800}, &focus, true);
			}
			judge();
		}
	gallery_done(&subject.gallery);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(screens_have_contrast),
	        cmocka_unit_test(views_have_contrast),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
