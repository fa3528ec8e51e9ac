#include "plot/heat.h"

#include <math.h>

enum { CELLS = 65536, SHADES = 256, BAR = 64 };

static uint32_t pixels[CELLS];

static uint32_t shade_of(const uint32_t *map, float value, float low, float per_unit)
{
	if (!(value < INFINITY))
		return map[SHADES];
	float t = (value - low) * per_unit;
	return map[(int)fmaxf(0, fminf(SHADES - 1, t))]; /* an exact zero, −INFINITY, is the lowest shade */
}

static void fill_map(uint32_t *map)
{
	for (int i = 0; i < SHADES; i++)
		map[i] = palette_viridis((float)i / (SHADES - 1));
	map[SHADES] = palette_viridis(NAN);
}

void heat_draw(canvas *c, rect r, heat h)
{
	uint32_t map[SHADES + 1];
	if (h.rows < 1 || h.cols < 1 || !(r.w > 0) || !(r.h > 0))
		return;
	fill_map(map);
	int cols = h.cols < 4096 ? h.cols : 4096;
	int rows = h.rows < CELLS / cols ? h.rows : CELLS / cols;
	float low = (float)h.scale.low, per_unit = (float)(SHADES / (h.scale.high - h.scale.low));
	for (int i = 0; i < rows; i++) {
		int from = (int)((long)i * h.rows / rows);
		const float *row = h.value + (long)(h.last_on_top ? h.rows - 1 - from : from) * h.pitch;
		for (int j = 0; j < cols; j++)
			pixels[i * cols + j] = shade_of(map, row[(long)j * h.cols / cols], low, per_unit);
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
	axis_ticks t;
	uint32_t shade[BAR];
	float em = plot_em(c, TYPE_TICK), thick = bar_thickness(c);
	if (r.h < 2 * em || r.w < heat_bar_width(c, r.h, scale) - 1)
		return;
	for (int i = 0; i < BAR; i++)
		shade[i] = palette_viridis(1 - (float)i / (BAR - 1));
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
