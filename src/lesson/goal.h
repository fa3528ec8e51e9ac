/* goal: a condition on the numbers of a run, as in `--until 'loss < 0.01 or update = 5000'`.
 *
 *     condition   comparison, joined by `and`, `or` (`and` binds tighter), `not`, parentheses
 *     comparison  value < value, <= > >= = != (also ≤ ≥ ≠ ≈);  value = value ± tolerance;  … ± 5 %;  value in [a, b]
 *     value       numbers, metrics (goals.def), knobs, + − * / parentheses, log10 ln exp abs sqrt
 *     metric      temporal[1], temporal[T/2] where it is indexed, jacobian[T, 1] by pairs; loss for "arm" of one arm
 *     for "arm"   behind a comparison: for all of it
 *
 * A metric without an arm is that of the arm the condition is asked for. A comparison with NaN does not hold. Choices
 * are compared by name: `optimizer = adam`. Parsed into a postfix program: bounded, no memory, no recursion to run it.
 * May be included by lesson and app. */
#ifndef LESSON_GOAL_H
#define LESSON_GOAL_H
#include "base/err.h"
#include "run/knob.h"

enum { GOAL_OPS = 64, GOAL_ARMS = 4, GOAL_SIDE = 1 << 14 };

typedef enum goal_id {
#define GOAL(name, indexed, summary) GOAL_##name,
#include "lesson/goals.def"
#undef GOAL
	GOAL_COUNT
} goal_id;

typedef struct goal_metric {
	const char *name;
	int indexed; /* how many indices it takes: 0, 1, 2 */
	const char *summary;
} goal_metric;

extern const goal_metric goal_metrics[GOAL_COUNT];

typedef struct goal_op {
	unsigned char code; /* goal.c */
	signed char arm;    /* metrics: row of the scope, −1 = the one that is asked */
	short metric;       /* goal_id, or GOAL_COUNT + knob_id */
	double value;
} goal_op;

typedef struct goal {
	int ops;
	goal_op op[GOAL_OPS];
} goal;

/* What a text may refer to, and where it stands, for messages. NULL: no arms, column 1. */
typedef struct goal_scope {
	int arms;
	const char *const *arm;
	int column; /* of the first byte of the text, 1-based; 0 counts as 1 */
} goal_scope;

/* A condition. A message names the word that is wrong, its column, and the closest known name. */
bool goal_parse(const char *text, const goal_scope *scope, goal *g, err *e);
/* A value. */
bool goal_parse_value(const char *text, const goal_scope *scope, goal *g, err *e);

/* Where the numbers come from: metric as in goal_op, `index` of an indexed one (1-based, rounded), else 0. That of a
 * pair is goal_pair(j, k): j * GOAL_SIDE + k, or 0 when one of them is no step. */
int goal_pair(int j, int k);
typedef double goal_read(void *data, int arm, int metric, int index);
bool goal_holds(const goal *g, int arm, goal_read *read, void *data);
double goal_value(const goal *g, int arm, goal_read *read, void *data);
/* Do all its metrics say which arm they are of. */
bool goal_names_arms(const goal *g);
/* "loss 0.93, temporal[1] 2.1·10⁻⁷": the metrics of the goal as they are. Returns buf. */
const char *goal_measured(const goal *g, int arm, goal_read *read, void *data, char *buf, size_t size);
/* Does it compare `update` with something anywhere: a condition that time alone makes true. */
bool goal_uses(const goal *g, int metric);

#endif
