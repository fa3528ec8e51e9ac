#include "app/cards.h"

#include "app/lesson_open.h"
#include "app/pictures.h"
#include "app/recent.h"
#include "base/text.h"
#include "io/png.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { PICTURE_UPDATES = 300, FREE_UPDATES = 400, PICTURES_SEEN = 2000 };

const char cards_first_state[] = "unroll/1 T=40 sigma_in=0.3 rho=1 optimizer=nesterov clip=norm";

static card_info *add(cards *all, card_kind kind)
{
	card_info *k = all->n < CARDS_MOST ? calloc(1, sizeof *k) : NULL;
	if (!k)
		return NULL;
	k->kind = kind;
	all->card[all->n++] = k;
	return k;
}

void cards_free(cards *all)
{
	for (int i = 0; i < all->n; i++) {
		free(all->card[i]->state);
		free(all->card[i]->path);
		free(all->card[i]);
	}
	*all = (cards){0};
}

const char *cards_run_title(const config *c, char *buf, size_t size)
{
	char steps[40] = "";
	bool net = config_uses(c, KNOB_cell);
	if (config_uses(c, KNOB_T)) /* some tasks have a length of their own, or none */
		snprintf(steps, sizeof steps, ", T = %.0f", c->v[KNOB_T]);
	snprintf(buf, size, "%s%s%s%s", net ? config_choice(c, KNOB_cell) : "", net ? ", " : "",
	        config_choice(c, KNOB_task), steps);
	return buf;
}

static char *state_text(const run_state *s)
{
	static char text[STATE_TEXT];
	return strdup(state_write(s, text, sizeof text));
}

static void add_free_bench(cards *all)
{
	static run_state s;
	err e;
	card_info *k = add(all, CARD_FREE);
	if (!k)
		return;
	snprintf(k->name, sizeof k->name, "free bench");
	snprintf(k->title, sizeof k->title, "Free bench");
	snprintf(k->line, sizeof k->line, "Every cell, task and optimizer; turn anything while it trains.");
	if (state_read(&s, cards_first_state, &e)) {
		s.update = FREE_UPDATES;
		k->state = state_text(&s);
	}
}

/* ---- lessons ---- */

void cards_lesson_state(const lesson *l, int step, long update, run_state *s)
{
	config usual;
	config_default(&usual);
	state_begin(s, &usual, update);
	if (step < 0 || step >= l->steps)
		return;
	const lesson_step *from = &l->step[step];
	for (int i = 0; i < from->arms && i < STATE_ARMS; i++) {
		s->arm[i] = (state_arm){.start = from->arm[i].c};
		snprintf(s->arm[i].name, sizeof s->arm[i].name, "%s", from->arm[i].name);
		s->arms = i + 1;
	}
	for (int i = 0; i < from->views && i < STATE_VIEWS; i++)
		snprintf(s->view[s->views++], STATE_VIEW, "%s", from->view[i]->name);
}

/* Updates that its picture shows: those of its first run, where nothing is asked about it. */
static long picture_updates(const lesson_step *s)
{
	for (int a = 0; a < s->acts; a++) {
		if (s->act[a].kind <= ACT_PREDICT_CURVE)
			return 0;
		if (s->act[a].kind == ACT_RUN)
			return s->act[a].goal || s->act[a].updates > PICTURE_UPDATES ? PICTURE_UPDATES
			                                                             : s->act[a].updates;
	}
	return 0;
}

/* Is a question about what is seen at the start. */
static bool asks_at_once(const lesson_step *s)
{
	bool asked = false;
	for (int a = 0; a < s->acts; a++) {
		if (asked && s->act[a].kind == ACT_RUN)
			return false;
		asked = asked || s->act[a].kind <= ACT_PREDICT_CURVE;
	}
	return asked;
}

/* The author's, or the first step whose picture answers nothing. */
static char *lesson_picture_state(const lesson *l)
{
	static run_state s;
	err e;
	if (l->picture)
		return state_read(&s, l->picture, &e) ? state_text(&s) : NULL;
	for (int i = 0; i < l->steps; i++)
		if (!asks_at_once(&l->step[i])) {
			cards_lesson_state(l, i, picture_updates(&l->step[i]), &s);
			return state_text(&s);
		}
	return NULL;
}

/* "08-the-wall.md" → 8; 0: without a number. */
static int number_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return atoi(slash ? slash + 1 : path);
}

static void add_lesson(cards *all, const char *path)
{
	char name[64];
	err e;
	lesson *l = lesson_read(path, &e);
	card_info *k = add(all, CARD_LESSON);
	lesson_name(path, name, sizeof name);
	if (k) {
		snprintf(k->name, sizeof k->name, "lesson: %.30s", name);
		int number = number_of(path);
		snprintf(k->title, sizeof k->title, number > 0 ? "%d. %.80s" : "%.0d%.80s", number,
		        l && l->title && *l->title ? l->title : name);
		snprintf(k->line, sizeof k->line, "%s", l && l->summary ? l->summary : "");
		k->path = strdup(path);
		k->done = l && lesson_finished(l);
	}
	if (k && l && l->minutes > 0)
		snprintf(k->note, sizeof k->note, "%d min", l->minutes);
	if (k && (!l || l->messages > 0))
		snprintf(k->note, sizeof k->note, "has mistakes");
	if (k && l)
		k->state = lesson_picture_state(l);
	lesson_free(l);
}

