#include "io/png.h"

#include "io/file.h"

#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#define KEYWORD "unroll"

enum {
	PIXELS = 1 << 28,               /* of one picture */
	STATE_BYTES = 64 << 10,         /* text of the state */
	CHUNKS = 1 << 20,               /* chunks that are looked at */
	CHUNK_BYTES = STATE_BYTES + 256 /* of the chunk that holds the state: text, keyword, language */
};

/* Where libpng's errors go: the message is kept, and the call that failed is left by longjmp. */
typedef struct trouble {
	char text[160];
} trouble;

static _Noreturn void on_error(png_structp png, png_const_charp text)
{
	trouble *t = png_get_error_ptr(png);
	snprintf(t->text, sizeof t->text, "%s", text);
	png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
	trouble *t = png_get_error_ptr(png);
	if (!t->text[0])
		snprintf(t->text, sizeof t->text, "%s", text);
}

/* ---- Latin-1, the letters of a tEXt chunk ---- */

/* UTF-8 to Latin-1; false when a letter has no place there or the bytes are no UTF-8. `to` has room for the input. */
static bool to_latin1(char *to, const char *utf8)
{
	const unsigned char *p = (const unsigned char *)utf8;
	while (*p) {
		if (*p < 0x80) {
			*to++ = (char)*p++;
		} else if ((*p == 0xc2 || *p == 0xc3) && (p[1] & 0xc0) == 0x80) {
			*to++ = (char)((*p & 3) << 6 | (p[1] & 0x3f));
			p += 2;
		} else {
			return false;
		}
	}
	*to = '\0';
	return true;
}

static bool from_latin1(char *to, size_t size, const char *latin1)
{
	size_t used = 0;
	for (const unsigned char *p = (const unsigned char *)latin1; *p; p++) {
		if (used + 3 > size)
			return false;
		if (*p < 0x80) {
			to[used++] = (char)*p;
		} else {
			to[used++] = (char)(0xc0 | *p >> 6);
			to[used++] = (char)(0x80 | (*p & 0x3f));
		}
	}
	to[used] = '\0';
	return true;
}

/* ---- writing ---- */

typedef struct picture {
	const uint32_t *argb;
	int w, h, stride;
	bool alpha;
	double dpi;
	png_text text[3];
	int texts;
	unsigned char *row; /* (w, 3 or 4) */
} picture;

static bool has_alpha(const uint32_t *argb, int w, int h, int stride)
{
	for (int y = 0; y < h; y++) {
		uint32_t all = 0xff000000u;
		for (int x = 0; x < w; x++)
			all &= argb[(size_t)y * (size_t)stride + (size_t)x];
		if (all != 0xff000000u)
			return true;
	}
	return false;
}

static void pack_row(const picture *p, int y)
{
	const uint32_t *from = p->argb + (size_t)y * (size_t)p->stride;
	unsigned char *to = p->row;
	for (int x = 0; x < p->w; x++) {
		uint32_t c = from[x];
		*to++ = (unsigned char)(c >> 16 & 0xff);
		*to++ = (unsigned char)(c >> 8 & 0xff);
		*to++ = (unsigned char)(c & 0xff);
		if (p->alpha)
			*to++ = (unsigned char)(c >> 24);
	}
}

/* tEXt when Latin-1 holds it, iTXt otherwise. The copy (malloc'd) belongs to the picture. */
static bool add_text(picture *p, char *keyword, const char *utf8)
{
	if (!utf8 || !utf8[0])
		return true;
	size_t n = strlen(utf8);
	char *copy = malloc(n + 1);
	if (!copy)
		return false;
	bool latin1 = to_latin1(copy, utf8);
	if (!latin1)
		memcpy(copy, utf8, n + 1);
	p->text[p->texts++] = (png_text){
	        .compression = latin1 ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE,
	        .key = keyword,
	        .text = copy,
	        .text_length = latin1 ? strlen(copy) : 0,
	        .itxt_length = latin1 ? 0 : n,
	};
	return true;
}

/* Everything that may longjmp; locals of the caller live in *p and are not changed here. */
static bool encode(png_structp png, png_infop info, FILE *f, picture *p)
{
	if (setjmp(png_jmpbuf(png)))
		return false;
	png_init_io(png, f);
	png_set_IHDR(png, info, (png_uint_32)p->w, (png_uint_32)p->h, 8,
	        p->alpha ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
	        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	if (p->dpi > 0 && p->dpi < 1e6) {
		png_uint_32 per_metre = (png_uint_32)(p->dpi / 0.0254 + 0.5);
		png_set_pHYs(png, info, per_metre, per_metre, PNG_RESOLUTION_METER);
	}
	/* Flat colours and smooth shading: a third of the time of libpng's choice by row, and smaller. */
	png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
	png_set_text(png, info, p->text, p->texts);
	png_write_info(png, info);
	for (int y = 0; y < p->h; y++) {
		pack_row(p, y);
		png_write_row(png, p->row);
	}
	png_write_end(png, NULL);
	return true;
}

static bool write_picture(const char *path, picture *p, err *e)
{
	file_save s;
	trouble t = {""};
	if (!file_save_open(&s, path, e))
		return false;
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &t, on_error, on_warning);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	errno = 0;
	bool ok = info && encode(png, info, s.stream, p);
	int reason = errno;
	png_destroy_write_struct(&png, &info);
	if (ok)
		return file_save_commit(&s, e);
	file_save_abort(&s);
	return err_machine(e, "cannot write %s: %s", path,
	        reason      ? strerror(reason)
	        : t.text[0] ? t.text
	                    : "no memory");
}

