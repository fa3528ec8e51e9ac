/* Every task of the registry: shapes, determinism in both precisions, targets worked out again from the inputs, places
 * and balance, plateaus, names, finite sets, noise, scaling, and the files they read, hostile ones too. */
#include "io/file.h"
#include "run/dataset.h"
#include "run/trial.h"

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

static char folder[64];

static const char *file_named(const char *name)
{
	static char path[4][192];
	static int next;
	char *p = path[next++ % 4];
	snprintf(p, sizeof path[0], "%s/%s", folder, name);
	return p;
}

static const char *write_file(const char *name, const void *bytes, size_t size)
{
	const char *path = file_named(name);
	err e;
	if (!file_write_all(path, bytes, size, &e))
		fail_msg("%s", e.text);
	return path;
}

static const char *write_text(const char *name, const char *text)
{
	return write_file(name, text, strlen(text));
}

static int make_folder(void **unused)
{
	(void)unused;
	snprintf(folder, sizeof folder, "/tmp/unroll-tasks-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **unused)
{
	(void)unused;
	static const char *const names[] = {
	        "data.csv", "bad.csv", "bad.txt", "text.txt", "path.csv", "visits.csv", "big.csv"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(file_named(names[i]));
	return rmdir(folder);
}

/* ---- runs ---- */

static config read_config(const char *state)
{
	err e;
	config c;
	long update;
	if (!config_read_state(&c, &update, state, &e))
		fail_msg("%s: %s", state, e.text);
	if (!config_uses(&c, KNOB_hidden)) { /* the task is the whole system: no hidden=3, no sigma=0 */
		config plain;
		config_default(&plain);
		c.v[KNOB_hidden] = plain.v[KNOB_hidden];
		c.v[KNOB_sigma] = plain.v[KNOB_sigma];
	}
	return c;
}

__attribute__((format(printf, 1, 2))) static trial *open_trial(const char *format, ...)
{
	char state[512] = "unroll/1 hidden=3 ";
	va_list args;
	va_start(args, format);
	vsnprintf(state + strlen(state), sizeof state - strlen(state), format, args);
	va_end(args);
	err e;
	config c = read_config(state);
	trial *t = trial_new(&c, &e);
	if (!t)
		fail_msg("%s: %s", state, e.text);
	return t;
}

/* The settings are refused with this message (a part of it). */
static void refused(const char *settings, const char *why)
{
	char state[512];
	snprintf(state, sizeof state, "unroll/1 hidden=3 %s", settings);
	err e = {0};
	config c = read_config(state);
	trial *t = trial_new(&c, &e);
	if (t || !strstr(e.text, why))
		fail_msg("%s: %s, not '%s'", state, t ? "accepted" : e.text, why);
	assert_int_equal(e.code, ERR_INPUT);
	assert_true(!strchr(e.text, '\n'));
}

static void at_update(trial *t, long update)
{
	t->update = update;
	trial_measure(t);
}

static const batch *batch_of(const trial *t)
{
	return t->api->batch(t->m);
}

static bool is_double(const trial *t)
{
	return t->api->real_size == sizeof(double);
}

static double x_at(const trial *t, int step, int sequence, int k)
{
	const batch *b = batch_of(t);
	long at = (long)step * b->x_t + (long)sequence * b->x_b + k;
	return is_double(t) ? ((const double *)b->x)[at] : (double)((const float *)b->x)[at];
}

static double y_at(const trial *t, int step, int sequence, int o)
{
	const batch *b = batch_of(t);
	long at = (long)step * b->y_t + (long)sequence * b->O + o;
	return is_double(t) ? ((const double *)b->y)[at] : (double)((const float *)b->y)[at];
}

static int label_at(const trial *t, int step, int sequence)
{
	const batch *b = batch_of(t);
	return b->label[(long)step * b->label_t + sequence];
}

static bool asked_at(const trial *t, int step, int sequence)
{
	const batch *b = batch_of(t);
	return step < b->length[sequence] && b->mask[(size_t)step * (size_t)b->B_max + (size_t)sequence];
}

/* Index of the one input that is 1 while the others are 0. */
static int symbol_at(const trial *t, int step, int sequence)
{
	int found = -1;
	for (int k = 0; k < batch_of(t)->I; k++) {
		double x = x_at(t, step, sequence, k);
		assert_true(x == 0 || x == 1);
		if (x == 1) {
			assert_int_equal(found, -1);
			found = k;
		}
	}
	assert_true(found >= 0);
	return found;
}

/* The tasks by name, with what they need beside it. */
static const char *settings_of(const char *name)
{
	static char with_file[256];
	if (strcmp(name, "fixed_point") == 0 || strcmp(name, "power") == 0)
		return "w=0.9";
	if (strcmp(name, "linear") == 0)
		return "w=0.9 b=0.1";
	if (strcmp(name, "data") != 0)
		return "";
	const char *path =
	        write_text("data.csv", "sequence,step,a,b,target\n1,1,0.5,2,\n1,2,1.5,,0\n2,1,3,1,1\n3,1,-1,4,\n"
	                               "3,2,0,0,2\n3,4,7,7,0\n4,1,1,1,1\n");
	snprintf(with_file, sizeof with_file, "data=%s", path);
	return with_file;
}

static int row_of(const char *name)
{
	for (int i = 0; i < tasks_count_f64; i++)
		if (strcmp(tasks_f64[i]->name, name) == 0)
			return i;
	fail_msg("no task %s", name);
	return -1;
}

/* ---- all tasks ---- */

/* Inputs and targets of the batches in force agree; `tolerance` for numbers. */
static void same_batch(const trial *p, const trial *q, double tolerance)
{
	const batch *b = batch_of(p), *c = batch_of(q);
	assert_true(b->T == c->T && b->B == c->B && b->I == c->I && b->O == c->O);
	for (int i = 0; i < b->B; i++) {
		assert_int_equal(b->length[i], c->length[i]);
		for (int t = 0; t < b->T; t++) {
			for (int k = 0; k < b->I; k++)
				assert_true(fabs(x_at(p, t, i, k) - x_at(q, t, i, k)) <=
				            tolerance * (1 + fabs(x_at(p, t, i, k))));
			bool target = b->y_t || b->label_t ? asked_at(p, t, i) : t == 0;
			if (b->y_t || b->label_t)
				assert_int_equal(asked_at(p, t, i), asked_at(q, t, i));
			if (target && b->classes)
				assert_int_equal(label_at(p, t, i), label_at(q, t, i));
			for (int o = 0; o < b->O && target && !b->classes; o++)
				assert_true(fabs(y_at(p, t, i, o) - y_at(q, t, i, o)) <=
				            tolerance * (1 + fabs(y_at(p, t, i, o))));
		}
	}
}

static void shapes_hold(const trial *t)
{
	const batch *b = batch_of(t);
	assert_true(b->I == t->shape.I && b->O == t->shape.O && b->T >= 1 && b->T <= t->shape.T_max);
	assert_true(t->shape.classes == 0 || t->shape.classes == t->shape.O);
	assert_true(t->shape.criterion && t->shape.variant && (t->shape.baselines >= 1 || t->shape.unit));
	assert_true(strlen(t->shape.criterion) <= 38);
	assert_true(t->shape.real_first + t->shape.real_inputs <= t->shape.I);
	for (int i = 0; i < t->shape.baselines; i++) {
		assert_true(isfinite(t->shape.baseline[i]) && t->shape.baseline[i] >= 0);
		assert_true(strlen(t->shape.baseline_label[i]) <= 31);
	}
	for (int i = 0; i < b->B; i++) {
		int asked = 0;
		for (int s = 0; s < b->length[i]; s++) {
			asked += !t->shape.y_per_step || asked_at(t, s, i);
			for (int k = 0; k < b->I; k++)
				assert_true(isfinite(x_at(t, s, i, k)));
			if (!t->shape.classes || (t->shape.y_per_step && !asked_at(t, s, i)))
				continue;
			assert_true(label_at(t, s, i) >= 0 && label_at(t, s, i) < t->shape.classes);
		}
		assert_true(asked > 0);
	}
}

/* The same batch in a run that got there step by step, in one that jumped, and in the other precision. */
static void tasks_are_deterministic(void **unused)
{
	(void)unused;
	for (int i = 0; i < tasks_count_f64; i++)
		for (int size = 0; size <= 3; size += 3) {
			const char *name = tasks_f64[i]->name, *more = settings_of(name);
			assert_string_equal(name, tasks_f32[i]->name);
			assert_true(strlen(tasks_f64[i]->summary) > 10);
			static const char all[] =
			        "task=%s T=30 T_jitter=0.3 batch=2 train_size=%d lr=0.001 precision=%s %s";
			trial *a = open_trial(all, name, size, "f64", more),
			      *b = open_trial(all, name, size, "f64", more);
			trial *c = open_trial(all, name, size, "f32", more),
			      *d = open_trial(all, name, size, "f64 seed=2", more);
			for (int n = 0; n < 6; n++)
				trial_step(a);
			assert_int_equal(a->update, 6);
			at_update(b, 5);
			at_update(c, 5);
			same_batch(a, b, 0);
			same_batch(a, c, 1e-6);
			for (int n = 0; n < 6; n++) {
				at_update(d, n);
				shapes_hold(d);
			}
			trial_free(a);
			trial_free(b);
			trial_free(c);
			trial_free(d);
		}
}

/* Lengths are drawn for each batch, between T and its jitter, and all of them come. */
static void lengths_are_drawn(void **unused)
{
	(void)unused;
	for (int i = 0; i < tasks_count_f64; i++) {
		const char *name = tasks_f64[i]->name;
		config c = read_config("unroll/1");
		err e;
		assert_true(config_set(&c, "task", name, &e));
		if (!config_uses(&c, KNOB_T_jitter))
			continue;
		trial *t = open_trial("task=%s T=30 T_jitter=0.2 batch=1", name);
		int longest = t->shape.T_max, seen = 0;
		for (int n = 0; n < 100; n++) {
			at_update(t, n);
			int shorter = longest - batch_of(t)->T;
			assert_true(shorter >= 0 && shorter < 6);
			seen |= 1 << shorter;
		}
		assert_int_equal(seen, 0x3f);
		trial_free(t);
	}
}

static bool batches_differ(const trial *p, const trial *q)
{
	const batch *b = batch_of(p), *c = batch_of(q);
	if (b->T != c->T || b->I != c->I || b->O != c->O || p->shape.T_max != q->shape.T_max)
		return true;
	for (int i = 0; i < b->B; i++)
		for (int s = 0; s < b->T; s++) {
			if (asked_at(p, s, i) != asked_at(q, s, i))
				return true;
			for (int k = 0; k < b->I; k++)
				if (x_at(p, s, i, k) != x_at(q, s, i, k))
					return true;
			for (int o = 0; o < b->O && !b->classes; o++)
				if (y_at(p, b->y_t ? s : 0, i, o) != y_at(q, b->y_t ? s : 0, i, o))
					return true;
		}
	return false;
}

/* A knob that the control panel shows for a task changes its batches; one that it hides does not, or is refused. */
static void tasks_say_what_they_use(void **unused)
{
	(void)unused;
	static const struct {
		knob_id id;
		const char *setting;
	} knobs[] = {{KNOB_T, "T=31"}, {KNOB_T_jitter, "T_jitter=0.5"}, {KNOB_lag, "lag=3"},
	        {KNOB_symbols, "symbols=3"}, {KNOB_noise, "noise=0.1"}};
	for (int i = 0; i < tasks_count_f64; i++)
		for (size_t k = 0; k < sizeof knobs / sizeof *knobs; k++) {
			const char *name = tasks_f64[i]->name, *more = settings_of(name);
			trial *a = open_trial("precision=f64 task=%s batch=4 T=30 %s", name, more);
			if (k >= 2 && !config_uses(&a->c, knobs[k].id)) { /* nobody else has it: refused */
				char state[400];
				snprintf(state, sizeof state, "task=%s batch=4 T=30 %s %s", name, knobs[k].setting,
				        more);
				refused(state, "does nothing with task");
				trial_free(a);
				continue;
			}
			trial *b = open_trial("precision=f64 task=%s batch=4 T=30 %s %s", name, knobs[k].setting, more);
			at_update(a, 2);
			at_update(b, 2);
			if (batches_differ(a, b) != config_uses(&a->c, knobs[k].id))
				fail_msg("task=%s: %s %s", name, knobs[k].setting,
				        batches_differ(a, b) ? "makes a difference" : "makes none");
			trial_free(a);
			trial_free(b);
		}
}

/* Which variants are there, what `auto` means, and that the others are refused with a list. */
static void variants_are_what_was_published(void **unused)
{
	(void)unused;
	static const struct {
		const char *task, *allowed, *standard;
	} known[] = {{"adding", "irnn urnn pascanu galvan hochreiter martens", "urnn"},
	        {"multiplication", "pascanu hochreiter martens", "pascanu"}, {"xor", "hochreiter martens", "martens"},
	        {"temporal_order", "pascanu galvan hochreiter martens", "galvan"},
	        {"temporal_order_3bit", "pascanu hochreiter martens", "pascanu"}, {"permutation", "pascanu", "pascanu"},
	        {"memorization", "5bit 20bit", "5bit"}, {"copy", "urnn", "urnn"}, {"echo", "", "own"},
	        {"parity", "", "own"}, {"hello", "", "own"}, {"text", "", "own"}, {"fixed_point", "", "own"},
	        {"power", "", "own"}, {"linear", "", "own"}, {"trajectory", "constant clock", "constant"},
	        {"visits", "", "synthetic"}, {"data", "", "own"}};
	const knob *k = knob_get(KNOB_variant);
	assert_int_equal(k->choices, VARIANT_COUNT);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		trial *t = open_trial("task=%s %s", known[i].task, settings_of(known[i].task));
		assert_string_equal(t->shape.variant, known[i].standard);
		trial_free(t);
		for (int v = 1; v < k->choices; v++) {
			char settings[400], why[128];
			snprintf(settings, sizeof settings, "task=%s variant=%s %s", known[i].task, k->choice[v],
			        settings_of(known[i].task));
			snprintf(why, sizeof why, "variant=%s: not a form of task=%s; allowed: auto", k->choice[v],
			        known[i].task);
			char padded[128], wanted[32];
			snprintf(padded, sizeof padded, " %s ", known[i].allowed);
			snprintf(wanted, sizeof wanted, " %s ", k->choice[v]);
			if (!strstr(padded, wanted)) {
				refused(settings, why);
				continue;
			}
			t = open_trial("%s", settings);
			assert_string_equal(t->shape.variant, k->choice[v]);
			trial_free(t);
		}
	}
}

/* With all weights zero the loss is that of guessing. */
static void losses_start_at_their_baseline(void **unused)
{
	(void)unused;
	for (int i = 0; i < tasks_count_f64; i++) {
		const char *name = tasks_f64[i]->name;
		trial *t = open_trial("task=%s precision=f64 sigma=0 batch=50 T=40 %s", name, settings_of(name));
		at_update(t, 0);
		if (t->shape.classes && !(fabs(t->r.loss - t->shape.baseline[0]) < 1e-12))
			fail_msg("%s starts at %g, not %g", name, t->r.loss, t->shape.baseline[0]);
		if (t->shape.classes && fabs(t->shape.baseline[0] - log(t->shape.classes)) > 1e-12)
			fail_msg("%s has %d classes and the baseline %g", name, t->shape.classes, t->shape.baseline[0]);
		trial_free(t);
	}
}

/* Every symbol and class has a name of its own, and there are none beyond. */
static void symbols_have_names(void **unused)
{
	(void)unused;
	for (int i = 0; i < tasks_count_f64; i++) {
		const task *k = tasks_f64[i];
		trial *t = open_trial("task=%s precision=f64 %s", k->name, settings_of(k->name));
		for (int kind = 0; kind < 2; kind++) {
			const char *(*name)(const task_spec *, int) = kind ? k->answer : k->symbol;
			int count = kind ? t->shape.classes : t->shape.I;
			for (int a = 0; a < count && name; a++) {
				assert_true(name(&t->task_spec, a) && name(&t->task_spec, a)[0]);
				for (int b = 0; b < a; b++)
					assert_string_not_equal(name(&t->task_spec, a), name(&t->task_spec, b));
			}
			if (name)
				assert_true(!name(&t->task_spec, -1) && !name(&t->task_spec, count));
		}
		bool own = strcmp(k->name, "data") == 0, numbers = !t->shape.classes;
		assert_true((k->answer != NULL) == (!own && !numbers));
		trial_free(t);
	}
	trial *t = open_trial("task=temporal_order variant=hochreiter");
	assert_string_equal(t->task->symbol(&t->task_spec, 0), "A");
	assert_string_equal(t->task->symbol(&t->task_spec, 2), "a");
	assert_string_equal(t->task->symbol(&t->task_spec, 6), "start");
	assert_string_equal(t->task->symbol(&t->task_spec, 7), "trigger");
	assert_string_equal(t->task->answer(&t->task_spec, 1), "BA");
	trial_free(t);
	t = open_trial("task=copy");
	assert_string_equal(t->task->symbol(&t->task_spec, 0), "blank");
	assert_string_equal(t->task->symbol(&t->task_spec, 8), "8");
	assert_string_equal(t->task->symbol(&t->task_spec, 9), "marker");
	trial_free(t);
	t = open_trial("task=permutation");
	assert_string_equal(t->task->symbol(&t->task_spec, 99), "99");
	trial_free(t);
}

static void nonsense_is_refused(void **unused)
{
	(void)unused;
	refused("task=adding T=1", "T=1: task=adding marks two steps; allowed: T ≥ 2");
	refused("task=multiplication variant=martens T=7", "allowed: T ≥ 8");
	refused("task=xor T=7", "task=xor marks two steps; allowed: T ≥ 8");
	refused("task=temporal_order T=3", "T ≥ 4");
	refused("task=temporal_order variant=martens T=9", "T ≥ 10");
	refused("task=temporal_order_3bit T=5", "needs 3 symbols among others; allowed: T ≥ 6");
	refused("task=temporal_order symbols=2",
	        "symbols=2: not for task=temporal_order; allowed: 0 (the published number), 3 to");
	refused("task=permutation symbols=2", "3 to 100");
	refused("task=permutation T=1", "T ≥ 2");
	refused("task=memorization symbols=1", "2 to 98");
	refused("task=copy symbols=99", "2 to 98");
	refused("task=echo symbols=1", "2 to 100");
	refused("task=echo lag=50", "lag=50: the echo comes after the end of T=50 steps; allowed: 0 to 49");
	refused("task=trajectory symbols=17", "1 to 16");
	refused("task=trajectory T=1", "T ≥ 2");
	refused("task=data", "task=data needs a file");
	refused("task=text T=4000", "the text has 1927 characters; allowed: T up to 1926");
}

/* ---- marked pairs ---- */

static double total(const double *v, int n)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += v[i];
	return sum;
}

/* The two marks of a sequence; the marker channel holds nothing but 0, 1 and, where they belong, −1. */
static void find_marks(const trial *t, int i, const char *form, int place[2])
{
	const batch *b = batch_of(t);
	int n = 0;
	bool first = strcmp(form, "hochreiter") == 0 || strcmp(form, "martens") == 0;
	int second = strcmp(form, "hochreiter") == 0 ? b->T - 1 : strcmp(form, "martens") == 0 ? b->T - 4 : -1;
	for (int s = 0; s < b->T; s++) {
		double mark = x_at(t, s, i, 0);
		bool special = (first && s == 0) || s == second;
		assert_true(mark == 0 || mark == 1 || (mark == -1 && special));
		if (special)
			assert_true(mark == -1);
		if (mark == 1) {
			assert_true(n < 2);
			place[n++] = s;
		}
	}
	/* a picked first pair has lost its mark to the −1 */
	for (; n < 2 && strcmp(form, "hochreiter") == 0; n++) {
		place[1] = place[0];
		place[0] = -1;
	}
	assert_int_equal(n, 2);
}

static void check_places(const char *form, const int p[2], int L)
{
	if (strcmp(form, "urnn") == 0)
		assert_true(p[0] < L / 2 && p[1] >= L / 2);
	if (strcmp(form, "pascanu") == 0 || strcmp(form, "galvan") == 0)
		assert_true(p[0] < L / 10 && p[1] >= L / 10 && p[1] < L / 2);
	if (strcmp(form, "martens") == 0)
		assert_true(p[0] >= 1 && p[0] < L / 10 && p[1] >= L / 10 && p[1] < L / 2);
	if (strcmp(form, "hochreiter") == 0)
		assert_true((p[0] < 10 || p[1] < 10) && p[1] < (L / 2 - 1 > 10 ? L / 2 - 1 : 10));
}

/* What the target has to be, from the marked values; `neutral` for the first pair. */
static double expected(const char *name, const char *form, const trial *t, int i, const int p[2])
{
	bool product = strcmp(name, "multiplication") == 0, hochreiter = strcmp(form, "hochreiter") == 0;
	double a = p[0] < 0 ? product : x_at(t, p[0], i, 1), b = x_at(t, p[1], i, 1);
	if (product)
		return a * b;
	if (strcmp(name, "xor") == 0)
		return (a > 0.5) != (b > 0.5);
	if (hochreiter)
		return 0.5 + (a + b) / 4;
	return strcmp(form, "irnn") == 0 || strcmp(form, "urnn") == 0 ? a + b : (a + b) / 2;
}

static void marked_pair_tasks(void **unused)
{
	(void)unused;
	static const char *const tasks[] = {"adding", "multiplication", "xor"};
	enum { N = 4000, ROUNDS = 10 };
	double *target = malloc(N * ROUNDS * sizeof *target);
	for (int k = 0; k < 3; k++)
		for (int v = 0; v < knob_get(KNOB_variant)->choices; v++) {
			char state[160];
			const char *form = knob_get(KNOB_variant)->choice[v];
			err e;
			snprintf(state, sizeof state,
			        "unroll/1 precision=f64 hidden=2 task=%s T=60 T_jitter=0.1 batch=%d variant=%s",
			        tasks[k], N, form);
			config c = read_config(state);
			trial *t = strcmp(form, "auto") == 0 ? NULL : trial_new(&c, &e);
			if (!t)
				continue;
			int n = 0, used[2][70] = {{0}}, first_pairs = 0;
			for (int round = 0; round < ROUNDS; round++) {
				at_update(t, round);
				for (int i = 0; i < N; i++, n++) {
					int p[2] = {0};
					find_marks(t, i, form, p);
					check_places(form, p, batch_of(t)->T);
					first_pairs += p[0] < 0;
					used[0][p[0] < 0 ? 0 : p[0]]++;
					used[1][p[1]]++;
					for (int s = 0; s < batch_of(t)->T; s++) {
						double x = x_at(t, s, i, 1);
						bool in_range = k == 2 ? x == 0 || x == 1
						                : k == 0 && strcmp(form, "hochreiter") == 0
						                        ? x >= -1 && x < 1
						                        : x >= 0 && x < 1;
						assert_true(in_range);
					}
					target[n] = k == 2 ? label_at(t, 0, i) : y_at(t, 0, i, 0);
					assert_true(fabs(target[n] - expected(tasks[k], form, t, i, p)) < 1e-12);
				}
			}
			double mean = total(target, n) / n, squares = 0;
			for (int i = 0; i < n; i++)
				squares += (target[i] - mean) * (target[i] - mean) / n;
			double plateau = k == 2 ? -mean * log(mean) - (1 - mean) * log(1 - mean) : squares;
			if (!(fabs(plateau / t->shape.baseline[0] - 1) < 0.025))
				fail_msg("%s: the plateau is %g, not %g", state, plateau, t->shape.baseline[0]);
			assert_true(strcmp(form, "hochreiter") != 0 || (first_pairs > n / 12 && first_pairs < n / 6));
			assert_true(used[0][1] > 0 && used[1][20] + used[1][40] > 0);
			trial_free(t);
		}
	free(target);
}

/* ---- symbols ---- */

/* Places of the special symbols 0 and 1 among the others; their class; start and trigger. */
static void temporal_orders(void **unused)
{
	(void)unused;
	static const struct {
		const char *task, *variant;
		int specials, inputs, trigger; /* steps in front of the end, −1: none */
		double from[3], to[3];
	} known[] = {{"temporal_order", "galvan", 2, 6, -1, {0, 0.1}, {0.1, 0.5}},
	        {"temporal_order", "pascanu", 2, 6, -1, {0.1, 0.5}, {0.2, 0.6}},
	        {"temporal_order", "hochreiter", 2, 8, 0, {0.1, 0.5}, {0.2, 0.6}},
	        {"temporal_order", "martens", 2, 8, 1, {0.01, 0.4}, {0.1, 0.5}},
	        {"temporal_order_3bit", "pascanu", 3, 6, -1, {0.1, 0.3, 0.6}, {0.2, 0.4, 0.7}},
	        {"temporal_order_3bit", "hochreiter", 3, 8, 0, {0.1, 0.33, 0.66}, {0.2, 0.43, 0.76}},
	        {"temporal_order_3bit", "martens", 3, 8, 0, {0.01, 0.3, 0.5}, {0.1, 0.4, 0.6}}};
	for (size_t f = 0; f < sizeof known / sizeof *known; f++) {
		trial *t = open_trial(
		        "precision=f64 task=%s variant=%s T=100 batch=4000", known[f].task, known[f].variant);
		at_update(t, 1);
		const batch *b = batch_of(t);
		assert_int_equal(b->I, known[f].inputs);
		int classes = 1 << known[f].specials, count[8] = {0}, distractor[8] = {0}, edge[3][2] = {{0}};
		for (int i = 0; i < b->B; i++) {
			int class = 0, n = 0;
			for (int s = 0; s < b->T; s++) {
				int v = symbol_at(t, s, i);
				bool start = known[f].trigger >= 0 && s == 0,
				     trigger = s == b->T - 1 - known[f].trigger;
				trigger = trigger && known[f].trigger >= 0;
				assert_int_equal(v == 6, start);
				assert_int_equal(v == 7, trigger);
				distractor[v]++;
				if (v > 1)
					continue;
				int from = (int)(known[f].from[n] * 100), to = (int)(known[f].to[n] * 100);
				assert_true(n < known[f].specials && s >= from && s < to);
				edge[n][0] += s == (from ? from : start);
				edge[n][1] += s == to - 1;
				class += v << n++;
			}
			assert_int_equal(n, known[f].specials);
			assert_int_equal(class, label_at(t, 0, i));
			count[class]++;
		}
		bool balanced = strcmp(known[f].variant, "martens") == 0;
		for (int k = 0; k < classes; k++)
			assert_true(abs(count[k] - 4000 / classes) <= (balanced ? 0 : 110));
		for (int n = 0; n < known[f].specials; n++)
			assert_true(edge[n][0] > 20 && edge[n][1] > 20);
		for (int k = 3; k < 6; k++)
			assert_true(fabs((double)distractor[k] / distractor[2] - 1) < 0.02);
		assert_true(fabs(t->shape.baseline[1] - log(classes / 2)) < 1e-12);
		trial_free(t);
	}
	trial *t = open_trial("task=temporal_order symbols=12 batch=50");
	at_update(t, 0);
	assert_int_equal(batch_of(t)->I, 12);
	trial_free(t);
}

static void permutations(void **unused)
{
	(void)unused;
	trial *t = open_trial("precision=f64 task=permutation T=20 batch=3000");
	at_update(t, 0);
	const batch *b = batch_of(t);
	int ones = 0, count[100] = {0};
	assert_int_equal(b->I, 100);
	for (int i = 0; i < b->B; i++) {
		int first = symbol_at(t, 0, i);
		assert_true(first < 2 && label_at(t, 0, i) == first);
		ones += first;
		for (int s = 1; s < b->T; s++)
			count[symbol_at(t, s, i)]++;
	}
	assert_true(abs(ones - 1500) < 110);
	assert_true(count[0] == 0 && count[1] == 0);
	for (int k = 2; k < 100; k++)
		assert_true(abs(count[k] - 3000 * 19 / 98) < 100);
	assert_true(fabs(t->shape.baseline[0] - log(100)) < 1e-12 && fabs(t->shape.baseline[1] - log(2)) < 1e-12);
	trial_free(t);
}

/* Entropy of the label at a step, over a batch: the loss that is left when only the step is known. */
static double step_entropy(const trial *t, int step)
{
	const batch *b = batch_of(t);
	int count[128] = {0};
	double sum = 0;
	for (int i = 0; i < b->B; i++)
		count[label_at(t, step, i)]++;
	for (int k = 0; k < b->O; k++)
		sum -= count[k] ? (double)count[k] / b->B * log((double)count[k] / b->B) : 0;
	return sum;
}

static void recalled_patterns(void **unused)
{
	(void)unused;
	static const struct {
		const char *settings;
		int pattern, values, first, blank, marker, steps, marker_at;
	} known[] = {{"task=memorization T=30", 5, 2, 0, 2, 3, 40, 35},
	        {"task=memorization variant=20bit T=30", 10, 5, 0, 5, 6, 50, 40},
	        {"task=copy T=30", 10, 8, 1, 0, 9, 50, 39}, {"task=copy T=1", 10, 8, 1, 0, 9, 21, 10},
	        {"task=memorization symbols=4 T=7", 5, 4, 0, 4, 5, 17, 12}};
	for (size_t f = 0; f < sizeof known / sizeof *known; f++) {
		trial *t = open_trial("precision=f64 sigma=0 batch=4000 %s", known[f].settings);
		at_update(t, 0);
		const batch *b = batch_of(t);
		assert_int_equal(b->T, known[f].steps);
		assert_int_equal(b->O, known[f].values + 1);
		int answer = b->T - known[f].pattern;
		double floor = 0;
		for (int s = 0; s < b->T; s++) {
			floor += step_entropy(t, s) / b->T;
			for (int i = 0; i < b->B; i++) {
				int v = symbol_at(t, s, i), y = label_at(t, s, i);
				assert_true(asked_at(t, s, i));
				if (s < known[f].pattern)
					assert_true(v >= known[f].first && v < known[f].first + known[f].values);
				else
					assert_int_equal(v, s == known[f].marker_at ? known[f].marker : known[f].blank);
				assert_int_equal(y, s < answer ? known[f].blank : symbol_at(t, s - answer, i));
			}
		}
		if (!(fabs(floor / t->shape.baseline[1] - 1) < 2e-3))
			fail_msg("%s: %g without memory, not %g", known[f].settings, floor, t->shape.baseline[1]);
		/* All outputs are equal, the answer is class 0. For copy this is the blank, right in all steps but the
		 * last ten: no sequence is right all the same. */
		assert_true(t->shape.sequence_wrong && t->metric == 1);
		trial_free(t);
	}
	trial *t = open_trial("task=copy T=100");
	assert_true(fabs(t->shape.baseline[1] - 0.1733) < 5e-5);
	trial_free(t);
}

static void echoes_and_parities(void **unused)
{
	(void)unused;
	static const int lags[] = {0, 1, 6, 29};
	for (int k = 0; k < 4; k++)
		for (int symbols = 0; symbols < 6; symbols += 5) {
			trial *t = open_trial(
			        "precision=f64 task=echo T=30 batch=500 lag=%d symbols=%d", lags[k], symbols);
			at_update(t, 0);
			const batch *b = batch_of(t);
			int n = symbols ? symbols : 2, count[5] = {0};
			assert_int_equal(b->I, n);
			for (int i = 0; i < b->B; i++)
				for (int s = 0; s < b->T; s++) {
					assert_int_equal(asked_at(t, s, i), s >= lags[k]);
					if (s >= lags[k])
						assert_int_equal(label_at(t, s, i), symbol_at(t, s - lags[k], i));
					count[symbol_at(t, s, i)]++;
				}
			for (int v = 0; v < n; v++)
				assert_true(abs(count[v] - 15000 / n) < 400);
			trial_free(t);
		}
	trial *t = open_trial("precision=f64 sigma=0 task=parity T=30 batch=2000");
	at_update(t, 0);
	int odd_steps = 0;
	for (int i = 0; i < 2000; i++) {
		int odd = 0;
		for (int s = 0; s < 30; s++) {
			odd = (odd + symbol_at(t, s, i)) % 2;
			assert_int_equal(label_at(t, s, i), odd);
			odd_steps += odd;
		}
	}
	assert_true(abs(odd_steps - 30000) < 600);
	/* the answer is class 0: single steps are counted, not sequences */
	assert_true(fabs(t->metric - odd_steps / 60000.0) < 1e-12);
	trial_free(t);
}

/* Loss that is left when only the present symbol is known: the conditional entropy H(y | x) over a batch. */
static double given_symbol(const trial *t)
{
	static int count[64][64];
	const batch *b = batch_of(t);
	memset(count, 0, sizeof count);
	int all = 0;
	for (int i = 0; i < b->B; i++)
		for (int s = 0; s < b->T; s++, all++)
			count[symbol_at(t, s, i)][label_at(t, s, i)]++;
	double sum = 0;
	for (int a = 0; a < b->I; a++) {
		int from = 0;
		for (int k = 0; k < b->O; k++)
			from += count[a][k];
		for (int k = 0; k < b->O; k++)
			sum -= count[a][k] ? (double)count[a][k] / all * log((double)count[a][k] / from) : 0;
	}
	return sum;
}

static void hello(void **unused)
{
	(void)unused;
	trial *t = open_trial("hidden=8 task=hello precision=f64 batch=1 optimizer=adam lr=0.01");
	at_update(t, 0);
	char in[5] = "", out[5] = "";
	for (int s = 0; s < 4; s++) {
		in[s] = t->task->symbol(&t->task_spec, symbol_at(t, s, 0))[0];
		out[s] = t->task->answer(&t->task_spec, label_at(t, s, 0))[0];
	}
	assert_string_equal(in, "hell");
	assert_string_equal(out, "ello");
	assert_int_equal(batch_of(t)->T, 4);
	assert_true(fabs(given_symbol(t) - t->shape.baseline[1]) < 1e-12);
	assert_true(fabs(t->shape.baseline[1] - 0.34657359027997264) < 1e-15);
	for (int n = 0; n < 1000; n++)
		trial_step(t);
	assert_true(t->r.loss < 0.02 && t->metric == 0);
	trial_free(t);
}

/* ---- text ---- */

static void texts(void **unused)
{
	(void)unused;
	/* two characters of two bytes, a line end written three ways, a mark at the beginning */
	const char *path = write_text("text.txt", "\xef\xbb\xbf"
	                                          "häß\r\nhäß\rhäß\nhäß hä");
	trial *t = open_trial("precision=f64 task=text T=5 batch=200 data=%s", path);
	static const char *const names[] = {"↵", "␣", "h", "ß", "ä"};
	assert_int_equal(t->shape.classes, 5);
	for (int k = 0; k < 5; k++)
		assert_string_equal(t->task->symbol(&t->task_spec, k), names[k]);
	for (int n = 0; n < 5; n++) {
		at_update(t, n);
		for (int i = 0; i < 200; i++)
			for (int s = 0; s + 1 < 5; s++) {
				assert_int_equal(label_at(t, s, i), symbol_at(t, s + 1, i));
				/* behind h always ä, behind ä always ß or the end */
				if (symbol_at(t, s, i) == 2)
					assert_int_equal(label_at(t, s, i), 4);
			}
	}
	trial_free(t);
	/* a b a b …: the frequencies ½ cost ln 2, the last letter tells all; a a b: H(⅓), and ⅔ ln 2 */
	char text[3001] = "";
	for (int i = 0; i < 3000; i++)
		text[i] = "aab"[i % 3];
	path = write_text("text.txt", text);
	t = open_trial("precision=f64 task=text T=20 batch=400 data=%s", path);
	assert_true(fabs(t->shape.baseline[0] - log(2)) < 1e-12 &&
	            fabs(t->shape.baseline[1] - (log(3) - log(4) / 3)) < 1e-12);
	assert_true(fabs(t->shape.baseline[2] - 2000.0 / 2999 * log(2)) < 1e-12);
	at_update(t, 0);
	assert_true(fabs(given_symbol(t) / t->shape.baseline[2] - 1) < 0.02);
	trial_free(t);
	/* every window of the training part, and nothing of the last tenth */
	for (int i = 0; i < 3000; i++)
		text[i] = (char)(i >= 2700 ? 'z' : i == 0 || i == 2699 ? 'e' : 'm' + i % 2);
	path = write_text("text.txt", text);
	t = open_trial("precision=f64 task=text T=200 T_jitter=0.2 batch=500 data=%s", path);
	int ends[2] = {0};
	for (int n = 0; n < 20; n++) {
		at_update(t, n);
		for (int i = 0; i < 500; i++) {
			for (int s = 0; s < batch_of(t)->T; s++)
				assert_string_not_equal(t->task->answer(&t->task_spec, label_at(t, s, i)), "z");
			ends[0] += symbol_at(t, 0, i) == 0;
			ends[1] += label_at(t, batch_of(t)->T - 1, i) == 0;
		}
	}
	assert_true(ends[0] > 0 && ends[1] > 0);
	err e;
	dataset *d = dataset_sample(row_of("text"), &t->task_spec, RNG_VALIDATION, 30, &e);
	assert_non_null(d);
	for (int i = 0; i < 30; i++)
		for (int s = 0; s < d->length[i]; s++)
			assert_int_equal(d->label[s * 30 + i], 3);
	dataset_free(d);
	trial_free(t);
	t = open_trial("task=text T=300 data=%s", path);
	assert_null(dataset_sample(row_of("text"), &t->task_spec, RNG_VALIDATION, 30, &e));
	assert_non_null(strstr(e.text, "of which a tenth is held out; allowed: T up to 299"));
	trial_free(t);
	/* the rhyme */
	t = open_trial("task=text T=100");
	assert_true(t->data->letters == 1927 && t->shape.classes > 20 && t->shape.classes < 40);
	trial_free(t);
}

static void bad_text(const char *bytes, size_t size, const char *why)
{
	char settings[256];
	snprintf(settings, sizeof settings, "task=text T=2 data=%s", write_file("bad.txt", bytes, size));
	refused(settings, why);
}

static void texts_are_checked(void **unused)
{
	(void)unused;
	refused("task=text data=/nowhere.txt", "cannot read /nowhere.txt");
	bad_text("", 0, "0 characters; allowed: at least 2");
	bad_text("a", 1, "1 characters");
	bad_text("aaaa", 4, "bad.txt: 1 different characters; allowed: 2 to 500");
	bad_text("ab", 2, "T=2: the text has 2 characters; allowed: T up to 1");
	bad_text("ab\0c", 4, "bad.txt:1: the control character U+0000 at column 3; allowed: text, tabs, line ends");
	bad_text("a\nb\033[1m", 6, "bad.txt:2: the control character U+001B at column 2");
	bad_text("abc\n\xff\n", 6, "bad.txt:2: bytes that are no UTF-8 at column 1; allowed: text in UTF-8");
	bad_text("ab\xc3", 3, "no UTF-8 at column 3");             /* cut in the middle */
	bad_text("ab\xc0\xaf", 4, "no UTF-8 at column 3");         /* too long a form of / */
	bad_text("ab\xed\xa0\x80", 5, "no UTF-8 at column 3");     /* a surrogate */
	bad_text("ab\xf4\x90\x80\x80", 6, "no UTF-8 at column 3"); /* beyond U+10FFFF */
	bad_text("ab\xe0\x9f\xbf", 5, "no UTF-8 at column 3");
	bad_text("ab\xc2\x85", 4, "control character U+0085");
	char many[3 * 501];
	for (int i = 0; i < 501; i++) {
		int c = 0x4e00 + i;
		many[3 * i] = (char)(0xe0 | c >> 12);
		many[3 * i + 1] = (char)(0x80 | (c >> 6 & 0x3f));
		many[3 * i + 2] = (char)(0x80 | (c & 0x3f));
	}
	bad_text(many, sizeof many, "501 different characters; allowed: 2 to 500");
	char *big = malloc((16 << 20) + 1);
	memset(big, 'a', (16 << 20) + 1);
	bad_text(big, (16 << 20) + 1, "16777216");
	free(big);
}

/* ---- paths ---- */

static void trajectories(void **unused)
{
	(void)unused;
	trial *t = open_trial("precision=f64 task=trajectory T=40 batch=3 symbols=3");
	at_update(t, 0);
	double sum = 0, squares = 0;
	for (int s = 0; s < 40; s++) {
		double u = 2 * 3.14159265358979323846 * (s + 1) / 40, y = (sin(u) + sin(2 * u) + sin(3 * u)) / 3;
		assert_true(x_at(t, s, 2, 0) == 1 && fabs(y_at(t, s, 2, 0) - y) < 1e-12);
		sum += y / 40;
		squares += y * y / 40;
	}
	assert_true(batch_of(t)->I == 1 && fabs(t->shape.baseline[0] - (squares - sum * sum)) < 1e-12);
	assert_true(fabs(t->shape.baseline[0] - 1.0 / 6) < 1e-12); /* three sines of amplitude ⅓: 3 · 1/9 · ½ */
	trial_free(t);
	t = open_trial("precision=f64 task=trajectory T=40 batch=50 variant=clock");
	at_update(t, 3);
	for (int i = 0; i < 50; i++)
		for (int s = 0; s + 1 < 40; s++)
			assert_true(fabs(y_at(t, s, i, 0) - x_at(t, s + 1, i, 0)) <
			            1e-12); /* sin of the clock one step on */
	assert_true(fabs(x_at(t, 0, 0, 0) - x_at(t, 0, 1, 0)) > 1e-6);
	trial_free(t);
	/* a square in three strokes: at T = 6 the points and the middles between them */
	const char *path = write_text("path.csv", "# a drawing\nx,y\n0,0\n2,0\n2,4\n0,4\n");
	static const double want[6][2] = {{1, 0}, {2, 0}, {2, 2}, {2, 4}, {1, 4}, {0, 4}};
	t = open_trial("precision=f64 task=trajectory T=6 batch=2 data=%s", path);
	at_update(t, 0);
	for (int s = 0; s < 6; s++)
		for (int k = 0; k < 2; k++)
			assert_true(fabs(y_at(t, s, 1, k) - want[s][k]) < 1e-12);
	/* x: mean 8/6, mean square 14/6; y: mean 14/6, mean square 52/6 */
	assert_true(fabs(t->shape.baseline[0] - (14.0 / 6 - 64.0 / 36 + 52.0 / 6 - 196.0 / 36) / 2) < 1e-12);
	trial_free(t);
	t = open_trial("precision=f64 task=trajectory T=3 batch=1 input_scale=unit data=%s", path);
	at_update(t, 0);
	assert_true(y_at(t, 0, 0, 0) == 1 && y_at(t, 1, 0, 1) == 1 && y_at(t, 2, 0, 0) == 0);
	trial_free(t);
	/* closed: between the last point and the first */
	path = write_text("path.csv", "y\n0\n1\n");
	t = open_trial("precision=f64 task=trajectory variant=clock T=50 batch=20 data=%s", path);
	at_update(t, 0);
	assert_int_equal(batch_of(t)->O, 1);
	for (int i = 0; i < 20; i++)
		for (int s = 0; s < 50; s++) {
			double phase =
			        atan2(x_at(t, s, i, 0), x_at(t, s, i, 1)) / (2 * 3.14159265358979323846) + 1.0 / 50;
			phase -= floor(phase);
			assert_true(fabs(y_at(t, s, i, 0) - (phase < 0.5 ? 2 * phase : 2 - 2 * phase)) < 1e-9);
		}
	trial_free(t);
}

static void bad_csv(const char *name, const char *text, const char *why)
{
	char settings[256];
	snprintf(settings, sizeof settings, "task=%s T=4 data=%s", name, write_text("bad.csv", text));
	refused(settings, why);
}

static void paths_are_checked(void **unused)
{
	(void)unused;
	refused("task=trajectory data=/nowhere.csv", "cannot read /nowhere.csv");
	bad_csv("trajectory", "x,z\n1,2\n2,3\n", "bad.csv:1: the columns do not fit; allowed: x,y or y");
	bad_csv("trajectory", "x,y,z\n1,2,3\n2,3,4\n", "allowed: x,y or y");
	bad_csv("trajectory", "x\n1\n2\n", "allowed: x,y or y");
	bad_csv("trajectory", "# one\nx,y\n1,2\n", "1 points; allowed: 2 to 100000");
	bad_csv("trajectory", "# one\n\nx,y\n1,2\n3,\n",
	        "bad.csv:5: y is no finite number; allowed: a number in every row");
	bad_csv("trajectory", "x,y\n1,2\ninf,3\n", "bad.csv:3: x is no finite number");
	bad_csv("trajectory", "x,y\n1,2\nleft,3\n", "bad.csv:3: column x holds 'left'");
}

/* ---- visits ---- */

#define HEADER "id,time,age,finding_a,level_a,level_b,score,label\n"

static void visits_are_read(void **unused)
{
	(void)unused;
	const char *path = write_text("visits.csv", "# SYNTHETIC\n"
	                                            "label,id,visit,age,level_b,finding_a,score,level_a\n"
	                                            ",7,0,40,10,1,3,0.5\n"
	                                            "1,7,1.5,41.5,,0,,0.25\n"
	                                            "0,3,2,60,30,,5,1.5\n");
	trial *t = open_trial("precision=f64 task=visits input_scale=none batch=2 data=%s", path);
	at_update(t, 0);
	const batch *b = batch_of(t);
	assert_true(b->T == 2 && b->B == 2 && b->I == 10 && b->classes == 2);
	assert_true(b->length[0] == 2 && b->length[1] == 1);
	assert_true(label_at(t, 0, 0) == 1 && label_at(t, 0, 1) == 0);
	/* time since the last visit, age, level_b, level_a, score, finding_a; marks of the last four */
	static const double first[] = {0, 40, 10, 0.5, 3, 1, 0, 0, 0, 0},
	                    second[] = {1.5, 41.5, 0, 0.25, 0, 0, 1, 0, 1, 0},
	                    other[] = {0, 60, 30, 1.5, 5, 0, 0, 0, 0, 1};
	for (int k = 0; k < 10; k++) {
		assert_true(x_at(t, 0, 0, k) == first[k]);
		assert_true(x_at(t, 1, 0, k) == second[k]);
		assert_true(x_at(t, 0, 1, k) == other[k]);
	}
	assert_string_equal(t->shape.variant, "own");
	assert_true(fabs(t->shape.baseline[1] - log(2)) < 1e-12 && t->shape.real_inputs == 5);
	trial_free(t);
	t = open_trial("precision=f64 task=visits batch=2 data=%s",
	        path); /* zero mean, unit variance where there is a value */
	at_update(t, 0);
	double high = sqrt(2.0), low = -1 / sqrt(2.0); /* of 1.5 among 0, 0, 1.5 */
	assert_true(fabs(x_at(t, 1, 0, 0) - high) < 1e-12 && fabs(x_at(t, 0, 0, 0) - low) < 1e-12);
	assert_true(fabs(x_at(t, 0, 0, 2) + 1) < 1e-12 && fabs(x_at(t, 0, 1, 2) - 1) < 1e-12 && x_at(t, 1, 0, 2) == 0);
	assert_true(x_at(t, 1, 0, 6) == 1 && x_at(t, 0, 0, 6) == 0); /* marks stay */
	trial_free(t);
	t = open_trial("precision=f64 task=visits input_scale=unit batch=2 data=%s", path);
	at_update(t, 0);
	assert_true(x_at(t, 1, 0, 0) == 1 && x_at(t, 0, 0, 1) == 0 && fabs(x_at(t, 1, 0, 1) - 0.075) < 1e-12);
	trial_free(t);
}

static void visits_are_checked(void **unused)
{
	(void)unused;
	bad_csv("visits", "id,time,age,finding_a,level_a,score\n1,0,40,1,1,1\n",
	        "bad.csv:1: no column label; allowed: id, time, age, finding_…, level_…, score, label");
	bad_csv("visits", "# one\nid,age,finding_a,level_a,score,label\n1,40,1,1,1,1\n", "bad.csv:2: no column time");
	bad_csv("visits", "id,time,age,level_a,score,label\n1,0,40,1,1,1\n", "no column finding_…");
	bad_csv("visits", "id,time,age,finding_a,score,label\n1,0,40,1,1,1\n", "no column level_…");
	bad_csv("visits", "id,time,age,finding_a,level_a,name,score,label\n1,0,40,1,1,1,1,1\n",
	        "bad.csv:1: unknown column name; allowed: id, time");
	bad_csv("visits", HEADER "Smith,0,40,1,1,1,1,1\n", "bad.csv:2: column id holds 'Smith'");
	bad_csv("visits", HEADER "1.5,0,40,1,1,1,1,1\n", "bad.csv:2: id is 1.5; allowed: a whole number");
	bad_csv("visits", HEADER "1,,40,1,1,1,1,1\n", "bad.csv:2: time is empty; allowed: a number");
	bad_csv("visits", HEADER "1,0,131,1,1,1,1,1\n", "bad.csv:2: age is 131; allowed: 0 to 130");
	bad_csv("visits", HEADER "1,0,,1,1,1,1,1\n", "bad.csv:2: age is empty; allowed: 0 to 130");
	bad_csv("visits", HEADER "1,0,40,2,1,1,1,1\n", "bad.csv:2: finding_a is 2; allowed: 0, 1 or an empty field");
	bad_csv("visits", HEADER "1,0,40,1,high,1,1,1\n", "bad.csv:2: column level_a holds 'high'");
	bad_csv("visits", HEADER "1,0,40,1,1,-inf,1,1\n",
	        "bad.csv:2: level_b is -inf; allowed: a number or an empty field");
	bad_csv("visits", HEADER "1,0,40,1,1,1,inf,1\n", "bad.csv:2: score is inf");
	bad_csv("visits", HEADER "1,0,40,1,1,1,1,1\n1,1,40,1,1,1,1,\n",
	        "bad.csv:3: label is empty; allowed: 0 or 1 at the last visit");
	bad_csv("visits", HEADER "1,0,40,1,1,1,1,2\n1,1,40,1,1,1,1,1\n",
	        "bad.csv:2: label is 2; allowed: 0, 1 or an empty field");
	bad_csv("visits", HEADER "1,1,40,1,1,1,1,1\n1,1,40,1,1,1,1,1\n",
	        "bad.csv:3: time does not increase within id 1");
	bad_csv("visits", HEADER "1,1,40,1,1,1,1,1\n2,1,40,1,1,1,1,1\n1,2,40,1,1,1,1,1\n",
	        "bad.csv:4: id 1 stands in two places; allowed: its rows together");
	bad_csv("visits", HEADER "1,0,40,1,1,1,1\n", "bad.csv:2: 7 fields; allowed are 8");
	bad_csv("visits", HEADER, "no rows");
	char wide[4096] = "id,time,age,finding_a,score,label";
	for (int i = 0; i < 260; i++)
		snprintf(wide + strlen(wide), sizeof wide - strlen(wide), ",level_%d", i);
	strcat(wide, "\n1\n");
	bad_csv("visits", wide, "");
}

/* The records without a file: the same as the file that is shipped, balanced, irregular, and called synthetic. */
static void records_are_synthetic(void **unused)
{
	(void)unused;
	static const char asset[] = "assets/visits-synthetic.csv";
	err e;
	char *made = NULL;
	size_t size;
	FILE *f = open_memstream(&made, &size);
	assert_true(dataset_write_synthetic(f, &e));
	fclose(f);
	if (getenv("UPDATE_GOLDEN"))
		assert_true(file_write_all(asset, made, size, &e));
	unsigned char *there;
	size_t there_size;
	if (!file_read_all(asset, 1 << 20, &there, &there_size, &e))
		fail_msg("%s (UPDATE_GOLDEN=1 writes it)", e.text);
	assert_true(there_size == size && memcmp(there, made, size) == 0);
	assert_true(strncmp(made, "# SYNTHETIC", 11) == 0);
	free(there);
	free(made);
	trial *a = open_trial("task=visits precision=f64 batch=4096"),
	      *b = open_trial("task=visits precision=f64 batch=4096 data=%s", asset);
	at_update(a, 0);
	at_update(b, 0);
	same_batch(a, b, 0);
	assert_string_equal(a->shape.variant, "synthetic");
	assert_string_equal(b->shape.variant, "own");
	assert_non_null(strstr(a->shape.criterion, "synthetic"));
	const batch *c = batch_of(a);
	int ones = 0, missing = 0, lengths = 0;
	for (int i = 0; i < c->B; i++) {
		ones += label_at(a, 0, i);
		lengths |= 1 << c->length[i];
		for (int s = 0; s < c->length[i]; s++)
			missing += x_at(a, s, i, 10) == 1;
	}
	assert_int_equal(c->B, 200);
	assert_true(ones > 70 && ones < 130 && missing > 100);
	for (int n = 3; n < 20; n++)
		assert_true(lengths & 1 << n);
	double p = ones / 200.0;
	assert_true(fabs(a->shape.baseline[1] + p * log(p) + (1 - p) * log(1 - p)) < 1e-12);
	trial_free(a);
	trial_free(b);
}

/* ---- finite sets, noise, scaling ---- */

/* A number that tells sequences apart. */
static double mark_of(const trial *t, int i)
{
	double sum = 0;
	for (int s = 0; s < batch_of(t)->length[i]; s++)
		for (int k = 0; k < batch_of(t)->I; k++)
			sum += x_at(t, s, i, k) * sin(1 + 3.7 * s + k);
	return sum;
}

static int find(const double *marks, int n, double mark)
{
	for (int i = 0; i < n; i++)
		if (marks[i] == mark)
			return i;
	return -1;
}

static void training_sets_are_gone_through(void **unused)
{
	(void)unused;
	enum { N = 10, B = 3 };
	trial *all = open_trial("precision=f64 T=20 T_jitter=0.5 train_size=%d batch=50", N);
	trial *t = open_trial("precision=f64 T=20 T_jitter=0.5 train_size=%d batch=%d", N, B);
	double marks[N], first[N];
	bool lengths_differ = false, order_differs = false;
	at_update(all, 0);
	assert_int_equal(batch_of(all)->B, N); /* batch descent: the set in its order */
	for (int i = 0; i < N; i++) {
		marks[i] = mark_of(all, i);
		assert_int_equal(find(marks, i, marks[i]), -1);
		lengths_differ = lengths_differ || batch_of(all)->length[i] != batch_of(all)->length[0];
		assert_true(batch_of(all)->length[i] >= 20 && batch_of(all)->length[i] < 30);
	}
	assert_true(lengths_differ);
	at_update(all, 17);
	for (int i = 0; i < N; i++)
		assert_true(mark_of(all, i) == marks[i]);
	int times[N] = {0};
	for (int epoch = 0; epoch < 40; epoch++) {
		int seen = 0;
		for (int n = 0; n < N / B; n++) {
			at_update(t, epoch * (N / B) + n);
			for (int i = 0; i < B; i++) {
				int which = find(marks, N, mark_of(t, i));
				assert_true(which >= 0 && !(seen & 1 << which));
				seen |= 1 << which;
				times[which]++;
				if (epoch == 0)
					first[n * B + i] = which;
				order_differs = order_differs || (epoch == 1 && first[n * B + i] != which);
				/* the target of the sequence came with it */
				double sum = 0;
				for (int s = 0; s < batch_of(t)->length[i]; s++)
					sum += x_at(t, s, i, 0) * x_at(t, s, i, 1);
				assert_true(fabs(sum - y_at(t, 0, i, 0)) < 1e-12);
			}
		}
	}
	assert_true(order_differs);
	for (int i = 0; i < N; i++)
		assert_true(times[i] > 25); /* nobody is left out every time */
	at_update(t, 0);
	for (int i = 0; i < B; i++)
		assert_true(find(marks, N, mark_of(t, i)) == first[i]);

	err e;
	dataset *train = dataset_sample(row_of("adding"), &t->task_spec, RNG_TRAIN, 4, &e);
	dataset *other = dataset_sample(row_of("adding"), &t->task_spec, RNG_VALIDATION, 4, &e);
	assert_true(train && other);
	bool differs = false;
	for (int i = 0; i < 4; i++) { /* a smaller set is the beginning of a larger one */
		assert_int_equal(train->length[i], batch_of(all)->length[i]);
		for (int s = 0; s < train->T; s++)
			for (int k = 0; k < 2; k++) {
				assert_true(train->x[(s * 4 + i) * 2 + k] == x_at(all, s, i, k));
				differs = differs || train->x[(s * 4 + i) * 2 + k] != other->x[(s * 4 + i) * 2 + k];
			}
	}
	assert_true(differs);
	/* a fixed set back into a batch, for evaluation */
	t->api->batch_clear(t->m, other->T, 2);
	task_supply_f64.copy(other, 3, t->api->batch(t->m), 1);
	assert_int_equal(batch_of(t)->length[1], other->length[3]);
	for (int s = 0; s < other->T; s++)
		assert_true(x_at(t, s, 1, 1) == other->x[(s * 4 + 3) * 2 + 1]);
	assert_true(y_at(t, 0, 1, 0) == other->y[3]);
	dataset_free(train);
	dataset_free(other);
	trial_free(all);
	trial_free(t);

	t = open_trial("precision=f64 task=temporal_order variant=martens train_size=16 batch=16 T=20");
	at_update(t, 0);
	int count[4] = {0};
	for (int i = 0; i < 16; i++)
		count[label_at(t, 0, i)]++;
	for (int k = 0; k < 4; k++)
		assert_int_equal(count[k], 4);
	trial_free(t);
	refused("T=4000 train_size=1000000", "train_size: 1000000 sequences of up to 4000 steps need");
}

/* The same set and the same answers when targets stand at every step. */
static void sets_keep_masks(void **unused)
{
	(void)unused;
	trial *t = open_trial("precision=f64 task=echo lag=4 T=10 T_jitter=0.9 train_size=8 batch=8");
	at_update(t, 0);
	for (int i = 0; i < 8; i++)
		for (int s = 0; s < batch_of(t)->T; s++) {
			assert_int_equal(asked_at(t, s, i), s >= 4 && s < batch_of(t)->length[i]);
			if (asked_at(t, s, i))
				assert_int_equal(label_at(t, s, i), symbol_at(t, s - 4, i));
		}
	trial_free(t);
}

/* Files: training takes a part, testing never gets what is trained on. */
static void files_are_split(void **unused)
{
	(void)unused;
	err e;
	trial *t = open_trial("precision=f64 task=visits train_size=150 batch=150"),
	      *all = open_trial("precision=f64 task=visits batch=200");
	at_update(t, 0);
	at_update(all, 0);
	double marks[200];
	int used[200] = {0};
	for (int i = 0; i < 200; i++)
		marks[i] = mark_of(all, i);
	for (int i = 0; i < 150; i++) {
		int which = find(marks, 200, mark_of(t, i));
		assert_true(which >= 0 && !used[which]);
		used[which] = 1;
		assert_int_equal(label_at(t, 0, i), label_at(all, 0, which));
	}
	dataset *rest = dataset_sample(row_of("visits"), &t->task_spec, RNG_VALIDATION, 50, &e);
	assert_non_null(rest);
	for (int i = 0; i < 50; i++) {
		t->api->batch_clear(t->m, rest->T, 1);
		task_supply_f64.copy(rest, i, t->api->batch(t->m), 0);
		int which = find(marks, 200, mark_of(t, 0));
		assert_true(which >= 0 && !used[which]);
		used[which] = 1;
	}
	dataset_free(rest);
	assert_null(dataset_sample(row_of("visits"), &t->task_spec, RNG_TEST, 51, &e));
	assert_non_null(strstr(e.text, "51 sequences to test on: the file has 200, trained on: 150; allowed: 50"));
	assert_null(dataset_sample(row_of("visits"), &all->task_spec, RNG_VALIDATION, 1, &e));
	assert_non_null(strstr(e.text, "trained on: 200; allowed: 0, lower train_size"));
	/* more to test on than to train on */
	trial *few = open_trial("precision=f64 task=visits train_size=30 batch=30");
	at_update(few, 0);
	memset(used, 0, sizeof used);
	for (int i = 0; i < 30; i++)
		used[find(marks, 200, mark_of(few, i))] = 1;
	rest = dataset_sample(row_of("visits"), &few->task_spec, RNG_TEST, 170, &e);
	assert_non_null(rest);
	for (int i = 0; i < 170; i++) {
		few->api->batch_clear(few->m, rest->T, 1);
		task_supply_f64.copy(rest, i, few->api->batch(few->m), 0);
		int which = find(marks, 200, mark_of(few, 0));
		assert_true(which >= 0 && !used[which]++);
	}
	dataset_free(rest);
	trial_free(few);
	refused("task=visits train_size=201", "train_size=201: the file has 200 sequences; allowed: 0 to 200");
	trial_free(t);
	trial_free(all);
}

/* A task that is the whole system has no net, whose knobs would do nothing unseen. */
static void systems_have_no_net(void **unused)
{
	(void)unused;
	static const char *const systems[] = {"fixed_point", "power", "linear", "function"};
	static const char *const nets[] = {
	        "cell=lstm", "layers=2", "init=orthogonal", "rho=1.2", "dropout=0.5", "batch_norm=input"};
	for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
		char state[200], why[200];
		err e = {0};
		for (size_t k = 0; k < sizeof nets / sizeof *nets; k++) {
			snprintf(state, sizeof state, "unroll/1 task=%s %s", systems[i], nets[k]);
			snprintf(why, sizeof why, "%s does nothing with task=%s", nets[k], systems[i]);
			config c = read_config(state);
			assert_false(config_fits(&c, &e));
			assert_true(strstr(e.text, why) == e.text);
			config_relax(&c);
			assert_true(config_fits(&c, &e));
		}
		snprintf(state, sizeof state, "unroll/1 task=%s seed=7 lr=0.5 clip=norm precision=f64", systems[i]);
		config c = read_config(state);
		assert_true(config_fits(&c, &e));
	}
}

