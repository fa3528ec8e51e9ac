/* npz: NumPy's .npz archives (a zip of .npy files), read and written through libzip.
 * Reading takes .npy versions 1.0, 2.0 and 3.0, stored or deflated, little-endian, C order; anything else is refused
 * by name. Files are foreign: no size in them is believed before it is checked, and no more than 1 GiB is read.
 * May be included by io and everything above. */
#ifndef IO_NPZ_H
#define IO_NPZ_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { NPY_NAME = 96, NPY_DIMS = 8 };

/* Elements of data: float, double, double[2], int32_t, int64_t, one byte (0 or 1). NPY_TEXT is for npz_add and
 * npz_text alone: one UTF-8 text, ndim 0. */
typedef enum npy_type { NPY_F32, NPY_F64, NPY_C128, NPY_I32, NPY_I64, NPY_BOOL, NPY_TEXT } npy_type;

typedef struct npy {
	char name[NPY_NAME]; /* without ".npy" */
	npy_type type;
	int ndim;             /* 0: a scalar */
	long shape[NPY_DIMS]; /* rows first; the last index runs fastest */
	size_t count;         /* product of shape */
	void *data;
} npy;

typedef struct npz npz;

/* Reads the directory of the archive. NULL and a message on an error. */
npz *npz_open(const char *path, err *e);
void npz_close(npz *z); /* frees the arrays too; NULL is allowed */
int npz_count(npz *z);
const char *npz_name(npz *z, int i); /* 0 ≤ i < npz_count */
bool npz_has(npz *z, const char *name);
/* The array, loaded when it is first asked for; it belongs to the archive. NULL and a message when there is none of
 * that name (the message lists the names that are there) or it cannot be taken. */
const npy *npz_find(npz *z, const char *name, err *e);
/* A text written with NPY_TEXT (NumPy: a str scalar). Control characters are refused. */
bool npz_text(npz *z, const char *name, char *buf, size_t size, err *e);
/* Element i as a double; the real part of a complex one. */
double npy_at(const npy *a, size_t i);

typedef struct npz_writer npz_writer;

/* Collects arrays in memory; nothing is on the disk before the commit. The same content gives the same bytes. */
npz_writer *npz_writer_new(const char *path, err *e);
/* Copies the data (shape and ndim as in npy). After an error only npz_writer_abort is left. */
bool npz_add(npz_writer *w, const char *name, npy_type type, int ndim, const long *shape, const void *data, err *e);
/* n UTF-8 texts as an array of str, as wide as the longest; n = −1: one, as a scalar. NULL entries are empty. */
bool npz_add_texts(npz_writer *w, const char *name, long n, const char *const *text, err *e);
bool npz_writer_commit(npz_writer *w, err *e); /* atomic; frees w, also on an error */
void npz_writer_abort(npz_writer *w);          /* frees w; NULL is allowed */

#endif
