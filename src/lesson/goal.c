#include "lesson/goal.h"

#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const goal_metric goal_metrics[GOAL_COUNT] = {
#define GOAL(name, indexed, summary) {#name, indexed, summary},
#include "lesson/goals.def"
#undef GOAL
};

enum { WORD = 64, NESTING = 24, CHOICE_NAME = 64 };

/* Postfix codes; the comment gives what is taken from the stack and what is left. */
enum {
	DO_NUMBER,  /* → value */
	DO_METRIC,  /* → value */
	DO_INDEXED, /* index → value */
	DO_NEGATE,
	DO_LOG10,
	DO_LN,
	DO_EXP,
	DO_ABS,
	DO_SQRT,
	DO_NOT, /* a → b */
	DO_ADD,
	DO_SUB,
	DO_MUL,
	DO_DIV,
	DO_PAIR, /* a b → c; PAIR: two indices → one */
	DO_LT,
	DO_LE,
	DO_GT,
	DO_GE,
	DO_EQ,
	DO_NE,
	DO_AND,
	DO_OR,
	DO_NEAR,
	DO_SHARE, /* a b tolerance → a is within tolerance (percent of b) of b */
	DO_IN     /* a low high → within */
};

typedef enum kind { NUMBER, TRUTH, WRONG } kind;
typedef enum token { END, NAME, QUOTED, NUM, SIGN } token;

typedef struct parser {
	const char *text, *at; /* at: behind the token */
	const char *start;     /* of the token */
	token token;
	char word[WORD], left[WORD]; /* the token; a value that was not compared */
	double number;
	int depth;
	bool ended_with_for;
	const goal_scope *scope;
	goal *g;
	err *e;
} parser;

/* ---- words ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t number_length(const char *p)
{
	size_t n = strspn(p, "0123456789.");
	if (p[n] == 'e' || p[n] == 'E') {
		size_t sign = p[n + 1] == '-' || p[n + 1] == '+';
		size_t digits = strspn(p + n + 1 + sign, "0123456789");
		n += digits ? 1 + sign + digits : 0;
	}
	return n;
}

/* Signs of more than one byte, and what they mean. */
static const struct {
	const char *text, *means;
} signs[] = {
        {"≤", "<="}, {"≥", ">="}, {"≠", "!="}, {"≈", "="}, {"±", "±"}, {"+-", "±"}, {"−", "-"}, {"·", "*"}, {"×", "*"}};

static size_t sign_length(const char *p, char *word)
{
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strncmp(p, signs[i].text, strlen(signs[i].text)) == 0) {
			strcpy(word, signs[i].means);
			return strlen(signs[i].text);
		}
	size_t n = strspn(p, "<>=!");
	n = n ? n : 1;
	while (n < WORD - 1 && ((unsigned char)p[n] & 0xC0) == 0x80) /* a whole character */
		n++;
	n = n < WORD - 1 ? n : WORD - 1;
	memcpy(word, p, n);
	word[n] = '\0';
	return n;
}

static void take(parser *p, size_t n)
{
	size_t keep = n < WORD - 1 ? n : WORD - 1;
	memcpy(p->word, p->at, keep);
	p->word[keep] = '\0';
	p->at += n;
}

static void next(parser *p)
{
	p->at += strspn(p->at, " \t\n\r");
	p->start = p->at;
	char c = *p->at;
	if (!c) {
		p->token = END;
		p->word[0] = '\0';
	} else if (is_letter(c)) {
		size_t n = 1;
		while (is_letter(p->at[n]) || is_digit(p->at[n]))
			n++;
		take(p, n);
		p->token = NAME;
	} else if (is_digit(c) || (c == '.' && is_digit(p->at[1]))) {
		take(p, number_length(p->at));
		p->token = text_read_number(p->word, false, &p->number) ? NUM : SIGN;
	} else if (c == '"' && strchr(p->at + 1, '"')) {
		p->at++;
		take(p, strcspn(p->at, "\""));
		p->at++;
		p->token = QUOTED;
	} else {
		p->at += sign_length(p->at, p->word);
		p->token = SIGN;
	}
}

