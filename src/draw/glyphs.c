#include "draw/glyphs.h"

#include "draw/font.h"
#include "draw/utf8.h"

#include <SDL_ttf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FACES = WEIGHT_COUNT,
	EM = 2048,           /* units per em of DejaVu: at this size the metrics are exact whole numbers */
	METRIC_SLOTS = 4096, /* powers of two */
	KERN_SLOTS = 4096,
	IMAGE_SLOTS = 8192,
	PAGE = 512,    /* atlas page, pixels square */
	PAGES = 16,    /* at most 4 MiB of coverage */
	LARGEST = 256, /* pixels per em */
};

static const double BOX_ADVANCE = 0.6; /* em, when there is no font */

typedef struct face {
	TTF_Font *raster, *metrics;
	int pixels; /* the size that raster is set to */
} face;

typedef struct metric_slot {
	uint64_t key; /* 0 = empty */
	float advance;
	weight face;
} metric_slot;

typedef struct kern_slot {
	uint64_t key;
	float kern;
} kern_slot;

typedef struct image_slot {
	uint64_t key;
	glyph_image image;
} image_slot;

static struct {
	bool opened, usable;
	face face[FACES];
	metric_slot metric[METRIC_SLOTS];
	kern_slot kern[KERN_SLOTS];
	image_slot image[IMAGE_SLOTS];
	int images;
	uint8_t *page[PAGES];
	int pages, shelf_x, shelf_y, shelf_h; /* filling page[pages − 1] shelf by shelf */
} atlas;

/* Finalizer of MurmurHash3. */
static uint32_t hash(uint64_t key)
{
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccdu;
	key ^= key >> 33;
	key *= 0xc4ceb9fe1a85ec53u;
	return (uint32_t)(key >> 33);
}

/* ---- faces ---- */

static TTF_Font *open_font(const char *path, int pixels, int hinting)
{
	TTF_Font *f = TTF_OpenFont(path, pixels);
	if (f) {
		TTF_SetFontHinting(f, hinting);
		TTF_SetFontKerning(f, 1);
	}
	return f;
}

static bool open_face(weight w, err *e)
{
	char path[4096];
	if (!font_path(w, path, sizeof path, e))
		return false;
	face *f = &atlas.face[w];
	f->metrics = open_font(path, EM, TTF_HINTING_NONE);
	f->raster = open_font(path, 16, TTF_HINTING_LIGHT);
	f->pixels = 16;
	if (w == WEIGHT_SLANTED && f->raster)
		TTF_SetFontStyle(f->raster, TTF_STYLE_ITALIC);
	if (!f->metrics || !f->raster)
		return err_input(e, "cannot use the font %.200s: %.200s", path, TTF_GetError());
	return true;
}

static void close_face(weight w)
{
	face *f = &atlas.face[w];
	if (f->metrics)
		TTF_CloseFont(f->metrics);
	if (f->raster)
		TTF_CloseFont(f->raster);
	*f = (face){0};
}

/* Bold and mono are opened when they are first used, and fall back to regular. */
static face *face_of(weight w)
{
	if (!atlas.opened) {
		err e = {0};
		atlas.opened = true;
		if (TTF_Init() < 0)
			err_machine(&e, "cannot start SDL_ttf: %.300s", TTF_GetError());
		else
			atlas.usable = open_face(WEIGHT_REGULAR, &e);
		if (!atlas.usable)
			fprintf(stderr, "unroll: %s\n", e.text);
	}
	if (!atlas.usable)
		return NULL;
	face *f = &atlas.face[w];
	if (!f->metrics && f->pixels == 0) {
		err e = {0};
		if (!open_face(w, &e)) {
			close_face(w);
			f->pixels = -1; /* do not try again */
		}
	}
	return f->metrics ? f : &atlas.face[WEIGHT_REGULAR];
}

void glyphs_done(void)
{
	for (int w = 0; w < FACES; w++)
		close_face((weight)w);
	for (int i = 0; i < atlas.pages; i++)
		free(atlas.page[i]);
	if (atlas.opened && TTF_WasInit())
		TTF_Quit();
	memset(&atlas, 0, sizeof atlas);
}

/* ---- metrics ---- */

static metric_slot measure(weight w, uint32_t code)
{
	metric_slot m = {.advance = (float)BOX_ADVANCE, .face = w};
	face *f = face_of(w);
	if (!f)
		return m;
	if (w != WEIGHT_REGULAR && !TTF_GlyphIsProvided32(f->metrics, code) &&
	        TTF_GlyphIsProvided32(atlas.face[WEIGHT_REGULAR].metrics, code)) {
		f = &atlas.face[WEIGHT_REGULAR];
		m.face = WEIGHT_REGULAR;
	}
	int advance;
	if (TTF_GlyphMetrics32(f->metrics, code, NULL, NULL, NULL, NULL, &advance) == 0)
		m.advance = (float)advance / EM;
	return m;
}

