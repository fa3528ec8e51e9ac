#include "view/data.h"

#include "io/csv.h"
#include "io/file.h"
#include "io/npz.h"
#include "view/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- growing ---- */

static data_part *last_part(const view_data *d)
{
	return d->failed || d->parts < 1 ? NULL : &d->part[d->parts - 1];
}

static data_column *last_column(const view_data *d)
{
	data_part *p = last_part(d);
	return !p || p->columns < 1 ? NULL : &p->column[p->columns - 1];
}

void data_matrix(view_data *d, const char *part, int arm, long rows, long cols)
{
	data_part *grown = d->failed ? NULL : realloc(d->part, (size_t)(d->parts + 1) * sizeof *grown);
	if (!grown) {
		d->failed = true;
		return;
	}
	d->part = grown;
	data_part *p = &d->part[d->parts++];
	*p = (data_part){.view = d->view, .arm = arm, .rows = rows > 0 ? rows : 0, .cols = cols > 0 ? cols : 0};
	snprintf(p->name, sizeof p->name, "%s", part);
}

void data_table(view_data *d, const char *part, int arm, long rows)
{
	data_matrix(d, part, arm, rows, 0);
}

static long length_of(const data_part *p, data_along along)
{
	return along == DATA_ROWS ? p->rows : along == DATA_COLS ? p->cols : p->rows * p->cols;
}

void data_add(view_data *d, data_kind kind, data_along along, const char *name, const char *about)
{
	data_part *p = last_part(d);
	data_column *grown = p ? realloc(p->column, (size_t)(p->columns + 1) * sizeof *grown) : NULL;
	if (!grown) {
		d->failed = true;
		return;
	}
	p->column = grown;
	data_column *c = &p->column[p->columns++];
	*c = (data_column){.kind = kind, .along = along, .n = length_of(p, along)};
	snprintf(c->name, sizeof c->name, "%s", name);
	snprintf(c->about, sizeof c->about, "%s", about);
	if (kind == DATA_TEXT)
		c->text = calloc((size_t)c->n + 1, sizeof *c->text);
	else
		c->value = malloc(((size_t)c->n + 1) * sizeof *c->value);
	d->failed = !c->text && !c->value;
	for (long i = 0; i < c->n && c->value; i++)
		c->value[i] = NAN;
}

void data_set(view_data *d, long i, double value)
{
	data_column *c = last_column(d);
	if (c && c->value && i >= 0 && i < c->n)
		c->value[i] = value;
}

void data_set_text(view_data *d, long i, const char *text)
{
	data_column *c = last_column(d);
	if (!c || !c->text || i < 0 || i >= c->n)
		return;
	free(c->text[i]);
	c->text[i] = strdup(text);
	d->failed = !c->text[i];
}

void data_floats(view_data *d, const char *name, const char *about, const float *value)
{
	data_add(d, DATA_REAL, DATA_ROWS, name, about);
	const data_column *c = last_column(d);
	for (long i = 0; c && i < c->n; i++)
		c->value[i] = (double)value[i];
}

void data_ints(view_data *d, const char *name, const char *about, const int *value)
{
	data_add(d, DATA_WHOLE, DATA_ROWS, name, about);
	const data_column *c = last_column(d);
	for (long i = 0; c && i < c->n; i++)
		c->value[i] = value[i];
}

void data_range(view_data *d, data_along along, const char *name, const char *about, double first, double step)
{
	bool whole = first == floor(first) && step == floor(step);
	data_add(d, whole ? DATA_WHOLE : DATA_REAL, along, name, about);
	const data_column *c = last_column(d);
	for (long i = 0; c && i < c->n; i++)
		c->value[i] = first + (double)i * step;
}

void data_cells(view_data *d, const char *name, const char *about, const float *value, long pitch)
{
	data_add(d, DATA_REAL, DATA_CELLS, name, about);
	const data_part *p = last_part(d);
	const data_column *c = last_column(d);
	for (long i = 0; c && i < p->rows; i++)
		for (long k = 0; k < p->cols; k++)
			c->value[i * p->cols + k] = (double)value[i * pitch + k];
}

void data_series(view_data *d, const char *part, int arm, const snap_series *s, const char *name, const char *about)
{
	static const char *const ends[] = {"mean", "low", "high"};
	static const char *const said[] = {"mean", "least", "greatest"};
	const float *value[] = {s->mean, s->low, s->high};
	curve mean = part_series(s, false).mean;
	char column[DATA_NAME], text[128];
	data_table(d, part, arm, mean.n);
	data_range(d, DATA_ROWS, "update", "middle of the updates that a point stands for", mean.x0, mean.dx);
	data_range(d, DATA_ROWS, "update_first", "first of these updates", mean.x0 - 0.5 * (mean.dx - 1), mean.dx);
	data_range(d, DATA_ROWS, "update_last", "last of these updates", mean.x0 + 0.5 * (mean.dx - 1), mean.dx);
	for (int i = 0; i < 3; i++) {
		snprintf(column, sizeof column, "%s_%s", name, ends[i]);
		snprintf(text, sizeof text, "%s, %s over these updates", about, said[i]);
		data_floats(d, column, text, value[i]);
	}
}

