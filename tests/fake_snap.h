/* fake_snap: snaps for the tests of the views: the same bits on every machine, no training behind them. */
#ifndef TESTS_FAKE_SNAP_H
#define TESTS_FAKE_SNAP_H
#include "run/snap.h"

typedef enum fake {
	FAKE_ORDINARY,
	FAKE_EMPTY,
	FAKE_NAN,
	FAKE_HUGE,
	FAKE_ARMS,
	FAKE_FOUR,
	FAKE_FOUR_EMPTY,
	FAKE_FOUR_NAN,
	FAKE_FOUR_HUGE,
	FAKE_COUNT
} fake;

extern const char *const fake_names[FAKE_COUNT];
/* In static memory; valid until the next call. ORDINARY: T = 100, growth 1.13 per step, 1240 updates, 50 units. EMPTY:
 * before the first update. NAN: diverged, nothing finite anywhere. HUGE: T = 4400, 512 eigenvalues, 10⁶ updates, norms
 * down to 1e-300. ARMS: three arms that differ in their growth. FOUR: four arms, rewound, one of them stopped, with a
 * change under way; FOUR_EMPTY and so on: the others fourfold. */
const snap *fake_snap(fake which);

#endif
