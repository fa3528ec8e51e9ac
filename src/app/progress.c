#include "app/progress.h"

#include "app/settings.h"
#include "io/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LIMIT = 1 << 20, LINE = 1200 + PROGRESS_ANSWER };

static bool path_of(char *buf, size_t size)
{
	char folder[FILE_PATH / 2];
	return settings_folder("XDG_CONFIG_HOME", ".config", folder, sizeof folder) &&
	       (size_t)snprintf(buf, size, "%s/unroll/progress", folder) < size;
}

progress progress_load(void)
{
	progress p = {0};
	char path[FILE_PATH];
	unsigned char *data;
	struct stat there;
	err e;
	if (!path_of(path, sizeof path) || stat(path, &there) != 0)
		return p;
	if (file_read_all(path, LIMIT, &data, &p.size, &e))
		p.text = (char *)data;
	else
		fprintf(stderr, "unroll: %s\n", e.text);
	return p;
}

void progress_free(progress *p)
{
	free(p->text);
	*p = (progress){0};
}

/* Without a goal: that the lesson was gone through to the end. */
static const char *line_of(const lesson *l, const lesson_step *s, const lesson_act *a, char *buf, size_t size)
{
	snprintf(buf, size, "%.200s\t%.300s\t%.500s", l->name, a ? s->title : "", a ? a->text : "end");
	for (char *q = buf; *q; q++)
		if (*q == '\n' || *q == '\r')
			*q = ' ';
	return buf;
}

bool progress_has(const progress *p, const lesson *l, const lesson_step *s, const lesson_act *a)
{
	char line[LINE];
	size_t n = strlen(line_of(l, s, a, line, sizeof line));
	for (const char *q = p->text; q && *q;) {
		size_t length = strcspn(q, "\n");
		if (length == n && memcmp(q, line, n) == 0)
			return true;
		q += length + (q[length] == '\n');
	}
	return false;
}

static bool save(const progress *p, err *e)
{
	char path[FILE_PATH];
	if (!path_of(path, sizeof path))
		return err_machine(e, "goals are not kept: neither XDG_CONFIG_HOME nor HOME is set");
	char *slash = strrchr(path, '/');
	*slash = '\0';
	if (!settings_make_folder(path, e))
		return false;
	*slash = '/';
	return file_write_all(path, p->text, p->size, e);
}

static bool append(progress *p, const char *line, err *e)
{
	size_t n = strlen(line);
	char *more = p->size + n + 2 < LIMIT ? realloc(p->text, p->size + n + 3) : NULL;
	if (!more)
		return err_machine(e, "goals are not kept: there are too many");
	p->text = more;
	if (p->size > 0 && p->text[p->size - 1] != '\n')
		p->text[p->size++] = '\n';
	memcpy(p->text + p->size, line, n);
	p->size += n;
	p->text[p->size++] = '\n';
	p->text[p->size] = '\0';
	return true;
}

bool progress_add(progress *p, const lesson *l, const lesson_step *s, const lesson_act *a, err *e)
{
	char line[LINE];
	return progress_has(p, l, s, a) || (append(p, line_of(l, s, a, line, sizeof line), e) && save(p, e));
}

/* ---- answers ---- */

/* Up to the answer, the last tab included. */
static const char *answer_head(
        const lesson *l, const lesson_step *s, const lesson_act *question, char *buf, size_t size)
{
	char asked[501], title[301];
	snprintf(asked, sizeof asked, "%.500s", question->text);
	snprintf(title, sizeof title, "%.300s", s->title);
	for (char *q = asked; *q; q++)
		if (*q == '\n' || *q == '\r' || *q == '\t')
			*q = ' ';
	for (char *q = title; *q; q++)
		if (*q == '\n' || *q == '\r' || *q == '\t')
			*q = ' ';
	snprintf(buf, size, "%.200s\t%s\tanswer\t%s\t", l->name, title, asked);
	return buf;
}

/* The line that begins like this, the last of several; NULL: none. */
static char *find_line(const progress *p, const char *head, size_t n)
{
	char *found = NULL;
	for (char *q = p->text; q && *q;) {
		size_t length = strcspn(q, "\n");
		if (length >= n && memcmp(q, head, n) == 0)
			found = q;
		q += length + (q[length] == '\n');
	}
	return found;
}

const char *progress_answer(
        const progress *p, const lesson *l, const lesson_step *s, const lesson_act *question, char *buf, size_t size)
{
	char head[LINE];
	size_t n = strlen(answer_head(l, s, question, head, sizeof head));
	const char *line = find_line(p, head, n);
	size_t length = line ? strcspn(line + n, "\r\n") : 0;
	snprintf(buf, size, "%.*s", length < size ? (int)length : 0, line ? line + n : "");
	return buf;
}

static void drop_line(progress *p, char *line)
{
	size_t length = strcspn(line, "\n");
	length += line[length] == '\n';
	size_t rest = p->size - (size_t)(line - p->text) - length;
	memmove(line, line + length, rest + 1);
	p->size -= length;
}

bool progress_set_answer(
        progress *p, const lesson *l, const lesson_step *s, const lesson_act *question, const char *answer, err *e)
{
	char line[LINE], *before;
	size_t n = strlen(answer_head(l, s, question, line, sizeof line));
	if (strlen(answer) >= PROGRESS_ANSWER || strpbrk(answer, "\t\r\n"))
		return err_input(e, "this answer is too long to be kept");
	bool changed = false;
	while ((before = find_line(p, line, n))) {
		drop_line(p, before);
		changed = true;
	}
	snprintf(line + n, sizeof line - n, "%s", answer);
	if (answer[0] && !append(p, line, e))
		return false;
	return (!changed && !answer[0]) || save(p, e);
}

int progress_count(const progress *p, const lesson *l, int *met)
{
	int n = 0;
	*met = 0;
	for (int k = 0; k < l->steps; k++)
		for (int i = 0; i < l->step[k].acts; i++)
			if (l->step[k].act[i].kind == ACT_GOAL && l->step[k].act[i].level != LEVEL_MASTER) {
				n++;
				*met += progress_has(p, l, &l->step[k], &l->step[k].act[i]);
			}
	return n;
}
