/* The canvas and its devices. */
#include "draw/canvas.h"
#include "draw/canvas_cairo.h"
#include "draw/canvas_null.h"
#include "draw/canvas_raster.h"
#include "draw/canvas_trace.h"
#include "io/file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const theme *const light = &themes[THEME_LIGHT];

static stroke pen(float width, ink i)
{
	return (stroke){width, i, 1, DASH_SOLID};
}

static uint32_t pixel(raster *r, int x, int y)
{
	int w, h, stride;
	uint32_t *p = raster_pixels(r, &w, &h, &stride);
	assert_non_null(p);
	assert_true(x >= 0 && y >= 0 && x < w && y < h);
	return p[y * stride + x];
}

/* Pixels that are not the window's colour. */
static int inked(raster *r)
{
	int w, h, stride, n = 0;
	uint32_t *p = raster_pixels(r, &w, &h, &stride);
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++)
			n += p[y * stride + x] != r->canvas.theme->argb[INK_WINDOW];
	return n;
}

static raster *sheet(float w, float h, float scale)
{
	raster *r = raster_new(light, w, h, scale);
	assert_non_null(r);
	return r;
}

/* ---- themes ---- */

static void need(const theme *t, ink a, ink b, double ratio)
{
	double c = palette_contrast(t->argb[a], t->argb[b]);
	if (c < ratio)
		fail_msg("theme %s: ink %d on %d has contrast %.2f, %.2f wanted", t->name, a, b, c, ratio);
}

static void test_contrast(void **state)
{
	(void)state;
	static const ink ground[] = {INK_WINDOW, INK_PANEL, INK_RAISED};
	static const ink marks[] = {INK_ACCENT, INK_WARN, INK_BAD, INK_GOOD, INK_BOUND};
	for (int i = 0; i < THEME_COUNT; i++) {
		const theme *t = &themes[i];
		for (int g = 0; g < 3; g++) {
			need(t, INK_TEXT, ground[g], 7);
			need(t, INK_MUTED, ground[g], 4.5);
		}
		need(t, INK_TEXT, INK_HOVER, 4.5);
		for (int m = 0; m < 5; m++)
			need(t, marks[m], INK_PANEL, 3);
		need(t, INK_ON_ACCENT, INK_ACCENT, 4.5);
		need(t, INK_AXIS, INK_PANEL, 3);
		for (int k = INK_ARM_0; k <= INK_SERIES_7; k++)
			need(t, (ink)k, INK_PANEL, 3);
		double grid = palette_contrast(t->argb[INK_GRID], t->argb[INK_PANEL]);
		assert_true(grid > 1.1 && grid < 1.6);
		for (int k = INK_NONE + 1; k < INK_COUNT; k++)
			assert_int_equal(t->argb[k] >> 24, 255);
	}
	assert_true(palette_contrast(0xFF000000, 0xFFFFFFFF) > 20.99);
}

static void test_themes(void **state)
{
	(void)state;
	for (int i = 0; i < THEME_COUNT; i++)
		assert_int_equal(theme_find(themes[i].name), i);
	assert_int_equal(theme_find("ligth"), -1);
	assert_int_equal(theme_find(NULL), -1);
	assert_true(themes[THEME_PROJECTOR].type > 1.2f && themes[THEME_PROJECTOR].line > 1.4f);
}

static void near_color(uint32_t got, uint32_t want)
{
	for (int shift = 0; shift < 24; shift += 8) {
		int d = (int)(got >> shift & 255) - (int)(want >> shift & 255);
		if (abs(d) > 2)
			fail_msg("colour %08x, %08x wanted", (unsigned)got, (unsigned)want);
	}
}

static void test_maps(void **state)
{
	(void)state;
	static const uint32_t viridis[] = {0x440154, 0x3B528B, 0x21918C, 0x5EC962, 0xFDE725};
	static const uint32_t cividis[] = {0x00224E, 0x434E6C, 0x7D7C78, 0xBCAE6C, 0xFEE838};
	static const float at[] = {0, 64 / 255.0f, 128 / 255.0f, 192 / 255.0f, 1};
	for (int i = 0; i < 5; i++) {
		near_color(palette_viridis(at[i]), viridis[i]);
		near_color(palette_cividis(at[i]), cividis[i]);
	}
	assert_int_equal(palette_diverging(0.5f), 0xFFFFFFFF);
	assert_true(palette_contrast(palette_diverging_dark(0.5f), themes[THEME_DARK].argb[INK_PANEL]) < 1.3);
	for (int i = 0; i < 5; i++) { /* neither sign looks stronger, on light and on dark */
		float t = 0.1f * (float)i;
		assert_true(palette_contrast(palette_diverging(t), palette_diverging(1 - t)) < 1.35);
		assert_true(palette_contrast(palette_diverging_dark(t), palette_diverging_dark(1 - t)) < 1.2);
	}
	assert_true(theme_is_dark(&themes[THEME_DARK]));
	assert_false(theme_is_dark(&themes[THEME_LIGHT]) || theme_is_dark(&themes[THEME_PROJECTOR]) ||
	             theme_is_dark(&themes[THEME_PRINT]));
	near_color(palette_viridis(-INFINITY), viridis[0]);
	near_color(palette_viridis(1e9f), viridis[4]);
	uint32_t grey = palette_viridis(NAN);
	assert_true((grey & 255) == (grey >> 8 & 255) && (grey & 255) == (grey >> 16 & 255));
}

