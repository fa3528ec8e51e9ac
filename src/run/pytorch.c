#include "run/pytorch.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 76 }; /* bytes of a line of base64, before encoding */

/* Gradients of one replica for each step: what the script needs. */
static const double MOST_BYTES = 4e9;

typedef struct script {
	trial *t;
	const model_spec *spec;
	const model_tuning *tuning;
	const char *cell;
	batch *b;
	bool single; /* numbers are float */
	FILE *f;
} script;

static void put(const script *s, const char *text)
{
	fputs(text, s->f);
}

/* ---- what is refused ---- */

static bool is(const script *s, const char *cell)
{
	return strcmp(s->cell, cell) == 0;
}

static bool is_fed(const script *s)
{
	return is(s, "jordan") || is(s, "elman_jordan");
}

static bool expressible(const script *s, err *e)
{
	const model_spec *m = s->spec;
	bool known = false;
	static const char *const cells[] = {
	        "rnn", "lstm", "lstm97", "gru", "mingru", "scrn", "lru", "jordan", "elman_jordan", "untied", "tcn"};
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
		known = known || is(s, cells[i]);
	if (!known)
		return err_input(
		        e, "cell=%s has no script for PyTorch; allowed: the cells that come with the program", s->cell);
	if (m->dropout > 0)
		return err_input(e,
		        "dropout=%g draws from our own random numbers, which PyTorch does not have; set dropout=0",
		        m->dropout);
	if (m->norm_input || m->norm_readout)
		return err_input(
		        e, "batch_norm keeps no running averages, unlike PyTorch's layer; set batch_norm=none");
	if (s->tuning->omega > 0)
		return err_input(
		        e, "the gradient of omega is the immediate one, which is none of autograd's; set omega=0");
	if (m->cec_only && !is(s, "lstm") && !is(s, "lstm97"))
		return err_input(e, "cec_only is written down for the lstm cells; set cec_only=0");
	if (m->leak > 0 && is(s, "tcn"))
		return err_input(e, "leak has no meaning in a convolution; set leak=0");
	return true;
}

/* ---- numbers ---- */

/* Lines of base64 between triple quotes. */
static void put_bytes(const script *s, const unsigned char *bytes, size_t n)
{
	char four[4];
	put(s, "\"\"\"\n");
	for (size_t i = 0; i < n; i += 3) {
		text_base64(bytes + i, n - i, four);
		fwrite(four, 1, 4, s->f);
		if ((i / 3 + 1) % (LINE / 3) == 0)
			putc('\n', s->f);
	}
	put(s, "\n\"\"\"");
}

static void put_head(const script *s, const char *name, const char *kind, int n, const long *shape)
{
	fprintf(s->f, "    \"%s\": (\"%s\", (", name, kind);
	for (int i = 0; i < n; i++)
		fprintf(s->f, "%ld,%s", shape[i], i + 1 < n ? " " : "");
	put(s, "), ");
}

/* In the precision of the run, or as doubles. */
static bool put_reals(
        const script *s, const char *name, int n, const long *shape, const double *value, bool single, err *e)
{
	size_t count = 1;
	for (int i = 0; i < n; i++)
		count *= (size_t)shape[i];
	float *f = single ? malloc((count + 1) * sizeof *f) : NULL;
	if (single && !f)
		return err_machine(e, "no memory for the numbers of the script; lower T, batch or hidden");
	for (size_t i = 0; i < count && f; i++)
		f[i] = (float)value[i];
	put_head(s, name, f ? "<f4" : "<f8", n, shape);
	if (f)
		put_bytes(s, (const unsigned char *)f, count * sizeof *f);
	else
		put_bytes(s, (const unsigned char *)value, count * sizeof *value);
	put(s, "),\n");
	free(f);
	return true;
}

static void put_shorts(const script *s, const char *name, int n, const long *shape, const int16_t *value)
{
	size_t count = 1;
	for (int i = 0; i < n; i++)
		count *= (size_t)shape[i];
	put_head(s, name, "<i2", n, shape);
	put_bytes(s, (const unsigned char *)value, count * sizeof *value);
	put(s, "),\n");
}

static double real_at(const script *s, const void *p, size_t i)
{
	return s->single ? (double)((const float *)p)[i] : ((const double *)p)[i];
}

static double x_at(const script *s, int t, int b, int i)
{
	return real_at(s, s->b->x, (size_t)((long)t * s->b->x_t + (long)b * s->b->x_b + i));
}

static double weight_at(const script *s, int t, int b)
{
	return s->b->weight[(size_t)t * (size_t)s->b->B_max + (size_t)b];
}

