#include "lesson/goal.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

const goal_metric goal_metrics[GOAL_COUNT] = {
#define GOAL(name, summary) {#name, summary},
#include "lesson/goals.def"
#undef GOAL
};

/* Words are letters, digits and signs of a number; comparisons stand for themselves. */
static bool next_token(const char **p, char *word, size_t size)
{
	*p += strspn(*p, " \t\n");
	size_t n = strspn(*p, "<>=!");
	if (!n)
		n = strcspn(*p, " \t\n<>=!");
	if (!n)
		return false;
	size_t keep = n < size ? n : size - 1;
	memcpy(word, *p, keep);
	word[keep] = '\0';
	*p += n;
	return true;
}

static int find_metric(const char *name)
{
	for (int i = 0; i < GOAL_COUNT; i++)
		if (strcmp(goal_metrics[i].name, name) == 0)
			return i;
	return -1;
}

static bool unknown_metric(const char *word, err *e)
{
	const char *names[GOAL_COUNT];
	for (int i = 0; i < GOAL_COUNT; i++)
		names[i] = goal_metrics[i].name;
	int near = text_closest(word, names, GOAL_COUNT);
	if (near >= 0)
		return err_input(e, "goal: unknown metric '%s'; did you mean '%s'?", word, names[near]);
	return err_input(e, "goal: unknown metric '%s'; `unroll list goals` shows them all", word);
}

static bool read_op(const char *word, char *op)
{
	static const struct {
		const char *text;
		char op;
	} ops[] = {{"<", '<'}, {">", '>'}, {"=", '='}, {"==", '='}, {"<=", 'l'}, {">=", 'g'}, {"!=", '!'}};
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		if (strcmp(ops[i].text, word) == 0) {
			*op = ops[i].op;
			return true;
		}
	return false;
}

static bool read_term(const char **p, goal_term *t, err *e)
{
	char word[40];
	if (!next_token(p, word, sizeof word))
		return err_input(e, "goal: a comparison is missing; allowed: metric < number");
	t->metric = find_metric(word);
	if (t->metric < 0)
		return unknown_metric(word, e);
	if (!next_token(p, word, sizeof word) || !read_op(word, &t->op))
		return err_input(
		        e, "goal: no comparison after '%s'; allowed: < <= > >= = !=", goal_metrics[t->metric].name);
	if (!next_token(p, word, sizeof word) || !text_read_number(word, false, &t->value))
		return err_input(
		        e, "goal: '%s' is compared with something that is not a number", goal_metrics[t->metric].name);
	return true;
}

bool goal_parse(const char *text, goal *g, err *e)
{
	const char *p = text;
	char word[40];
	*g = (goal){0};
	for (bool more = true; more;) {
		if (g->terms == GOAL_TERMS)
			return err_input(e, "goal: more than %d comparisons", GOAL_TERMS);
		if (!read_term(&p, &g->term[g->terms], e))
			return false;
		g->terms++;
		more = next_token(&p, word, sizeof word);
		if (!more)
			break;
		if (strcmp(word, "or") != 0 && strcmp(word, "and") != 0)
			return err_input(e, "goal: '%s' where 'and' or 'or' should stand", word);
		if (g->terms < GOAL_TERMS)
			g->term[g->terms].or_before = strcmp(word, "or") == 0;
	}
	return true;
}

static bool term_holds(const goal_term *t, double v)
{
	switch (t->op) {
	case '<':
		return v < t->value;
	case '>':
		return v > t->value;
	case 'l':
		return v <= t->value;
	case 'g':
		return v >= t->value;
	case '=':
		return v == t->value;
	default:
		return v < t->value || v > t->value;
	}
}

bool goal_holds(const goal *g, const double values[GOAL_COUNT])
{
	bool any = false, all = true;
	for (int i = 0; i < g->terms; i++) {
		if (g->term[i].or_before) {
			any = any || all;
			all = true;
		}
		all = all && term_holds(&g->term[i], values[g->term[i].metric]);
	}
	return any || all;
}
