#include "io/npy.h"

#include <stdio.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are copied without swapping bytes");

static const npy_kind kinds[] = {
        {"<f4", NPY_F32, 4},
        {"<f8", NPY_F64, 8},
        {"<c16", NPY_C128, 16},
        {"<i4", NPY_I32, 4},
        {"<i8", NPY_I64, 8},
        {"|b1", NPY_BOOL, 1},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const npy_kind *npy_kind_of(npy_type type)
{
	for (int i = 0; i < KINDS; i++) {
		if (kinds[i].type == type)
			return &kinds[i];
	}
	return NULL;
}

/* '<' little-endian, '|' does not matter, '=' the order of this machine (which is little-endian) */
const npy_kind *npy_kind_named(const char *descr)
{
	for (int i = 0; descr[0] && strchr("<|=", descr[0]) && i < KINDS; i++) {
		if (strcmp(descr + 1, kinds[i].descr + 1) == 0)
			return &kinds[i];
	}
	return NULL;
}

const char *npy_describe(const char *descr)
{
	static const struct {
		char start[4];
		const char *what;
	} known[] = {
	        {">", "big-endian numbers"},
	        {"<f2", "float16"},
	        {"<f1", "extended precision"},
	        {"<c8", "complex64"},
	        {"|O", "Python objects"},
	        {"<U", "text"},
	        {"|S", "text"},
	        {"|V", "raw records"},
	        {"<M", "dates"},
	        {"<m", "durations"},
	        {"<u", "unsigned integers"},
	        {"|u", "unsigned integers"},
	        {"|i1", "int8"},
	        {"<i2", "int16"},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strncmp(descr, known[i].start, strlen(known[i].start)) == 0)
			return known[i].what;
	}
	return "of an unknown type";
}

double npy_at(const npy *a, size_t i)
{
	switch (a->type) {
	case NPY_F32:
		return (double)((const float *)a->data)[i];
	case NPY_F64:
		return ((const double *)a->data)[i];
	case NPY_C128:
		return ((const double *)a->data)[2 * i];
	case NPY_I32:
		return ((const int32_t *)a->data)[i];
	case NPY_I64:
		return (double)((const int64_t *)a->data)[i];
	case NPY_BOOL:
		return ((const unsigned char *)a->data)[i] != 0;
	case NPY_TEXT:
		break;
	}
	return 0;
}

/* ---- the header of a .npy: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } ----
 * Source: numpy/lib/format.py, versions 1.0 (2-byte length), 2.0 and 3.0 (4-byte length). */

typedef struct cursor {
	const char *p, *end;
} cursor;

static bool take(cursor *c, char wanted)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\t'))
		c->p++;
	if (c->p == c->end || *c->p != wanted)
		return false;
	c->p++;
	return true;
}

static bool take_word(cursor *c, const char *word)
{
	size_t n = strlen(word);
	if (!take(c, word[0]))
		return false;
	if ((size_t)(c->end - c->p) < n - 1 || memcmp(c->p, word + 1, n - 1) != 0)
		return false;
	c->p += n - 1;
	return true;
}

/* '…' or "…" with printable ASCII inside and no escapes */
static bool take_string(cursor *c, char *buf, size_t size)
{
	char quote = take(c, '\'') ? '\'' : '"';
	if (quote == '"' && !take(c, '"'))
		return false;
	size_t n = 0;
	while (c->p < c->end && *c->p != quote) {
		if (*c->p < 0x20 || *c->p > 0x7e || *c->p == '\\' || n + 1 >= size)
			return false;
		buf[n++] = *c->p++;
	}
	buf[n] = '\0';
	return take(c, quote);
}

/* One size of the shape; Python 2 wrote "3L". */
static bool take_size(cursor *c, long *size)
{
	const char *start;
	long n = 0;
	while (c->p < c->end && *c->p == ' ')
		c->p++;
	for (start = c->p; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++)
		n = n > NPY_DATA_BYTES ? n : n * 10 + (*c->p - '0'); /* enough to be refused later */
	*size = n;
	bool found = c->p > start;
	take(c, 'L');
	return found;
}