/* ---- the batch ---- */

/* Symbols: at most a single one among zeros in every row. */
static bool is_one_hot(const script *s)
{
	for (int t = 0; t < s->b->T; t++)
		for (int b = 0; b < s->b->B; b++) {
			int ones = 0;
			for (int i = 0; i < s->b->I; i++) {
				double x = x_at(s, t, b, i);
				if (x != 0 && x != 1)
					return false;
				ones += x == 1;
			}
			if (ones > 1)
				return false;
		}
	return s->b->I > 2 && s->b->I < 32000;
}

static bool put_symbols(const script *s, err *e)
{
	const long shape[2] = {s->b->T, s->b->B};
	int16_t *code = malloc((size_t)shape[0] * (size_t)shape[1] * sizeof *code);
	if (!code)
		return err_machine(e, "no memory for the batch; lower T or batch");
	for (int t = 0; t < s->b->T; t++)
		for (int b = 0; b < s->b->B; b++) {
			int16_t *k = &code[(size_t)t * (size_t)s->b->B + (size_t)b];
			*k = -1;
			for (int i = 0; i < s->b->I; i++)
				if (x_at(s, t, b, i) == 1)
					*k = (int16_t)i;
		}
	put_shorts(s, "symbols", 2, shape, code);
	free(code);
	return true;
}

/* Values get(s, t, b, i) as an array T × B × n, or B × n when `per_step` is not set. */
static bool put_table(const script *s, const char *name, bool per_step, int n, bool single,
        double (*get)(const script *s, int t, int b, int i), err *e)
{
	int T = per_step ? s->b->T : 1, B = s->b->B;
	const long shape[3] = {T, B, n};
	double *value = malloc((size_t)T * (size_t)B * (size_t)n * sizeof *value), *at = value;
	if (!value)
		return err_machine(e, "no memory for the batch; lower T or batch");
	for (int t = 0; t < T; t++)
		for (int b = 0; b < B; b++)
			for (int i = 0; i < n; i++)
				*at++ = get(s, t, b, i);
	bool ok = per_step ? put_reals(s, name, 3, shape, value, single, e)
	                   : put_reals(s, name, 2, shape + 1, value, single, e);
	free(value);
	return ok;
}

/* Targets that no loss asks for are 0: padding holds anything. */
static bool is_asked(const script *s, int t, int b)
{
	bool asked = weight_at(s, t, b) > 0;
	for (int k = 0; k < s->b->T && s->b->y_t == 0 && s->b->label_t == 0; k++)
		asked = asked || weight_at(s, k, b) > 0;
	return asked;
}

static double y_at(const script *s, int t, int b, int i)
{
	return is_asked(s, t, b) ? real_at(s, s->b->y, (size_t)((long)t * s->b->y_t + (long)b * s->b->O + i)) : 0;
}

static int label_of(const script *s, int t, int b)
{
	return s->b->label[(long)t * s->b->label_t + b];
}

static double label_at(const script *s, int t, int b, int unused)
{
	(void)unused;
	return is_asked(s, t, b) ? label_of(s, t, b) : 0;
}

static double loss_weight(const script *s, int t, int b, int unused)
{
	(void)unused;
	return weight_at(s, t, b);
}

/* What teacher forcing puts in the place of the output of step t. */
static double forced_at(const script *s, int t, int b, int i)
{
	const batch *y = s->b;
	bool given = t < y->length[b] && y->mask[(size_t)t * (size_t)y->B_max + (size_t)b];
	if (!given)
		return 0;
	return y->classes ? label_of(s, t, b) == i : real_at(s, y->y, (size_t)((long)t * y->y_t + (long)b * y->O + i));
}

static bool put_batch(const script *s, err *e)
{
	const batch *y = s->b;
	bool ok = is_one_hot(s) ? put_symbols(s, e)
	          : y->I > 0    ? put_table(s, "x", true, y->I, s->single, x_at, e)
	                        : true;
	if (y->classes)
		ok = ok && put_table(s, "label", y->label_t != 0, 1, false, label_at, e);
	else
		ok = ok && put_table(s, "y", y->y_t != 0, y->O, s->single, y_at, e);
	if (s->tuning->forcing)
		ok = ok && put_table(s, "forced", true, y->O, s->single, forced_at, e);
	return ok && put_table(s, "weight", true, 1, false, loss_weight, e);
}

/* ---- parameters and what we have found ---- */

