/* play: a lesson without a window, to see whether what its author claims is so. May be included by app. */
#ifndef LESSON_PLAY_H
#define LESSON_PLAY_H
#include "lesson/lesson.h"

typedef enum play_verdict { PLAY_HOLDS, PLAY_FAILS, PLAY_SKIPPED } play_verdict;

typedef struct play_claim {
	const lesson_step *step;
	int line;
	const char *what; /* "expect", "goal", "run", "predict", "step" */
	const char *text; /* as written; "" for a step */
	play_verdict verdict;
	char measured[480]; /* "max_step 10.13", "2 of 3 seeds: loss 1.02 · 1.31 · 0.98", or why not */
} play_claim;

typedef struct play_options {
	bool quick; /* one seed, and no more than PLAY_QUICK updates of a run; what that cannot
	               decide is skipped */
	void (*claim)(void *data, const play_claim *claim); /* called for each, step by step */
	bool (*stop)(void *data);                           /* may be NULL; asked at every update */
	void *data;
} play_options;

enum { PLAY_QUICK = 1000 };

/* Plays every step as it is opened: each `expect` when its line comes, after the runs above it; a `run until` without a
 * limit must end; the answer of a `predict number` must lie on its axis; a goal must not hold before the learner has
 * done anything, and must hold with the settings of its solution (or, without one, with those of the step) after as
 * many updates as it allows. A step that could not be read, or whose runs cannot be made, is one claim that fails.
 * False when it was stopped. */
bool play_lesson(const lesson *l, const play_options *o);

#endif
