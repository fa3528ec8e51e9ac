/* task: what a net has to learn. One file in tasks/ and one line in tasks.def add one. A task knows the shape of its
 * sequences, draws a batch from explicit random numbers, and judges an answer. Compiled in both precisions; knows
 * nothing of nets, files or windows (a dataset is read by run/dataset.c). */
#ifndef TASK_TASK_H
#define TASK_TASK_H
#include "base/err.h"
#include "base/rng.h"
#include "num/batch.h"

/* Published forms that differ in targets, positions and what counts as correct (SCIENCE: tasks). The names are the
 * choices of the knob `variant`, in its order. */
typedef enum variant {
	VARIANT_AUTO,
	VARIANT_IRNN,
	VARIANT_URNN,
	VARIANT_PASCANU,
	VARIANT_GALVAN,
	VARIANT_HOCHREITER
} variant;

/* The user's own sequences. */
typedef struct dataset {
	int N, T, I, O; /* sequences, longest length, features, outputs */
	int classes;    /* > 0: labels */
	bool y_per_step, masked;
	double *x;           /* T × N × I */
	double *y;           /* (T ×) N × O */
	int32_t *label;      /* (T ×) N */
	unsigned char *mask; /* T × N */
	int *length;         /* N */
	/* order of the sequences in the epoch that is being read */
	int *order;
	long epoch; /* −1 = none yet */
} dataset;

typedef struct task_spec {
	int T;
	double jitter; /* lengths T … T + ⌊jitter·T⌋ − 1, as in the published code */
	int B;
	variant variant;
	dataset *data; /* only the task `data` */
	uint64_t seed;
} task_spec;

enum { TASK_BASELINES = 3 };

typedef struct task_shape {
	int I, O, classes; /* classes > 0: targets are labels, loss xent; else real targets, loss mse */
	enum { TARGETS_REAL, TARGETS_UNIT, TARGETS_SIGNS } targets; /* real ones: any numbers, in [0, 1], or −1 and 1 */
	bool y_per_step;                                            /* loss at all steps by default */
	int T_max;
	const char *variant; /* name of the variant in force */
	int baselines;       /* losses that mark a plateau */
	double baseline[TASK_BASELINES];
	const char *baseline_label[TASK_BASELINES];
	const char *criterion; /* when an answer counts as wrong */
} task_shape;

typedef struct task {
	const char *name, *summary;
	/* False and a message when the specification makes no sense for this task. */
	bool (*shape)(const task_spec *s, task_shape *out, err *e);
	/* Length of the next batch. */
	int (*length)(const task_spec *s, rng *r);
	/* Fills a cleared batch (T, B set). `update` counts from 0. */
	void (*fill)(const task_spec *s, long update, rng *r, batch *b);
	/* True when the answer z (O logits) at a loss step of a sequence is wrong. */
	bool (*wrong)(const task_spec *s, const batch *b, int step, int sequence, const void *z);
} task;

extern const task *const tasks_f32[], *const tasks_f64[];
extern const int tasks_count_f32, tasks_count_f64;

#endif
