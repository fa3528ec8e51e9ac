/* layout_parts: a column in the making. Private to layout.c, layout_lines.c and layout_table.c. */
#ifndef LESSON_LAYOUT_PARTS_H
#define LESSON_LAYOUT_PARTS_H
#include "lesson/layout.h"

#define LAYOUT_LINE 1.5F /* em from baseline to baseline */

/* A word, a part of one, or a formula. */
typedef struct layout_piece {
	const char *text;
	text_style style;
	const doc_run *link;
	bool math, display, code, space, breaks; /* space, breaks: in front of it */
	const doc_run *of;                       /* code: the run that it belongs to */
	float left, right;                       /* code: what its box sticks out */
	float w, a, d;                           /* width with that, ascent, descent */
} layout_piece;

typedef struct setter {
	layout *l;
	const lesson *lesson;
	const lesson_step *step; /* NULL: the text before the first */
	const layout_options *o;
	float em;          /* of the body, the theme's factor included */
	float x, width, y; /* of acts; where the next thing goes */
	int card;          /* item that is the bar of the card that is open, −1 = none */
	bool tight;        /* blocks follow each other with little space */
	ink ink;
	layout_piece *piece; /* of the paragraph */
	int n;
	bool stopped; /* what follows is not shown yet */
	bool failed;  /* no memory */
} setter;

/* NULL when there is no room. */
layout_item *layout_add(setter *s, layout_kind kind, rect area);
void layout_add_box(setter *s, rect area, ink fill, float alpha, float radius);
void layout_add_whole(setter *s, rect area); /* is not cut by a page */
void layout_add_text(setter *s, float x, float baseline, const char *text, text_style style);
const char *layout_text(setter *s, const char *text, size_t n); /* a copy; "" without memory */
text_style layout_type(float size, weight w, ink i);

/* ---- layout_lines.c ---- */
void layout_runs(
        setter *s, const doc_run *runs, text_style base); /* pieces of them, in place of those that are there */
float layout_widest_piece(const setter *s);
float layout_one_line(const setter *s); /* width of all pieces side by side */
/* The pieces as lines from s->y down; `line`: em from baseline to baseline. */
void layout_lines(setter *s, float x, float width, float size, float line, doc_align side);
/* `n` bytes of text that fit into `width`, at least one character. */
size_t layout_fits(const char *text, float width, text_style style);

/* ---- layout_table.c ---- */
void layout_table(setter *s, const doc_block *b, float x, float width);

#endif
