#include "base/expr.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NESTING = 40, STACK = 64 };

typedef enum op {
	OP_NUMBER,
	OP_A,
	OP_B,
	OP_ADD,
	OP_SUBTRACT,
	OP_MULTIPLY,
	OP_DIVIDE,
	OP_POWER,
	OP_NEGATE,
	OP_FUNCTION
} op;

/* ---- functions: value and derivative in one body ---- */

typedef void unary(double x, double *value, double *slope);

static void f_abs(double x, double *value, double *slope)
{
	*value = fabs(x);
	*slope = x > 0 ? 1 : x < 0 ? -1 : 0;
}

static void f_cos(double x, double *value, double *slope)
{
	*value = cos(x);
	*slope = -sin(x);
}

static void f_exp(double x, double *value, double *slope)
{
	*value = *slope = exp(x);
}

static void f_ln(double x, double *value, double *slope)
{
	*value = log(x);
	*slope = 1 / x;
}

static void f_sigmoid(double x, double *value, double *slope)
{
	double e = exp(-fabs(x));
	*value = (x < 0 ? e : 1) / (1 + e);
	*slope = e / ((1 + e) * (1 + e));
}

static void f_sin(double x, double *value, double *slope)
{
	*value = sin(x);
	*slope = cos(x);
}

static void f_sqrt(double x, double *value, double *slope)
{
	*value = sqrt(x);
	*slope = 0.5 / *value;
}

static void f_tanh(double x, double *value, double *slope)
{
	*value = tanh(x);
	*slope = 1 - *value * *value;
}

static const struct {
	const char *name;
	unary *apply;
} functions[] = {{"abs", f_abs}, {"cos", f_cos}, {"exp", f_exp}, {"ln", f_ln}, {"log", f_ln}, {"sigmoid", f_sigmoid},
        {"sin", f_sin}, {"sqrt", f_sqrt}, {"tanh", f_tanh}};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

const char *expr_functions(char *buf, size_t size)
{
	size_t used = 0;
	buf[0] = '\0';
	for (int i = 0; i < FUNCTIONS && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ", " : "", functions[i].name);
	return buf;
}

/* ---- reading: precedence climbing, into reverse Polish code ---- */

typedef struct reader {
	expr *x;
	const char *text, *p;
	int nesting, height; /* of parentheses; of the stack when the code has run so far */
	err *e;
} reader;

static void skip_blanks(reader *r)
{
	r->p += strspn(r->p, " \t");
}

/* Columns count letters, not bytes. */
static int column(const reader *r)
{
	int n = 1;
	for (const char *q = r->text; q < r->p; q++)
		n += ((unsigned char)*q & 0xC0) != 0x80;
	return n;
}

static bool refuse(reader *r, const char *what)
{
	return err_input(r->e, "column %d: %s", column(r), what);
}

static bool emit(reader *r, int code, double number, int change)
{
	expr *x = r->x;
	r->height += change;
	if (x->n == EXPR_CODE || r->height > STACK)
		return refuse(r, "the formula is too long; allowed: 128 numbers, signs and names");
	x->op[x->n] = (unsigned char)code;
	x->number[x->n++] = number;
	x->depth = r->height > x->depth ? r->height : x->depth;
	return true;
}

static bool read_sum(reader *r);
static bool read_signed(reader *r);

static bool read_parentheses(reader *r)
{
	if (++r->nesting > NESTING)
		return refuse(r, "parentheses are nested too deep; allowed: 40");
	r->p++;
	if (!read_sum(r))
		return false;
	skip_blanks(r);
	if (*r->p != ')')
		return refuse(r, *r->p ? "expected ')' or an operator (+ - * / ^)" : "a parenthesis is not closed");
	r->p++;
	r->nesting--;
	return true;
}