/* ---- text ---- */

static void test_measure(void **state)
{
	(void)state;
	static const char *const sample[] = {"Temporal gradients", "‖∂L/∂hₜ‖ ∑ₖ 10⁻⁶", "AVAWATo", "0.0012 update"};
	for (int i = 0; i < 4; i++)
		for (int w = WEIGHT_REGULAR; w < WEIGHT_COUNT; w++) {
			text_extent a = canvas_measure(sample[i], 10, (weight)w),
			            b = canvas_measure(sample[i], 30, (weight)w);
			assert_true(a.width > 10 && a.ascent > 5 && a.descent > 1);
			assert_true(fabsf(b.width - 3 * a.width) < 0.01f * a.width);
		}
	assert_true(canvas_measure("", 12, WEIGHT_REGULAR).width == 0);
	assert_true(canvas_measure(NULL, 12, WEIGHT_REGULAR).width == 0);
	assert_true(canvas_measure("x", NAN, WEIGHT_REGULAR).width == 0);
	assert_true(canvas_measure("\xFF\xC0\x80", 12, WEIGHT_REGULAR).width > 0);
	assert_true(canvas_measure("iii", 12, WEIGHT_MONO).width == canvas_measure("WWW", 12, WEIGHT_MONO).width);
}

/* The ink of a text lies where the measure says, at every scale. */
static void test_text_place(void **state)
{
	(void)state;
	static const char *const text = "HHHHH gradient norm HHHHH";
	for (float scale = 1; scale < 3; scale += 0.25f) {
		raster *r = sheet(300, 40, scale);
		canvas_text(&r->canvas, 290, 25, text, (text_style){13, WEIGHT_REGULAR, INK_TEXT, ALIGN_RIGHT, 0});
		int w, h, stride, left = 1 << 20, right = -1;
		uint32_t *p = raster_pixels(r, &w, &h, &stride);
		for (int y = 0; y < h; y++)
			for (int x = 0; x < w; x++)
				if (p[y * stride + x] != light->argb[INK_WINDOW]) {
					left = x < left ? x : left;
					right = x > right ? x : right;
				}
		float width = canvas_measure(text, 13, WEIGHT_REGULAR).width, bearing = 0.098f * 13;
		assert_true(fabsf((float)left / scale - (290 - width + bearing)) < 1.01f);
		assert_true(fabsf((float)(right + 1) / scale - (290 - bearing)) < 1.01f);
		raster_free(r);
	}
}

/* Mean x of the ink in some rows of "l" in a size of 100, from its left end. */
static float ink_center(weight w, int row0, int row1)
{
	raster *r = sheet(200, 140, 1);
	canvas_text(&r->canvas, 50, 100, "l", (text_style){100, w, INK_TEXT, ALIGN_LEFT, 0});
	float sum = 0, n = 0;
	for (int y = row0; y < row1; y++)
		for (int x = 0; x < 200; x++)
			if (pixel(r, x, y) != light->argb[INK_WINDOW]) {
				sum += (float)x;
				n++;
			}
	raster_free(r);
	assert_true(n > 0);
	return sum / n - 50;
}

/* As wide as regular, leaning by a fifth of the height, and standing where regular does in the middle. */
static void test_slanted(void **state)
{
	(void)state;
	static const char *const sample = "gradient ∂θ 10⁻⁶";
	assert_true(
	        canvas_measure(sample, 12, WEIGHT_SLANTED).width == canvas_measure(sample, 12, WEIGHT_REGULAR).width);
	assert_true(fabsf(ink_center(WEIGHT_REGULAR, 30, 40) - ink_center(WEIGHT_REGULAR, 90, 100)) < 0.1f);
	assert_true(fabsf(ink_center(WEIGHT_SLANTED, 30, 40) - ink_center(WEIGHT_SLANTED, 90, 100) - 12.5f) < 1.5f);
	assert_true(fabsf(ink_center(WEIGHT_SLANTED, 68, 78) - ink_center(WEIGHT_REGULAR, 68, 78)) < 1.5f);
}

static void test_fit(void **state)
{
	(void)state;
	char buf[64];
	assert_string_equal(canvas_fit(buf, sizeof buf, "short", 500, 12, WEIGHT_REGULAR), "short");
	for (float width = 0; width < 200; width += 3) {
		canvas_fit(buf, sizeof buf, "‖∂L/∂hₜ‖ and a long tail", width, 12, WEIGHT_BOLD);
		assert_true(canvas_measure(buf, 12, WEIGHT_BOLD).width <= width);
	}
	for (int size = 1; size < 12; size++) {
		canvas_fit(buf, size, "∂∂∂∂∂∂∂∂", 500, 12, WEIGHT_REGULAR);
		assert_true(strlen(buf) < (size_t)size);
	}
	assert_string_equal(canvas_fit(buf, sizeof buf, NULL, 10, 12, WEIGHT_REGULAR), "");
}

