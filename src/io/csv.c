#include "io/csv.h"

#include "base/text.h"
#include "io/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES = 64 << 20, COLUMNS = 4096, VALUES = 10000000 };

/* The file in memory; lines and fields are cut out in place. */
typedef struct reader {
	const char *path;
	char *p; /* rest of the line */
	char *next, *end;
	int line; /* from 1 */
} reader;

static bool wrong(const reader *r, err *e, const char *what)
{
	return err_input(e, "%s:%d: %s", r->path, r->line, what);
}

/* ---- lines and fields ---- */

/* The next line that is neither blank nor a comment, terminated; false at the end of the file. */
static bool take_line(reader *r)
{
	while (r->next < r->end) {
		r->p = r->next;
		char *stop = r->p + strcspn(r->p, "\r\n");
		r->next = stop + (stop[0] == '\r' && stop[1] == '\n' ? 2 : 1);
		r->line++;
		*stop = '\0';
		char first = r->p[strspn(r->p, " \t")];
		if (first && first != '#')
			return true;
	}
	return false;
}

static void skip_blanks(reader *r)
{
	r->p += strspn(r->p, " \t");
}

/* Behind an opening quote: undoubles quotes in place and returns where the text ends; NULL when nothing closes it. */
static char *take_quoted(reader *r)
{
	char *to = r->p;
	for (; *r->p; *to++ = *r->p++) {
		if (*r->p == '"' && *++r->p != '"')
			return to;
	}
	return NULL;
}

static char *take_plain(reader *r)
{
	char *stop = r->p + strcspn(r->p, ","), *last = stop;
	while (last > r->p && (last[-1] == ' ' || last[-1] == '\t'))
		last--;
	r->p = stop;
	return last;
}

/* One field without the blanks around it. *more: another one follows. */
static bool take_field(reader *r, char **field, bool *more, err *e)
{
	skip_blanks(r);
	bool quoted = *r->p == '"';
	r->p += quoted;
	*field = r->p;
	char *stop = quoted ? take_quoted(r) : take_plain(r);
	if (!stop)
		return wrong(r, e, "a quote is not closed; a quoted field ends on its line");
	skip_blanks(r);
	*more = *r->p == ',';
	if (*r->p && !*more)
		return wrong(r, e, "text behind a closing quote; allowed is a comma or the end of the line");
	r->p += *more;
	*stop = '\0';
	return true;
}

/* ---- the header ---- */

/* Names that all are numbers: the header was left out. */
static bool is_header(const csv_table *t)
{
	double v;
	for (int i = 0; i < t->cols; i++) {
		if (!text_read_number(t->name[i], false, &v))
			return true;
	}
	return false;
}

/* Names stand in messages. */
static bool is_printable(const char *name)
{
	for (; *name; name++) {
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return false;
	}
	return true;
}

static bool check_names(const reader *r, const csv_table *t, err *e)
{
	char shown[64];
	if (!is_header(t))
		return wrong(r, e, "the first line holds numbers; it has to name the columns");
	if (t->cols == 1 && strchr(t->name[0], ';'))
		return wrong(r, e, "the fields are separated by semicolons; allowed are commas");
	for (int i = 0; i < t->cols; i++) {
		const char *name = t->name[i];
		if (!name[0])
			return err_input(e, "%s:%d: column %d has no name", r->path, r->line, i + 1);
		if (!is_printable(name))
			return err_input(e,
			        "%s:%d: the name of column %d holds a control character; allowed is printable text",
			        r->path, r->line, i + 1);
		if (csv_column(t, name) != i)
			return err_input(e, "%s:%d: two columns are named %s", r->path, r->line,
			        file_printable(shown, sizeof shown, name, strlen(name)));
	}
	return true;
}

/* The pointers and the letters of all names in one block, which t->name owns. */
static bool read_header(reader *r, csv_table *t, err *e)
{
	if (!take_line(r))
		return err_input(
		        e, "%s: the file is empty; a line of column names and lines of numbers are needed", r->path);
	t->header = r->line;
	size_t most = 1, letters = strlen(r->p) + 1;
	for (const char *p = r->p; *p; p++)
		most += *p == ',';
	if (most > COLUMNS)
		return err_input(e, "%s:%d: about %zu columns; allowed are %d", r->path, r->line, most, COLUMNS);
	t->name = malloc(most * sizeof *t->name + letters);
	if (!t->name)
		return err_machine(e, "no memory for the column names of %s", r->path);
	char *store = (char *)(t->name + most), *field;
	memcpy(store, r->p, letters);
	r->p = store;
	for (bool more = true; more;) {
		if (!take_field(r, &field, &more, e))
			return false;
		t->name[t->cols++] = field;
	}
	return check_names(r, t, e);
}

