/* model: a recurrent net in one precision behind one interface, for the floors above. model_f32 and model_f64 are the
 * same code compiled twice. All numbers cross this interface as double. No files, no clock, no threads (see
 * base/team.h).
 *
 * The net: h_t = cell(x_t, h_{t−1}), h_0 = 0; logits z_t = V h_t + c at the steps that carry a
 * loss. The loss is a mean over the batch; over steps as `reduce` says. The temporal gradient of step k is the gradient
 * with respect to the k-th replica of the parameters; their sum is the gradient. */
#ifndef NN_MODEL_H
#define NN_MODEL_H
#include "base/err.h"
#include "base/team.h"
#include "num/batch.h"

#include <stddef.h>
#include <stdint.h>

typedef enum activation_id { ACT_TANH, ACT_SIGMOID, ACT_RELU, ACT_LEAKY_RELU, ACT_IDENTITY, ACT_COUNT } activation_id;
/* Rows of losses.def: LOSS_mse … */
typedef enum loss_id {
#define LOSS(name) LOSS_##name,
#include "nn/losses.def"
#undef LOSS
} loss_id;
/* What the outputs are; AUTO is the loss's own. */
typedef enum output_id { OUTPUT_AUTO, OUTPUT_LINEAR, OUTPUT_SOFTMAX, OUTPUT_LOGISTIC } output_id;
typedef enum loss_at { LOSS_AT_LAST, LOSS_AT_ALL } loss_at;
typedef enum reduce_id { REDUCE_MEAN, REDUCE_SUM } reduce_id;
typedef enum clip_id { CLIP_NONE, CLIP_NORM, CLIP_VALUE } clip_id;
/* Rows of forms.def: FORM_pytorch … */
typedef enum form_id {
#define FORM(name) FORM_##name,
#include "nn/forms.def"
#undef FORM
	FORM_COUNT
} form_id;
typedef enum schedule_id { SCHEDULE_NONE, SCHEDULE_SUTSKEVER } schedule_id;
typedef enum nan_rule_id { NAN_RULE_NONE, NAN_RULE_PASCANU } nan_rule_id;
typedef enum generator_id { GENERATOR_OWN, GENERATOR_NUMPY } generator_id;
typedef enum backend_id { BACKEND_BLAS, BACKEND_NATIVE } backend_id;
/* z keeps the old state, reset after the product; z writes; z keeps, reset before the product; z writes, reset before
 */
typedef enum gru_form_id { GRU_PYTORCH, GRU_WRITES, GRU_CHO, GRU_CHUNG } gru_form_id;
typedef enum omega_form_id { OMEGA_PAPER, OMEGA_CODE } omega_form_id;
typedef enum direction_id { DIRECTION_GRADIENT, DIRECTION_SIMPLEX, DIRECTION_SIMPLEX_SWITCH } direction_id;
/* Systems of one unit whose weights are (w, b): x_t = w σ(x_{t−1}) + b from x_0 (the state here is h = σ(x)), yⁿ =
 * wⁿ⁻¹, and x_t = w x_{t−1} + b from x_0. */
typedef enum unit_id { UNIT_NONE, UNIT_FIXED_POINT, UNIT_POWER, UNIT_LINEAR, UNIT_FUNCTION } unit_id;
/* UNIT_FUNCTION: no net at all. The loss is y·f(a, b) + x₀·a + x₁·b with the two weights as a and b, one step and one
 * sequence; y is the batch's target (0: nothing of f shows), x its inputs. `at` writes the value of f, ∂f/∂a, ∂f/∂b; it
 * lives as long as every model made of the specification. */
typedef struct model_function {
	void (*at)(const void *data, double a, double b, double out[3]);
	const void *data;
} model_function;

typedef struct model_spec {
	int cell; /* row of cells.def */
	activation_id activation;
	int layers;                           /* 0 counts as 1 */
	int hidden, inputs, outputs, classes; /* classes > 0: targets are labels */
	int T_max, B_max;
	bool bias;
	bool y_per_step;
	loss_id loss;
	output_id output;
	loss_at at;
	backend_id backend;
	int hands;     /* of the team that will work on it */
	double leak;   /* rnn: h_t = leak h_{t−1} + (1 − leak) φ(a_t) */
	bool peephole; /* lstm */
	gru_form_id gru_form;
	double scrn_alpha; /* share of the context that is kept */
	bool scrn_learn;   /* … learned for every context unit */
	bool cec_only;     /* gradients flow back through the memory cells only, as in 1997 */
	int kernel;        /* tcn: taps */
	double dropout;    /* probability, on what leaves a layer upwards */
	/* Batch normalisation of the task's inputs, and of the hidden state before the readout. */
	bool norm_input, norm_readout;
	unit_id unit;
	double x0;
	const model_function *function; /* UNIT_FUNCTION */
} model_spec;

