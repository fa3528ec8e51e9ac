/* bench: the workbench screen: controls, plots, transport. Draws on any canvas and speaks to the worker; knows nothing
 * of SDL. What the window has to do for it (full screen, quit, title) are plain fields that the window reads. */
#ifndef APP_BENCH_H
#define APP_BENCH_H
#include "app/exporter.h"
#include "app/gallery.h"
#include "app/hands.h"
#include "app/preferences.h"
#include "app/reader.h"
#include "app/relief.h"
#include "app/settings.h"
#include "app/sweeper.h"
#include "app/undo.h"
#include "app/until.h"
#include "run/worker.h"
#include "ui/ui.h"
#include "view/view.h"

enum { BENCH_GROUPS = 16, BENCH_VIEWS = STATE_VIEWS };

typedef struct bench {
	ui ui;
	worker *worker;   /* NULL in tests of the layout */
	const snap *snap; /* newest; NULL before the first one */
	int arm;          /* the one that the controls show, among all; beyond the last while a new one is being made */
	config config;    /* its settings; the worker may refuse what was changed */
	bool config_changed;   /* to be sent before the next frame */
	bool fork;             /* the next change makes a new arm */
	const char *from_menu; /* command to be run after this pass: a dialog would take the same press; NULL = none */
	int renaming;          /* arm whose name is being typed; −1 = none */
	bool rename_begins;

	settings settings;
	bool settings_changed;

	bool playing;
	double speed;           /* updates per second; SPEED_MAX and more: as fast as it goes */
	char dismissed[320];    /* message of the run that was closed */
	char stopped_with[320]; /* … that stood there when the run stopped */
	bool stopped;           /* all arms, by themselves … */
	double stopped_at;      /* … while they played; −INFINITY: otherwise */
	bool in_hand;           /* … and the pointer held something */

	const view *view[BENCH_VIEWS]; /* that are shown, in this order */
	int views;
	unsigned wants;                 /* what they want, as the worker has been told */
	int alone;                      /* index of the view that fills the window; −1 = all */
	bool presenter, help, choosing; /* choosing: the list of views is open */
	bool panel, overlay;            /* the column of controls in a wide window, over the plots in a narrow one */
	bool narrow;
	bool section_open[BENCH_GROUPS], section_all[BENCH_GROUPS];
	bool sections_fitted;
	float panel_offset, help_offset, choose_offset;
	view_focus focus;
	reader reader;
	hands hands;
	until_field until;
	sweeper sweeper;
	bool verdict, checking; /* the check of a gradient is shown; has been asked for */
	long verdict_after;     /* checks that were there before */
	float verdict_offset;
	hands_cursor cursor;    /* wish to the window: over what the pointer is */
	run_example example;    /* that the worker has been told of … */
	bool example_sent;      /* … and the snap may not know yet */
	rect plots;             /* where the plots are */
	rect cell[BENCH_VIEWS]; /* … each of them */
	rect live;              /* what a new snap changes; the rest only changes after an event … */
	bool chrome_changed;    /* … or when this says so: then everything is to be drawn */
	uint32_t chrome_hash;

	struct tutor *tutor;     /* the lesson that is open; NULL = none */
	gallery gallery;         /* the start screen, over the bench */
	preferences preferences; /* the settings, over everything */
	relief relief;           /* hands on the error surface */

	exporter exporter;
	undo undo;

	bool fullscreen, quit; /* wishes to the window */
} bench;

/* The views of the state must exist (view_pick). */
void bench_init(bench *b, const run_state *s, worker *w, const settings *set, const ui_clipboard *clipboard);
void bench_done(bench *b); /* what the bench holds besides the worker */
/* When the picture changes by itself next; INFINITY: never. */
double bench_due(const bench *b, double now);
/* Picks up the newest snap; false when there is no new one. */
bool bench_take(bench *b);
/* One pass: takes `event` (NULL: none) and draws. `chrome` is where the control column and the top bar go, `c` the
 * rest: the same canvas, or a canvas_null when they have not changed. With `views` false the plots are left out (a pass
 * that is not seen). */