static bool put_block(const script *s, int i, const model_block *b, err *e)
{
	const long shape[2] = {b->rows, b->cols};
	double *W = malloc((size_t)b->rows * (size_t)b->cols * sizeof *W);
	if (!W)
		return err_machine(e, "no memory for the weights; lower hidden");
	s->t->api->get(s->t->m, i, W);
	bool ok = put_reals(s, b->name, b->bias ? 1 : 2, shape, W, s->single, e);
	free(W);
	return ok;
}

static bool put_parameters(const script *s, err *e)
{
	const model_block *b;
	int n = s->t->api->blocks(s->t->m, &b);
	bool ok = true;
	for (int i = 0; i < n && ok; i++)
		ok = put_block(s, i, &b[i], e);
	return ok;
}

static bool put_found(const script *s, err *e)
{
	const model_block *b;
	const long T = s->b->T;
	char name[128];
	int n = s->t->api->blocks(s->t->m, &b);
	bool ok = put_reals(s, "found.total", 1, &T, s->t->r.temporal_total, false, e);
	for (int i = 0; i < n && ok; i++) {
		snprintf(name, sizeof name, "found.%s", b[i].name);
		ok = b[i].frozen || put_reals(s, name, 1, &T, s->t->r.temporal[i], false, e);
	}
	return ok;
}

/* Python's tuple of the names for which ask() holds. */
static void put_names(const script *s, const char *name, bool (*ask)(const model_block *b))
{
	const model_block *b;
	int n = s->t->api->blocks(s->t->m, &b);
	fprintf(s->f, "%s = (", name);
	int indent = (int)strlen(name) + 4;
	bool first = true;
	for (int i = 0; i < n; i++) {
		if (!ask(&b[i]))
			continue;
		if (!first)
			fprintf(s->f, "\n%*s", indent, "");
		fprintf(s->f, "\"%s\",", b[i].name);
		first = false;
	}
	put(s, ")\n");
}

static bool is_learned(const model_block *b)
{
	return !b->frozen;
}

static bool is_penalised(const model_block *b)
{
	return !b->frozen && !b->bias;
}

/* ---- the cells ---- */

static const char *activation(const script *s)
{
	static const char *const names[] = {
	        "torch.tanh(a)", "torch.sigmoid(a)", "torch.relu(a)", "torch.nn.functional.leaky_relu(a, 0.01)", "a"};
	return names[s->spec->activation];
}

static void put_plain(const script *s)
{
	bool recurrent = !is(s, "jordan");
	put(s, s->b->I > 0 ? "    h, = state\n    a = x @ p[\"weight_ih\"].T + p[\"bias_ih\"]"
	                   : "    h, = state\n    a = p[\"bias_ih\"]");
	put(s, recurrent ? " + h @ p[\"weight_hh\"].T\n" : "\n");
	if (is_fed(s))
		put(s, "    if layer == 0:  # the output of the step before\n"
		       "        a = a + fed @ p[\"weight_oh\"].T\n");
	fprintf(s->f, "    u = %s\n", activation(s));
	if (s->spec->leak > 0)
		fprintf(s->f, "    u = %.17g * h + (1 - %.17g) * u\n", s->spec->leak, s->spec->leak);
	put(s, "    return u, (u,)\n");
}

static void put_lstm(const script *s)
{
	bool peephole = s->spec->peephole;
	put(s, "    h, c = state\n");
	if (s->spec->cec_only)
		put(s, "    h = h.detach()  # gradients flow back through the memory cells alone\n");
	put(s, "    a = x @ p[\"weight_ih\"].T + h @ p[\"weight_hh\"].T + p[\"bias_ih\"]\n"
	       "    i, f, g, o = a.chunk(4, 1)\n");
	if (peephole)
		put(s, "    p_i, p_f, p_o = p[\"peephole\"].chunk(3)\n"
		       "    i, f = i + p_i * c, f + p_f * c\n");
	put(s, "    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)\n");
	if (peephole)
		put(s, "    o = o + p_o * c\n");
	put(s, "    h = torch.sigmoid(o) * torch.tanh(c)\n"
	       "    return h, (h, c)\n");
}

static void put_lstm97(const script *s)
{
	put(s, "    h, c = state\n");
	if (s->spec->cec_only)
		put(s, "    h = h.detach()  # gradients flow back through the memory cells alone\n");
	put(s, "    a = x @ p[\"weight_ih\"].T + h @ p[\"weight_hh\"].T + p[\"bias_ih\"]\n"
	       "    i, g, o = torch.sigmoid(a).chunk(3, 1)\n"
	       "    c = c + i * (4 * g - 2)\n"
	       "    h = o * (2 * torch.sigmoid(c) - 1)\n"
	       "    return h, (h, c)\n");
}

