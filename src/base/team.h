/* team: a few hands that share one job. The floors below run/ split their work through this interface and never see a
 * thread; run/team.c gives it hands. */
#ifndef BASE_TEAM_H
#define BASE_TEAM_H

typedef struct team {
	int hands; /* ≥ 1 */
	/* Calls job(arg, part, hands) once for each part 0 … hands−1, at the same time, and returns when all are done.
	 * NULL: there is one hand, the caller. */
	void (*run)(struct team *t, void (*job)(void *arg, int part, int parts), void *arg);
} team;

static inline void team_run(team *t, void (*job)(void *arg, int part, int parts), void *arg)
{
	if (t && t->run && t->hands > 1)
		t->run(t, job, arg);
	else
		job(arg, 0, 1);
}

#endif