/* NULL, or what is wrong */
static const char *take_shape(cursor *c, npy_header *h)
{
	h->ndim = 0;
	if (!take(c, '('))
		return "its shape is not a tuple";
	while (!take(c, ')')) {
		if (h->ndim == NPY_DIMS)
			return "it has more than 8 dimensions";
		if (take(c, '-'))
			return "its shape has a negative size";
		if (!take_size(c, &h->shape[h->ndim++]))
			return "its shape holds something else than whole numbers";
		if (!take(c, ',') && !(c->p < c->end && *c->p == ')'))
			return "its shape is not a tuple";
	}
	return NULL;
}

/* NULL, or what is wrong */
static const char *take_entry(cursor *c, npy_header *h, unsigned *seen)
{
	enum { DESCR = 1, FORTRAN = 2, SHAPE = 4 };
	char key[32];
	if (!take_string(c, key, sizeof key) || !take(c, ':'))
		return "its header is damaged";
	unsigned bit = strcmp(key, "descr") == 0           ? DESCR
	               : strcmp(key, "fortran_order") == 0 ? FORTRAN
	               : strcmp(key, "shape") == 0         ? SHAPE
	                                                   : 0;
	if (!bit || (*seen & bit))
		return "its header has an unknown or repeated key";
	*seen |= bit;
	if (bit == SHAPE)
		return take_shape(c, h);
	if (bit == DESCR) {
		if (take(c, '['))
			return "it is a structured array";
		return take_string(c, h->descr, sizeof h->descr) ? NULL : "its header is damaged";
	}
	h->fortran = take_word(c, "True");
	return h->fortran || take_word(c, "False") ? NULL : "its header is damaged";
}

const char *npy_parse(const char *text, size_t n, npy_header *h)
{
	cursor c = {text, text + n};
	unsigned seen = 0;
	const char *wrong = take(&c, '{') ? NULL : "its header is damaged";
	while (!wrong && !take(&c, '}')) {
		wrong = take_entry(&c, h, &seen);
		if (!wrong && !take(&c, ',') && !(c.p < c.end && *c.p == '}'))
			wrong = "its header is damaged";
	}
	if (!wrong && seen != 7)
		wrong = "its header lacks descr, fortran_order or shape";
	return wrong;
}

bool npy_shape_count(int ndim, const long *shape, size_t element, size_t *count)
{
	*count = 1;
	for (int i = 0; i < ndim; i++) {
		if (shape[i] < 0 || shape[i] > NPY_DATA_BYTES)
			return false;
		*count *= (size_t)shape[i]; /* both at most 2³⁰ */
		if (*count > NPY_DATA_BYTES / element)
			return false;
	}
	return true;
}

/* ---- making a header ---- */

/* "(3, 4)", "(3,)", "()" */
static void shape_text(char *buf, size_t size, int ndim, const long *shape)
{
	size_t used = (size_t)snprintf(buf, size, "(");
	for (int i = 0; i < ndim; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%ld", i ? ", " : "", shape[i]);
	snprintf(buf + used, size - used, ndim == 1 ? ",)" : ")");
}

size_t npy_make(unsigned char *to, const char *descr, int ndim, const long *shape)
{
	char sizes[NPY_DIMS * 24], text[400];
	shape_text(sizes, sizeof sizes, ndim, shape);
	int n = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, sizes);
	size_t length = (size_t)n, total = (10 + length + 1 + 63) / 64 * 64;
	memcpy(to, "\x93NUMPY\x01\x00", 8);
	to[8] = (unsigned char)((total - 10) & 0xff);
	to[9] = (unsigned char)((total - 10) >> 8);
	memset(to + 10, ' ', total - 10);
	memcpy(to + 10, text, length);
	to[total - 1] = '\n';
	return total;
}

/* ---- text ---- */

size_t npy_put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	to[0] = (char)((0xf00u >> n) | c);
	return n;
}

/* Bytes that follow a first byte of UTF-8; −1 when it is none. */
static int bytes_after(unsigned char lead)
{
	if (lead < 0x80)
		return 0;
	if (lead < 0xc2 || lead > 0xf4)
		return -1;
	return lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
}

uint32_t npy_get_utf8(const unsigned char **p)
{
	unsigned char lead = *(*p)++;
	int more = bytes_after(lead);
	if (more < 0)
		return 0xfffd;
	uint32_t c = more ? lead & (0x3fu >> more) : lead;
	for (; more > 0; more--) {
		if ((**p & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (*(*p)++ & 0x3f);
	}
	return c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c;
}
