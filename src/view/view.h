/* view: a picture of a snap. A view reads a snap and draws on a canvas; it never sees a trial, a thread or SDL.
 * One file in views/ and one line in views.def add a view; screen, SVG, PDF, PNG, the golden traces and the tests
 * with empty, NaN and huge snaps pick it up.
 * May be included by lesson and app. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H
#include "draw/canvas.h"
#include "run/snap.h"
#include "view/data.h"

/* Where the pointer is, and which time step is marked in all linked views. */
typedef struct view_focus {
	bool has_pointer;
	point pointer; /* in the canvas's points */
	int step;      /* 1-based time step that is highlighted; 0 = none */
	long update;   /* update that is highlighted; 0 = none */
	int hand;      /* step of the example that the keyboard has taken hold of; 0 = the highlighted one */
	struct view_handles *handles; /* what can be taken hold of is added here (view/handle.h); NULL: nobody will */
	struct view_sweep *sweep;     /* the way through one update that is being shown (view/sweep.h), or NULL */
} view_focus;

typedef struct view {
	const char *name;    /* contract name: "temporal" */
	const char *title;   /* for the reader */
	const char *summary; /* one sentence for `unroll list views` */
	unsigned wants;      /* WANT_… of the snap: beside the curves */
	/* Draws into `area`. Returns through *focus (may be NULL on entry → no read-out) the step or update under the
	 * pointer, so that the other views can mark it. */
	void (*draw)(const snap *s, canvas *c, rect area, view_focus *focus);
	/* What is drawn, as numbers, of all arms that are shown. */
	void (*data)(const snap *s, view_data *d);
	/* One or two sentences made from the state: what is drawn and, when `run` is set, of which run. Returns buf. */
	const char *(*caption)(const snap *s, bool run, char *buf, int size);
	/* The numbers beside the title: "now 1.52, 19 % of updates clipped". Returns buf. */
	const char *(*key)(const snap *s, char *buf, int size);
} view;

extern const view *const views[];
extern const int views_count;
const view *view_find(const char *name); /* NULL when unknown */
/* The views that are shown when nothing else is said: the first ones of the registry. */
enum { VIEW_USUAL = 4 };
unsigned view_wants(const view *const *list, int n);
/* The views that a state names, at most STATE_VIEWS; the usual ones when it names none. */
bool view_pick(const run_state *s, const view **list, int *n, err *e);
/* Writes them into a state; leaves it without when they are what it shows anyway. */
void view_note(run_state *s, const view *const *list, int n);

/* What a plot shows, in one sentence for those who do not see it: title, numbers, how to read it, of which run. */
const char *view_summary(const view *v, const snap *s, char *buf, int size);

/* A panel: title, the view, and its caption below, on INK_PANEL with a border. The one frame that the window and the
 * exports share. `alone` draws it for export or full window (larger title, no border). */
void view_panel(const view *v, const snap *s, canvas *c, rect area, view_focus *focus, bool alone);
/* Several panels laid out in a grid that fills `area` (1 to 8 views). rects (may be NULL) receives where each went. */
void view_grid(const view *const *list, int n, const snap *s, canvas *c, rect area, view_focus *focus, rect *rects);

#endif
