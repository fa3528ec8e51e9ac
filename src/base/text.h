/* text: numbers to short text, names to the closest known name. No locale anywhere. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
#include <stddef.h>

/* Shortest decimal text that reads back as exactly the same double (or float): "0.1", "1e-05" → "1e-5",
 * "nan", "inf", "-inf". Returns buf. */
const char *text_exact(char *buf, size_t size, double value);
const char *text_exact_f32(char *buf, size_t size, float value);

/* How numbers for reading are written, for the whole program: what text_short and text_localize give. Files, state
 * strings and text_exact are not touched. May be set while other threads write numbers. */
typedef enum text_decimal { DECIMAL_POINT, DECIMAL_COMMA } text_decimal;
typedef enum text_groups { GROUPS_THIN, GROUPS_NONE } text_groups; /* of thousands: "1\u2009240", "1240" */
void text_numbers(text_decimal decimal, text_groups groups);
/* "0.5" → "0,5" where the comma is chosen: for one number that was written with a point. Returns buf. */
char *text_localize(char *buf);
/* The separator of groups of thousands: a thin space or nothing. */
const char *text_group(void);
/* "0,5" → "0.5": for one number that was typed. Where the comma is not chosen, "1,000" stays as it is, since it may
 * mean a thousand. Returns buf. */
char *text_delocalize(char *buf);

/* A number for reading: `digits` significant digits, thin groups in whole numbers ("1 240", U+2009 as the
 * separator), powers of ten as "1.2·10⁻⁷" when |value| ≥ 1e6 or < 1e-3. Returns buf. */
const char *text_short(char *buf, size_t size, double value, int digits);
/* "10⁻⁶" for exponent −6; "1" for 0; "10" for 1. Returns buf. */
const char *text_power(char *buf, size_t size, int exponent);
/* Number of bytes as "12 MiB". Returns buf. */
const char *text_bytes(char *buf, size_t size, double bytes);

/* Four letters of base64 for the first of `left` bytes (1 to 3 are taken). */
void text_base64(const unsigned char *bytes, size_t left, char four[4]);

/* Strict number reading: the whole of `text` must be one number ("nan" and "inf" allowed only when
 * `special` is set); false otherwise. The decimal point is '.', whatever the locale. */
#include <stdbool.h>
bool text_read_number(const char *text, bool special, double *value);

/* Edit distance (insert, delete, replace, swap of neighbours). */
int text_distance(const char *a, const char *b);
/* Index of the name closest to `name` among n, or −1 when none is near enough to be a slip of the finger. */
int text_closest(const char *name, const char *const *names, int n);

#endif
