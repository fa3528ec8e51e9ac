/* What stands on a page of the lesson: the text, and its questions, goals, runs and hints as far as they have come. */
#include "app/tutor.h"
#include "base/text.h"
#include "lesson/watch.h"
#include "plot/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const float SMALL = 0.86F;                                        /* em */
static const float AXIS = 30, AXIS_DONE = 64, BUTTONS = 30, GAP = 0.45F; /* points at type scale 1; GAP: em */

typedef struct page {
	const bench *b;
	const tutor *t;
	const lesson_step *s; /* NULL on the cover */
	const tutor_step *y;
} page;

const char *tutor_number_text(double v, char *buf, size_t size)
{
	if (isnan(v))
		snprintf(buf, size, "not known");
	else if (v != 0 && (fabs(v) < 1e-4 || fabs(v) >= 1e7))
		text_short(buf, size, v, 3);
	else
		text_short(buf, size, v, fabs(v) >= 1e4 ? 5 : 4);
	return buf;
}

static void em_gap(layout_pen *p, float em)
{
	layout_gap(p, em);
}

static float points(const layout_pen *p, float at_scale_1)
{
	return at_scale_1 * layout_em(p) / LAYOUT_BODY;
}

/* ---- predictions ---- */

bool tutor_is_right(const lesson_act *a, const tutor_answer *y)
{
	if (!y->given)
		return false;
	if (a->kind == ACT_PREDICT)
		return y->option >= 0 && a->right[y->option];
	return a->kind == ACT_PREDICT_NUMBER && lesson_number_right(a, y->number, y->actual);
}

static void set_options(layout_pen *p, const page *g, const lesson_act *a, const tutor_answer *y, int act)
{
	float indent = points(p, 26);
	for (int i = 0; i < a->options; i++) {
		bool shown = g->y->ended && (y->given || y->skipped);
		ink colour = shown && !a->right[i] && i != y->option ? INK_MUTED : INK_TEXT;
		weight w = shown && a->right[i] ? WEIGHT_BOLD : WEIGHT_REGULAR;
		em_gap(p, i ? 0.12F : 0.3F);
		float top = layout_here(p);
		em_gap(p, 0.16F);
		layout_words(p, a->option[i], indent, 1, w, colour);
		em_gap(p, 0.16F);
		layout_slot_since(p, act, PART_OPTION + i, top);
	}
}

/* "30 times too much", where that says more than the difference. */
static void far_off(const lesson_act *a, const tutor_answer *y, char *buf, size_t size)
{
	char factor[32];
	double ratio = y->number / y->actual;
	buf[0] = '\0';
	if (!a->log || !(ratio > 0) || !isfinite(ratio))
		return;
	text_short(factor, sizeof factor, ratio > 1 ? ratio : 1 / ratio, 2);
	snprintf(buf, size, ": %s times too %s", factor, ratio > 1 ? "much" : "little");
}

/* One line: what was said, and what came out. */
static void verdict_text(const lesson_act *a, const tutor_answer *y, char *buf, size_t size)
{
	char said[32], is[32], off[64];
	bool right = tutor_is_right(a, y);
	if (a->kind == ACT_PREDICT_CURVE) {
		snprintf(buf, size,
		        y->given ? "Your sketch is the dashed line in the plot: compare the shapes."
		                 : "The plot shows it.");
		return;
	}
	if (a->kind == ACT_PREDICT) {
		snprintf(buf, size, right ? "Right." : y->given ? "It is different: the tick shows how." : "");
		return;
	}
	tutor_number_text(y->number, said, sizeof said);
	tutor_number_text(y->actual, is, sizeof is);
	far_off(a, y, off, sizeof off);
	if (!y->given)
		buf[0] = '\0'; /* the axis says it */
	else if (right)
		snprintf(buf, size, "Right: you said %s, it is %s.", said, is);
	else
		snprintf(buf, size, "You said %s, it is %s%s.", said, is, off);
}

static void set_verdict(layout_pen *p, const page *g, const lesson_act *a, const tutor_answer *y)
{
	char text[480];
	if (!g->y->ended) {
		if (y->given)
			em_gap(p, GAP), layout_words(p, "Your prediction is kept. Now let it run.", 0, SMALL,
			                        WEIGHT_REGULAR, INK_MUTED);
		return;
	}
	verdict_text(a, y, text, sizeof text);
	if (!text[0])
		return;
	em_gap(p, GAP);
	layout_words(p, text, 0, 1, WEIGHT_BOLD, !y->given ? INK_MUTED : tutor_is_right(a, y) ? INK_GOOD : INK_TEXT);
}

