#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUS "\u2212"
#define THIN_SPACE "\u2009"

enum {
	NUMBER_TEXT = 48, /* "%.17g" of any double */
	NAME_MAX_BYTES = 128
};

/* "1e-05" → "1e-5", "1e+20" → "1e20" */
static void shorten_exponent(char *text)
{
	char *to = strchr(text, 'e');
	if (!to)
		return;
	to++;
	const char *from = to;
	if (*from == '-')
		to++;
	from += *from == '-' || *from == '+';
	while (from[0] == '0' && from[1])
		from++;
	memmove(to, from, strlen(from) + 1);
}

/* The texts that both precisions share: not a number, infinite, and whole numbers up to a size that reads better
 * plain ("100", where the shortest would be "1e2"). */
static const char *exact_special(char *text, double value)
{
	if (isnan(value))
		return "nan";
	if (isinf(value))
		return value > 0 ? "inf" : "-inf";
	if (value == 0)
		return signbit(value) ? "-0" : "0";
	if (fabs(value) < 1e7 && value == trunc(value)) {
		snprintf(text, NUMBER_TEXT, "%.0f", value);
		return text;
	}
	return NULL;
}

const char *text_exact(char *buf, size_t size, double value)
{
	char text[NUMBER_TEXT];
	const char *found = exact_special(text, value);
	for (int digits = 1; !found; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		if (digits == 17 || strtod(text, NULL) == value)
			found = text;
	}
	if (found == text)
		shorten_exponent(text);
	snprintf(buf, size, "%s", found);
	return buf;
}

const char *text_exact_f32(char *buf, size_t size, float value)
{
	char text[NUMBER_TEXT];
	const char *found = exact_special(text, (double)value);
	for (int digits = 1; !found; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, (double)value);
		if (digits == 9 || strtof(text, NULL) == value)
			found = text;
	}
	if (found == text)
		shorten_exponent(text);
	snprintf(buf, size, "%s", found);
	return buf;
}

static void superscript(char *buf, size_t size, int n)
{
	static const char *const digit[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
	char plain[16];
	size_t used = 0;
	snprintf(plain, sizeof plain, "%d", n);
	buf[0] = '\0';
	for (const char *p = plain; *p && used + 4 <= size; p++) {
		const char *mark = *p == '-' ? "⁻" : digit[*p - '0'];
		used += (size_t)snprintf(buf + used, size - used, "%s", mark);
	}
}

/* Cuts the zeros behind a decimal point, and the point when nothing is left behind it. */
static void strip_zeros(char *text)
{
	if (!strchr(text, '.'))
		return;
	char *end = text + strlen(text);
	while (end[-1] == '0')
		end--;
	if (end[-1] == '.')
		end--;
	*end = '\0';
}

/* ---- how numbers for reading are written ---- */

static atomic_int decimal_mark, thousands;

void text_numbers(text_decimal decimal, text_groups groups)
{
	atomic_store(&decimal_mark, (int)decimal);
	atomic_store(&thousands, (int)groups);
}

const char *text_group(void)
{
	return atomic_load(&thousands) == GROUPS_THIN ? THIN_SPACE : "";
}

static char *exchange_marks(char *buf, char from, char to)
{
	char *mark = atomic_load(&decimal_mark) == DECIMAL_COMMA ? strchr(buf, from) : NULL;
	if (mark)
		*mark = to;
	return buf;
}

char *text_localize(char *buf)
{
	return exchange_marks(buf, '.', ',');
}

char *text_delocalize(char *buf)
{
	char *comma = strchr(buf, ',');
	size_t digits = comma ? strspn(comma + 1, "0123456789") : 0;
	/* "1,2" can only be meant as 1.2; "1,000" may be a thousand, and is asked about */
	if (comma && !strchr(buf, '.') && !strchr(comma + 1, ',') && digits != 3)
		*comma = '.';
	return exchange_marks(buf, ',', '.');
}

/* "1240.5" → "1 240.5": a thin space in front of every third digit of the whole part. No sign in `plain`. */
static void group_thousands(char *buf, size_t size, const char *plain)
{
	const char *group = text_group();
	size_t whole = strcspn(plain, "."), used = 0;
	for (size_t i = 0; plain[i] && used + 8 < size; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0) {
			memcpy(buf + used, group, strlen(group));
			used += strlen(group);
		}
		buf[used++] = plain[i];
	}
	buf[used] = '\0';
}

const char *text_short(char *buf, size_t size, double value, int digits)
{
	if (!isfinite(value)) {
		snprintf(buf, size, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : MINUS "inf");
		return buf;
	}
	digits = digits < 1 ? 1 : digits > 17 ? 17 : digits;
	const char *sign = value < 0 ? MINUS : "";
	double magnitude = fabs(value);
	bool whole = magnitude < 1e6 && magnitude == trunc(magnitude);
	char text[64], out[96], power[32];
	/* Rounded first, so that 999 999.9 becomes 10⁶ and 0.00099999 becomes 0.001. */
	snprintf(text, sizeof text, "%.*e", digits - 1, magnitude);
	char *mark = strchr(text, 'e');
	int exponent = atoi(mark + 1);
	if (!whole && (exponent >= 6 || exponent < -3)) {
		*mark = '\0';
		strip_zeros(text);
		superscript(power, sizeof power, exponent);
		const char *front = strcmp(text, "1") == 0 ? "" : text_localize(text);
		snprintf(buf, size, "%s%s%s10%s", sign, front, *front ? "·" : "", power);
		return buf;
	}
	int decimals = whole || digits - 1 < exponent ? 0 : digits - 1 - exponent;
	snprintf(text, sizeof text, "%.*f", decimals, magnitude);
	strip_zeros(text);
	group_thousands(out, sizeof out, text);
	snprintf(buf, size, "%s%s", sign, text_localize(out));
	return buf;
}

