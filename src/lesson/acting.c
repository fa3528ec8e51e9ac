/* The lines that act in the fenced blocks of a step. */
#include "base/text.h"
#include "lesson/build.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WORD = 256, TEXT = 1024 };

typedef struct acting {
	build *b;
	lesson_step *s, *before; /* before: NULL for the first step */
	const char *names[GOAL_ARMS];
	goal_scope scope;
	lesson_act *last, *last_goal;
	/* the line that is read */
	int line, column;
	const char *text, *at;
	/* of this step */
	int config_line; /* last line that changed the knobs, 0 = none */
	bool fresh, own_arms, ran;
	const char *arm_settings[GOAL_ARMS];
	int arm_line[GOAL_ARMS];
} acting;

/* ---- words ---- */

static const char *rest(acting *a)
{
	a->at += strspn(a->at, " \t");
	return a->at;
}

/* A word, or what stands between quotes; false at the end of the line. */
static bool word(acting *a, char *buf, size_t size, bool *quoted)
{
	const char *p = rest(a);
	*quoted = *p == '"';
	size_t n = *quoted ? strcspn(p + 1, "\"") : strcspn(p, " \t\"");
	snprintf(buf, size, "%.*s", (int)(n < size ? n : size - 1), p + *quoted);
	a->at = p + *quoted + n + (*quoted && p[1 + n] == '"');
	return *p != '\0';
}

static bool take_word(acting *a, const char *expected)
{
	const char *p = rest(a);
	size_t n = strlen(expected);
	if (strncmp(p, expected, n) != 0 || (p[n] && p[n] != ' ' && p[n] != '\t'))
		return false;
	a->at = p + n;
	return true;
}

#define WRONG(a, ...) build_wrong((a)->b, (a)->line, __VA_ARGS__)

/* "…" to the lesson's memory; NULL and a message when there is none. */
static const char *quoted_text(acting *a, const char *verb)
{
	const char *p = rest(a);
	size_t n = *p == '"' ? strcspn(p + 1, "\"") : 0;
	if (*p != '"' || p[1 + n] != '"' || !n) {
		WRONG(a, "%s: no text; allowed: %s \"…\"", verb, verb);
		return NULL;
	}
	a->at = p + n + 2;
	return build_text(a->b, p + 1, n);
}

static bool at_end(acting *a, const char *verb)
{
	if (!*rest(a))
		return true;
	WRONG(a, "%s: '%.60s' is too much", verb, a->at);
	return false;
}

static bool count(const char *text, double low, double high, long *out)
{
	double v;
	if (!text_read_number(text, false, &v) || v < low || v > high || v != floor(v))
		return false;
	*out = (long)v;
	return true;
}

/* ---- knobs and arms: read before everything else of the step ---- */

static void do_fresh(acting *a)
{
	lesson_step *s = a->s;
	if (a->config_line || s->keep)
		WRONG(a, "fresh behind set, arm or keep; allowed: before them");
	s->keep = false;
	config_default(&a->b->base);
	s->arms = 0;
	s->views = 0;
	s->choosy = false;
	memset(s->control, 0, sizeof s->control);
	a->fresh = true;
	a->config_line = a->line;
	at_end(a, "fresh");
}

static void do_keep(acting *a)
{
	if (!a->before)
		WRONG(a, "keep in the first step; allowed: in later ones");
	else if (a->fresh || a->own_arms)
		WRONG(a, "keep beside fresh or arm: it goes on with the runs of the step before; allowed: keep, set");
	else
		a->s->keep = true;
	at_end(a, "keep");
}

/* Before the runs of the step: what changes under way is a step of its own. */
static bool before_runs(acting *a, const char *verb)
{
	if (!a->ran)
		return true;
	WRONG(a, "%s behind run; allowed: before it, or in a next step that begins with keep", verb);
	return false;
}

static void do_set(acting *a)
{
	char pair[WORD + CONFIG_TEXT];
	err e;
	if (!before_runs(a, "set"))
		return;
	if (!*rest(a))
		WRONG(a, "set: nothing; allowed: set knob=value …");
	while (build_setting(&a->at, pair, sizeof pair)) {
		if (!config_assign(&a->b->base, pair, &e))
			WRONG(a, "%s", e.text);
		else
			for (int i = 0; i < a->s->arms; i++)
				config_assign(&a->s->arm[i].c, pair, &e);
	}
	a->config_line = a->line;
}

