/* preferences: the settings of the program, over whatever is on the screen. */
#ifndef APP_PREFERENCES_H
#define APP_PREFERENCES_H
#include <stdbool.h>

typedef struct preferences {
	bool open;
	float offset;
	double dragged; /* the scale while its slider is held; 0 = it is not */
} preferences;

struct bench;

void preferences_draw(struct bench *b);
/* Makes the settings hold that act outside the window's own drawing: numbers, pictures, motion. */
void preferences_apply(struct bench *b);

#endif
