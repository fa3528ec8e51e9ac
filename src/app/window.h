/* window: the window of the workbench. SDL is in window.c and events.c and nowhere else. */
#ifndef APP_WINDOW_H
#define APP_WINDOW_H
#include "run/state.h"

#include <stdbool.h>

typedef struct window_speed { /* milliseconds */
	int frames;
	double first;                          /* from options.started to the first frame on the screen */
	double median, p99;                    /* draw and present of one frame, everything redrawn, while training */
	double cpu_first, cpu_median, cpu_p99; /* … in time of the window's thread: without what others took */
} window_speed;

typedef struct window_options {
	int theme;         /* a theme_id; −1 = as the settings say */
	float scale;       /* 0 = as the settings say */
	int width, height; /* window units; 0 = a usual size */
	bool gallery;      /* begin with the gallery */
	double started;    /* CLOCK_MONOTONIC seconds when the program started; 0 = when window_run was called */
	int bench_frames;  /* > 0: draw that many frames while training, fill *speed, and return */
	window_speed *speed;
	const char *lesson; /* to open, as bench_lesson; NULL = none */
} window_options;

/* Whether a window would be seen: SDL picks a driver without a screen by itself when there is no display, which counts
 * only when SDL_VIDEODRIVER asks for it. */
bool window_display_available(void);
/* The name of the video driver after window_display_available, for messages. */
const char *window_driver(void);
/* Opens the window on a state, until it is closed. The exit status; what went wrong
 * is on standard error. */
int window_run(const run_state *s, const window_options *o);

#endif
