/* Every view of the registry as numbers: what a table holds is what the snap holds, and what the files hold is what the
 * table holds. */
#include "fake_snap.h"
#include "io/file.h"
#include "io/npz.h"
#include "view/view.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/unroll-data-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static const char *path_of(const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static bool same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static const data_column *column(const view_data *d, const char *view_name, int arm, const char *part, const char *name)
{
	const data_column *c = data_column_find(data_find(d, view_name, part, arm), name);
	if (!c)
		fail_msg("no column %s.%s.%s of arm %d", view_name, part, name, arm);
	return c;
}

static void has_floats(
        const view_data *d, const char *v, int arm, const char *part, const char *name, const float *value, int n)
{
	const data_column *c = column(d, v, arm, part, name);
	assert_int_equal(c->n, n);
	for (int i = 0; i < n; i++)
		assert_true(same(c->value[i], (double)value[i]));
}

/* ---- every view ---- */

static void every_view_has_numbers(void **state)
{
	(void)state;
	for (int v = 0; v < views_count; v++) {
		view_data d;
		long values = 0;
		if (!views[v]->data)
			fail_msg("view %s has no numbers", views[v]->name);
		data_collect(&d, &views[v], 1, fake_snap(FAKE_ORDINARY));
		assert_false(d.failed);
		for (int p = 0; p < d.parts; p++) {
			assert_string_equal(d.part[p].view, views[v]->name);
			for (int c = 0; c < d.part[p].columns; c++) {
				const data_column *k = &d.part[p].column[c];
				assert_true(k->name[0] && k->about[0]);
				assert_null(strpbrk(k->name, ",\"\n "));
				assert_null(strchr(k->about, '\n'));
				assert_ptr_equal(data_column_find(&d.part[p], k->name), k); /* no name twice */
				for (long i = 0; i < k->n; i++)
					values += k->text ? k->text[i] != NULL : isfinite(k->value[i]);
			}
		}
		if (values < 5)
			fail_msg("view %s gives %ld values of an ordinary run", views[v]->name, values);
		data_done(&d);
	}
}

static void every_snap_is_taken(void **state)
{
	(void)state;
	for (int k = 0; k < FAKE_COUNT; k++) {
		view_data d;
		data_collect(&d, views, views_count, fake_snap((fake)k));
		assert_false(d.failed);
		assert_true(d.parts > 0);
		data_done(&d);
	}
}

static void counts_out_of_range(void **state)
{
	(void)state;
	static const int counts[] = {-1, 0, 1, 1000000};
	snap *s = malloc(sizeof *s);
	assert_non_null(s);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		*s = *fake_snap(FAKE_ORDINARY);
		snap_arm *a = &s->arm[0];
		snap_matrices *m = &a->matrices;
		snap_tape *t = &a->tape;
		a->T = a->total.T = a->ghosts = a->blocks = a->eigs = a->fall_rows = a->fall_cols = counts[i];
		m->T = m->steps = m->values = m->rows = m->cols = m->horizons = a->baselines = counts[i];
		t->T = t->units = t->layers = t->rows = t->gates = t->inputs = t->outputs = t->sampled = counts[i];
		t->classes = t->symbols = true;
		memset(t->sample, 0x7f, sizeof t->sample);
		for (int k = 0; k < SNAP_SCALARS; k++)
			a->series[k].n = counts[i];
		view_data d;
		data_collect(&d, views, views_count, s);
		assert_false(d.failed);
		data_done(&d);
	}
	free(s);
}

/* ---- the numbers are those of the snap ---- */

static void numbers_are_those_of_the_snap(void **state)
{
	(void)state;
	const snap *s = fake_snap(FAKE_ARMS);
	view_data d;
	data_collect(&d, views, views_count, s);
	for (int i = 0; i < s->arms; i++) {
		const snap_arm *a = &s->arm[i];
		const snap_matrices *m = &a->matrices;
		const snap_tape *t = &a->tape;
		char name[64];
		has_floats(&d, "temporal", i, "curves", "log10_total", a->total.norm, a->total.T);
		has_floats(&d, "temporal", i, "curves", "log10_dh", a->dh_norm, a->total.T);
		snprintf(name, sizeof name, "log10_%s", a->block[0]);
		has_floats(&d, "temporal", i, "curves", name, a->temporal[0], a->total.T);
		has_floats(&d, "loss", i, "curve", "loss_mean", a->series[SNAP_LOSS].mean, a->series[SNAP_LOSS].n);
		has_floats(&d, "loss", i, "curve", "loss_low", a->series[SNAP_LOSS].low, a->series[SNAP_LOSS].n);
		has_floats(
		        &d, "metric", i, "curve", "share_high", a->series[SNAP_METRIC].high, a->series[SNAP_METRIC].n);
		has_floats(&d, "norms", i, "before", "norm_mean", a->series[SNAP_GRAD_NORM].mean,
		        a->series[SNAP_GRAD_NORM].n);
		has_floats(&d, "norms", i, "histogram", "count", a->grad_histogram, SNAP_BINS);
		has_floats(&d, "spectrum", i, "eigenvalues", "re", a->eig_re, a->eigs);
		has_floats(&d, "spectrum", i, "eigenvalues", "im", a->eig_im, a->eigs);
		has_floats(&d, "spectrum", i, "singular", "singular", a->singular, a->eigs);
		has_floats(&d, "truncation", i, "curve", "cosine", m->cosine, m->horizons);
		has_floats(&d, "itemised", i, "losses", "log10_sum", m->row_sum, m->rows);
		has_floats(&d, "jacobian", i, "last", "log10_norm", m->last, m->T);
		has_floats(&d, "gates", i, "gates", "log10_kept", t->path, t->has_path && t->gates ? t->T : 0);
		const data_column *J = column(&d, "jacobian", i, "norms", "log10_norm");
		for (int j = 0; j < m->steps; j++)
			for (int k = 0; k < m->steps; k++)
				assert_true(same(J->value[j * m->steps + k], (double)m->jacobian[j][k]));
		const data_column *h = column(&d, "activity", i, "hidden", "h");
		assert_int_equal(h->n, t->rows * t->T);
		assert_true(same(h->value[t->T + 3], (double)t->hidden[1][3]));
		const data_column *fall = column(&d, "temporal", i, "waterfall", "log10_total");
		assert_int_equal(fall->n, a->fall_rows * a->fall_cols);
		assert_true(same(fall->value[a->fall_cols + 2], (double)a->fall[1][2]));
	}
	data_done(&d);
}