static void put_gru(const script *s)
{
	gru_form_id form = s->spec->gru_form;
	bool after = form == GRU_PYTORCH || form == GRU_WRITES, keeps = form == GRU_PYTORCH || form == GRU_CHO;
	put(s, "    h, = state\n"
	       "    w_r, w_z, w_n = (x @ p[\"weight_ih\"].T + p[\"bias_ih\"]).chunk(3, 1)\n");
	if (after)
		put(s, "    u_r, u_z, u_n = (h @ p[\"weight_hh\"].T + p[\"bias_hh\"]).chunk(3, 1)\n"
		       "    r, z = torch.sigmoid(w_r + u_r), torch.sigmoid(w_z + u_z)\n"
		       "    n = torch.tanh(w_n + r * u_n)\n");
	else
		put(s, "    u_r, u_z = (h @ p[\"weight_hh\"].T).chunk(2, 1)\n"
		       "    r, z = torch.sigmoid(w_r + u_r), torch.sigmoid(w_z + u_z)\n"
		       "    n = torch.tanh(w_n + (r * h) @ p[\"weight_hn\"].T)\n");
	put(s, keeps ? "    h = (1 - z) * n + z * h\n" : "    h = (1 - z) * h + z * n\n");
	put(s, "    return h, (h,)\n");
}

static void put_mingru(const script *s)
{
	put(s, "    h, = state\n"
	       "    z, n = (x @ p[\"weight_ih\"].T + p[\"bias_ih\"]).chunk(2, 1)\n"
	       "    z = torch.sigmoid(z)\n"
	       "    h = (1 - z) * h + z * n\n"
	       "    return h, (h,)\n");
}

static void put_scrn(const script *s)
{
	put(s, "    s, h = state\n");
	if (s->spec->scrn_learn)
		put(s, "    keep = torch.sigmoid(p[\"beta\"])\n");
	else
		fprintf(s->f, "    keep = %.17g\n", s->spec->scrn_alpha);
	put(s, "    s = (1 - keep) * (x @ p[\"weight_is\"].T) + keep * s\n"
	       "    h = torch.sigmoid(s @ p[\"weight_sh\"].T + x @ p[\"weight_ih\"].T + h @ p[\"weight_hh\"].T + "
	       "p[\"bias_ih\"])\n"
	       "    return torch.cat([s, h], 1), (s, h)\n");
}

static void put_lru(const script *s)
{
	put(s, "    re, im = state\n"
	       "    nu, theta, gamma = p[\"poles\"].chunk(3)\n"
	       "    size, angle = torch.exp(-torch.exp(nu)), torch.exp(theta)\n"
	       "    l_re, l_im = size * torch.cos(angle), size * torch.sin(angle)\n"
	       "    b_re, b_im = (x @ p[\"weight_ih\"].T).chunk(2, 1)\n"
	       "    re, im = (l_re * re - l_im * im + torch.exp(gamma) * b_re,\n"
	       "              l_re * im + l_im * re + torch.exp(gamma) * b_im)\n"
	       "    return torch.cat([re, im], 1), (re, im)\n");
}

static void put_tcn(const script *s)
{
	put(s, "    a = x @ p[\"weight_k0\"].T + p[\"bias_ih\"]\n");
	if (s->spec->kernel > 1)
		fprintf(s->f,
		        "    for i in range(1, %d):  # state: the inputs of the steps before, newest first\n"
		        "        a = a + state[i * 2 ** layer - 1] @ p[\"weight_k%%d\" %% i].T\n",
		        s->spec->kernel);
	fprintf(s->f, "    u = %s\n", activation(s));
	put(s, "    return u, ((x,) + state)[:len(state)]\n");
}

static void put_cell(const script *s)
{
	static const struct {
		const char *cell;
		void (*put)(const script *s);
	} writers[] = {{"lstm", put_lstm}, {"lstm97", put_lstm97}, {"gru", put_gru}, {"mingru", put_mingru},
	        {"scrn", put_scrn}, {"lru", put_lru}, {"tcn", put_tcn}};
	void (*writer)(const script *s) = put_plain;
	for (size_t i = 0; i < sizeof writers / sizeof *writers; i++)
		if (is(s, writers[i].cell))
			writer = writers[i].put;
	fprintf(s->f,
	        "def cell(layer, p, x, fed, state):\n"
	        "    \"\"\"One step of one layer of the %s: what goes up, and what is carried on.\"\"\"\n",
	        s->cell);
	writer(s);
}

