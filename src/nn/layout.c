/* Where everything of a net stands: weights in the flat vectors, rows of the tape, buffers of backward. */
#include "nn/net.h"

#include <stdio.h>
#include <string.h>

static void name_block(R(net) *n, int i, const char *name, const char *twin, const char *label, int layer)
{
	model_block *b = &n->block[i];
	const char *format[3] = {name, twin, label};
	for (int k = 0; k < 3; k++) {
		char *out = n->name[i][k];
		const char *at = format[k] ? strstr(format[k], "%d") : NULL;
		if (at)
			snprintf(out, NET_NAME, "%.*s%d%s", (int)(at - format[k]), format[k], layer, at + 2);
		else if (k == 2 && n->layers > 1 && layer >= 0)
			snprintf(out, NET_NAME, "%s %d", format[k], layer + 1);
		else
			snprintf(out, NET_NAME, "%s", format[k] ? format[k] : "");
	}
	b->name = n->name[i][0];
	b->twin = twin ? n->name[i][1] : NULL;
	b->label = n->name[i][2];
}

/* Segments in the order of rows: insert by first row. */
static void add_segment(R(group) *g, int first, int rows, int block)
{
	int at = g->segments++;
	for (; at > 0 && g->end[at - 1] > first; at--) {
		g->end[at] = g->end[at - 1];
		g->block[at] = g->block[at - 1];
	}
	g->end[at] = first + rows;
	g->block[at] = block;
}

static model_block *add_block(R(net) *n, R(group) *g, int first, int cols, int rows, int gates, int layer)
{
	model_block *b = &n->block[n->blocks];
	int copies = g->stride ? n->spec.T_max : 1;
	*b = (model_block){.rows = rows * copies,
	        .cols = cols,
	        .gates = gates,
	        .copies = copies,
	        .layer = layer,
	        .plan = -1,
	        .base = g->base + (size_t)first * (size_t)g->ldw,
	        .copy_step = g->stride,
	        .step = g->ldw,
	        .first_row = first};
	add_segment(g, first, cols, n->blocks++);
	return b;
}

static size_t place_group(R(net) *n, R(group) *g, bool untied)
{
	g->ldw = REAL_PADDED(g->cols);
	g->base = n->n;
	size_t size = (size_t)g->rows * (size_t)g->ldw;
	g->stride = untied ? size : 0;
	n->n += size * (untied ? (size_t)n->spec.T_max : 1);
	return g->base;
}

/* Which columns a group finds written by those before it: all, none, or a stretch of them. */
static void find_fresh(R(layer) *l, int k)
{
	R(group) *g = &l->group[k];
	int first = g->col0 + g->cols, end = g->col0;
	for (int c = g->col0; c < g->col0 + g->cols; c++) {
		bool written = false;
		for (int i = 0; i < k; i++) {
			const R(group) *o = &l->group[i];
			written = written || (!o->elementwise && c >= o->col0 && c < o->col0 + o->cols);
		}
		g->add = g->add || written;
		if (!written) {
			first = c < first ? c : first;
			end = c + 1;
		}
	}
	g->fresh0 = first;
	g->fresh1 = g->add ? end : first;
}

static void plan_group(R(net) *n, int layer, int k)
{
	R(layer) *l = &n->layer[layer];
	const group_plan *p = &l->cell->group[k];
	R(group) *g = &l->group[k];
	int H = n->H, from = p->middle ? 0 : p->from_unit * H,
	    h = p->middle ? l->cell->middles * H
	        : p->h    ? l->W - from
	                  : 0;
	g->left = p->middle ? LEFT_MIDDLE : LEFT_ROW;
	g->row0 = p->middle || p->h ? from : p->one ? l->W : l->W + 1;
	g->rows = h + (p->one ? 1 : 0) + (p->x ? l->I : 0);
	g->col0 = p->first_gate * H;
	g->cols = p->gates * H;
	g->shift = p->tap << layer;
	g->elementwise = p->elementwise;
	g->h0 = from;
	g->hn = h;
	g->ldb = p->middle ? REAL_PADDED(h) : l->ldh;
	g->x0 = h + (p->one ? 1 : 0);
	g->xn = !p->x ? 0 : layer > 0 || n->spec.norm_input ? l->I : n->feedback ? n->O : 0;
	g->ldx = REAL_PADDED(g->xn);
	place_group(n, g, l->cell->untied);
	find_fresh(l, k);
	if (p->elementwise) {
		l->own = g->base;
		l->own_stride = g->stride;
	}
}