void data_tape_steps(view_data *d, data_along along, const snap_tape *t)
{
	data_add(d, DATA_WHOLE, along, "step", "time step, from 1");
	for (int i = 0; i < part_tape_steps(t); i++)
		data_set(d, i, part_tape_step(t, i));
}

void data_tape_hidden(view_data *d, int arm, const snap_tape *t)
{
	int n = part_tape_steps(t), rows = n < 1 || t->rows < 1 ? 0 : t->rows;
	int units = t->units > 0 ? t->units : 1;
	rows = rows > SNAP_TAPE_UNITS ? SNAP_TAPE_UNITS : rows;
	data_matrix(d, "hidden", arm, rows, n);
	data_add(d, DATA_WHOLE, DATA_ROWS, "layer", "layer of the unit, from 1");
	for (int i = 0; i < rows; i++)
		data_set(d, i, t->unit[i] / units + 1);
	data_add(d, DATA_WHOLE, DATA_ROWS, "unit", "hidden unit of that layer, from 1");
	for (int i = 0; i < rows; i++)
		data_set(d, i, t->unit[i] % units + 1);
	data_tape_steps(d, DATA_COLS, t);
	data_cells(d, "h", "hidden state", &t->hidden[0][0], SNAP_STEPS);
}

void data_done(view_data *d)
{
	for (int p = 0; p < d->parts; p++) {
		for (int c = 0; c < d->part[p].columns; c++) {
			data_column *k = &d->part[p].column[c];
			for (long i = 0; k->text && i < k->n; i++)
				free(k->text[i]);
			free(k->text);
			free(k->value);
		}
		free(d->part[p].column);
	}
	free(d->part);
	*d = (view_data){0};
}

/* ---- finding ---- */

void data_collect(view_data *d, const view *const *list, int n, const snap *s)
{
	*d = (view_data){0};
	for (int i = 0; i < n; i++) {
		bool twice = false;
		for (int k = 0; k < i; k++)
			twice = twice || list[k] == list[i];
		d->view = list[i]->name;
		if (list[i]->data && !twice)
			list[i]->data(s, d);
	}
}

const data_part *data_find(const view_data *d, const char *view_name, const char *part, int arm)
{
	for (int i = 0; i < d->parts; i++) {
		const data_part *p = &d->part[i];
		if (strcmp(p->view, view_name) == 0 && strcmp(p->name, part) == 0 && p->arm == arm)
			return p;
	}
	return NULL;
}

const data_column *data_column_find(const data_part *p, const char *name)
{
	for (int i = 0; p && i < p->columns; i++)
		if (strcmp(p->column[i].name, name) == 0)
			return &p->column[i];
	return NULL;
}

/* ---- descriptions ---- */

static bool same_column(const data_part *a, const data_part *b, const char *name)
{
	return strcmp(a->view, b->view) == 0 && strcmp(a->name, b->name) == 0 && data_column_find(b, name);
}

/* Not of an earlier arm already. */
static bool is_first(const view_data *d, int part, const char *name)
{
	for (int i = 0; i < part; i++)
		if (same_column(&d->part[part], &d->part[i], name))
			return false;
	return true;
}

/* One line for each column: "temporal.curves.step: time step, from 1". */
static void describe(const view_data *d, FILE *f, const char *before)
{
	for (int p = 0; p < d->parts; p++)
		for (int c = 0; c < d->part[p].columns; c++) {
			const data_part *part = &d->part[p];
			if (is_first(d, p, part->column[c].name))
				fprintf(f, "%s%s.%s.%s: %s\n", before, part->view, part->name, part->column[c].name,
				        part->column[c].about);
		}
}

static bool usable(const view_data *d, err *e)
{
	if (d->failed)
		return err_machine(e, "no memory for the numbers of these plots; show fewer of them");
	return d->parts > 0 || err_input(e, "these plots show no numbers");
}

/* ---- csv ---- */

/* The names of all columns, each once, in the order in which they come. */
typedef struct header {
	int n, most;
	const char **name;
} header;

static int place(const header *h, const char *name)
{
	for (int i = 0; i < h->n; i++)
		if (strcmp(h->name[i], name) == 0)
			return i;
	return -1;
}

static bool make_header(const view_data *d, header *h)
{
	*h = (header){0};
	for (int p = 0; p < d->parts; p++)
		h->most += d->part[p].columns;
	h->name = malloc((size_t)(h->most + 1) * sizeof *h->name);
	for (int p = 0; p < d->parts && h->name; p++)
		for (int c = 0; c < d->part[p].columns; c++)
			if (place(h, d->part[p].column[c].name) < 0)
				h->name[h->n++] = d->part[p].column[c].name;
	return h->name != NULL;
}

static void write_value(FILE *f, const data_column *c, long row, long col, long cols)
{
	long i = c->along == DATA_ROWS ? row : c->along == DATA_COLS ? col : row * cols + col;
	if (c->text)
		csv_text(f, c->text[i] ? c->text[i] : "");
	else
		csv_number(f, c->value[i]);
}

