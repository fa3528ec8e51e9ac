/* build: a lesson in the making. Private to lesson.c, markdown.c and acting.c. */
#ifndef LESSON_BUILD_H
#define LESSON_BUILD_H
#include "base/arena.h"
#include "lesson/lesson.h"

/* A line that acts. */
typedef struct build_line {
	int line, column;
	const char *text;
	doc_block *block; /* the fenced block that it stands in */
} build_line;

enum { BUILD_LINES = 256 }; /* of a step */

typedef struct build {
	lesson l; /* first: what is handed out */
	arena memory;
	char *pool; /* texts, each with its NUL */
	size_t pool_size, pool_used;
	bool full; /* the memory was not enough: said once */
	const char *source;
	size_t size;
	size_t *start; /* of each line of the source */
	int lines;
	int most_steps; /* that there is room for */
	int now;           /* line that is being read, for messages */
	lesson_step *step; /* NULL before the first */
	long far_link;     /* largest step that a link leads to, and its line */
	int far_link_line;
	bool dropping;      /* more steps than there may be */
	config base;        /* knobs as the last step left them, before what its arms change */
	build_line *acting; /* BUILD_LINES lines of this step */
	int acting_lines;
} build;

void *build_take(build *b, size_t bytes);                        /* zeroed; NULL when full */
const char *build_text(build *b, const char *text, size_t size); /* a copy; "" when full */
/* Appends to the text that was made last; false when it is not the last one, or there is no room. */
bool build_more(build *b, const char *last, const char *text, size_t size);
void build_wrong(build *b, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The next word of *p, "data=my file.csv" from data="my file.csv"; false at the end. */
bool build_setting(const char **p, char *buf, size_t size);
/* Line of a byte of the source, from 1. */
int build_line_of(const build *b, size_t offset);

/* The body from `offset` on, as blocks and steps. False and a message without memory. */
bool build_markdown(build *b, size_t offset, err *e);
/* What the lines that act do to b->step, when all of them are known. */
void build_acts(build *b);

#endif