/* The longest beginning by whole words whose measure fits. */
static void test_break(void **state)
{
	(void)state;
	static const char text[] = "Norm of the gradient ‖∂L/∂hₜ‖ at every step, AV To kerned  and a tail";
	for (int w = WEIGHT_REGULAR; w < WEIGHT_COUNT; w++)
		for (float width = 0; width < 600; width += 7) {
			char line[sizeof text];
			size_t want = 0;
			for (size_t i = 0; i < sizeof text; i++) {
				if (text[i] != ' ' && text[i] != '\0')
					continue;
				snprintf(line, sizeof line, "%.*s", (int)i, text);
				if (want > 0 && canvas_measure(line, 12, (weight)w).width > width)
					break;
				want = i;
			}
			assert_int_equal(canvas_break(text, width, 12, (weight)w), want);
		}
	assert_int_equal(canvas_break("", 10, 12, WEIGHT_REGULAR), 0);
	assert_int_equal(canvas_break("alone", 1, 12, WEIGHT_REGULAR), 5);
}

/* ---- pixels ---- */

static void test_hairline(void **state)
{
	(void)state;
	raster *r = sheet(40, 20, 1);
	canvas_line(&r->canvas, 10, 10, 30, 10, pen(1, INK_TEXT));
	assert_int_equal(inked(r), 20);
	for (int x = 10; x < 30; x++)
		assert_int_equal(pixel(r, x, 10), light->argb[INK_TEXT]);
	raster_begin(r, light, 40, 20, 1);
	canvas_line(&r->canvas, 7.3f, 2, 7.3f, 18, pen(1, INK_TEXT));
	assert_int_equal(inked(r), 16);
	raster_begin(r, light, 40, 20, 2);
	canvas_line(&r->canvas, 10, 10, 30, 10, pen(1, INK_TEXT));
	assert_int_equal(inked(r), 2 * 40);
	raster_free(r);
}

static void test_frame(void **state)
{
	(void)state;
	raster *r = sheet(60, 40, 1);
	canvas_frame(&r->canvas, (rect){10, 10, 40, 20}, 0, pen(1, INK_TEXT));
	assert_int_equal(pixel(r, 10, 20), light->argb[INK_TEXT]);
	assert_int_equal(pixel(r, 49, 20), light->argb[INK_TEXT]);
	assert_int_equal(pixel(r, 30, 10), light->argb[INK_TEXT]);
	assert_int_equal(pixel(r, 30, 29), light->argb[INK_TEXT]);
	assert_int_equal(pixel(r, 9, 20), light->argb[INK_WINDOW]);
	assert_int_equal(pixel(r, 50, 20), light->argb[INK_WINDOW]);
	assert_int_equal(inked(r), 2 * 40 + 2 * 18);
	raster_free(r);
}

/* Half-transparent zigzag: where strokes meet or cross itself it is no darker than elsewhere. */
static void test_joints(void **state)
{
	(void)state;
	raster *r = sheet(100, 60, 1);
	point p[] = {{10, 10}, {50, 50}, {90, 10}, {10, 30}, {90, 50}};
	canvas_polyline(&r->canvas, p, 5, (stroke){6, INK_TEXT, 0.5f, DASH_SOLID});
	raster *flat = sheet(100, 60, 1);
	canvas_box(&flat->canvas, (rect){0, 0, 100, 60}, 0, INK_TEXT, 0.5f);
	uint32_t darkest = pixel(flat, 50, 30) & 255;
	int reached = 0;
	for (int y = 0; y < 60; y++)
		for (int x = 0; x < 100; x++) {
			uint32_t v = pixel(r, x, y) & 255;
			assert_true(v >= darkest);
			reached += v == darkest;
		}
	assert_true(reached > 500);
	raster_free(r);
	raster_free(flat);
}

static void test_boxes(void **state)
{
	(void)state;
	raster *r = sheet(40, 40, 1);
	canvas_box(&r->canvas, (rect){5, 6, 10, 12}, 0, INK_ACCENT, 1);
	assert_int_equal(inked(r), 120);
	raster_begin(r, light, 40, 40, 1);
	canvas_disc(&r->canvas, 20, 20, 10, INK_ACCENT, 1);
	assert_int_equal(pixel(r, 20, 20), light->argb[INK_ACCENT]);
	assert_int_equal(pixel(r, 20, 28), light->argb[INK_ACCENT]);
	assert_int_equal(pixel(r, 11, 11), light->argb[INK_WINDOW]);
	int n = inked(r);
	assert_true(n > 314 && n < 314 + 64); /* the rim adds part-covered pixels */
	raster_begin(r, light, 40, 40, 1);
	canvas_box(&r->canvas, (rect){10, 10, 1e9f, 1e9f}, 5, INK_ACCENT, 1);
	assert_int_equal(pixel(r, 39, 39), light->argb[INK_ACCENT]);
	raster_free(r);
}

