#include "nn/pass.h"

#include "num/eig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The model of this precision is the net; the interface hides it. */
static R(net) *net_of(model *m)
{
	return (R(net) *)(void *)m;
}

static const R(net) *net_in(const model *m)
{
	return (const R(net) *)(const void *)m;
}

static size_t api_bytes(const model_spec *s)
{
	R(net) n;
	R(net_plan)(&n, s);
	return R(net_take)(&n);
}

static void api_batch_clear(model *m, int T, int B);

/* The ones of all rows, and the state before the first step. */
static void set_constants(R(net) *n)
{
	double h0 = n->spec.unit == UNIT_FIXED_POINT ? 1 / (1 + exp(-n->spec.x0)) : n->spec.x0;
	for (int i = 0; i < n->spec.B_max; i++) {
		for (int k = 0; k < n->layers; k++)
			for (int t = 0; t <= n->spec.T_max; t++)
				R(net_z)(n, k, t, i)[n->layer[k].W] = 1;
		for (int t = 0; t < n->spec.T_max && n->ldu; t++)
			n->up[((size_t)t * (size_t)n->spec.B_max + (size_t)i) * (size_t)n->ldu +
			        (size_t)R(net_top)(n)->W] = 1;
		if (n->spec.unit == UNIT_FIXED_POINT || n->spec.unit == UNIT_LINEAR)
			R(net_z)(n, 0, 0, i)[0] = (real)h0;
	}
}

/* x is written in place where the net reads it, or waits to be normalised. */
static void aim_x(const R(net) *n, batch *b)
{
	const R(layer) *l = &n->layer[0];
	bool raw = n->raw != NULL;
	b->x = raw ? n->raw : l->z + l->W + 1 + (n->feedback ? n->O : 0);
	b->x_b = raw ? n->I : l->ldz;
	b->x_t = (long)n->spec.B_max * b->x_b;
}

static bool spec_fits(const R(net) *n, err *e)
{
	if (n->spec.norm_readout && n->feedback)
		return err_input(e,
		        "batch_norm: the readout of cell=%s flows back into the net and is not normalised; allowed: "
		        "none, input",
		        n->layer[0].cell->name);
	if (n->spec.norm_readout && n->spec.B_max < 2)
		return err_input(e, "batch_norm: the readout is normalised over the sequences of a batch, and this one "
		                    "has a single sequence; allowed: none, input, or a batch of at least 2");
	return true;
}

static model *api_create(const model_spec *s, err *e)
{
	R(net) *n = malloc(sizeof *n);
	if (!n) {
		err_machine(e, "no memory for the network");
		return NULL;
	}
	R(net_plan)(n, s);
	size_t need = R(net_take)(n);
	if (!spec_fits(n, e)) {
		free(n);
		return NULL;
	}
	if (!arena_init(&n->memory, need)) {
		free(n);
		err_machine(e, "no memory for the network: it needs %zu MiB; lower T, batch or hidden", need >> 20);
		return NULL;
	}
	R(net_take)(n);
	n->mat = s->backend == BACKEND_NATIVE ? R(mat_native)() : &R(mat_blas);
	n->v = R(vmath_get)();
	n->optimizer = -1;
	n->only = n->only_loss = -1;
	batch *b = &n->batch;
	*b = (batch){.I = n->I,
	        .O = n->O,
	        .T_max = s->T_max,
	        .B_max = s->B_max,
	        .classes = s->classes,
	        .y = b->y,
	        .y_t = s->y_per_step ? (long)s->B_max * n->O : 0,
	        .label = b->label,
	        .label_t = s->y_per_step ? s->B_max : 0,
	        .length = b->length,
	        .mask = b->mask,
	        .weight = b->weight};
	aim_x(n, b);
	set_constants(n);
	eig_one_thread();
	api_batch_clear((model *)(void *)n, s->T_max, s->B_max);
	return (model *)(void *)n;
}

static void api_destroy(model *m)
{
	if (!m)
		return;
	arena_done(&net_of(m)->windows);
	arena_done(&net_of(m)->memory);
	free(m);
}

static const model_spec *api_spec(const model *m)
{
	return &net_in(m)->spec;
}

/* ---- parameters ---- */

static int api_blocks(const model *m, const model_block **table)
{
	*table = net_in(m)->block;
	return net_in(m)->blocks;
}

static long api_parameters(const model *m)
{
	const R(net) *n = net_in(m);
	long sum = 0;
	for (int i = 0; i < n->blocks; i++)
		if (!n->block[i].frozen)
			sum += (long)n->block[i].rows * n->block[i].cols;
	return sum;
}

