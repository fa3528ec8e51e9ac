/* real: the precision a file is compiled in. Files of num (some), nn and task are compiled twice, with REAL_BITS 32 and
 * 64; the objects they export carry the suffix, R(cell_lstm) → cell_lstm_f32, the way FFTW and GSL build their
 * precisions. */
#ifndef NUM_REAL_H
#define NUM_REAL_H

#if REAL_BITS == 32
typedef float real;
#define R(name) name##_f32
#define REAL_EPS 0x1p-23
#elif REAL_BITS == 64
typedef double real;
#define R(name) name##_f64
#define REAL_EPS 0x1p-52
#else
#error "REAL_BITS must be 32 or 64"
#endif

/* Rows of states and weights are padded to this many numbers, so that a vector of any width can be read at the end of a
 * row. What stands in the padding is finite and never used. */
enum { REAL_PAD = 16 };
#define REAL_PADDED(n) (((n) + REAL_PAD - 1) / REAL_PAD * REAL_PAD)

#endif