static void write_part(FILE *f, const data_part *p, const snap *s, const header *h, int *which)
{
	long cols = p->cols > 0 ? p->cols : 1;
	for (int i = 0; i < h->n; i++)
		which[i] = -1;
	for (int c = 0; c < p->columns; c++)
		which[place(h, p->column[c].name)] = c;
	for (long cell = 0; cell < p->rows * cols; cell++) {
		fprintf(f, "%s,%s,", p->view, p->name);
		if (p->arm != DATA_SHARED)
			csv_text(f, part_arm_name(s, p->arm));
		for (int i = 0; i < h->n; i++) {
			putc(',', f);
			if (which[i] >= 0)
				write_value(f, &p->column[which[i]], cell / cols, cell % cols, cols);
		}
		putc('\n', f);
	}
}

bool data_write_csv(const view_data *d, const snap *s, const char *state, const char *path, err *e)
{
	header h;
	file_save save;
	if (!usable(d, e))
		return false;
	int *which = make_header(d, &h) ? malloc((size_t)(h.n + 1) * sizeof *which) : NULL;
	if (!which) {
		free(h.name);
		return err_machine(e, "no memory for the numbers of these plots; show fewer of them");
	}
	bool ok = file_save_open(&save, path, e);
	if (ok) {
		FILE *f = file_save_stream(&save);
		fprintf(f, "# %s\n", state);
		describe(d, f, "# ");
		fputs("view,part,arm", f);
		for (int i = 0; i < h.n; i++) {
			putc(',', f);
			csv_text(f, h.name[i]);
		}
		putc('\n', f);
		for (int p = 0; p < d->parts; p++)
			write_part(f, &d->part[p], s, &h, which);
		ok = file_save_commit(&save, e);
	}
	free(which);
	free(h.name);
	return ok;
}

/* ---- npz ---- */

static void array_name(const data_part *p, const data_column *c, char *buf, size_t size)
{
	char arm[16] = "";
	if (p->arm != DATA_SHARED)
		snprintf(arm, sizeof arm, ".arm%d", p->arm);
	snprintf(buf, size, "%.24s%s.%.24s.%.40s", p->view, arm, p->name, c->name);
	for (char *at = buf; *at; at++) /* what a name in an archive cannot have */
		*at = *at == ' ' || *at == '/' || *at == '\\' ? '_' : *at;
}

static bool add_wholes(npz_writer *w, const char *name, int ndim, const long *shape, const data_column *c, err *e)
{
	int64_t *whole = malloc(((size_t)c->n + 1) * sizeof *whole);
	if (!whole)
		return err_machine(e, "no memory for writing array %s", name);
	for (long i = 0; i < c->n; i++)
		whole[i] = (int64_t)c->value[i];
	bool ok = npz_add(w, name, NPY_I64, ndim, shape, whole, e);
	free(whole);
	return ok;
}

/* A whole number that is not known has no place among whole numbers. */
static bool all_known(const data_column *c)
{
	for (long i = 0; i < c->n; i++)
		if (!(fabs(c->value[i]) < 9e15))
			return false;
	return true;
}

static bool add_column(npz_writer *w, const data_part *p, const data_column *c, err *e)
{
	char name[NPY_NAME];
	long shape[2] = {p->rows, p->cols};
	bool cells = c->along == DATA_CELLS;
	array_name(p, c, name, sizeof name);
	if (c->text)
		return npz_add_texts(w, name, c->n, (const char *const *)c->text, e);
	if (!cells)
		shape[0] = c->n;
	if (c->kind == DATA_WHOLE && all_known(c))
		return add_wholes(w, name, cells ? 2 : 1, shape, c, e);
	return npz_add(w, name, NPY_F64, cells ? 2 : 1, shape, c->value, e);
}

static bool add_about(npz_writer *w, const view_data *d, err *e)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	if (f)
		describe(d, f, "");
	bool ok = f && fclose(f) == 0;
	const char *one[] = {text};
	ok = ok ? npz_add_texts(w, "about", -1, one, e) : err_machine(e, "no memory for writing array about");
	free(text);
	return ok;
}

bool data_write_npz(const view_data *d, const snap *s, const char *state, const char *path, err *e)
{
	const char *arm[SNAP_ARMS], *one[] = {state};
	npz_writer *w = usable(d, e) ? npz_writer_new(path, e) : NULL;
	if (!w)
		return false;
	for (int a = 0; a < part_arms(s); a++)
		arm[a] = part_arm_name(s, a);
	bool ok = npz_add_texts(w, "state", -1, one, e) && npz_add_texts(w, "arms", part_arms(s), arm, e) &&
	          add_about(w, d, e);
	for (int p = 0; p < d->parts && ok; p++)
		for (int c = 0; c < d->part[p].columns && ok; c++)
			ok = add_column(w, &d->part[p], &d->part[p].column[c], e);
	if (ok)
		return npz_writer_commit(w, e);
	npz_writer_abort(w);
	return false;
}