/* Place of element (i, j) of a block in the flat vectors. */
size_t R(net_place)(const model_block *b, int i, int j)
{
	int all = b->rows / b->copies, copy = i / all, rows = all / b->gates;
	i %= all;
	return b->base + (size_t)copy * b->copy_step + (size_t)j * (size_t)b->step +
	       (size_t)(b->offset[i / rows] + i % rows);
}

static void read_block(const model_block *b, const real *flat, double *out)
{
	for (int i = 0; i < b->rows; i++)
		for (int j = 0; j < b->cols; j++)
			out[(size_t)i * (size_t)b->cols + (size_t)j] = (double)flat[R(net_place)(b, i, j)];
}

static void api_get(const model *m, int block, double *out)
{
	read_block(&net_in(m)->block[block], net_in(m)->theta, out);
}

static void api_grad(const model *m, int block, double *out)
{
	read_block(&net_in(m)->block[block], net_in(m)->g, out);
}

static void api_step(const model *m, int block, double *out)
{
	read_block(&net_in(m)->block[block], net_in(m)->step, out);
}

static void api_set(model *m, int block, const double *in)
{
	const model_block *b = &net_of(m)->block[block];
	for (int i = 0; i < b->rows; i++)
		for (int j = 0; j < b->cols; j++)
			net_of(m)->theta[R(net_place)(b, i, j)] = (real)in[(size_t)i * (size_t)b->cols + (size_t)j];
}

/* Biases start at zero, but for the gates that keep and write the state; scales at one. */
static void draw_bias(R(net) *n, int index, const init_spec *s, rng *r, double *W)
{
	const model_block *b = &n->block[index];
	for (int i = 0; i < b->rows && b->scale; i++)
		W[i] = 1;
	if (b->plan < 0)
		return;
	const block_plan *p = &n->layer[b->layer].cell->block[b->plan];
	int keep = abs(p->keep), H = n->H;
	for (int i = 0; i < H && keep; i++) {
		double open = s->forget_bias, shut = 0;
		if (s->chrono > 2)
			R(init_chrono)(r, 1, s->chrono, &open, &shut);
		W[(keep - 1) * H + i] = p->keep > 0 ? open : -open;
		if (p->input)
			W[(p->input - 1) * H + i] = shut;
	}
}

/* Only w and b of the one-unit systems vary: everything else passes on what it gets. */
static void draw_unit(const R(net) *n, const model_block *b, const init_spec *s, double *W)
{
	bool power = n->spec.unit == UNIT_POWER;
	W[0] = b->recurrent ? s->w : b->bias ? (b->layer == 0 && !power ? s->b : 0) : 1;
}

static bool draw_block(R(net) *n, int index, const init_spec *s, double *W, err *e)
{
	const model_block *b = &n->block[index];
	mt19937 twister;
	rng r = R(init_generator)(s, index, &twister);
	const R(cell) *c = b->plan < 0 ? NULL : n->layer[b->layer].cell;
	int rows = b->rows / b->gates / b->copies;
	if (n->spec.unit != UNIT_NONE) {
		draw_unit(n, b, s, W);
		return true;
	}
	if (c && c->block[b->plan].own) {
		c->start(&n->spec, s, b->plan, &r, b->rows, W);
		return true;
	}
	if (b->bias) {
		draw_bias(n, index, s, &r, W);
		return true;
	}
	double own = b->layer < 0 ? s->sigma_out : b->recurrent || b->layer > 0 ? 0 : s->sigma_in;
	return R(init_matrices)(b->gates * b->copies, rows, b->cols, b->recurrent, own, s, &r, W, e) ||
	       err_prefix(e, "initializer for %s", b->name);
}

/* One gate's matrix of one step, rows × rows, times what makes its spectral radius `rho`. */
static bool rescale_matrix(int rows, double *W, double rho, err *e)
{
	double now;
	if (!eig_spectral_radius(rows, W, &now, e))
		return false;
	for (long i = 0; now > 0 && i < (long)rows * rows; i++)
		W[i] *= rho / now;
	return true;
}

