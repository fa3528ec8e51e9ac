/* goal: a condition on the numbers of a run, as in `--until 'loss < 0.01 or update = 5000'`: comparisons joined by
 * `and` and `or` (`and` binds tighter). */
#ifndef LESSON_GOAL_H
#define LESSON_GOAL_H
#include "base/err.h"

enum { GOAL_TERMS = 16 };

typedef struct goal_term {
	int metric; /* row of goals.def */
	char op;    /* '<' '>' '=' 'l' (<=) 'g' (>=) '!' */
	double value;
	bool or_before; /* joined to the term before by `or` */
} goal_term;

typedef struct goal {
	int terms;
	goal_term term[GOAL_TERMS];
} goal;

typedef struct goal_metric {
	const char *name, *summary;
} goal_metric;

typedef enum goal_id {
#define GOAL(name, summary) GOAL_##name,
#include "lesson/goals.def"
#undef GOAL
	GOAL_COUNT
} goal_id;

extern const goal_metric goal_metrics[GOAL_COUNT];

/* A message names the word that is wrong, and the closest metric. */
bool goal_parse(const char *text, goal *g, err *e);
/* values[metric]; a comparison with NaN does not hold. */
bool goal_holds(const goal *g, const double values[GOAL_COUNT]);

#endif
