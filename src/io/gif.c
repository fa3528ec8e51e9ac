/* Movies as GIF. cgif (Debian: libcgif-dev) does the compression and the differences between frames; what is left to do
 * here is to choose at most 255 colours. Cuts at the median (Heckbert 1982), over colours of 6 bits a channel. */
#include "io/movie_kind.h"

#include <cgif.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	BITS = 6,
	BINS = 1 << (3 * BITS),
	MOST = 255, /* colours; the last entry is for what stays as it was */
	LARGEST = 65535
};

typedef struct bin {
	uint32_t count, sum[3];
} bin;

/* Colours that will become one: used[first … first + n − 1]. */
typedef struct box {
	int first, n;
	uint64_t count;
	int axis, wide; /* the channel in which they differ most, and by how much */
} box;

typedef struct gif {
	CGIF *file;
	FILE *stream;
	int w, h;
	bin *bins;      /* (BINS) */
	int *used;      /* (BINS) those with a count */
	uint8_t *entry; /* (BINS) of the palette; valid for the bins in use */
	uint8_t *pixel; /* (h, w) */
	uint8_t palette[MOST][3];
	int colors;
	double error; /* of the palette on the frame that it was made for: mean square */
} gif;

static int bin_of(uint32_t argb)
{
	uint32_t r = argb >> 16 & 255, g = argb >> 8 & 255, b = argb & 255;
	return (int)(r >> (8 - BITS) << (2 * BITS) | g >> (8 - BITS) << BITS | b >> (8 - BITS));
}

static int channel(int index, int axis)
{
	return index >> ((2 - axis) * BITS) & ((1 << BITS) - 1);
}

static int count_colors(gif *g, const uint32_t *argb)
{
	int n = 0;
	memset(g->bins, 0, BINS * sizeof *g->bins);
	for (size_t i = 0; i < (size_t)g->w * (size_t)g->h; i++) {
		bin *k = &g->bins[bin_of(argb[i])];
		if (k->count++ == 0)
			g->used[n++] = (int)(k - g->bins);
		k->sum[0] += argb[i] >> 16 & 255;
		k->sum[1] += argb[i] >> 8 & 255;
		k->sum[2] += argb[i] & 255;
	}
	return n;
}

/* ---- choosing colours ---- */

static box measure(const gif *g, int first, int n)
{
	box b = {.first = first, .n = n};
	for (int axis = 0; axis < 3; axis++) {
		int low = 1 << BITS, high = -1;
		for (int i = first; i < first + n; i++) {
			int v = channel(g->used[i], axis);
			low = v < low ? v : low;
			high = v > high ? v : high;
		}
		if (high - low > b.wide)
			b.axis = axis, b.wide = high - low;
	}
	for (int i = first; i < first + n; i++)
		b.count += g->bins[g->used[i]].count;
	return b;
}

static int sort_axis;

static int by_channel(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b, d = channel(x, sort_axis) - channel(y, sort_axis);
	return d ? d : x - y;
}

/* Two boxes with half of the pixels each, as near as the colours allow. */
static void split(const gif *g, box *b, box *other)
{
	uint64_t half = 0;
	int n = 0;
	sort_axis = b->axis;
	qsort(g->used + b->first, (size_t)b->n, sizeof *g->used, by_channel);
	while (n < b->n - 1 && (n == 0 || half + g->bins[g->used[b->first + n]].count <= b->count / 2))
		half += g->bins[g->used[b->first + n++]].count;
	*other = measure(g, b->first + n, b->n - n);
	*b = measure(g, b->first, n);
}

/* Large boxes with many pixels first; the root keeps areas of one colour from taking everything. */
static int box_to_split(const box *b, int n)
{
	int best = -1;
	double most = 0;
	for (int i = 0; i < n; i++) {
		double weight = sqrt((double)b[i].count) * b[i].wide;
		if (weight > most) {
			most = weight;
			best = i;
		}
	}
	return best;
}

static void choose_colors(gif *g, int used)
{
	box b[MOST] = {measure(g, 0, used)};
	int n = 1, next;
	while (n < MOST && (next = box_to_split(b, n)) >= 0) {
		split(g, &b[next], &b[n]);
		n++;
	}
	for (int i = 0; i < n; i++) {
		uint64_t sum[3] = {0};
		for (int k = b[i].first; k < b[i].first + b[i].n; k++)
			for (int c = 0; c < 3; c++)
				sum[c] += g->bins[g->used[k]].sum[c];
		for (int c = 0; c < 3; c++)
			g->palette[i][c] = (uint8_t)((sum[c] + b[i].count / 2) / b[i].count);
	}
	g->colors = n;
}

