/* Long runs that must learn, and runs that must not, for `make test-deep`: stated seeds and majorities. */
#include "training.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Temporal order with the positions of Galvan 2016, 50 tanh units, N(0, 0.1²), minibatches of 20, lr 0.01. */
#define ORDER "task=temporal_order variant=galvan hidden=50 sigma=0.1 batch=20 lr=0.01 "

/* Twenty steps, ρ = 1.2, clip 1: less than 1 % of 2000 fresh sequences wrong within 15 000 updates, three of four
 * seeds. */
static void order_20(void **unused)
{
	(void)unused;
	int solved = 0;
	for (int seed = 1; seed <= 4; seed++)
		solved += training_run(ORDER "T=20 rho=1.2 clip=norm clip_at=1", seed, 15000).solved > 0;
	assert_true(solved >= 3);
}

/* Fifty steps, 6000 updates. With clip 1 the loss leaves ln 4 (nothing learned) for the plateau near ln 2 (one symbol
 * known). Without, steps of exploding gradients throw the net back: some runs never leave ln 4, some leave and do not
 * get far. With ρ = 0.8 the gradient vanishes, and clipping does not help. */
static void order_50(void **unused)
{
	(void)unused;
	enum { SEEDS = 8 };
	int left = 0, behind = 0, stuck = 0;
	for (int seed = 1; seed <= SEEDS; seed++) {
		trained clip = training_run(ORDER "T=50 rho=1.2 clip=norm clip_at=1", seed, 6000);
		trained none = training_run(ORDER "T=50 rho=1.2 clip=none", seed, 6000);
		left += clip.loss < 1.2;
		behind += none.loss > clip.loss + 0.1;
		stuck += none.loss > 1.3;
	}
	printf("T = 50: %d of %d leave ln 4 with the clip; without, %d lag behind and %d are above 1.3\n", left, SEEDS,
	        behind, stuck);
	assert_true(left >= 6 && behind >= 6 && stuck >= 5);
	for (int seed = 1; seed <= 3; seed++) {
		trained small = training_run(ORDER "T=50 rho=0.8 clip=norm clip_at=1", seed, 6000);
		assert_true(fabs(small.loss - log(4)) < 0.01);
	}
}

/* Adding after 200 steps, 32 LSTM units, batch 32, RMSProp with lr 0.001 and decay 0.9 (the setting of Tallec and
 * Ollivier 2018 with fewer units): chrono biases leave the plateau of 1/6 first. Three seeds, 4000 updates. */
static void chrono(void **unused)
{
	(void)unused;
	static const char *const starts[] = {"forget_bias=0", "forget_bias=1", "chrono=200"};
	int low[3] = {0};
	for (int i = 0; i < 3; i++)
		for (int seed = 1; seed <= 3; seed++) {
			char state[200];
			snprintf(state, sizeof state,
			        "task=adding T=200 cell=lstm hidden=32 batch=32 init=xavier_uniform optimizer=rmsprop "
			        "decay=0.9 lr=0.001 %s",
			        starts[i]);
			trained r = training_run(state, seed, 4000);
			low[i] += r.loss < 0.06;
		}
	assert_true(low[2] >= 2 && low[0] == 0 && low[1] <= 1);
}

/* Copy memory over 50 steps, batch 20, RMSProp with lr 0.001 and decay 0.9: a tanh net sits at the memoryless line 10
 * ln 8/(T + 20), a linear one that starts orthogonal goes below half of it (Arjovsky et al. 2016; Henaff et al. 2016).
 * 64 units, clip 1, two seeds, 3000 updates. */
static void copy_memory(void **unused)
{
	(void)unused;
#define COPY "task=copy T=50 hidden=64 batch=20 optimizer=rmsprop decay=0.9 lr=0.001 clip=norm clip_at=1 "
	double line = 10 * log(8) / 70;
	for (int seed = 1; seed <= 2; seed++) {
		assert_true(training_run(COPY "cell=rnn init=xavier_uniform", seed, 3000).loss > 0.94 * line);
		assert_true(training_run(COPY "cell=rnn activation=identity init=orthogonal", seed, 3000).loss <
		            0.5 * line);
	}
}

/* Adding with the long short-term memory of 1997, one sequence at a time (Hochreiter and Schmidhuber 1997): 8 cells,
 * each with gates of its own (theirs were two blocks of two), weights U(−0.1, 0.1), lr 0.1 on half the squared error, T
 * = 100. Right: |error| < 0.04. Three seeds, 200 000 sequences. */
static void memory_cells_1997(void **unused)
{
	(void)unused;
	int solved = 0;
	for (int seed = 1; seed <= 3; seed++)
		solved += training_run("task=adding variant=hochreiter T=100 cell=lstm97 hidden=8 batch=1 init=uniform "
		                       "sigma=0.057735 loss=half_sse lr=0.1",
		                  seed, 200000)
		                  .wrong <= 0.05;
	assert_true(solved >= 2);
}

/* Adding after 100 steps with rectified units that start as the identity (Le, Jaitly and Hinton 2015): 100 units, other
 * weights N(0, 0.01²), batch 16, lr 0.01, clip 1. From 1/6 to below 0.05 within 30 000 updates, two of three seeds;
 * with weights N(0, 0.001²) 80 000 were not enough. */
static void identity_start(void **unused)
{
	(void)unused;
	int solved = 0;
	for (int seed = 1; seed <= 3; seed++)
		solved += training_run("task=adding variant=irnn T=100 activation=relu init=identity sigma=0.01 "
		                       "hidden=100 batch=16 lr=0.01 clip=norm clip_at=1",
		                  seed, 30000)
		                  .loss < 0.05;
	assert_true(solved >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(order_20), cmocka_unit_test(order_50),
	        cmocka_unit_test(chrono), cmocka_unit_test(copy_memory), cmocka_unit_test(memory_cells_1997),
	        cmocka_unit_test(identity_start)};
	return cmocka_run_group_tests_name("deep training", tests, NULL, NULL);
}