static bool api_rescale(model *m, double rho, err *e)
{
	R(net) *n = net_of(m);
	bool ok = true;
	for (int i = 0; i < n->blocks && ok; i++) {
		const model_block *b = &n->block[i];
		int rows = b->rows / b->gates / b->copies;
		if (!b->recurrent || b->frozen)
			continue;
		double *W = malloc((size_t)b->rows * (size_t)b->cols * sizeof *W);
		if (!W)
			return err_machine(e, "no memory for %s; lower the knob hidden", b->name);
		api_get(m, i, W);
		for (int k = 0; k < b->gates * b->copies && ok; k++)
			ok = rescale_matrix(rows, W + (size_t)k * (size_t)rows * (size_t)rows, rho, e);
		if (ok)
			api_set(m, i, W);
		free(W);
	}
	return ok;
}

static void api_optimizer_reset(model *m)
{
	R(net) *n = net_of(m);
	for (int i = 0; i < NET_STATES; i++)
		memset(n->state[i], 0, n->n * sizeof(real));
	n->optimizer_steps = 0;
	n->optimizer = -1;
}

static bool api_init(model *m, const init_spec *s, err *e)
{
	R(net) *n = net_of(m);
	memset(n->theta, 0, n->n * sizeof(real));
	api_optimizer_reset(m);
	for (int i = 0; i < n->blocks; i++) {
		const model_block *b = &n->block[i];
		double *W = calloc((size_t)b->rows * (size_t)b->cols, sizeof *W);
		if (!W)
			return err_machine(e, "no memory for the initial weights; lower the knob hidden");
		bool ok = draw_block(n, i, s, W, e);
		if (ok)
			api_set(m, i, W);
		free(W);
		if (!ok)
			return false;
	}
	return true;
}

/* out(i, j) = W(first + j, i) */
static void transpose(const real *W, int ldw, int first, int rows, int cols, real *out, int ldo)
{
	enum { TILE = 16 };
	for (int i0 = 0; i0 < cols; i0 += TILE)
		for (int j0 = 0; j0 < rows; j0 += TILE)
			for (int i = i0; i < i0 + TILE && i < cols; i++)
				for (int j = j0; j < j0 + TILE && j < rows; j++)
					out[(size_t)i * (size_t)ldo + (size_t)j] =
					        W[(size_t)(first + j) * (size_t)ldw + (size_t)i];
}

static void fill_group(const R(net) *n, R(group) *g)
{
	int copies = g->stride ? n->batch.T : 1;
	for (int t = 0; t < copies; t++) {
		const real *W = n->theta + g->base + (size_t)t * g->stride;
		if (g->back)
			transpose(W, g->ldw, 0, g->hn, g->cols, g->back + (size_t)t * (size_t)g->cols * (size_t)g->ldb,
			        g->ldb);
		if (g->back_x)
			transpose(W, g->ldw, g->x0, g->xn, g->cols,
			        g->back_x + (size_t)t * (size_t)g->cols * (size_t)g->ldx, g->ldx);
	}
}

void R(net_fill_back)(R(net) *n)
{
	for (int l = 0; l < n->layers; l++)
		for (int k = 0; k < n->layer[l].groups; k++)
			fill_group(n, &n->layer[l].group[k]);
	for (int k = 0; k < n->outs; k++)
		fill_group(n, &n->out[k]);
}

/* ---- batch ---- */

static batch *api_batch(model *m)
{
	return &net_of(m)->batch;
}

static void api_batch_clear(model *m, int T, int B)
{
	R(net) *n = net_of(m);
	batch *b = &n->batch;
	b->T = T;
	b->B = B;
	for (int t = 0; t < T; t++) {
		real *x = (real *)b->x + (long)t * b->x_t;
		for (int i = 0; i < B; i++, x += b->x_b)
			for (int k = 0; k < n->I; k++) /* mostly a few: a call would cost more */
				x[k] = 0;
	}
	for (int i = 0; i < B; i++)
		b->length[i] = T;
	memset(b->mask, 1, (size_t)T * (size_t)b->B_max);
}

/* ---- the interface ---- */

