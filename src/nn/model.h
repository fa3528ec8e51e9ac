/* model: a recurrent net in one precision behind one interface, for the floors above. model_f32 and model_f64 are the
 * same code compiled twice. All numbers cross this interface as double. No files, no clock, no threads (see
 * base/team.h).
 *
 * The net (SCIENCE: conventions): h_t = cell(x_t, h_{t−1}), h_0 = 0; logits z_t = V h_t + c at the steps that carry a
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

typedef struct model_spec {
	int cell; /* row of cells.def */
	activation_id activation;
	int hidden, inputs, outputs, classes; /* classes > 0: targets are labels */
	int T_max, B_max;
	bool bias;
	bool y_per_step;
	loss_id loss;
	output_id output;
	loss_at at;
	reduce_id reduce;
	backend_id backend;
	int hands; /* of the team that will work on it */
} model_spec;

typedef struct init_spec {
	int init; /* row of inits.def */
	double sigma, rho, sigma_in, sigma_out;
	double scale; /* of identity and orthogonal matrices */
	int sparsity; /* incoming weights of a unit, of sparse matrices */
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

enum { MODEL_GATES = 4, MODEL_BLOCKS = 8, MODEL_OUTPUTS = 4096 };

/* A named parameter in PyTorch's orientation: rows × cols (cols 1 for a bias), rows = gates × rows of a gate. */
typedef struct model_block {
	const char *name;  /* "rnn.weight_hh_l0" */
	const char *twin;  /* PyTorch's second, equal bias, or NULL */
	const char *label; /* "W_hh", for the reader */
	int rows, cols, gates;
	bool recurrent; /* square for each gate: rho, eigenvalues */
	/* where element (gate·rows/gates + i, j) lies in the flat vector: base + j·step + offset[gate] + i */
	size_t base;
	long step;
	int offset[MODEL_GATES];
	int group, first_row; /* rows first_row … first_row + cols − 1 of the product group are this block's columns */
} model_block;

/* What is known after an update. Arrays belong to the model and hold until its next call. */
typedef struct model_result {
	double loss;
	double grad_norm;    /* of the mean over the minibatch, before clipping */
	double clipped_norm; /* of what the optimizer was given: times B with grad_sum, clipped */
	double update_norm;
	double step_size; /* α = lr · min(1, clip_at/‖g‖): clipping as a learning rate; NaN with clip=value */
	bool clipped;     /* the clip was active */
	bool guarded;     /* nan_rule replaced the gradient */
	int T;
	const double *temporal[MODEL_BLOCKS]; /* T values, block by block: ‖∂L/∂θ⁽ᵏ⁾‖ (Frobenius) */
	const double *temporal_total;         /* T values, all parameters as one vector */
	const double *dh_norm, *delta_norm;   /* T values: ‖∂L/∂h_t‖, ‖∂L/∂a_t‖ over batch and units */
	bool finite;
	int bad_step; /* 1-based step of the first value that is not finite, 0 when it is not tied to one */
	const char *bad_where;
} model_result;

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

	batch *(*batch)(model *m);                                     /* to be filled before forward() */
	void (*batch_clear)(model *m, int T, int B);                   /* zero inputs, full lengths, sets T and B */
	double (*forward)(model *m, team *t);                          /* loss of the batch */
	const void *(*logits)(const model *m, int step, int sequence); /* O numbers, at steps that carry a loss */
	/* Share of (unit, step, sequence) whose nonlinearity has a slope below 0.05 of its largest; NaN when that does
	 * not apply. After forward(). */
	double (*saturation)(const model *m);
	double (*max_slope)(
	        const model *m); /* largest slope of the nonlinearity; 0 = no bound of this form (gated cells) */
	/* After forward(): gradient and, when `norms` is set, temporal norms. */
	void (*backward)(model *m, team *t, bool norms, model_result *r);
	/* Before forward(), in training: moves the weights to where the optimizer wants the gradient (nesterov in the
	 * lecture's form: w + μM); descend() begins by moving them back. Does nothing for the other optimizers. */
	void (*look_ahead)(model *m, const descent *d);
	/* After backward(): clip, step. The weights stay when the gradient or the step is not finite (r->finite). */
	void (*descend)(model *m, const descent *d, model_result *r);
	void (*optimizer_reset)(model *m);
	void (*set_reduce)(model *m, reduce_id reduce); /* takes effect at the next forward() */

	/* Gradient of step k's replica alone (0-based), block by block like get(); slow, for checks. After forward().
	 */
	bool (*replica)(model *m, int k, double *const out[MODEL_BLOCKS], err *e);
	/* log10 ‖∂h_j/∂h_k‖₂ into out[j·T + k] for one sequence: NaN for k > j, 0 for k = j. After forward(). */
	bool (*jacobian)(model *m, int sequence, double *out, err *e);

	/* Complete state (parameters, optimizer): for checkpoints and exact copies. */
	size_t (*state_size)(const model *m);
	void (*state_save)(const model *m, void *out);
	void (*state_load)(model *m, const void *in);
	size_t real_size;
} model_api;

extern const model_api model_f32, model_f64;

#endif
