#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

size_t arena_need(size_t bytes)
{
	return (bytes + 63) / 64 * 64;
}

bool arena_init(arena *a, size_t size)
{
	*a = (arena){0};
	size = arena_need(size ? size : 64);
	a->base = aligned_alloc(64, size);
	if (!a->base)
		return false;
	a->size = size;
	return true;
}

void arena_done(arena *a)
{
	free(a->base);
	*a = (arena){0};
}

void arena_reset(arena *a)
{
	a->used = 0;
}

void *arena_take(arena *a, size_t bytes)
{
	if (bytes > a->size - a->used)
		return NULL;
	size_t need = arena_need(bytes); /* used and size are multiples of 64: it fits as bytes does */
	void *p = a->base + a->used;
	a->used += need;
	memset(p, 0, need);
	return p;
}