static bool is_sign(const parser *p, const char *text)
{
	return p->token == SIGN && strcmp(p->word, text) == 0;
}

static bool is_name(const parser *p, const char *text)
{
	return p->token == NAME && strcmp(p->word, text) == 0;
}

static kind fail(parser *p, const char *fmt, ...)
{
	char what[300];
	va_list args;
	va_start(args, fmt);
	vsnprintf(what, sizeof what, fmt, args);
	va_end(args);
	int first = p->scope && p->scope->column > 0 ? p->scope->column : 1;
	err_input(p->e, "goal: column %d: %s", (int)(p->start - p->text) + first, what);
	return WRONG;
}

/* ---- program ---- */

static bool emit(parser *p, int code, int metric, double value)
{
	goal *g = p->g;
	if (g->ops == GOAL_OPS) {
		fail(p, "more than %d operations", GOAL_OPS);
		return false;
	}
	g->op[g->ops++] = (goal_op){.code = (unsigned char)code, .arm = -1, .metric = (short)metric, .value = value};
	return true;
}

static kind emit_as(parser *p, int code, kind k)
{
	return emit(p, code, 0, 0) ? k : WRONG;
}

static int find_metric(const char *name)
{
	for (int i = 0; i < GOAL_COUNT; i++)
		if (strcmp(goal_metrics[i].name, name) == 0)
			return i;
	int id = knob_find(name);
	return id < 0 || knob_get((knob_id)id)->type == KNOB_FILE ? -1 : GOAL_COUNT + id;
}

static kind unknown_metric(parser *p)
{
	const char *names[GOAL_COUNT + KNOB_COUNT];
	for (int i = 0; i < GOAL_COUNT; i++)
		names[i] = goal_metrics[i].name;
	for (int i = 0; i < KNOB_COUNT; i++)
		names[GOAL_COUNT + i] = knob_get((knob_id)i)->name;
	int near = text_closest(p->word, names, GOAL_COUNT + KNOB_COUNT);
	if (near >= 0)
		return fail(p, "unknown metric '%s'; did you mean '%s'?", p->word, names[near]);
	return fail(p, "unknown metric '%s'; `unroll list goals` shows them all", p->word);
}

/* ---- grammar: each function leaves the token behind what it has read ---- */

static kind condition(parser *p);
static kind sum(parser *p);

/* for "arm"; −2 on an error. */
static int arm_of(parser *p)
{
	next(p);
	const goal_scope *s = p->scope;
	if (p->token != QUOTED) {
		fail(p, "no name after 'for'; allowed: for \"name of an arm\"");
		return -2;
	}
	for (int i = 0; s && i < s->arms; i++)
		if (strcmp(s->arm[i], p->word) == 0) {
			next(p);
			return i;
		}
	int near = s && s->arms ? text_closest(p->word, s->arm, s->arms) : -1;
	if (near >= 0)
		fail(p, "no arm is called \"%s\"; did you mean \"%s\"?", p->word, s->arm[near]);
	else if (!s || s->arms < 2)
		fail(p, "no arm is called \"%s\"; there is only one run here", p->word);
	else
		fail(p, "no arm is called \"%s\"; the first is \"%s\"", p->word, s->arm[0]);
	return -2;
}

/* [k] or [j, k] behind a metric. */
static kind indices(parser *p, const char *name, int wanted)
{
	if (!is_sign(p, "["))
		return wanted == 1
		               ? fail(p, "'%s' is one number for each step; allowed: %s[1], %s[T]", name, name, name)
		               : fail(p, "'%s' is one number for each pair; allowed: %s[T, 1]", name, name);
	for (int i = 0; i < wanted; i++) {
		if (i > 0 && !is_sign(p, ","))
			return fail(p, "'%s' takes two steps; allowed: %s[T, 1]", name, name);
		next(p);
		kind k = sum(p);
		if (k != NUMBER)
			return k == WRONG ? k : fail(p, "the step of '%s' is no number", name);
	}
	if (!is_sign(p, "]"))
		return fail(p, "'%s[' is not closed by ']'", name);
	next(p);
	return wanted == 1 ? NUMBER : emit_as(p, DO_PAIR, NUMBER);
}

