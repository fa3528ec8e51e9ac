#include "app/handout.h"

#include "io/file.h"
#include "lesson/gauge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- runs ---- */

static void close_runs(handout_play *p)
{
	for (int i = 0; i < p->gauges; i++)
		gauge_free(p->g[i]);
	p->gauges = 0;
	arms_free(p->a);
	p->a = NULL;
}

static bool open_runs(handout_play *p, const lesson_step *s, err *e)
{
	static run_state state;
	close_runs(p);
	memset(&state, 0, sizeof state);
	state.arms = s->arms;
	for (int i = 0; i < s->arms; i++) {
		state.arm[i].start = s->arm[i].c;
		snprintf(state.arm[i].name, sizeof state.arm[i].name, "%s", s->arm[i].name);
	}
	p->a = arms_new(&state, 0, e);
	for (int i = 0; p->a && i < s->arms; i++) {
		gauge *g = gauge_new(arms_trial(p->a, i), e);
		if (!g)
			return false;
		p->g[p->gauges++] = g;
	}
	return p->a != NULL;
}

static bool adjust_runs(handout_play *p, const lesson_step *s, err *e)
{
	for (int i = 0; i < s->arms; i++)
		if (!arms_config(p->a, i, &s->arm[i].c, e))
			return false;
	return true;
}

static double read_arm(void *data, int arm, int metric, int index)
{
	handout_play *p = data;
	return arm >= 0 && arm < p->gauges ? gauge_read(p->g[arm], metric, index) : NAN;
}

static bool reached(handout_play *p, const goal *g)
{
	for (int i = 0; g && i < p->gauges; i++)
		if (!goal_holds(g, i, read_arm, p))
			return false;
	return g != NULL;
}

static void go(handout_play *p, const lesson_act *a)
{
	long begun = arms_update(p->a), last = a->goal && a->limited ? a->updates : begun + a->updates;
	if (last <= begun)
		return;
	arms_go(p->a, last - begun);
	while (!reached(p, a->goal) && !p->stopped && arms_round(p->a)) {
		for (int i = 0; i < p->gauges; i++)
			gauge_update(p->g[i]);
		p->stopped = p->o->stop && p->o->stop(p->o->data);
	}
	arms_stay(p->a);
}

bool handout_play_step(handout_play *p, int step, err *e)
{
	const lesson_step *s = &p->l->step[step];
	p->step = step;
	if (!p->o->figures || s->mistakes)
		return true;
	bool same = s->keep && p->a && arms_count(p->a) == s->arms;
	if (same ? !adjust_runs(p, s, e) : !open_runs(p, s, e))
		return err_prefix(e, "%s:%d", p->l->path, s->line);
	for (int i = 0; i < s->acts && !p->stopped; i++)
		if (s->act[i].kind == ACT_RUN)
			go(p, &s->act[i]);
	return !p->stopped || err_check(e, "interrupted; nothing was written");
}

void handout_play_done(handout_play *p)
{
	close_runs(p);
}

/* ---- plots ---- */

static int last_act(const lesson_step *s, unsigned kinds)
{
	int at = -1;
	for (int i = 0; i < s->acts; i++)
		at = kinds >> s->act[i].kind & 1 ? i : at;
	return at;
}

/* Steps that only leave something to do have no plots: those would be of runs that nobody has made. */
int handout_figure(const handout_play *p, int step)
{
	const lesson_step *s = &p->l->step[step];
	unsigned asks = 1U << ACT_PREDICT | 1U << ACT_PREDICT_NUMBER | 1U << ACT_PREDICT_CURVE;
	int run = last_act(s, 1U << ACT_RUN), asked = last_act(s, asks);
	if (!p->o->figures || s->mistakes)
		return -1;
	if (run >= 0)
		return run > asked ? run : asked;
	if (s->keep)
		return -1;
	return asked >= 0 ? asked : last_act(s, 1U << ACT_EXPECT);
}

/* A curve over the updates, which is empty before the first. */
static bool is_curve(const view *v)
{
	static const char *const curves[] = {"loss", "metric", "norms"};
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (strcmp(v->name, curves[i]) == 0)
			return true;
	return false;
}

/* The first four that have something to show: more do not fit on paper. */
static int pick_views(const handout_play *p, const view *list[STATE_VIEWS])
{
	enum { MOST = 4 };
	const lesson_step *s = &p->l->step[p->step];
	bool trained = last_act(s, 1U << ACT_RUN) >= 0 || arms_update(p->a) > 0;
	int n = 0;
	for (int i = 0; i < s->views && n < MOST; i++)
		if (trained || s->views == 1 || !is_curve(s->view[i]))
			list[n++] = s->view[i];
	if (s->views > 0 && n == 0)
		list[n++] = s->view[0];
	for (int i = 0; i < VIEW_USUAL && s->views == 0; i++)
		if (trained || !is_curve(views[i]))
			list[n++] = views[i];
	return n;
}

float handout_figure_height(const handout_play *p, float width)
{
	const view *list[STATE_VIEWS] = {0};
	int n = pick_views(p, list);
	return n == 1 ? 0.5F * width : n == 2 ? 0.42F * width : n == 3 ? 0.8F * width : 0.76F * width;
}

static snap *show(handout_play *p)
{
	static snap picture;
	const view *list[STATE_VIEWS] = {0};
	int n = pick_views(p, list);
	picture.serial++;
	arms_want(p->a, view_wants(list, n));
	arms_show(p->a, &picture, true);
	return &picture;
}

void handout_take(handout_play *p, handout_shot *s)
{
	s->views = pick_views(p, s->view);
	*s->picture = *show(p);
}

static void draw_views(const view *const *list, int n, const snap *s, canvas *c, rect area)
{
	if (n == 1)
		view_panel(list[0], s, c, area, NULL, false);
	else
		view_grid(list, n, s, c, area, NULL, NULL);
}

void handout_shot_draw(const handout_shot *s, canvas *c, rect area)
{
	draw_views(s->view, s->views, s->picture, c, area);
}

void handout_draw(handout_play *p, canvas *c, rect area)
{
	const view *list[STATE_VIEWS] = {0};
	int n = pick_views(p, list);
	draw_views(list, n, show(p), c, area);
}

const char *handout_caption(handout_play *p, char *buf, size_t size)
{
	const view *list[STATE_VIEWS] = {0};
	char one[600];
	int n = pick_views(p, list);
	const snap *s = show(p);
	buf[0] = '\0';
	for (int i = 0; i < n; i++) {
		size_t at = strlen(buf);
		snprintf(buf + at, size - at, "%s%s: %s", at ? " " : "", list[i]->title,
		        list[i]->caption(s, i == 0, one, (int)sizeof one));
	}
	return buf;
}

/* ---- the file ---- */

bool handout_write(const lesson *l, const char *path, const handout_options *o, err *e)
{
	char kind[8];
	file_extension(path, kind, sizeof kind);
	bool pdf = strcmp(kind, "pdf") == 0;
	if (!pdf && strcmp(kind, "html") != 0)
		return err_input(e, "%s: unknown kind of handout; allowed: .pdf, .html", path);
	if (!file_check_writable(path, e))
		return false;
	handout_play p = {.l = l, .o = o, .step = -1};
	bool ok = pdf ? handout_pdf(&p, path, e) : handout_html(&p, path, e);
	handout_play_done(&p);
	return ok;
}
