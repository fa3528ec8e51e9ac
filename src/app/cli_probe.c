/* unroll probe: everything that can be measured of one batch, without a window. */
#include "app/cli.h"

#include "base/text.h"
#include "io/csv.h"
#include "io/file.h"
#include "num/eig.h"
#include "run/gradcheck.h"
#include "run/pytorch.h"
#include "run/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool no_memory(err *e)
{
	return err_machine(e, "no memory for the measurements; lower the knobs hidden or T");
}

typedef bool probe_fn(npz_writer *w, trial *t, err *e);

static bool probe_loss(npz_writer *w, trial *t, err *e)
{
	return npz_add(w, "loss", NPY_F64, 0, NULL, &t->r.loss, e);
}

static bool probe_grad_norm(npz_writer *w, trial *t, err *e)
{
	return npz_add(w, "grad_norm", NPY_F64, 0, NULL, &t->r.grad_norm, e);
}

static bool probe_saturation(npz_writer *w, trial *t, err *e)
{
	double share = t->api->saturation(t->m);
	return npz_add(w, "saturation", NPY_F64, 0, NULL, &share, e);
}

/* Writes PREFIX.NAME, and once more under the name of the equal second bias. */
static bool add_named(npz_writer *w, const char *prefix, const model_block *b, int ndim, const long *shape,
        const double *value, err *e)
{
	char name[NPY_NAME];
	snprintf(name, sizeof name, "%s.%s", prefix, b->name);
	if (!npz_add(w, name, NPY_F64, ndim, shape, value, e))
		return false;
	if (!b->twin)
		return true;
	snprintf(name, sizeof name, "%s.%s", prefix, b->twin);
	return npz_add(w, name, NPY_F64, ndim, shape, value, e);
}

static bool probe_grad(npz_writer *w, trial *t, err *e)
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	bool ok = true;
	for (int i = 0; i < n && ok; i++) {
		long shape[2] = {table[i].rows, table[i].cols};
		double *g = malloc((size_t)table[i].rows * (size_t)table[i].cols * sizeof *g);
		if (!g)
			return no_memory(e);
		t->api->grad(t->m, i, g);
		ok = add_named(w, "grad", &table[i], table[i].bias ? 1 : 2, shape, g, e);
		free(g);
	}
	return ok;
}

static bool probe_temporal(npz_writer *w, trial *t, err *e)
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	long T = t->r.T;
	for (int i = 0; i < n; i++)
		if (!add_named(w, "temporal", &table[i], 1, &T, t->r.temporal[i], e))
			return false;
	return npz_add(w, "temporal_total", NPY_F64, 1, &T, t->r.temporal_total, e);
}

static bool probe_dh_norm(npz_writer *w, trial *t, err *e)
{
	long T = t->r.T;
	return npz_add(w, "dh_norm", NPY_F64, 1, &T, t->r.dh_norm, e);
}

static bool probe_delta_norm(npz_writer *w, trial *t, err *e)
{
	long T = t->r.T;
	return npz_add(w, "delta_norm", NPY_F64, 1, &T, t->r.delta_norm, e);
}

static bool probe_jacobian(npz_writer *w, trial *t, err *e)
{
	long shape[2] = {t->r.T, t->r.T};
	if (!t->api->carries(t->m))
		return true; /* nothing to derive */
	double *J = malloc((size_t)t->r.T * (size_t)t->r.T * sizeof *J);
	if (!J)
		return no_memory(e);
	bool ok = t->api->jacobian(t->m, 0, J, e) && npz_add(w, "jacobian", NPY_F64, 2, shape, J, e);
	free(J);
	return ok;
}

/* The recurrent matrices in *W (to be freed): gates × n × n. n = 0: the cell carries nothing by a matrix. */
static bool recurrent(trial *t, double **W, int *gates, int *n, err *e)
{
	const model_block *table;
	const char *name;
	int blocks = t->api->blocks(t->m, &table);
	*gates = 1;
	*n = trial_transition(t, NULL, &name);
	for (int i = 0; i < blocks; i++)
		if (table[i].recurrent && table[i].layer == 0 && table[i].gates > 1 && table[i].copies == 1) {
			*W = malloc((size_t)table[i].rows * (size_t)table[i].cols * sizeof **W);
			if (!*W)
				return no_memory(e);
			*gates = table[i].gates;
			t->api->get(t->m, i, *W);
			return true;
		}
	*W = malloc(((size_t)*n * (size_t)*n + 1) * sizeof **W);
	if (!*W)
		return no_memory(e);
	trial_transition(t, *W, &name);
	return true;
}

