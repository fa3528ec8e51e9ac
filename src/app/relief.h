/* relief: what the mouse and the keys do to the error surface in the window: turn, tilt and zoom the relief, choose
 * axes, and choose on the map where the runs start. May be included by app. */
#ifndef APP_RELIEF_H
#define APP_RELIEF_H
#include <stdbool.h>

struct bench;

/* Plain data in the bench. */
typedef struct relief {
	bool turning;         /* being dragged … */
	float from_x, from_y; /* … from here … */
	double turn, tilt;    /* … where it was seen like this */
	bool crossed;         /* a place on the map is chosen … */
	double a, b;          /* … in its coordinates */
	float wheel;          /* fractions of a notch */
} relief;

/* Before the plots are drawn: what they are to show of this. */
void relief_before(struct bench *b);
/* The controls over the plot. */
void relief_controls(struct bench *b);

/* What commands do. Degrees, factors. */
void relief_turn(struct bench *b, double turn, double tilt);
void relief_zoom(struct bench *b, double factor);
void relief_next_axes(struct bench *b);
void relief_next_height(struct bench *b);
/* All arms start at the chosen place; without one it is put in the middle. */
void relief_start(struct bench *b);

#endif
