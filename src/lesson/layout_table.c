#include "lesson/layout_parts.h"

#include <math.h>

enum { COLUMNS = 64 };
static const float CELL = 0.94F, NARROWEST = 1.2F; /* em */

typedef struct table {
	int columns;
	float least[COLUMNS], wanted[COLUMNS], width[COLUMNS];
} table;

static void cell_runs(setter *s, const doc_block *cell)
{
	layout_runs(s, cell->run, layout_type(CELL * s->em, cell->header ? WEIGHT_BOLD : WEIGHT_REGULAR, s->ink));
}

static void measure_cells(setter *s, const doc_block *b, table *t)
{
	for (const doc_block *row = b->first; row; row = row->next) {
		int c = 0;
		for (const doc_block *cell = row->first; cell && c < COLUMNS; cell = cell->next, c++) {
			cell_runs(s, cell);
			t->columns = c + 1 > t->columns ? c + 1 : t->columns;
			t->least[c] = fmaxf(fmaxf(t->least[c], layout_widest_piece(s) + 0.5F), NARROWEST * s->em);
			t->wanted[c] = fmaxf(fmaxf(t->wanted[c], layout_one_line(s) + 1), t->least[c]);
		}
	}
	s->n = 0;
}

/* Every column gets the width of its longest word, and of the rest a share by how much more it wants. */
static void share_width(table *t, float room)
{
	float least = 0, more = 0;
	for (int i = 0; i < t->columns; i++) {
		least += t->least[i];
		more += t->wanted[i] - t->least[i];
	}
	float rest = room - least;
	for (int i = 0; i < t->columns; i++)
		t->width[i] =
		        rest < 0 ? t->least[i] * room / least
		                 : t->least[i] + (more > 0 ? (t->wanted[i] - t->least[i]) * fminf(1, rest / more) : 0);
}

static void set_row(setter *s, const doc_block *row, const table *t, float x, float gap)
{
	float top = s->y, bottom = top + LAYOUT_LINE * s->em;
	int c = 0;
	for (const doc_block *cell = row->first; cell && c < t->columns; cell = cell->next, c++) {
		s->y = top + 0.22F * s->em;
		cell_runs(s, cell);
		layout_lines(s, x, t->width[c], CELL * s->em, LAYOUT_LINE, cell->align);
		bottom = fmaxf(bottom, s->y);
		x += t->width[c] + gap;
	}
	s->y = bottom + 0.22F * s->em;
}

static void rule(setter *s, float x, float width, ink i)
{
	layout_add_box(s, (rect){x, s->y - 0.5F, width, 1}, i, 1, 0);
}

void layout_table(setter *s, const doc_block *b, float x, float width)
{
	table t = {0};
	measure_cells(s, b, &t);
	if (t.columns == 0)
		return;
	float gap = fminf(1.6F * s->em, 0.25F * width / (float)t.columns), total = gap * (float)(t.columns - 1);
	share_width(&t, width - total);
	for (int i = 0; i < t.columns; i++)
		total += t.width[i];
	float top = s->y;
	for (const doc_block *row = b->first; row; row = row->next) {
		set_row(s, row, &t, x, gap);
		rule(s, x, total, row->header || !row->next ? INK_AXIS : INK_GRID);
	}
	layout_add_whole(s, (rect){x, top, total, s->y - top});
}