static void noise_is_added(void **unused)
{
	(void)unused;
	static const char *const settings[] = {
	        "task=adding", "task=multiplication train_size=300", "task=trajectory variant=clock", "task=visits"};
	refused("task=temporal_order noise=0.5",
	        "noise=0.5 does nothing with task=temporal_order; it belongs to adding");
	for (int i = 0; i < 4; i++) {
		trial *a = open_trial("precision=f64 T=20 batch=200 %s", settings[i]);
		trial *b = open_trial("precision=f64 T=20 batch=200 noise=0.5 %s", settings[i]);
		at_update(a, 4);
		at_update(b, 4);
		double sum = 0, squares = 0;
		int n = 0;
		for (int s = 0; s < batch_of(a)->T; s++)
			for (int q = 0; q < batch_of(a)->B; q++)
				for (int k = 0; k < batch_of(a)->I; k++) {
					double d = x_at(b, s, q, k) - x_at(a, s, q, k);
					bool real = k >= a->shape.real_first &&
					            k < a->shape.real_first + a->shape.real_inputs;
					if (!real || s >= batch_of(a)->length[q])
						assert_true(d == 0);
					else {
						n++;
						sum += d;
						squares += d * d;
					}
				}
		assert_true(n > 0);
		for (int q = 0; q < batch_of(a)->B; q++)
			assert_true(a->shape.classes ? label_at(a, 0, q) == label_at(b, 0, q)
			                             : y_at(a, 0, q, 0) == y_at(b, 0, q, 0));
		assert_true(fabs(sum / n) < 0.03 && fabs(sqrt(squares / n) - 0.5) < 0.02);
		double before = x_at(b, 0, 0, b->shape.real_first);
		at_update(b, 5); /* fresh in every batch, even where the sequences are the same */
		assert_true(x_at(b, 0, 0, b->shape.real_first) != before);
		trial_free(a);
		trial_free(b);
	}
}