static void do_arm(acting *a)
{
	const char *name = quoted_text(a, "arm");
	lesson_step *s = a->s;
	if (!name || !before_runs(a, "arm"))
		return;
	if (s->keep)
		WRONG(a, "arm beside keep: it goes on with the runs of the step before; allowed: keep, set");
	s->keep = false;
	if (!a->own_arms)
		s->arms = 0;
	a->own_arms = true;
	for (int i = 0; i < s->arms; i++)
		if (strcmp(s->arm[i].name, name) == 0) {
			WRONG(a, "arm: \"%s\" for the second time; allowed: names that differ", name);
			return;
		}
	if (s->arms == GOAL_ARMS) {
		WRONG(a, "arm: more than %d", GOAL_ARMS);
		return;
	}
	a->arm_settings[s->arms] = rest(a);
	a->arm_line[s->arms] = a->line;
	s->arm[s->arms++].name = name;
	a->config_line = a->line;
}

static void finish_arms(acting *a)
{
	lesson_step *s = a->s;
	char pair[WORD + CONFIG_TEXT];
	err e;
	for (int i = 0; i < s->arms && a->own_arms; i++) {
		const char *p = a->arm_settings[i];
		s->arm[i].c = a->b->base;
		while (build_setting(&p, pair, sizeof pair))
			if (!config_assign(&s->arm[i].c, pair, &e))
				build_wrong(a->b, a->arm_line[i], "%s", e.text);
	}
	if (s->arms == 0) {
		s->arms = 1;
		s->arm[0] = (lesson_arm){.name = "", .c = a->b->base};
	}
	for (int i = 0; i < s->arms; i++) {
		a->names[i] = s->arm[i].name;
		if (a->config_line && !config_fits(&s->arm[i].c, &e))
			build_wrong(
			        a->b, a->config_line, "%s%s%s", s->arm[i].name, *s->arm[i].name ? ": " : "", e.text);
		if (s->keep && config_restart(&a->before->arm[i].c, &s->arm[i].c) == KNOB_WEIGHTS) {
			build_wrong(a->b, a->config_line,
			        "keep: what is set here begins the run anew; allowed: knobs that "
			        "take effect at the next update");
			s->keep = false;
		}
	}
	a->scope = (goal_scope){.arms = s->arms, .arm = a->names};
}

/* ---- what the step shows ---- */

static const view *view_named(acting *a, const char *verb, const char *name)
{
	const view *v = view_find(name);
	const char *names[64];
	int n = 0;
	for (; n < views_count && n < 64; n++)
		names[n] = views[n]->name;
	if (v)
		return v;
	int near = text_closest(name, names, n);
	if (near >= 0)
		WRONG(a, "%s: unknown view '%s'; did you mean '%s'?", verb, name, names[near]);
	else
		WRONG(a, "%s: unknown view '%s'; `unroll list views` shows them all", verb, name);
	return NULL;
}

static void do_views(acting *a)
{
	char name[WORD];
	bool quoted;
	lesson_step *s = a->s;
	s->views = 0;
	if (!*rest(a))
		WRONG(a, "views: none; allowed: names of views");
	while (word(a, name, sizeof name, &quoted)) {
		const view *v = view_named(a, "views", name);
		if (v && s->views == LESSON_VIEWS) {
			WRONG(a, "views: more than %d", LESSON_VIEWS);
			return;
		}
		if (v)
			s->view[s->views++] = v;
	}
}

/* A knob, or all of a group. */
static bool mark(lesson_step *s, const char *name, lesson_control c)
{
	bool any = false;
	for (int id = 0; id < KNOB_COUNT; id++) {
		const knob *k = knob_get((knob_id)id);
		if (strcmp(k->name, name) == 0 || strcmp(k->group, name) == 0) {
			s->control[id] = (unsigned char)c;
			any = true;
		}
	}
	return any;
}

static void unknown_control(acting *a, const char *verb, const char *name, const char *const *more, int n)
{
	const char *names[2 * KNOB_COUNT + 64];
	int known = 0;
	for (int id = 0; id < KNOB_COUNT; id++) {
		names[known++] = knob_get((knob_id)id)->name;
		names[known++] = knob_get((knob_id)id)->group;
	}
	for (int i = 0; i < n && i < 64; i++)
		names[known++] = more[i];
	int near = text_closest(name, names, known);
	if (near >= 0)
		WRONG(a, "%s: unknown '%s'; did you mean '%s'?", verb, name, names[near]);
	else
		WRONG(a, "%s: unknown '%s'; allowed: knobs and their groups (`unroll list knobs`)", verb, name);
}

