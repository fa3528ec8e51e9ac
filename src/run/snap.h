/* snap: what the worker shows to the window after a slice of training. Plain data without pointers: copying the
 * struct copies everything, and a view needs nothing else. Norms are log10 in float: −INFINITY is an exact zero,
 * NAN is "not measured" or not finite.
 * May be included by run, view and app. */
#ifndef RUN_SNAP_H
#define RUN_SNAP_H
#include "run/picture.h"
#include "run/state.h"

#include <stdint.h>

enum {
	SNAP_VERSION = 4,
	SNAP_ARMS = STATE_ARMS,
	SNAP_MARKS = 32,
	SNAP_BLOCKS = 32,  /* parameter blocks of a net */
	SNAP_STEPS = 4400, /* longest sequence: T (1 + jitter), see knobs; longer ones are thinned to this */
	SNAP_GHOSTS = 6,
	SNAP_FALL_ROWS = 160, /* waterfall: measurements kept */
	SNAP_FALL_COLS = 400, /* waterfall: columns; a column is the maximum over its steps */
	SNAP_BUCKETS = 1500,  /* points of a curve over the updates; decimated by pairs when full */
	SNAP_EIG = 512,
	SNAP_TRAIL = 24,      /* earlier spectra … */
	SNAP_TRAIL_EIG = 128, /* … of matrices up to this order: larger ones take too long */
	SNAP_BINS = 120,
	SNAP_MATRIX = 64,        /* rows and columns of a matrix over the steps; more are thinned */
	SNAP_MATRIX_VALUES = 32, /* singular values of a product */
	SNAP_HORIZONS = 48,      /* points of a curve over truncations */
	SNAP_TAPE_UNITS = 64,    /* rows of hidden units; more are thinned */
	SNAP_TAPE_GATES = 3,
	SNAP_TAPE_VALUES = 4, /* features of an input, or outputs, that are numbers; further ones are not shown */
	SNAP_TAPE_NAMES = 256,
	SNAP_TAPE_BINS = 25, /* slopes from 0 to 1 */
	SNAP_TAPE_SAMPLE = 64,
	SNAP_STEP_BINS = 160, /* step sizes */
	SNAP_NOTES = 64,      /* numbers of whoever watches the run (worker_watch) … */
	SNAP_NOTE_TEXT = 640  /* … and bytes of text */
};

/* What costs time or room is made for the views that want it. */
enum { WANT_MATRICES = 1, WANT_TAPE = 2, WANT_SURFACE = 4, WANT_STEPS = 8 };

/* The scalars that are followed over the updates. Order = columns of `train --csv`. */
typedef enum snap_scalar {
	SNAP_LOSS,
	SNAP_METRIC,
	SNAP_GRAD_NORM,
	SNAP_CLIPPED_NORM,
	SNAP_UPDATE_NORM,
	SNAP_RHO,
	SNAP_SIGMA_MAX,
	SNAP_SCALARS
} snap_scalar;

/* A curve over updates: bucket i covers the updates first + i·stride … first + (i+1)·stride − 1 (update numbers
 * start at 1). A bucket without a finite value has NAN. */
typedef struct snap_series {
	int n;
	long first, stride;
	float low[SNAP_BUCKETS], high[SNAP_BUCKETS], mean[SNAP_BUCKETS];
} snap_series;

/* Joins the buckets by twos; one that is left over stays, half full. */
void snap_series_halve(snap_series *s);

typedef struct snap_curve { /* log10 ‖temporal gradient of step k‖, k = 0 … T−1 */
	long update;        /* measured when this update was made; 0 = before training */
	int T;              /* 0 = nothing measured */
	float norm[SNAP_STEPS];
} snap_curve;

/* Something happened at an update: what history.h calls a history_mark. */
typedef struct snap_mark {
	long update;
	int kind;
} snap_mark;

/* What every step does to every other: with the present weights, on the batch of the next update. All steps are
 * 1-based; of more than SNAP_MATRIX, or where more would take too long, some are looked at. */
