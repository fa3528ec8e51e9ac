/* Against PyTorch: losses, gradients, temporal norms, Jacobians and ten updates of every optimizer, from the files that
 * tests/fixtures/make_fixtures.py has written. */
#include "io/npz.h"
#include "run/weights.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "tests/fixtures/"

typedef struct fixture {
	char file[64], cell[16], activation[16], loss[16], at[8], reduce[8];
	const char *more; /* other knobs */
} fixture;

static const npy *find(npz *z, const char *what, const char *name)
{
	err e;
	char key[NPY_NAME];
	snprintf(key, sizeof key, "%s%s", what, name);
	const npy *a = npz_find(z, key, &e);
	if (!a)
		fail_msg("%s", e.text);
	return a;
}

/* Relative to the size of the whole array: single entries may be rounding noise. */
static void close_to(const char *file, const char *what, const double *ours, const npy *theirs, double tolerance)
{
	double difference = 0, size = 0;
	for (size_t i = 0; i < theirs->count; i++) {
		double a = ours[i], b = npy_at(theirs, i);
		if (isnan(a) && isnan(b))
			continue;
		difference = fmax(difference, fabs(a - b));
		size = fmax(size, fabs(b));
		if (isnan(a) != isnan(b))
			difference = INFINITY;
	}
	if (!(difference <= tolerance * size))
		fail_msg("%s: %s differs by %.3g of %.3g", file, what, difference, size);
}

/* Every single step of a norm curve that spans many decades. */
static void each_close(const char *file, const char *what, const double *ours, const npy *theirs, double tolerance)
{
	for (size_t i = 0; i < theirs->count; i++) {
		double a = ours[i], b = npy_at(theirs, i);
		if (!(fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b))))
			fail_msg("%s: %s at step %zu: %.17g, PyTorch %.17g", file, what, i + 1, a, b);
	}
}

static trial *open_fixture(const fixture *f, const char *settings)
{
	err e;
	config c;
	long update;
	int hidden, outputs;
	char path[128], state[512];
	snprintf(path, sizeof path, FOLDER "%s", f->file);
	if (!weights_shape(path, &hidden, &outputs, &e))
		fail_msg("%s", e.text);
	snprintf(state, sizeof state,
	        "unroll/1 precision=f64 task=data data=%s cell=%s activation=%s loss=%s loss_at=%s reduce=%s hidden=%d "
	        "classes=%d batch=100 %s %s",
	        path, f->cell, f->activation, f->loss, f->at, f->reduce, hidden, outputs, f->more, settings);
	if (!config_read_state(&c, &update, state, &e))
		fail_msg("%s", e.text);
	trial *t = trial_new(&c, &e);
	if (!t || !weights_load(t, path, &e))
		fail_msg("%s: %s", f->file, e.text);
	return t;
}

static void check_gradient(const fixture *f, npz *z, trial *t)
{
	trial_measure(t);
	close_to(f->file, "loss", &t->r.loss, find(z, "loss", ""), 1e-9);
	close_to(f->file, "grad_norm", &t->r.grad_norm, find(z, "grad_norm", ""), 1e-9);
	const model_block *table;
	int blocks = t->api->blocks(t->m, &table);
	for (int i = 0; i < blocks; i++) {
		double *g = calloc((size_t)(table[i].rows * table[i].cols), sizeof *g);
		t->api->grad(t->m, i, g);
		close_to(f->file, table[i].name, g, find(z, "grad.", table[i].name), 1e-9);
		each_close(f->file, table[i].name, t->r.temporal[i], find(z, "temporal.", table[i].name), 1e-9);
		if (table[i].twin)
			close_to(f->file, table[i].twin, g, find(z, "grad.", table[i].twin), 1e-9);
		free(g);
	}
	each_close(f->file, "dh_norm", t->r.dh_norm, find(z, "dh_norm", ""), 1e-9);
	each_close(f->file, "delta_norm", t->r.delta_norm, find(z, "delta_norm", ""), 1e-9);
	double *J = calloc((size_t)t->r.T * (size_t)t->r.T, sizeof *J);
	err e;
	if (!t->api->jacobian(t->m, 0, J, &e))
		fail_msg("%s", e.text);
	const npy *theirs = find(z, "jacobian", "");
	for (size_t i = 0; i < theirs->count; i++)
		if (!(isnan(J[i]) && isnan(npy_at(theirs, i))) && !(J[i] == npy_at(theirs, i)) &&
		        !(fabs(J[i] - npy_at(theirs, i)) < 1e-8))
			fail_msg("%s: jacobian[%zu] is %.17g, PyTorch %.17g", f->file, i, J[i], npy_at(theirs, i));
	free(J);
}

/* As make_fixtures.py has set PyTorch's. */
static const struct {
	const char *name, *settings;
} optimizers[] = {{"sgd", "optimizer=sgd"}, {"momentum", "optimizer=momentum momentum=0.9"},
        {"nesterov", "optimizer=nesterov momentum=0.9"}, {"rmsprop", "optimizer=rmsprop decay=0.99 eps=1e-8"},
        {"adam", "optimizer=adam beta1=0.9 beta2=0.999 eps=1e-8"}, {"adagrad", "optimizer=adagrad eps=1e-10"},
        {"adagrad_decay", "optimizer=adagrad lr_decay=0.1 eps=1e-10"},
        {"adadelta", "optimizer=adadelta lr=1 decay=0.9 eps=1e-6"},
        {"rmsprop_other", "optimizer=rmsprop decay=0.9 eps=1e-3"},
        {"adam_other", "optimizer=adam beta1=0.8 beta2=0.95 eps=1e-3"}};
