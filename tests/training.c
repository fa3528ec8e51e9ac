#include "training.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

trial *training_open(const char *state, int seed)
{
	char text[512];
	err e;
	config c;
	long update;
	snprintf(text, sizeof text, "unroll/1 backend=native probe_every=1000000 seed=%d %s", seed, state);
	trial *t = config_read_state(&c, &update, text, &e) ? trial_new(&c, &e) : NULL;
	if (!t)
		fail_msg("%s: %s", text, e.text);
	return t;
}

static double mean(const double *x, int n)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += x[i];
	return n ? sum / n : 0;
}

trained training_go_on(trial *t, long updates)
{
	double loss[TRAINING_WINDOW], wrong[TRAINING_WINDOW];
	trained out = {0};
	int n = 0;
	for (long i = 0; i < updates; i++) {
		trial_step(t);
		if (t->diverged)
			fail_msg("%s", t->message);
		if (i == 0)
			out.first_loss = t->r.loss;
		loss[i % TRAINING_WINDOW] = t->r.loss;
		wrong[i % TRAINING_WINDOW] = t->metric;
		n = n < TRAINING_WINDOW ? n + 1 : n;
		if (!out.solved && n == TRAINING_WINDOW && mean(wrong, n) < 0.01)
			out.solved = i + 1;
	}
	out.loss = mean(loss, n);
	out.wrong = mean(wrong, n);
	return out;
}

trained training_run(const char *state, int seed, long updates)
{
	trial *t = training_open(state, seed);
	trained out = training_go_on(t, updates);
	trial_free(t);
	printf("%s, seed %d: after %ld updates loss %.4g, wrong %.2f %%, solved at %ld\n", state, seed, updates,
	        out.loss, 100 * out.wrong, out.solved);
	return out;
}

void training_copy(const trial *from, trial *to)
{
	const model_block *table;
	int blocks = from->api->blocks(from->m, &table);
	for (int i = 0; i < blocks; i++) {
		double *W = malloc((size_t)table[i].rows * (size_t)table[i].cols * sizeof *W);
		assert_non_null(W);
		from->api->get(from->m, i, W);
		to->api->set(to->m, i, W);
		free(W);
	}
}