typedef struct snap_matrices {
	uint64_t key; /* of what was measured; 0 = nothing yet */
	long update;  /* updates made */
	bool example; /* of the example alone, not of a batch */
	int T;        /* steps of the batch; 0 = nothing measured */
	char problem[160];

	/* ∂h_j/∂h_k of the first sequence */
	char no_jacobian[160];                           /* why there is none; "" = there is */
	int steps, step[SNAP_MATRIX];                    /* that are looked at, the first and the last among them */
	float jacobian[SNAP_MATRIX][SNAP_MATRIX];        /* [j][k]: log10 of the norm; NAN for k > j */
	int values;                                      /* singular values known of each product */
	float singular[SNAP_MATRIX][SNAP_MATRIX_VALUES]; /* [k]: of ∂h_T/∂h_k, log10; NAN: drowned in rounding */
	float last[SNAP_STEPS];                          /* of ∂h_T/∂h_k, thinned like temporal curves */
	int reach[2]; /* steps back from T as far as the norm stays above 1/10, 1/100 */

	/* ‖∂L_j/∂θ⁽ᵏ⁾‖ over the batch: rows are the steps j with a loss */
	int losses; /* how many there are */
	int rows, row[SNAP_MATRIX], cols, col[SNAP_MATRIX];
	float itemised[SNAP_MATRIX][SNAP_MATRIX]; /* log10 */
	float row_sum[SNAP_MATRIX];               /* log10 of the sum over all k */
	float col_sum[SNAP_MATRIX];               /* … over the rows that are shown */
	float col_total[SNAP_MATRIX];             /* log10 of the norm of the sum over all j */

	/* the gradient that is cut off after p steps against the whole one */
	int horizons, horizon[SNAP_HORIZONS];
	bool all_horizons; /* up to T */
	float share[SNAP_HORIZONS], cosine[SNAP_HORIZONS];
} snap_matrices;

/* One sequence of the last batch as the net saw it: the forward pass whose gradient is on show, with the weights before
 * the update that followed. Arrays over the steps have min(T, SNAP_STEPS) entries, entry i of step i·T/entries; what is
 * unknown is NAN, or −1 for symbols. */
typedef struct snap_tape {
	long update;  /* that this batch led to; 0 = measured before training */
	int T;        /* steps of the batch; 0 = nothing known */
	int length;   /* steps of this sequence: the rest is padding */
	int sequence; /* which one of `batch` */
	int batch;

	/* the example (run/state.h): the sequence stays while the training goes on, with the weights of now */
	long example;         /* its batch; 0 = what is shown is that of the last update */
	int edits;            /* inputs of it that were replaced */
	bool has_dh;          /* dh is known: of this sequence alone */
	double loss;          /* of this sequence; NAN when not known */
	float dh[SNAP_STEPS]; /* log10 ‖∂L/∂h_k‖ */

	/* hidden units: those of all layers, one layer after the other */
	int units, layers, rows;     /* units: of one layer */
	int unit[SNAP_TAPE_UNITS];   /* which unit a row shows: 0 … layers·units − 1 */
	float h_norm[SNAP_STEPS];    /* ‖h_t‖ of all units of all layers */
	float steepness[SNAP_STEPS]; /* mean φ'(a)/φ'max of them; NAN: a slope says nothing here */
	float hidden[SNAP_TAPE_UNITS][SNAP_STEPS];

	/* slopes φ'(a) over φ'max of all units, steps and sequences of the batch */
	bool has_slopes;
	float slope[SNAP_TAPE_BINS]; /* counts */
	double slopes;               /* how many in all … */
	double flat;                 /* … of them below 0.05 */
	int slope_units;             /* units that have a slope … */
	int stuck;                   /* … and those whose slope is below 0.05 everywhere */

	/* gates: mean and 10 % and 90 % quantiles over the units of all layers */
	int gates;
	char gate[SNAP_TAPE_GATES][8];
	float gate_mean[SNAP_TAPE_GATES][SNAP_STEPS];
	float gate_low[SNAP_TAPE_GATES][SNAP_STEPS], gate_high[SNAP_TAPE_GATES][SNAP_STEPS];
	bool has_path;
	float path[SNAP_STEPS]; /* log10 of the units' mean product of the factors from k + 1 to the last loss step */

	/* inputs */
	int inputs;
	bool symbols;
	short input[SNAP_STEPS]; /* the symbol */
	float x[SNAP_TAPE_VALUES][SNAP_STEPS];
	char name[SNAP_TAPE_NAMES][12];

	/* targets and answers, where there is a loss */
	int outputs;
	bool classes, probable; /* probable: outputs are probabilities */
	bool asked[SNAP_STEPS], wrong[SNAP_STEPS];
	short target[SNAP_STEPS], said[SNAP_STEPS];
	float p_target[SNAP_STEPS], p_said[SNAP_STEPS];
	float want[SNAP_TAPE_VALUES][SNAP_STEPS], got[SNAP_TAPE_VALUES][SNAP_STEPS];
	bool has_other, forced; /* other_… below are known; forced: `got` and `said` come with the targets as inputs */
	float last[SNAP_TAPE_NAMES]; /* all outputs at the last loss step */
	char answer[SNAP_TAPE_NAMES][12];

	/* the net left to itself, with the weights after the update: its likeliest symbol is its next input */
	int given, sampled; /* sampled: with the given ones; 0 = its answers are no inputs */
	short sample[SNAP_TAPE_SAMPLE];
	double temperature; /* 0: the likeliest symbol */
	/* forced against free: what the net answers step by step along the sequence itself, from the same place on */
	short along[SNAP_TAPE_SAMPLE];

	/* outputs that are fed back: the answers with the other input, the targets in place of the net's own answers or
	 * the other way round */
	bool other_wrong[SNAP_STEPS];              /* like wrong */
	short other_said[SNAP_STEPS];              /* like said */
	float other[SNAP_TAPE_VALUES][SNAP_STEPS]; /* like got */
} snap_tape;