static bool read_number(reader *r)
{
	char digits[48];
	double value;
	size_t n = strspn(r->p, "0123456789.");
	if ((r->p[n] == 'e' || r->p[n] == 'E') &&
	        (r->p[n + 1] == '-' || r->p[n + 1] == '+' || strspn(r->p + n + 1, "0123456789"))) {
		size_t sign = r->p[n + 1] == '-' || r->p[n + 1] == '+',
		       power = strspn(r->p + n + 1 + sign, "0123456789");
		n += power ? 1 + sign + power : 0;
	}
	if (n >= sizeof digits)
		return refuse(r, "the number is too long; allowed: 47 digits");
	memcpy(digits, r->p, n);
	digits[n] = '\0';
	if (!text_read_number(digits, false, &value))
		return refuse(r, "not a number; write it as 0.5 or 1e-3");
	if (!emit(r, OP_NUMBER, value, 1))
		return false;
	r->p += n;
	return true;
}

static size_t name_length(const char *p)
{
	size_t n = 0;
	while ((p[n] >= 'a' && p[n] <= 'z') || (p[n] >= 'A' && p[n] <= 'Z'))
		n++;
	return n;
}

static bool is(const char *p, size_t n, const char *name)
{
	return strlen(name) == n && memcmp(p, name, n) == 0;
}

static bool read_call(reader *r, int which, size_t n)
{
	const char *start = r->p;
	r->p += n;
	skip_blanks(r);
	if (*r->p != '(')
		return refuse(r, "a function needs parentheses, as in exp(a)");
	if (!read_parentheses(r))
		return false;
	const char *end = r->p;
	r->p = start; /* a mistake here is the call's */
	if (!emit(r, OP_FUNCTION + which, 0, 0))
		return false;
	r->p = end;
	return true;
}

static bool unknown_name(reader *r, size_t n)
{
	char list[128];
	return err_input(r->e, "column %d: unknown name '%.*s'; allowed: a, b, pi, e, %s", column(r),
	        n > 24 ? 24 : (int)n, r->p, expr_functions(list, sizeof list));
}

static bool read_name(reader *r)
{
	size_t n = name_length(r->p);
	bool ok;
	for (int i = 0; i < FUNCTIONS; i++)
		if (is(r->p, n, functions[i].name))
			return read_call(r, i, n);
	if (is(r->p, n, "a") || is(r->p, n, "b"))
		ok = emit(r, *r->p == 'a' ? OP_A : OP_B, 0, 1);
	else if (is(r->p, n, "pi"))
		ok = emit(r, OP_NUMBER, 3.14159265358979323846, 1);
	else if (is(r->p, n, "e"))
		ok = emit(r, OP_NUMBER, 2.71828182845904523536, 1);
	else
		return unknown_name(r, n);
	r->p += n;
	return ok;
}