static void test_polygon(void **state)
{
	(void)state;
	raster *r = sheet(40, 40, 1);
	point square[] = {{5, 5}, {25, 5}, {25, 25}, {5, 25}};
	canvas_polygon(&r->canvas, square, 4, INK_ACCENT, 1);
	assert_int_equal(inked(r), 400);
	raster_begin(r, light, 40, 40, 1);
	/* Even-odd: the second turn makes a hole. */
	point ring[] = {{5, 5}, {25, 5}, {25, 25}, {5, 25}, {5, 5}, {10, 10}, {20, 10}, {20, 20}, {10, 20}, {10, 10}};
	canvas_polygon(&r->canvas, ring, 10, INK_ACCENT, 1);
	assert_int_equal(inked(r), 300);
	raster_begin(r, light, 40, 40, 1);
	point far[] = {{-1e8f, -1e8f}, {1e8f, -1e8f}, {1e8f, 1e8f}, {-1e8f, 1e8f}};
	canvas_polygon(&r->canvas, far, 4, INK_ACCENT, 1);
	assert_int_equal(inked(r), 1600);
	raster_begin(r, light, 40, 40, 1);
	square[2].x = NAN;
	canvas_polygon(&r->canvas, square, 4, INK_ACCENT, 1);
	assert_int_equal(inked(r), 0);
	raster_free(r);
}

static void test_bad_points(void **state)
{
	(void)state;
	raster *r = sheet(100, 20, 1);
	point p[] = {{5, 10}, {40, 10}, {NAN, 10}, {60, 10}, {95, 10}, {INFINITY, 0}, {98, 5}};
	canvas_polyline(&r->canvas, p, 7, pen(1, INK_TEXT));
	assert_int_not_equal(pixel(r, 20, 10), light->argb[INK_WINDOW]);
	assert_int_equal(pixel(r, 50, 10), light->argb[INK_WINDOW]);
	assert_int_not_equal(pixel(r, 80, 10), light->argb[INK_WINDOW]);
	assert_int_not_equal(pixel(r, 97, 4), light->argb[INK_WINDOW]); /* a lone point is a dot */
	static const float odd[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 0, -5, 3e6f};
	canvas *c = &r->canvas;
	for (int i = 0; i < 8; i++)
		for (int j = 0; j < 8; j++) {
			float a = odd[i], b = odd[j];
			point q[] = {{a, b}, {50, 10}, {b, a}, {10, a}};
			for (int d = DASH_SOLID; d <= DASH_DASHDOT; d++)
				canvas_polyline(c, q, 4, (stroke){2, INK_TEXT, 1, (dash)d});
			canvas_outline(c, q, 4, (stroke){a, INK_TEXT, b, DASH_DASHED});
			canvas_polygon(c, q, 4, INK_BAD, a);
			canvas_box(c, (rect){a, b, a, b}, a, INK_BAD, 1);
			canvas_box(c, (rect){0, 0, a, b}, b, INK_BAD, b);
			canvas_frame(c, (rect){a, b, b, a}, a, pen(1, INK_BAD));
			canvas_disc(c, a, b, 5, INK_BAD, 1);
			canvas_disc(c, 5, 5, a, INK_BAD, 1);
			canvas_ring(c, a, 5, b, pen(1, INK_BAD));
			canvas_clip(c, (rect){a, b, b, a});
			canvas_text(c, a, b, "text", (text_style){12, WEIGHT_REGULAR, INK_TEXT, ALIGN_CENTER, b});
			canvas_text(c, 5, 5, "text", (text_style){a, WEIGHT_BOLD, INK_TEXT, ALIGN_CENTER, 90});
			uint32_t image[4] = {0};
			canvas_image(c, (rect){a, b, a, b}, image, 2, 2, true);
			canvas_image(c, (rect){0, 0, a, b}, image, 2, 2, false);
			canvas_clip_end(c);
		}
	canvas_polyline(c, NULL, 5, pen(1, INK_TEXT));
	canvas_polyline(c, p, 0, pen(1, INK_TEXT));
	canvas_polygon(c, p, -3, INK_TEXT, 1);
	canvas_box(c, (rect){0, 0, 5, 5}, 0, (ink)999, 1);
	canvas_image(c, (rect){0, 0, 5, 5}, NULL, 2, 2, true);
	raster_free(r);
}

/* Many points per pixel column leave the same picture as all of them drawn. */
static void test_dense(void **state)
{
	(void)state;
	enum { N = 20000 };
	static point p[N];
	for (int i = 0; i < N; i++)
		p[i] = (point){(float)i * 200 / N, 50 + 40 * sinf((float)i * 0.7f)};
	raster *r = sheet(200, 100, 1);
	canvas_polyline(&r->canvas, p, N, pen(1.5f, INK_TEXT));
	for (int x = 2; x < 198; x++) {
		assert_int_not_equal(pixel(r, x, 11), light->argb[INK_WINDOW]);
		assert_int_not_equal(pixel(r, x, 50), light->argb[INK_WINDOW]);
		assert_int_not_equal(pixel(r, x, 89), light->argb[INK_WINDOW]);
	}
	raster_free(r);
}

