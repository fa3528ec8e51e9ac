/* bench_window: how long the window takes for a frame, in processes of their own; for `unroll bench`. */
#ifndef APP_BENCH_WINDOW_H
#define APP_BENCH_WINDOW_H
#include "app/window.h"

enum { WINDOW_CASES = 6 };

/* Of every case; frames = 0: could not be measured. */
void bench_window(int frames, window_speed speed[WINDOW_CASES]);
void bench_window_text(const window_speed speed[WINDOW_CASES]);
/* `, "window": {…}`, or nothing */
void bench_window_json(const window_speed speed[WINDOW_CASES]);

#endif
