/* Movies of views: every picture is drawn as for a PNG and handed to the encoder. */
#include "app/export.h"

#include "draw/canvas_raster.h"
#include "io/movie.h"

#include <math.h>
#include <stdlib.h>

static const double HOLD = 1.5; /* seconds that the last picture stays */

struct film {
	movie *movie;
	raster *page;
};

bool film_check(const char *path, err *e)
{
	return movie_check(path, e);
}

static bool open_parts(film *f, const run_state *s, const export_how *how, double rate, const char *path, err *e)
{
	static char note[STATE_TEXT];
	int w, h, stride;
	f->page = raster_new(&themes[how->theme], how->w, how->h, how->scale);
	if (!f->page)
		return err_machine(e, "no memory for pictures of %.0f × %.0f pixels; lower the scale or the size",
		        (double)(how->w * how->scale), (double)(how->h * how->scale));
	raster_pixels(f->page, &w, &h, &stride);
	f->movie = movie_open(path, w, h, rate, state_write(s, note, sizeof note), e);
	return f->movie != NULL;
}

film *film_open(const run_state *s, const export_how *how, double rate, const char *path, err *e)
{
	film *f = calloc(1, sizeof *f);
	if (f && open_parts(f, s, how, rate, path, e))
		return f;
	if (!f)
		err_machine(e, "no memory for a movie");
	film_abort(f);
	return NULL;
}

bool film_add(film *f, const snap *s, const view *const *list, int n, err *e)
{
	int w, h, stride;
	export_paint(s, list, n, &f->page->canvas);
	const uint32_t *pixels = raster_pixels(f->page, &w, &h, &stride);
	return pixels ? movie_add(f->movie, pixels, stride, e) : err_machine(e, "no memory for a picture of the movie");
}

long film_frames(const film *f)
{
	return movie_frames(f->movie);
}

bool film_commit(film *f, err *e)
{
	movie *m = f->movie;
	f->movie = NULL;
	film_abort(f);
	return movie_commit(m, HOLD, e);
}

void film_abort(film *f)
{
	if (!f)
		return;
	movie_abort(f->movie);
	raster_free(f->page);
	free(f);
}
