#include "nn/net.h"

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

/* ---- layout ---- */

static void plan_group(R(net) *n, R(group) *g, bool with_h, bool with_x, int col0, int cols, size_t *base)
{
	g->with_h = with_h;
	g->row0 = with_h ? 0 : n->H;
	g->rows = (with_h ? n->H : 0) + 1 + (with_x ? n->I : 0);
	g->col0 = col0;
	g->cols = cols;
	g->ldw = REAL_PADDED(cols);
	g->base = *base;
	*base += (size_t)g->rows * (size_t)g->ldw;
}

static model_block *plan_block(
        R(net) *n, int group, int part, const char *name, const char *twin, const char *label, int gates)
{
	R(group) *g = &n->group[group];
	int first = part == PART_H ? 0 : part == PART_ONE ? (g->with_h ? n->H : 0) : (g->with_h ? n->H : 0) + 1;
	int cols = part == PART_H ? n->H : part == PART_ONE ? 1 : n->I;
	model_block *b = &n->block[n->blocks];
	*b = (model_block){.name = name,
	        .twin = twin,
	        .label = label,
	        .rows = group == n->groups ? n->O : gates * n->H,
	        .cols = cols,
	        .gates = gates,
	        .recurrent = part == PART_H && group < n->groups,
	        .base = g->base + (size_t)first * (size_t)g->ldw,
	        .step = g->ldw,
	        .group = group,
	        .first_row = first};
	/* segments in the order of rows: insert by first row */
	int at = g->segments++;
	for (; at > 0 && g->end[at - 1] > first; at--) {
		g->end[at] = g->end[at - 1];
		g->block[at] = g->block[at - 1];
	}
	g->end[at] = first + cols;
	g->block[at] = n->blocks++;
	return b;
}

static void plan(R(net) *n)
{
	const R(cell) *c = n->cell;
	n->groups = c->groups;
	n->readout = &n->group[n->groups];
	for (int i = 0; i < c->groups; i++)
		plan_group(n, &n->group[i], c->group[i].with_h, c->group[i].with_x, c->group[i].first_gate * n->H,
		        c->group[i].gates * n->H, &n->n);
	plan_group(n, n->readout, true, false, 0, n->O, &n->n);
	for (int i = 0; i < c->blocks; i++) {
		const block_plan *p = &c->block[i];
		model_block *b = plan_block(n, p->group, (int)p->part, p->name, p->twin, p->label, p->gates);
		for (int gate = 0; gate < p->gates; gate++)
			b->offset[gate] = p->order[gate] * n->H;
	}
	plan_block(n, n->groups, PART_H, "readout.weight", NULL, "W_out", 1);
	plan_block(n, n->groups, PART_ONE, "readout.bias", NULL, "b_out", 1);
}

static void measure(R(net) *n, const model_spec *s, const R(cell) *cell)
{
	memset(n, 0, sizeof *n);
	n->spec = *s;
	n->cell = cell;
	n->H = s->hidden;
	n->I = s->inputs;
	n->O = s->outputs;
	n->ldz = REAL_PADDED(n->H + 1 + n->I);
	/* a gate's columns begin anywhere in the row: its last vector may reach REAL_PAD − 1 beyond the row's end */
	n->lda = REAL_PADDED(cell->gates * n->H) + (cell->gates > 1 ? REAL_PAD : 0);
	n->lds = cell->state ? REAL_PADDED(cell->state * n->H) + REAL_PAD : 0;
	n->ldh = REAL_PADDED(n->H);
	n->ldo = REAL_PADDED(n->O);
	plan(n);
	size_t row = (size_t)s->B_max * (size_t)n->lda * sizeof(real);
	size_t steps = (256u << 10) / row;
	n->bunch = s->B_max % 16 == 0 ? 8 : s->B_max % 8 == 0 ? 4 : 2;
	n->chunk = steps < 1 ? 1 : steps > (size_t)s->T_max ? s->T_max : (int)steps;
}

/* Takes all arrays from the arena; with a NULL base it only adds up what they need. */
static void *take(R(net) *n, size_t *need, size_t count, size_t size)
{
	*need += arena_need(count * size);
	return n->memory.base ? arena_take(&n->memory, count * size) : NULL;
}

