/* npy: the header of one NumPy array, read and made. Private to io/npz.c. */
#ifndef IO_NPY_H
#define IO_NPY_H
#include "io/npz.h"

#include <stdint.h>

enum {
	NPY_HEADER_BYTES = 1 << 16, /* longest header that is read */
	NPY_HEADER_ROOM = 512,      /* longest header that is made */
	NPY_DATA_BYTES = 1 << 30,   /* all arrays of an archive, uncompressed */
	NPY_TEXT_LETTERS = 1 << 14  /* of one NPY_TEXT; 4 bytes each in the file */
};

typedef struct npy_kind {
	char descr[5]; /* NumPy's name: "<f4" */
	npy_type type;
	size_t size; /* bytes of one element */
} npy_kind;

typedef struct npy_header {
	char descr[32];
	bool fortran;
	int ndim;
	long shape[NPY_DIMS];
} npy_header;

/* NULL for NPY_TEXT. */
const npy_kind *npy_kind_of(npy_type type);
/* What the header says as one of the kinds; NULL when it is none of them. */
const npy_kind *npy_kind_named(const char *descr);
/* ">f4" → "big-endian numbers": what a refused type is. */
const char *npy_describe(const char *descr);

/* The dictionary behind magic, version and length. NULL, or what is wrong with it. */
const char *npy_parse(const char *text, size_t n, npy_header *h);
/* Version 1.0, padded with blanks so that the data begins at a multiple of 64. Returns the bytes written to `to`,
 * which has NPY_HEADER_ROOM. */
size_t npy_make(unsigned char *to, const char *descr, int ndim, const long *shape);
/* Elements of the shape; false when one of its sizes is negative or the data exceed NPY_DATA_BYTES. */
bool npy_shape_count(int ndim, const long *shape, size_t element, size_t *count);

/* One character as UTF-8: 1 to 4 bytes. */
size_t npy_put_utf8(char *to, uint32_t code);
/* The character at *p, which moves on; bytes that are no UTF-8 give U+FFFD. Not to be called at the NUL. */
uint32_t npy_get_utf8(const unsigned char **p);

#endif