static void plan_block(R(net) *n, int layer, int k)
{
	R(layer) *l = &n->layer[layer];
	const block_plan *p = &l->cell->block[k];
	R(group) *g = &l->group[p->group];
	const group_plan *gp = &l->cell->group[p->group];
	int h = g->hn, one = gp->one, fed = layer == 0 && n->feedback ? n->O : 0;
	int first = p->part == PART_H ? 0 : p->part == PART_ONE ? h : h + one;
	int cols = p->part == PART_H ? h : p->part == PART_ONE ? 1 : l->I;
	bool split = p->part == PART_X && fed; /* the outputs that are fed back have a matrix of their own */
	for (int part = split ? 0 : 1; part < 2; part++) {
		int c = split && part == 0 ? fed
		        : split            ? cols - fed
		                           : cols,
		    f = split && part == 1 ? first + fed : first;
		if (c == 0)
			continue;
		int i = n->blocks;
		model_block *b = add_block(n, g, f, c, p->gates * n->H, p->gates, layer);
		bool feedback = split && part == 0;
		name_block(
		        n, i, feedback ? "rnn.weight_oh_l%d" : p->name, p->twin, feedback ? "W_oh" : p->label, layer);
		b->bias = p->part == PART_ONE;
		b->recurrent = c == n->H && strncmp(p->name, "rnn.weight_h", 12) == 0;
		b->frozen = b->bias && !p->own && !n->spec.bias;
		b->plan = k;
		b->group = p->group;
		for (int gate = 0; gate < p->gates; gate++)
			b->offset[gate] = p->order[gate] * n->H;
	}
}

static void plan_layer(R(net) *n, int layer)
{
	R(layer) *l = &n->layer[layer];
	const R(cell) *c = R(cells)[n->spec.cell];
	c = c->form ? c->form(&n->spec) : c;
	int H = n->H;
	l->cell = c;
	l->W = (c->units ? c->units : 1) * H;
	n->feedback = c->feedback;
	l->I = layer ? n->layer[layer - 1].W : n->I + (n->feedback ? n->O : 0);
	l->direct = c->direct || n->spec.leak > 0;
	/* columns of a gate or of a second unit begin anywhere in the row: the last vector may reach REAL_PAD − 1
	 * beyond the row's end */
	l->lda = REAL_PADDED((c->gates + c->own) * H) + (c->gates + c->own > 1 ? REAL_PAD : 0);
	l->ldz = REAL_PADDED(l->W + 1 + l->I) + (c->units > 1 ? REAL_PAD : 0);
	l->lds = c->state ? REAL_PADDED(c->state * H) + REAL_PAD : 0;
	l->ldm = c->middles ? REAL_PADDED(c->middles * H) + REAL_PAD : 0;
	l->ldh = REAL_PADDED(l->W) + (c->units > 1 ? REAL_PAD : 0);
	l->slots = 1;
	l->groups = c->groups;
	for (int k = 0; k < c->groups; k++)
		plan_group(n, layer, k);
	if (c->convolution && layer) { /* the layer below hears from the future */
		int far = 0;
		for (int k = 0; k < c->groups; k++)
			far = l->group[k].shift > far ? l->group[k].shift : far;
		n->layer[layer - 1].slots = far + 1;
	}
	for (int k = 0; k < c->blocks; k++)
		plan_block(n, layer, k);
}

static void plan_readout(R(net) *n)
{
	R(layer) *l = R(net_top)(n);
	bool unit = n->spec.unit != UNIT_NONE;
	R(group) *g = &n->out[n->outs++];
	*g = (R(group)){.left = LEFT_OUTPUT, .rows = l->W + 1, .cols = n->O, .hn = l->W, .ldb = l->ldh};
	place_group(n, g, false);
	model_block *W = add_block(n, g, 0, l->W, n->O, 1, -1), *b = add_block(n, g, l->W, 1, n->O, 1, -1);
	name_block(n, n->blocks - 2, "readout.weight", NULL, "W_out", -1);
	name_block(n, n->blocks - 1, "readout.bias", NULL, "b_out", -1);
	W->frozen = unit;
	b->frozen = unit || !n->spec.bias;
	b->bias = true;
	if (!l->cell->skip)
		return;
	g = &n->out[n->outs++];
	*g = (R(group)){.left = LEFT_ROW,
	        .row0 = l->W + 1,
	        .rows = l->I,
	        .cols = n->O,
	        .x0 = 0,
	        .add = true,
	        .xn = n->layers > 1 || n->spec.norm_input ? l->I : 0,
	        .ldx = REAL_PADDED(l->I),
	        .ldb = l->ldh};
	place_group(n, g, false);
	add_block(n, g, 0, l->I, n->O, 1, -1);
	name_block(n, n->blocks - 1, "readout.skip", NULL, "D", -1);
}

