/* Output-to-hidden recurrence (Jordan 1986): h_t = φ(W o_{t−1} + U x_t + b), o_t = the output of step t; under teacher
 * forcing the target y_{t−1} stands in for o_{t−1}, and nothing flows back from step to step. The outputs are the first
 * part of x. */
#include "nn/cell.h"

const R(cell) R(cell_jordan) = {
        .name = "jordan",
        .summary = "output-to-hidden recurrence: h = φ(W o + U x + b) with the output o of the step before",
        .gates = 1,
        .feedback = true,
        .groups = 1,
        .group = {{.one = true, .x = true, .gates = 1}},
        .blocks = 2,
        .block = {{"rnn.weight_ih_l%d", NULL, "W_ih", 0, PART_X, 1, {0}},
                {"rnn.bias_ih_l%d", "rnn.bias_hh_l%d", "b", 0, PART_ONE, 1, {0}}},
        .forward = R(plain_forward),
        .backward = R(plain_backward),
        .max_slope = R(cell_no_slope),
        .squashed = R(plain_squashed),
};