void bench_pass(bench *b, canvas *c, canvas *chrome, bool views, const ui_event *event, double now);
const theme *bench_theme(const bench *b);
/* "unroll — rnn, adding, T = 50" */
const char *bench_title(const bench *b, char *buf, size_t size);
/* The selected arm: its place among all. */
int bench_arm(const bench *b);
const snap_about *bench_about(const bench *b);
/* An arm that stands at its divergence, the selected one first; −1 = none. */
int bench_diverged(const bench *b);
/* What repeats the screen, with the views. */
void bench_state(const bench *b, run_state *s);
/* The views that are shown: all, or the one that fills the window. Returns how many. */
int bench_views(const bench *b, const view **list);
/* A file was dropped on the window: a picture or a text with a state, data, or a lesson. */
void bench_drop(bench *b, const char *path);

/* ---- what commands and buttons do ---- */
void bench_play(bench *b, bool play);
void bench_play_until(bench *b, long update);
void bench_play_until_holds(bench *b, const worker_condition *c);
void bench_step(bench *b, long updates);
void bench_reset(bench *b);
void bench_seek(bench *b, long update);
/* An arm that diverged, from ten updates earlier, with what it takes. */
void bench_rescue(bench *b);
void bench_replay(bench *b);
void bench_open(bench *b, const run_state *s);
void bench_compare(bench *b);
void bench_remove(bench *b);
void bench_hide(bench *b, int arm);
void bench_select(bench *b, int arm);
void bench_exchange(bench *b, int with);
/* The recurrent matrix of an arm as it is now; 0: takes the last rescaling at this update back. */
void bench_rescale(bench *b, int arm, double rho);
/* The sequence that the views look at: as it was asked for last. */
const run_example *bench_example(const bench *b);
void bench_set_example(bench *b, const run_example *x);
void bench_change_example(bench *b, int step, int feature, double value);
void bench_forget_input(bench *b, int step, int feature);
/* A mark from one step to another, beginning with the example `from`. */
void bench_move_mark(bench *b, const run_example *from, int step, int to, int feature);
/* Keeps the sequence that is shown, or lets it go with its changes. */
void bench_hold_example(bench *b);
/* 0 … of an arm's ink and line style */
int bench_colour(const bench *b, int arm);
void bench_rename(bench *b, int arm, const char *name);
/* Shows a view, behind those that are shown, or takes it away; one stays. */
void bench_toggle_view(bench *b, const view *v);
void bench_move_view(bench *b, const view *v, int by);

/* ---- panel.c: the column of controls, made from the knob table ---- */
void panel_draw(bench *b, rect r);
float panel_height(const bench *b); /* that it would fill */
/* Sets a knob from text; the message of an error goes to the field that is being edited. */
bool panel_set(bench *b, const char *name, const char *value);

/* ---- bars.c: the top bar, the transport, the line with messages ---- */
float bars_top_height(const bench *b, float height);
float bars_bottom_height(const bench *b, float height);
float bars_message_height(bench *b, float width);
void bars_top(bench *b, rect r);
void bars_bottom(bench *b, rect r);
void bars_message(bench *b, rect r);
/* While a movie is recorded: how many pictures it has, and a way to end it; cut from the right of *row. */
void bars_recording(bench *b, rect *row);

/* ---- chips.c: the arms in the top bar ---- */
void chips_draw(bench *b, rect r);

/* ---- menu.c: a button, and what it opens ---- */
void menu_draw(bench *b, rect r);

/* ---- timeline.c: the past and the known future in the transport ---- */
void timeline_draw(bench *b, rect r);

/* ---- chooser.c: which views are shown, and in which order ---- */
void chooser_draw(bench *b);

/* ---- presenter.c: the plots alone, with one line about the run ---- */
/* Pixels per point of a window of width × height pixels, on a display that has `display` pixels per point by itself. */
float bench_scale(const bench *b, float width, float height, float display);
float presenter_height(const bench *b, float height);
void presenter_banner(bench *b, rect r);

/* ---- verdict.c: what a check of the gradient has found ---- */
void verdict_draw(bench *b);

/* ---- help.c ---- */
void help_draw(bench *b);

#endif
