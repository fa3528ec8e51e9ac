/* The widest compiled version of the one-unit maps that this processor runs. */
#include "num/level.h"
#include "num/real.h"
#include "num/unit_map.h"

#if defined __x86_64__
extern const R(unit_map) R(unit_map_base), R(unit_map_v3), R(unit_map_v4);
#else
extern const R(unit_map) R(unit_map_base);
#endif

const R(unit_map) *R(unit_map_width)(int level)
{
#if defined __x86_64__
	const R(unit_map) *const table[] = {&R(unit_map_base), &R(unit_map_v3), &R(unit_map_v4)};
	return table[level < wide_level() ? level : wide_level()];
#else
	(void)level;
	return &R(unit_map_base);
#endif
}

const R(unit_map) *R(unit_map_get)(void)
{
	return R(unit_map_width)(wide_level());
}
