/* glyphs: the letters. Positions come from unhinted advances and kerning at 2048 pixels per em (the font's own units),
 * scaled linearly, so that every device breaks and aligns text alike; pictures come from SDL_ttf with light hinting and
 * stay in an atlas of 8-bit coverage. Without a font every letter is a box.
 * Private to draw. Main thread only: the faces, the caches and the atlas are shared. */
#ifndef DRAW_GLYPHS_H
#define DRAW_GLYPHS_H
#include "base/err.h"
#include "draw/canvas.h"

/* A walk along a text. */
typedef struct glyph_walk {
	const char *rest;
	weight weight;
	double x; /* em; where the next letter would start without kerning */
	uint32_t previous;
	weight previous_face;
} glyph_walk;

typedef struct glyph_step {
	uint32_t code;     /* code point; controls come as spaces */
	weight face;       /* where the letter is found: regular stands in for bold and mono */
	double x, advance; /* em */
	const char *bytes; /* the letter in the text, n bytes */
	int n;
} glyph_step;

glyph_walk glyph_start(const char *utf8, weight w);
bool glyph_next(glyph_walk *g, glyph_step *out); /* false at the end */

/* A point y em over the baseline of a slanted letter lies SLANT_SHEAR · y − SLANT_BACK em to the right of where it was,
 * much as in DejaVu Sans Oblique. */
#define SLANT_SHEAR 0.2
#define SLANT_BACK 0.055

double glyphs_width(const char *utf8, weight w);          /* em */
double glyphs_ascent(weight w), glyphs_descent(weight w); /* em, both positive */

/* Coverage of one letter: rows of w bytes, `stride` apart; the pixel (0, 0) lies at (left, −top) from the pen, y down.
 */
typedef struct glyph_image {
	const uint8_t *coverage; /* NULL for spaces; valid until the next call */
	int w, h, stride;
	int left, top;
} glyph_image;

glyph_image glyphs_image(weight face, int pixels, uint32_t code); /* pixels per em, 1 … 256 */

/* Forgets faces, caches and atlas; the next use opens the fonts again. */
void glyphs_done(void);

#endif
