/* csv: tables of numbers with a line of column names. Read strictly (a message names file, line and column), written
 * so that every number reads back exactly.
 * May be included by io and everything above. */
#ifndef IO_CSV_H
#define IO_CSV_H
#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct csv_table {
	int rows, cols;
	char **name;   /* cols names */
	double *value; /* (rows, cols); an empty field is NAN */
	int *line;     /* per row: its line in the file, from 1 */
	int header;    /* line of the names */
} csv_table;

/* Fields are separated by commas and may stand in double quotes; LF, CR LF and CR end a line, blank lines and
 * lines that begin with # are passed over, a byte-order mark is too. "nan", "inf" and "-inf" are numbers. At most 64
 * MiB, 4096 columns and 10 million values. */
bool csv_read(const char *path, csv_table *t, err *e);
void csv_done(csv_table *t);
/* Index of a column, or −1. */
int csv_column(const csv_table *t, const char *name);

/* One number, with the digits it takes to read it back exactly; "nan", "inf", "-inf". */
void csv_number(FILE *f, double value);
/* One text, in quotes when it needs them. */
void csv_text(FILE *f, const char *text);

#endif
