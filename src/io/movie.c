#include "io/movie.h"

#include "io/movie_kind.h"

#include <stdlib.h>
#include <string.h>

enum { KIND = 8 };

struct movie {
	const movie_kind *kind;
	void *encoder;
	file_save save;
	int w, h;
	double rate;
	long frames;
	uint32_t *last; /* (h, w) */
};

static const struct {
	const char *extension;
	const movie_kind *kind;
} kinds[] = {{"gif", &movie_gif}, {"mp4", &movie_ffmpeg}, {"webm", &movie_ffmpeg}};

static const movie_kind *kind_of(const char *extension)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].extension, extension) == 0)
			return kinds[i].kind;
	return NULL;
}

bool movie_is_kind(const char *extension)
{
	return kind_of(extension) != NULL;
}

bool movie_check(const char *path, err *e)
{
	char extension[KIND];
	const movie_kind *kind = kind_of(file_extension(path, extension, sizeof extension));
	if (!kind)
		return err_input(e, "%s: unknown kind of movie; allowed: .gif, .mp4, .webm", path);
	return (!kind->check || kind->check(path, e)) && file_check_writable(path, e);
}

movie *movie_open(const char *path, int w, int h, double rate, const char *note, err *e)
{
	char extension[KIND];
	if (!movie_check(path, e))
		return NULL;
	movie *m = calloc(1, sizeof *m);
	uint32_t *last = m ? malloc((size_t)w * (size_t)h * sizeof *last) : NULL;
	if (!last || !file_save_open(&m->save, path, e)) {
		if (!last)
			err_machine(e, "no memory for a movie of %d × %d pixels; lower the size or the scale", w, h);
		free(last);
		free(m);
		return NULL;
	}
	m->last = last;
	m->w = w, m->h = h, m->rate = rate;
	m->kind = kind_of(file_extension(path, extension, sizeof extension));
	m->encoder = m->kind->start(&m->save, extension, w, h, rate, note ? note : "", e);
	if (m->encoder)
		return m;
	movie_abort(m);
	return NULL;
}

bool movie_add(movie *m, const uint32_t *argb, int stride, err *e)
{
	for (int y = 0; y < m->h; y++)
		memcpy(m->last + (size_t)y * (size_t)m->w, argb + (size_t)y * (size_t)stride,
		        (size_t)m->w * sizeof *argb);
	m->frames++;
	return m->kind->add(m->encoder, m->last, 1 / m->rate, e);
}

long movie_frames(const movie *m)
{
	return m->frames;
}

bool movie_commit(movie *m, double hold, err *e)
{
	bool ok = m->frames > 0 || err_input(e, "a movie without a picture; nothing was written");
	ok = ok && (hold <= 0 || m->kind->add(m->encoder, m->last, hold, e));
	if (ok) {
		void *encoder = m->encoder;
		m->encoder = NULL;
		ok = m->kind->finish(encoder, e) && file_save_commit(&m->save, e);
	}
	movie_abort(m);
	return ok;
}

void movie_abort(movie *m)
{
	if (!m)
		return;
	if (m->encoder)
		m->kind->abort(m->encoder);
	file_save_abort(&m->save);
	free(m->last);
	free(m);
}