static void data_is_scaled(void **unused)
{
	(void)unused;
	const char *path =
	        write_text("data.csv", "sequence,step,a,b,c,target\n1,1,1,5,,0.5\n1,2,3,5,2,\n2,1,5,5,6,1.5\n");
	static const double want[4][9] = {{1, 5, 0, 3, 5, 2, 5, 5, 6}, {1, 5, 0, 3, 5, 2, 5, 5, 6},
	        {-1.2247448713915890, 0, 0, 0, 0, -1, 1.2247448713915890, 0, 1}, {0, 0, 0, 0.5, 0, 0, 1, 0, 1}};
	for (int scaling = 0; scaling < 4; scaling++) {
		trial *t = open_trial("precision=f64 task=data batch=2 data=%s input_scale=%s", path,
		        knob_get(KNOB_input_scale)->choice[scaling]);
		at_update(t, 0);
		for (int k = 0; k < 3; k++) {
			assert_true(fabs(x_at(t, 0, 0, k) - want[scaling][k]) < 1e-12);
			assert_true(fabs(x_at(t, 1, 0, k) - want[scaling][3 + k]) < 1e-12);
			assert_true(fabs(x_at(t, 0, 1, k) - want[scaling][6 + k]) < 1e-12);
			assert_true(x_at(t, 1, 1, k) == 0); /* padding */
		}
		trial_free(t);
	}
}