static kind metric(parser *p)
{
	int id = find_metric(p->word);
	if (id < 0)
		return unknown_metric(p);
	const char *name = id < GOAL_COUNT ? goal_metrics[id].name : "";
	int indexed = id < GOAL_COUNT ? goal_metrics[id].indexed : 0;
	next(p);
	if (indexed && indices(p, name, indexed) == WRONG)
		return WRONG;
	if (!emit(p, indexed ? DO_INDEXED : DO_METRIC, id, 0))
		return WRONG;
	if (is_name(p, "for")) {
		int op = p->g->ops - 1, arm = arm_of(p);
		if (arm < -1)
			return WRONG;
		p->g->op[op].arm = (signed char)arm;
		p->ended_with_for = true;
	}
	return NUMBER;
}

static const struct {
	const char *name;
	int code;
} functions[] = {{"log10", DO_LOG10}, {"ln", DO_LN}, {"exp", DO_EXP}, {"abs", DO_ABS}, {"sqrt", DO_SQRT}};

static kind function(parser *p, int code)
{
	next(p);
	if (!is_sign(p, "("))
		return fail(p, "no '(' after a function");
	next(p);
	kind k = sum(p);
	if (k != NUMBER)
		return k == WRONG ? k : fail(p, "a function of a comparison");
	if (!is_sign(p, ")"))
		return fail(p, "'(' is not closed by ')'");
	next(p);
	return emit_as(p, code, NUMBER);
}

static kind bracketed(parser *p)
{
	next(p);
	kind k = condition(p);
	if (k == WRONG)
		return k;
	if (!is_sign(p, ")"))
		return fail(p, "'(' is not closed by ')'");
	next(p);
	return k;
}

static kind atom(parser *p)
{
	p->ended_with_for = false;
	if (p->token == NUM) {
		if (!emit(p, DO_NUMBER, 0, p->number))
			return WRONG;
		next(p);
		return NUMBER;
	}
	if (is_sign(p, "("))
		return bracketed(p);
	if (p->token == NAME) {
		for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
			if (strcmp(functions[i].name, p->word) == 0)
				return function(p, functions[i].code);
		return metric(p);
	}
	if (p->token == END)
		return fail(p, "a comparison is missing; allowed: metric < number");
	return fail(p, "'%s' where a metric or a number should stand", p->word);
}

static kind factor(parser *p)
{
	if (++p->depth > NESTING)
		return fail(p, "nested more than %d deep", NESTING);
	kind k;
	if (is_sign(p, "-")) {
		next(p);
		k = factor(p);
		if (k == TRUTH)
			k = fail(p, "minus a comparison");
		k = k == NUMBER ? emit_as(p, DO_NEGATE, NUMBER) : k;
	} else {
		k = atom(p);
	}
	p->depth--;
	return k;
}

/* left (op right)…, both numbers. */
static kind chain(parser *p, kind (*part)(parser *), const char *a, int code_a, const char *b, int code_b)
{
	kind k = part(p);
	while (k != WRONG && (is_sign(p, a) || is_sign(p, b))) {
		int code = is_sign(p, a) ? code_a : code_b;
		if (k != NUMBER)
			return fail(p, "'%s' after a comparison", p->word);
		next(p);
		k = part(p);
		if (k == TRUTH)
			return fail(p, "arithmetic with a comparison");
		if (k == NUMBER)
			k = emit_as(p, code, NUMBER);
	}
	return k;
}

static kind product(parser *p)
{
	return chain(p, factor, "*", DO_MUL, "/", DO_DIV);
}