/* Direct-mapped: a collision only costs a new look-up. */
static const metric_slot *metric(weight w, uint32_t code)
{
	uint64_t key = (uint64_t)(w + 1) << 32 | code;
	metric_slot *slot = &atlas.metric[hash(key) & (METRIC_SLOTS - 1)];
	if (slot->key != key) {
		*slot = measure(w, code);
		slot->key = key;
	}
	return slot;
}

static double kerning(weight w, uint32_t a, uint32_t b)
{
	uint64_t key = (uint64_t)(w + 1) << 42 | (uint64_t)a << 21 | b;
	kern_slot *slot = &atlas.kern[hash(key) & (KERN_SLOTS - 1)];
	if (slot->key != key) {
		face *f = face_of(w);
		slot->kern = f ? (float)TTF_GetFontKerningSizeGlyphs32(f->metrics, a, b) / EM : 0;
		slot->key = key;
	}
	return slot->kern;
}

glyph_walk glyph_start(const char *utf8, weight w)
{
	return (glyph_walk){.rest = utf8 ? utf8 : "", .weight = (unsigned)w < FACES ? w : WEIGHT_REGULAR};
}

bool glyph_next(glyph_walk *g, glyph_step *out)
{
	const char *start = g->rest;
	uint32_t code = utf8_next(&g->rest);
	if (!code)
		return false;
	if (code < 0x20 || code == 0x7F)
		code = ' ';
	const metric_slot *m = metric(g->weight, code);
	double x = g->x;
	if (g->previous && g->previous_face == m->face)
		x += kerning(m->face, g->previous, code);
	*out = (glyph_step){code, m->face, x, (double)m->advance, start, (int)(g->rest - start)};
	g->x = x + (double)m->advance;
	g->previous = code;
	g->previous_face = m->face;
	return true;
}

double glyphs_width(const char *utf8, weight w)
{
	glyph_walk g = glyph_start(utf8, w);
	glyph_step step;
	while (glyph_next(&g, &step))
		;
	return g.x;
}

double glyphs_ascent(weight w)
{
	face *f = face_of(w);
	return f ? (double)TTF_FontAscent(f->metrics) / EM : 0.93;
}

double glyphs_descent(weight w)
{
	face *f = face_of(w);
	return f ? -(double)TTF_FontDescent(f->metrics) / EM : 0.24;
}

/* ---- atlas ---- */

static void forget_images(void)
{
	memset(atlas.image, 0, sizeof atlas.image);
	atlas.images = 0;
	for (int i = 0; i < atlas.pages; i++)
		free(atlas.page[i]);
	atlas.pages = atlas.shelf_x = atlas.shelf_y = atlas.shelf_h = 0;
}

/* Room for w × h; the atlas begins anew when it is full. NULL without memory. */
static uint8_t *place(int w, int h)
{
	if (atlas.pages && atlas.shelf_x + w > PAGE) {
		atlas.shelf_x = 0;
		atlas.shelf_y += atlas.shelf_h;
		atlas.shelf_h = 0;
	}
	if (!atlas.pages || atlas.shelf_y + h > PAGE) {
		if (atlas.pages == PAGES)
			forget_images();
		uint8_t *page = calloc(PAGE, PAGE);
		if (!page)
			return NULL;
		atlas.page[atlas.pages++] = page;
		atlas.shelf_x = atlas.shelf_y = atlas.shelf_h = 0;
	}
	uint8_t *at = atlas.page[atlas.pages - 1] + (size_t)atlas.shelf_y * PAGE + atlas.shelf_x;
	atlas.shelf_x += w;
	if (h > atlas.shelf_h)
		atlas.shelf_h = h;
	return at;
}