static void add_lessons(cards *all)
{
	shelf found;
	err e;
	(void)shelf_open(&found, &e);
	for (int i = 0; i < found.n; i++)
		add_lesson(all, found.path[i]);
	shelf_close(&found);
}

/* ---- runs and pictures ---- */

static void date_text(long long when, char *buf, size_t size)
{
	time_t seconds = (time_t)when;
	struct tm local;
	buf[0] = 0;
	if (localtime_r(&seconds, &local))
		strftime(buf, size, "%Y-%m-%d %H:%M", &local);
}

/* What a state says: "rnn, adding, T = 40", and its settings as they are written. */
static bool describe(card_info *k, const char *text)
{
	static run_state s;
	char update[32];
	const view *list[STATE_VIEWS];
	int n;
	err e;
	if (!state_read(&s, text, &e) || !view_pick(&s, list, &n, &e))
		return false;
	config c = state_config(&s, 0, s.update);
	cards_run_title(&c, k->title, sizeof k->title);
	int at = snprintf(k->line, sizeof k->line, "update %s", text_short(update, sizeof update, (double)s.update, 9));
	if (s.arms > 1)
		at += snprintf(k->line + at, sizeof k->line - (size_t)at, ", %d arms", s.arms);
	const char *settings = strchr(text, ' ');
	if (settings)
		snprintf(k->line + at, sizeof k->line - (size_t)at, " · %.160s", settings + 1);
	return true;
}

static void drop_last(cards *all)
{
	card_info *k = all->card[--all->n];
	free(k->state);
	free(k->path);
	free(k);
}

static void add_recent(cards *all)
{
	recent runs = recent_load();
	int made = 0;
	for (int i = 0; i < runs.n; i++) {
		card_info *k = add(all, CARD_RECENT);
		if (!k)
			break;
		snprintf(k->name, sizeof k->name, "recent %d", made + 1);
		char when[40];
		date_text(runs.run[i].when, when, sizeof when);
		snprintf(k->note, sizeof k->note, "run of %s", when);
		k->state = strdup(runs.run[i].state);
		if (k->state && describe(k, k->state))
			made++;
		else
			drop_last(all);
	}
	recent_free(&runs);
}

typedef struct found_picture {
	char path[FILE_PATH];
	long long when;
} found_picture;

static int newest_first(const void *a, const void *b)
{
	const found_picture *x = a, *y = b;
	if (x->when != y->when)
		return (x->when < y->when) - (x->when > y->when);
	return -strcmp(x->path, y->path);
}

/* The newest pictures of a folder, in order; of very many only the first that the folder lists are seen. */
static int list_pictures(const char *folder, found_picture *list, int most)
{
	DIR *d = opendir(folder);
	int n = 0, seen = 0;
	for (struct dirent *f; d && seen < PICTURES_SEEN && (f = readdir(d)); seen++) {
		char extension[8];
		found_picture one;
		struct stat there;
		if (f->d_name[0] == '.' || strcmp(file_extension(f->d_name, extension, sizeof extension), "png") != 0 ||
		        (size_t)snprintf(one.path, sizeof one.path, "%s/%s", folder, f->d_name) >= sizeof one.path ||
		        stat(one.path, &there) != 0 || !S_ISREG(there.st_mode))
			continue;
		one.when = (long long)there.st_mtime;
		int at = n < most ? n++ : newest_first(&one, &list[most - 1]) < 0 ? most - 1 : -1;
		if (at >= 0) {
			list[at] = one;
			qsort(list, (size_t)n, sizeof *list, newest_first);
		}
	}
	if (d)
		closedir(d);
	return n;
}

/* Only pictures that carry a state can be opened. */
static void add_pictures(cards *all)
{
	static found_picture list[CARDS_PICTURES];
	static char text[STATE_TEXT];
	char folder[FILE_PATH];
	err e;
	int made = 0, n = pictures_find_folder(folder, sizeof folder) ? list_pictures(folder, list, CARDS_PICTURES) : 0;
	for (int i = 0; i < n; i++) {
		card_info *k = add(all, CARD_PICTURE);
		if (!k)
			return;
		const char *slash = strrchr(list[i].path, '/');
		snprintf(k->name, sizeof k->name, "picture %d", made + 1);
		date_text(list[i].when, k->note, sizeof k->note);
		k->path = strdup(list[i].path);
		bool ok = k->path && png_read_state(list[i].path, text, sizeof text, &e) && describe(k, text);
		snprintf(k->title, sizeof k->title, "%.95s", slash + 1);
		if (ok)
			made++;
		else
			drop_last(all);
	}
}

void cards_load(cards *all)
{
	cards_free(all);
	add_free_bench(all);
	add_lessons(all);
	add_recent(all);
	add_pictures(all);
}

/* ---- search ---- */

static bool has_word(const char *text, const char *word, size_t n)
{
	for (; text && *text; text++) {
		size_t i = 0;
		while (i < n && text[i] && tolower((unsigned char)text[i]) == tolower((unsigned char)word[i]))
			i++;
		if (i == n)
			return true;
	}
	return false;
}

bool card_matches(const card_info *k, const char *search)
{
	const char *state = k->kind == CARD_FREE ? "" : k->state; /* the free bench is not found by its defaults */
	for (const char *p = search; *p;) {
		size_t n = strcspn(p, " ");
		bool found = n == 0 || has_word(k->title, p, n) || has_word(k->line, p, n) || has_word(k->name, p, n) ||
		             has_word(state, p, n);
		if (!found)
			return false;
		p += n + (p[n] == ' ');
	}
	return true;
}
