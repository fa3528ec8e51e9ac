#include "draw/buffer.h"

#include "draw/utf8.h"

#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_done(buffer *b)
{
	free(b->data);
	*b = (buffer){0};
}

static bool reserve(buffer *b, size_t more)
{
	if (b->failed || more > SIZE_MAX / 4 - b->size) {
		b->failed = true;
		return false;
	}
	size_t need = b->size + more + 1;
	if (need <= b->room)
		return true;
	size_t room = b->room ? b->room : 4096;
	while (room < need)
		room *= 2;
	char *data = realloc(b->data, room);
	if (!data) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->room = room;
	return true;
}

void buffer_bytes(buffer *b, const void *bytes, size_t n)
{
	if (!reserve(b, n))
		return;
	memcpy(b->data + b->size, bytes, n);
	b->size += n;
	b->data[b->size] = 0;
}

void buffer_text(buffer *b, const char *text)
{
	buffer_bytes(b, text, strlen(text));
}

void buffer_format(buffer *b, const char *fmt, ...)
{
	char line[256];
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	if (n > 0)
		buffer_bytes(b, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

void buffer_xml(buffer *b, const char *utf8)
{
	uint32_t c;
	while ((c = utf8_next(&utf8))) {
		char bytes[4];
		if (c == '<')
			buffer_text(b, "&lt;");
		else if (c == '>')
			buffer_text(b, "&gt;");
		else if (c == '&')
			buffer_text(b, "&amp;");
		else if (c == '"')
			buffer_text(b, "&quot;");
		else if (c == 0xFFFE || c == 0xFFFF)
			buffer_text(b, "\xEF\xBF\xBD"); /* not characters of XML 1.0 */
		else
			buffer_bytes(b, bytes, (size_t)utf8_put(bytes, c < 0x20 || c == 0x7F ? ' ' : c));
	}
}

void buffer_base64(buffer *b, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < n; i += 3) {
		char four[4];
		text_base64(p + i, n - i, four);
		buffer_bytes(b, four, 4);
	}
}

/* Hundredths; coordinates never exceed 1e6 points. */
static long long hundredths(double value)
{
	return isfinite(value) && fabs(value) < 1e15 ? llround(value * 100) : 0;
}

static void put_hundredths(buffer *b, long long v, int digits)
{
	unsigned long long a = v < 0 ? (unsigned long long)-v : (unsigned long long)v;
	const char *sign = v < 0 ? "-" : "";
	if (digits == 2)
		buffer_format(b, "%s%llu.%02llu", sign, a / 100, a % 100);
	else if (digits == 1)
		buffer_format(b, "%s%llu.%llu", sign, a / 100, a / 10 % 10);
	else
		buffer_format(b, "%s%llu", sign, a / 100);
}

void buffer_number(buffer *b, double value)
{
	long long v = hundredths(value);
	put_hundredths(b, v, v % 100 == 0 ? 0 : v % 10 == 0 ? 1 : 2);
}

void buffer_fixed(buffer *b, double value)
{
	put_hundredths(b, hundredths(value), 2);
}