/* H values for one gate, gates × H for several; complex pairs when eig, else singular values. */
static bool spectrum(npz_writer *w, trial *t, bool eig, err *e)
{
	double *W = NULL;
	int gates = 0, H = 0;
	if (!recurrent(t, &W, &gates, &H, e))
		return false;
	if (H == 0) {
		free(W);
		return true;
	}
	double *re = malloc(2 * (size_t)H * sizeof *re), *out = malloc(2 * (size_t)gates * (size_t)H * sizeof *out);
	bool ok = (re && out) || no_memory(e);
	for (int g = 0; g < gates && ok; g++) {
		const double *A = W + (size_t)g * (size_t)H * (size_t)H;
		ok = eig ? eig_values(H, A, re, re + H, e) : eig_singular(H, H, A, out + g * H, e);
		for (int i = 0; i < H && ok && eig; i++) {
			out[2 * (g * H + i)] = re[i];
			out[2 * (g * H + i) + 1] = re[H + i];
		}
	}
	long shape[2] = {gates, H};
	ok = ok && npz_add(w, eig ? "eig" : "singular", eig ? NPY_C128 : NPY_F64, gates > 1 ? 2 : 1,
	                   gates > 1 ? shape : shape + 1, out, e);
	free(W);
	free(re);
	free(out);
	return ok;
}

static bool probe_eig(npz_writer *w, trial *t, err *e)
{
	return spectrum(w, t, true, e);
}

static bool probe_singular(npz_writer *w, trial *t, err *e)
{
	return spectrum(w, t, false, e);
}

static probe_fn *const probes[] = {
#define PROBE(name, summary) probe_##name,
#include "run/probes.def"
#undef PROBE
};

static bool write_npz(trial *t, const char *path, err *e)
{
	npz_writer *w = npz_writer_new(path, e);
	bool ok = w != NULL;
	for (size_t i = 0; i < sizeof probes / sizeof *probes && ok; i++)
		ok = probes[i](w, t, e);
	if (ok)
		return npz_writer_commit(w, e);
	npz_writer_abort(w);
	return false;
}

static bool write_csv(trial *t, const char *path, err *e)
{
	file_save s;
	if (!file_save_open(&s, path, e))
		return false;
	FILE *f = file_save_stream(&s);
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	fputs("step", f);
	for (int i = 0; i < n; i++)
		fprintf(f, ",temporal.%s", table[i].name);
	fputs(",temporal_total,dh_norm,delta_norm\n", f);
	for (int k = 0; k < t->r.T; k++) {
		fprintf(f, "%d", k + 1);
		const double *columns[MODEL_BLOCKS + 3];
		for (int i = 0; i < n; i++)
			columns[i] = t->r.temporal[i];
		columns[n] = t->r.temporal_total;
		columns[n + 1] = t->r.dh_norm;
		columns[n + 2] = t->r.delta_norm;
		for (int i = 0; i < n + 3; i++) {
			fputc(',', f);
			csv_number(f, columns[i][k]);
		}
		fputc('\n', f);
	}
	return file_save_commit(&s, e);
}

/* Prints the comparison; the exit status. */
static int check_gradient(trial *t)
{
	err e;
	gradcheck g;
	double limit = t->api->real_size == sizeof(double) ? 1e-6 : 1e-2;
	bool good = true;
	if (!gradcheck_run(t, 2e-3, 400, &g, &e))
		return cli_fail(&e);
	for (int i = 0; i < g.blocks; i++) {
		good = good && g.worst[i] < limit;
		printf("%-20s %6ld weights, largest relative error %.2g\n", g.block[i], g.checked[i], g.worst[i]);
	}
	printf("gradient %s (limit %.0e)\n",
	        good ? "agrees with central differences" : "DIFFERS from central differences", limit);
	return good ? 0 : ERR_CHECK;
}

