#include "lesson/gauge_parts.h"

#include "run/unit.h"

#include <math.h>

/* w and b where the run has taken them. b is 0 where there is none. */
static bool weights(const trial *t, unit *u)
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	if (!t->shape.unit)
		return false;
	*u = (unit){UNIT_SIGMOID, 0, 0};
	for (int i = 0; i < n; i++)
		if (table[i].recurrent)
			t->api->get(t->m, i, &u->w);
		else if (table[i].bias && !table[i].frozen)
			t->api->get(t->m, i, &u->b);
	return true;
}

static double of_power(const unit *u, int metric, int T)
{
	switch (metric) {
	case GOAL_state:
		return unit_power(u->w, T).value;
	case GOAL_end_by_w:
		return unit_power_slope(u->w, T).value;
	case GOAL_end_by_x0:
		return unit_power(u->w, T).value;
	case GOAL_weight:
		return u->w;
	default:
		return NAN;
	}
}

static double of_fixed(const unit *u, int metric, int index)
{
	unit_fixed f[UNIT_FIXED];
	int n = unit_fixed_points(u, f);
	if (metric == GOAL_fixed_points)
		return n;
	if (index < 1 || index > n)
		return NAN;
	return metric == GOAL_fixed_point ? f[index - 1].x : f[index - 1].multiplier;
}

static double fold(const unit *u, int index)
{
	double b[2], x[2];
	return (index == 1 || index == 2) && unit_folds(u->kind, u->w, b, x) ? b[index - 1] : NAN;
}

double gauge_unit(const trial *t, int metric, int index)
{
	unit u;
	if (!weights(t, &u))
		return NAN;
	if (t->shape.unit == UNIT_POWER)
		return of_power(&u, metric, t->shape.T_max);
	const unit_task k = {t->c.v[KNOB_x0], t->c.v[KNOB_target], t->shape.T_max};
	unit_end end = unit_run(&u, k.x0, k.T);
	switch (metric) {
	case GOAL_state:
		return end.x;
	case GOAL_end_by_w:
		return end.dw;
	case GOAL_end_by_x0:
		return end.dx0;
	case GOAL_weight:
		return u.w;
	case GOAL_offset:
		return u.b;
	case GOAL_wall:
		return unit_wall(&k, u.w);
	case GOAL_valley:
		return unit_valley(&k, u.w);
	case GOAL_wall_gradient:
		return unit_wall_gradient(&k, u.w);
	case GOAL_fold:
		return fold(&u, index);
	default:
		return of_fixed(&u, metric, index);
	}
}