/* γ and β are vectors of their own, in no product. */
static void plan_norm(R(net) *n, R(norm) *o, int width, int layer, const char *const name[2][2])
{
	o->width = width;
	o->scale = n->blocks;
	for (int k = 0; k < 2; k++) {
		n->block[n->blocks] = (model_block){.rows = width,
		        .cols = 1,
		        .gates = 1,
		        .copies = 1,
		        .bias = true,
		        .scale = k == 0,
		        .layer = layer,
		        .plan = -1,
		        .base = n->n};
		name_block(n, n->blocks++, name[k][0], NULL, name[k][1], -1);
		n->n += REAL_PADDED((size_t)width);
	}
}

static void plan_norms(R(net) *n)
{
	static const char *const in[2][2] = {{"norm.input_gamma", "γ_in"}, {"norm.input_beta", "β_in"}},
	                         *const out[2][2] = {{"norm.readout_gamma", "γ_out"}, {"norm.readout_beta", "β_out"}};
	if (n->spec.norm_input)
		plan_norm(n, &n->norm_in, n->I, 0, in);
	if (n->spec.norm_readout)
		plan_norm(n, &n->norm_out, R(net_top)(n)->W, -1, out);
	int widest = n->norm_in.width > n->norm_out.width ? n->norm_in.width : n->norm_out.width;
	n->ldn = REAL_PADDED(widest);
}

/* Of the one-unit systems only w (and b) are learned; they are the a and b of a function. */
static void freeze_unit(R(net) *n)
{
	bool biased = n->spec.unit != UNIT_POWER;
	for (int i = 0; i < n->blocks && n->spec.unit != UNIT_NONE; i++)
		n->block[i].frozen = !(n->block[i].recurrent || (biased && n->block[i].bias && n->block[i].layer == 0));
	for (int i = 0; i < n->blocks && n->spec.unit == UNIT_FUNCTION; i++)
		if (n->block[i].recurrent)
			n->block[i].label = "a";
}

void R(net_plan)(R(net) *n, const model_spec *s)
{
	memset(n, 0, sizeof *n);
	n->spec = *s;
	n->H = s->hidden;
	n->I = s->inputs;
	n->O = s->outputs;
	n->ldo = REAL_PADDED(n->O);
	n->layers = s->layers > 0 ? s->layers : 1;
	n->tuning.training = true;
	int row = 0;
	for (int l = 0; l < n->layers; l++) {
		plan_layer(n, l);
		row += n->layer[l].lda;
	}
	plan_readout(n);
	plan_norms(n);
	freeze_unit(n);
	n->ldu = s->dropout > 0 || s->norm_readout ? REAL_PADDED(R(net_top)(n)->W + 1) : 0;
	size_t steps = (256u << 10) / ((size_t)s->B_max * (size_t)row * sizeof(real));
	n->bunch_bits = s->B_max % 16 == 0 ? 3 : s->B_max % 8 == 0 ? 2 : 1;
	n->bunch = 1 << n->bunch_bits;
	n->chunk = steps < 1 ? 1 : steps > (size_t)s->T_max ? s->T_max : (int)steps;
}

/* ---- memory ---- */

/* Takes an array from the arena; with a NULL base it only adds up what is needed. */
static void *take(arena *a, size_t *need, size_t count, size_t size)
{
	*need += arena_need(count * size);
	return a->base ? arena_take(a, count * size) : NULL;
}

static void take_group(R(net) *n, size_t *need, R(group) *g)
{
	arena *a = &n->memory;
	size_t copies = g->stride ? (size_t)n->spec.T_max : 1, pad = REAL_PAD;
	if (g->elementwise)
		return;
	g->back = g->hn ? take(a, need, copies * (size_t)g->cols * (size_t)g->ldb + pad, sizeof(real)) : NULL;
	g->back_x = g->xn ? take(a, need, copies * (size_t)g->cols * (size_t)g->ldx + pad, sizeof(real)) : NULL;
}