static void test_clips(void **state)
{
	(void)state;
	raster *r = sheet(40, 40, 1);
	canvas *c = &r->canvas;
	canvas_clip_end(c); /* one too many */
	canvas_clip(c, (rect){10, 10, 10, 10});
	canvas_clip(c, (rect){15, 0, 100, 100});
	canvas_box(c, (rect){0, 0, 40, 40}, 0, INK_ACCENT, 1);
	assert_int_equal(inked(r), 50);
	canvas_clip_end(c);
	canvas_box(c, (rect){0, 0, 40, 40}, 0, INK_ACCENT, 1);
	assert_int_equal(inked(r), 100);
	canvas_clip_end(c);
	for (int i = 0; i < 100; i++)
		canvas_clip(c, (rect){0, 0, 20, 20});
	for (int i = 0; i < 99; i++)
		canvas_clip_end(c);
	canvas_box(c, (rect){0, 0, 40, 40}, 0, INK_TEXT, 1);
	assert_int_equal(inked(r), 400);
	for (int i = 0; i < 99; i++)
		canvas_clip_end(c);
	canvas_box(c, (rect){0, 0, 40, 40}, 0, INK_TEXT, 1);
	assert_int_equal(inked(r), 1600);
	raster_free(r);
}

static void test_images(void **state)
{
	(void)state;
	raster *r = sheet(40, 40, 1);
	const uint32_t cells[4] = {0xFFFF0000, 0xFF00FF00, 0xFF0000FF, 0x00000000};
	canvas_image(&r->canvas, (rect){10, 10, 20, 20}, cells, 2, 2, false);
	assert_int_equal(pixel(r, 10, 10), cells[0]);
	assert_int_equal(pixel(r, 19, 19), cells[0]);
	assert_int_equal(pixel(r, 20, 19), cells[1]);
	assert_int_equal(pixel(r, 19, 20), cells[2]);
	assert_int_equal(pixel(r, 25, 25), light->argb[INK_WINDOW]);
	assert_int_equal(inked(r), 300);
	canvas_image(&r->canvas, (rect){-10, -10, 30, 30}, cells, 2, 2, true);
	canvas_image(&r->canvas, (rect){30, 30, 1, 1}, cells, 2, 2, true); /* the mean */
	raster_free(r);
}

/* Drawn pixel for pixel, an image shows what it shows when it is enlarged: where it is opaque, where there is nothing
 * of it, and in between. */
static void test_images_as_they_are(void **state)
{
	(void)state;
	enum { W = 150, H = 3 };
	uint32_t cells[W * H], x = 1;
	for (int i = 0; i < W * H; i++) {
		uint32_t alpha = i % 90 < 40 ? 255 : i % 90 < 70 ? 0 : (x >> 24);
		cells[i] = alpha << 24 | (x = x * 1664525u + 1013904223u) >> 8;
	}
	for (int skip = 0; skip < 3; skip++) {
		raster *one = sheet(W, H, 1), *two = sheet(2 * W, 2 * H, 1);
		canvas_image(&one->canvas, (rect){-(float)skip, 0, W, H}, cells, W, H, false);
		canvas_image(&two->canvas, (rect){-2 * (float)skip, 0, 2 * W, 2 * H}, cells, W, H, false);
		for (int py = 0; py < H; py++)
			for (int px = 0; px < W; px++)
				assert_int_equal(pixel(one, px, py), pixel(two, 2 * px, 2 * py));
		assert_in_range(inked(one), W * H / 2, W * H - 1);
		raster_free(one);
		raster_free(two);
	}
}

/* Drawn at half its size, whole blocks of 2 × 2 pixels show their rounded mean, wherever the image begins. */
static void test_images_halved(void **state)
{
	(void)state;
	enum { W = 38, H = 14 };
	static const float begin[] = {4, 4.25f, 4.5f, -3.5f};
	uint32_t cells[W * H], x = 1;
	for (int i = 0; i < W * H; i++)
		cells[i] = 0xFF000000u | ((x = x * 1664525u + 1013904223u) >> 8);
	raster *r = sheet(40, 40, 1);
	for (int k = 0; k < 4; k++) {
		canvas_image(&r->canvas, (rect){begin[k], 6, W / 2, H / 2}, cells, W, H, true);
		for (int py = 6; py < 6 + H / 2 - 1; py++)
			for (int px = 0; px < 40; px++) {
				float u = 2 * ((float)px - begin[k]);
				if (u < 0 || u + 2 >= W)
					continue;
				const uint32_t *at = cells + 2 * (py - 6) * W + (int)u;
				uint32_t want = 0xFF000000u;
				for (int shift = 0; shift < 24; shift += 8)
					want |= ((at[0] >> shift & 255) + (at[1] >> shift & 255) +
					                (at[W] >> shift & 255) + (at[W + 1] >> shift & 255) + 2) /
					                4
					        << shift;
				assert_int_equal(pixel(r, px, py), want);
			}
	}
	raster_free(r);
}

