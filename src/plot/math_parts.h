/* math_parts: the tree of a formula, made by math_parse, given its measures by math_layout, drawn by math.
 * Private to plot/math*.c. */
#ifndef PLOT_MATH_PARTS_H
#define PLOT_MATH_PARTS_H
#include "plot/math.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Classes of atoms, which decide the space between them (Knuth 1986, page 170). */
typedef enum math_class {
	CLASS_ORD, /* ordinary: letters, digits */
	CLASS_OP,  /* large operators and function names */
	CLASS_BIN, /* binary operations */
	CLASS_REL, /* relations */
	CLASS_OPEN,
	CLASS_CLOSE,
	CLASS_PUNCT,
	CLASS_INNER, /* fractions and \left … \right */
	CLASS_SPACE, /* a space: no atom, takes no part in the above */
} math_class;

typedef enum math_kind {
	KIND_LIST,      /* body: the first of its parts */
	KIND_TEXT,      /* n bytes of text in one face */
	KIND_SPACE,     /* value: its width in 1/18 em */
	KIND_FRACTION,  /* above over below */
	KIND_ROOT,      /* of body; above: its degree */
	KIND_SCRIPTS,   /* body with above and below */
	KIND_FENCE,     /* body between the delimiters above (left) and below (right) */
	KIND_DELIMITER, /* a bracket that grows: text; value: its height in 1/10 em, 0 when the fence says */
	KIND_ACCENT,    /* text over body, or the mark of `value` along it */
} math_kind;

/* Faces of letters; the rest is upright in all but bold and mono. */
typedef enum math_face {
	FACE_LETTER,  /* variables: slanted */
	FACE_UPRIGHT, /* words, function names */
	FACE_BOLD,
	FACE_MONO, /* as typed */
	FACE_DOUBLE,
	FACE_SCRIPT,
} math_face;

typedef enum math_limits { LIMITS_BESIDE, LIMITS_DISPLAY, LIMITS_ALWAYS } math_limits;

enum { MARK_NONE, MARK_BAR, MARK_OVERLINE, MARK_UNDERLINE, MARK_OVERBRACE, MARK_UNDERBRACE, MARK_ARROW };

/* A formula in a frame of its own: places of parts are relative to the whole's left end on the baseline, y downwards.
 * Lengths are in em of the size that the formula is asked for in. */
typedef struct math_node {
	math_kind kind;
	math_class class;
	math_face face;
	math_limits limits;
	bool large; /* an operator that is larger in display style */
	bool prime;
	signed char style_shift; /* of a fraction: +1 display, −1 text, 0 as it stands */
	short next, body, above, below;
	int value;
	const char *text; /* in the source or in a table; not ended by 0 */
	int n;
	/* from math_layout */
	float em;            /* its own size */
	float x, y;          /* of its left end and baseline in its parent */
	float w, a, d;       /* width, ascent, descent */
	float lean;          /* by how much its upper right corner sticks out */
	float inset;         /* text: room on the left for what sticks out there */
	float up, rule, gap; /* text: raised by; fractions, roots, accents: thickness of the line and its place */
	float sign;          /* root: where the body begins */
	bool stretched;      /* delimiter: drawn as a path, from −a to d */
} math_node;

enum {
	MATH_NODES = 640,
	MATH_FULL = 384, /* no list takes another part from here on; one level of nesting needs at most 7 nodes more */
	MATH_LONGEST = 4096 /* bytes that are parsed */
};

/* Node 0 is empty and stands for nothing. */
typedef struct math_tree {
	math_node node[MATH_NODES];
	short count, root;
	const char *rest; /* where the room ended; NULL when everything found its place */
} math_tree;

typedef enum math_act {
	ACT_SYMBOL, /* shown, value: class */
	ACT_LETTER, /* a small Greek letter */
	ACT_LARGE,  /* a large operator; value: limits */
	ACT_WORD,   /* a function name; value: limits */
	ACT_SPACE,  /* value: 1/18 em */
	ACT_ACCENT, /* shown, or value: the mark */
	ACT_FACE,   /* value: the face of the argument's letters */
	ACT_TEXT,   /* value: the face of the argument, which is not parsed */
	ACT_FRACTION,
	ACT_ROOT,
	ACT_LEFT,
	ACT_BIG, /* value: height in 1/10 em */
	ACT_OPERATOR,
} math_act;

typedef struct math_command {
	const char *name; /* without the backslash */
	math_act act;
	const char *shown;
	int value;
} math_command;

/* ---- math_table ---- */
const math_command *math_find(const char *name, int n);          /* NULL: not in the subset */
const math_command *math_typed(uint32_t code);                   /* whose symbol it is; NULL: none, or ASCII */
math_class math_class_of(uint32_t code);                         /* of another character */
const char *math_in_face(math_face f, uint32_t code);            /* double-struck, script; NULL: there is none */
void math_heights(uint32_t code, float *ascent, float *descent); /* of its ink in em */
float math_overhang(uint32_t code);                              /* of its upper right corner when slanted, em */
float math_inset(uint32_t code);                                 /* of its lower left one */
/* The code point at **text, which moves on; bytes that are no UTF-8 count one by one. */
uint32_t math_next(const char **text, const char *end);

/* ---- math_parse, math_layout ---- */
void math_parse(math_tree *t, const char *text, size_t n);
void math_layout(math_tree *t, math_style style);
weight math_weight(const math_node *n);

/* Calls `take` with pieces of the text, ended by 0, and their x in em of the text; returns the width. */
typedef void math_piece(void *with, const char *piece, float x);
float math_pieces(const char *text, int n, weight w, math_piece *take, void *with);

extern const float MATH_AXIS; /* height of fraction bars and the middle of brackets over the baseline, em */

#endif
