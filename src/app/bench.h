/* bench: the workbench screen: controls, plots, transport. Draws on any canvas and speaks to the worker; knows nothing
 * of SDL. What the window has to do for it (full screen, quit, title) are plain fields that the window reads. */
#ifndef APP_BENCH_H
#define APP_BENCH_H
#include "app/settings.h"
#include "run/worker.h"
#include "ui/ui.h"
#include "view/view.h"

enum { BENCH_GROUPS = 16, BENCH_VIEWS = 8 };

typedef struct bench {
	ui ui;
	worker *worker;      /* NULL in tests of the layout */
	const snap *snap;    /* newest; NULL before the first one */
	config config;       /* what the controls show; the worker may refuse it */
	bool config_changed; /* to be sent before the next frame */

	settings settings;
	bool settings_changed;

	bool playing;
	double playing_since; /* when the user last said play or pause */
	double speed;         /* updates per second; SPEED_MAX and more: as fast as it goes */
	char dismissed[320];  /* message of the run that was closed */

	int alone; /* index of the view that fills the window; −1 = all */
	bool presenter, help;
	bool panel, overlay; /* the column of controls in a wide window, over the plots in a narrow one */
	bool narrow;
	bool section_open[BENCH_GROUPS], section_all[BENCH_GROUPS];
	bool sections_fitted;
	float panel_offset, help_offset;
	view_focus focus;
	rect plots;             /* where the plots are */
	rect cell[BENCH_VIEWS]; /* … each of them */
	rect live;              /* what a new snap changes; the rest only changes after an event */

	theme presenter_theme;

	bool fullscreen, quit; /* wishes to the window */
} bench;

void bench_init(bench *b, const config *c, worker *w, const settings *s, const ui_clipboard *clipboard);
/* Picks up the newest snap; false when there is no new one. */
bool bench_take(bench *b, double now);
/* One pass: takes `event` (NULL: none) and draws. `chrome` is where the control column and the top bar go, `c` the
 * rest: the same canvas, or a canvas_null when they have not changed. With `views` false the plots are left out (a pass
 * that is not seen). */
void bench_pass(bench *b, canvas *c, canvas *chrome, bool views, const ui_event *event, double now);
const theme *bench_theme(bench *b);
/* "unroll — rnn, adding, T = 50" */
const char *bench_title(const bench *b, char *buf, size_t size);
bool bench_diverged(const bench *b);
/* The views that are shown: all, or the one that fills the window. Returns how many. */
int bench_views(const bench *b, const view **list);
/* A file was dropped on the window: a picture with a state, or data. */
void bench_drop(bench *b, const char *path);

/* ---- what commands and buttons do ---- */
void bench_play(bench *b, bool play);
void bench_step(bench *b, long updates);
void bench_reset(bench *b);
void bench_clip_and_retry(bench *b);
void bench_goto(bench *b, const config *c, long update);

/* ---- panel.c: the column of controls, made from the knob table ---- */
void panel_draw(bench *b, rect r);
/* Sets a knob from text; the message of an error goes to the field that is being edited. */
bool panel_set(bench *b, const char *name, const char *value);

/* ---- bars.c: the top bar, the transport, the line with messages ---- */
float bars_top_height(const bench *b, float height);
float bars_bottom_height(const bench *b, float height);
float bars_message_height(bench *b, float width);
void bars_top(bench *b, rect r);
void bars_bottom(bench *b, rect r);
void bars_message(bench *b, rect r);

/* ---- help.c ---- */
void help_draw(bench *b);

#endif
