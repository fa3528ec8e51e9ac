/* order: special symbols A and B among distractors (temporal order with two and with three of them). Only included
 * inside task. Symbols: A, B, distractors a, b, …; in some forms also the start and the trigger. Class: Σ v_k 2ᵏ, v = 0
 * for A. */
#ifndef TASK_ORDER_H
#define TASK_ORDER_H
#include "task/sequence.h"

enum { ORDER_MOST = 3 };

typedef struct order_form {
	int specials;                            /* 2 or 3 */
	double from[ORDER_MOST], to[ORDER_MOST]; /* special k lies in [⌊from·L⌋, ⌊to·L⌋) */
	int start;           /* 1: the first step is a start symbol and one near the end a trigger */
	int trigger;         /* this many steps in front of the last one */
	bool balanced;       /* classes in turn instead of at random */
	const char *answers; /* 2^specials names of classes, each with its NUL */
} order_form;

int R(order_distractors)(const task_spec *s);
/* Also refuses a T that is too short and a number of symbols that makes no sense. */
bool R(order_shape)(const task_spec *s, const order_form *f, const char *name, task_shape *out, err *e);
void R(order_fill)(const task_spec *s, const order_form *f, long update, rng *r, batch *b);
const char *R(order_symbol)(const task_spec *s, const order_form *f, int index);

#endif