static void set_prediction(layout_pen *p, const page *g, int act)
{
	const lesson_act *a = &g->s->act[act];
	const tutor_answer *y = &g->y->answer[act];
	bool open = !y->given && !y->skipped, shown = !open && g->y->ended;
	char text[200];
	layout_card(p, INK_ACCENT);
	layout_words(p, open ? "Predict" : "Prediction", 0, SMALL, WEIGHT_BOLD, INK_ACCENT);
	layout_words(p, a->text, 0, 1, WEIGHT_BOLD, INK_TEXT);
	if (a->kind == ACT_PREDICT)
		set_options(p, g, a, y, act);
	if (a->kind == ACT_PREDICT_NUMBER && !(open && g->t->free)) {
		em_gap(p, GAP);
		layout_slot(p, act, PART_AXIS, 0, points(p, open ? AXIS : AXIS_DONE));
	}
	if (a->kind == ACT_PREDICT_CURVE && open) {
		snprintf(text, sizeof text,
		        "Draw it into the empty plot “%.60s”, with the pointer or with the arrow keys.",
		        a->view->title);
		em_gap(p, GAP);
		layout_words(p, text, 0, 1, WEIGHT_REGULAR, INK_TEXT);
	}
	if (open && !g->t->free) {
		em_gap(p, GAP);
		layout_slot(p, act, PART_BUTTONS, 0, points(p, BUTTONS));
	}
	if (!open || shown)
		set_verdict(p, g, a, y);
	if (y->given && y->recalled && !g->t->free)
		layout_slot(p, act, PART_AGAIN, 0, points(p, 26));
	layout_card_end(p);
}

/* ---- goals, runs, hints, notes ---- */

static bool is_late(const bench *b, const lesson_act *a)
{
	return a->kind == ACT_GOAL && a->updates > 0 && b->snap->update > a->updates;
}

static void set_goal(layout_pen *p, const page *g, int act)
{
	static const char *const names[] = {
	        [LEVEL_SEE] = "Goal: see it", [LEVEL_DO] = "Goal", [LEVEL_MASTER] = "Goal for masters"};
	const lesson_act *a = &g->s->act[act];
	int met = g->y->met[act];
	float indent = points(p, 26);
	char text[480], update[32];
	layout_card(p, met ? INK_GOOD : INK_BORDER);
	float top = layout_here(p);
	layout_words(p, names[a->level], indent, SMALL, WEIGHT_BOLD, met ? INK_GOOD : INK_MUTED);
	layout_words(p, layout_condition(a, text, sizeof text), indent, 1, WEIGHT_REGULAR, INK_TEXT);
	if (met == 2)
		snprintf(text, sizeof text, "Reached at update %s.",
		        text_short(update, sizeof update, g->y->note[act], 9));
	else if (met == 1)
		snprintf(text, sizeof text, "Reached before.");
	if (met && !(met == 2 && isnan(g->y->note[act])))
		layout_words(p, text, indent, SMALL, WEIGHT_REGULAR, INK_GOOD);
	bool told = tutor_veils(g->t); /* it would answer what is asked */
	if (!met && !told && g->y->measured[act][0] && !strstr(g->y->measured[act], "nan")) {
		bool late = is_late(g->b, a);
		snprintf(
		        text, sizeof text, late ? "now: %s; too late, R starts again" : "now: %s", g->y->measured[act]);
		layout_words(p, text, indent, SMALL, WEIGHT_REGULAR, INK_MUTED);
	}
	layout_slot_since(p, act, PART_MARK, top);
	layout_card_end(p);
}

/* Every arm has. */
static bool has_stopped(const bench *b)
{
	for (int i = 0; i < b->snap->all; i++)
		if (!b->snap->about[i].diverged)
			return false;
	return b->snap->all > 0;
}

