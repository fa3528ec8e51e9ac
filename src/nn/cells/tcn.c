/* Causal convolution over time: h_t = φ(Σ_i W_i x_{t − i·d} + b), d = 2^layer. Weights are shared over time as in a
 * recurrent net, but a step sees only `kernel` inputs: no state, and a horizon that ends. */
#include "nn/cell.h"

#define BLOCKS                                                                                                         \
	{"rnn.weight_k0_l%d", NULL, "W_0", 0, PART_X, 1, {0}}, {"rnn.bias_ih_l%d", NULL, "b", 0, PART_ONE, 1, {0}},    \
	        {"rnn.weight_k1_l%d", NULL, "W_1", 1, PART_X, 1, {0}},                                                 \
	        {"rnn.weight_k2_l%d", NULL, "W_2", 2, PART_X, 1, {0}},                                                 \
	{                                                                                                              \
		"rnn.weight_k3_l%d", NULL, "W_3", 3, PART_X, 1,                                                        \
		{                                                                                                      \
			0                                                                                              \
		}                                                                                                      \
	}
#define TCN(taps)                                                                                                      \
	{                                                                                                              \
		.name = "tcn",                                                                                         \
		.summary = "causal convolution over time: shared weights, no state, a horizon that ends", .gates = 1,  \
		.convolution = true, .groups = taps,                                                                   \
		.group = {{.one = true, .x = true, .gates = 1}, {.x = true, .tap = 1, .gates = 1},                     \
		        {.x = true, .tap = 2, .gates = 1}, {.x = true, .tap = 3, .gates = 1}},                         \
		.blocks = 1 + taps, .block = {BLOCKS}, .form = form, .forward = R(plain_forward),                      \
		.backward = R(plain_backward), .max_slope = R(cell_no_slope), .squashed = R(plain_squashed),           \
	}

static const R(cell) *form(const model_spec *s);
static const R(cell) taps[] = {TCN(1), TCN(2), TCN(3), TCN(4)};

static const R(cell) *form(const model_spec *s)
{
	int k = s->kernel < 1 ? 1 : s->kernel > 4 ? 4 : s->kernel;
	return &taps[k - 1];
}

const R(cell) R(cell_tcn) = TCN(2);