static void do_marks(acting *a, const char *verb, lesson_control c)
{
	char name[WORD];
	bool quoted;
	if (!*rest(a))
		WRONG(a, "%s: nothing; allowed: names of knobs and groups", verb);
	while (word(a, name, sizeof name, &quoted))
		if (!mark(a->s, name, c))
			unknown_control(a, verb, name, NULL, 0);
}

static void do_controls(acting *a)
{
	for (int id = 0; id < KNOB_COUNT; id++)
		if (a->s->control[id] == CONTROL_SHOWN)
			a->s->control[id] = CONTROL_USUAL;
	a->s->choosy = true;
	do_marks(a, "controls", CONTROL_SHOWN);
}

static void do_lock(acting *a)
{
	do_marks(a, "lock", CONTROL_LOCKED);
}

static void do_hide(acting *a)
{
	do_marks(a, "hide", CONTROL_HIDDEN);
}

/* ---- acts ---- */

static lesson_act *add_act(acting *a, act_kind kind, doc_block *block)
{
	lesson_step *s = a->s;
	if (s->acts == LESSON_ACTS || !s->act) {
		WRONG(a, "more than %d acts in one step", LESSON_ACTS);
		return NULL;
	}
	if (block->acts == 0)
		block->first_act = s->acts;
	block->acts++;
	a->last = &s->act[s->acts++];
	*a->last = (lesson_act){.kind = kind, .line = a->line, .arm = -1, .text = "", .seeds = 1};
	return a->last;
}

static void do_text(acting *a, doc_block *block, act_kind kind, const char *verb)
{
	const char *text = quoted_text(a, verb);
	lesson_act *act = text && at_end(a, verb) ? add_act(a, kind, block) : NULL;
	if (act)
		act->text = text;
}

static void do_hint(acting *a, doc_block *block)
{
	do_text(a, block, ACT_HINT, "hint");
}

static void do_note(acting *a, doc_block *block)
{
	do_text(a, block, ACT_NOTE, "note");
}

static void do_spotlight(acting *a, doc_block *block)
{
	static const char *const buttons[] = {"play", "step", "reset", "speed", "theme", "help"};
	enum { BUTTONS = sizeof buttons / sizeof *buttons, MORE = 32 };
	const char *more[MORE];
	char name[WORD];
	bool quoted, known = false;
	int n = 0;
	for (int i = 0; i < BUTTONS; i++)
		more[n++] = buttons[i];
	for (int i = 0; i < views_count && n < MORE; i++)
		more[n++] = views[i]->name;
	if (!word(a, name, sizeof name, &quoted)) {
		WRONG(a, "spotlight: on what? allowed: a knob, a view, play, step, reset, speed, theme, help");
		return;
	}
	for (int i = 0; i < n; i++)
		known = known || strcmp(more[i], name) == 0;
	if (!known && knob_find(name) < 0) {
		unknown_control(a, "spotlight", name, more, n);
		return;
	}
	lesson_act *act = at_end(a, "spotlight") ? add_act(a, ACT_SPOTLIGHT, block) : NULL;
	if (act)
		act->text = build_text(a->b, name, strlen(name));
}

/* ---- conditions ---- */

static const goal *kept(acting *a, const goal *g)
{
	goal *copy = build_take(a->b, sizeof *copy);
	if (copy)
		*copy = *g;
	return copy;
}

static void place_scope(acting *a)
{
	a->scope.column = a->column + (int)(a->at - a->text);
}

/* Cuts " by N" off the end of the text; false and a message when N is no number of updates. */
static bool cut_by(acting *a, char *text, long *by)
{
	char *found = NULL;
	for (char *p = strstr(text, " by "); p; p = strstr(p + 1, " by "))
		found = p;
	if (!found || strchr(found, '"'))
		return true;
	const char *number = found + 4 + strspn(found + 4, " ");
	if (!count(number, 1, 1e7, by)) {
		WRONG(a, "by '%.20s': no number of updates; allowed: 1 to 10000000", number);
		return false;
	}
	*found = '\0';
	return true;
}

