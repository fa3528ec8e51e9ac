#include "app/thumbs.h"

#include "app/settings.h"
#include "draw/canvas_raster.h"
#include "io/file.h"
#include "io/png.h"
#include "run/arms.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum { SLOTS = 64, VIEWS_MOST = 1 };             /* of several plots on such a small sheet none could be read */
static const double PATIENCE = 2;                /* seconds of processor time for a run */
static const float SHEET_W = 432, SHEET_H = 270; /* points */

/* WANTED → the thread → SNAPPED → drawn → DRAWN → the thread saves it → READY; what comes from a file goes to READY at
 * once. */
typedef enum stage { EMPTY, WANTED, WORKING, SNAPPED, DRAWN, SAVING, READY, FAILED } stage;

typedef struct slot {
	uint64_t key;
	stage stage;
	long used;  /* when it was asked for last */
	bool fresh; /* since the last collection */
	theme_id theme;
	run_state *state; /* of a run; NULL: a picture */
	char *path;       /* of a picture */
	const view *view[VIEWS_MOST];
	int views;
	snap *snap;
	uint32_t *argb;
	int w, h;
} slot;

struct thumbs {
	pthread_t thread;
	pthread_mutex_t lock; /* protects everything below, but for what a slot that is WORKING points at */
	pthread_cond_t work;
	bool stop;
	long clock;
	slot slot[SLOTS];
	void (*wake)(void *);
	void *wake_data;
};

static uint64_t hash(uint64_t h, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

/* The version changes when thumbs come to look different. */
static uint64_t key_of(const char *what, int colours, long long stamp)
{
	static const char version[] = "thumb 2";
	uint64_t h = hash(14695981039346656037u, version, sizeof version);
	h = hash(h, what, strlen(what));
	h = hash(h, &colours, sizeof colours);
	return hash(h, &stamp, sizeof stamp);
}

static bool cache_path(uint64_t key, bool make, char *buf, size_t size)
{
	char folder[FILE_PATH / 2];
	err e;
	if (!settings_folder("XDG_CACHE_HOME", ".cache", folder, sizeof folder) ||
	        (size_t)snprintf(buf, size, "%s/unroll/thumbs", folder) >= size - 32 ||
	        (make && !settings_make_folder(buf, &e)))
		return false;
	size_t n = strlen(buf);
	snprintf(buf + n, size - n, "/%016llx.png", (unsigned long long)key);
	return true;
}

/* ---- the thread ---- */

static void drop(slot *s)
{
	free(s->state);
	free(s->path);
	free(s->snap);
	free(s->argb);
	*s = (slot){0};
}

static uint32_t block_mean(const uint32_t *from, int stride, int w, int h)
{
	uint32_t sum[3] = {0}, n = (uint32_t)(w * h), out = 0xFF000000u;
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++)
			for (int k = 0; k < 3; k++)
				sum[k] += from[(size_t)y * (size_t)stride + (size_t)x] >> (8 * k) & 255;
	for (int k = 0; k < 3; k++)
		out |= (sum[k] + n / 2) / n << (8 * k);
	return out;
}

/* Means over blocks of pixels, so that it fits; smaller pictures stay as they are. */
static bool shrink(uint32_t **argb, int *w, int *h)
{
	double by = 1;
	by = *w / by > THUMB_WIDTH ? (double)*w / THUMB_WIDTH : by;
	by = *h / by > THUMB_HEIGHT ? (double)*h / THUMB_HEIGHT : by;
	int to_w = (int)(*w / by) > 1 ? (int)(*w / by) : 1, to_h = (int)(*h / by) > 1 ? (int)(*h / by) : 1;
	uint32_t *to = malloc((size_t)to_w * (size_t)to_h * sizeof *to);
	if (!to)
		return false;
	for (int y = 0; y < to_h; y++) {
		int y0 = (int)((long long)y * *h / to_h), y1 = (int)((long long)(y + 1) * *h / to_h);
		for (int x = 0; x < to_w; x++) {
			int x0 = (int)((long long)x * *w / to_w), x1 = (int)((long long)(x + 1) * *w / to_w);
			to[(size_t)y * (size_t)to_w + (size_t)x] =
			        block_mean(*argb + (size_t)y0 * (size_t)*w + x0, *w, x1 - x0, y1 - y0);
		}
	}
	free(*argb);
	*argb = to;
	*w = to_w;
	*h = to_h;
	return true;
}

static void save(uint64_t key, const uint32_t *argb, int w, int h)
{
	char path[FILE_PATH];
	err e;
	if (cache_path(key, true, path, sizeof path))
		(void)png_write(path, argb, w, h, w, 0, NULL, NULL, &e); /* a cache that cannot be written is none */
}