/* The state before the first step: as many tensors as the cell carries. */
static void put_start(const script *s)
{
	int parts = is(s, "lstm") || is(s, "lstm97") || is(s, "scrn") || is(s, "lru") ? 2 : 1;
	put(s, "\n\ndef start():\n"
	       "    \"\"\"What all layers carry before the first step.\"\"\"\n");
	if (is(s, "tcn")) {
		fprintf(s->f,
		        "    return [tuple(torch.zeros(B, (I, H)[layer > 0], dtype=dtype) for _ in range(%d * 2 ** "
		        "layer))\n"
		        "            for layer in range(layers)]\n",
		        s->spec->kernel - 1);
		return;
	}
	double h0 = s->spec->unit == UNIT_FIXED_POINT ? 1 / (1 + exp(-s->spec->x0))
	            : s->spec->unit == UNIT_LINEAR    ? s->spec->x0
	                                              : 0;
	fprintf(s->f,
	        "    return [tuple(torch.full((B, H), %.17g, dtype=dtype) for _ in range(%d)) for _ in "
	        "range(layers)]\n",
	        s->single ? (double)(float)h0 : h0, parts);
}

/* ---- output and loss ---- */

static const char *output_of(output_id o)
{
	return o == OUTPUT_SOFTMAX ? "torch.softmax(z, 1)" : o == OUTPUT_LOGISTIC ? "torch.sigmoid(z)" : "z";
}

static void put_readout(const script *s)
{
	put(s, "\n\ndef net(p, x, fed, states):\n"
	       "    \"\"\"One step of all layers: outputs before and after the output function, and what is carried "
	       "on.\"\"\"\n"
	       "    after = []\n"
	       "    for layer in range(layers):\n"
	       "        below = x\n"
	       "        mine = {n[4:-3]: w for n, w in p.items() if n.startswith(\"rnn.\") and n.endswith(\"_l%d\" % "
	       "layer)}\n"
	       "        x, state = cell(layer, mine, x, fed, states[layer])\n"
	       "        after.append(state)\n"
	       "    z = x @ p[\"readout.weight\"].T + p[\"readout.bias\"]\n");
	if (is(s, "lru"))
		put(s, "    z = z + below @ p[\"readout.skip\"].T\n");
	fprintf(s->f, "    return z, %s, after\n", output_of(s->spec->output));
}

/* Between the targets and u: the outputs, through the output function where the loss has none of its own. */
static void put_distance(const script *s, const char *loss, bool through)
{
	const char *u = through ? "u" : "z";
	if (through)
		fprintf(s->f, "    u = %s\n", output_of(s->spec->output));
	if (strcmp(loss, "mse") == 0)
		fprintf(s->f, "    return ((%s - y) ** 2).mean(1)\n", u);
	else if (strcmp(loss, "mae") == 0)
		fprintf(s->f, "    return (%s - y).abs().mean(1)\n", u);
	else
		fprintf(s->f, "    return ((%s - y) ** 2).sum(1) / 2\n", u);
}

static void put_loss(const script *s)
{
	const loss_info *info = s->t->api->loss(s->spec->loss);
	bool through = s->spec->output != info->output;
	int O = s->b->O;
	fprintf(s->f,
	        "\n\ndef losses(z, y):\n"
	        "    \"\"\"%s, for each sequence.\"\"\"\n",
	        info->name);
	if (strcmp(info->name, "xent") == 0) {
		put(s, "    return torch.nn.functional.cross_entropy(z, y, reduction=\"none\")\n");
		return;
	}
	if (s->b->classes && O == 1)
		put(s, "    y = y.to(dtype).unsqueeze(1)\n");
	else if (s->b->classes)
		fprintf(s->f, "    y = torch.nn.functional.one_hot(y, %d).to(dtype)\n", O);
	if (s->b->classes && strcmp(info->name, "hinge") == 0)
		put(s, "    y = 2 * y - 1\n");
	if (strcmp(info->name, "bxent") == 0)
		put(s, "    return torch.nn.functional.binary_cross_entropy_with_logits(z, y, "
		       "reduction=\"none\").sum(1)\n");
	else if (strcmp(info->name, "hinge") == 0)
		put(s, "    return torch.relu(1 - y * z).sum(1)\n");
	else
		put_distance(s, info->name, through);
}

static bool known_loss(const script *s, err *e)
{
	static const char *const known[] = {"mse", "half_sse", "mae", "xent", "bxent", "hinge"};
	const char *name = s->t->api->loss(s->spec->loss)->name;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i], name) == 0)
			return true;
	return err_input(e, "loss=%s has no script for PyTorch; allowed: the losses that come with the program", name);
}

/* ---- the whole ---- */

