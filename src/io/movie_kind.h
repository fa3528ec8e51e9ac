/* movie_kind: what a movie asks of its format. Private to io. */
#ifndef IO_MOVIE_KIND_H
#define IO_MOVIE_KIND_H
#include "io/file.h"
#include "io/movie.h"

typedef struct movie_kind {
	bool (*check)(const char *path, err *e); /* NULL: can always be made */
	/* The encoder, writing to *save, which is open. NULL and a message. */
	void *(*start)(file_save *save, const char *extension, int w, int h, double rate, const char *note, err *e);
	bool (*add)(void *encoder, const uint32_t *argb, double seconds, err *e); /* w × h pixels without gaps */
	bool (*finish)(void *encoder, err *e);                                    /* everything is in the file; frees */
	void (*abort)(void *encoder);
} movie_kind;

extern const movie_kind movie_gif, movie_ffmpeg;

#endif
