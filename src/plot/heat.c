#include "plot/heat.h"

#include "base/wide.h"

#include <math.h>

enum { CELLS = 65536, WIDEST = 4096, SHADES = 256, BAR = 64 };

static uint32_t pixels[CELLS];

/* NaN and +INFINITY have a shade of their own; an exact zero, −INFINITY, is the lowest. */
WIDE_LOOPS static void shade_row(const uint32_t *restrict map, const float *restrict value, int n, float low,
        float per_unit, uint32_t *restrict out)
{
	for (int i = 0; i < n; i++) {
		float t = (value[i] - low) * per_unit;
		t = t > 0 ? t : 0;
		int shade = (int)(t < SHADES - 1 ? t : SHADES - 1);
		out[i] = map[value[i] < INFINITY ? shade : SHADES];
	}
}

uint32_t heat_colour(const canvas *c, heat_map map, float t)
{
	if (map == HEAT_VIRIDIS)
		return palette_viridis(t);
	return theme_is_dark(c->theme) ? palette_diverging_dark(t) : palette_diverging(t);
}

/* Made once for each map, on light and on dark panels. */
static const uint32_t *shades(const canvas *c, heat_map map)
{
	static uint32_t all[2][2][SHADES + 1];
	uint32_t *shade = all[theme_is_dark(c->theme)][map];
	if (shade[SHADES])
		return shade;
	for (int i = 0; i < SHADES; i++)
		shade[i] = heat_colour(c, map, (float)i / (SHADES - 1));
	shade[SHADES] = heat_colour(c, map, NAN);
	return shade;
}

/* Rows wider than the picture may be are thinned. */
static const float *thin(const float *row, int from, int to)
{
	static float few[WIDEST];
	if (from == to)
		return row;
	for (int j = 0; j < to; j++)
		few[j] = row[(long)j * from / to];
	return few;
}

void heat_draw(canvas *c, rect r, heat h)
{
	if (h.rows < 1 || h.cols < 1 || !(r.w > 0) || !(r.h > 0))
		return;
	int cols = h.cols < WIDEST ? h.cols : WIDEST;
	int rows = h.rows < CELLS / cols ? h.rows : CELLS / cols;
	const uint32_t *map = shades(c, h.map);
	float low = (float)h.scale.low, per_unit = (float)(SHADES / (h.scale.high - h.scale.low));
	for (int i = 0; i < rows; i++) {
		int from = (int)((long)i * h.rows / rows);
		const float *row = h.value + (long)(h.last_on_top ? h.rows - 1 - from : from) * h.pitch;
		shade_row(map, thin(row, h.cols, cols), cols, low, per_unit, pixels + i * cols);
	}
	canvas_image(c, r, pixels, cols, rows, false);
}

static float bar_thickness(const canvas *c)
{
	return 0.8F * plot_em(c, TYPE_TICK);
}

float heat_bar_width(const canvas *c, float height, axis scale)
{
	axis_ticks t;
	float em = plot_em(c, TYPE_TICK);
	axis_make_ticks(&scale, height, em, true, &t);
	return bar_thickness(c) + axis_widest(&t) + 0.5F * em;
}

void heat_bar(canvas *c, rect r, axis scale)
{
	heat_bar_in(c, r, scale, HEAT_VIRIDIS);
}

void heat_bar_in(canvas *c, rect r, axis scale, heat_map map)
{
	axis_ticks t;
	uint32_t shade[BAR];
	float em = plot_em(c, TYPE_TICK), thick = bar_thickness(c);
	if (r.h < 2 * em || r.w < heat_bar_width(c, r.h, scale) - 1)
		return;
	for (int i = 0; i < BAR; i++)
		shade[i] = heat_colour(c, map, 1 - (float)i / (BAR - 1));
	scale.from = r.y + r.h;
	scale.to = r.y;
	axis_make_ticks(&scale, r.h, em, true, &t);
	canvas_group(c, "scale");
	canvas_image(c, (rect){r.x, r.y, thick, r.h}, shade, 1, BAR, true);
	for (int i = 0; i < t.n; i++) {
		float at = axis_at(&scale, t.tick[i].at);
		float base = fmaxf(r.y + 0.75F * em, fminf(at + 0.36F * em, r.y + r.h));
		canvas_text(c, r.x + thick + 0.4F * em, base, t.tick[i].label,
		        plot_type(c, TYPE_TICK, INK_MUTED, ALIGN_LEFT));
	}
	canvas_group_end(c);
}
