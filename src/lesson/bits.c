#include "lesson/bits.h"

#include "run/measure.h"

#include <math.h>
#include <string.h>

enum { WINDOW = 100 };
static const double known_below = 0.25;

void bits_init(bits *b)
{
	memset(b, 0, sizeof *b);
	for (int k = 0; k < BITS; k++)
		b->known[k] = INFINITY;
}

static double mean(const bits *b, int k)
{
	long n = b->seen < WINDOW ? b->seen : WINDOW;
	double sum = 0;
	for (long i = 0; i < n; i++) {
		long at = b->seen - i;
		if (b->of[at % BITS_KEPT] != at)
			return NAN;
		sum += (double)b->wrong[at % BITS_KEPT][k];
	}
	return n ? sum / (double)n : NAN;
}

void bits_add(bits *b, const trial *t)
{
	long at = t->update;
	int classes = t->shape.classes;
	bool next = at == b->seen + 1;
	if (at == b->seen)
		return;
	b->seen = at;
	if (!next || classes < 2 || (classes & (classes - 1)) != 0)
		return;
	b->of[at % BITS_KEPT] = at;
	for (int k = 0; k < BITS; k++) {
		b->wrong[at % BITS_KEPT][k] = classes >> k > 1 ? (float)measure_bit_wrong(t, k + 1) : NAN;
		if (b->known[k] >= (double)at) /* what was known belongs to a future that is no more */
			b->known[k] = at >= WINDOW && mean(b, k) < known_below ? (double)at : INFINITY;
	}
}

double bits_wrong(const bits *b, int k)
{
	return k >= 1 && k <= BITS ? mean(b, k - 1) : NAN;
}

double bits_known(const bits *b, int k)
{
	if (k < 1 || k > BITS)
		return NAN;
	return b->known[k - 1] <= (double)b->seen ? b->known[k - 1] : INFINITY;
}