/* The rest of the line as a condition, with its limit. */
static bool read_condition(acting *a, lesson_act *act, bool limited)
{
	char text[TEXT];
	goal g;
	err e;
	rest(a);
	place_scope(a);
	snprintf(text, sizeof text, "%s", a->at);
	for (size_t n = strlen(text); n > 0 && strchr(" \t\r", text[n - 1]); n--)
		text[n - 1] = '\0';
	if (limited && !cut_by(a, text, &act->updates))
		return false;
	if (!goal_parse(text, &a->scope, &g, &e)) {
		WRONG(a, "%s", e.text);
		return false;
	}
	act->goal = kept(a, &g);
	return act->goal != NULL;
}

/* "ARM" in front of a condition; −2 and a message when there is none of that name. */
static int read_arm(acting *a)
{
	char name[WORD];
	bool quoted;
	if (*rest(a) != '"')
		return -1;
	word(a, name, sizeof name, &quoted);
	for (int i = 0; i < a->s->arms; i++)
		if (strcmp(a->names[i], name) == 0)
			return i;
	int near = text_closest(name, a->names, a->s->arms);
	if (near >= 0 && *a->names[near])
		WRONG(a, "no arm is called \"%s\"; did you mean \"%s\"?", name, a->names[near]);
	else
		WRONG(a, "no arm is called \"%s\"; allowed: arms of this step", name);
	return -2;
}

static void do_run(acting *a, doc_block *block)
{
	lesson_act act = {0};
	const char *from = rest(a);
	a->ran = true;
	if (take_word(a, "until")) {
		if (!read_condition(a, &act, true))
			return;
	} else if (!count(from, 1, 1e7, &act.updates)) {
		WRONG(a, "run: '%.40s'; allowed: run N (1 to 10000000), run until CONDITION", from);
		return;
	}
	lesson_act *to = add_act(a, ACT_RUN, block);
	if (!to)
		return;
	to->goal = act.goal;
	to->limited = act.updates > 0;
	to->updates = to->limited ? act.updates : LESSON_UNTIL;
	to->text = build_text(a->b, from, strlen(from));
}

static void do_goal(acting *a, doc_block *block)
{
	static const char *const levels[] = {"see", "do", "master"};
	lesson_act act = {.level = LEVEL_DO, .line = a->line};
	for (int i = 0; i < 3; i++)
		if (take_word(a, levels[i]))
			act.level = (lesson_level)i;
	const char *from = rest(a);
	int arm = read_arm(a);
	if (arm < -1 || !read_condition(a, &act, true))
		return;
	lesson_act *to = add_act(a, ACT_GOAL, block);
	if (!to)
		return;
	a->last_goal = to;
	to->level = act.level;
	to->arm = arm;
	to->goal = act.goal;
	to->updates = act.updates;
	to->text = build_text(a->b, from, strlen(from));
}

/* "majority of N seeds", "all of N seeds" */
static bool read_seeds(acting *a, int *seeds, bool *majority)
{
	char number[WORD], what[WORD];
	bool quoted;
	long n = 1;
	*majority = take_word(a, "majority");
	if (!*majority && !take_word(a, "all"))
		return true;
	bool good = take_word(a, "of") && word(a, number, sizeof number, &quoted) &&
	            count(number, 2, LESSON_SEEDS, &n) && word(a, what, sizeof what, &quoted) &&
	            strcmp(what, "seeds") == 0;
	if (!good)
		WRONG(a, "expect: which seeds? allowed: majority of N seeds, all of N seeds (2 to %d)", LESSON_SEEDS);
	*seeds = (int)n;
	return good;
}

static void do_expect(acting *a, doc_block *block)
{
	lesson_act act = {0};
	int seeds = 1;
	bool majority;
	if (!read_seeds(a, &seeds, &majority))
		return;
	const char *from = rest(a);
	int arm = read_arm(a);
	if (arm < -1 || !read_condition(a, &act, false))
		return;
	lesson_act *to = add_act(a, ACT_EXPECT, block);
	if (!to)
		return;
	to->goal = act.goal;
	to->arm = arm;
	to->seeds = seeds;
	to->majority = majority;
	to->text = build_text(a->b, from, strlen(from));
}

static void do_solution(acting *a, doc_block *block)
{
	(void)block;
	config scratch = a->s->arm[0].c;
	err e;
	if (!a->last_goal)
		WRONG(a, "solution of what? allowed: below a goal");
	else if (!*rest(a))
		WRONG(a, "solution: nothing; allowed: solution knob=value …");
	else if (!lesson_apply(&scratch, a->at, &e))
		WRONG(a, "%s", e.text);
	else
		a->last_goal->solution = build_text(a->b, a->at, strlen(a->at));
}