/* What may change between two updates. */
typedef struct model_tuning {
	reduce_id reduce;
	int truncate;  /* the gradient of a loss goes back over this many replicas; 0: all */
	bool forcing;  /* output recurrence: the target of the step before stands in for the output */
	bool training; /* dropout is active */
	double l1, l2; /* λ Σ|w| and λ Σ w² over the weights, not over biases */
	double omega;  /* α of Pascanu's regulariser, in the form … */
	omega_form_id omega_form;
} model_tuning;

typedef struct init_spec {
	int init; /* row of inits.def */
	double sigma, rho, sigma_in, sigma_out;
	double forget_bias; /* bias of the gate that keeps the state */
	int chrono; /* longest memory in steps: biases of the keeping gates ln U(1, chrono − 1), of the writing ones
	               their negative; 0: off */
	double r_min, r_max, phase; /* lru: ring of |λ|, largest angle */
	double w, b;                /* systems of one unit */
	double scale;               /* of identity and orthogonal matrices */
	int sparsity;               /* incoming weights of a unit, of sparse matrices */
	generator_id generator;
	uint64_t seed;
} init_spec;

typedef struct descent {
	int optimizer; /* row of optims.def */
	form_id form;  /* one that the optimizer has */
	double lr, lr_decay, momentum, decay, beta1, beta2, eps;
	schedule_id momentum_schedule;
	bool grad_sum; /* the gradient of the sum over the minibatch: B times that of the mean */
	clip_id clip;
	double clip_at;
	nan_rule_id nan_rule;
	direction_id direction;
	double psi;            /* simplex_switch: above this gradient norm the gradient itself */
	uint64_t seed, update; /* of the random weights of the simplex */
} descent;

/* What a row of losses.def says about itself: the targets that it takes, the output function that it holds, and those
 * that may stand before it (bit 1 << output_id). */
enum {
	TAKES_CLASSES = 1,
	TAKES_REAL = 2,
	TAKES_UNIT = 4,
	TAKES_SIGNS = 8
}; /* real targets: any, in [0, 1], −1 and 1 */
enum { OUTPUTS_ALL = 1 << OUTPUT_LINEAR | 1 << OUTPUT_SOFTMAX | 1 << OUTPUT_LOGISTIC };
typedef struct loss_info {
	const char *name, *summary, *label; /* label: of an axis */
	int takes;
	output_id output;
	int outputs;
} loss_info;

/* One form of an optimizer, and the knobs that it reads (no entry is NULL before the last). */
enum { FORM_USES = 6 };
typedef struct optim_form {
	form_id form;
	const char *uses[FORM_USES];
} optim_form;

enum { MODEL_GATES = 4, MODEL_BLOCKS = 32, MODEL_LAYERS = 4, MODEL_OUTPUTS = 4096 };

/* A named parameter in PyTorch's orientation: rows × cols (cols 1 for a bias), rows = gates × rows of a gate. */
typedef struct model_block {
	const char *name;  /* "rnn.weight_hh_l0" */
	const char *twin;  /* PyTorch's second, equal bias, or NULL */
	const char *label; /* "W_hh", for the reader */
	int rows, cols, gates;
	int copies;     /* untied weights: one matrix for each step, below each other; else 1 */
	bool bias;      /* or another vector that stands with the weights: no penalty, no filter of a landscape */
	bool scale;     /* of a normalisation: starts at 1 */
	bool recurrent; /* square for each gate: rho, eigenvalues */
	bool frozen;    /* not learned: its gradient counts as zero */
	int layer;      /* 0 …; −1: readout */
	int plan;       /* place in the cell's plan; −1: not of a cell */
	/* where element (gate·rows/gates + i, j) of the first copy lies in the flat vector: base + j·step +
	 * offset[gate] + i */
	size_t base, copy_step;
	long step;
	int offset[MODEL_GATES];
	int group, first_row; /* rows first_row … first_row + cols − 1 of the product group are this block's columns */
} model_block;

