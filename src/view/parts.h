/* parts: what several views share: the looks of arms, sentences about the run, curves over the updates.
 * May be included by view. Main thread only (static scratch). */
#ifndef VIEW_PARTS_H
#define VIEW_PARTS_H
#include "plot/label.h"
#include "plot/line.h"
#include "plot/plot.h"
#include "view/view.h"

/* The rows of the registry. */
#define VIEW(name) extern const view view_##name;
#include "view/views.def"
#undef VIEW

/* ---- arms ---- */
int part_arms(const snap *s);                /* 1 … SNAP_ARMS, whatever the snap says */
int part_arm_index(const snap *s, int arm);  /* its place among all arms: 0 … 3 */
int part_arm_colour(const snap *s, int arm); /* of ink, line style and form: 0 … 3; stays with the arm */
ink part_place_ink(int place);               /* of the first, second … thing that is compared */
dash part_place_dash(int place);
ink part_arm_ink(const snap *s, int arm);
dash part_arm_dash(const snap *s, int arm);
stroke part_arm_stroke(const snap *s, int arm, float width);
const char *part_arm_name(const snap *s, int arm); /* "A" … when it has none */
/* Their samples and names in rows that are cut off the top of *area, when there are several. */
void part_name_arms(const snap *s, canvas *c, rect *area);

/* ---- sentences ---- */
/* Appends to a text in buf; what does not fit is cut. */
void part_append(char *buf, int size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Of what is drawn, settings changed under way included: "rnn (50 tanh) on adding, T = 100, batch 20, seed 1, update 1
 * 240" */
void part_append_run(char *buf, int size, const char *before, const snap *s); /* `before` NULL: nothing */
/* " Pale: known beyond the present." when the run was rewound. */
void part_append_future(char *buf, int size, const snap *s);
/* What a line over the updates, called `line`, and the band around it are. */
void part_append_buckets(char *buf, int size, const char *line, const snap_series *l);
/* "wrong: |error| > 0.04", with the decimal mark of the screen. */
const char *part_metric(const snap_arm *a, char *buf, size_t size);
/* "12 %" */
const char *part_percent(char *buf, int size, double share);
/* The reason why there is nothing to draw. */
const char *part_nothing(const snap *s);

/* ---- curves over the updates ---- */
typedef struct part_curve {
	curve low, high, mean;
} part_curve;

/* A series as curves show it: buckets joined until at most 300 are left, so that several noisy runs can be told apart;
 * the series itself, or static memory: valid until the next call. */
const snap_series *part_drawn(const snap_series *s);
/* The series as curves for a linear or log axis, in static memory: valid until the next call. */
part_curve part_series(const snap_series *s, bool log);
/* Index of the last mean that has a place on the axis (an exact zero has); −1 when there is none. */
int part_last(const snap_series *s, bool log);
void part_span(const snap_series *s, bool log, span *out); /* low … high of all buckets, in axis units */
/* The same of all arms. One that has stopped stretches it by no more than three decades, or twice the range, beyond the
 * others: they would lie flat. */
void part_span_arms(const snap *s, snap_scalar of, bool log, span *out);
/* An arm that has stopped, beside others that have not. */
bool part_stands_out(const snap *s, int arm);
axis part_updates_axis(const snap *s); /* as far as anything is known */
/* The curve up to the present, and pale what is known beyond it. */
void part_draw(const plot *p, curve line, long present, stroke s);
/* The bands of extremes of all arms, to lie under their lines. */
void part_draw_bands(const plot *p, const snap *s, snap_scalar of, bool log);
/* Mean of the last `window` means of each place, in static memory: valid until the next call. */
curve part_running(const snap_series *s, int window);
/* A line at the present when more is known. */
void part_mark_present(const plot *p, const snap *s);
/* Mean of the bucket that holds `update`, as it is stored; NAN outside. */
double part_series_at(const snap_series *s, long update);

/* ---- time steps ---- */
/* The curve of T steps; longer sequences come thinned to SNAP_STEPS points. */
curve part_steps(const float *y, int T);
int part_tape_steps(const snap_tape *t);           /* entries of its arrays, whatever it says; 0: nothing is known */
int part_tape_step(const snap_tape *t, int entry); /* 1-based */
int part_tape_entry(const snap_tape *t, int step); /* −1: outside */
/* "sequence 1 of 20 in the batch of update 40, before it changed the weights" */
void part_append_tape(char *buf, int size, const snap *s);

/* Zeros and ones, or minus ones: a mark beside a value. */
bool part_is_mark(const float *x, int n);

/* The grip for KNOB_truncate of an arm whose gradient goes back `cut` of T steps (0: all); its place and axis are the
 * caller's. NULL: not offered. */
struct view_handle *part_truncate_handle(view_focus *focus, const snap *s, int a, const char *owner, int cut, int T);
/* How far every loss goes back: lines at k = T − p on an axis of steps, and, when the view is asked for handles, grips
 * that move them. `owner` names the control. */
void part_truncation(const snap *s, const plot *p, view_focus *focus, const char *owner);

/* ---- pointer ---- */
bool part_inside(const plot *p, const view_focus *focus);
/* When the pointer is inside the plot: the step under it goes to focus->step. */
void part_point_step(const plot *p, view_focus *focus, double T);
/* Hairline at focus->step. */
void part_mark_step(const plot *p, const view_focus *focus, ink i);
/* When the pointer is inside the plot: the update under it goes to focus->update. */
bool part_point_update(const plot *p, view_focus *focus);
/* Hairline at focus->update. */
void part_mark_update(const plot *p, const view_focus *focus);

#endif
