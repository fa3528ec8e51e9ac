/* palette: themes. Inks are roles; a theme gives each its colour, and the scale of type and lines. */
#ifndef DRAW_PALETTE_H
#define DRAW_PALETTE_H
#include <stdbool.h>
#include <stdint.h>

typedef enum ink {
	INK_NONE,
	INK_WINDOW, /* behind everything */
	INK_PANEL,  /* a plot or a panel of controls */
	INK_RAISED, /* a button, a slider's track, a menu */
	INK_HOVER,  /* the same under the pointer */
	INK_BORDER,
	INK_TEXT,
	INK_MUTED, /* captions, tick labels: still 4.5:1 on panel and window */
	INK_GRID,
	INK_AXIS,
	INK_ACCENT,    /* one accent: focus, play, the value part of a slider */
	INK_ON_ACCENT, /* text on it */
	INK_WARN,      /* unsafe ranges, clipping */
	INK_BAD,       /* diverged, error */
	INK_GOOD,
	INK_SHADE, /* a dim layer behind a dialogue */
	INK_ARM_0,
	INK_ARM_1,
	INK_ARM_2,
	INK_ARM_3, /* arms, Okabe-Ito by theme */
	INK_SERIES_0,
	INK_SERIES_1,
	INK_SERIES_2,
	INK_SERIES_3, /* parameter blocks within an arm */
	INK_SERIES_4,
	INK_SERIES_5,
	INK_SERIES_6,
	INK_SERIES_7,
	INK_BOUND, /* theoretical bounds and baselines */
	INK_COUNT
} ink;

typedef enum theme_id { THEME_LIGHT, THEME_DARK, THEME_PROJECTOR, THEME_PRINT, THEME_COUNT } theme_id;

typedef struct theme {
	const char *name;
	float type; /* multiplies every font size (projector 1.25) */
	float line; /* multiplies every line width */
	uint32_t argb[INK_COUNT];
} theme;

extern const theme themes[THEME_COUNT];
int theme_find(const char *name); /* −1 when unknown */

/* Colour maps, t in [0, 1] (clamped; NaN gives a neutral grey): 0xFFRRGGBB. */
uint32_t palette_viridis(float t);
uint32_t palette_cividis(float t);
uint32_t palette_diverging(float t);      /* blue – white – orange, 0.5 is white */
uint32_t palette_diverging_dark(float t); /* the same around a dark grey, for dark panels */
bool theme_is_dark(const theme *t);

/* WCAG 2 contrast ratio of two opaque colours, 1 … 21. */
double palette_contrast(uint32_t a, uint32_t b);

#endif