/* Updates of the points: the first one of each bucket, its last, and their middle. */
static void updates_of_a_thinned_curve(void **state)
{
	(void)state;
	static snap_series s = {.n = 3, .first = 1, .stride = 4, .mean = {1, 2, 3}, .low = {0}, .high = {5, 6, 7}};
	view_data d = {.view = "test"};
	data_series(&d, "curve", 0, &s, "loss", "loss");
	assert_true(column(&d, "test", 0, "curve", "update")->value[1] == 6.5);
	assert_true(column(&d, "test", 0, "curve", "update_first")->value[1] == 5);
	assert_true(column(&d, "test", 0, "curve", "update_last")->value[2] == 12);
	data_done(&d);
}

/* ---- files ---- */

static int fields(const char *line)
{
	int n = 1;
	bool quoted = false;
	for (; *line && *line != '\n'; line++) {
		quoted ^= *line == '"';
		n += *line == ',' && !quoted;
	}
	return n;
}

static void csv_is_one_table(void **state)
{
	(void)state;
	const snap *s = fake_snap(FAKE_FOUR);
	unsigned char *text;
	size_t size;
	view_data d;
	err e = {0};
	const char *path = path_of("all.csv");
	data_collect(&d, views, views_count, s);
	assert_true(data_write_csv(&d, s, "unroll/1 T=3 @5", path, &e));
	assert_true(file_read_all(path, (size_t)1 << 30, &text, &size, &e));
	long rows = 0, wanted = 0;
	int width = 0;
	assert_memory_equal(text, "# unroll/1 T=3 @5\n", 18);
	for (char *rest = (char *)text, *line; (line = strsep(&rest, "\n"));) {
		if (line[0] == '#' || !line[0])
			continue;
		if (width == 0) {
			assert_memory_equal(line, "view,part,arm,", 14);
			width = fields(line);
			continue;
		}
		rows++;
		assert_int_equal(fields(line), width);
	}
	for (int p = 0; p < d.parts; p++)
		wanted += d.part[p].rows * (d.part[p].cols > 0 ? d.part[p].cols : 1);
	assert_int_equal(rows, wanted);
	free(text);
	data_done(&d);
	unlink(path);
}

static void npz_holds_every_column(void **state)
{
	(void)state;
	const snap *s = fake_snap(FAKE_ARMS);
	view_data d;
	err e = {0};
	const char *path = path_of("all.npz");
	int numbers = 0;
	char text[256];
	data_collect(&d, views, views_count, s);
	assert_true(data_write_npz(&d, s, "unroll/1 T=3 @5", path, &e));
	npz *z = npz_open(path, &e);
	assert_non_null(z);
	assert_true(npz_text(z, "state", text, sizeof text, &e));
	assert_string_equal(text, "unroll/1 T=3 @5");
	for (int p = 0; p < d.parts; p++)
		for (int c = 0; c < d.part[p].columns; c++) {
			const data_part *part = &d.part[p];
			const data_column *k = &part->column[c];
			char name[128], arm[16] = "";
			if (part->arm != DATA_SHARED)
				snprintf(arm, sizeof arm, ".arm%d", part->arm);
			snprintf(name, sizeof name, "%s%s.%s.%s", part->view, arm, part->name, k->name);
			assert_true(npz_has(z, name));
			if (k->text || k->n == 0)
				continue;
			const npy *a = npz_find(z, name, &e);
			assert_non_null(a);
			assert_int_equal(a->ndim, k->along == DATA_CELLS ? 2 : 1);
			assert_int_equal(a->count, k->n);
			for (long i = 0; i < k->n; i++)
				assert_true(same(npy_at(a, (size_t)i), k->value[i]));
			numbers++;
		}
	assert_true(numbers > 100);
	npz_close(z);
	data_done(&d);
	unlink(path);
}

static void errors(void **state)
{
	(void)state;
	const snap *s = fake_snap(FAKE_EMPTY);
	view_data none = {0}, lost = {.failed = true};
	err e = {0};
	const char *path = path_of("none.csv");
	assert_false(data_write_csv(&none, s, "", path, &e));
	assert_int_equal(e.code, ERR_INPUT);
	assert_false(data_write_npz(&lost, s, "", path, &e));
	assert_int_equal(e.code, ERR_MACHINE);
	assert_int_not_equal(access(path, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_view_has_numbers),
	        cmocka_unit_test(every_snap_is_taken),
	        cmocka_unit_test(counts_out_of_range),
	        cmocka_unit_test(numbers_are_those_of_the_snap),
	        cmocka_unit_test(updates_of_a_thinned_curve),
	        cmocka_unit_test(csv_is_one_table),
	        cmocka_unit_test(npz_holds_every_column),
	        cmocka_unit_test(errors),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