/* What the optimizer made of the gradient, weight by weight. The gradient is that of the mean over the minibatch,
 * before clipping. */
typedef enum snap_step_mark { STEP_LEAST, STEP_MEDIAN, STEP_MOST, STEP_MARKS } snap_step_mark; /* 5, 50, 95 % */
typedef struct snap_block_step {
	float ratio;            /* log10 ‖step‖/‖gradient‖ */
	float relative;         /* log10 ‖step‖/‖weights‖ before the step */
	float cosine;           /* of the step with the direction downhill */
	float mark[STEP_MARKS]; /* quantiles of log10 |step|/|gradient| over the weights that have both */
} snap_block_step;

typedef struct snap_steps {
	long update;       /* that this step made; 0 = nothing known */
	long weights;      /* looked at: those that are learned, in large blocks an even choice … */
	long still, blind; /* … of these: without a step; with one, but without a gradient */
	float low, high;   /* of the histogram of log10 |step|/|gradient| over the others */
	float count[SNAP_STEP_BINS];
	snap_block_step all, block[SNAP_BLOCKS]; /* NAN: frozen, or nothing to divide by */
} snap_steps;

typedef struct snap_arm {
	config config; /* as it is now */
	char name[64]; /* for labels: what tells it from the others */
	int index;     /* among all arms, the hidden ones included */
	int colour;    /* and line style: 1 … SNAP_ARMS; 0 = that of its index */
	long update;   /* updates made so far */
	long end;      /* the furthest update known: more than `update` when the run was rewound */
	int edits;     /* changes under way so far */
	long edited;   /* … the update of the last one; 0 = none */
	int parameters;
	double updates_per_second; /* of training time; 0 when unknown */

	/* what stopped the run */
	bool diverged;
	long diverged_update;    /* the update that produced the first non-finite value */
	int diverged_step;       /* time step (1-based; 0 = not tied to a step) */
	char diverged_where[96]; /* parameter block or quantity */
	char message[320];       /* one sentence for the reader: what happened and what to try; "" = nothing */

	/* now */
	double now[SNAP_SCALARS];         /* the last values in f64; NAN = not measured yet */
	snap_series series[SNAP_SCALARS]; /* up to `end` */
	snap_series previous;             /* the loss of the run before a reset; n = 0 when there is none */
	double clipped_share;             /* of the updates so far; NAN without clipping */
	float grad_histogram[SNAP_BINS];  /* counts of log10 grad_norm over the run, from hist_low to hist_high */
	float hist_low, hist_high;

	/* baselines of the task: lines to draw into loss and metric */
	int baselines;
	double baseline[4];
	char baseline_label[4][32];
	char loss_label[48], metric_label[48];
	double guess_wrong;    /* share of wrong answers of a guess; 0 = unknown */
	int lag_near, lag_far; /* steps from what an answer needs to the answer; 0 = unknown */

	/* temporal gradients */
	int blocks;
	char block[SNAP_BLOCKS][24];             /* "W_hh", "W_ih", "b", … in the reader's terms */
	int T;                                   /* steps of the last batch */
	int first_loss_step;                     /* 1-based: losses at first_loss_step … T */
	snap_curve total;                        /* all parameters */
	float temporal[SNAP_BLOCKS][SNAP_STEPS]; /* per block */
	float dh_norm[SNAP_STEPS];               /* log10 ‖∂L/∂h_k‖ over batch and units */
	float delta_norm[SNAP_STEPS];            /* the same for the pre-activations */
	float bound_per_step; /* log10(σ'max · μmax): the bound falls by this per step back from the end */
	bool has_bound;       /* false for gated cells */
	float saturation;     /* share of units with σ'(a) < 0.05·σ'max in the last batch; NAN = none */
	int ghosts;
	snap_curve ghost[SNAP_GHOSTS]; /* earlier total curves, newest first */

	/* waterfall: total curves over time, oldest row first */
	int fall_rows, fall_cols;
	long fall_update[SNAP_FALL_ROWS];
	float fall[SNAP_FALL_ROWS][SNAP_FALL_COLS];

	/* spectrum of the recurrent matrix */
	bool rescales; /* the matrix can be given another spectral radius */
	int eigs;
	char eig_of[24]; /* "W_hh", or the gate's block for gated cells */
	float eig_re[SNAP_EIG], eig_im[SNAP_EIG];
	float singular[SNAP_EIG]; /* decreasing */
	long eig_update;
	int trail_rows; /* spectra on the way to `end`, oldest first: evenly spread, every second one goes when full */
	long trail_update[SNAP_TRAIL];
	float trail_re[SNAP_TRAIL][SNAP_TRAIL_EIG], trail_im[SNAP_TRAIL][SNAP_TRAIL_EIG];

	snap_matrices matrices;
	snap_steps steps;
	snap_tape tape;
} snap_arm;

