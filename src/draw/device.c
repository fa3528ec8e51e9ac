#include "draw/device.h"

int device_dashes(stroke s, float length[DEVICE_DASHES])
{
	/* In units of the line's width, at least a point. Dots are not quite 0 long: Cairo drops those beside longer
	 * strokes. */
	static const struct {
		int n;
		float length[DEVICE_DASHES];
	} pattern[] = {
	        [DASH_SOLID] = {0, {0}},
	        [DASH_DASHED] = {2, {4.5f, 4.0f}},
	        [DASH_DOTTED] = {2, {0.2f, 2.8f}},
	        [DASH_DASHDOT] = {4, {5.0f, 3.4f, 0.2f, 3.4f}},
	};
	float unit = s.width > 1 ? s.width : 1;
	for (int i = 0; i < pattern[s.dash].n; i++)
		length[i] = pattern[s.dash].length[i] * unit;
	return pattern[s.dash].n;
}

float device_text_shift(const char *utf8, text_style s)
{
	if (s.align == ALIGN_LEFT)
		return 0;
	float width = canvas_measure(utf8, s.size, s.weight).width;
	return s.align == ALIGN_CENTER ? width / 2 : width;
}

const char *device_ink_name(ink i)
{
	static const char *const name[INK_COUNT] = {
	        [INK_NONE] = "none",
	        [INK_WINDOW] = "window",
	        [INK_PANEL] = "panel",
	        [INK_RAISED] = "raised",
	        [INK_HOVER] = "hover",
	        [INK_BORDER] = "border",
	        [INK_TEXT] = "text",
	        [INK_MUTED] = "muted",
	        [INK_GRID] = "grid",
	        [INK_AXIS] = "axis",
	        [INK_ACCENT] = "accent",
	        [INK_ON_ACCENT] = "on_accent",
	        [INK_WARN] = "warn",
	        [INK_BAD] = "bad",
	        [INK_GOOD] = "good",
	        [INK_SHADE] = "shade",
	        [INK_ARM_0] = "arm_0",
	        [INK_ARM_1] = "arm_1",
	        [INK_ARM_2] = "arm_2",
	        [INK_ARM_3] = "arm_3",
	        [INK_SERIES_0] = "series_0",
	        [INK_SERIES_1] = "series_1",
	        [INK_SERIES_2] = "series_2",
	        [INK_SERIES_3] = "series_3",
	        [INK_SERIES_4] = "series_4",
	        [INK_SERIES_5] = "series_5",
	        [INK_SERIES_6] = "series_6",
	        [INK_SERIES_7] = "series_7",
	        [INK_BOUND] = "bound",
	};
	return (unsigned)i < INK_COUNT && name[i] ? name[i] : "unknown";
}

const char *device_dash_name(dash d)
{
	static const char *const name[] = {"solid", "dashed", "dotted", "dashdot"};
	return (unsigned)d <= DASH_DASHDOT ? name[d] : "unknown";
}

const char *device_weight_name(weight w)
{
	static const char *const name[] = {"regular", "bold", "mono", "slanted"};
	return (unsigned)w < WEIGHT_COUNT ? name[w] : "unknown";
}

const char *device_align_name(align a)
{
	static const char *const name[] = {"left", "center", "right"};
	return (unsigned)a <= ALIGN_RIGHT ? name[a] : "unknown";
}