#define LIST(registry)                                                                                                 \
	static bool list_##registry(int row, const char **name, const char **summary)                                  \
	{                                                                                                              \
		if (row < 0 || row >= R(registry##_count))                                                             \
			return false;                                                                                  \
		*name = R(registry)[row]->name;                                                                        \
		*summary = R(registry)[row]->summary;                                                                  \
		return true;                                                                                           \
	}
LIST(cells)
LIST(optims)
LIST(inits)

static bool list_losses(int row, const char **name, const char **summary)
{
	if (row < 0 || row >= R(losses_count))
		return false;
	*name = R(losses)[row]->info.name;
	*summary = R(losses)[row]->info.summary;
	return true;
}

static const loss_info *api_loss(loss_id row)
{
	return &R(losses)[row]->info;
}

static int api_forms(int optimizer, const optim_form **table)
{
	int n = 0;
	for (*table = R(optims)[optimizer]->form; (*table)[n].uses[0]; n++)
		continue;
	return n;
}

static const char *const *api_init_uses(int initializer)
{
	return R(inits)[initializer]->uses;
}

static double api_forward(model *m, team *t)
{
	return R(net_forward)(net_of(m), t);
}

static const void *api_logits(const model *m, int step, int sequence)
{
	const R(net) *n = net_in(m);
	return n->logits + ((size_t)step * (size_t)n->spec.B_max + (size_t)sequence) * (size_t)n->ldo;
}

/* φ'(a) as a share of its largest value, from y = φ(a). */
static double slope_share(activation_id act, double y)
{
	return act == ACT_TANH ? 1 - y * y : act == ACT_SIGMOID ? 4 * y * (1 - y) : y > 0;
}

/* The values φ(a) of a step; NULL where a slope says nothing. */
static const real *squashed(const R(net) *n, int layer, const R(step) *s, int *ld, activation_id *act)
{
	const R(cell) *c = n->layer[layer].cell;
	const real *y = c->squashed ? c->squashed(s, ld, act) : NULL;
	return y && *act != ACT_LEAKY_RELU && *act != ACT_IDENTITY ? y : NULL;
}

static double api_saturation(const model *m)
{
	const R(net) *n = net_in(m);
	long count = 0, units = 0;
	for (int l = 0; l < n->layers; l++)
		for (int t = 0; t < n->batch.T; t++) {
			activation_id act;
			int ld;
			R(step) s = R(net_step)(n, l, t, 0, n->batch.B);
			const real *y = squashed(n, l, &s, &ld, &act);
			if (!y)
				return NAN;
			for (int b = 0; b < s.B; b++, y += ld)
				for (int j = 0; j < s.H; j++)
					count += slope_share(act, (double)y[j]) < 0.05;
			units += (long)n->batch.B * n->H;
		}
	return (double)count / (double)units;
}

/* ---- the tape of one step and one sequence, for the reader ---- */

static int api_hidden(const model *m, int layer, int t, int b, double *out)
{
	const R(net) *n = net_in(m);
	for (int j = 0; j < n->layer[layer].W && out; j++)
		out[j] = (double)R(net_z)(n, layer, t + 1, b)[j];
	return n->layer[layer].W;
}

static bool api_slopes(const model *m, int layer, int t, int b, double *out)
{
	const R(net) *n = net_in(m);
	activation_id act;
	int ld;
	R(step) s = R(net_step)(n, layer, t, b, b + 1);
	const real *y = squashed(n, layer, &s, &ld, &act);
	for (int j = 0; j < n->H && y; j++)
		out[j] = slope_share(act, (double)y[j]);
	return y != NULL;
}

static bool api_keep(const model *m, int layer, int t, int b, double *out)
{
	const R(net) *n = net_in(m);
	const R(cell) *c = n->layer[layer].cell;
	R(step) s = R(net_step)(n, layer, t, b, b + 1);
	for (int j = 0; j < n->H && c->keep; j++)
		out[j] = (double)c->keep(&s, 0, j);
	return c->keep != NULL;
}

static const char *api_gate(const model *m, int gate, int layer, int t, int b, double *out)
{
	const R(net) *n = net_in(m);
	const gate_plan *g = &n->layer[layer].cell->gate[gate];
	if (gate >= MODEL_GATES || !g->name || !out)
		return gate < MODEL_GATES ? g->name : NULL;
	if (g->column < 0) {
		api_keep(m, layer, t, b, out);
		return g->name;
	}
	R(step) s = R(net_step)(n, layer, t, b, b + 1);
	for (int j = 0; j < n->H; j++)
		out[j] = (double)s.a[g->column * n->H + j];
	return g->name;
}

static void api_output(const model *m, int t, int b, double *out)
{
	const R(net) *n = net_in(m);
	real p[MODEL_OUTPUTS];
	R(net_output)(n, n->logits + at(n, t, b) * (size_t)n->ldo, p);
	for (int i = 0; i < n->O; i++)
		out[i] = (double)p[i];
}

static double api_max_slope(const model *m)
{
	const R(net) *n = net_in(m);
	return n->layers > 1 || n->spec.leak > 0 ? 0 : n->layer[0].cell->max_slope(&n->spec);
}

static void api_backward(model *m, team *t, bool norms, model_result *r)
{
	R(net_backward)(net_of(m), t, norms, r);
}

static void api_descend(model *m, const descent *d, model_result *r)
{
	if (net_of(m)->optimizer != d->optimizer)
		api_optimizer_reset(m);
	net_of(m)->optimizer = d->optimizer;
	/* while the weights still stand where the gradient was taken */
	const real *way = r->finite ? R(net_direction)(net_of(m), d, r) : net_of(m)->g;
	R(net_descend)(net_of(m), d, way, r);
}

static void api_look_ahead(model *m, const descent *d)
{
	if (net_of(m)->optimizer == d->optimizer) /* else its state is still to be cleared: no velocity yet */
		R(net_look_ahead)(net_of(m), d);
}

static bool tuning_fits(const R(net) *n, const model_tuning *t, err *e)
{
	const R(cell) *c = n->layer[0].cell;
	if (t->forcing && !n->feedback)
		return err_input(
		        e, "teacher_forcing needs a net whose outputs flow back; set cell to jordan or elman_jordan");
	if (t->forcing && !n->spec.y_per_step)
		return err_input(e, "teacher_forcing needs a target at every step; choose a task such as parity, echo "
		                    "or trajectory");
	if (t->omega > 0 && (!c->omega || n->spec.leak > 0))
		return err_input(e, "omega is defined for the plain recurrence; set cell=rnn and leak=0");
	return true;
}

static bool api_tune(model *m, const model_tuning *t, err *e)
{
	R(net) *n = net_of(m);
	if (!tuning_fits(n, t, e))
		return false;
	model_tuning before = n->tuning;
	n->tuning = *t;
	if (t->truncate <= 0 || R(net_take_windows)(n, e))
		return true;
	n->tuning = before;
	return false;
}

static const model_tuning *api_tuning(const model *m)
{
	return &net_in(m)->tuning;
}

static double api_penalty(const model *m)
{
	return R(net_penalty)(net_in(m), NULL);
}

static bool api_feeds_back(const model *m)
{
	return net_in(m)->layer[0].cell->feedback;
}

static bool api_carries(const model *m)
{
	return !net_in(m)->layer[0].cell->convolution;
}

static void api_depth(const model *m, int *recurrent, int *feedforward)
{
	const R(net) *n = net_in(m);
	const R(cell) *c = n->layer[0].cell;
	int across = c->across ? c->across : 1;
	*feedforward = n->layers * across + 1;
	*recurrent = c->depth;
	if (n->feedback && *feedforward > c->depth) /* from output to output */
		*recurrent = *feedforward;
}

/* The block in PyTorch's orientation, for cells whose transition is no block. */
static int own_transition(const R(net) *n, double *out)
{
	const R(layer) *l = &n->layer[0];
	double *copy[MODEL_BLOCKS] = {NULL};
	const double *block[CELL_BLOCKS] = {NULL};
	bool ok = true;
	for (int i = 0; i < n->blocks && out; i++) {
		if (n->block[i].layer != 0 || n->block[i].plan < 0)
			continue;
		copy[i] = malloc((size_t)n->block[i].rows * (size_t)n->block[i].cols * sizeof(double));
		ok = ok && copy[i];
		if (copy[i])
			read_block(&n->block[i], n->theta, copy[i]);
		block[n->block[i].plan] = copy[i];
	}
	if (out && ok)
		l->cell->transition(&n->spec, block, out);
	for (int i = 0; i < n->blocks; i++)
		free(copy[i]);
	return ok ? l->W : 0;
}

static int api_transition(const model *m, double *out, const char **name)
{
	const R(net) *n = net_in(m);
	const R(cell) *c = n->layer[0].cell;
	*name = c->spectrum_name ? c->spectrum_name : "";
	if (!c->spectrum_name)
		return 0;
	if (c->transition)
		return own_transition(n, out);
	for (int i = 0; i < n->blocks && out; i++) {
		const model_block *b = &n->block[i];
		if (b->layer != 0 || b->plan != c->spectrum_block)
			continue;
		for (int row = 0; row < n->H; row++)
			for (int j = 0; j < n->H; j++)
				out[(size_t)row * (size_t)n->H + (size_t)j] =
				        (double)n->theta[R(net_place)(b, c->spectrum_gate * n->H + row, j)];
	}
	return n->H;
}

static bool api_itemised(model *m, double *out, err *e)
{
	return R(net_itemised)(net_of(m), out, e);
}

static bool api_itemised_row(model *m, int step, double *out, err *e)
{
	return R(net_itemised_row)(net_of(m), step, out, e);
}

static int api_carried(const model *m, int *h)
{
	return R(net_carried)(net_in(m), h);
}

static bool api_replica(model *m, int k, double *const out[MODEL_BLOCKS], err *e)
{
	R(net) *n = net_of(m);
	real *keep = malloc(n->n * sizeof *keep);
	if (!keep)
		return err_machine(e, "no memory for the gradient of one step");
	memcpy(keep, n->g, n->n * sizeof *keep);
	R(pass) p;
	double omega = n->tuning.omega;
	n->tuning.omega = 0;
	n->only = k;
	R(net_recursion)(n, NULL, false, &p);
	R(net_clear_frozen)(n);
	n->tuning.omega = omega;
	n->only = -1;
	for (int i = 0; i < n->blocks; i++)
		api_grad(m, i, out[i]);
	memcpy(n->g, keep, n->n * sizeof *keep);
	free(keep);
	return true;
}

static bool api_jacobian(model *m, int sequence, double *out, err *e)
{
	return R(net_jacobian)(net_of(m), sequence, out, e);
}

static bool api_products(model *m, int sequence, model_products *p, err *e)
{
	return R(net_products)(net_of(m), sequence, p, e);
}

/* ---- complete state: optimizer, its count, then the vectors ---- */

/* Two words, so that no padding makes equal states unequal. */
typedef struct R(saved) {
	int64_t optimizer_steps, optimizer;
} R(saved);

static size_t api_state_size(const model *m)
{
	return 64 + (1 + NET_STATES) * net_in(m)->n * sizeof(real);
}

static void api_state_save(const model *m, void *out)
{
	const R(net) *n = net_in(m);
	R(saved) head = {n->optimizer_steps, n->optimizer};
	unsigned char *p = out;
	memset(p, 0, 64);
	memcpy(p, &head, sizeof head);
	p += 64;
	memcpy(p, n->theta, n->n * sizeof(real));
	for (int i = 0; i < NET_STATES; i++)
		memcpy(p + (size_t)(i + 1) * n->n * sizeof(real), n->state[i], n->n * sizeof(real));
}

static void api_state_load(model *m, const void *in)
{
	R(net) *n = net_of(m);
	R(saved) head;
	const unsigned char *p = in;
	memcpy(&head, p, sizeof head);
	n->optimizer_steps = head.optimizer_steps;
	n->optimizer = (int)head.optimizer;
	p += 64;
	memcpy(n->theta, p, n->n * sizeof(real));
	for (int i = 0; i < NET_STATES; i++)
		memcpy(n->state[i], p + (size_t)(i + 1) * n->n * sizeof(real), n->n * sizeof(real));
}

#if REAL_BITS == 32
#define PRECISION "f32"
#else
#define PRECISION "f64"
#endif

const model_api R(model) = {
        .precision = PRECISION,
        .cells = list_cells,
        .optimizers = list_optims,
        .initializers = list_inits,
        .losses = list_losses,
        .loss = api_loss,
        .forms = api_forms,
        .init_uses = api_init_uses,
        .bytes = api_bytes,
        .create = api_create,
        .destroy = api_destroy,
        .spec = api_spec,
        .blocks = api_blocks,
        .parameters = api_parameters,
        .get = api_get,
        .set = api_set,
        .grad = api_grad,
        .init = api_init,
        .rescale = api_rescale,
        .batch = api_batch,
        .batch_clear = api_batch_clear,
        .forward = api_forward,
        .logits = api_logits,
        .saturation = api_saturation,
        .hidden = api_hidden,
        .slopes = api_slopes,
        .gate = api_gate,
        .keep = api_keep,
        .output = api_output,
        .max_slope = api_max_slope,
        .backward = api_backward,
        .look_ahead = api_look_ahead,
        .descend = api_descend,
        .step = api_step,
        .optimizer_reset = api_optimizer_reset,
        .tune = api_tune,
        .tuning = api_tuning,
        .penalty = api_penalty,
        .feeds_back = api_feeds_back,
        .carries = api_carries,
        .depth = api_depth,
        .transition = api_transition,
        .itemised = api_itemised,
        .itemised_row = api_itemised_row,
        .carried = api_carried,
        .replica = api_replica,
        .jacobian = api_jacobian,
        .products = api_products,
        .state_size = api_state_size,
        .state_save = api_state_save,
        .state_load = api_state_load,
        .real_size = sizeof(real),
};
