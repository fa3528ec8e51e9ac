#include "draw/utf8.h"

uint32_t utf8_next(const char **text)
{
	const unsigned char *s = (const unsigned char *)*text;
	if (!*s)
		return 0;
	int more = *s < 0x80 ? 0 : *s >= 0xF0 ? 3 : *s >= 0xE0 ? 2 : 1;
	static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000}; /* shorter forms are refused */
	uint32_t c = more ? *s & (0x3Fu >> more) : *s;
	int i = 1;
	while (i <= more && (s[i] & 0xC0) == 0x80)
		c = c << 6 | (s[i++] & 0x3Fu);
	int good = i > more && *s < 0xF5 && (*s < 0x80 || *s >= 0xC2) && c >= least[more] && c <= 0x10FFFF &&
	           (c < 0xD800 || c > 0xDFFF);
	*text += good ? i : 1;
	return good ? c : 0xFFFD;
}

int utf8_put(char bytes[4], uint32_t code)
{
	if (code < 0x80) {
		bytes[0] = (char)code;
		return 1;
	}
	int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	bytes[0] = (char)((0xFF00u >> (more + 1) & 0xFF) | code >> (6 * more));
	for (int i = 1; i <= more; i++)
		bytes[i] = (char)(0x80 | (code >> (6 * (more - i)) & 0x3F));
	return more + 1;
}
