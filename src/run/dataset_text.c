/* text: UTF-8 into classes of characters, in the order of their code points. */
#include "io/file.h"
#include "run/dataset_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 16 << 20, MOST_CHARACTERS = 500, CODE_POINTS = 0x110000 };

/* The code point at *p, which moves behind it; −1 when the bytes are no UTF-8 (too long forms and surrogates included).
 */
static int32_t decode(const unsigned char **p, const unsigned char *end)
{
	int first = *(*p)++, more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
	if (more == 0)
		return first;
	static const int32_t least[] = {0, 0x80, 0x800, 0x10000};
	if (first < 0xc2 || first > 0xf4 || end - *p < more)
		return -1;
	int32_t c = first & (0x3f >> more);
	for (int i = 0; i < more; i++, (*p)++) {
		if ((**p & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (**p & 0x3f);
	}
	return c < least[more] || c >= CODE_POINTS || (c >= 0xd800 && c < 0xe000) ? -1 : c;
}

static void encode(int32_t c, char out[DATASET_LETTER])
{
	int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const int lead[] = {0, 0xc0, 0xe0, 0xf0};
	memset(out, 0, DATASET_LETTER);
	out[0] = (char)(lead[more] | c >> 6 * more);
	for (int i = 1; i <= more; i++)
		out[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3f));
}

/* What cannot be seen gets a sign. */
static void name_letter(int32_t c, char out[DATASET_LETTER])
{
	encode(c == ' ' ? 0x2423 : c == '\n' ? 0x21b5 : c == '\t' ? 0x21e5 : c, out);
}

static bool is_control(int32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
}

/* Code points into d->text; line ends become \n. */
static bool take_characters(dataset *d, const char *path, const unsigned char *p, const unsigned char *end, err *e)
{
	int line = 1, column = 1;
	while (p < end) {
		int32_t c = decode(&p, end);
		if (c == '\r') {
			p += p < end && *p == '\n';
			c = '\n';
		}
		if (c < 0)
			return err_input(e, "%s:%d: bytes that are no UTF-8 at column %d; allowed: text in UTF-8", path,
			        line, column);
		if (is_control(c))
			return err_input(e,
			        "%s:%d: the control character U+%04X at column %d; allowed: text, tabs, line ends",
			        path, line, (unsigned)c, column);
		d->text[d->letters++] = c;
		column = c == '\n' ? 1 : column + 1;
		line += c == '\n';
	}
	return true;
}

/* Code points become classes. */
static bool make_vocabulary(dataset *d, const char *path, err *e)
{
	int32_t *class = calloc(CODE_POINTS, sizeof *class);
	d->letter = calloc(MOST_CHARACTERS, sizeof *d->letter);
	if (!class || !d->letter) {
		free(class);
		return err_machine(e, "%s: no memory for its characters", path);
	}
	for (long i = 0; i < d->letters; i++)
		class[d->text[i]] = 1;
	for (int32_t c = 0; c < CODE_POINTS; c++) {
		if (!class[c])
			continue;
		if (d->classes < MOST_CHARACTERS)
			name_letter(c, d->letter[d->classes]);
		class[c] = d->classes++;
	}
	for (long i = 0; i < d->letters; i++)
		d->text[i] = class[d->text[i]];
	free(class);
	if (d->classes >= 2 && d->classes <= MOST_CHARACTERS)
		return true;
	return err_input(e, "%s: %d different characters; allowed: 2 to %d", path, d->classes, MOST_CHARACTERS);
}

static double plogp(long part, long all)
{
	return part ? (double)part / (double)all * log((double)part / (double)all) : 0;
}

/* Entropies of the empirical distributions of characters and of neighbours, nats. */
static bool measure(dataset *d, const char *path, err *e)
{
	int C = d->classes;
	long *single = calloc((size_t)C, sizeof *single), *pair = calloc((size_t)C * (size_t)C, sizeof *pair);
	if (!single || !pair) {
		free(single);
		free(pair);
		return err_machine(e, "%s: no memory for its characters", path);
	}
	for (long i = 0; i < d->letters; i++)
		single[d->text[i]]++;
	for (long i = 1; i < d->letters; i++)
		pair[d->text[i - 1] * C + d->text[i]]++;
	for (int a = 0; a < C; a++) {
		long from = single[a] - (d->text[d->letters - 1] == a); /* times that something follows */
		d->entropy -= plogp(single[a], d->letters);
		for (int b = 0; b < C && from; b++)
			d->entropy_given -= (double)from / (double)(d->letters - 1) * plogp(pair[a * C + b], from);
	}
	free(single);
	free(pair);
	return true;
}

/* The House that Jack Built (traditional): every verse repeats the one before it, so that there is something to
 * remember. Returns the length; counts only when `out` is NULL. */
static size_t write_rhyme(char *out)
{
	static const char *const part[] = {"the house that Jack built.\n\n", "the malt\nThat lay in ",
	        "the rat\nThat ate ", "the cat\nThat killed ", "the dog\nThat worried ",
	        "the cow with the crumpled horn\nThat tossed ", "the maiden all forlorn\nThat milked ",
	        "the man all tattered and torn\nThat kissed ", "the priest all shaven and shorn\nThat married ",
	        "the cock that crowed in the morn\nThat waked ", "the farmer sowing his corn\nThat kept "};
	size_t n = 0;
	for (int verse = 0; verse < (int)(sizeof part / sizeof *part); verse++)
		for (int k = verse + 1; k >= 0; k--) {
			const char *text = k > verse ? "This is " : part[k];
			if (out)
				memcpy(out + n, text, strlen(text));
			n += strlen(text);
		}
	return n;
}

static bool load(const char *path, unsigned char **bytes, size_t *size, err *e)
{
	if (path[0])
		return file_read_all(path, TEXT_BYTES, bytes, size, e);
	*size = write_rhyme(NULL);
	*bytes = malloc(*size);
	if (!*bytes)
		return err_machine(e, "no memory for a text");
	write_rhyme((char *)*bytes);
	return true;
}

bool dataset_read_text(dataset *d, const char *path, err *e)
{
	unsigned char *bytes;
	size_t size;
	if (!load(path, &bytes, &size, e))
		return false;
	size_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* byte-order mark */
	d->text = malloc((size + 1) * sizeof *d->text);
	bool ok = d->text ? take_characters(d, path, bytes + mark, bytes + size, e)
	                  : err_machine(e, "%s: no memory for %zu characters", path, size);
	free(bytes);
	if (ok && d->letters < 2)
		return err_input(e, "%s: %ld characters; allowed: at least 2", path, d->letters);
	return ok && make_vocabulary(d, path, e) && measure(d, path, e);
}
