#include "run/team.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

/* A job of a recurrent net lasts 10 µs to 10 ms and the next follows at once: waiting hands look at the counter for a
 * while before they sleep. */
enum { SPINS = 4000 };

typedef struct crew {
	team t; /* first: a team * is a crew * */
	pthread_t *thread;
	atomic_long serial; /* counts jobs */
	atomic_int busy;    /* hands that have not finished the current job */
	atomic_bool quit;
	void (*job)(void *arg, int part, int parts); /* written before serial is increased */
	void *arg;
	/* The following are protected by lock. */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int sleeping;
} crew;

typedef struct hand {
	crew *c;
	int part;
} hand;

static void relax(void)
{
#if defined __x86_64__
	__builtin_ia32_pause();
#endif
}

static bool wait_job(crew *c, long seen)
{
	for (int i = 0; i < SPINS; i++) {
		if (atomic_load(&c->serial) != seen || atomic_load(&c->quit))
			return !atomic_load(&c->quit);
		relax();
	}
	pthread_mutex_lock(&c->lock);
	c->sleeping++;
	while (atomic_load(&c->serial) == seen && !atomic_load(&c->quit))
		pthread_cond_wait(&c->wake, &c->lock);
	c->sleeping--;
	pthread_mutex_unlock(&c->lock);
	return !atomic_load(&c->quit);
}

static void *hand_main(void *arg)
{
	hand h = *(hand *)arg;
	free(arg);
	for (long seen = 0; wait_job(h.c, seen);) {
		seen++;
		h.c->job(h.c->arg, h.part, h.c->t.hands);
		atomic_fetch_sub(&h.c->busy, 1);
	}
	return NULL;
}

static void wake_all(crew *c)
{
	pthread_mutex_lock(&c->lock);
	if (c->sleeping)
		pthread_cond_broadcast(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

static void crew_run(team *t, void (*job)(void *arg, int part, int parts), void *arg)
{
	crew *c = (crew *)t;
	c->job = job;
	c->arg = arg;
	atomic_store(&c->busy, t->hands - 1);
	atomic_fetch_add(&c->serial, 1);
	wake_all(c);
	job(arg, 0, t->hands);
	for (int i = 0; atomic_load(&c->busy) > 0; i++) {
		if (i < SPINS)
			relax();
		else
			sched_yield(); /* more hands than free processors */
	}
}

static bool start(crew *c, int i)
{
	hand *h = malloc(sizeof *h);
	if (!h)
		return false;
	*h = (hand){c, i};
	if (pthread_create(&c->thread[i], NULL, hand_main, h) == 0)
		return true;
	free(h);
	return false;
}

team *crew_new(int n, err *e)
{
	crew *c = calloc(1, sizeof *c);
	if (c)
		c->thread = calloc((size_t)n, sizeof *c->thread);
	if (!c || !c->thread) {
		free(c);
		err_machine(e, "no memory for %d threads; lower the knob threads", n);
		return NULL;
	}
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wake, NULL);
	c->t = (team){1, crew_run};
	for (int i = 1; i < n; i++) {
		if (!start(c, i)) {
			crew_free(&c->t);
			err_machine(e, "the system refuses %d threads; lower the knob threads", n);
			return NULL;
		}
		c->t.hands++;
	}
	return &c->t;
}

void crew_free(team *t)
{
	if (!t)
		return;
	crew *c = (crew *)t;
	pthread_mutex_lock(&c->lock);
	atomic_store(&c->quit, true);
	pthread_cond_broadcast(&c->wake);
	pthread_mutex_unlock(&c->lock);
	for (int i = 1; i < t->hands; i++)
		pthread_join(c->thread[i], NULL);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wake);
	free(c->thread);
	free(c);
}
