/* Both recurrences: h_t = φ(W h_{t−1} + W_o o_{t−1} + U x_t + b). */
#include "nn/cell.h"

const R(cell) R(cell_elman_jordan) = {
        .name = "elman_jordan",
        .summary = "recurrence of the hidden state and of the output: h = φ(W h + W_o o + U x + b)",
        .gates = 1,
        .feedback = true,
        .depth = 1,
        .spectrum_block = 1,
        .spectrum_name = "W_hh",
        .groups = 1,
        .group = {{.h = true, .one = true, .x = true, .gates = 1}},
        .blocks = 3,
        .block = {{"rnn.weight_ih_l%d", NULL, "W_ih", 0, PART_X, 1, {0}},
                {"rnn.weight_hh_l%d", NULL, "W_hh", 0, PART_H, 1, {0}},
                {"rnn.bias_ih_l%d", "rnn.bias_hh_l%d", "b", 0, PART_ONE, 1, {0}}},
        .forward = R(plain_forward),
        .backward = R(plain_backward),
        .max_slope = R(cell_no_slope),
        .squashed = R(plain_squashed),
};