static void test_sizes(void **state)
{
	(void)state;
	static const float size[] = {0, -5, 0.4f, 1, 1e9f, NAN, INFINITY};
	raster *r = raster_new(light, 10, 10, 1);
	assert_non_null(r);
	for (int i = 0; i < 7; i++)
		for (int j = 0; j < 7; j++) {
			int w, h, stride;
			raster_begin(r, light, size[i], size[j], 1);
			canvas_box(&r->canvas, (rect){0, 0, 50, 50}, 4, INK_TEXT, 1);
			canvas_line(&r->canvas, 0, 0, 30, 30, pen(2, INK_TEXT));
			canvas_text(
			        &r->canvas, 0, 9, "text", (text_style){12, WEIGHT_REGULAR, INK_TEXT, ALIGN_LEFT, 0});
			uint32_t *p = raster_pixels(r, &w, &h, &stride);
			assert_true(p ? w > 0 && h > 0 && stride >= w : w == 0 && h == 0);
		}
	raster_begin(r, light, 1e9f, 1e9f, 1);
	int w, h, stride;
	assert_null(raster_pixels(r, &w, &h, &stride));
	canvas_box(&r->canvas, (rect){0, 0, 50, 50}, 4, INK_TEXT, 1);
	raster_begin(r, light, 960, 540, 1.5f);
	assert_non_null(raster_pixels(r, &w, &h, &stride));
	assert_true(w == 1440 && h == 810);
	raster_begin(r, light, 1000, 500, 1.1f);
	raster_pixels(r, &w, &h, &stride);
	assert_true(w == 1100 && h == 550);
	raster_free(r);
}

/* Into somebody else's rows, and only the dirty part. */
static void test_target(void **state)
{
	(void)state;
	static uint32_t rows[30 * 50];
	for (int i = 0; i < 30 * 50; i++)
		rows[i] = 0x12345678;
	raster *r = sheet(10, 10, 1);
	pixel_target target = {rows, 40, 30, 50};
	raster_begin_on(r, light, 40, 30, 1, &target, &(rect){10, 10, 5, 5});
	canvas_box(&r->canvas, (rect){0, 0, 40, 30}, 0, INK_TEXT, 1);
	canvas_line(&r->canvas, 0, 0, 40, 30, pen(3, INK_BAD));
	canvas_text(&r->canvas, 0, 13, "somewhere", (text_style){12, WEIGHT_REGULAR, INK_BAD, ALIGN_LEFT, 0});
	int changed = 0;
	for (int i = 0; i < 30 * 50; i++)
		changed += rows[i] != 0x12345678;
	assert_int_equal(changed, 25);
	raster_free(r);
}

/* What will be drawn over is not cleared, for one frame; everything else is. */
static void test_spared(void **state)
{
	(void)state;
	int w, h, stride, kept = 0;
	raster *r = sheet(40, 30, 1);
	canvas_box(&r->canvas, (rect){0, 0, 40, 30}, 0, INK_BAD, 1);
	raster_spare(r, (const rect[]){{2, 3, 10, 5}, {8, 5, 10, 5}, {30, 20, 100, 100}}, 3);
	raster_begin(r, light, 40, 30, 1);
	uint32_t *p = raster_pixels(r, &w, &h, &stride), bad = light->argb[INK_BAD] | 0xFF000000U;
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			bool inside = (x >= 2 && x < 12 && y >= 3 && y < 8) || (x >= 8 && x < 18 && y >= 5 && y < 10) ||
			              (x >= 30 && y >= 20);
			assert_true((p[y * stride + x] == bad) == inside);
			kept += inside;
		}
	assert_int_equal(kept, 50 + 50 - 12 + 100);
	raster_begin(r, light, 40, 30, 1);
	assert_true(raster_pixels(r, &w, &h, &stride)[5 * stride + 5] != bad);
	raster_free(r);
}

static void test_text_outside(void **state)
{
	(void)state;
	raster *r = sheet(40, 40, 1);
	static const float where[] = {-1000, -20, 0, 20, 45, 1000};
	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++)
			for (int k = 0; k < 6; k++)
				canvas_text(&r->canvas, where[i], where[j], "‖∂L/∂hₜ‖ \xFF 日本 \x01",
				        (text_style){8 + 60 * (float)k, (weight)(k % 3), INK_TEXT, (align)(j % 3),
				                k % 2 ? 90 : 0});
	assert_true(inked(r) > 0);
	raster_free(r);
}

/* More sizes than the atlas holds. */
static void test_atlas(void **state)
{
	(void)state;
	raster *r = sheet(400, 400, 1);
	for (int size = 4; size < 256; size++)
		canvas_text(&r->canvas, 0, 300, "ABCDEFGHIJKLMNOPQRSTUVWXYZ∇∂∑‖",
		        (text_style){(float)size, WEIGHT_BOLD, INK_TEXT, ALIGN_LEFT, 0});
	raster_begin(r, light, 400, 400, 1);
	canvas_text(&r->canvas, 10, 100, "same", (text_style){20, WEIGHT_REGULAR, INK_TEXT, ALIGN_LEFT, 0});
	assert_true(inked(r) > 100);
	raster_free(r);
}

/* ---- files ---- */

