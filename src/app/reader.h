/* reader: values read off a plot by keyboard. While a plot's title has the keyboard, the arrows move a point inside the
 * plot that takes the pointer's part. */
#ifndef APP_READER_H
#define APP_READER_H
#include "view/view.h"

#include <stdbool.h>
#include <stdint.h>

struct bench;

typedef struct reader {
	uint32_t id;   /* of the title; 0: off */
	const view *v; /* that plot */
	float x, y;    /* shares of its panel */
} reader;

/* The arrows, `right` and `down` steps, were given to the title of the i-th plot that is shown. */
void reader_move(struct bench *b, int i, const view *v, uint32_t id, int right, int down);
/* Is it in use, and where? Forgets a place that the pointer or the focus has left. */
bool reader_at(struct bench *b, point *at);
void reader_draw(struct bench *b);

#endif