/* ---- hostile files ---- */

/* Read or refused with one line; nothing else. */
static void survives(const char *name, const char *path)
{
	char state[256];
	err e = {0};
	snprintf(state, sizeof state, "unroll/1 hidden=3 batch=2 T=4 task=%s data=%s", name, path);
	config c = read_config(state);
	trial *t = trial_new(&c, &e);
	if (t)
		trial_measure(t);
	else {
		assert_true(e.text[0]);
		for (const char *p = e.text; *p; p++)
			assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
	}
	trial_free(t);
}

static void hostile_files(void **unused)
{
	(void)unused;
	static const struct {
		const char *task, *text;
	} good[] = {{"text", "h\xc3\xa4llo w\xe2\x82\xacrld, \xf0\x9f\x8e\xb2 again and again"},
	        {"trajectory", "x,y\n0,1\n2.5,-3e2\n\"4\",5\n"},
	        {"visits", "# S\n" HEADER "1,0,40,1,1.5,,3,\n1,1,40,1,1,1,1,1\n2,0.5,30,,1,1,1,0\n"},
	        {"data", "sequence,step,a,target\n1,1,2,\n1,2,3,1\n2,1,,0\n"}};
	rng r = rng_make(5, 0, 0);
	for (int k = 0; k < 4; k++) {
		size_t size = strlen(good[k].text);
		char bytes[512];
		for (size_t cut = 0; cut <= size; cut++)
			survives(good[k].task, write_file("bad.csv", good[k].text, cut));
		for (int round = 0; round < 300; round++) {
			memcpy(bytes, good[k].text, size);
			for (int n = 1 + (int)rng_below(&r, 4); n > 0; n--)
				bytes[rng_below(&r, (uint32_t)size)] =
				        round % 2 ? (char)rng_below(&r, 256) : "0,\n\"-.eE#x"[rng_below(&r, 10)];
			survives(good[k].task, write_file("bad.csv", bytes, size));
		}
		size_t big = 3 << 20; /* one line */
		char *line = malloc(big);
		memset(line, k ? '1' : 'a', big);
		survives(good[k].task, write_file("big.csv", line, big));
		memset(line, ',', big);
		survives(good[k].task, write_file("big.csv", line, big));
		memset(line, 0, big);
		survives(good[k].task, write_file("big.csv", line, big));
		free(line);
		survives(good[k].task, folder);
	}
}

