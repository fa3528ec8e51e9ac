/* utf8: one code point at a time; nothing malformed gets through. May be included by draw and lesson. */
#ifndef DRAW_UTF8_H
#define DRAW_UTF8_H
#include <stdint.h>

/* The code point at **text, which moves on; 0 at the end. Each byte that is not UTF-8 gives U+FFFD. */
uint32_t utf8_next(const char **text);
/* Writes 1 to 4 bytes; returns how many. */
int utf8_put(char bytes[4], uint32_t code);

#endif
