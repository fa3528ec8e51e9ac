/* err: one line about what went wrong, written into the caller's buffer.
 * Functions that can fail return bool and take an err * as their last argument (never NULL).
 * The code is the exit status of the command line. */
#ifndef BASE_ERR_H
#define BASE_ERR_H
#include <stdbool.h>

enum { ERR_NONE = 0, ERR_CHECK = 1, ERR_INPUT = 2, ERR_MACHINE = 3 };

typedef struct err {
	int code;       /* ERR_… */
	char text[480]; /* one line without a full stop; UTF-8 */
} err;

/* Both return false, so that a caller can write `return err_input(e, "…")`. */
bool err_input(err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool err_machine(err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool err_check(err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Puts "prefix: " in front of the message that is there. Returns false. */
bool err_prefix(err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
