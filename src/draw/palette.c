#include "draw/palette.h"

#include <math.h>
#include <string.h>

#define OPAQUE(rgb) (0xFF000000u | (rgb##u))

/* Okabe, Ito 2008 (jfly.uni-koeln.de/color): blue, vermillion, green and purple reach 3:1 on white; sky, orange,
 * yellow and purple on dark. The series keep their hue from theme to theme, stay apart for deuteranopes and
 * protanopes (Machado 2009), and keep clear of the first arm, beside which they are drawn. */
#define ARMS_ON_WHITE                                                                                                  \
	[INK_ARM_0] = OPAQUE(0x0072B2), [INK_ARM_1] = OPAQUE(0xD55E00), [INK_ARM_2] = OPAQUE(0x009E73),                \
	[INK_ARM_3] = OPAQUE(0xCC79A7)
#define SERIES_ON_WHITE                                                                                                \
	[INK_SERIES_0] = OPAQUE(0xAA3377), [INK_SERIES_1] = OPAQUE(0x3B7F51), [INK_SERIES_2] = OPAQUE(0xA5901D),       \
	[INK_SERIES_3] = OPAQUE(0x1B8FA0), [INK_SERIES_4] = OPAQUE(0xA55223), [INK_SERIES_5] = OPAQUE(0x523E47),       \
	[INK_SERIES_6] = OPAQUE(0xD9506A), [INK_SERIES_7] = OPAQUE(0x900B1E)

