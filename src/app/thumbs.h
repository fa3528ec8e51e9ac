/* thumbs: small pictures of runs and of picture files. A thread of its own makes the numbers or reads the files; the
 * window draws at most one a frame; what was drawn is kept in $XDG_CACHE_HOME/unroll/thumbs. Everything here belongs to
 * the window's thread. */
#ifndef APP_THUMBS_H
#define APP_THUMBS_H
#include "run/snap.h"
#include "view/view.h"

enum { THUMB_WIDTH = 576, THUMB_HEIGHT = 360 }; /* pixels, at most */

typedef struct thumbs thumbs;

typedef struct thumb_image {
	const uint32_t *argb; /* NULL: not yet, or never. Until the next call of thumbs_collect */
	int w, h;
} thumb_image;

/* `wake` is called from the thread when there is something to collect (NULL: never). NULL when there is no memory or no
 * thread: everything goes on without pictures. */
thumbs *thumbs_new(void (*wake)(void *), void *data);
void thumbs_free(thumbs *t);
/* What a state string shows, with its views at its update, in the colours of a theme. Asks for it when it is not there.
 * t may be NULL. */
thumb_image thumbs_state(thumbs *t, const char *state, theme_id colours);
/* A picture file, made smaller. */
thumb_image thumbs_picture(thumbs *t, const char *path);
/* The run of a snap that is there anyway, as thumbs_state will show it from now on; costs a frame or so. */
void thumbs_keep(thumbs *t, const char *state, theme_id colours, const snap *s, const view *const *list, int n);
/* Takes what is ready; true when a thumb is new since the last call. */
bool thumbs_collect(thumbs *t);
/* Nothing is being made or waits to be. For tests. */
bool thumbs_idle(thumbs *t);

#endif
