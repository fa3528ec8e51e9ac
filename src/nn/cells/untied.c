/* The unfolded net as an ordinary deep one: every step has weights of its own, so the gradient of step k is that of
 * layer k. */
#include "nn/cell.h"

const R(cell) R(cell_untied) = {
        .name = "untied",
        .summary = "the unfolded net with separate weights for every step: what weight sharing changes",
        .gates = 1,
        .untied = true,
        .depth = 1,
        .spectrum_block = 1,
        .spectrum_name = "W_hh of step 1",
        .groups = 1,
        .group = {{.h = true, .one = true, .x = true, .gates = 1}},
        .blocks = 3,
        .block = {{"rnn.weight_ih_l%d", NULL, "W_ih", 0, PART_X, 1, {0}},
                {"rnn.weight_hh_l%d", NULL, "W_hh", 0, PART_H, 1, {0}},
                {"rnn.bias_ih_l%d", NULL, "b", 0, PART_ONE, 1, {0}}},
        .forward = R(plain_forward),
        .backward = R(plain_backward),
        .max_slope = R(cell_no_slope),
        .squashed = R(plain_squashed),
};