static bool begins_number(char c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

static bool read_atom(reader *r)
{
	skip_blanks(r);
	if (*r->p == '(')
		return read_parentheses(r);
	if (begins_number(*r->p))
		return read_number(r);
	if (name_length(r->p))
		return read_name(r);
	return refuse(r, *r->p ? "expected a number, a, b, a function or '('" : "the formula ends too early");
}

/* atom ^ signed: −a^2 is −(a²), 2^−1 is allowed, a^b^2 is a^(b²). */
static bool read_power(reader *r)
{
	if (!read_atom(r))
		return false;
	skip_blanks(r);
	if (*r->p != '^')
		return true;
	if (++r->nesting > NESTING)
		return refuse(r, "powers are nested too deep; allowed: 40");
	r->p++;
	if (!read_signed(r) || !emit(r, OP_POWER, 0, -1))
		return false;
	r->nesting--;
	return true;
}

static bool read_signed(reader *r)
{
	bool negative = false;
	for (skip_blanks(r); *r->p == '-' || *r->p == '+'; skip_blanks(r))
		negative ^= *r->p++ == '-';
	return read_power(r) && (!negative || emit(r, OP_NEGATE, 0, 0));
}

static bool begins_factor(const char *p)
{
	return *p == '(' || begins_number(*p) || name_length(p) > 0;
}

static bool read_product(reader *r)
{
	if (!read_signed(r))
		return false;
	for (;;) {
		skip_blanks(r);
		bool divide = *r->p == '/', silent = begins_factor(r->p); /* 2a */
		if (*r->p != '*' && !divide && !silent)
			return true;
		if (!silent)
			r->p++;
		if (!(silent ? read_power(r) : read_signed(r)) || !emit(r, divide ? OP_DIVIDE : OP_MULTIPLY, 0, -1))
			return false;
	}
}

static bool read_sum(reader *r)
{
	if (!read_product(r))
		return false;
	for (;;) {
		skip_blanks(r);
		if (*r->p != '+' && *r->p != '-')
			return true;
		bool minus = *r->p++ == '-';
		if (!read_product(r) || !emit(r, minus ? OP_SUBTRACT : OP_ADD, 0, -1))
			return false;
	}
}

bool expr_read(expr *x, const char *text, err *e)
{
	reader r = {x, text, text, 0, 0, e};
	memset(x, 0, sizeof *x);
	if (strlen(text) >= EXPR_TEXT)
		return err_input(e, "the formula is %zu bytes long; allowed: %d", strlen(text), EXPR_TEXT - 1);
	if (!read_sum(&r))
		return false;
	skip_blanks(&r);
	return *r.p == '\0' || refuse(&r, *r.p == ')' ? "a ')' too many" : "expected an operator (+ - * / ^)");
}

/* ---- evaluation ---- */

static expr_value product(expr_value x, expr_value y)
{
	return (expr_value){x.v * y.v, x.da * y.v + x.v * y.da, x.db * y.v + x.v * y.db};
}

static expr_value quotient(expr_value x, expr_value y)
{
	double q = x.v / y.v;
	return (expr_value){q, (x.da - q * y.da) / y.v, (x.db - q * y.db) / y.v};
}

/* xʸ: y xʸ⁻¹ dx + xʸ ln x dy; the second part only where the exponent varies, so that (−1)² has a derivative. */
static expr_value power(expr_value x, expr_value y)
{
	double v = pow(x.v, y.v), by_x = y.v == 0 ? 0 : y.v * pow(x.v, y.v - 1);
	expr_value out = {v, by_x * x.da, by_x * x.db};
	if (y.da != 0 || y.db != 0) {
		double by_y = v == 0 ? 0 : v * log(x.v);
		out.da += by_y * y.da;
		out.db += by_y * y.db;
	}
	return out;
}

static expr_value apply(int which, expr_value x)
{
	double v, slope;
	functions[which].apply(x.v, &v, &slope);
	return (expr_value){v, x.da == 0 ? 0 : slope * x.da, x.db == 0 ? 0 : slope * x.db};
}

static expr_value combine(op code, expr_value x, expr_value y)
{
	switch (code) {
	case OP_ADD:
		return (expr_value){x.v + y.v, x.da + y.da, x.db + y.db};
	case OP_SUBTRACT:
		return (expr_value){x.v - y.v, x.da - y.da, x.db - y.db};
	case OP_MULTIPLY:
		return product(x, y);
	case OP_DIVIDE:
		return quotient(x, y);
	default:
		return power(x, y);
	}
}

expr_value expr_at(const expr *x, double a, double b)
{
	expr_value s[STACK + 1] = {{0}};
	int top = 0;
	for (int i = 0; i < x->n; i++) {
		int code = x->op[i];
		if (code == OP_NUMBER)
			s[top++] = (expr_value){x->number[i], 0, 0};
		else if (code == OP_A)
			s[top++] = (expr_value){a, 1, 0};
		else if (code == OP_B)
			s[top++] = (expr_value){b, 0, 1};
		else if (code == OP_NEGATE)
			s[top - 1] = (expr_value){-s[top - 1].v, -s[top - 1].da, -s[top - 1].db};
		else if (code >= OP_FUNCTION)
			s[top - 1] = apply(code - OP_FUNCTION, s[top - 1]);
		else {
			top--;
			s[top - 1] = combine((op)code, s[top - 1], s[top]);
		}
	}
	return s[0];
}