bool png_write(const char *path, const uint32_t *argb, int w, int h, int stride, double dpi, const char *state,
        const char *caption, err *e)
{
	if (w < 1 || h < 1 || stride < w || w > 100000 || h > 100000 || (long long)w * h > PIXELS)
		return err_input(e,
		        "a picture of %d x %d pixels cannot be written; allowed are 1 to 100000 a side and %d in all",
		        w, h, PIXELS);
	if (state && strlen(state) > STATE_BYTES)
		return err_input(e, "the state for %s has %zu bytes; allowed are %d", path, strlen(state), STATE_BYTES);
	picture p = {
	        .argb = argb, .w = w, .h = h, .stride = stride, .dpi = dpi, .alpha = has_alpha(argb, w, h, stride)};
	static char keyword[] = KEYWORD, description[] = "Description", software[] = "Software";
	p.row = malloc((size_t)w * 4);
	bool ok = p.row && add_text(&p, keyword, state) && add_text(&p, description, caption) &&
	          add_text(&p, software, "unroll");
	ok = ok ? write_picture(path, &p, e) : err_machine(e, "no memory for writing %s", path);
	for (int i = 0; i < p.texts; i++)
		free(p.text[i].text);
	free(p.row);
	return ok;
}

/* ---- reading the state ----
 * The chunks are walked by hand; the one that holds the state is given to libpng behind a header of our own (one grey
 * pixel) and in front of an empty IDAT, so that libpng checks and unpacks the text and nothing else of the file
 * reaches it. */

static const unsigned char signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
static const unsigned char lead[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0,
        0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55};
static const unsigned char tail[] = {0, 0, 0, 0, 'I', 'D', 'A', 'T'};

typedef struct feed {
	const unsigned char *p, *end;
} feed;

static void on_read(png_structp png, png_bytep to, size_t n)
{
	feed *in = png_get_io_ptr(png);
	if (n > (size_t)(in->end - in->p))
		png_error(png, "the chunk is cut short");
	memcpy(to, in->p, n);
	in->p += n;
}

/* False when libpng refuses the chunk. */
static bool decode(png_structp png, png_infop info, feed *in)
{
	if (setjmp(png_jmpbuf(png)))
		return false;
	png_set_read_fn(png, in, on_read);
	png_set_chunk_malloc_max(png, CHUNK_BYTES);
	png_read_info(png, info);
	return true;
}

static bool copy_text(const char *path, const png_text *t, char *state, size_t size, err *e)
{
	bool latin1 = t->compression == PNG_TEXT_COMPRESSION_NONE || t->compression == PNG_TEXT_COMPRESSION_zTXt;
	bool fits = latin1 ? from_latin1(state, size, t->text) : strlen(t->text) < size;
	if (!fits || strlen(t->text) > STATE_BYTES)
		return err_input(
		        e, "%s: the state is longer than %zu bytes", path, size < STATE_BYTES ? size - 1 : STATE_BYTES);
	if (!latin1)
		memcpy(state, t->text, strlen(t->text) + 1);
	for (const unsigned char *p = (const unsigned char *)state; *p; p++) {
		if (*p < 0x20 || *p == 0x7f)
			return err_input(e, "%s: the state holds control characters", path);
	}
	return state[0] || err_input(e, "%s: the state is empty", path);
}

/* `image`: lead, the chunk, tail. */
static bool decode_state(const char *path, const unsigned char *image, size_t n, char *state, size_t size, err *e)
{
	trouble t = {""};
	feed in = {image, image + n};
	png_textp text = NULL;
	png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &t, on_error, on_warning);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	bool ok = false;
	if (!info)
		err_machine(e, "no memory for reading %s", path);
	else if (decode(png, info, &in) && png_get_text(png, info, &text, NULL) > 0 && text[0].text)
		ok = copy_text(path, &text[0], state, size, e);
	else
		err_input(e, "%s: its unroll chunk is damaged (%s)", path, t.text[0] ? t.text : "no text");
	png_destroy_read_struct(&png, &info, NULL);
	return ok;
}