const char *text_power(char *buf, size_t size, int exponent)
{
	char power[48];
	superscript(power, sizeof power, exponent);
	if (exponent == 0 || exponent == 1)
		snprintf(buf, size, "%s", exponent ? "10" : "1");
	else
		snprintf(buf, size, "10%s", power);
	return buf;
}

const char *text_bytes(char *buf, size_t size, double bytes)
{
	static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	size_t u = 0;
	while (fabs(bytes) >= 1023.5 && u + 1 < sizeof unit / sizeof *unit) {
		bytes /= 1024;
		u++;
	}
	char text[64];
	text_short(text, sizeof text, fabs(bytes) < 9.95 ? bytes : round(bytes), 2);
	snprintf(buf, size, "%s %s", text, unit[u]);
	return buf;
}

static const char *skip_digits(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
}

/* [+-] digits [. digits] [e [+-] digits]: strtod alone would also take blanks, hexadecimal and "nan(…)". */
static bool is_decimal(const char *p)
{
	p += *p == '+' || *p == '-';
	const char *start = p;
	p = skip_digits(p);
	size_t count = (size_t)(p - start);
	if (*p == '.') {
		start = ++p;
		p = skip_digits(p);
		count += (size_t)(p - start);
	}
	if (count == 0)
		return false;
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '+' || *p == '-';
		start = p;
		p = skip_digits(p);
		if (p == start)
			return false;
	}
	return *p == '\0';
}

static bool same_letters(const char *a, const char *b)
{
	while (*a && tolower((unsigned char)*a) == *b)
		a++, b++;
	return *a == '\0' && *b == '\0';
}

static bool read_special(const char *text, double *value)
{
	const char *word = text + (*text == '+' || *text == '-');
	if (same_letters(word, "nan"))
		*value = (double)NAN;
	else if (same_letters(word, "inf") || same_letters(word, "infinity"))
		*value = *text == '-' ? -(double)INFINITY : (double)INFINITY;
	else
		return false;
	return true;
}

bool text_read_number(const char *text, bool special, double *value)
{
	if (special && read_special(text, value))
		return true;
	if (!is_decimal(text))
		return false;
	double v = strtod(text, NULL);
	if (!isfinite(v)) /* "1e999" */
		return false;
	*value = v;
	return true;
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

static int letter(char c, bool fold)
{
	return fold ? tolower((unsigned char)c) : (unsigned char)c;
}

/* Optimal string alignment over bytes, three rows of the table. Beyond NAME_MAX_BYTES every byte by which the
 * lengths differ counts as one edit and equal tails are not compared. */
static int distance(const char *a, const char *b, bool fold)
{
	int row[3][NAME_MAX_BYTES + 1];
	int *before = row[0], *last = row[1], *now = row[2];
	size_t long_a = strlen(a), long_b = strlen(b);
	int na = (int)(long_a < NAME_MAX_BYTES ? long_a : NAME_MAX_BYTES);
	int nb = (int)(long_b < NAME_MAX_BYTES ? long_b : NAME_MAX_BYTES);
	size_t rest_a = long_a - (size_t)na, rest_b = long_b - (size_t)nb;
	size_t rest = rest_a > rest_b ? rest_a - rest_b : rest_b - rest_a;

	for (int j = 0; j <= nb; j++)
		now[j] = j;
	for (int i = 1; i <= na; i++) {
		int *spare = before;
		before = last;
		last = now;
		now = spare;
		now[0] = i;
		for (int j = 1; j <= nb; j++) {
			int ca = letter(a[i - 1], fold), cb = letter(b[j - 1], fold);
			now[j] = smaller(smaller(last[j], now[j - 1]) + 1, last[j - 1] + (ca != cb));
			if (i > 1 && j > 1 && ca == letter(b[j - 2], fold) && letter(a[i - 2], fold) == cb)
				now[j] = smaller(now[j], before[j - 2] + 1);
		}
	}
	return now[nb] + (int)(rest < 1000000 ? rest : 1000000);
}

int text_distance(const char *a, const char *b)
{
	return distance(a, b, false);
}

int text_closest(const char *name, const char *const *names, int n)
{
	int length = (int)strnlen(name, NAME_MAX_BYTES);
	int allowed = smaller(1 + length / 4, length - 1), found = -1;
	for (int i = 0; i < n; i++) {
		int longer = (int)strnlen(names[i], NAME_MAX_BYTES) - length;
		int d = longer > allowed || -longer > allowed ? allowed + 1 : distance(name, names[i], true);
		if (d <= allowed) { /* from now on only a closer one */
			found = i;
			allowed = d - 1;
		}
	}
	return found;
}

void text_base64(const unsigned char *p, size_t left, char four[4])
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned v = (unsigned)p[0] << 16;
	v |= left > 1 ? (unsigned)p[1] << 8 : 0;
	v |= left > 2 ? p[2] : 0;
	four[0] = digit[v >> 18];
	four[1] = digit[v >> 12 & 63];
	four[2] = left > 1 ? digit[v >> 6 & 63] : '=';
	four[3] = left > 2 ? digit[v & 63] : '=';
}