static void set_run(layout_pen *p, const page *g, int act)
{
	const lesson_act *a = &g->s->act[act];
	char text[700], update[32], until[480] = "", readable[460];
	if (g->t->free && isnan(g->y->note[act]))
		return; /* it is the lesson's, which waits */
	em_gap(p, 0.8F);
	if (a->goal)
		snprintf(until, sizeof until, ": `%s`", layout_readable(a->text, readable, sizeof readable));
	if (isnan(g->y->note[act]) && g->y->ended && has_stopped(g->b)) {
		snprintf(text, sizeof text, "× Stopped at update %s: a value is not finite",
		        text_short(update, sizeof update, (double)g->b->snap->arm[0].diverged_update, 9));
		layout_words(p, text, 0, SMALL, WEIGHT_REGULAR, INK_BAD);
		return;
	}
	if (isnan(g->y->note[act])) {
		float em = g->b->ui.em;
		layout_slot(p, act, PART_RUN, 0, points(p, 32));
		tutor_run_label(a, layout_room(p, 0), em, text, sizeof text);
		if (a->goal && !strstr(text, readable)) {
			em_gap(p, 0.2F);
			layout_words(p, until + 2, 0, SMALL, WEIGHT_REGULAR, INK_MUTED);
		}
		return;
	}
	snprintf(text, sizeof text, "✓ Run to update %s%s", text_short(update, sizeof update, g->y->note[act], 9),
	        until);
	layout_words(p, text, 0, SMALL, WEIGHT_REGULAR, INK_MUTED);
}

static void set_hint(layout_pen *p, const page *g, int act)
{
	int before = 0;
	for (int i = 0; i < act; i++)
		before += g->s->act[i].kind == ACT_HINT;
	if (before > g->y->hints)
		return;
	em_gap(p, 0.8F);
	if (before == g->y->hints) {
		layout_slot(p, act, PART_HINT, 0, points(p, 28));
		return;
	}
	layout_card(p, INK_WARN);
	layout_words(p, "Hint", 0, SMALL, WEIGHT_BOLD, INK_MUTED);
	layout_words(p, g->s->act[act].text, 0, 1, WEIGHT_REGULAR, INK_TEXT);
	layout_card_end(p);
}

static void set_note(layout_pen *p, const page *g, int act)
{
	if (!g->b->presenter)
		return;
	layout_card(p, INK_MUTED);
	layout_words(p, "For the teacher", 0, SMALL, WEIGHT_BOLD, INK_MUTED);
	layout_words(p, g->s->act[act].text, 0, 0.95F, WEIGHT_SLANTED, INK_MUTED);
	layout_card_end(p);
}

/* Text below a question tells what came out: it waits for the prediction, and for the run. */
static bool gives_away(const page *g, int act)
{
	bool asked = false;
	for (int i = 0; i <= act; i++) {
		const tutor_answer *y = &g->y->answer[i];
		bool question = g->s->act[i].kind <= ACT_PREDICT_CURVE;
		asked = asked || question;
		if (question && !y->given && !y->skipped)
			return true;
	}
	return asked && g->s->act[act].kind == ACT_RUN && !g->y->ended;
}

static void set_act(void *data, layout_pen *p, int act)
{
	const page *g = data;
	if (!g->t->free && gives_away(g, act))
		layout_stop(p);
	switch (g->s->act[act].kind) {
	case ACT_PREDICT:
	case ACT_PREDICT_NUMBER:
	case ACT_PREDICT_CURVE:
		set_prediction(p, g, act);
		break;
	case ACT_GOAL:
		set_goal(p, g, act);
		break;
	case ACT_RUN:
		set_run(p, g, act);
		break;
	case ACT_HINT:
		set_hint(p, g, act);
		break;
	case ACT_NOTE:
		set_note(p, g, act);
		break;
	case ACT_EXPECT:
	case ACT_SPOTLIGHT:
		break;
	}
}

/* ---- above and below the text ---- */

static void set_mistake(layout_pen *p, int line, const char *what)
{
	char text[480];
	snprintf(text, sizeof text, line ? "Line %d: %.420s" : "%.0d%.440s", line, what);
	layout_card(p, INK_BAD);
	layout_words(p, text, 0, 0.95F, WEIGHT_REGULAR, INK_BAD);
	layout_card_end(p);
	em_gap(p, 0.6F);
}

/* The messages about the lines of this page; the rest of the lesson works. */
static void set_mistakes(layout_pen *p, const page *g)
{
	const lesson *l = g->t->l;
	int k = tutor_number(g->t), from = g->s ? g->s->line : 0;
	int to = k + 1 < l->steps ? l->step[k + 1].line : 1 << 30;
	bool first = g->s && k == 0 && !l->intro;
	if (g->t->broken[0])
		set_mistake(p, 0, g->t->broken);
	for (int i = 0; i < l->messages; i++)
		if (l->message[i].line < to && (l->message[i].line >= from || first))
			set_mistake(p, l->message[i].line, l->message[i].text);
}

