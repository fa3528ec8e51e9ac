/* buffer: bytes that grow at the end; what the text and file devices write into. Numbers never depend on the locale.
 * May be included by draw, plot and app. */
#ifndef DRAW_BUFFER_H
#define DRAW_BUFFER_H
#include <stdbool.h>
#include <stddef.h>

typedef struct buffer {
	char *data; /* always ends in a 0 that is not counted, once something has been written */
	size_t size, room;
	bool failed; /* the machine had no memory; everything since then is missing */
} buffer;

void buffer_done(buffer *b);
void buffer_bytes(buffer *b, const void *bytes, size_t n);
void buffer_text(buffer *b, const char *text);
void buffer_format(buffer *b, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* ≤ 255 bytes; no %f */
void buffer_xml(buffer *b, const char *utf8); /* escaped for text and attributes; controls become spaces */
void buffer_base64(buffer *b, const void *bytes, size_t n);
/* Rounded to 0.01, without trailing zeros or a negative zero: "12.5", "-3", "0". */
void buffer_number(buffer *b, double value);
/* The same with two digits always: "12.50". */
void buffer_fixed(buffer *b, double value);

#endif