static void drawing(canvas *c)
{
	static const uint32_t cells[4] = {0xFFFF0000, 0xFF00FF00, 0xFF0000FF, 0x80808080};
	point p[40];
	for (int i = 0; i < 40; i++)
		p[i] = (point){(float)i * 5, 50 + 30 * sinf((float)i)};
	p[20].y = NAN;
	canvas_group(c, "panel");
	canvas_box(c, (rect){4, 4, 192, 92}, 6, INK_PANEL, 1);
	canvas_clip(c, (rect){10, 10, 180, 80});
	canvas_group(c, "series:h & <b>");
	canvas_polyline(c, p, 40, (stroke){1.5f, INK_ARM_0, 0.8f, DASH_DASHED});
	canvas_clip_end(c); /* crosswise on purpose */
	canvas_polygon(c, p, 5, INK_ARM_1, 0.3f);
	canvas_group_end(c);
	canvas_group(c, "panel");
	canvas_image(c, (rect){20, 20, 40, 40}, cells, 2, 2, false);
	canvas_image(c, (rect){70, 20, 40, 40}, cells, 2, 2, true);
	canvas_disc(c, 150, 50, 8, INK_GOOD, 1);
	canvas_text(c, 100, 90, "‖∂L/∂hₜ‖ < 10⁻⁶ & \"so\" \x01\xFF",
	        (text_style){12, WEIGHT_REGULAR, INK_TEXT, ALIGN_CENTER, 0});
	canvas_text(c, 20, 60, "norm", (text_style){12, WEIGHT_BOLD, INK_MUTED, ALIGN_CENTER, 90});
	canvas_text(c, 60, 80, "slanted", (text_style){12, WEIGHT_SLANTED, INK_MUTED, ALIGN_LEFT, 0});
	canvas_text(c, 20, 80, "mono", (text_style){12, WEIGHT_MONO, INK_MUTED, ALIGN_RIGHT, 0});
	canvas_group_end(c);
	canvas_group_end(c);
	canvas_group_end(c);                  /* one too many */
	canvas_clip(c, (rect){0, 0, 10, 10}); /* never ended */
}

static char *save(bool pdf, size_t *size)
{
	char path[] = "/tmp/unroll-draw-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	err e = {0};
	vector_file *v = vector_open(
	        path, pdf, light, 200, 100, "A <title> & more", "caption \"q\"", "unroll/1 task=a&b<c @3", &e);
	assert_non_null(v);
	drawing(vector_canvas(v));
	assert_true(vector_commit(v, &e));
	unsigned char *data = NULL;
	assert_true(file_read_all(path, 1 << 20, &data, size, &e));
	unlink(path);
	char *text = malloc(*size + 1);
	assert_non_null(text);
	memcpy(text, data, *size);
	text[*size] = 0;
	free(data);
	return text;
}

static int count(const char *text, const char *what)
{
	int n = 0;
	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		n++;
	return n;
}

/* Every element ends, in order; no stray & or <. Enough for what the writer can get wrong. */
static void check_xml(const char *s)
{
	const char *open[128];
	int depth = 0;
	while ((s = strpbrk(s, "<&"))) {
		if (*s == '&') {
			assert_true(!strncmp(s, "&lt;", 4) || !strncmp(s, "&gt;", 4) || !strncmp(s, "&amp;", 5) ||
			            !strncmp(s, "&quot;", 6));
			s++;
			continue;
		}
		const char *end = strchr(s, '>');
		assert_non_null(end);
		if (s[1] == '/') {
			assert_true(depth > 0);
			const char *name = open[--depth];
			size_t n = strcspn(name, " >/");
			assert_true(!strncmp(s + 2, name, n) && s[2 + n] == '>');
		} else if (s[1] != '?' && end[-1] != '/') {
			assert_true(depth < 128);
			open[depth++] = s + 1;
		}
		s = end;
	}
	assert_int_equal(depth, 0);
}

static void test_svg(void **state)
{
	(void)state;
	size_t size, again;
	char *svg = save(false, &size), *second = save(false, &again);
	assert_true(size == again && !memcmp(svg, second, size));
	check_xml(svg);
	assert_non_null(strstr(svg, "<title>A &lt;title&gt; &amp; more</title>"));
	assert_non_null(strstr(svg, "unroll/1 task=a&amp;b&lt;c @3"));
	assert_non_null(strstr(svg, "‖∂L/∂hₜ‖ &lt; 10⁻⁶ &amp; &quot;so&quot;  \xEF\xBF\xBD</text>"));
	assert_int_equal(count(svg, "id=\"panel\""), 1);
	assert_int_equal(count(svg, "id=\"panel-2\""), 1);
	assert_int_equal(count(svg, "id=\"series:h-&amp;-&lt;b&gt;\""), 1);
	assert_int_equal(count(svg, "<image"), 2);
	assert_int_equal(count(svg, "font-style=\"oblique\""), 1);
	assert_int_equal(count(svg, "image-rendering:pixelated"), 1);
	assert_null(strstr(svg, "nan"));
	assert_null(strstr(svg, "inf"));
	free(svg);
	free(second);
}

static void test_pdf(void **state)
{
	(void)state;
	size_t size, again;
	char *pdf = save(true, &size), *second = save(true, &again);
	assert_true(size > 2000);
	assert_memory_equal(pdf, "%PDF-1.", 7);
	assert_memory_equal(pdf + size - 6, "%%EOF\n", 6);
	assert_true(size == again && !memcmp(pdf, second, size));
	free(pdf);
	free(second);
}