/* ---- what views say about tasks ---- */

/* A step of sequence i that the answer depends on, where steps are told apart by their inputs. */
static bool carries_the_answer(const trial *t, int step, int i)
{
	if (strstr(t->task->name, "temporal"))
		return x_at(t, step, i, 0) == 1 || x_at(t, step, i, 1) == 1;
	return x_at(t, step, i, 0) == 1;
}

static void lags_are_where_the_marks_are(void **unused)
{
	(void)unused;
	static const char *const tasks[] = {"adding variant=irnn", "adding variant=urnn", "adding variant=pascanu",
	        "adding variant=hochreiter", "adding variant=martens", "multiplication", "xor", "temporal_order",
	        "temporal_order variant=hochreiter", "temporal_order variant=martens", "temporal_order_3bit",
	        "temporal_order_3bit variant=martens"};
	for (size_t k = 0; k < sizeof tasks / sizeof *tasks; k++) {
		trial *t = open_trial("T=40 batch=1000 task=%s", tasks[k]);
		at_update(t, 3);
		int nearest = 40, furthest = 0;
		for (int i = 0; i < 1000; i++)
			for (int s = 0; s < 40; s++)
				if (carries_the_answer(t, s, i)) {
					nearest = 39 - s < nearest ? 39 - s : nearest;
					furthest = 39 - s > furthest ? 39 - s : furthest;
				}
		if (strstr(tasks[k], "hochreiter") && strstr(tasks[k], "adding"))
			furthest++; /* a picked first pair has lost its mark to the −1 */
		assert_int_equal(nearest, t->shape.lag_near);
		assert_int_equal(furthest, t->shape.lag_far);
		trial_free(t);
	}
	trial *t = open_trial("T=40 task=copy");
	assert_int_equal(t->shape.lag_far, 50);
	trial_free(t);
	t = open_trial("T=40 lag=7 task=echo");
	assert_true(t->shape.lag_near == 7 && t->shape.lag_far == 7);
	trial_free(t);
}