/* The part of an 8-bit surface that holds ink. */
static SDL_Rect ink_bounds(const SDL_Surface *s)
{
	int x0 = s->w, x1 = -1, y0 = s->h, y1 = -1;
	for (int y = 0; y < s->h; y++) {
		const uint8_t *row = (const uint8_t *)s->pixels + (ptrdiff_t)y * s->pitch;
		for (int x = 0; x < s->w; x++) {
			if (!row[x])
				continue;
			x0 = x < x0 ? x : x0;
			x1 = x > x1 ? x : x1;
			y0 = y < y0 ? y : y0;
			y1 = y;
		}
	}
	return (SDL_Rect){x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

static void store(glyph_image *out, const SDL_Surface *s, SDL_Rect r)
{
	uint8_t *at = r.w <= PAGE && r.h <= PAGE ? place(r.w, r.h) : NULL;
	if (!at)
		return;
	for (int y = 0; y < r.h; y++)
		memcpy(at + (size_t)y * PAGE, (const uint8_t *)s->pixels + (ptrdiff_t)(r.y + y) * s->pitch + r.x,
		        (size_t)r.w);
	out->coverage = at;
	out->w = r.w;
	out->h = r.h;
	out->stride = PAGE;
}

static glyph_image render(face *f, uint32_t code)
{
	glyph_image out = {0};
	int min_x, max_y;
	if (TTF_GlyphMetrics32(f->raster, code, &min_x, NULL, NULL, &max_y, NULL) < 0)
		return out;
	/* Shaded surfaces hold coverage as palette indices. */
	SDL_Color white = {255, 255, 255, 255}, black = {0, 0, 0, 255};
	SDL_Surface *s = TTF_RenderGlyph32_Shaded(f->raster, code, white, black);
	if (!s)
		return out;
	SDL_Rect r = ink_bounds(s);
	if (r.w > 0 && r.h > 0)
		store(&out, s, r);
	/* SDL_ttf moves what sticks out to the left or above the ascent into the surface. */
	int ascent = TTF_FontAscent(f->raster), baseline = max_y > ascent ? max_y : ascent;
	out.left = r.x + (min_x < 0 ? min_x : 0);
	out.top = baseline - r.y;
	SDL_FreeSurface(s);
	return out;
}

/* Light hinting leaves the bars of | and ‖ between pixels, where the two of a norm run into one grey block: they are
 * drawn here instead, as wide as the bar of |, at least a pixel each and a pixel apart. */
static glyph_image bars(face *f, int pixels, uint32_t code)
{
	glyph_image out = {0};
	int bar0, bar1, x0, x1, y0, y1;
	if (TTF_GlyphMetrics32(f->metrics, '|', &bar0, &bar1, NULL, NULL, NULL) < 0 ||
	        TTF_GlyphMetrics32(f->metrics, code, &x0, &x1, &y0, &y1, NULL) < 0)
		return out;
	double scale = (double)pixels / EM;
	int stem = (int)lround((bar1 - bar0) * scale), left = (int)lround(x0 * scale),
	    w = (int)lround((x1 - x0) * scale);
	int top = (int)lround(y1 * scale), h = top - (int)lround(y0 * scale), count = code == '|' ? 1 : 2;
	stem = stem > 1 ? stem : 1;
	w = count == 1 ? stem : w > 2 * stem + 1 ? w : 2 * stem + 1;
	uint8_t *at = h > 0 && h <= PAGE && w <= PAGE ? place(w, h) : NULL;
	if (!at)
		return out;
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++)
			at[(size_t)y * PAGE + (size_t)x] = x < stem || x >= w - stem ? 255 : 0;
	return (glyph_image){at, w, h, PAGE, left, top};
}

static glyph_image rasterize(weight w, int pixels, uint32_t code)
{
	face *f = face_of(w);
	if (f->pixels != pixels && TTF_SetFontSize(f->raster, pixels) < 0)
		return (glyph_image){0};
	f->pixels = pixels;
	if (code == '|' || code == 0x2016)
		return bars(f, pixels, code);
	glyph_image image = render(f, code);
	image.left -= w == WEIGHT_SLANTED ? (int)lround(SLANT_BACK * pixels) : 0;
	return image;
}

/* Outline of a box, for a machine without fonts. */
static glyph_image box(int pixels)
{
	static uint8_t row[LARGEST * LARGEST];
	int w = pixels / 2 > 2 ? pixels / 2 : 2, h = pixels * 7 / 10 > 2 ? pixels * 7 / 10 : 2;
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++)
			row[y * w + x] = x == 0 || y == 0 || x == w - 1 || y == h - 1 ? 160 : 0;
	return (glyph_image){row, w, h, w, pixels / 20, h};
}

glyph_image glyphs_image(weight w, int pixels, uint32_t code)
{
	pixels = pixels < 1 ? 1 : pixels > LARGEST ? LARGEST : pixels;
	if (!face_of(w))
		return code == ' ' ? (glyph_image){0} : box(pixels);
	uint64_t key = (uint64_t)(w + 1) << 40 | (uint64_t)pixels << 24 | code;
	uint32_t i = hash(key) & (IMAGE_SLOTS - 1);
	while (atlas.image[i].key && atlas.image[i].key != key)
		i = (i + 1) & (IMAGE_SLOTS - 1);
	if (atlas.image[i].key)
		return atlas.image[i].image;
	if (atlas.images > IMAGE_SLOTS * 3 / 4)
		forget_images();
	glyph_image image = rasterize(w, pixels, code); /* may empty the table */
	i = hash(key) & (IMAGE_SLOTS - 1);
	while (atlas.image[i].key)
		i = (i + 1) & (IMAGE_SLOTS - 1);
	atlas.image[i] = (image_slot){key, image};
	atlas.images++;
	return image;
}
