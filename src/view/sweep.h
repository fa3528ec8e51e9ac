/* sweep: the way through one update in small steps: forward step by step, the loss, backward step by step, the step of
 * the optimizer; each with one sentence that holds the numbers. The numbers are those of the snap.
 * May be included by view and app. */
#ifndef VIEW_SWEEP_H
#define VIEW_SWEEP_H
#include "run/snap.h"

typedef enum sweep_phase { SWEEP_FORWARD, SWEEP_LOSS, SWEEP_BACKWARD, SWEEP_STEP } sweep_phase;

typedef struct view_sweep {
	sweep_phase phase;
	int step; /* 1-based; 0 for the loss and the optimizer */
} view_sweep;

/* How many small steps there are for the first arm that is shown: 2 T + 2; 0 when nothing is known of a sequence, or it
 * is too long to be known step by step. */
int sweep_length(const snap *s);
view_sweep sweep_at(const snap *s, int place); /* 0 … sweep_length − 1 */
/* "t = 7: the error signal ‖δ₇‖ = 3.1e-4 is 0.82 of ‖δ₈‖ …". Returns buf. */
const char *sweep_sentence(const snap *s, const view_sweep *w, char *buf, int size);

/* The numbers of the sentences, NAN where they are not known. */
double sweep_hidden(const snap *s, int step);  /* ‖h_t‖ of the sequence that is shown */
double sweep_slope(const snap *s, int step);   /* mean slope of its units there, as a share of the largest */
double sweep_error(const snap *s, int step);   /* ‖δ_t‖ over the batch; of the example: ‖∂L/∂h_t‖ */
double sweep_weights(const snap *s, int step); /* ‖∂L/∂θ_t‖ over the batch */

#endif