static void put_run(const script *s)
{
	int cut = s->tuning->truncate > 0 && s->tuning->truncate < s->b->T ? s->tuning->truncate : 0;
	put(s, "\n\ndef advance(t, replicas, fed, states):\n"
	       "    z, o, states = net(replicas[t], x[t], fed, states)\n");
	put(s, s->tuning->forcing ? "    return z, forced[t], states  # the target stands in for the output\n"
	                          : "    return z, o, states\n");
	if (cut > 0) {
		fprintf(s->f,
		        "\n\ndef run(replicas):\n"
		        "    \"\"\"The loss; its gradient for every step's copy of the weights. Each loss goes back "
		        "over %d "
		        "steps.\"\"\"\n",
		        cut);
		fprintf(s->f,
		        "    total, before, fed, states = 0.0, [], torch.zeros(B, O, dtype=dtype), start()\n"
		        "    with torch.no_grad():\n"
		        "        for t in range(T):\n"
		        "            before.append((fed, states))\n"
		        "            _, fed, states = advance(t, replicas, fed, states)\n"
		        "    for j in range(T):\n"
		        "        if weight[j].sum() == 0:\n"
		        "            continue\n"
		        "        first = max(0, j - %d + 1)\n"
		        "        fed, states = before[first]\n"
		        "        for t in range(first, j + 1):\n"
		        "            z, fed, states = advance(t, replicas, fed, states)\n"
		        "        loss = (weight[j] * losses(z, y[j])).sum()\n"
		        "        loss.backward()\n"
		        "        total += loss.item()\n"
		        "    return total\n",
		        cut);
		return;
	}
	put(s, "\n\ndef run(replicas):\n"
	       "    \"\"\"The loss; its gradient for every step's copy of the weights.\"\"\"\n"
	       "    total, fed, states = 0, torch.zeros(B, O, dtype=dtype), start()\n"
	       "    for t in range(T):\n"
	       "        z, fed, states = advance(t, replicas, fed, states)\n"
	       "        if weight[t].sum() > 0:\n"
	       "            total = total + (weight[t] * losses(z, y[t])).sum()\n"
	       "    total.backward()\n"
	       "    return total.item()\n");
}

/* PyTorch's own module of the same name, where there is one. */
static const char *module_of(const script *s)
{
	const model_spec *m = s->spec;
	if (m->unit != UNIT_NONE)
		return NULL;
	if (is(s, "rnn") && m->leak == 0 && m->activation == ACT_TANH)
		return "torch.nn.RNN(I, H, layers)";
	if (is(s, "rnn") && m->leak == 0 && m->activation == ACT_RELU)
		return "torch.nn.RNN(I, H, layers, nonlinearity=\"relu\")";
	if (is(s, "lstm") && !m->peephole)
		return "torch.nn.LSTM(I, H, layers)";
	return is(s, "gru") && m->gru_form == GRU_PYTORCH ? "torch.nn.GRU(I, H, layers)" : NULL;
}

static void put_module(const script *s)
{
	fprintf(s->f,
	        "\n\ndef module_loss():\n"
	        "    \"\"\"The same loss from PyTorch's own module.\"\"\"\n"
	        "    rnn = %s.to(dtype)\n"
	        "    names = rnn.state_dict()  # one bias here, two there: the second is zero\n"
	        "    rnn.load_state_dict({n: weights.get(\"rnn.\" + n, torch.zeros_like(names[n])) for n in names})\n"
	        "    with torch.no_grad():\n"
	        "        z = rnn(x)[0] @ weights[\"readout.weight\"].T + weights[\"readout.bias\"]\n"
	        "        return sum((weight[t] * losses(z[t], y[t])).sum().item() for t in range(T) if weight[t].sum() "
	        "> 0)\n",
	        module_of(s));
}