static kind sum(parser *p)
{
	return chain(p, product, "+", DO_ADD, "-", DO_SUB);
}

static kind number_here(parser *p, const char *what)
{
	kind k = sum(p);
	return k == TRUTH ? fail(p, "%s is no number", what) : k;
}

/* value in [a, b] */
static kind interval(parser *p)
{
	next(p);
	if (!is_sign(p, "["))
		return fail(p, "no '[' after 'in'; allowed: in [a, b]");
	next(p);
	if (number_here(p, "the lower end") == WRONG)
		return WRONG;
	if (!is_sign(p, ","))
		return fail(p, "no ',' between the ends of an interval; allowed: in [a, b]");
	next(p);
	if (number_here(p, "the upper end") == WRONG)
		return WRONG;
	if (!is_sign(p, "]"))
		return fail(p, "the interval is not closed by ']'");
	next(p);
	return emit_as(p, DO_IN, TRUTH);
}

static const struct {
	const char *text;
	int code;
} comparisons[] = {
        {"<", DO_LT}, {"<=", DO_LE}, {">", DO_GT}, {">=", DO_GE}, {"=", DO_EQ}, {"==", DO_EQ}, {"!=", DO_NE}};

static int comparison_code(const parser *p)
{
	for (size_t i = 0; p->token == SIGN && i < sizeof comparisons / sizeof *comparisons; i++)
		if (strcmp(comparisons[i].text, p->word) == 0)
			return comparisons[i].code;
	return -1;
}

/* The name of a choice behind `optimizer =`. */
static bool choice_here(parser *p, int left)
{
	const goal *g = p->g;
	if (g->ops != left + 1 || g->op[left].code != DO_METRIC || g->op[left].metric < GOAL_COUNT || p->token != NAME)
		return false;
	const knob *k = knob_get((knob_id)(g->op[left].metric - GOAL_COUNT));
	for (int i = 0; k->type == KNOB_CHOICE && i < k->choices; i++)
		if (strcmp(k->choice[i], p->word) == 0) {
			next(p);
			return emit(p, DO_NUMBER, 0, i);
		}
	return false;
}

static kind tolerance(parser *p)
{
	next(p);
	if (number_here(p, "the tolerance") == WRONG)
		return WRONG;
	bool share = is_sign(p, "%");
	if (share)
		next(p);
	return emit_as(p, share ? DO_SHARE : DO_NEAR, TRUTH);
}

static kind right_side(parser *p, int left, int code)
{
	next(p);
	p->ended_with_for = false;
	if (!choice_here(p, left) && number_here(p, "what is compared") == WRONG)
		return WRONG;
	if (is_sign(p, "±"))
		return code == DO_EQ ? tolerance(p)
		                     : fail(p, "'±' belongs to '='; allowed: metric = number ± tolerance");
	return emit_as(p, code, TRUTH);
}

/* for "arm" behind a comparison fills in the arm of every metric that has none. */
static kind whole_arm(parser *p, int left)
{
	int arm = -1;
	if (is_name(p, "for"))
		arm = arm_of(p);
	else if (p->ended_with_for)
		for (int i = left; i < p->g->ops; i++)
			arm = p->g->op[i].arm >= 0 ? p->g->op[i].arm : arm;
	p->ended_with_for = false;
	if (arm < -1)
		return WRONG;
	for (int i = left; i < p->g->ops; i++)
		if (p->g->op[i].arm < 0)
			p->g->op[i].arm = (signed char)arm;
	return TRUTH;
}

