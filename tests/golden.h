/* golden: a text against the file that says what it should be. */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H
#include <stdbool.h>

/* Prints the file and the first line that differs. With UPDATE_GOLDEN in the environment the file is written instead.
 */
bool golden_same(const char *path, const char *now);

#endif