/* clang-format off */
const theme themes[THEME_COUNT] = {
	[THEME_LIGHT] = {
		.name = "light",
		.type = 1.0f,
		.line = 1.0f,
		.argb = {
			[INK_WINDOW] = OPAQUE(0xF3F1EC),
			[INK_PANEL] = OPAQUE(0xFEFDFB),
			[INK_RAISED] = OPAQUE(0xEAE7E0),
			[INK_HOVER] = OPAQUE(0xDEDAD1),
			[INK_BORDER] = OPAQUE(0xD9D5CC),
			[INK_TEXT] = OPAQUE(0x24221E),
			[INK_MUTED] = OPAQUE(0x625D55),
			[INK_GRID] = OPAQUE(0xE9E6DF),
			[INK_AXIS] = OPAQUE(0x8F897E),
			[INK_ACCENT] = OPAQUE(0x4A55C4),
			[INK_ON_ACCENT] = OPAQUE(0xFFFFFF),
			[INK_WARN] = OPAQUE(0xA06000),
			[INK_BAD] = OPAQUE(0xAE2823),
			[INK_GOOD] = OPAQUE(0x2C7A4B),
			[INK_SHADE] = OPAQUE(0x2A2723),
			[INK_BOUND] = OPAQUE(0x7B756A),
			ARMS_ON_WHITE,
			SERIES_ON_WHITE,
		},
	},
	[THEME_DARK] = {
		.name = "dark",
		.type = 1.0f,
		.line = 1.0f,
		.argb = {
			[INK_WINDOW] = OPAQUE(0x161B22),
			[INK_PANEL] = OPAQUE(0x1E252F),
			[INK_RAISED] = OPAQUE(0x2C3643),
			[INK_HOVER] = OPAQUE(0x394554),
			[INK_BORDER] = OPAQUE(0x333E4C),
			[INK_TEXT] = OPAQUE(0xE4E8EE),
			[INK_MUTED] = OPAQUE(0xA6B0BD),
			[INK_GRID] = OPAQUE(0x2C3541),
			[INK_AXIS] = OPAQUE(0x728091),
			[INK_ACCENT] = OPAQUE(0x93A2FF),
			[INK_ON_ACCENT] = OPAQUE(0x12151C),
			[INK_WARN] = OPAQUE(0xEFB144),
			[INK_BAD] = OPAQUE(0xFF7F76),
			[INK_GOOD] = OPAQUE(0x63C78E),
			[INK_SHADE] = OPAQUE(0x090C10),
			[INK_BOUND] = OPAQUE(0x98A3B1),
			[INK_ARM_0] = OPAQUE(0x56B4E9),
			[INK_ARM_1] = OPAQUE(0xE69F00),
			[INK_ARM_2] = OPAQUE(0xF0E442),
			[INK_ARM_3] = OPAQUE(0xCC79A7),
			[INK_SERIES_0] = OPAQUE(0xF3A8DB),
			[INK_SERIES_1] = OPAQUE(0x62D9B6),
			[INK_SERIES_2] = OPAQUE(0xA8904F),
			[INK_SERIES_3] = OPAQUE(0x2A9BAA),
			[INK_SERIES_4] = OPAQUE(0xF2B25E),
			[INK_SERIES_5] = OPAQUE(0xB6A4AA),
			[INK_SERIES_6] = OPAQUE(0xFAAC9F),
			[INK_SERIES_7] = OPAQUE(0xC1747C),
		},
	},
	[THEME_PROJECTOR] = {
		.name = "projector",
		.type = 1.25f,
		.line = 1.5f,
		.argb = {
			[INK_WINDOW] = OPAQUE(0xFFFFFF),
			[INK_PANEL] = OPAQUE(0xFFFFFF),
			[INK_RAISED] = OPAQUE(0xEBEBEB),
			[INK_HOVER] = OPAQUE(0xD8D8D8),
			[INK_BORDER] = OPAQUE(0x9A9A9A),
			[INK_TEXT] = OPAQUE(0x000000),
			[INK_MUTED] = OPAQUE(0x3D3D3D),
			[INK_GRID] = OPAQUE(0xDADADA),
			[INK_AXIS] = OPAQUE(0x404040),
			[INK_ACCENT] = OPAQUE(0x3039B0),
			[INK_ON_ACCENT] = OPAQUE(0xFFFFFF),
			[INK_WARN] = OPAQUE(0x9A5A00),
			[INK_BAD] = OPAQUE(0xB01E1E),
			[INK_GOOD] = OPAQUE(0x14693A),
			[INK_SHADE] = OPAQUE(0x000000),
			[INK_BOUND] = OPAQUE(0x5C5C5C),
			ARMS_ON_WHITE,
			SERIES_ON_WHITE,
		},
	},
	[THEME_PRINT] = {
		.name = "print",
		.type = 1.0f,
		.line = 1.0f,
		.argb = {
			[INK_WINDOW] = OPAQUE(0xFFFFFF),
			[INK_PANEL] = OPAQUE(0xFFFFFF),
			[INK_RAISED] = OPAQUE(0xF2F2F2),
			[INK_HOVER] = OPAQUE(0xE6E6E6),
			[INK_BORDER] = OPAQUE(0xD0D0D0),
			[INK_TEXT] = OPAQUE(0x111111),
			[INK_MUTED] = OPAQUE(0x555555),
			[INK_GRID] = OPAQUE(0xE4E4E4),
			[INK_AXIS] = OPAQUE(0x6E6E6E),
			[INK_ACCENT] = OPAQUE(0x3C3C3C),
			[INK_ON_ACCENT] = OPAQUE(0xFFFFFF),
			[INK_WARN] = OPAQUE(0xA06000),
			[INK_BAD] = OPAQUE(0xB32824),
			[INK_GOOD] = OPAQUE(0x267043),
			[INK_SHADE] = OPAQUE(0x808080),
			[INK_BOUND] = OPAQUE(0x6E6E6E),
			ARMS_ON_WHITE,
			SERIES_ON_WHITE,
		},
	},
};
/* clang-format on */

int theme_find(const char *name)
{
	for (int i = 0; name && i < THEME_COUNT; i++)
		if (!strcmp(themes[i].name, name))
			return i;
	return -1;
}

/* ---- colour maps: 33 anchors, linear between them ---- */

enum { ANCHORS = 33 };

/* clang-format off */