/* Files bring their own sizes: the whole data file is one batch, and the net is as wide as its weights. */
static bool take_sizes(config *c, const config *given, const char *weights, const char *data, err *e)
{
	int hidden, outputs;
	char number[32];
	if (data && (!config_set(c, "task", "data", e) || !config_set(c, "data", data, e)))
		return false;
	if (data && config_is_default(given, KNOB_batch) && !config_set(c, "batch", "4096", e))
		return false;
	if (!weights)
		return true;
	if (!weights_shape(weights, &hidden, &outputs, e))
		return false;
	snprintf(number, sizeof number, "%d", hidden);
	if (config_is_default(given, KNOB_hidden) && !config_set(c, "hidden", number, e))
		return false;
	snprintf(number, sizeof number, "%d", outputs);
	bool own_classes = strcmp(config_choice(c, KNOB_task), "data") == 0 && config_is_default(given, KNOB_classes);
	return !own_classes || outputs > 1000 || config_set(c, "classes", number, e);
}

/* The batch once more as a script for PyTorch. */
static bool write_pytorch(trial *t, const char *path, err *e)
{
	static char state[STATE_TEXT];
	file_save s;
	if (!file_save_open(&s, path, e))
		return false;
	if (pytorch_script(t, config_state(&t->c, t->update, state, sizeof state), file_save_stream(&s), e))
		return file_save_commit(&s, e);
	file_save_abort(&s);
	return false;
}

typedef struct wishes {
	const char *weights, *out, *csv, *pytorch;
	bool check;
} wishes;

static int measure(trial *t, const run_state *s, int arm, const wishes *w)
{
	err e;
	cli_catch_interrupt();
	cli_progress p = cli_progress_start("training");
	while (t->update < s->update && !t->diverged && !cli_interrupted()) {
		trial_step(t);
		trial_follow(t, s->edit, s->edits, arm);
		cli_progress_show(&p, t->update, s->update);
	}
	cli_progress_end(&p);
	if (t->diverged)
		return err_check(&e, "%s", t->message), cli_fail(&e);
	if (cli_interrupted())
		return err_check(&e, "interrupted after update %ld; nothing was written", t->update), cli_fail(&e);
	if (w->weights && !weights_load(t, w->weights, &e))
		return cli_fail(&e);
	trial_measure(t);
	if (!t->r.finite)
		return err_check(&e, "%s is not finite at step %d", t->r.bad_where, t->r.bad_step), cli_fail(&e);
	char loss[32], norm[32];
	printf("loss %s, gradient norm %s, %d steps\n", text_exact(loss, sizeof loss, t->r.loss),
	        text_exact(norm, sizeof norm, t->r.grad_norm), t->r.T);
	if ((w->out && !write_npz(t, w->out, &e)) || (w->csv && !write_csv(t, w->csv, &e)) ||
	        (w->pytorch && !write_pytorch(t, w->pytorch, &e)))
		return cli_fail(&e);
	return w->check ? check_gradient(t) : 0;
}

static int run(int argc, char **argv)
{
	err e;
	static run_state s;
	const char *data = NULL, *arm_name = NULL;
	wishes w = {0};
	const option options[] = {{"--weights", &w.weights, NULL}, {"--data", &data, NULL}, {"--out", &w.out, NULL},
	        {"--csv", &w.csv, NULL}, {"--pytorch", &w.pytorch, NULL}, {"--check", NULL, &w.check},
	        {"--arm", &arm_name, NULL}};
	enum { COUNT = sizeof options / sizeof *options };
	if (!cli_parse_state(argc, argv, options, COUNT, &s, &e))
		return cli_fail(&e);
	int arm = cli_arm(&s, arm_name, &e);
	if (arm < 0)
		return cli_fail(&e);
	config c = state_config(&s, arm, 0);
	if (!w.out && !w.csv && !w.pytorch && !w.check)
		return err_input(&e, "nowhere to write; allowed: --out P.npz, --csv F, --pytorch F.py, --check"),
		       cli_fail(&e);
	const char *files[] = {w.out, w.csv, w.pytorch};
	for (int i = 0; i < 3; i++)
		if (files[i] && !file_check_writable(files[i], &e))
			return cli_fail(&e);
	config given = c;
	if (!take_sizes(&c, &given, w.weights, data, &e))
		return cli_fail(&e);
	trial *t = trial_new(&c, &e);
	if (!t)
		return cli_fail(&e);
	int status = measure(t, &s, arm, &w);
	trial_free(t);
	return status;
}

const cli cli_probe = {"probe",
        "probe ['STATE'] [--set K=V]… [--weights W.npz] [--data D.npz] [--out P.npz] [--csv F] [--pytorch F.py] "
        "[--check] [--arm NAME]",
        "measure one batch: gradients, temporal norms, Jacobians, spectrum", run};