enum { OPTIMIZERS = sizeof optimizers / sizeof *optimizers };

/* False when the file has no such optimizer. */
static bool check_optimizer(const fixture *f, npz *z, int row)
{
	const char *optimizer = optimizers[row].name;
	char settings[160] = "", key[NPY_NAME];
	snprintf(key, sizeof key, "after.%s.readout.weight", optimizer);
	if (!npz_has(z, key))
		return false;
	snprintf(settings, sizeof settings, "lr=0.01 %s ", optimizers[row].settings);
	for (int value = 0; value < 2; value++) {
		const char *name = value ? "clip_value_at" : "clip_norm_at";
		if (npz_has(z, name))
			snprintf(settings + strlen(settings), sizeof settings - strlen(settings),
			        "clip=%s clip_at=%.17g", value ? "value" : "norm", npy_at(find(z, name, ""), 0));
	}
	trial *t = open_fixture(f, settings);
	for (int i = 0; i < 10; i++)
		trial_step(t);
	const model_block *table;
	int blocks = t->api->blocks(t->m, &table);
	for (int i = 0; i < blocks; i++) {
		double *W = calloc((size_t)(table[i].rows * table[i].cols), sizeof *W);
		t->api->get(t->m, i, W);
		snprintf(key, sizeof key, "after.%s.", optimizer);
		close_to(f->file, key, W, find(z, key, table[i].name), 1e-8);
		free(W);
	}
	trial_free(t);
	return true;
}

static void pytorch(void **unused)
{
	(void)unused;
	FILE *index = fopen(FOLDER "index.txt", "r");
	assert_non_null(index);
	char line[256];
	int files = 0, layered = 0, decayed = 0, compared[OPTIMIZERS] = {0};
	while (fgets(line, sizeof line, index)) {
		fixture f;
		int end = 0;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || sscanf(line, "%63s %15s %15s %15s %7s %7s%n", f.file, f.cell, f.activation,
		                              f.loss, f.at, f.reduce, &end) != 6)
			continue;
		f.more = line + end;
		char path[128];
		snprintf(path, sizeof path, FOLDER "%s", f.file);
		err e;
		npz *z = npz_open(path, &e);
		if (!z)
			fail_msg("%s", e.text);
		static const char *const settings[] = {"backend=native", "backend=blas", "backend=blas threads=2"};
		for (int i = 0; i < 3; i++) {
			trial *t = open_fixture(&f, settings[i]);
			check_gradient(&f, z, t);
			trial_free(t);
		}
		for (int i = 0; i < OPTIMIZERS; i++)
			compared[i] += check_optimizer(&f, z, i);
		npz_close(z);
		files++;
		layered += strstr(f.more, "layers=") != NULL;
		decayed += strstr(f.more, "l2=") != NULL;
	}
	fclose(index);
	printf("fixtures: %d files, %d with several layers, %d with l2\n", files, layered, decayed);
	assert_true(files >= 70 && layered >= 12 && decayed >= 3);
	for (int i = 0; i < OPTIMIZERS; i++)
		if (compared[i] < 9)
			fail_msg("%s is compared in %d files only", optimizers[i].name, compared[i]);
}

/* Files of make_batch_norm.py. */
static void batch_normalisation(void **unused)
{
	(void)unused;
	static const struct {
		const char *cell, *loss, *at;
	} nets[] = {{"rnn", "mse", "all"}, {"lstm", "xent", "all"}, {"rnn", "xent", "last"}};
	static const char *const where[] = {"input", "readout", "both"}, *const settings[] = {"backend=native",
	                                                                         "backend=blas threads=2"};
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 3; k++)
			for (int s = 0; s < 2; s++) {
				fixture f = {.activation = "tanh", .reduce = "mean", .more = ""};
				char path[128], more[64];
				err e;
				snprintf(f.file, sizeof f.file, "batch_norm-%s-%s-%s-%s.npz", nets[i].cell,
				        nets[i].loss, nets[i].at, where[k]);
				snprintf(f.cell, sizeof f.cell, "%s", nets[i].cell);
				snprintf(f.loss, sizeof f.loss, "%s", nets[i].loss);
				snprintf(f.at, sizeof f.at, "%s", nets[i].at);
				snprintf(path, sizeof path, FOLDER "%s", f.file);
				snprintf(more, sizeof more, "batch_norm=%s %s", where[k], settings[s]);
				npz *z = npz_open(path, &e);
				if (!z)
					fail_msg("%s", e.text);
				trial *t = open_fixture(&f, more);
				check_gradient(&f, z, t);
				trial_free(t);
				npz_close(z);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(pytorch), cmocka_unit_test(batch_normalisation)};
	return cmocka_run_group_tests_name("fixtures", tests, NULL, NULL);
}
