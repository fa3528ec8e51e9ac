#include "nn/optim.h"

#define OPTIM(name) extern const R(optim) R(optim_##name);
#include "nn/optims.def"
#undef OPTIM

const R(optim) *const R(optims)[] = {
#define OPTIM(name) &R(optim_##name),
#include "nn/optims.def"
#undef OPTIM
};
const int R(optims_count) = sizeof R(optims) / sizeof *R(optims);
