/* file: whole files in, whole files out. A save is atomic: it goes to a temporary beside the target and replaces
 * it only when every byte is on the disk, so that a full disk or a kill leaves the old file as it was.
 * May be included by io and everything above. */
#ifndef IO_FILE_H
#define IO_FILE_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { FILE_PATH = 4096 }; /* longest path, with its NUL */

typedef struct file_save {
	FILE *stream;           /* NULL when closed */
	int slot;               /* in the table of temporaries; −1 = none */
	bool direct;            /* standard output, a device or a FIFO: written in place */
	char target[FILE_PATH]; /* symbolic links followed */
	char temporary[FILE_PATH];
} file_save;

/* Opens a save. "-" is standard output; what exists and is no regular file is written directly. An existing file
 * keeps its mode and must be writable. Every open that succeeded must be ended by a commit or an abort. */
bool file_save_open(file_save *s, const char *path, err *e);
FILE *file_save_stream(file_save *s);
/* Flush, fsync, close, rename. On an error the temporary is gone and the old file intact (ERR_MACHINE). A write that
 * failed earlier on the stream is noticed here. */
bool file_save_commit(file_save *s, err *e);
/* Gives the save up; does nothing after a commit. */
void file_save_abort(file_save *s);
/* Removes the temporaries of this process. Async-signal-safe: for the handler of SIGINT, SIGTERM and SIGHUP, which must
 * end the process afterwards. */
void file_cleanup_signal(void);

/* Opens for reading; refuses folders. *size is −1 for what has none (a pipe). NULL and a message on an error. */
FILE *file_open(const char *path, long long *size, err *e);
/* The whole file, at most `limit` bytes, with a NUL behind it. The caller frees *data. */
bool file_read_all(const char *path, size_t limit, unsigned char **data, size_t *size, err *e);
/* Can a save to this path begin? Nothing is left behind. For asking before long work. */
bool file_check_writable(const char *path, err *e);
bool file_write_all(const char *path, const void *data, size_t size, err *e);

/* "out/Fig.PNG" → "png"; "" when there is none or it does not fit. Returns buf. */
const char *file_extension(const char *path, char *buf, size_t size);
/* n foreign bytes as one line for a message: control characters become '?', the end is cut with "…". Returns buf. */
const char *file_printable(char *buf, size_t size, const char *bytes, size_t n);

#endif