/* What is known of every arm, also of a hidden one. */
typedef struct snap_about {
	char name[64];
	bool hidden;
	int colour;    /* as in snap_arm */
	config config; /* as it is now */
	long update, end;
	int parameters;
	double seconds; /* that an update takes; 0 when unknown */
	bool diverged;
	long diverged_update; /* as known, also when it lies ahead; 0 = none */
	int marks;
	snap_mark mark[SNAP_MARKS];
} snap_about;

/* The gradient on show against central differences, block by block. */
typedef struct snap_check_block {
	char name[24], file_name[48];
	long weights, checked; /* checked: 0 when they are not learned */
	double worst, largest; /* relative error; the steepest slope */
	bool good;
} snap_check_block;

typedef struct snap_check {
	long serial; /* increases with every check; 0 = none yet */
	int arm;
	long update;  /* whose gradient it was; 0 = before training */
	double limit; /* of the relative error */
	int blocks;
	snap_check_block block[SNAP_BLOCKS];
} snap_check;

/* A run that goes on until a condition holds. */
typedef struct snap_until {
	bool active;
	long from;      /* where it began */
	char text[160]; /* the condition … */
	char now[160];  /* … and its numbers: "loss 0.93" */
} snap_until;

typedef struct snap {
	int version;                 /* SNAP_VERSION */
	long serial;                 /* increases with every snap */
	long obeyed;                 /* messages of the window that have been carried out */
	bool playing;                /* or searching */
	bool live;                   /* of a run that can be played, not of a picture */
	bool asks;                   /* … but a question is to be answered first; see worker_asks */
	bool replay;                 /* plays slowly towards a known divergence */
	long update, end;            /* of all arms: the present; the furthest one known */
	long travel_from, travel_to; /* on the way from one update to another; to = 0: at rest */
	run_state state;             /* repeats what is on the screen; without the views */
	char message[320];           /* one sentence for the reader about all arms; "" = nothing */
	double note[SNAP_NOTES];     /* what the watcher of the run has written */
	char note_text[SNAP_NOTE_TEXT];
	bool searching; /* for settings that rescue a run */
	snap_until until;
	snap_check check;
	int all;
	snap_about about[SNAP_ARMS];
	int arms;              /* that are shown */
	slice_picture surface; /* with WANT_SURFACE */
	snap_arm arm[SNAP_ARMS];
} snap;

/* Copies what is in use: a fraction of the struct's size for ordinary runs. */
void snap_copy_arm(snap_arm *to, const snap_arm *from);
void snap_copy_state(run_state *to, const run_state *from);

#endif