static void put_norms(const script *s)
{
	double l1 = s->tuning->l1, l2 = s->tuning->l2;
	put(s, "\n\ndef norm(tensors):\n"
	       "    \"\"\"Of several tensors as one vector; squares of very small numbers do not vanish.\"\"\"\n"
	       "    v = torch.cat([t.reshape(-1) for t in tensors])\n"
	       "    top = v.abs().max().item()\n"
	       "    return top * (v / top).norm().item() if top > 0 else 0.0\n"
	       "\n\ndef temporal_norms(replicas):\n"
	       "    \"\"\"For each parameter, and for all of them together, the norm at every step.\"\"\"\n"
	       "    found = {n: numpy.zeros(T) for n in learned + (\"total\",)}\n"
	       "    for t, p in enumerate(replicas):\n"
	       "        grads = {n: p[n].grad for n in learned if p[n].grad is not None}\n"
	       "        for n, g in grads.items():\n"
	       "            found[n][t] = norm([g])\n"
	       "        found[\"total\"][t] = norm(grads.values()) if grads else 0.0\n"
	       "    return found\n"
	       "\n\ndef gradient_norm(replicas):\n");
	put(s, is(s, "untied")
	                ? "    \"\"\"Every step has weights of its own, but for the readout.\"\"\"\n"
	                  "    grads = []\n"
	                  "    for n in learned:\n"
	                  "        own = [p[n].grad for p in replicas if p[n].grad is not None]\n"
	                  "        if own:\n"
	                  "            grads.append((n, torch.cat(own) if n.startswith(\"rnn.\") else sum(own)))\n"
	                : "    \"\"\"The gradient is the sum over the steps.\"\"\"\n"
	                  "    grads = []\n"
	                  "    for n in learned:\n"
	                  "        own = [p[n].grad for p in replicas if p[n].grad is not None]\n"
	                  "        if own:\n"
	                  "            grads.append((n, sum(own)))\n");
	if (l1 > 0 || l2 > 0)
		fprintf(s->f,
		        "    # and that of the penalty, on the weights\n"
		        "    grads = [(n, g + (%.17g * weights[n].sign() + 2 * %.17g * weights[n] if n in penalised "
		        "else 0))\n"
		        "             for n, g in grads]\n",
		        l1, l2);
	put(s, "    return norm([g for _, g in grads])\n");
}

static void put_main(const script *s)
{
	put(s, "\n\nworst = (0.0, \"none\")  # the largest difference, and where it is\n"
	       "\n\ndef note(difference, name):\n"
	       "    global worst\n"
	       "    if not difference <= worst[0]:  # so that what is no number counts\n"
	       "        worst = (difference, name)\n"
	       "    return difference\n"
	       "\n\ndef row(name, torchs, ours, difference):\n"
	       "    print(\"%-24s %-24.17g %-24.17g %.1e\" % (name, torchs, ours, difference))\n"
	       "\n\ndef compare(name, torchs, ours):\n"
	       "    row(name, torchs, ours, note(abs(torchs - ours) / max(abs(torchs), abs(ours), 1e-300), name))\n"
	       "\n\ndef main():\n"
	       "    print(\"%-24s %-24s %-24s %s\" % (\"\", \"PyTorch\", \"unroll\", \"difference\"))\n"
	       "    # a copy of the weights for every step: they share the numbers, but not the gradients\n");
	if (is(s, "untied"))
		put(s, "    def own(n, t):\n"
		       "        rows = len(weights[n]) // steps if n.startswith(\"rnn.\") else 0\n"
		       "        return weights[n][t * rows:(t + 1) * rows] if rows else weights[n]\n\n"
		       "    replicas = [{n: own(n, t).detach().requires_grad_(n in learned) for n in weights} for t in "
		       "range(T)]\n");
	else
		put(s, "    replicas = [{n: w.detach().requires_grad_(n in learned) for n, w in weights.items()}\n"
		       "                for _ in range(T)]\n");
	put(s, "    compare(\"loss\", run(replicas), ours_loss)\n");
	if (module_of(s))
		put(s, "    compare(\"loss of its own module\", module_loss(), ours_loss)\n");
	put(s, "    compare(\"gradient norm\", gradient_norm(replicas), ours_gradient_norm)\n"
	       "    found = temporal_norms(replicas)\n"
	       "    # differences are shares of the whole gradient of the step: where terms cancel, rounding is left "
	       "over\n"
	       "    whole = numpy.maximum(found[\"total\"], 1e-300)\n"
	       "    print(\"temporal norms, differences as shares of the total of their step\")\n"
	       "    for n, torchs in found.items():\n"
	       "        ours = array(\"found.\" + n).numpy()\n"
	       "        difference = abs(torchs - ours) / whole\n"
	       "        for t in range(T):\n"
	       "            note(difference[t], \"%s, k = %d\" % (n, t + 1))\n"
	       "        print(n)\n"
	       "        for t in numpy.unique(numpy.linspace(0, T - 1, min(T, 12)).round().astype(int)):\n"
	       "            row(\"  temporal norm, k = %d\" % (t + 1), torchs[t], ours[t], difference[t])\n"
	       "    print(\"largest difference %.1e (%s); allowed %.0e\" % (worst[0], worst[1], tolerance))\n"
	       "    return 0 if worst[0] <= tolerance else 1\n");
}

