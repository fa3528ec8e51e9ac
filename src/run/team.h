/* crew: hands for base/team.h, made of threads that sleep between jobs. Threads live only here and in worker.c. */
#ifndef RUN_TEAM_H
#define RUN_TEAM_H
#include "base/err.h"
#include "base/team.h"

/* A team of n hands (the caller is one of them); n = 1 starts no thread. */
team *crew_new(int n, err *e);
void crew_free(team *t);

#endif
