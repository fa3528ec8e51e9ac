/* layout: a step of a lesson, or what stands before the first, as a column of items with places, which are put on any
 * canvas: the window, a handout, the tests. Lines of text are at most LAYOUT_MEASURE wide (about 70 letters); tables,
 * code and pictures may take the whole width.
 *
 *     layout_options o = {.theme = theme, .width = 380, .title = true};
 *     layout *l = layout_step(lesson, 2, &o, e);
 *     layout_draw(l, canvas, x, y, shown);
 *     const layout_item *hit = layout_link_at(l, pointer.x - x, pointer.y - y);
 *     layout_free(l);
 *
 * A layout points into its lesson, which must outlive it. May be included by lesson and app. Main thread only (text is
 * measured). */
#ifndef LESSON_LAYOUT_H
#define LESSON_LAYOUT_H
#include "draw/canvas.h"
#include "lesson/lesson.h"

#define LAYOUT_BODY 14.0F    /* points per em of the body, before the theme's factor */
#define LAYOUT_MEASURE 38.0F /* em of the body */
enum { LAYOUT_ITEMS = 20000 };

typedef enum layout_kind {
	LAYOUT_TEXT,  /* text in style, from (area.x, baseline) */
	LAYOUT_MATH,  /* a formula in text, at style.size */
	LAYOUT_BOX,   /* area filled with style.ink */
	LAYOUT_IMAGE, /* pixels; text says what it shows */
	LAYOUT_SLOT   /* room that the caller fills */
} layout_kind;

typedef struct layout_item {
	layout_kind kind;
	rect area; /* from the top left of the column */
	float baseline, radius, alpha;
	const char *text; /* the lesson's or the layout's */
	text_style style;
	bool display;        /* MATH */
	bool whole;          /* BOX: nothing is drawn; a page that has room for it does not cut it */
	bool underlined;     /* a link */
	const doc_run *link; /* TEXT, MATH: the run with link != LINK_NONE that it belongs to, else NULL */
	int act, part;       /* SLOT: of step->act (−1: of none), and which one of it; else −1 */
	uint32_t *pixels;    /* IMAGE: 0xAARRGGBB */
	int w, h;
} layout_item;

typedef struct setter layout_pen; /* a column in the making */

typedef struct layout_options {
	const theme *theme;
	float width; /* points */
	float size;  /* points per em of the body, before the theme's factor; 0 = LAYOUT_BODY */
	bool title;  /* the step's title, or the lesson's, on top */
	/* Sets an act of the step with the functions below. Without it, acts are set as on paper (layout_paper). */
	void (*act)(void *data, layout_pen *p, int act);
	/* Sets what comes above and below the text. */
	void (*above)(void *data, layout_pen *p), (*below)(void *data, layout_pen *p);
	void *data;
} layout_options;

typedef struct layout {
	float width, height;
	float excess; /* points by which the widest item sticks out of the column, where it could not be made narrower
	               */
	bool cut;     /* there was no room for all items */
	int n, room;
	layout_item *item;
	const theme *theme;
	struct layout_chunk *texts;
} layout;

/* ---- for layout_options.act: everything goes below what is there ---- */
float layout_em(const layout_pen *p);                 /* points per em of the body, the theme's factor included */
float layout_room(const layout_pen *p, float indent); /* width of a line, points */
float layout_here(const layout_pen *p);               /* y of what comes next */
void layout_gap(layout_pen *p, float em);
/* A sentence, with $formulas$ and `code`. `size` in em, `indent` in points. */
void layout_words(layout_pen *p, const char *text, float indent, float size, weight w, ink i);
/* A slot of this height, or one over all that was set since y = `top`. */
void layout_slot(layout_pen *p, int act, int part, float indent, float height);
void layout_slot_since(layout_pen *p, int act, int part, float top);
/* Until layout_card_end, everything stands right of a bar in this ink. */
void layout_card(layout_pen *p, ink bar);
void layout_card_end(layout_pen *p);
/* Nothing that follows the lines that act is set: it would give away what is asked. */
void layout_stop(layout_pen *p);
/* "`loss < 0.001` by update 400", for layout_words. Returns buf. */
const char *layout_condition(const lesson_act *a, char *buf, size_t size);
/* A condition for readers: 1e-3 as 10⁻³. Returns buf. */
const char *layout_readable(const char *condition, char *buf, size_t size);
/* Questions with boxes to tick, goals; nothing for the rest. */
void layout_paper(layout_pen *p, int act);

/* NULL and a message when the machine has no memory. */
layout *layout_step(const lesson *l, int number, const layout_options *o, err *e); /* number: from 0 */
layout *layout_intro(const lesson *l, const layout_options *o, err *e);
void layout_free(layout *l);
/* The items that meet `shown` (in the canvas's points), the column's top left at (x, y). Slots are left to the caller.
 */
void layout_draw(const layout *l, canvas *c, float x, float y, rect shown);
/* The item of a link at a point of the column, or NULL. */
const layout_item *layout_link_at(const layout *l, float x, float y);
/* Where a page that may be `height` high and begins at `top` ends, so that no line is cut; > top. */
float layout_page_end(const layout *l, float top, float height);

#endif