/* What is known after an update. Arrays belong to the model and hold until its next call. */
typedef struct model_result {
	double loss;    /* of the data */
	double penalty; /* l1, l2 and Ω; the gradient is that of loss + penalty (Ω: its immediate derivative) */
	double omega;   /* Ω itself, without α; NAN when not asked for */
	const double *omega_step; /* T values, batch means: (ratio − 1)² of the step from k to k + 1; NULL when not
	                             asked for */
	double grad_norm;         /* of the mean over the minibatch, before clipping */
	double clipped_norm;      /* of what the optimizer was given: times B with grad_sum, clipped */
	double update_norm;
	double step_size; /* α = lr · min(1, clip_at/‖g‖): clipping as a learning rate; NaN with clip=value */
	bool clipped;     /* the clip was active */
	bool guarded;     /* nan_rule replaced the gradient */
	int T;
	const double *temporal[MODEL_BLOCKS]; /* T values, block by block: ‖∂L/∂θ⁽ᵏ⁾‖ (Frobenius) */
	const double *temporal_total;         /* T values, all parameters as one vector */
	const double *dh_norm, *delta_norm;   /* T values: ‖∂L/∂h_t‖, ‖∂L/∂a_t‖ over batch and units */
	/* direction ≠ gradient: cosine of the direction followed with the gradient, and whether the gradient was
	 * followed instead */
	double cosine;
	bool switched;
	const double *beta; /* T random weights that sum to 1, NULL without a simplex */
	bool finite;
	int bad_step; /* 1-based step of the first value that is not finite, 0 when it is not tied to one */
	const char *bad_where;
} model_result;

/* ∂h_j/∂h_k of one sequence for some steps, h of all layers. Logarithms to base 10; −INFINITY is an exact zero, NaN
 * what is not finite. */
typedef struct model_products {
	int n;           /* steps that are looked at … */
	const int *step; /* … from 0 on, growing */
	double *pair;    /* n × n: ‖∂h_step[i]/∂h_step[k]‖₂ at i·n + k; NaN for k > i */
	double *last;    /* T: ‖∂h_T/∂h_k‖₂ of every step k */
	int values;      /* singular values wanted of each … */
	double *singular; /* … n × values: of ∂h_T/∂h_step[i], largest first; NaN where rounding has swallowed them */
} model_products;

typedef struct model model;

/* Name and one sentence of a registry's row; false beyond its end. */
typedef bool model_list(int row, const char **name, const char **summary);

