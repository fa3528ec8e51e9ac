/* data: what a view shows, as numbers: parts, each of them a table or a matrix over two axes, with named columns. A
 * view fills them from the same fields and functions that it draws; csv and npz are written from them.
 * Memory that runs out is remembered and told when the data are written.
 * May be included by view, lesson and app. */
#ifndef VIEW_DATA_H
#define VIEW_DATA_H
#include "run/snap.h"

#include <stdio.h>

struct view;

enum { DATA_NAME = 48, DATA_SHARED = -1 };

typedef enum data_kind { DATA_REAL, DATA_WHOLE, DATA_TEXT } data_kind;
/* Along the rows (all there is in a table), along the columns of a matrix, or one value per cell of it. */
typedef enum data_along { DATA_ROWS, DATA_COLS, DATA_CELLS } data_along;

typedef struct data_column {
	char name[DATA_NAME], about[128]; /* about: what it is, with its unit */
	data_kind kind;
	data_along along;
	long n;
	double *value; /* (n); NULL for texts */
	char **text;   /* (n); NULL entries are empty */
} data_column;

typedef struct data_part {
	const char *view;
	char name[DATA_NAME];
	int arm;         /* among those that are shown, or DATA_SHARED */
	long rows, cols; /* cols 0: a table */
	int columns;
	data_column *column;
} data_part;

typedef struct view_data {
	int parts;
	data_part *part;
	const char *view; /* that the next parts are of */
	bool failed;      /* no memory */
} view_data;

void data_done(view_data *d);

/* ---- for views ---- */
/* Begins a table of `rows` rows; `arm` is its place among those that are shown, or DATA_SHARED. */
void data_table(view_data *d, const char *part, int arm, long rows);
/* Begins a matrix; its axes and values come as columns. */
void data_matrix(view_data *d, const char *part, int arm, long rows, long cols);
/* Adds a column to the part begun last; every value is NAN, or an empty text, until it is set. */
void data_add(view_data *d, data_kind kind, data_along along, const char *name, const char *about);
/* Value i of the column added last; a cell's index is row·cols + column. */
void data_set(view_data *d, long i, double value);
void data_set_text(view_data *d, long i, const char *text);
/* Whole columns of a table at once, from as many values as it has rows. */
void data_floats(view_data *d, const char *name, const char *about, const float *value);
void data_ints(view_data *d, const char *name, const char *about, const int *value);
/* first, first + step, … */
void data_range(view_data *d, data_along along, const char *name, const char *about, double first, double step);
/* The cells of a matrix, from rows that lie `pitch` apart. */
void data_cells(view_data *d, const char *name, const char *about, const float *value, long pitch);
/* A curve over the updates: update, first and last update of each point, mean, least and greatest value. */
void data_series(view_data *d, const char *part, int arm, const snap_series *s, const char *name, const char *about);
/* The steps of a tape's arrays, 1-based; and the hidden units over them, as a part `hidden`. */
void data_tape_steps(view_data *d, data_along along, const snap_tape *t);
void data_tape_hidden(view_data *d, int arm, const snap_tape *t);

/* ---- for those who write them ---- */
/* Everything that the views show of the snap; to be freed with data_done. */
void data_collect(view_data *d, const struct view *const *list, int n, const snap *s);
const data_part *data_find(const view_data *d, const char *view, const char *part, int arm); /* NULL: none */
const data_column *data_column_find(const data_part *p, const char *name);                   /* NULL: none */
/* A file that pandas reads with comment='#': comments, one line of names, one row for every row or cell of the parts.
 * First columns view, part, arm. */
bool data_write_csv(const view_data *d, const snap *s, const char *state, const char *path, err *e);
/* Arrays VIEW.PART.COLUMN, or VIEW.armN.PART.COLUMN with N from 0; `state`, `arms` and `about` as texts. */
bool data_write_npz(const view_data *d, const snap *s, const char *state, const char *path, err *e);

#endif
