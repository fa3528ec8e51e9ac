/* steps: what the optimizers of nets make of the gradient: effective step sizes, weight by weight, block by block and
 * over the updates. A part of the view `optimizer`; needs WANT_STEPS.
 * May be included by view. Main thread only (static scratch). */
#ifndef VIEW_STEPS_H
#define VIEW_STEPS_H
#include "view/view.h"

void steps_draw(const snap *s, canvas *c, rect area, view_focus *focus);
void steps_caption(const snap *s, bool run, char *buf, int size);
void steps_key(const snap *s, char *buf, int size);
void steps_data(const snap *s, view_data *d);

#endif
