/* task: what a net has to learn. One file in tasks/ and one line in tasks.def add one. A task knows the shape of its
 * sequences, draws a batch from explicit random numbers, judges an answer and names its symbols. Compiled in both
 * precisions; knows nothing of nets, files or windows (files are read by run/dataset.c). */
#ifndef TASK_TASK_H
#define TASK_TASK_H
#include "base/err.h"
#include "base/rng.h"
#include "num/batch.h"

#include <stdbool.h>
#include <stddef.h>

/* Forms that differ in targets, positions, inputs and what counts as correct; mostly published ones. The names are the
 * choices of the knob `variant`, in its order. */
typedef enum variant {
	VARIANT_AUTO,
	VARIANT_IRNN,
	VARIANT_URNN,
	VARIANT_PASCANU,
	VARIANT_GALVAN,
	VARIANT_HOCHREITER,
	VARIANT_MARTENS,
	VARIANT_5BIT,
	VARIANT_20BIT,
	VARIANT_CONSTANT,
	VARIANT_CLOCK,
	VARIANT_COUNT
} variant;

enum { DATASET_LETTER = 8 }; /* bytes of a character's name, with its NUL */

/* Sequences in memory: the user's own, or some that were drawn once (run/dataset.c). */
typedef struct dataset {
	int N, T, I, O; /* sequences, longest length, features, outputs */
	int classes;    /* > 0: labels */
	bool y_per_step, masked;
	bool synthetic;      /* made by this program, for lack of a file */
	double *x;           /* T × N × I */
	double *y;           /* (T ×) N × O */
	int32_t *label;      /* (T ×) N */
	unsigned char *mask; /* T × N */
	int *length;         /* N */
	int real_inputs;     /* features 0 … real_inputs − 1 hold measured values; what follows are marks */
	/* order of the sequences in the epoch that is being read */
	int *order;
	long epoch; /* −1 = none yet */
	/* a text: characters as classes */
	int32_t *text;
	long letters;
	char (*letter)[DATASET_LETTER]; /* UTF-8 of each class, in the order of their code points */
	double entropy, entropy_given;  /* nats per character: alone, and given the character before it */
} dataset;

typedef struct task_spec {
	int T;
	double jitter; /* lengths T … T + ⌊jitter·T⌋ − 1, as in the published code */
	int B;
	variant variant;
	int lag;             /* echo: steps between an input and its target */
	int symbols;         /* how many distinct symbols; 0 = the published number */
	double noise;        /* standard deviation of what is added to real-valued inputs, fresh in every batch */
	double target;       /* of the one-unit systems */
	int sparse;          /* a function shows its gradient at every n-th update */
	const dataset *data; /* the file, for tasks that read one */
	dataset *set;        /* finite training set that batches come from, or NULL: fresh sequences */
	bool held_out;       /* draw from the part of a text that training never sees */
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
	int unit;              /* the task is a whole system of one unit (unit_id of nn/model.h); 0: it is not */
	const char *criterion; /* when an answer counts as wrong */
	/* Published criterion of some tasks: one wrong step makes the sequence wrong. Whoever forms the share of wrong
	 * answers then counts sequences (wrong() at any of its loss steps), otherwise single answers. */
	bool sequence_wrong;
	double guess_wrong; /* share of wrong answers of the best guess that knows nothing of the input; 0: unknown */
	/* Steps from what an answer depends on to the answer, nearest and furthest in sequences of T steps; 0: unknown,
	 * or as the data have it */
	int lag_near, lag_far;
	int real_first, real_inputs; /* features that hold real values, for noise; none in tasks of symbols */
} task_shape;

/* What the knob `data` names for a task. */
typedef enum task_reads {
	TASK_READS_NOTHING,
	TASK_READS_SEQUENCES, /* .npz or .csv; there is nothing without a file */
	TASK_READS_TEXT,      /* UTF-8; a nursery rhyme without a file */
	TASK_READS_PATH,      /* .csv of points; a sum of sines without a file */
	TASK_READS_VISITS     /* .csv of records; synthetic records without a file */
} task_reads;

/* Knobs that make a difference to a task; the control panel hides the others. */
enum {
	TASK_USES_VARIANT = 1,
	TASK_USES_T = 2,
	TASK_USES_JITTER = 4,
	TASK_USES_LAG = 8,
	TASK_USES_SYMBOLS = 16,
	TASK_USES_NOISE = 32,
	TASK_USES_UNIT = 64,     /* a whole system of one unit: w, target, no net around it */
	TASK_USES_FUNCTION = 128 /* a function of two parameters: no net at all */
};

typedef struct task {
	const char *name, *summary;
	/* False and a message when the specification makes no sense for this task. */
	bool (*shape)(const task_spec *s, task_shape *out, err *e);
	/* Length of the next batch. */
	int (*length)(const task_spec *s, rng *r);
	/* Fills a cleared batch (T, B set) with fresh sequences. `update` counts from 0. */
	void (*fill)(const task_spec *s, long update, rng *r, batch *b);
	/* Sets the target of a sequence whose inputs were changed by hand to what it is for these; NULL: nothing says
	 * what it would be, and the target stays. */
	void (*retarget)(const task_spec *s, batch *b, int sequence);
	/* True when the answer z (O logits) at a loss step of a sequence is wrong. */
	bool (*wrong)(const task_spec *s, const batch *b, int step, int sequence, const void *z);
	/* Name of an input feature that stands for a symbol, and of an output class; NULL for numbers. The functions
	 * themselves may be NULL. What they return lives as long as the specification's data. */
	const char *(*symbol)(const task_spec *s, int index);
	const char *(*answer)(const task_spec *s, int index);
	task_reads reads;
	unsigned uses; /* TASK_USES_… */
} task;

extern const task *const tasks_f32[], *const tasks_f64[];
extern const int tasks_count_f32, tasks_count_f64;

/* Where batches come from: update n depends on (specification, n) alone. First begin(), then a batch is cleared for as
 * many steps as it returned and s->B sequences, then fill() with the same random numbers. */
typedef struct task_supply {
	/* Sets up the random numbers of this update and returns the length of its batch. */
	int (*begin)(const task *k, const task_spec *s, long update, rng *r);
	/* Fresh sequences, or the next ones of s->set (all of them in their order when B ≥ N, else through a fresh
	 * permutation in every epoch of ⌊N/B⌋ batches); then noise. */
	void (*fill)(const task *k, const task_spec *s, const task_shape *p, long update, rng *r, batch *b);
	/* Sequence `from` of a set into place i of a batch that was cleared for d->T steps: for evaluation on a fixed
	 * set. */
	void (*copy)(const dataset *d, int from, batch *b, int i);
} task_supply;

extern const task_supply task_supply_f32, task_supply_f64;

#endif