/* ---- predictions ---- */

static void do_predict_curve(acting *a, doc_block *block)
{
	char name[WORD];
	bool quoted;
	const char *text = quoted_text(a, "predict curve");
	if (!text)
		return;
	if (!take_word(a, "view") || !word(a, name, sizeof name, &quoted)) {
		WRONG(a, "predict curve: in which view? allowed: predict curve \"…\" view NAME");
		return;
	}
	const view *v = view_named(a, "predict curve", name);
	lesson_act *act = v && at_end(a, "predict curve") ? add_act(a, ACT_PREDICT_CURVE, block) : NULL;
	if (act) {
		act->text = text;
		act->view = v;
	}
}

static bool read_number(acting *a, double *out)
{
	char number[WORD];
	bool quoted;
	return word(a, number, sizeof number, &quoted) && text_read_number(number, false, out);
}

/* VALUE ± TOLERANCE[ %] */
static bool read_answer(acting *a, lesson_act *act)
{
	char text[TEXT], *sign;
	goal g;
	err e;
	rest(a);
	place_scope(a);
	snprintf(text, sizeof text, "%s", a->at);
	sign = strstr(text, "±");
	size_t length = 2;
	if (!sign)
		sign = strstr(text, "+-");
	if (!sign) {
		WRONG(a, "predict number: no tolerance; allowed: is VALUE ± TOLERANCE, is VALUE ± TOLERANCE %%");
		return false;
	}
	char *tolerance = sign + length + strspn(sign + length, " ");
	*sign = '\0';
	size_t n = strlen(tolerance);
	while (n > 0 && strchr(" \t\r%", tolerance[n - 1])) {
		act->percent = act->percent || tolerance[n - 1] == '%';
		tolerance[--n] = '\0';
	}
	if (!text_read_number(tolerance, false, &act->tolerance) || act->tolerance <= 0) {
		WRONG(a, "predict number: '%.40s' is no tolerance; allowed: a number above 0, with or without %%",
		        tolerance);
		return false;
	}
	if (!goal_parse_value(text, &a->scope, &g, &e)) {
		WRONG(a, "%s", e.text);
		return false;
	}
	act->goal = kept(a, &g);
	return act->goal != NULL;
}

static void do_predict_number(acting *a, doc_block *block)
{
	lesson_act act = {.kind = ACT_PREDICT_NUMBER, .line = a->line, .arm = -1, .seeds = 1};
	act.text = quoted_text(a, "predict number");
	if (!act.text)
		return;
	bool axis = take_word(a, "from") && read_number(a, &act.from) && take_word(a, "to") && read_number(a, &act.to);
	act.log = take_word(a, "log");
	if (!axis || !take_word(a, "is")) {
		WRONG(a, "predict number: allowed: predict number \"…\" from A to B [log] is VALUE ± TOLERANCE");
		return;
	}
	if (!(act.from < act.to) || (act.log && act.from <= 0)) {
		WRONG(a, "predict number: an axis from %g to %g%s; allowed: rising%s", act.from, act.to,
		        act.log ? " log" : "", act.log ? ", above 0" : "");
		return;
	}
	if (!read_answer(a, &act))
		return;
	lesson_act *to = add_act(a, ACT_PREDICT_NUMBER, block);
	if (to)
		*to = act;
}

static void do_predict(acting *a, doc_block *block)
{
	if (take_word(a, "number"))
		do_predict_number(a, block);
	else if (take_word(a, "curve"))
		do_predict_curve(a, block);
	else
		do_text(a, block, ACT_PREDICT, "predict");
}

/* "* far away", "- in the valley" */
static void do_option(acting *a, bool right)
{
	lesson_act *p = a->last;
	const char *text = rest(a);
	if (!p || p->kind != ACT_PREDICT)
		WRONG(a, "an answer without a question; allowed: directly below predict \"…\"");
	else if (!*text)
		WRONG(a, "an empty answer");
	else if (p->options == LESSON_OPTIONS)
		WRONG(a, "predict: more than %d answers", LESSON_OPTIONS);
	else {
		p->right[p->options] = right;
		p->option[p->options++] = build_text(a->b, text, strlen(text));
	}
}

