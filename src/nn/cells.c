#include "nn/cell.h"

#define CELL(name) extern const R(cell) R(cell_##name);
#include "nn/cells.def"
#undef CELL

const R(cell) *const R(cells)[] = {
#define CELL(name) &R(cell_##name),
#include "nn/cells.def"
#undef CELL
};
const int R(cells_count) = sizeof R(cells) / sizeof *R(cells);