static void take_layer(R(net) *n, size_t *need, R(layer) *l)
{
	arena *a = &n->memory;
	size_t T = (size_t)n->spec.T_max, B = (size_t)n->spec.B_max, pad = REAL_PAD;
	for (int k = 0; k < l->groups; k++)
		take_group(n, need, &l->group[k]);
	l->z = take(a, need, (T + 1) * B * (size_t)l->ldz + pad, sizeof(real));
	l->a = take(a, need, T * B * (size_t)l->lda + pad, sizeof(real));
	l->s = take(a, need, (T + 1) * B * (size_t)l->lds + pad, sizeof(real));
	l->m = take(a, need, T * B * (size_t)l->ldm + pad, sizeof(real));
	l->fixed = take(a, need, (size_t)l->cell->fixed * (size_t)n->H, sizeof(real));
	l->mask = n->spec.dropout > 0 ? take(a, need, T * B * (size_t)l->ldh + pad, sizeof(real)) : NULL;
	l->delta = take(a, need, (size_t)n->chunk * B * (size_t)l->lda + pad, sizeof(real));
	l->omega = take(a, need, (size_t)n->chunk * B * (size_t)l->ldh + pad, sizeof(real));
	l->dm = take(a, need, B * (size_t)l->ldm + pad, sizeof(real));
}

static void take_carry(R(net) *n, arena *a, size_t *need, R(carry) *c)
{
	size_t B = (size_t)n->spec.B_max, pad = REAL_PAD;
	for (int i = 0; i < n->layers; i++) {
		const R(layer) *l = &n->layer[i];
		c->dh[i] = take(a, need, (size_t)l->slots * B * (size_t)l->ldh + pad, sizeof(real));
		c->ds[i] = take(a, need, B * (size_t)l->lds + pad, sizeof(real));
	}
	c->dfb = n->feedback ? take(a, need, B * (size_t)n->ldo + pad, sizeof(real)) : NULL;
}

static void take_norms(R(net) *n, size_t *need)
{
	arena *a = &n->memory;
	size_t T = (size_t)n->spec.T_max, B = (size_t)n->spec.B_max, pad = REAL_PAD;
	for (int k = 0; k < 2; k++) {
		R(norm) *o = k ? &n->norm_out : &n->norm_in;
		size_t size = (k ? T : 1) * (size_t)o->width;
		o->mean = size ? take(a, need, size, sizeof(real)) : NULL;
		o->rate = size ? take(a, need, size, sizeof(real)) : NULL;
	}
	n->raw = n->norm_in.width ? take(a, need, T * B * (size_t)n->I, sizeof(real)) : NULL;
	n->norm_row = n->ldn ? take(a, need, B * (size_t)n->ldn + pad, sizeof(real)) : NULL;
	n->norm_sum = n->ldn ? take(a, need, 2 * (size_t)n->ldn, sizeof(double)) : NULL;
}

static void take_batch(R(net) *n, size_t *need)
{
	arena *a = &n->memory;
	const model_spec *s = &n->spec;
	size_t T = (size_t)s->T_max, B = (size_t)s->B_max;
	batch *b = &n->batch;
	b->y = take(a, need, (s->y_per_step ? T : 1) * B * (size_t)n->O, sizeof(real));
	b->label = take(a, need, (s->y_per_step ? T : 1) * B, sizeof(int32_t));
	b->length = take(a, need, B, sizeof(int));
	b->mask = take(a, need, T * B, 1);
	b->weight = take(a, need, T * B, sizeof(double));
}

