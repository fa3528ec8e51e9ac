/* handle: what can be taken hold of in a view: the radius of a circle, a line, a value of a sequence. A view adds
 * handles to its focus while it draws; whoever shows the view makes controls of them, and says what a new value does.
 * May be included by view and app. */
#ifndef VIEW_HANDLE_H
#define VIEW_HANDLE_H
#include "plot/axis.h"
#include "run/knob.h"
#include "view/view.h"

enum { VIEW_HANDLES = 24, HANDLE_NAME = 40 };

typedef enum handle_kind {
	HANDLE_KNOB,    /* the value is that of a knob of the arm */
	HANDLE_CLIP,    /* the same of clip_at; taking hold of it where nothing is clipped begins to */
	HANDLE_RESCALE, /* the spectral radius that the arm's matrix is to have from now on */
	HANDLE_INPUT,   /* an input of the example */
	HANDLE_MARK     /* the value is the step at which a mark of the example stands */
} handle_kind;

typedef enum handle_along { ALONG_X, ALONG_Y, ALONG_RADIUS } handle_along;

typedef struct view_handle {
	char name[HANDLE_NAME]; /* of the control: "temporal truncate" */
	const char *tip;        /* static text */
	handle_kind kind;
	int arm; /* its place among all arms */
	knob_id knob;
	int step, feature; /* of the example, 1-based; feature 0: a symbol */
	double value;
	double low, high;  /* what it can be dragged to */
	double fallback;   /* Delete returns to it; NAN: to nothing */
	bool whole, wraps; /* wraps: the upper end stands for 0, "all" */
	char text[24];     /* what `value` is called; "" = its number */
	const char *zero;  /* what the value 0 is called, or NULL */
	handle_along along;
	axis map;             /* X and Y: canvas position of a value (LOG: of its log10) */
	point centre;         /* RADIUS … */
	float angle, per_one; /* … radians, points per unit */
	point at;             /* X and Y: the grip; the coordinate along the axis follows the value */
	ink ink;
} view_handle;

typedef struct view_handles {
	int n;
	view_handle item[VIEW_HANDLES];
} view_handles;

/* Room for one more, cleared but for its name ("%s %s" of view and thing, with the arm's name when there are several);
 * NULL when nobody asks for handles, or there are enough. `arm`: row of the snap. */
view_handle *handle_add(view_focus *focus, const snap *s, int arm, const char *owner, const char *thing);
/* The value under the pointer, rounded to what a hand can set, within low … high. */
double handle_value(const view_handle *h, point pointer);
/* Where the grip is when the handle has this value. */
point handle_at(const view_handle *h, double value);
/* The grip, for whoever has made a control of it: 1 as it lies there, 2 under the pointer. */
void handle_draw(canvas *c, const view_handle *h, double value, int state);

#endif
