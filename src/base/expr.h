/* expr: a formula in two variables a and b, read once, evaluated with its derivatives (forward mode). For formulas that
 * users type: any text is either taken or refused with the column of the mistake; no recursion without a limit, no
 * allocation. */
#ifndef BASE_EXPR_H
#define BASE_EXPR_H
#include "base/err.h"

#include <stddef.h>

enum { EXPR_CODE = 128, EXPR_TEXT = 256 };

/* A value with its derivatives with respect to a and b. */
typedef struct expr_value {
	double v, da, db;
} expr_value;

typedef struct expr {
	int n, depth; /* instructions; numbers on the stack at most */
	unsigned char op[EXPR_CODE];
	double number[EXPR_CODE];
} expr;

/* Numbers, a, b, pi, e, + − * / ^ (to the right, binds before a sign), parentheses, and the functions that
 * expr_functions lists. `2a` and `3(a+b)` are products. False with "column N: what is wrong; what is allowed". */
bool expr_read(expr *x, const char *text, err *e);
expr_value expr_at(const expr *x, double a, double b);
/* "abs, cos, exp, …" */
const char *expr_functions(char *buf, size_t size);

#endif
