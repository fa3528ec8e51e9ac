#include "nn/cell.h"

#define CELL(name, knobs) extern const R(cell) R(cell_##name);
#include "nn/cells.def"
#undef CELL

const R(cell) *const R(cells)[] = {
#define CELL(name, knobs) &R(cell_##name),
#include "nn/cells.def"
#undef CELL
};
const int R(cells_count) = sizeof R(cells) / sizeof *R(cells);

double R(cell_no_slope)(const model_spec *s)
{
	(void)s;
	return 0;
}