static kind comparison(parser *p)
{
	int left = p->g->ops;
	const char *first = p->start;
	if (is_name(p, "not")) {
		next(p);
		if (++p->depth > NESTING)
			return fail(p, "nested more than %d deep", NESTING);
		kind k = comparison(p);
		p->depth--;
		return k == TRUTH ? emit_as(p, DO_NOT, TRUTH) : k == NUMBER ? fail(p, "'not' before a number") : k;
	}
	kind k = sum(p);
	if (k != NUMBER)
		return k;
	int code = comparison_code(p);
	if (code < 0 && !is_name(p, "in")) {
		if (p->token == SIGN && strcspn(p->word, "<>=!") == 0)
			return fail(p, "no comparison is called '%s'; allowed: < <= > >= = != in [a, b]", p->word);
		snprintf(p->left, sizeof p->left, "%.*s", (int)(p->start - first), first);
		for (size_t n = strlen(p->left); n > 0 && p->left[n - 1] == ' '; n--)
			p->left[n - 1] = '\0';
		/* whoever wants a value takes it as it is */
		return NUMBER;
	}
	k = code < 0 ? interval(p) : right_side(p, left, code);
	return k == WRONG ? k : whole_arm(p, left);
}

static kind join(parser *p, kind (*part)(parser *), const char *word, int code)
{
	kind k = part(p);
	while (k != WRONG && is_name(p, word)) {
		if (k != TRUTH)
			return fail(p, "'%s' after a number", word);
		next(p);
		k = part(p);
		if (k == NUMBER)
			return fail(p, "no comparison after '%s'; allowed: < <= > >= = != in [a, b]", p->left);
		if (k == TRUTH)
			k = emit_as(p, code, TRUTH);
	}
	return k;
}

static kind conjunction(parser *p)
{
	return join(p, comparison, "and", DO_AND);
}

static kind condition(parser *p)
{
	if (++p->depth > NESTING)
		return fail(p, "nested more than %d deep", NESTING);
	kind k = join(p, conjunction, "or", DO_OR);
	p->depth--;
	return k;
}

bool goal_parse(const char *text, const goal_scope *scope, goal *g, err *e)
{
	parser p = {.text = text, .at = text, .scope = scope, .g = g, .e = e};
	g->ops = 0;
	next(&p);
	kind k = condition(&p);
	if (k == WRONG)
		return false;
	if (k == NUMBER)
		return fail(&p, "no comparison after '%s'; allowed: < <= > >= = != in [a, b]", p.left), false;
	if (p.token != END)
		return fail(&p, "'%s' where 'and' or 'or' should stand", p.word), false;
	return true;
}

bool goal_parse_value(const char *text, const goal_scope *scope, goal *g, err *e)
{
	parser p = {.text = text, .at = text, .scope = scope, .g = g, .e = e};
	g->ops = 0;
	next(&p);
	kind k = sum(&p);
	if (k == TRUTH)
		fail(&p, "a comparison where a number should stand");
	else if (k == NUMBER && p.token != END)
		fail(&p, "'%s' behind a number", p.word);
	return k == NUMBER && p.token == END;
}

/* ---- running ---- */

static double unary(int code, double a)
{
	switch (code) {
	case DO_NEGATE:
		return -a;
	case DO_LOG10:
		return log10(a);
	case DO_LN:
		return log(a);
	case DO_EXP:
		return exp(a);
	case DO_ABS:
		return fabs(a);
	case DO_SQRT:
		return sqrt(a);
	default: /* not */
		return a > 0 ? 0 : 1;
	}
}

/* Steps, from 1; 0: none. A pair of them is below 2³¹. */
static int index_of(double v)
{
	return v >= 0.5 && v < 1e9 ? (int)lround(v) : 0;
}

int goal_pair(int j, int k)
{
	return j > 0 && k > 0 && j < GOAL_SIDE && k < GOAL_SIDE ? j * GOAL_SIDE + k : 0;
}

static double binary(int code, double a, double b)
{
	switch (code) {
	case DO_ADD:
		return a + b;
	case DO_SUB:
		return a - b;
	case DO_MUL:
		return a * b;
	case DO_DIV:
		return a / b;
	case DO_PAIR:
		return index_of(a) && index_of(b) ? (double)goal_pair(index_of(a), index_of(b)) : 0;
	case DO_LT:
		return a < b;
	case DO_LE:
		return a <= b;
	case DO_GT:
		return a > b;
	case DO_GE:
		return a >= b;
	case DO_EQ:
		return a == b;
	case DO_NE:
		return a < b || a > b;
	case DO_AND:
		return a > 0 && b > 0;
	default:
		return a > 0 || b > 0;
	}
}

