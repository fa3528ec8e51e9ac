#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool set(err *e, int code, const char *fmt, va_list args)
{
	e->code = code;
	vsnprintf(e->text, sizeof e->text, fmt, args);
	return false;
}

bool err_input(err *e, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	set(e, ERR_INPUT, fmt, args);
	va_end(args);
	return false;
}

bool err_machine(err *e, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	set(e, ERR_MACHINE, fmt, args);
	va_end(args);
	return false;
}

bool err_check(err *e, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	set(e, ERR_CHECK, fmt, args);
	va_end(args);
	return false;
}

bool err_prefix(err *e, const char *fmt, ...)
{
	char tail[sizeof e->text];
	memcpy(tail, e->text, sizeof tail);
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(e->text, sizeof e->text, fmt, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof e->text)
		snprintf(e->text + n, sizeof e->text - (size_t)n, ": %.400s", tail);
	return false;
}
