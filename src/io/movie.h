/* movie: pictures one after the other, as GIF (through cgif, which keeps of every frame only what has changed) or as
 * MP4 or WebM (through the program ffmpeg, where it is installed: it reads the pixels from a pipe). Saved like every
 * file: the old one stays until the new one is complete. May be included by io and everything above. Main thread only.
 */
#ifndef IO_MOVIE_H
#define IO_MOVIE_H
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct movie movie;

/* "gif", "mp4", "webm" */
bool movie_is_kind(const char *extension);
/* Whether a movie can be made there: asked before long work. */
bool movie_check(const char *path, err *e);
/* The extension of the path picks the kind; w × h pixels, `rate` pictures per second (1 to 50); `note` (may be NULL)
 * goes into the file as a comment. NULL and a message. */
movie *movie_open(const char *path, int w, int h, double rate, const char *note, err *e);
/* Rows of 0xAARRGGBB, `stride` pixels apart. After an error only movie_abort is left. */
bool movie_add(movie *m, const uint32_t *argb, int stride, err *e);
long movie_frames(const movie *m);
/* The last picture stays for `hold` seconds. Frees m, also on an error. */
bool movie_commit(movie *m, double hold, err *e);
void movie_abort(movie *m); /* NULL is allowed */

#endif
