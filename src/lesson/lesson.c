#include "lesson/lesson.h"

#include "base/text.h"
#include "draw/utf8.h"
#include "io/file.h"
#include "lesson/build.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory and messages ---- */

static void say_full(build *b)
{
	if (b->full)
		return;
	b->full = true;
	build_wrong(b, b->now, "the lesson has more parts than there is room for; what follows is left out");
}

void *build_take(build *b, size_t bytes)
{
	void *p = b->full ? NULL : arena_take(&b->memory, bytes);
	if (!p)
		say_full(b);
	return p;
}

const char *build_text(build *b, const char *text, size_t size)
{
	if (size >= b->pool_size - b->pool_used) {
		say_full(b);
		return "";
	}
	char *copy = b->pool + b->pool_used;
	if (size) /* of nothing the text may be NULL */
		memcpy(copy, text, size);
	copy[size] = '\0';
	b->pool_used += size + 1;
	return copy;
}

bool build_more(build *b, const char *last, const char *text, size_t size)
{
	if (last + strlen(last) + 1 != b->pool + b->pool_used || size >= b->pool_size - b->pool_used)
		return false;
	b->pool_used--;
	build_text(b, text, size);
	return true;
}

void build_wrong(build *b, int line, const char *fmt, ...)
{
	lesson *l = &b->l;
	if (b->step)
		b->step->mistakes++;
	if (l->messages == LESSON_MESSAGES) {
		l->more++;
		return;
	}
	char text[sizeof l->message->text];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	lesson_message *m = &l->message[l->messages++];
	m->line = line;
	file_printable(m->text, sizeof m->text, text, strlen(text));
}

int build_line_of(const build *b, size_t offset)
{
	int low = 0, high = b->lines - 1;
	while (low < high) {
		int middle = (low + high + 1) / 2;
		if (b->start[middle] <= offset)
			low = middle;
		else
			high = middle - 1;
	}
	return low + 1;
}

/* ---- front matter ---- */

static const char *const keys[] = {"title", "summary", "minutes", "needs", "picture"};
enum { KEY_TITLE, KEY_SUMMARY, KEY_MINUTES, KEY_NEEDS, KEY_PICTURE, KEYS };