/* The share of labels that are not the most frequent one, at the last step. */
static void guesses_are_as_often_wrong(void **unused)
{
	(void)unused;
	static const char *const tasks[] = {
	        "echo", "echo symbols=5", "parity", "permutation", "xor", "temporal_order", "temporal_order_3bit"};
	for (size_t k = 0; k < sizeof tasks / sizeof *tasks; k++) {
		trial *t = open_trial("T=20 batch=1000 task=%s", tasks[k]);
		at_update(t, 1);
		const batch *b = batch_of(t);
		int count[128] = {0}, most = 0;
		for (int i = 0; i < b->B; i++)
			count[b->label[(long)(b->T - 1) * b->label_t + i]]++;
		for (int i = 0; i < b->classes; i++)
			most = count[i] > most ? count[i] : most;
		assert_true(fabs(1 - most / 1000.0 - t->shape.guess_wrong) < 0.05);
		trial_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(tasks_are_deterministic),
	        cmocka_unit_test(lengths_are_drawn), cmocka_unit_test(tasks_say_what_they_use),
	        cmocka_unit_test(variants_are_what_was_published), cmocka_unit_test(losses_start_at_their_baseline),
	        cmocka_unit_test(symbols_have_names), cmocka_unit_test(nonsense_is_refused),
	        cmocka_unit_test(marked_pair_tasks), cmocka_unit_test(temporal_orders), cmocka_unit_test(permutations),
	        cmocka_unit_test(recalled_patterns), cmocka_unit_test(echoes_and_parities), cmocka_unit_test(hello),
	        cmocka_unit_test(texts), cmocka_unit_test(texts_are_checked), cmocka_unit_test(trajectories),
	        cmocka_unit_test(paths_are_checked), cmocka_unit_test(visits_are_read),
	        cmocka_unit_test(visits_are_checked), cmocka_unit_test(records_are_synthetic),
	        cmocka_unit_test(training_sets_are_gone_through), cmocka_unit_test(sets_keep_masks),
	        cmocka_unit_test(files_are_split), cmocka_unit_test(systems_have_no_net),
	        cmocka_unit_test(noise_is_added), cmocka_unit_test(data_is_scaled), cmocka_unit_test(hostile_files),
	        cmocka_unit_test(lags_are_where_the_marks_are), cmocka_unit_test(guesses_are_as_often_wrong)};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
