/* arena: memory that lives as long as a frame or a run. One block, aligned to 64 bytes, freed at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include <stdbool.h>
#include <stddef.h>

typedef struct arena {
	unsigned char *base;
	size_t size, used;
} arena;

/* False when the machine has no memory; the arena is then empty. */
bool arena_init(arena *a, size_t size);
void arena_done(arena *a);
void arena_reset(arena *a);
/* Zeroed bytes, aligned to 64; NULL when the arena is full. */
void *arena_take(arena *a, size_t bytes);
/* What arena_take(bytes) consumes. */
size_t arena_need(size_t bytes);

#endif