typedef struct model_api {
	const char *precision; /* "f32", "f64" */
	model_list *cells, *optimizers, *initializers, *losses;
	const loss_info *(*loss)(loss_id row);
	/* Forms of an optimizer, pytorch's first; their number. */
	int (*forms)(int optimizer, const optim_form **table);
	/* Knobs that an initializer reads, NULL after the last. */
	const char *const *(*init_uses)(int initializer);
	size_t (*bytes)(const model_spec *s); /* memory that create() will ask for */
	model *(*create)(const model_spec *s, err *e);
	void (*destroy)(model *m);
	const model_spec *(*spec)(const model *m);

	int (*blocks)(const model *m, const model_block **table);
	long (*parameters)(const model *m);                  /* how many numbers are learned */
	void (*get)(const model *m, int block, double *out); /* rows × cols, row-major */
	void (*set)(model *m, int block, const double *in);
	void (*grad)(const model *m, int block, double *out); /* of the last backward(), before clipping */
	bool (*init)(model *m, const init_spec *s, err *e);   /* also clears the optimizer */

	/* Recurrent matrices, gate by gate, times what gives them this spectral radius, as `rho` does at the start.
	 * False when one has no eigenvalues to go by. */
	bool (*rescale)(model *m, double rho, err *e);

	batch *(*batch)(model *m);                                     /* to be filled before forward() */
	void (*batch_clear)(model *m, int T, int B);                   /* zero inputs, full lengths, sets T and B */
	double (*forward)(model *m, team *t);                          /* loss of the batch */
	const void *(*logits)(const model *m, int step, int sequence); /* O numbers, at steps that carry a loss */
	/* Share of (unit, step, sequence) whose nonlinearity has a slope below 0.05 of its largest; NaN when that does
	 * not apply. After forward(). */
	double (*saturation)(const model *m);
	/* The tape of step t and sequence b, after forward(). */
	int (*hidden)(const model *m, int layer, int t, int b, double *out); /* h_t, its width; NULL: the width alone */
	/* φ'(a) of the H units' nonlinearity as a share of its largest value; false: a slope says nothing here. */
	bool (*slopes)(const model *m, int layer, int t, int b, double *out);
	/* Name of the gate; NULL beyond the last. Its H values unless out is NULL. */
	const char *(*gate)(const model *m, int gate, int layer, int t, int b, double *out);
	/* The H factors on the direct way from the state before, gates held fixed; false: there is no such way. */
	bool (*keep)(const model *m, int layer, int t, int b, double *out);
	void (*output)(
	        const model *m, int t, int b, double *out); /* O numbers after the output function, where logits are */
	double (*max_slope)(
	        const model *m); /* largest slope of the nonlinearity; 0 = no bound of this form (gated cells) */
	/* After forward(): gradient and, when `norms` is set, temporal norms. */
	void (*backward)(model *m, team *t, bool norms, model_result *r);
	/* Before forward(), in training: moves the weights to where the optimizer wants the gradient (nesterov in the
	 * lecture's form: w + μM); descend() begins by moving them back. Does nothing for the other optimizers. */
	void (*look_ahead)(model *m, const descent *d);
	/* After backward(): clip, step. The weights stay when the gradient or the step is not finite (r->finite). */
	void (*descend)(model *m, const descent *d, model_result *r);
	void (*step)(const model *m, int block, double *out); /* what descend() added to the weights, like get(); until
	                                                         the next look_ahead() or descend() */
	void (*optimizer_reset)(model *m);
	/* Takes effect at the next forward(). False when there is no memory, or the net has nothing that this could
	 * mean. */
	bool (*tune)(model *m, const model_tuning *t, err *e);
	const model_tuning *(*tuning)(const model *m);
	double (*penalty)(const model
	                *m); /* l1 and l2 of the weights as they are; they have a gradient of their own, Ω has not */
	bool (*feeds_back)(const model *m); /* the outputs of a step are inputs of the next */
	bool (*carries)(const model *m);    /* anything from step to step: false for a convolution */
	/* Recurrent and feed-forward depth: products with weights on the longest way around one step of time, and from
	 * the input to the output of one step. */
	void (*depth)(const model *m, int *recurrent, int *feedforward);
	/* Order n of the matrix that carries the first layer's h_{t−1} to h_t, for its spectrum, and its name; 0: there
	 * is none. Writes n × n numbers, row-major, when out is given. Gated cells: that of the candidate. */
	int (*transition)(const model *m, double *out, const char **name);

	/* Gradient of step k's replica alone (0-based), block by block like get(); slow, for checks. After forward().
	 */
	bool (*replica)(model *m, int k, double *const out[MODEL_BLOCKS], err *e);
	/* The loss of step j alone: temporal norms (all parameters as one vector) of every replica k into out[j·T + k];
	 * zeros for k > j and for steps without a loss. After forward(); the norms of backward() are gone then. */
	bool (*itemised)(model *m, double *out, err *e);
	bool (*itemised_row)(model *m, int step, double *out, err *e); /* of one step j (0-based): T values */
	/* Numbers that are carried from step to step; in *h those of them that are h. */
	int (*carried)(const model *m, int *h);
	/* log10 ‖∂h_j/∂h_k‖₂ into out[j·T + k] for one sequence, h of all layers: NaN for k > j, 0 for k = j. After
	 * forward(). */
	bool (*jacobian)(model *m, int sequence, double *out, err *e);

	/* The same for some steps only, with singular values. After forward(). */
	bool (*products)(model *m, int sequence, model_products *p, err *e);

	/* Complete state (parameters, optimizer): for checkpoints and exact copies. */
	size_t (*state_size)(const model *m);
	void (*state_save)(const model *m, void *out);
	void (*state_load)(model *m, const void *in);
	size_t real_size;
} model_api;

extern const model_api model_f32, model_f64;

#endif
