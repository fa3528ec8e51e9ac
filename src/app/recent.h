/* recent: the runs that were left, newest first, in $XDG_STATE_HOME/unroll/recent. */
#ifndef APP_RECENT_H
#define APP_RECENT_H
#include "base/err.h"

#include <stdbool.h>

enum { RECENT_MOST = 12 };

typedef struct recent {
	int n;
	struct {
		long long when; /* seconds since 1970 */
		char *state;    /* state string */
	} run[RECENT_MOST];
} recent;

/* Two states of the same run, at whatever update. */
bool recent_same(const char *a, const char *b);
/* What cannot be read is left out; no file is no runs. */
recent recent_load(void);
void recent_free(recent *r);
/* Puts a state in front; one of the same run at another update is replaced, the oldest beyond RECENT_MOST is dropped.
 * What another window has kept meanwhile stays. */
bool recent_add(const char *state, long long when, err *e);
/* The same, and `before` goes: what stood there of this run, which may have been changed since. NULL: nothing. */
bool recent_update(const char *before, const char *state, long long when, err *e);

#endif