/* The value without blanks and without the quotes around it. */
static const char *value_of(build *b, const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (end > p && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	if (end - p >= 2 && (*p == '"' || *p == '\'') && end[-1] == *p)
		p++, end--;
	return build_text(b, p, (size_t)(end - p));
}

static void read_needs(build *b, const char *value)
{
	for (const char *p = value;;) {
		p += strspn(p, " \t,[]");
		size_t n = strcspn(p, " \t,[]");
		if (!n)
			return;
		if (b->l.needs == LESSON_NEEDS) {
			build_wrong(b, b->now, "more than %d lessons are needed", LESSON_NEEDS);
			return;
		}
		b->l.need[b->l.needs++] = build_text(b, p, n);
		p += n;
	}
}

static void read_picture(build *b, const char *value)
{
	run_state *s = malloc(sizeof *s);
	const view *list[STATE_VIEWS];
	int n;
	err e;
	if (s && state_read(s, value, &e) && view_pick(s, list, &n, &e))
		b->l.picture = value;
	else if (s)
		build_wrong(b, b->now, "picture: %.300s", e.text);
	free(s);
}

static void set_key(build *b, int key, const char *value)
{
	double minutes;
	lesson *l = &b->l;
	if (key == KEY_TITLE)
		l->title = value;
	else if (key == KEY_SUMMARY)
		l->summary = value;
	else if (key == KEY_NEEDS)
		read_needs(b, value);
	else if (key == KEY_PICTURE)
		read_picture(b, value);
	else if (text_read_number(value, false, &minutes) && minutes >= 1 && minutes <= 600 &&
	         minutes == floor(minutes))
		l->minutes = (int)minutes;
	else
		build_wrong(b, b->now, "minutes: '%.40s' is no number of minutes; allowed: 1 to 600", value);
}

static void front_line(build *b, const char *p, const char *end, bool *seen)
{
	const char *colon = memchr(p, ':', (size_t)(end - p));
	size_t n = (size_t)((colon ? colon : end) - p);
	char name[40];
	snprintf(name, sizeof name, "%.*s", (int)(n < sizeof name ? n : sizeof name - 1), p);
	for (size_t k = strlen(name); k > 0 && (name[k - 1] == ' ' || name[k - 1] == '\r'); k--)
		name[k - 1] = '\0';
	if (!name[0] || name[0] == '#')
		return;
	int key = 0;
	while (key < KEYS && strcmp(keys[key], name) != 0)
		key++;
	int near = text_closest(name, keys, KEYS);
	if (!colon)
		build_wrong(
		        b, b->now, "'%s' is no `key: value`; allowed: title, summary, minutes, needs, picture", name);
	else if (key == KEYS && near >= 0)
		build_wrong(b, b->now, "unknown key '%s'; did you mean '%s'?", name, keys[near]);
	else if (key == KEYS)
		build_wrong(b, b->now, "unknown key '%s'; allowed: title, summary, minutes, needs, picture", name);
	else if (seen[key])
		build_wrong(b, b->now, "'%s' for the second time; allowed: once", name);
	else
		set_key(b, key, value_of(b, colon + 1, end));
	if (key < KEYS)
		seen[key] = true;
}

static bool is_fence(const char *p, const char *end)
{
	return end - p >= 3 && memcmp(p, "---", 3) == 0 && strspn(p + 3, " \t\r") == (size_t)(end - p - 3);
}

static const char *line_end(const build *b, int line)
{
	return line < b->lines ? b->source + b->start[line] - 1 : b->source + b->size;
}

/* Offset of what follows. */
static size_t read_front(build *b)
{
	bool seen[KEYS] = {false};
	size_t body = 0;
	int line = 1;
	if (is_fence(b->source + b->start[0], line_end(b, 1))) {
		for (line = 2; line <= b->lines; line++) {
			const char *p = b->source + b->start[line - 1], *end = line_end(b, line);
			b->now = line;
			if (is_fence(p, end))
				break;
			front_line(b, p, end, seen);
		}
		if (line > b->lines)
			build_wrong(b, 1, "the front matter is not closed; allowed: a line --- behind it");
		body = line < b->lines ? b->start[line] : b->size;
	}
	for (int key = KEY_TITLE; key <= KEY_SUMMARY; key++)
		if (!seen[key])
			build_wrong(b, 1, "no %s; allowed: front matter between lines ---, with `%s: …`", keys[key],
			        keys[key]);
	return body;
}

/* ---- a whole file ---- */

static bool find_lines(build *b, err *e)
{
	size_t n = 1;
	for (size_t i = 0; i < b->size; i++)
		n += b->source[i] == '\n';
	b->start = malloc(n * sizeof *b->start);
	if (!b->start)
		return err_machine(e, "no memory for %zu lines", n);
	b->start[b->lines++] = 0;
	for (size_t i = 0; i < b->size; i++)
		if (b->source[i] == '\n')
			b->start[b->lines++] = i + 1;
	return true;
}

static bool is_text(const build *b, err *e)
{
	const char *p = b->source;
	if (memchr(p, '\0', b->size))
		return err_input(e, "line %d: a NUL byte; allowed: UTF-8 text",
		        build_line_of(b, (size_t)((const char *)memchr(p, '\0', b->size) - p)));
	while (*p) {
		const char *before = p;
		if (utf8_next(&p) == 0xFFFD && p - before == 1)
			return err_input(e, "line %d: not UTF-8; allowed: UTF-8 text",
			        build_line_of(b, (size_t)(before - b->source)));
	}
	return true;
}

const char *lesson_name(const char *path, char *buf, size_t size)
{
	const char *slash = strrchr(path, '/'), *p = slash ? slash + 1 : path;
	size_t digits = strspn(p, "0123456789");
	if (digits && (p[digits] == '-' || p[digits] == '_') && p[digits + 1])
		p += digits + 1;
	const char *dot = strrchr(p, '.');
	size_t n = dot && dot > p ? (size_t)(dot - p) : strlen(p);
	snprintf(buf, size, "%.*s", (int)(n < size ? n : size - 1), p);
	return buf;
}

/* A step begins with a heading; to Markdown a carriage return ends a line too. */
static int most_steps(const build *b)
{
	int n = b->lines;
	for (size_t i = 0; i < b->size && n < LESSON_STEPS; i++)
		n += b->source[i] == '\r';
	return n < LESSON_STEPS ? n : LESSON_STEPS;
}

/* What a text of that many lines and bytes may become: a line a step with a configuration for each arm, or an act with
 * its condition; a byte or two a block or a run. */
static size_t room_for(const build *b)
{
	enum { ROOM = 256 << 10, PER_BYTE = 96, ROUNDING = 64 };
	size_t per_line = sizeof(lesson_act) + sizeof(goal) + 2 * ROUNDING;
	return ROOM + PER_BYTE * b->size + per_line * (size_t)b->lines + (size_t)b->most_steps * sizeof(lesson_step);
}

/* `b` is zeroed. */
static bool begin(build *b, const char *path, const char *text, size_t size, err *e)
{
	enum { TEXT_PER_BYTE = 4, TEXT = 8192 };
	char *copy = malloc(size + 1);
	if (!copy)
		return err_machine(e, "no memory for a lesson");
	memcpy(copy, text, size);
	copy[size] = '\0';
	b->source = copy;
	b->size = size;
	b->pool_size = TEXT_PER_BYTE * size + TEXT + strlen(path);
	b->pool = malloc(b->pool_size);
	b->acting = malloc(BUILD_LINES * sizeof *b->acting);
	if (!b->pool || !b->acting || !find_lines(b, e))
		return err_machine(e, "no memory for a lesson");
	b->most_steps = most_steps(b);
	if (!arena_init(&b->memory, room_for(b)))
		return err_machine(e, "no memory for a lesson");
	lesson *l = &b->l;
	l->message = build_take(b, LESSON_MESSAGES * sizeof *l->message);
	l->step = build_take(b, (size_t)b->most_steps * sizeof *l->step);
	char name[256];
	l->path = build_text(b, path, strlen(path));
	l->name = build_text(b, name, strlen(lesson_name(path, name, sizeof name)));
	l->title = l->summary = "";
	config_default(&b->base);
	return is_text(b, e);
}

/* In the order of their lines. */
static void sort_messages(lesson *l)
{
	for (int i = 1; i < l->messages; i++) {
		lesson_message m = l->message[i];
		int k = i;
		for (; k > 0 && l->message[k - 1].line > m.line; k--)
			l->message[k] = l->message[k - 1];
		l->message[k] = m;
	}
}

lesson *lesson_parse(const char *path, const char *text, size_t size, err *e)
{
	size_t bom = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	if (size > LESSON_SIZE) {
		err_input(e, "%s: %zu KiB; allowed: lessons of up to %d KiB", path, size >> 10, LESSON_SIZE >> 10);
		return NULL;
	}
	build *b = calloc(1, sizeof *b);
	if (!b) {
		err_machine(e, "no memory for a lesson");
		return NULL;
	}
	bool ok = begin(b, path, text + bom, size - bom, e);
	if (!ok)
		err_prefix(e, "%s", path);
	ok = ok && build_markdown(b, read_front(b), e);
	if (ok && b->l.steps == 0)
		build_wrong(b, b->lines, "no step; allowed: headings ## that begin one");
	sort_messages(&b->l);
	free((void *)(size_t)b->source);
	free(b->start);
	free(b->acting);
	b->source = NULL;
	if (ok)
		return &b->l;
	lesson_free(&b->l);
	return NULL;
}

lesson *lesson_read(const char *path, err *e)
{
	unsigned char *data;
	size_t size;
	if (!file_read_all(path, LESSON_SIZE, &data, &size, e))
		return NULL;
	lesson *l = lesson_parse(path, (const char *)data, size, e);
	free(data);
	return l;
}

void lesson_free(lesson *l)
{
	build *b = (build *)l;
	if (!b)
		return;
	arena_done(&b->memory);
	free(b->pool);
	free(b);
}

/* ---- for those who use it ---- */

bool build_setting(const char **p, char *buf, size_t size)
{
	const char *q = *p + strspn(*p, " \t");
	size_t n = 0;
	for (bool quoted = false; *q && (quoted || !strchr(" \t", *q)); q++) {
		if (*q == '"')
			quoted = !quoted;
		else if (n + 1 < size)
			buf[n++] = *q;
	}
	buf[n] = '\0';
	bool any = q > *p + strspn(*p, " \t");
	*p = q;
	return any;
}

double lesson_number_start(const lesson_act *a)
{
	return a->log ? sqrt(a->from * a->to) : (a->from + a->to) / 2;
}

bool lesson_number_right(const lesson_act *a, double said, double is)
{
	double ratio = said / is;
	if (a->log && a->percent) /* a factor, up as down */
		return ratio > 0 && fabs(log(ratio)) <= log1p(a->tolerance / 100);
	return fabs(said - is) <= (a->percent ? fabs(is) * a->tolerance / 100 : a->tolerance);
}

bool lesson_apply(config *c, const char *settings, err *e)
{
	config changed = *c;
	char pair[CONFIG_TEXT + 80];
	while (build_setting(&settings, pair, sizeof pair))
		if (!config_assign(&changed, pair, e))
			return false;
	*c = changed;
	return true;
}

lesson_control lesson_shows(const lesson_step *s, knob_id id)
{
	lesson_control c = (lesson_control)s->control[id];
	return c == CONTROL_USUAL && s->choosy ? CONTROL_HIDDEN : c;
}