static size_t take_all(R(net) *n)
{
	const model_spec *s = &n->spec;
	size_t need = 0, T = (size_t)s->T_max, B = (size_t)s->B_max, hands = (size_t)s->hands;
	size_t bunches = (B + (size_t)n->bunch - 1) / (size_t)n->bunch, pad = REAL_PAD;
	n->theta = take(n, &need, n->n + pad, sizeof(real));
	n->g = take(n, &need, n->n + pad, sizeof(real));
	n->step = take(n, &need, n->n + pad, sizeof(real));
	for (int i = 0; i < NET_STATES; i++)
		n->state[i] = take(n, &need, n->n + pad, sizeof(real));
	int rows = 0, width = 0;
	for (int i = 0; i <= n->groups; i++) {
		R(group) *g = &n->group[i];
		g->back = take(n, &need, (size_t)g->cols * (size_t)n->ldh + pad, sizeof(real));
		rows = g->rows > rows ? g->rows : rows;
		width = g->ldw > width ? g->ldw : width;
	}
	n->z = take(n, &need, (T + 1) * B * (size_t)n->ldz + pad, sizeof(real));
	n->a = take(n, &need, T * B * (size_t)n->lda + pad, sizeof(real));
	n->s = take(n, &need, (T + 1) * B * (size_t)n->lds + pad, sizeof(real));
	n->logits = take(n, &need, T * B * (size_t)n->ldo + pad, sizeof(real));
	n->dlogits = take(n, &need, T * B * (size_t)n->ldo + pad, sizeof(real));
	n->sample_loss = take(n, &need, B, sizeof(double));
	n->delta = take(n, &need, (size_t)n->chunk * B * (size_t)n->lda + pad, sizeof(real));
	n->dh = take(n, &need, B * (size_t)n->ldh + pad, sizeof(real));
	n->ds = take(n, &need, B * (size_t)n->lds + pad, sizeof(real));
	for (int i = 0; i < s->hands; i++)
		n->scratch[i] = take(n, &need, (size_t)rows * (size_t)width + pad, sizeof(real));
	n->exponent = take(n, &need, T * hands, sizeof(int));
	n->dh_exponent = take(n, &need, hands, sizeof(int));
	n->dh_squares = take(n, &need, T * bunches, sizeof(double));
	n->delta_squares = take(n, &need, T * bunches, sizeof(double));
	n->block_squares = take(n, &need, T * MODEL_BLOCKS * hands, sizeof(double));
	for (int i = 0; i < MODEL_BLOCKS; i++)
		n->temporal[i] = take(n, &need, T, sizeof(double));
	n->temporal_total = take(n, &need, T, sizeof(double));
	n->dh_norm = take(n, &need, T, sizeof(double));
	n->delta_norm = take(n, &need, T, sizeof(double));
	batch *b = &n->batch;
	b->y = take(n, &need, (s->y_per_step ? T : 1) * B * (size_t)n->O, sizeof(real));
	b->label = take(n, &need, (s->y_per_step ? T : 1) * B, sizeof(int32_t));
	b->length = take(n, &need, B, sizeof(int));
	b->mask = take(n, &need, T * B, 1);
	b->weight = take(n, &need, T * B, sizeof(double));
	return need;
}

static size_t api_bytes(const model_spec *s)
{
	R(net) n;
	measure(&n, s, R(cells)[s->cell]);
	return take_all(&n);
}

real *R(net_z)(const R(net) *n, int t, int b)
{
	return n->z + ((size_t)t * (size_t)n->spec.B_max + (size_t)b) * (size_t)n->ldz;
}

static void api_batch_clear(model *m, int T, int B);

static model *api_create(const model_spec *s, err *e)
{
	R(net) *n = malloc(sizeof *n);
	if (!n) {
		err_machine(e, "no memory for the network");
		return NULL;
	}
	measure(n, s, R(cells)[s->cell]);
	size_t need = take_all(n);
	if (!arena_init(&n->memory, need)) {
		free(n);
		err_machine(e, "no memory for the network: it needs %zu MiB; lower T, batch or hidden", need >> 20);
		return NULL;
	}
	take_all(n);
	n->mat = s->backend == BACKEND_NATIVE ? R(mat_native)() : &R(mat_blas);
	n->v = R(vmath_get)();
	n->optimizer = -1;
	n->only = -1;
	batch *b = &n->batch;
	*b = (batch){.I = n->I,
	        .O = n->O,
	        .T_max = s->T_max,
	        .B_max = s->B_max,
	        .classes = s->classes,
	        .x = n->z + n->H + 1,
	        .x_t = (long)s->B_max * n->ldz,
	        .x_b = n->ldz,
	        .y = b->y,
	        .y_t = s->y_per_step ? (long)s->B_max * n->O : 0,
	        .label = b->label,
	        .label_t = s->y_per_step ? s->B_max : 0,
	        .length = b->length,
	        .mask = b->mask,
	        .weight = b->weight};
	for (int t = 0; t <= s->T_max; t++)
		for (int i = 0; i < s->B_max; i++)
			R(net_z)(n, t, i)[n->H] = s->bias ? 1 : 0;
	eig_one_thread();
	api_batch_clear((model *)(void *)n, s->T_max, s->B_max);
	return (model *)(void *)n;
}