/* The nearest entry for every colour in use; returns the mean square error. */
static double assign_colors(gif *g, int used)
{
	double all = 0;
	for (int i = 0; i < used; i++) {
		const bin *k = &g->bins[g->used[i]];
		int mean[3], best = 0;
		long least = 1L << 30;
		for (int c = 0; c < 3; c++)
			mean[c] = (int)((k->sum[c] + k->count / 2) / k->count);
		for (int p = 0; p < g->colors; p++) {
			long d = 0;
			for (int c = 0; c < 3; c++)
				d += (long)(mean[c] - g->palette[p][c]) * (mean[c] - g->palette[p][c]);
			if (d < least) {
				least = d;
				best = p;
			}
		}
		g->entry[g->used[i]] = (uint8_t)best;
		all += (double)least * k->count;
	}
	return all / ((double)g->w * g->h);
}

/* Colours stay from frame to frame while they serve: what does not move does not shimmer. */
static void fit_palette(gif *g, int used)
{
	if (g->colors > 0 && assign_colors(g, used) <= 1.3 * g->error + 0.5)
		return;
	choose_colors(g, used);
	g->error = assign_colors(g, used);
}

/* ---- the file ---- */

static int write_bytes(void *stream, const uint8_t *data, const size_t n)
{
	return fwrite(data, 1, n, stream) == n ? 0 : -1;
}

/* A comment in blocks of at most 255 bytes, behind the header, which cgif has written. */
static void write_note(FILE *f, const char *note)
{
	size_t left = strlen(note);
	if (left == 0)
		return;
	fputs("\x21\xfe", f);
	while (left > 0) {
		size_t n = left < 255 ? left : 255;
		putc((int)n, f);
		fwrite(note, 1, n, f);
		note += n;
		left -= n;
	}
	putc(0, f);
}

static void gif_abort(void *encoder)
{
	gif *g = encoder;
	if (g->file)
		cgif_close(g->file);
	free(g->bins);
	free(g->used);
	free(g->entry);
	free(g->pixel);
	free(g);
}

static void *gif_start(file_save *save, const char *extension, int w, int h, double rate, const char *note, err *e)
{
	(void)extension, (void)rate;
	if (w < 1 || h < 1 || w > LARGEST || h > LARGEST) {
		err_input(e, "a GIF has 1 to %d pixels each way, not %d × %d", LARGEST, w, h);
		return NULL;
	}
	gif *g = calloc(1, sizeof *g);
	CGIF_Config how = {.attrFlags = CGIF_ATTR_IS_ANIMATED | CGIF_ATTR_NO_GLOBAL_TABLE,
	        .width = (uint16_t)w,
	        .height = (uint16_t)h,
	        .numLoops = CGIF_INFINITE_LOOP,
	        .pWriteFn = write_bytes,
	        .pContext = file_save_stream(save)};
	if (g) {
		g->w = w, g->h = h;
		g->bins = malloc(BINS * sizeof *g->bins);
		g->used = malloc(BINS * sizeof *g->used);
		g->entry = malloc(BINS);
		g->pixel = malloc((size_t)w * (size_t)h);
		g->file = cgif_newgif(&how);
	}
	if (g && g->bins && g->used && g->entry && g->pixel && g->file) {
		write_note(file_save_stream(save), note);
		return g;
	}
	err_machine(e, "no memory for a GIF of %d × %d pixels; lower the size or the scale", w, h);
	if (g)
		gif_abort(g);
	return NULL;
}

static bool tell(int result, err *e)
{
	if (result == CGIF_OK)
		return true;
	if (result == CGIF_EALLOC)
		return err_machine(e, "no memory for a frame of the GIF; lower the size or the scale");
	return err_machine(e, "the GIF cannot be written: %s", errno ? strerror(errno) : "the disk is full");
}

static bool gif_add(void *encoder, const uint32_t *argb, double seconds, err *e)
{
	gif *g = encoder;
	fit_palette(g, count_colors(g, argb));
	for (size_t i = 0; i < (size_t)g->w * (size_t)g->h; i++)
		g->pixel[i] = g->entry[bin_of(argb[i])];
	CGIF_FrameConfig frame = {.pLocalPalette = g->palette[0],
	        .pImageData = g->pixel,
	        .attrFlags = CGIF_FRAME_ATTR_USE_LOCAL_TABLE,
	        .genFlags = CGIF_FRAME_GEN_USE_TRANSPARENCY | CGIF_FRAME_GEN_USE_DIFF_WINDOW,
	        .delay = (uint16_t)lround(100 * fmin(seconds, 600)),
	        .numLocalPaletteEntries = (uint16_t)g->colors};
	errno = 0;
	return tell(cgif_addframe(g->file, &frame), e);
}

static bool gif_finish(void *encoder, err *e)
{
	gif *g = encoder;
	errno = 0;
	int result = cgif_close(g->file);
	g->file = NULL;
	gif_abort(g);
	return tell(result, e);
}

const movie_kind movie_gif = {NULL, gif_start, gif_add, gif_finish, gif_abort};
