/* Predictions as text, for the file that keeps them. */
#include "app/tutor.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {[AXIS_LINEAR] = "linear", [AXIS_LOG] = "log", [AXIS_COUNT] = "count"};
enum { KINDS = sizeof kinds / sizeof *kinds, TENTHS = 1000 };

void tutor_answer_init(tutor_answer *y)
{
	*y = (tutor_answer){.option = -1, .actual = (double)NAN};
	for (int n = 0; n < TUTOR_SKETCH; n++)
		y->sketch[n] = NAN;
}

/* ---- a sketch: "count 0 300 log -3 1 : 512 500 - …", its heights in thousandths ---- */

static size_t write_axis(const axis *a, char *buf, size_t size)
{
	char low[40], high[40];
	text_exact(low, sizeof low, a->low);
	text_exact(high, sizeof high, a->high);
	int n = snprintf(buf, size, "%s %s %s ", kinds[a->kind], low, high);
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

static void write_sketch(const tutor_answer *y, char *buf, size_t size)
{
	size_t at = write_axis(&y->x, buf, size);
	at += write_axis(&y->y, buf + at, size - at);
	at += (size_t)snprintf(buf + at, size - at, ":");
	for (int i = 0; i < TUTOR_SKETCH && at + 8 < size; i++)
		if (isfinite(y->sketch[i]))
			at += (size_t)snprintf(buf + at, size - at, " %ld", lroundf(y->sketch[i] * TENTHS));
		else
			at += (size_t)snprintf(buf + at, size - at, " -");
}

/* The next word; false: there is none, or it is too long. */
static bool next_word(const char **p, char *word, size_t size)
{
	*p += strspn(*p, " ");
	size_t n = strcspn(*p, " ");
	if (n == 0 || n >= size)
		return false;
	memcpy(word, *p, n);
	word[n] = '\0';
	*p += n;
	return true;
}

static bool read_axis(const char **p, axis *a)
{
	char word[40];
	int kind = 0;
	if (!next_word(p, word, sizeof word))
		return false;
	while (kind < KINDS && strcmp(word, kinds[kind]) != 0)
		kind++;
	*a = (axis){.kind = (axis_kind)kind, .zero = NAN};
	return kind < KINDS && next_word(p, word, sizeof word) && text_read_number(word, false, &a->low) &&
	       next_word(p, word, sizeof word) && text_read_number(word, false, &a->high) && a->low < a->high;
}

static bool read_sketch(const char *text, tutor_answer *y)
{
	const char *p = text;
	char word[40];
	bool drawn = false;
	if (!read_axis(&p, &y->x) || !read_axis(&p, &y->y) || !next_word(&p, word, sizeof word) ||
	        strcmp(word, ":") != 0)
		return false;
	for (int i = 0; i < TUTOR_SKETCH; i++) {
		double height;
		if (!next_word(&p, word, sizeof word))
			return false;
		y->sketch[i] = NAN;
		if (strcmp(word, "-") == 0)
			continue;
		if (!text_read_number(word, false, &height) || height < 0 || height > TENTHS)
			return false;
		y->sketch[i] = (float)(height / TENTHS);
		drawn = true;
	}
	return drawn && p[strspn(p, " ")] == '\0';
}

/* ---- all kinds ---- */

const char *tutor_answer_write(const lesson_act *a, const tutor_answer *y, char *buf, size_t size)
{
	buf[0] = '\0';
	if (!y->given)
		return buf;
	if (a->kind == ACT_PREDICT && y->option >= 0 && y->option < a->options)
		snprintf(buf, size, "%.400s", a->option[y->option]);
	else if (a->kind == ACT_PREDICT_NUMBER)
		text_exact(buf, size, y->number);
	else if (a->kind == ACT_PREDICT_CURVE)
		write_sketch(y, buf, size);
	for (char *q = buf; *q; q++)
		if (*q == '\t' || *q == '\n' || *q == '\r')
			*q = ' ';
	return buf;
}

static int option_called(const lesson_act *a, const char *text)
{
	char written[PROGRESS_ANSWER];
	for (int i = 0; i < a->options; i++) {
		const tutor_answer one = {.given = true, .option = i};
		if (strcmp(tutor_answer_write(a, &one, written, sizeof written), text) == 0)
			return i;
	}
	return -1;
}

bool tutor_answer_read(const lesson_act *a, const char *text, tutor_answer *y)
{
	tutor_answer read = *y;
	bool ok = false;
	if (a->kind == ACT_PREDICT) {
		read.option = option_called(a, text);
		ok = read.option >= 0;
	} else if (a->kind == ACT_PREDICT_NUMBER) {
		ok = text_read_number(text, false, &read.number) && read.number >= a->from && read.number <= a->to;
		read.moved = true;
	} else if (a->kind == ACT_PREDICT_CURVE) {
		ok = read_sketch(text, &read);
	}
	read.given = ok;
	if (ok)
		*y = read;
	return ok;
}

void tutor_answer_keep(bench *b, int act)
{
	tutor *t = b->tutor;
	char text[PROGRESS_ANSWER];
	const lesson_step *s = tutor_at(t);
	err e;
	if (!t->remembers || !s)
		return;
	tutor_answer_write(&s->act[act], &tutor_state(t)->answer[act], text, sizeof text);
	if (!progress_set_answer(&t->progress, t->l, s, &s->act[act], text, &e))
		ui_toast(&b->ui, e.text);
}

void tutor_answers_recall(tutor *t)
{
	char text[PROGRESS_ANSWER];
	for (int k = 0; k < t->l->steps && t->remembers; k++) {
		const lesson_step *s = &t->l->step[k];
		for (int i = 0; i < s->acts; i++) {
			tutor_answer *y = &t->step[k].answer[i];
			if (s->act[i].kind <= ACT_PREDICT_CURVE && !y->given && !y->skipped &&
			        progress_answer(&t->progress, t->l, s, &s->act[i], text, sizeof text)[0])
				y->recalled = tutor_answer_read(&s->act[i], text, y);
		}
	}
}