/* Reads the chunk at f (behind length, type and keyword, which head holds) and decodes it. */
static bool take_chunk(const char *path, FILE *f, const unsigned char *head, size_t have, size_t length, char *state,
        size_t size, err *e)
{
	size_t whole = 8 + length + 4, n = sizeof lead + whole + sizeof tail;
	if (length > CHUNK_BYTES)
		return err_input(e, "%s: its unroll chunk has %zu bytes; allowed are %d", path, length, CHUNK_BYTES);
	unsigned char *image = malloc(n);
	if (!image)
		return err_machine(e, "no memory for reading %s", path);
	memcpy(image, lead, sizeof lead);
	memcpy(image + sizeof lead, head, have);
	memcpy(image + sizeof lead + whole, tail, sizeof tail);
	bool ok = fread(image + sizeof lead + have, 1, whole - have, f) == whole - have;
	ok = ok ? decode_state(path, image, n, state, size, e) : err_input(e, "%s is cut short", path);
	free(image);
	return ok;
}

static bool is_text(const unsigned char *type)
{
	return memcmp(type, "tEXt", 4) == 0 || memcmp(type, "zTXt", 4) == 0 || memcmp(type, "iTXt", 4) == 0;
}

/* From behind the signature to the chunk of the state. `left`: bytes of the file from there on. */
static bool walk(const char *path, FILE *f, long long left, char *state, size_t size, err *e)
{
	unsigned char head[8 + sizeof KEYWORD];
	for (int i = 0; i < CHUNKS; i++) {
		if (left < 12 || fread(head, 1, 8, f) != 8)
			return err_input(e, "%s is cut short, or holds no unroll state", path);
		uint32_t length = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
		if (length > left - 12)
			return err_input(e, "%s is cut short or damaged: a chunk of %u bytes where %lld are left", path,
			        length, left - 12);
		if (i == 0 && memcmp(head + 4, "IHDR", 4) != 0)
			return err_input(e, "%s is damaged: its first chunk is not IHDR", path);
		if (memcmp(head + 4, "IEND", 4) == 0)
			return err_input(e, "%s holds no unroll state; pictures saved by unroll do", path);
		size_t have = 8;
		if (is_text(head + 4) && length >= sizeof KEYWORD) {
			have += fread(head + 8, 1, sizeof KEYWORD, f);
			if (have == sizeof head && memcmp(head + 8, KEYWORD, sizeof KEYWORD) == 0)
				return take_chunk(path, f, head, have, length, state, size, e);
		}
		if (fseeko(f, (off_t)length + 12 - (off_t)have, SEEK_CUR) != 0)
			return err_input(e, "cannot read %s: %s", path, strerror(errno));
		left -= (long long)length + 12;
	}
	return err_input(e, "%s has more than %d chunks", path, CHUNKS);
}

bool png_read_state(const char *path, char *state, size_t size, err *e)
{
	long long bytes;
	unsigned char start[sizeof signature];
	state[0] = '\0';
	FILE *f = file_open(path, &bytes, e);
	if (!f)
		return false;
	bool ok = bytes >= 8 && fread(start, 1, sizeof start, f) == sizeof start &&
	          memcmp(start, signature, sizeof signature) == 0;
	ok = ok ? walk(path, f, bytes - 8, state, size, e) : err_input(e, "%s is no PNG picture", path);
	fclose(f);
	if (!ok)
		state[0] = '\0';
	return ok;
}

/* ---- reading pixels ---- */

/* Bytes of a file that are worth decoding: libpng is never shown more. */
enum { READ_BYTES = 32 << 20 };

static bool decode_pixels(const char *path, png_image *image, uint32_t **argb, err *e)
{
	static const uint32_t one = 1;
	if (image->width > PNG_READ_SIDE || image->height > PNG_READ_SIDE)
		return err_input(e, "%s: %u × %u pixels; allowed: %d × %d", path, image->width, image->height, PNG_READ_SIDE,
		        PNG_READ_SIDE);
	image->format = *(const unsigned char *)&one ? PNG_FORMAT_BGRA : PNG_FORMAT_ARGB;
	*argb = malloc(PNG_IMAGE_SIZE(*image));
	if (!*argb)
		return err_machine(e, "%s: no memory for %u × %u pixels", path, image->width, image->height);
	if (png_image_finish_read(image, NULL, *argb, 0, NULL))
		return true;
	free(*argb);
	*argb = NULL;
	return err_input(e, "%s: %s", path, image->message);
}

bool png_read_pixels(const char *path, uint32_t **argb, int *w, int *h, err *e)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	unsigned char *bytes;
	size_t n;
	*argb = NULL;
	if (!file_read_all(path, READ_BYTES, &bytes, &n, e))
		return false;
	bool good = png_image_begin_read_from_memory(&image, bytes, n) != 0;
	if (!good)
		err_input(e, "%s: is no PNG picture: %s", path, image.message);
	good = good && decode_pixels(path, &image, argb, e);
	*w = (int)image.width;
	*h = (int)image.height;
	png_image_free(&image);
	free(bytes);
	return good;
}
