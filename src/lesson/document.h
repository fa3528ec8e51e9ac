/* document: Markdown as a tree of plain data: blocks of runs. Made by lesson.c through md4c, read by whoever lays it
 * out. Everything belongs to the lesson. May be included by lesson and app. */
#ifndef LESSON_DOCUMENT_H
#define LESSON_DOCUMENT_H
#include <stdbool.h>

typedef enum doc_kind {
	DOC_PARAGRAPH, /* runs */
	DOC_HEADING,   /* runs; level 1, 3 … 6 (a heading of level 2 begins a step) */
	DOC_LIST,      /* items; ordered, number */
	DOC_ITEM,      /* blocks */
	DOC_TABLE,     /* rows */
	DOC_ROW,       /* cells; header */
	DOC_CELL,      /* runs; align, header */
	DOC_IMAGE,     /* one run: an image that stands alone */
	DOC_FORMULA,   /* one run: a displayed formula that stands alone */
	DOC_CODE,      /* text, language */
	DOC_QUOTE,     /* blocks */
	DOC_RULE,
	DOC_ACTIONS /* acts first_act … first_act + acts − 1 of the step */
} doc_kind;

typedef enum doc_align { DOC_START, DOC_LEFT, DOC_CENTER, DOC_RIGHT } doc_align;
typedef enum run_kind { RUN_TEXT, RUN_CODE, RUN_FORMULA, RUN_IMAGE, RUN_BREAK } run_kind;
typedef enum link_kind { LINK_NONE, LINK_WEB, LINK_SET, LINK_STEP, LINK_RUN } link_kind;

/* Characters of one look. */
typedef struct doc_run {
	struct doc_run *next;
	run_kind kind;
	bool bold, italic, display; /* display: a formula between $$ */
	const char *text;           /* FORMULA: the source, without dollars; IMAGE: what it shows; BREAK: "" */
	const char *source;         /* IMAGE: its path, else NULL */
	/* what a click does: WEB: `target` is the address; SET: its settings, "rho=1.2 clip=norm"; STEP, RUN: the
	 * number of the step (from 1) or of updates */
	link_kind link;
	const char *target;
	long number;
} doc_run;

typedef struct doc_block {
	struct doc_block *next, *first; /* sibling, first child */
	doc_run *run;
	doc_kind kind;
	int line; /* in the file, from 1 */
	int level, number;
	bool ordered, tight, header;
	doc_align align;
	const char *text, *language;
	int first_act, acts;
} doc_block;

#endif