static bool from_cache(slot *s)
{
	char path[FILE_PATH];
	struct stat there;
	err e;
	return cache_path(s->key, false, path, sizeof path) && stat(path, &there) == 0 &&
	       png_read_pixels(path, &s->argb, &s->w, &s->h, &e) && s->w <= THUMB_WIDTH && s->h <= THUMB_HEIGHT;
}

static bool from_picture(slot *s)
{
	err e;
	if (!png_read_pixels(s->path, &s->argb, &s->w, &s->h, &e) || !shrink(&s->argb, &s->w, &s->h))
		return false;
	save(s->key, s->argb, s->w, s->h);
	return true;
}

static double processor_time(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool stopped(thumbs *t)
{
	pthread_mutex_lock(&t->lock);
	bool stop = t->stop;
	pthread_mutex_unlock(&t->lock);
	return stop;
}

/* The run as far as its state says. One that takes too long stays without a picture: half the way would show something
 * else. */
static bool from_state(thumbs *t, slot *s)
{
	err e;
	double end = processor_time() + PATIENCE;
	arms *a = arms_new(s->state, 0, &e);
	bool late = false;
	while (a && !late && arms_round(a))
		late = stopped(t) || processor_time() > end;
	s->snap = a && !late ? calloc(1, sizeof *s->snap) : NULL;
	if (s->snap) {
		arms_want(a, view_wants(s->view, s->views));
		s->snap->version = SNAP_VERSION;
		arms_show(a, s->snap, true);
	}
	arms_free(a);
	return s->snap != NULL;
}

/* What the thread does with a slot; while it is WORKING nobody else touches what it points at. */
static void work_on(thumbs *t, slot *at, bool saves)
{
	slot s = *at;
	stage then;
	at->stage = saves ? SAVING : WORKING;
	pthread_mutex_unlock(&t->lock);
	if (saves) {
		save(s.key, s.argb, s.w, s.h);
		pthread_mutex_lock(&t->lock);
		at->stage = READY;
		return;
	}
	if (from_cache(&s) || (s.path && from_picture(&s))) {
		then = READY;
	} else {
		then = s.state && from_state(t, &s) ? SNAPPED : FAILED;
	}
	pthread_mutex_lock(&t->lock);
	s.used = at->used;
	s.stage = then;
	s.fresh = true;
	*at = s;
}

static slot *next_job(thumbs *t, stage wanted)
{
	for (int i = 0; i < SLOTS; i++)
		if (t->slot[i].stage == wanted)
			return &t->slot[i];
	return NULL;
}

static void *work(void *data)
{
	thumbs *t = data;
#ifdef __linux__
	(void)setpriority(PRIO_PROCESS, 0, 10); /* of this thread: training comes first */
#endif
	pthread_mutex_lock(&t->lock);
	while (!t->stop) {
		slot *wanted = next_job(t, WANTED), *drawn = next_job(t, DRAWN), *s = wanted ? wanted : drawn;
		if (!s) {
			pthread_cond_wait(&t->work, &t->lock);
			continue;
		}
		work_on(t, s, !wanted);
		pthread_mutex_unlock(&t->lock);
		if (t->wake)
			t->wake(t->wake_data);
		pthread_mutex_lock(&t->lock);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

/* ---- the window ---- */

thumbs *thumbs_new(void (*wake)(void *), void *data)
{
	thumbs *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->wake = wake;
	t->wake_data = data;
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->work, NULL);
	if (pthread_create(&t->thread, NULL, work, t) == 0)
		return t;
	pthread_cond_destroy(&t->work);
	pthread_mutex_destroy(&t->lock);
	free(t);
	return NULL;
}

void thumbs_free(thumbs *t)
{
	if (!t)
		return;
	pthread_mutex_lock(&t->lock);
	t->stop = true;
	pthread_cond_signal(&t->work);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	for (int i = 0; i < SLOTS; i++) {
		if (t->slot[i].stage == DRAWN)
			save(t->slot[i].key, t->slot[i].argb, t->slot[i].w, t->slot[i].h);
		drop(&t->slot[i]);
	}
	pthread_cond_destroy(&t->work);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* Not to be emptied: the thread works with it, or has to. */
static bool busy(const slot *s)
{
	return s->stage == WORKING || s->stage == DRAWN || s->stage == SAVING;
}

/* The slot of a key; else an empty one, or the one that was not asked for the longest, emptied. */
static slot *slot_for(thumbs *t, uint64_t key, bool *known)
{
	slot *best = NULL;
	*known = true;
	for (int i = 0; i < SLOTS; i++) {
		slot *s = &t->slot[i];
		if (s->stage != EMPTY && s->key == key)
			return s;
		if (!busy(s) && (!best || s->used < best->used))
			best = s;
	}
	*known = false;
	if (best)
		drop(best);
	return best;
}

static bool read_views(const run_state *state, slot *s)
{
	const view *list[STATE_VIEWS];
	int n;
	err e;
	if (!view_pick(state, list, &n, &e))
		return false;
	s->views = n < VIEWS_MOST ? n : VIEWS_MOST;
	memcpy(s->view, list, (size_t)s->views * sizeof *list);
	return true;
}

static bool wish_state(slot *s, const char *text)
{
	err e;
	s->state = malloc(sizeof *s->state);
	return s->state && state_read(s->state, text, &e) && read_views(s->state, s);
}

static thumb_image get(thumbs *t, const char *what, bool picture, theme_id colours, long long stamp)
{
	bool known;
	thumb_image out = {0};
	uint64_t key = key_of(what, picture ? -1 : (int)colours, stamp);
	pthread_mutex_lock(&t->lock);
	slot *s = slot_for(t, key, &known);
	if (s && !known) {
		s->key = key;
		s->theme = colours;
		s->path = picture ? strdup(what) : NULL;
		s->stage = (picture ? s->path != NULL : wish_state(s, what)) ? WANTED : FAILED;
		pthread_cond_signal(&t->work);
	}
	if (s)
		s->used = ++t->clock;
	if (s && (s->stage == READY || s->stage == DRAWN || s->stage == SAVING))
		out = (thumb_image){s->argb, s->w, s->h};
	pthread_mutex_unlock(&t->lock);
	return out;
}

thumb_image thumbs_state(thumbs *t, const char *state, theme_id colours)
{
	return t ? get(t, state, false, colours, 0) : (thumb_image){0};
}

thumb_image thumbs_picture(thumbs *t, const char *path)
{
	struct stat there;
	if (!t || stat(path, &there) != 0)
		return (thumb_image){0};
	return get(t, path, true, THEME_LIGHT, (long long)there.st_mtime * 1000003 + (long long)there.st_size);
}

/* At a size at which the labels of a plot are few; made smaller they are texture, as on any thumbnail. */
static bool draw(slot *s, const snap *from)
{
	int w, h, stride;
	raster *r = raster_new(&themes[s->theme], SHEET_W, SHEET_H, THUMB_WIDTH / SHEET_W);
	if (!r)
		return false;
	rect all = {0, 0, SHEET_W, SHEET_H};
	view_panel(s->view[0], from, &r->canvas, all, NULL, true);
	const uint32_t *pixels = raster_pixels(r, &w, &h, &stride);
	s->w = w < THUMB_WIDTH ? w : THUMB_WIDTH;
	s->h = h < THUMB_HEIGHT ? h : THUMB_HEIGHT;
	s->argb = pixels ? malloc((size_t)s->w * (size_t)s->h * sizeof *s->argb) : NULL;
	for (int y = 0; s->argb && y < s->h; y++)
		memcpy(s->argb + (size_t)y * (size_t)s->w, pixels + (size_t)y * (size_t)stride,
		        (size_t)s->w * sizeof *pixels);
	raster_free(r);
	return s->argb != NULL;
}

void thumbs_keep(thumbs *t, const char *state, theme_id colours, const snap *from, const view *const *list, int n)
{
	bool known;
	if (!t || n < 1)
		return;
	uint64_t key = key_of(state, (int)colours, 0);
	pthread_mutex_lock(&t->lock);
	slot *s = slot_for(t, key, &known);
	if (s && !busy(s)) {
		drop(s);
		s->key = key;
		s->theme = colours;
		s->used = ++t->clock;
		s->views = n < VIEWS_MOST ? n : VIEWS_MOST;
		memcpy(s->view, list, (size_t)s->views * sizeof *list);
		s->stage = draw(s, from) ? DRAWN : FAILED;
		pthread_cond_signal(&t->work);
	}
	pthread_mutex_unlock(&t->lock);
}

bool thumbs_collect(thumbs *t)
{
	bool any = false;
	if (!t)
		return false;
	pthread_mutex_lock(&t->lock);
	slot *s = next_job(t, SNAPPED);
	if (s) {
		s->stage = draw(s, s->snap) ? DRAWN : FAILED;
		s->fresh = true;
		free(s->snap);
		s->snap = NULL;
		pthread_cond_signal(&t->work);
		if (t->wake && next_job(t, SNAPPED)) /* one a frame: the next one asks for a frame of its own */
			t->wake(t->wake_data);
	}
	for (int i = 0; i < SLOTS; i++) {
		any = any || t->slot[i].fresh;
		t->slot[i].fresh = false;
	}
	pthread_mutex_unlock(&t->lock);
	return any;
}

bool thumbs_idle(thumbs *t)
{
	bool idle = true;
	pthread_mutex_lock(&t->lock);
	for (int i = 0; i < SLOTS; i++) {
		stage now = t->slot[i].stage;
		idle = idle && (now == EMPTY || now == READY || now == FAILED);
	}
	pthread_mutex_unlock(&t->lock);
	return idle;
}
