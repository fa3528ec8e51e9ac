/* lesson: a Markdown file as steps that act on runs. The file reads well anywhere:
 *
 *     ---                                     front matter: title and summary must be there
 *     title: The wall and the clip
 *     summary: What one step on a cliff does to a run.
 *     minutes: 10
 *     needs: one-weight, unrolling            names of lessons (files without number and ending)
 *     picture: unroll/1 T=40 views=loss @100  what the gallery and the cover show
 *     ---
 *     Text before the first step.
 *
 *     ## What does the clip do?               begins a step
 *     Text with *emphasis*, `code`, $\nabla L$, tables, pictures and links that act:
 *     [steeper](unroll:set rho=1.2), [back](unroll:step 1), [go on](unroll:run 100).
 *
 *     ```unroll                               lines that act; # begins a comment
 *     fresh                                   knobs, arms, views and controls from the defaults
 *     keep                                    goes on with the runs of the step before as they stand
 *     set KNOB=VALUE …                        for all arms; steps inherit from the step before
 *     arm "NAME" KNOB=VALUE …                 up to 4; they replace inherited ones
 *     views NAME …                            up to 8 plots
 *     controls NAME …   lock NAME …   hide NAME …    knobs, or groups of them; `controls` shows these alone
 *     spotlight NAME                          a knob, a view, or play, step, reset, speed, theme, help
 *     note "TEXT"                             for the teacher
 *     hint "TEXT"                             for the learner, on demand
 *     predict "QUESTION"                      with lines `* right answer` and `- wrong answer` below it
 *     predict number "QUESTION" from A to B [log] is VALUE ± TOLERANCE[ %]
 *     predict curve "QUESTION" view NAME
 *     run N                                   that many updates of every arm
 *     run until CONDITION [by N]              by: at the latest when N updates are made, else 100000
 *     goal [see|do|master] ["ARM"] CONDITION [by N]    for the learner to reach
 *     solution KNOB=VALUE …                   what reaches the goal above
 *     expect [majority of N seeds|all of N seeds] ["ARM"] CONDITION    what the author claims; see play.h
 *     ```
 *
 * Conditions and values are those of goal.h. One without an arm must hold for all arms; a value without one is that of
 * the first. A step starts its runs anew, so that every step can be opened directly; `keep`, and a step that has none
 * of fresh, set, arm and run, go on with those of the step before.
 *
 * Every mistake becomes a message with its line, and everything else works. Bounded: nothing in a file makes this
 * crash, or take more than LESSON_SIZE bytes of text and some 32 MiB of memory. May be included by lesson and app. */
#ifndef LESSON_LESSON_H
#define LESSON_LESSON_H
#include "lesson/document.h"
#include "lesson/goal.h"
#include "run/knob.h"
#include "view/view.h"

enum {
	LESSON_SIZE = 256 * 1024,
	LESSON_STEPS = 64,
	LESSON_ACTS = 48,   /* of a step */
	LESSON_VIEWS = 8,   /* of a step */
	LESSON_OPTIONS = 8, /* of a prediction */
	LESSON_NEEDS = 8,
	LESSON_SEEDS = 20,
	LESSON_MESSAGES = 100,
	LESSON_DEPTH = 32, /* of blocks in each other */
	LESSON_UNTIL = 100000
};

typedef enum act_kind {
	ACT_PREDICT,
	ACT_PREDICT_NUMBER,
	ACT_PREDICT_CURVE,
	ACT_RUN,
	ACT_GOAL,
	ACT_EXPECT,
	ACT_HINT,
	ACT_NOTE,
	ACT_SPOTLIGHT
} act_kind;

typedef enum lesson_level { LEVEL_SEE, LEVEL_DO, LEVEL_MASTER } lesson_level;

typedef struct lesson_act {
	act_kind kind;
	int line;
	const char *text; /* question, hint, note, name; RUN, GOAL, EXPECT: the condition as written, with its "ARM" */
	int arm;          /* GOAL, EXPECT: −1 = all */
	const goal *goal; /* RUN until, GOAL, EXPECT: condition; PREDICT_NUMBER: the answer; else NULL */
	long updates;     /* RUN: how many, or with a goal: at the latest; GOAL: by this update, 0 = any time */
	bool limited;     /* RUN until: the limit is the author's, not LESSON_UNTIL */
	lesson_level level;
	const char *solution; /* GOAL: settings; NULL = none */
	int seeds;            /* EXPECT: tried; 1 = the step's own */
	bool majority;        /* … of them is enough */
	int options;
	const char *option[LESSON_OPTIONS];
	bool right[LESSON_OPTIONS];
	double from, to, tolerance;
	bool log, percent; /* axis; tolerance in percent of the answer */
	const view *view;
} lesson_act;

typedef struct lesson_arm {
	const char *name; /* "" when the step has one unnamed run */
	config c;
} lesson_arm;

/* What the panel does with a knob. */
typedef enum lesson_control { CONTROL_USUAL, CONTROL_SHOWN, CONTROL_LOCKED, CONTROL_HIDDEN } lesson_control;

typedef struct lesson_step {
	int line;
	const char *title;     /* plain text */
	const doc_run *styled; /* the same with its looks */
	doc_block *blocks;
	bool keep; /* goes on with the runs of the step before */
	int arms;
	lesson_arm arm[GOAL_ARMS];
	int views; /* 0: the usual ones */
	const view *view[LESSON_VIEWS];
	bool choosy; /* `controls`: knobs that are CONTROL_USUAL are hidden */
	unsigned char control[KNOB_COUNT];
	int acts;
	lesson_act *act;
	int mistakes; /* messages about this step */
} lesson_step;

typedef struct lesson_message {
	int line;
	char text[400];
} lesson_message;

typedef struct lesson {
	const char *path, *name; /* "lessons/08-wall.md", "wall" */
	const char *title, *summary;
	int minutes; /* 0: not said */
	int needs;
	const char *need[LESSON_NEEDS];
	const char *picture; /* state that the gallery and the cover show; NULL: not said */
	doc_block *intro;
	int steps;
	lesson_step *step;
	int messages; /* kept; `more` were made beyond */
	int more;
	lesson_message *message;
} lesson;

/* Never NULL for a file that is wrong: its messages say how. NULL and a message when there is no memory, or the file
 * cannot be read as text at all. */
lesson *lesson_read(const char *path, err *e);
lesson *lesson_parse(const char *path, const char *text, size_t size, err *e);
void lesson_free(lesson *l);

/* A predicted number: where the mark on the axis begins, and whether a number counts as right. */
double lesson_number_start(const lesson_act *a);
bool lesson_number_right(const lesson_act *a, double said, double is);
/* "rho=1.2 data=\"my file.csv\"" over a configuration: SET links, solutions. On an error nothing is changed. */
bool lesson_apply(config *c, const char *settings, err *e);
/* The control of a knob in a step, with `choosy` seen through: never USUAL when there are controls. */
lesson_control lesson_shows(const lesson_step *s, knob_id id);
/* "path/08-the-wall.md" → "the-wall". Returns buf. */
const char *lesson_name(const char *path, char *buf, size_t size);

#endif
