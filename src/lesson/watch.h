/* watch: the runs of a step while they are played: which of its `run` lines is due and where it ends, which goals have
 * been reached, what predicted numbers have become. It looks through a worker_eye, from the worker's thread, and keeps
 * copies: the lesson may go. May be included by app. */
#ifndef LESSON_WATCH_H
#define LESSON_WATCH_H
#include "lesson/lesson.h"
#include "run/worker.h"

/* What stands in snap.note: a number for each act of the step, then these.
 * GOAL: the update at which it was reached first; RUN: the one at which it ended; NaN: not yet.
 * PREDICT_NUMBER: the answer as it is now. */
enum {
	WATCH_RUNS = LESSON_ACTS, /* how many `run` lines have ended */
	WATCH_BEGAN,              /* update at which the one that is due began */
	WATCH_SERIAL,             /* which watch wrote this */
	WATCH_NOTES
};

/* `serial` tells the notes of one watch from those of another. A watch that follows another of the same runs takes over
 * what that one knows of them. NULL and a message without memory. */
bool watch_new(const lesson_step *s, long serial, worker_eye *eye, err *e);
/* The number of this act of a snap; NaN also when another watch has made the snap. */
double watch_note(const snap *s, long serial, int note);
/* What a goal looks at, as it is: "loss 0.012". "" when it is not known. Returns buf. */
const char *watch_measured(const snap *s, long serial, int act, char *buf, size_t size);

#endif