/* Smith, van der Walt 2015, CC0 (bids.github.io/colormap). */
static const uint32_t viridis[ANCHORS] = {
	0x440154, 0x470D60, 0x48186A, 0x482374, 0x472D7B, 0x453681, 0x424086, 0x3F4989, 0x3B528B, 0x375A8D, 0x33638D,
	0x2F6A8E, 0x2C728E, 0x297A8E, 0x26818E, 0x23898E, 0x21908C, 0x1F988B, 0x1F9F88, 0x21A685, 0x28AE80, 0x31B57B,
	0x3EBC74, 0x4CC26C, 0x5DC963, 0x6ECE58, 0x82D34C, 0x96D83F, 0xABDC32, 0xC0DF24, 0xD5E21A, 0xEAE51A, 0xFDE725,
};

/* Nuñez, Anderton, Renslow 2018, doi:10.1371/journal.pone.0199239. */
static const uint32_t cividis[ANCHORS] = {
	0x00224E, 0x00285B, 0x002E6A, 0x043371, 0x1A386F, 0x273E6E, 0x32436D, 0x3B496C, 0x434E6C, 0x4B546C, 0x52596D,
	0x5A5F6E, 0x61656F, 0x686A71, 0x6F7073, 0x757676, 0x7C7B78, 0x848179, 0x8B8778, 0x938D78, 0x9B9376, 0xA39A75,
	0xABA072, 0xB3A670, 0xBBAD6C, 0xC3B469, 0xCCBA64, 0xD4C15F, 0xDDC958, 0xE6D051, 0xEFD748, 0xF8DF3C, 0xFEE838,
};

/* Blue – white – orange with the same lightness at both ends, so that neither sign looks stronger. */
static const uint32_t diverging[] = {
	0x10498C, 0x2F6DAE, 0x5F93C6, 0x97B9DB, 0xCEDDED, 0xFFFFFF, 0xF8DCC3, 0xEFB384, 0xDD8743, 0xBA6110, 0x8A4200,
};

/* Its ends are light, its middle stands out from a dark panel as little as white does from a light one. */
static const uint32_t diverging_dark[] = {
	0xA9D3FF, 0x6FB0F2, 0x4588CC, 0x33679C, 0x2B4A6C, 0x28303B, 0x5F4220, 0x8A5A23, 0xB67626, 0xE3973E, 0xFBC683,
};
/* clang-format on */

static const uint32_t neutral = OPAQUE(0x9A9A9A);

static uint32_t mix(uint32_t a, uint32_t b, float t)
{
	uint32_t out = 0xFF000000u;
	for (int shift = 0; shift < 24; shift += 8) {
		float from = (float)(a >> shift & 255), to = (float)(b >> shift & 255);
		out |= (uint32_t)(from + (to - from) * t + 0.5f) << shift;
	}
	return out;
}

static uint32_t between(const uint32_t *anchor, int n, float t)
{
	if (isnan(t))
		return neutral;
	t = (t < 0 ? 0 : t > 1 ? 1 : t) * (float)(n - 1);
	int i = (int)t < n - 1 ? (int)t : n - 2;
	return mix(anchor[i], anchor[i + 1], t - (float)i);
}

uint32_t palette_viridis(float t)
{
	return between(viridis, ANCHORS, t);
}

uint32_t palette_cividis(float t)
{
	return between(cividis, ANCHORS, t);
}

uint32_t palette_diverging(float t)
{
	return between(diverging, (int)(sizeof diverging / sizeof *diverging), t);
}

uint32_t palette_diverging_dark(float t)
{
	return between(diverging_dark, (int)(sizeof diverging_dark / sizeof *diverging_dark), t);
}

/* ---- WCAG 2.2, relative luminance and contrast ratio ---- */

static double linear_light(uint32_t byte)
{
	double c = byte / 255.0;
	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t c)
{
	return 0.2126 * linear_light(c >> 16 & 255) + 0.7152 * linear_light(c >> 8 & 255) +
	       0.0722 * linear_light(c & 255);
}

double palette_contrast(uint32_t a, uint32_t b)
{
	double la = luminance(a), lb = luminance(b);
	return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

bool theme_is_dark(const theme *t)
{
	return palette_contrast(t->argb[INK_PANEL], OPAQUE(0x000000)) <
	       palette_contrast(t->argb[INK_PANEL], OPAQUE(0xFFFFFF));
}