static void set_above(void *data, layout_pen *p)
{
	const page *g = data;
	const lesson *l = g->t->l;
	char text[1200] = "";
	set_mistakes(p, g);
	if (g->t->route >= 0)
		layout_words(p, "The runs that come before are being made …", 0, SMALL, WEIGHT_REGULAR, INK_MUTED);
	if (g->s)
		return;
	layout_words(p, l->summary, 0, 1.05F, WEIGHT_REGULAR, INK_MUTED);
	if (l->minutes)
		snprintf(text, sizeof text, "%d minutes, %d step%s", l->minutes, l->steps, l->steps == 1 ? "" : "s");
	for (int i = 0; i < l->needs; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s“%.90s”",
		        i         ? " and "
		        : text[0] ? " · after "
		                  : "after ",
		        g->t->need[i]);
	em_gap(p, 0.3F);
	layout_words(p, text, 0, SMALL, WEIGHT_REGULAR, INK_MUTED);
}

static bool ends_a_sentence(const char *title)
{
	size_t n = strlen(title);
	return n > 0 && strchr("?!.", title[n - 1]);
}

static bool asks(const page *g)
{
	for (int i = 0; i < g->s->acts; i++)
		if (g->s->act[i].kind <= ACT_PREDICT_CURVE)
			return true;
	return false;
}

static void set_below(void *data, layout_pen *p)
{
	const page *g = data;
	const lesson *l = g->t->l;
	int k = tutor_number(g->t);
	char text[400];
	em_gap(p, 1);
	if (!g->s && l->steps > 0) {
		layout_slot(p, -1, PART_BEGIN, 0, points(p, 34));
	} else if (g->s && tutor_question(g->t) >= 0) {
		layout_words(p, "The text goes on when you have predicted.", 0, SMALL, WEIGHT_SLANTED, INK_MUTED);
	} else if (g->s && !g->y->ended && asks(g)) {
		layout_words(p, "The text goes on when the run has ended.", 0, SMALL, WEIGHT_SLANTED, INK_MUTED);
	} else if (g->s && tutor_done(g->t)) {
		if (k + 1 < l->steps)
			snprintf(text, sizeof text, "Done. Next: %.300s%s", l->step[k + 1].title,
			        ends_a_sentence(l->step[k + 1].title) ? "" : ".");
		else
			snprintf(text, sizeof text, "Done. This was the last step; go on playing as you like.");
		layout_words(p, text, 0, 1, WEIGHT_REGULAR, INK_MUTED);
	}
	if (g->s && !g->t->free && k + 1 < l->steps) { /* the last step has it in place of "Next" */
		em_gap(p, 0.5F);
		layout_slot(p, -1, PART_FREE, 0, points(p, 26));
	}
	em_gap(p, 0.5F);
}

/* ---- the page ---- */

static uint32_t mix(uint32_t h, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 16777619u;
	return h;
}

uint32_t tutor_hash(const bench *b)
{
	const tutor *t = b->tutor;
	const lesson_step *s = tutor_at(t);
	uint32_t h = 2166136261u;
	int flags[] = {t->page, t->route >= 0, b->presenter, t->free, t->l->messages};
	h = mix(h, flags, sizeof flags);
	h = mix(h, t->broken, strlen(t->broken));
	for (int i = 0; s && i < s->acts; i++) {
		const tutor_step *y = tutor_state(t);
		const tutor_answer *a = &y->answer[i];
		int now[] = {a->given, a->skipped, a->option, y->met[i], y->hints, y->ended, !isnan(y->note[i]),
		        is_late(b, &s->act[i])};
		h = mix(h, now, sizeof now);
		h = mix(h, &a->actual, sizeof a->actual);
		h = mix(h, y->measured[i], strlen(y->measured[i]));
		if (s->act[i].kind != ACT_PREDICT_NUMBER) /* that changes with every update */
			h = mix(h, &y->note[i], sizeof y->note[i]);
	}
	return h;
}

const layout *tutor_page(bench *b, float width)
{
	tutor *t = b->tutor;
	const theme *look = b->ui.c->theme;
	uint32_t hash = mix(tutor_hash(b), &look->type, sizeof look->type);
	err e;
	if (t->set && t->set_hash == hash && t->set_width == width)
		return t->set;
	page g = {.b = b, .t = t, .s = tutor_at(t), .y = tutor_state(t)};
	layout_options o = {.theme = look,
	        .width = width,
	        .title = true,
	        .act = set_act,
	        .above = set_above,
	        .below = set_below,
	        .data = &g};
	layout *fresh = g.s ? layout_step(t->l, tutor_number(t), &o, &e) : layout_intro(t->l, &o, &e);
	if (!fresh)
		return t->set;
	layout_free(t->set);
	t->set = fresh;
	t->set_hash = hash;
	t->set_width = width;
	return fresh;
}