static void api_destroy(model *m)
{
	if (!m)
		return;
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

static bool is_bias(const model_block *b)
{
	return strstr(b->name, "bias") != NULL;
}

static long api_parameters(const model *m)
{
	const R(net) *n = net_in(m);
	long sum = 0;
	for (int i = 0; i < n->blocks; i++)
		if (n->spec.bias || !is_bias(&n->block[i]))
			sum += (long)n->block[i].rows * n->block[i].cols;
	return sum;
}

/* Place of element (i, j) of a block in the flat vectors. */
static size_t place(const model_block *b, int i, int j)
{
	int rows = b->rows / b->gates;
	return b->base + (size_t)j * (size_t)b->step + (size_t)(b->offset[i / rows] + i % rows);
}

static void read_block(const model_block *b, const real *flat, double *out)
{
	for (int i = 0; i < b->rows; i++)
		for (int j = 0; j < b->cols; j++)
			out[(size_t)i * (size_t)b->cols + (size_t)j] = (double)flat[place(b, i, j)];
}

static void api_get(const model *m, int block, double *out)
{
	read_block(&net_in(m)->block[block], net_in(m)->theta, out);
}

static void api_grad(const model *m, int block, double *out)
{
	read_block(&net_in(m)->block[block], net_in(m)->g, out);
}

static void api_set(model *m, int block, const double *in)
{
	const model_block *b = &net_of(m)->block[block];
	for (int i = 0; i < b->rows; i++)
		for (int j = 0; j < b->cols; j++)
			net_of(m)->theta[place(b, i, j)] = (real)in[(size_t)i * (size_t)b->cols + (size_t)j];
}

static bool draw_block(const R(net) *n, int index, const init_spec *s, double *W, err *e)
{
	const model_block *b = &n->block[index];
	if (is_bias(b))
		return true; /* biases start at zero */
	mt19937 twister;
	rng r = R(init_generator)(s, index, &twister);
	double own = b->group == n->groups ? s->sigma_out : b->recurrent ? 0 : s->sigma_in;
	return R(init_matrices)(b->gates, b->rows / b->gates, b->cols, b->recurrent, own, s, &r, W, e) ||
	       err_prefix(e, "initializer for %s", b->name);
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

/* back(g·H + i, j) = W(j, g·H + i): only the rows of W that multiply h. */
void R(net_fill_back)(R(net) *n)
{
	enum { TILE = 16 };
	for (int k = 0; k <= n->groups; k++) {
		R(group) *g = &n->group[k];
		if (!g->with_h)
			continue;
		const real *W = n->theta + g->base;
		for (int i0 = 0; i0 < g->cols; i0 += TILE)
			for (int j0 = 0; j0 < n->H; j0 += TILE)
				for (int i = i0; i < i0 + TILE && i < g->cols; i++)
					for (int j = j0; j < j0 + TILE && j < n->H; j++)
						g->back[(size_t)i * (size_t)n->ldh + (size_t)j] =
						        W[(size_t)j * (size_t)g->ldw + (size_t)i];
	}
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
	for (int t = 0; t < T; t++)
		for (int i = 0; i < B; i++)
			memset(R(net_z)(n, t, i) + n->H + 1, 0, (size_t)n->I * sizeof(real));
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

static double api_saturation(const model *m)
{
	const R(net) *n = net_in(m);
	long count = 0;
	for (int t = 0; t < n->batch.T; t++) {
		R(step) s = R(net_step)(n, t, 0, n->batch.B);
		long c = n->cell->saturated(&s);
		if (c < 0)
			return NAN;
		count += c;
	}
	return (double)count / ((double)n->batch.T * n->batch.B * n->H);
}

static double api_max_slope(const model *m)
{
	return net_in(m)->cell->max_slope(net_in(m)->spec.activation);
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
	R(net_descend)(net_of(m), d, net_of(m)->g, r);
}

static void api_look_ahead(model *m, const descent *d)
{
	if (net_of(m)->optimizer == d->optimizer) /* else its state is still to be cleared: no velocity yet */
		R(net_look_ahead)(net_of(m), d);
}

static void api_set_reduce(model *m, reduce_id reduce)
{
	net_of(m)->spec.reduce = reduce;
}

static bool api_replica(model *m, int k, double *const out[MODEL_BLOCKS], err *e)
{
	R(net) *n = net_of(m);
	real *keep = malloc(n->n * sizeof *keep);
	if (!keep)
		return err_machine(e, "no memory for the gradient of one step");
	memcpy(keep, n->g, n->n * sizeof *keep);
	model_result r;
	n->only = k;
	R(net_backward)(n, NULL, false, &r);
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
        .batch = api_batch,
        .batch_clear = api_batch_clear,
        .forward = api_forward,
        .logits = api_logits,
        .saturation = api_saturation,
        .max_slope = api_max_slope,
        .backward = api_backward,
        .look_ahead = api_look_ahead,
        .descend = api_descend,
        .optimizer_reset = api_optimizer_reset,
        .set_reduce = api_set_reduce,
        .replica = api_replica,
        .jacobian = api_jacobian,
        .state_size = api_state_size,
        .state_save = api_state_save,
        .state_load = api_state_load,
        .real_size = sizeof(real),
};
