/* tutor: the lesson that is open in the window. It turns the pages, gives the runs of a step to the worker, keeps what
 * the learner has predicted and reached, and draws the column of text and what lies over the plots.
 *
 * Pages: the cover with the text before the first step, if there is any, then a page for each step. */
#ifndef APP_TUTOR_H
#define APP_TUTOR_H
#include "app/bench.h"
#include "app/progress.h"
#include "io/file.h"
#include "lesson/layout.h"
#include "plot/plot.h"

#include <sys/stat.h>

enum { TUTOR_SKETCH = 96, TUTOR_FLASHES = 16 };

/* What a learner has said to one question. */
typedef struct tutor_answer {
	bool given, skipped; /* skipped: shown without a prediction */
	bool recalled;       /* given at an earlier start of the program */
	bool moved;          /* the mark on the axis has been moved */
	int option;          /* that is chosen; −1 = none */
	double number;
	double actual; /* NUMBER: as it turned out; NaN: not known */
	/* CURVE, in the units of the plot: its axes as they were when it was sketched, and in every column a height, 0
	 * bottom … 1 top; NaN: nothing there */
	axis x, y;
	float sketch[TUTOR_SKETCH];
} tutor_answer;

typedef struct tutor_step {
	tutor_answer answer[LESSON_ACTS];
	double note[LESSON_ACTS];       /* as watch.h: the last that was known */
	char measured[LESSON_ACTS][80]; /* goals: what they look at, as it is */
	int runs_ended;
	bool ended;                     /* its runs have been played: what was asked can be answered */
	unsigned char met[LESSON_ACTS]; /* goals: 1 in an earlier session of work, 2 now */
	int hints;                      /* that are shown */
} tutor_step;

typedef struct tutor {
	lesson *l;
	tutor_step *step; /* for each of the lesson's */
	progress progress;
	bool remembers;              /* … is read, and written to */
	bool told_end;               /* … knows that the last step is done */
	char need[LESSON_NEEDS][96]; /* titles of the lessons that come before */
	char path[FILE_PATH];
	char broken[480]; /* why the file could not be read again; "" = it could */
	char lost[200];   /* title of the step that was shown and is not in the file any more; "" = it is */
	struct stat file; /* as it was when it was read */
	double looked;    /* when that was last compared */

	int page;        /* from 0; see tutor_at */
	int loaded;      /* step whose runs the worker has; −1 = none */
	int route;       /* step that the runs before are being played for; −1 = none */
	long tried;      /* update at which the route last went on */
	double measured; /* when goals were last measured */
	long serial;     /* of the watch */
	bool opening;    /* bench_open is ours */
	bool free;       /* free play: the lesson waits */
	run_state *back; /* to go back to from free play */

	/* the column */
	layout *set;
	const lesson_step *set_for;
	uint32_t set_hash; /* of all that the text depends on */
	float set_width, offset;
	bool told; /* the outcome was there in the last pass, of told_page */
	int told_page;
	bool hidden;    /* no text in a wide window */
	bool overlay;   /* text over the plots in a narrow one */
	bool large;     /* text in presenter mode */
	char said[480]; /* waits to be shown as a toast */

	/* marks over the screen */
	bool spotlight;
	double spotlight_since, flash_until;
	int flashes;
	char flash[TUTOR_FLASHES][40];
	int cursor; /* column of a sketch that the keyboard moves */
	rect column;
} tutor;