static double ternary(int code, double a, double b, double c)
{
	if (code == DO_IN)
		return a >= b && a <= c;
	return fabs(a - b) <= (code == DO_SHARE ? c / 100 * fabs(b) : c);
}

double goal_value(const goal *g, int arm, goal_read *read, void *data)
{
	double stack[GOAL_OPS + 1];
	int n = 0;
	for (int i = 0; i < g->ops; i++) {
		const goal_op *o = &g->op[i];
		int from = o->arm >= 0 ? o->arm : arm;
		if (o->code == DO_NUMBER)
			stack[n++] = o->value;
		else if (o->code == DO_METRIC)
			stack[n++] = read(data, from, o->metric, 0);
		else if (o->code == DO_INDEXED)
			stack[n - 1] = read(data, from, o->metric, index_of(stack[n - 1]));
		else if (o->code <= DO_NOT)
			stack[n - 1] = unary(o->code, stack[n - 1]);
		else if (o->code <= DO_OR)
			n--, stack[n - 1] = binary(o->code, stack[n - 1], stack[n]);
		else
			n -= 2, stack[n - 1] = ternary(o->code, stack[n - 1], stack[n], stack[n + 1]);
	}
	return n == 1 ? stack[0] : NAN;
}

bool goal_holds(const goal *g, int arm, goal_read *read, void *data)
{
	return goal_value(g, arm, read, data) > 0;
}

bool goal_names_arms(const goal *g)
{
	for (int i = 0; i < g->ops; i++)
		if ((g->op[i].code == DO_METRIC || g->op[i].code == DO_INDEXED) && g->op[i].arm < 0)
			return false;
	return true;
}

bool goal_uses(const goal *g, int metric)
{
	for (int i = 0; i < g->ops; i++)
		if ((g->op[i].code == DO_METRIC || g->op[i].code == DO_INDEXED) && g->op[i].metric == metric)
			return true;
	return false;
}

/* The index of an indexed metric is worked out like a value of its own: the operations in front of it. */
static int index_before(const goal *g, int op, int arm, goal_read *read, void *data)
{
	goal part = {0};
	int need = 1, first = op;
	while (need > 0 && first > 0) {
		int code = g->op[--first].code;
		need += code <= DO_METRIC ? -1 : code <= DO_NOT ? 0 : code <= DO_OR ? 1 : 2;
	}
	for (int i = first; i < op; i++)
		part.op[part.ops++] = g->op[i];
	return index_of(goal_value(&part, arm, read, data));
}

const char *goal_measured(const goal *g, int arm, goal_read *read, void *data, char *buf, size_t size)
{
	size_t at = 0;
	buf[0] = '\0';
	for (int i = 0; i < g->ops; i++) {
		const goal_op *o = &g->op[i];
		char number[48], step[24] = "";
		if ((o->code != DO_METRIC && o->code != DO_INDEXED) || o->metric >= GOAL_COUNT)
			continue;
		int from = o->arm >= 0 ? o->arm : arm, k = 0;
		if (o->code == DO_INDEXED) {
			k = index_before(g, i, arm, read, data);
			if (o->metric < GOAL_COUNT && goal_metrics[o->metric].indexed == 2)
				snprintf(step, sizeof step, "[%d, %d]", k / GOAL_SIDE, k % GOAL_SIDE);
			else
				snprintf(step, sizeof step, "[%d]", k);
		}
		text_short(number, sizeof number, read(data, from, o->metric, k), 4);
		int n = snprintf(
		        buf + at, size - at, "%s%s%s %s", at ? ", " : "", goal_metrics[o->metric].name, step, number);
		if (n < 0 || (size_t)n >= size - at)
			break;
		at += (size_t)n;
	}
	return buf;
}