size_t R(net_take)(R(net) *n)
{
	arena *a = &n->memory;
	const model_spec *s = &n->spec;
	size_t need = 0, T = (size_t)s->T_max, B = (size_t)s->B_max, hands = (size_t)s->hands,
	       layers = (size_t)n->layers;
	size_t bunches = (B + (size_t)n->bunch - 1) / (size_t)n->bunch, pad = REAL_PAD;
	n->theta = take(a, &need, n->n + pad, sizeof(real));
	n->g = take(a, &need, n->n + pad, sizeof(real));
	n->step = take(a, &need, n->n + pad, sizeof(real));
	n->direction = take(a, &need, n->n + pad, sizeof(real));
	for (int i = 0; i < NET_STATES; i++)
		n->state[i] = take(a, &need, n->n + pad, sizeof(real));
	size_t scratch = 0, widest = 0;
	for (int i = 0; i < n->layers; i++) {
		R(layer) *l = &n->layer[i];
		take_layer(n, &need, l);
		for (int k = 0; k < l->groups; k++) {
			size_t size = (size_t)l->group[k].rows * (size_t)l->group[k].ldw;
			scratch = size > scratch ? size : scratch;
		}
		widest = (size_t)l->ldh > widest ? (size_t)l->ldh : widest;
	}
	for (int k = 0; k < n->outs; k++) {
		take_group(n, &need, &n->out[k]);
		size_t size = (size_t)n->out[k].rows * (size_t)n->out[k].ldw;
		scratch = size > scratch ? size : scratch;
	}
	take_carry(n, a, &need, &n->carry);
	n->logits = take(a, &need, T * B * (size_t)n->ldo + pad, sizeof(real));
	n->dlogits = take(a, &need, T * B * (size_t)n->ldo + pad, sizeof(real));
	n->dout = n->feedback ? take(a, &need, T * B * (size_t)n->ldo + pad, sizeof(real)) : n->dlogits;
	n->up = n->ldu ? take(a, &need, T * B * (size_t)n->ldu + pad, sizeof(real)) : NULL;
	n->spread = take(a, &need, B * widest + pad, sizeof(real));
	n->sample_loss = take(a, &need, B, sizeof(double));
	size_t columns = (size_t)n->ldo;
	for (int i = 0; i < n->layers; i++)
		columns = (size_t)n->layer[i].lda > columns ? (size_t)n->layer[i].lda : columns;
	for (int i = 0; i < s->hands; i++) {
		n->scratch[i] = take(a, &need, scratch + pad, sizeof(real));
		n->lifted[i] = take(a, &need, B * columns + pad, sizeof(real));
	}
	n->exponent = take(a, &need, T * hands, sizeof(int));
	n->dh_exponent = take(a, &need, hands, sizeof(int));
	n->dh_squares = take(a, &need, T * layers * bunches, sizeof(double));
	n->delta_squares = take(a, &need, T * layers * bunches, sizeof(double));
	n->omega_squares = take(a, &need, T * layers * B, sizeof(double));
	n->block_squares = take(a, &need, T * (size_t)n->blocks * hands, sizeof(double));
	for (int i = 0; i < n->blocks; i++)
		n->temporal[i] = take(a, &need, T, sizeof(double));
	double **per_step[] = {&n->temporal_total, &n->dh_norm, &n->delta_norm, &n->omega_step, &n->beta};
	for (size_t i = 0; i < sizeof per_step / sizeof *per_step; i++)
		*per_step[i] = take(a, &need, T, sizeof(double));
	take_norms(n, &need);
	take_batch(n, &need);
	return need;
}

static size_t take_windows(R(net) *n)
{
	size_t need = 0, B = (size_t)n->spec.B_max, pad = REAL_PAD;
	arena *a = &n->windows;
	n->window = take(a, &need, (size_t)n->window_slots, sizeof *n->window);
	R(carry) measured;
	for (int i = 0; i < n->window_slots; i++)
		take_carry(n, a, &need, n->window ? &n->window[i] : &measured);
	for (int i = 0; i < n->layers; i++) {
		n->delta_one[i] = take(a, &need, B * (size_t)n->layer[i].lda + pad, sizeof(real));
		n->dh_sum[i] = take(a, &need, B * (size_t)n->layer[i].ldh + pad, sizeof(real));
	}
	n->dout_one = take(a, &need, B * (size_t)n->ldo + pad, sizeof(real));
	return need;
}

bool R(net_take_windows)(R(net) *n, err *e)
{
	int slots = n->tuning.truncate < n->spec.T_max ? n->tuning.truncate : n->spec.T_max;
	if (slots <= n->window_slots)
		return true;
	arena_done(&n->windows);
	n->windows = (arena){0};
	n->window_slots = slots;
	size_t need = take_windows(n);
	if (!arena_init(&n->windows, need)) {
		n->window_slots = 0;
		return err_machine(
		        e, "no memory for truncated gradients: %zu MiB; lower truncate, batch or hidden", need >> 20);
	}
	take_windows(n);
	return true;
}