/* ---- the rows ---- */

static bool grow(const reader *r, csv_table *t, int *room, err *e)
{
	if (t->rows < *room)
		return true;
	int most = VALUES / t->cols;
	if (t->rows >= most)
		return err_input(e, "%s:%d: more than %d values; allowed are %d rows of %d columns", r->path, r->line,
		        VALUES, most, t->cols);
	int next = *room < 512 ? 1024 : *room * 2;
	next = next > most ? most : next;
	double *value = realloc(t->value, (size_t)next * (size_t)t->cols * sizeof *value);
	if (value)
		t->value = value;
	int *line = realloc(t->line, (size_t)next * sizeof *line);
	if (line)
		t->line = line;
	if (!value || !line)
		return err_machine(e, "no memory for %d rows of %s", next, r->path);
	*room = next;
	return true;
}

static bool read_value(const reader *r, const csv_table *t, int column, const char *field, double *value, err *e)
{
	char shown[48], name[48];
	*value = (double)NAN;
	if (!field[0] || text_read_number(field, true, value))
		return true;
	return err_input(e, "%s:%d: column %s holds '%s'; allowed are a number, nan, inf, -inf or nothing", r->path,
	        r->line, file_printable(name, sizeof name, t->name[column], strlen(t->name[column])),
	        file_printable(shown, sizeof shown, field, strlen(field)));
}

static bool read_row(reader *r, csv_table *t, err *e)
{
	double *row = t->value + (size_t)t->rows * (size_t)t->cols;
	char *field;
	int n = 0;
	for (bool more = true; more; n++) {
		if (!take_field(r, &field, &more, e))
			return false;
		if (n < t->cols && !read_value(r, t, n, field, &row[n], e))
			return false;
	}
	if (n != t->cols)
		return err_input(
		        e, "%s:%d: %d fields; allowed are %d, one for each column", r->path, r->line, n, t->cols);
	t->line[t->rows++] = r->line;
	return true;
}

static bool read_table(reader *r, csv_table *t, err *e)
{
	int room = 0;
	if (!read_header(r, t, e))
		return false;
	while (take_line(r)) {
		if (!grow(r, t, &room, e) || !read_row(r, t, e))
			return false;
	}
	if (t->rows == 0)
		return wrong(r, e, "no rows behind the column names; at least one is needed");
	return true;
}

bool csv_read(const char *path, csv_table *t, err *e)
{
	unsigned char *bytes;
	size_t size;
	*t = (csv_table){0};
	if (!file_read_all(path, FILE_BYTES, &bytes, &size, e))
		return false;
	bool mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0; /* byte-order mark of UTF-8 */
	char *start = (char *)bytes + (mark ? 3 : 0);
	reader r = {.path = path, .p = start, .next = start, .end = (char *)bytes + size};
	bool ok = memchr(bytes, '\0', size) ? err_input(e, "%s holds zero bytes; a text file is needed", path)
	                                    : read_table(&r, t, e);
	free(bytes);
	if (!ok)
		csv_done(t);
	return ok;
}

void csv_done(csv_table *t)
{
	free(t->name);
	free(t->value);
	free(t->line);
	*t = (csv_table){0};
}

int csv_column(const csv_table *t, const char *name)
{
	for (int i = 0; i < t->cols; i++) {
		if (strcmp(t->name[i], name) == 0)
			return i;
	}
	return -1;
}

/* ---- writing ---- */

void csv_number(FILE *f, double value)
{
	char text[40];
	fputs(text_exact(text, sizeof text, value), f);
}

void csv_text(FILE *f, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")] && !(text[0] && strchr(" \t#", text[0]))) {
		fputs(text, f);
		return;
	}
	putc('"', f);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', f);
		putc(*text == '\r' || *text == '\n' ? ' ' : *text, f);
	}
	putc('"', f);
}