/* ---- tutor.c: pages and runs ---- */
/* step from 1; 0: from the beginning. remembers: goals that are reached are kept. */
bool tutor_open(bench *b, const char *path, int step, bool remembers, err *e);
void tutor_close(bench *b);
/* The step that is shown, or NULL on the cover; its number from 0. */
const lesson_step *tutor_at(const tutor *t);
int tutor_number(const tutor *t);
tutor_step *tutor_state(const tutor *t);
int tutor_pages(const tutor *t);
void tutor_turn(bench *b, int pages);
/* What the page waits for: the question gets the keyboard, the run plays, a page that is done is turned. */
void tutor_go_on(bench *b);
void tutor_go(bench *b, int page);
void tutor_take(bench *b); /* after a new snap */
/* The lesson file may have been saved; once in a while. */
void tutor_look(bench *b, double now);
bool tutor_read_again(bench *b, err *e);
/* Before a run goes on: a question waits for its answer, which is said. */
bool tutor_waits(bench *b);
void tutor_end(bench *b);  /* the last step may be done */
void tutor_left(bench *b); /* another state was opened */
void tutor_free_play(bench *b);
void tutor_hint(bench *b);
void tutor_text(bench *b);
void tutor_follow(bench *b, const doc_run *link);
/* The first question of the page that has no answer yet, −1 = none; with `now` only one that hides the plots. */
int tutor_question(const tutor *t);
bool tutor_veils(const tutor *t);
/* It is to be answered before anything runs; false while a run stands above it that has not been made. */
bool tutor_asks(const tutor *t);
bool tutor_done(const tutor *t); /* nothing is left to do on this page */
void tutor_refresh(bench *b);    /* the column has to be drawn again */
void tutor_changes(bench *b, const char *changes);

/* ---- what the panel does with a knob ---- */
lesson_control tutor_control(const bench *b, knob_id id);
bool tutor_choosy(const bench *b); /* only what the lesson names is shown, in one list */

/* ---- tutor_page.c: what stands on a page, with what the learner has done ---- */
enum {
	PART_OPTION = 0, /* and the numbers behind it */
	PART_AXIS = LESSON_OPTIONS,
	PART_BUTTONS,
	PART_MARK,
	PART_HINT,
	PART_RUN,
	PART_BEGIN,
	PART_FREE,
	PART_AGAIN
};
/* The page at this width, made when it has changed. NULL without memory. */
const layout *tutor_page(bench *b, float width);
uint32_t tutor_hash(const bench *b);
/* "0.05", "20 750" */
const char *tutor_number_text(double v, char *buf, size_t size);
bool tutor_is_right(const lesson_act *a, const tutor_answer *y);

/* ---- tutor_draw.c: the column ---- */
/* "▶  Run 300 updates", "▶  Run until loss < 0.1"; of a condition that is wider than the column only "▶  Run". */
const char *tutor_run_label(const lesson_act *a, float width, float em, char *buf, size_t size);
float tutor_width(const bench *b);
bool tutor_shown(const bench *b);
void tutor_column(bench *b, rect r, const char *surface);
/* The text takes the upper part of this column: what is left for the controls. */
rect tutor_split(bench *b, rect *column);
void tutor_scroll(bench *b, int direction);
rect tutor_text_area(const bench *b); /* of the last pass */

/* ---- tutor_answer.c: what was predicted, as it is kept between two starts of the program ---- */
void tutor_answer_init(tutor_answer *y);
/* Notes what stands there now, or that nothing does. */
void tutor_answer_keep(bench *b, int act);
/* The answers that are remembered, for every step that has none yet. */
void tutor_answers_recall(tutor *t);
/* "the one after an l", "0.35", a sketch as numbers. Returns buf; "" when nothing was said. */
const char *tutor_answer_write(const lesson_act *a, const tutor_answer *y, char *buf, size_t size);
/* Strict: what does not fit the question changes nothing. */
bool tutor_answer_read(const lesson_act *a, const char *text, tutor_answer *y);

/* ---- tutor_marks.c: over the plots, and around what the text speaks of ---- */
/* A place of the plots that is covered until a question is answered: nothing there can be taken hold of. */
bool tutor_covers(const struct bench *b, point at);
void tutor_over_plots(bench *b);
void tutor_marks(bench *b, canvas *chrome);
double tutor_due(const bench *b, double now);
const char *tutor_title(const bench *b, char *buf, size_t size);

#endif
