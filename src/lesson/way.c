#include "lesson/way.h"

#include "run/plane.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 100000 };

void way_done(way *w)
{
	free(w->place);
}

/* False for what is no function of two parameters. */
static bool stand(const trial *t, double at[2])
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	if (t->shape.unit != UNIT_FUNCTION)
		return false;
	for (int i = 0; i < n; i++)
		if (!table[i].frozen)
			t->api->get(t->m, i, &at[!table[i].recurrent]);
	return true;
}

static bool make_room(way *w)
{
	if (w->n < w->room)
		return true;
	int room = w->room ? 2 * w->room : 256;
	struct way_place *more = realloc(w->place, (size_t)room * sizeof *more);
	if (!more)
		return false;
	w->place = more;
	w->room = room;
	return true;
}

/* A run may be sent to another update: what is known up to there counts while it still leads there. */
void way_add(way *w, const trial *t)
{
	long at = t->update;
	double now[2] = {0, 0};
	bool next = at == w->seen + 1;
	if ((at == w->seen && w->n > 0) || !stand(t, now))
		return;
	w->seen = at;
	if (at > 0 && !next) {
		if (at < w->n && (w->place[at].at[0] != now[0] || w->place[at].at[1] != now[1]))
			w->n = 0;
		return;
	}
	if (at > w->n || at > MOST)
		return; /* the beginning is not known */
	w->n = (int)at;
	if (make_room(w))
		w->place[w->n++] = (struct way_place){{now[0], now[1]}, at > 0 ? t->r.update_norm : NAN};
}

static double turns(const way *w, int n)
{
	int count = 0;
	double last = w->place[0].at[1];
	for (int i = 1; i <= n; i++) {
		double b = w->place[i].at[1];
		count += b * last < 0;
		last = b != 0 ? b : last;
	}
	return count;
}

double way_read(const way *w, const trial *t, measured_descent what, int n)
{
	if (t->shape.unit != UNIT_FUNCTION)
		return measure_descent(&t->c, what, n);
	if (t->diverged && n > t->update)
		return what == DESCENT_VALUE || what == DESCENT_DISTANCE ? INFINITY : NAN;
	if (n < 0 || n > t->update || n >= w->n)
		return NAN;
	const struct way_place *p = &w->place[n];
	const plane *f = t->plane;
	switch (what) {
	case DESCENT_A:
		return p->at[0];
	case DESCENT_B:
		return p->at[1];
	case DESCENT_VALUE:
		return plane_at(f, p->at[0], p->at[1]).value;
	case DESCENT_DISTANCE:
		return f->has_minimum ? hypot(p->at[0] - f->minimum[0], p->at[1] - f->minimum[1]) : NAN;
	case DESCENT_TURNS:
		return turns(w, n);
	case DESCENT_STEP:
		return p->step;
	}
	return NAN;
}
