/* handout: a lesson on paper (PDF) or as one HTML file: its text, its questions and goals, and the plots that its runs
 * leave. Main thread only. */
#ifndef APP_HANDOUT_H
#define APP_HANDOUT_H
#include "draw/buffer.h"
#include "lesson/lesson.h"
#include "run/arms.h"

typedef struct handout_options {
	bool figures;             /* play the lesson and draw its plots */
	bool (*stop)(void *data); /* may be NULL; asked at every update */
	void *data;
} handout_options;

/* Kind by the extension of `path`: .pdf or .html. ERR_CHECK when it was stopped; nothing is written then. */
bool handout_write(const lesson *l, const char *path, const handout_options *o, err *e);

/* ---- private to handout*.c ---- */

/* The runs of a step, as a learner finds them who has played everything up to its end. */
typedef struct handout_play {
	const lesson *l;
	const handout_options *o;
	arms *a;
	struct gauge *g[GOAL_ARMS];
	int gauges, step; /* that was played last, −1: none */
	bool stopped;
} handout_play;

/* The next step. False and a message when its runs cannot be made; `stopped` when it was. */
bool handout_play_step(handout_play *p, int step, err *e);
void handout_play_done(handout_play *p);
/* The act of a step below which its plots stand; −1: it has none, or those of the step before still hold. */
int handout_figure(const handout_play *p, int step);
float handout_figure_height(const handout_play *p, float width);
void handout_draw(handout_play *p, canvas *c, rect area);

/* The plots of a step, kept for a later page. */
typedef struct handout_shot {
	snap *picture;
	int views;
	const view *view[STATE_VIEWS];
} handout_shot;

void handout_take(handout_play *p, handout_shot *s);
void handout_shot_draw(const handout_shot *s, canvas *c, rect area);
/* One sentence about the plots, for readers who do not see them. Returns buf. */
const char *handout_caption(handout_play *p, char *buf, size_t size);

bool handout_pdf(handout_play *p, const char *path, err *e);
bool handout_html(handout_play *p, const char *path, err *e);

#endif