static void check_predictions(acting *a)
{
	for (int i = 0; i < a->s->acts; i++) {
		const lesson_act *p = &a->s->act[i];
		int right = 0;
		for (int k = 0; k < p->options; k++)
			right += p->right[k];
		if (p->kind == ACT_PREDICT && (right == 0 || right == p->options))
			build_wrong(a->b, p->line,
			        "predict: %d right and %d wrong answers; allowed: lines `* right` and "
			        "`- wrong`, at least one of each",
			        right, p->options - right);
	}
}

/* ---- lines ---- */

static const struct {
	const char *name;
	void (*early)(acting *a); /* knobs and arms, read first: the others may refer to them */
	void (*late)(acting *a);
	void (*act)(acting *a, doc_block *block);
} verbs[] = {{"set", do_set, NULL, NULL}, {"fresh", do_fresh, NULL, NULL}, {"keep", do_keep, NULL, NULL},
        {"arm", do_arm, NULL, NULL}, {"views", NULL, do_views, NULL}, {"controls", NULL, do_controls, NULL},
        {"lock", NULL, do_lock, NULL}, {"hide", NULL, do_hide, NULL}, {"predict", NULL, NULL, do_predict},
        {"run", NULL, NULL, do_run}, {"goal", NULL, NULL, do_goal}, {"expect", NULL, NULL, do_expect},
        {"solution", NULL, NULL, do_solution}, {"hint", NULL, NULL, do_hint}, {"note", NULL, NULL, do_note},
        {"spotlight", NULL, NULL, do_spotlight}};
enum { VERBS = sizeof verbs / sizeof *verbs };

static void unknown_verb(acting *a, const char *name)
{
	const char *names[VERBS];
	char all[200] = "";
	for (int i = 0; i < VERBS; i++) {
		names[i] = verbs[i].name;
		strncat(all, i ? ", " : "", sizeof all - strlen(all) - 1);
		strncat(all, names[i], sizeof all - strlen(all) - 1);
	}
	int near = text_closest(name, names, VERBS);
	if (near >= 0)
		WRONG(a, "unknown '%.40s'; did you mean '%s'?", name, names[near]);
	else
		WRONG(a, "unknown '%.40s'; allowed: %s", name, all);
}

static void read_line(acting *a, const build_line *l, bool early)
{
	char name[WORD];
	bool quoted;
	a->line = l->line;
	a->column = l->column;
	a->text = a->at = l->text;
	const char *p = rest(a);
	if (*p == '#' || *p == '\0' || *p == '\r')
		return;
	if ((*p == '*' || *p == '-') && p[1] == ' ') {
		a->at = p + 1;
		if (!early)
			do_option(a, *p == '*');
		return;
	}
	word(a, name, sizeof name, &quoted);
	int v = 0;
	while (v < VERBS && (quoted || strcmp(verbs[v].name, name) != 0))
		v++;
	if (early) {
		a->ran = a->ran || strcmp(name, "run") == 0;
		if (v < VERBS && verbs[v].early)
			verbs[v].early(a);
		return;
	}
	if (v == VERBS)
		unknown_verb(a, name);
	else if (verbs[v].late)
		verbs[v].late(a);
	else if (verbs[v].act)
		verbs[v].act(a, l->block);
}

static void inherit(acting *a)
{
	lesson_step *s = a->s;
	const lesson_step *o = a->before;
	if (!o)
		return;
	s->views = o->views;
	memcpy(s->view, o->view, sizeof s->view);
	memcpy(s->control, o->control, sizeof s->control);
	s->choosy = o->choosy;
	if (*o->arm[0].name) {
		s->arms = o->arms;
		memcpy(s->arm, o->arm, sizeof s->arm);
	}
}

void build_acts(build *b)
{
	acting a = {.b = b, .s = b->step, .before = b->l.steps > 1 ? b->step - 1 : NULL};
	int n = b->acting_lines < LESSON_ACTS ? b->acting_lines : LESSON_ACTS;
	if (n)
		a.s->act = build_take(b, (size_t)n * sizeof *a.s->act);
	inherit(&a);
	for (int i = 0; i < b->acting_lines; i++)
		read_line(&a, &b->acting[i], true);
	if (!a.config_line && !a.ran && a.before)
		a.s->keep = true;
	finish_arms(&a);
	for (int i = 0; i < b->acting_lines; i++)
		read_line(&a, &b->acting[i], false);
	check_predictions(&a);
}