static void put_top(const script *s, const char *state)
{
	char loss[40], norm[40];
	fprintf(s->f,
	        "#!/usr/bin/env python3\n"
	        "# %s\n"
	        "# One batch of this run, computed again with PyTorch: the loss, and the gradient with respect to the "
	        "weights\n"
	        "# used at every step. The numbers of unroll stand at the end of this file, in base64.\n"
	        "import base64\n"
	        "import sys\n\n"
	        "import numpy\n"
	        "import torch\n\n"
	        "dtype = torch.float64%s\n"
	        "tolerance = %s\n"
	        "T, B, I, H, O, layers = %d, %d, %d, %d, %d, %d\n",
	        state ? state : "unroll", s->single ? "  # unroll has computed in float32" : "",
	        s->single ? "1e-5" : "1e-9", s->b->T, s->b->B, s->b->I, s->spec->hidden, s->b->O,
	        s->spec->layers > 0 ? s->spec->layers : 1);
	if (is(s, "untied"))
		fprintf(s->f, "steps = %d  # that have weights\n", s->spec->T_max);
	fprintf(s->f, "ours_loss, ours_gradient_norm = %s, %s\n", text_exact(loss, sizeof loss, s->t->r.loss),
	        text_exact(norm, sizeof norm, s->t->r.grad_norm));
	put_names(s, "learned", is_learned);
	if (s->tuning->l1 > 0 || s->tuning->l2 > 0)
		put_names(s, "penalised", is_penalised);
	put(s, "\n\ndef array(name):\n"
	       "    kind, shape, text = DATA[name]\n"
	       "    numbers = numpy.frombuffer(base64.b64decode(text), kind).reshape(shape)\n"
	       "    return torch.from_numpy(numbers.astype(\"f8\"))\n\n\n");
}

/* What is made of the numbers, behind them. */
static void put_unpacking(const script *s)
{
	bool hot = is_one_hot(s);
	put(s, "}\n\nweights = {n: array(n).to(dtype) for n in DATA if n.startswith((\"rnn.\", \"readout.\"))}\n");
	if (hot)
		put(s, "symbols = array(\"symbols\").long()\n"
		       "x = torch.nn.functional.one_hot(symbols.clamp(min=0), I).to(dtype) * (symbols >= "
		       "0).unsqueeze(2)\n");
	else
		put(s, s->b->I > 0 ? "x = array(\"x\").to(dtype)\n" : "x = torch.zeros(T, B, 0, dtype=dtype)\n");
	const char *y = s->b->classes ? "array(\"label\").long().squeeze(-1)" : "array(\"y\").to(dtype)";
	bool per_step = s->b->classes ? s->b->label_t != 0 : s->b->y_t != 0;
	fprintf(s->f, per_step ? "y = %s\n" : "y = %s.unsqueeze(0).expand(T, *[-1] * %d)\n", y, s->b->classes ? 1 : 2);
	put(s, "weight = array(\"weight\").to(dtype).squeeze(-1)  # of the loss of each step and sequence\n");
	if (s->tuning->forcing)
		put(s, "forced = array(\"forced\").to(dtype)\n");
	put(s, "\nif __name__ == \"__main__\":\n    sys.exit(main())\n");
}

static bool write_script(const script *s, const char *state, err *e)
{
	put_top(s, state);
	put_cell(s);
	put_start(s);
	put_readout(s);
	put_loss(s);
	put_run(s);
	if (module_of(s))
		put_module(s);
	put_norms(s);
	put_main(s);
	put(s, "\n\nDATA = {\n");
	bool ok = put_parameters(s, e) && put_batch(s, e) && put_found(s, e);
	put_unpacking(s);
	return ok;
}

static bool fits(const script *s, err *e)
{
	double bytes = 8.0 * (double)s->t->api->parameters(s->t->m) * (is(s, "untied") ? 1 : s->spec->T_max);
	char need[32];
	return bytes < MOST_BYTES ||
	       err_input(e, "PyTorch would need %s for the gradients of all steps; lower T or hidden",
	               text_bytes(need, sizeof need, bytes));
}

bool pytorch_script(trial *t, const char *state, FILE *out, err *e)
{
	const char *summary;
	script s = {.t = t, .f = out, .spec = t->api->spec(t->m), .tuning = t->api->tuning(t->m)};
	t->api->cells(s.spec->cell, &s.cell, &summary);
	s.single = t->api->real_size == sizeof(float);
	if (!expressible(&s, e) || !known_loss(&s, e) || !fits(&s, e))
		return false;
	trial_measure(t);
	s.b = t->api->batch(t->m);
	if (!t->r.finite)
		return err_check(e, "%s is not finite at step %d", t->r.bad_where, t->r.bad_step);
	return write_script(&s, state, e);
}
