/* level: the vector width that this processor has: 0 base, 1 v3 (AVX2, FMA), 2 v4 (AVX-512), lowered by the environment
 * variable UNROLL_WIDTH=base|v3|v4. */
#ifndef NUM_LEVEL_H
#define NUM_LEVEL_H

int wide_level(void);

#endif