static void test_file_errors(void **state)
{
	(void)state;
	err e = {0};
	vector_file *v = vector_open("/no/such/folder/a.svg", false, light, 100, 100, NULL, NULL, NULL, &e);
	assert_non_null(v);
	assert_false(vector_commit(v, &e));
	assert_int_equal(e.code, ERR_MACHINE);
	assert_null(vector_open("a.pdf", true, light, NAN, 100, NULL, NULL, NULL, &e));
	assert_null(vector_open("a.pdf", true, light, 100, 1e6f, NULL, NULL, NULL, &e));
	assert_int_equal(e.code, ERR_INPUT);
	v = vector_open("never-written.pdf", true, light, 100, 100, NULL, NULL, NULL, &e);
	assert_non_null(v);
	drawing(vector_canvas(v));
	vector_abort(v);
	assert_int_equal(access("never-written.pdf", F_OK), -1);
}

/* ---- text device ---- */

static void test_trace(void **state)
{
	(void)state;
	trace *t = trace_new(light, 200, 100);
	assert_non_null(t);
	canvas *c = trace_canvas(t);
	size_t n;
	assert_string_equal(trace_text(t, &n), "");
	canvas_group(c, "axis:y");
	canvas_line(c, 10, 20.004f, 90, -0.001f, pen(1, INK_GRID));
	canvas_text(c, 8, 24, "a \"b\"\n", (text_style){11, WEIGHT_BOLD, INK_MUTED, ALIGN_RIGHT, 90});
	canvas_clip(c, (rect){0, 0, 5, 5});
	canvas_box(c, (rect){1, 2, 3, 4}, 1, INK_PANEL, 0.25f);
	canvas_clip_end(c);
	canvas_group_end(c);
	assert_string_equal(trace_text(t, &n), "group axis:y\n"
	                                       "  polyline grid width=1.00 n=2 10.00,20.00 90.00,0.00\n"
	                                       "  text muted 8.00,24.00 size=11.00 bold right turned \"a \\\"b\\\" \"\n"
	                                       "  clip 0.00,0.00 5.00x5.00\n"
	                                       "    box panel 1.00,2.00 3.00x4.00 radius=1.00 alpha=0.25\n"
	                                       "  unclip\n"
	                                       "end\n");
	assert_int_equal(n, strlen(trace_text(t, NULL)));
	trace_clear(t);
	drawing(c);
	char *first = strdup(trace_text(t, NULL));
	trace_clear(t);
	drawing(c);
	assert_non_null(first);
	assert_string_equal(first, trace_text(t, NULL));
	assert_non_null(strstr(first, "hash="));
	free(first);
	trace_free(t);
}

static void test_null(void **state)
{
	(void)state;
	canvas c = canvas_null(light, 200, 100);
	drawing(&c);
}

static void test_rects(void **state)
{
	(void)state;
	rect r = {0, 0, 100, 50}, cut = rect_cut_left(&r, 30);
	assert_true(cut.w == 30 && r.x == 30 && r.w == 70);
	cut = rect_cut_right(&r, 1000);
	assert_true(cut.w == 70 && r.w == 0);
	cut = rect_cut_bottom(&r, 20);
	assert_true(cut.y == 30 && cut.h == 20 && r.h == 30);
	cut = rect_cut_top(&r, -5);
	assert_true(cut.h == 0 && r.h == 30);
	r = rect_inset((rect){0, 0, 10, 10}, 20, 2);
	assert_true(r.w == 0 && r.h == 6);
	assert_true(rect_has((rect){0, 0, 10, 10}, 0, 9.9f));
	assert_false(rect_has((rect){0, 0, 10, 10}, 10, 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_contrast),
	        cmocka_unit_test(test_themes),
	        cmocka_unit_test(test_maps),
	        cmocka_unit_test(test_measure),
	        cmocka_unit_test(test_text_place),
	        cmocka_unit_test(test_slanted),
	        cmocka_unit_test(test_fit),
	        cmocka_unit_test(test_hairline),
	        cmocka_unit_test(test_frame),
	        cmocka_unit_test(test_joints),
	        cmocka_unit_test(test_boxes),
	        cmocka_unit_test(test_polygon),
	        cmocka_unit_test(test_bad_points),
	        cmocka_unit_test(test_dense),
	        cmocka_unit_test(test_clips),
	        cmocka_unit_test(test_break),
	        cmocka_unit_test(test_images),
	        cmocka_unit_test(test_images_as_they_are),
	        cmocka_unit_test(test_images_halved),
	        cmocka_unit_test(test_sizes),
	        cmocka_unit_test(test_target),
	        cmocka_unit_test(test_spared),
	        cmocka_unit_test(test_text_outside),
	        cmocka_unit_test(test_atlas),
	        cmocka_unit_test(test_svg),
	        cmocka_unit_test(test_pdf),
	        cmocka_unit_test(test_file_errors),
	        cmocka_unit_test(test_trace),
	        cmocka_unit_test(test_null),
	        cmocka_unit_test(test_rects),
	};
	return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
