/* speed: what the bench asks of the processor, without a precision suffix. */
#ifndef NUM_SPEED_H
#define NUM_SPEED_H

/* Runs f32 fused multiply-adds for about `seconds` on the calling thread; floating-point operations per second. */
double speed_peak(double seconds);
/* Vector width in use: "base", "v3", "v4". */
const char *speed_width(void);

#endif
