/* The column of text, with the controls that stand in it. */
#include "app/command.h"
#include "app/tutor.h"
#include "base/text.h"
#include "lesson/watch.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* points at type scale 1 */
static const float LEAST = 400, MOST = 560, MARGIN = 20, NAV = 44, BUTTON = 32, FADE = 18, RUN_PAD = 28;
static const float CONTROLS_LEAST = 0.3F, CONTROLS_MOST = 0.6F,
                   WIDTH_SHARE = 0.3F; /* of the column's height; of the window's width */

bool tutor_shown(const bench *b)
{
	const tutor *t = b->tutor;
	return t && (b->presenter ? t->large : b->narrow ? t->overlay : !t->hidden);
}

float tutor_width(const bench *b)
{
	float em = b->ui.em, w = b->ui.c->width;
	return fminf(fmaxf(WIDTH_SHARE * w, LEAST * em), MOST * em);
}

rect tutor_text_area(const bench *b)
{
	return b->tutor->column;
}

void tutor_scroll(bench *b, int direction)
{
	if (b->tutor)
		b->tutor->offset += (float)direction * 60 * b->ui.em;
	tutor_refresh(b);
}

/* ---- controls in the text ---- */

/* A disc with a sign, or an empty ring. */
static void mark(bench *b, float x, float y, const char *sign, ink colour)
{
	float em = b->ui.em;
	if (!sign) {
		canvas_ring(b->ui.c, x, y, 7 * em, ui_line(1.5F, colour));
		return;
	}
	canvas_disc(b->ui.c, x, y, 8 * em, colour, 1);
	ui_label(&b->ui, (rect){x - 10 * em, y - 10 * em, 20 * em, 20 * em}, sign, 12, WEIGHT_BOLD, INK_PANEL,
	        ALIGN_CENTER);
}

static void radio(bench *b, rect r, bool chosen, bool right, bool shown)
{
	float em = b->ui.em, x = r.x + 9 * em, y = r.y + 11 * em;
	if (shown && (right || chosen)) {
		mark(b, x, y, right ? "✓" : "×", right ? INK_GOOD : INK_BAD);
		return;
	}
	mark(b, x, y, NULL, chosen ? INK_ACCENT : shown ? INK_BORDER : INK_AXIS);
	if (chosen)
		canvas_disc(b->ui.c, x, y, 3.8F * em, INK_ACCENT, 1);
}

/* One option: pressing it is the prediction. It may be changed until the answer is there. */
static void option(bench *b, rect r, int act, int number)
{
	tutor *t = b->tutor;
	tutor_answer *y = &tutor_state(t)->answer[act];
	const lesson_act *a = &tutor_at(t)->act[act];
	bool chosen = y->option == number, shown = tutor_state(t)->ended && (y->given || y->skipped);
	char name[64];
	snprintf(name, sizeof name, "%d: %.30s", number + 1, a->option[number]);
	if (shown) {
		ui_status(&b->ui, r, name, a->right[number] ? "right" : chosen ? "chosen" : "");
	} else {
		rect hit = rect_inset(r, -4 * b->ui.em, 0);
		if (ui_button(&b->ui, hit, name, ICON_NONE, "", LOOK_PLAIN, NULL)) {
			y->option = number;
			y->given = true;
			tutor_answer_keep(b, act);
			tutor_refresh(b);
		}
	}
	radio(b, r, chosen, a->right[number], shown);
}

static ui_range axis_range(const lesson_act *a)
{
	return (ui_range){.name = "prediction",
	        .low = a->from,
	        .high = a->to,
	        .safe_low = a->from,
	        .safe_high = a->to,
	        .fallback = a->from,
	        .log = a->log};
}

static void axis_asked(bench *b, rect r, const lesson_act *a, tutor_answer *y)
{
	ui_range g = axis_range(a);
	double v = y->moved ? y->number : ui_range_value(&g, ui_range_share(&g, lesson_number_start(a))), typed;
	ui_result got = ui_slider(&b->ui, r, &g, &v);
	if (got == UI_TYPED &&
	        (!text_read_number(ui_typed(&b->ui), false, &typed) || typed < a->from || typed > a->to)) {
		char text[120];
		snprintf(text, sizeof text, "prediction: no number from %g to %g", a->from, a->to);
		ui_reject(&b->ui, text);
		return;
	}
	y->number = got == UI_TYPED ? typed : v;
	if (got != UI_SAME) {
		y->moved = true;
		tutor_refresh(b);
	}
}

static void axis_label(bench *b, rect track, float x, float y, const char *text, weight w, ink colour)
{
	float em = b->ui.em, half = canvas_measure(text, 12 * em, w).width / 2;
	x = fminf(fmaxf(x, track.x + half), track.x + track.w - half);
	canvas_text(b->ui.c, x, y, text, ui_text_style(&b->ui, 12, w, colour, ALIGN_CENTER));
}

/* Above the axis what was said, below it what came out. */
static void axis_answered(bench *b, rect r, const lesson_act *a, const tutor_answer *y, bool known)
{
	ui_range g = axis_range(a);
	canvas *c = b->ui.c;
	float em = b->ui.em, line = r.y + r.h / 2;
	rect track = rect_inset(r, 6 * em, 0);
	char text[40];
	canvas_line(c, track.x, line, track.x + track.w, line, ui_line(2, INK_AXIS));
	for (int end = 0; end < 2; end++) {
		float x = end ? track.x + track.w : track.x;
		canvas_line(c, x, line - 4 * em, x, line + 4 * em, ui_line(1.5F, INK_AXIS));
	}
	if (y->given) {
		float x = track.x + (float)ui_range_share(&g, y->number) * track.w;
		char said[64];
		snprintf(said, sizeof said, "you: %s", tutor_number_text(y->number, text, sizeof text));
		canvas_line(c, x, line, x, line - 11 * em, (stroke){2, INK_ACCENT, 1, DASH_DASHED});
		canvas_disc(c, x, line, 4 * em, INK_ACCENT, 1);
		axis_label(b, r, x, line - 15 * em, said, WEIGHT_REGULAR, INK_ACCENT);
	}
	if (known && isfinite(y->actual)) {
		float x = track.x + (float)ui_range_share(&g, y->actual) * track.w;
		char is[64];
		snprintf(is, sizeof is, "it is %s", tutor_number_text(y->actual, text, sizeof text));
		canvas_line(c, x, line, x, line + 11 * em, ui_line(2, INK_GOOD));
		canvas_disc(c, x, line, 4 * em, INK_GOOD, 1);
		axis_label(b, r, x, line + 24 * em, is, WEIGHT_BOLD, INK_GOOD);
	} else if (!known) {
		axis_label(b, r, track.x, line + 20 * em, tutor_number_text(a->from, text, sizeof text), WEIGHT_REGULAR,
		        INK_MUTED);
		axis_label(b, r, track.x + track.w, line + 20 * em, tutor_number_text(a->to, text, sizeof text),
		        WEIGHT_REGULAR, INK_MUTED);
	}
}

static void answer_axis(bench *b, rect r, int act)
{
	tutor *t = b->tutor;
	tutor_answer *y = &tutor_state(t)->answer[act];
	const lesson_act *a = &tutor_at(t)->act[act];
	if (act == tutor_question(t))
		axis_asked(b, r, a, y);
	else if (y->given || y->skipped)
		axis_answered(b, r, a, y, tutor_state(t)->ended);
}

/* "Predict" where pressing something else is not the prediction already, and the way past it. */
static void answer_buttons(bench *b, rect r, int act)
{
	tutor *t = b->tutor;
	tutor_answer *y = &tutor_state(t)->answer[act];
	const lesson_act *a = &tutor_at(t)->act[act];
	float em = b->ui.em;
	if (act != tutor_question(t))
		return;
	if (a->kind != ACT_PREDICT) {
		rect at = rect_cut_left(&r, 96 * em);
		rect_cut_left(&r, 8 * em);
		bool drawn = a->kind == ACT_PREDICT_NUMBER;
		for (int i = 0; i < TUTOR_SKETCH && !drawn; i++)
			drawn = isfinite(y->sketch[i]);
		if (ui_button(&b->ui, at, "predict", ICON_NONE, "Predict", drawn ? LOOK_PRIMARY : LOOK_RAISED,
		            "this is your prediction")) {
			y->given = drawn;
			if (drawn)
				tutor_answer_keep(b, act);
			else
				ui_toast(&b->ui, "Draw a line into the plot first, or skip the question.");
			tutor_refresh(b);
		}
		if (a->kind == ACT_PREDICT_CURVE && drawn &&
		        ui_button(&b->ui, rect_cut_left(&r, 72 * em), "clear sketch", ICON_NONE, "Clear", LOOK_PLAIN,
		                NULL)) {
			for (int i = 0; i < TUTOR_SKETCH; i++)
				y->sketch[i] = NAN;
			tutor_refresh(b);
		}
	}
	if (a->kind == ACT_PREDICT) /* its words stand where the others do */
		r.x -= 10 * em;
	if (ui_button(&b->ui, rect_cut_left(&r, 52 * em), "skip", ICON_NONE, "Skip", LOOK_PLAIN,
	            "go on without a prediction")) {
		y->skipped = true;
		tutor_refresh(b);
	}
}

static void goal_mark(bench *b, rect r, int act)
{
	ui *u = &b->ui;
	int met = tutor_state(b->tutor)->met[act];
	const lesson_act *a = &tutor_at(b->tutor)->act[act];
	float em = u->em, x = r.x + 9 * em, y = r.y + 11 * em;
	char name[40];
	snprintf(name, sizeof name, "goal: %.30s", a->text);
	ui_status(u, r, name, met ? "reached" : "open");
	mark(b, x, y, met ? "✓" : NULL, met ? INK_GOOD : INK_MUTED);
}

const char *tutor_run_label(const lesson_act *a, float width, float em, char *buf, size_t size)
{
	char n[32], until[480];
	if (a->goal)
		snprintf(buf, size, "▶  Run %s", layout_readable(a->text, until, sizeof until)); /* "until …" */
	else
		snprintf(buf, size, "▶  Run %s update%s", text_short(n, sizeof n, (double)a->updates, 9),
		        a->updates == 1 ? "" : "s");
	if (a->goal && canvas_measure(buf, 13 * em, WEIGHT_REGULAR).width + RUN_PAD * em > width)
		snprintf(buf, size, "▶  Run"); /* the rest stands beside it, in lines */
	return buf;
}

/* "Running … 1 609 of 6 000" */
static const char *progress_label(const bench *b, const lesson_act *a, char *buf, size_t size)
{
	char now[32], end[32] = "";
	double began = watch_note(b->snap, b->tutor->serial, WATCH_BEGAN);
	if (!a->goal && !isnan(began))
		text_short(end, sizeof end, began + (double)a->updates, 9);
	snprintf(buf, size, "Running … %s%s%s", text_short(now, sizeof now, (double)b->snap->update, 9),
	        end[0] ? " of " : "", end);
	return buf;
}

/* The run that is due can be begun from the text, too. */
static void run_button(bench *b, rect r, int act)
{
	const lesson_act *a = &tutor_at(b->tutor)->act[act];
	char label[500], name[40];
	float em = b->ui.em;
	tutor_run_label(a, r.w, em, label, sizeof label);
	r.w = fminf(canvas_measure(label, 13 * em, WEIGHT_REGULAR).width + RUN_PAD * em, r.w);
	int question = tutor_question(b->tutor);
	bool ready = (question < 0 || (act < question && !tutor_asks(b->tutor))) && b->tutor->route < 0;
	snprintf(name, sizeof name, "run %d", act);
	if (b->playing) {
		ui_status(&b->ui, r, name, "running");
		ui_label(&b->ui, r, progress_label(b, a, label, sizeof label), 13, WEIGHT_REGULAR, INK_MUTED,
		        ALIGN_LEFT);
	} else if (ui_button(&b->ui, r, name, ICON_NONE, label, ready ? LOOK_PRIMARY : LOOK_RAISED,
	                   "plays as far as the lesson says (Space)")) {
		command_run(b, "play");
	}
}

static void hint_button(bench *b, rect r)
{
	r.w = fminf(88 * b->ui.em, r.w);
	if (ui_button(&b->ui, r, "hint", ICON_NONE, "Hint …", LOOK_RAISED, command_tip("hint")))
		tutor_hint(b);
}

static void free_button(bench *b, rect r)
{
	float em = b->ui.em;
	float w = canvas_measure("Just play", 13 * em, WEIGHT_REGULAR).width + 20 * em;
	r = (rect){r.x - 10 * em, r.y, fminf(w, r.w), r.h};
	if (ui_button(&b->ui, r, "just play", ICON_NONE, "Just play", LOOK_PLAIN, command_tip("lesson-free")))
		tutor_free_play(b);
}

/* An answer of an earlier sitting can be given anew; the outcome is covered until then. */
static void again_button(bench *b, rect r, int act)
{
	float em = b->ui.em;
	tutor_answer *y = &tutor_state(b->tutor)->answer[act];
	char name[40];
	r.w = fminf(canvas_measure("Predict again", 13 * em, WEIGHT_REGULAR).width + 20 * em, r.w);
	r.x -= 10 * em;
	snprintf(name, sizeof name, "predict again %d", act);
	if (!ui_button(&b->ui, r, name, ICON_NONE, "Predict again", LOOK_PLAIN, "forget the answer of an earlier time"))
		return;
	double actual = y->actual;
	tutor_answer_init(y);
	y->actual = actual;
	tutor_answer_keep(b, act);
	tutor_refresh(b);
}

/* Tab: what is asked, what runs and goes on, the links of the text, then everything else. */
enum { RANK_ASKED = -4, RANK_RUN, RANK_NEXT, RANK_LINK };

static void slot(bench *b, const layout_item *i, rect r)
{
	const tutor_step *y = tutor_state(b->tutor);
	bool asked = i->act >= 0 && !y->ended && tutor_at(b->tutor)->act[i->act].kind <= ACT_PREDICT_CURVE;
	asked = asked || (i->act >= 0 && i->act == tutor_question(b->tutor));
	ui_rank(&b->ui, asked ? RANK_ASKED : i->part == PART_RUN || i->part == PART_BEGIN ? RANK_RUN : RANK_LINK);
	if (i->part < LESSON_OPTIONS)
		option(b, r, i->act, i->part);
	else if (i->part == PART_AXIS)
		answer_axis(b, r, i->act);
	else if (i->part == PART_BUTTONS)
		answer_buttons(b, r, i->act);
	else if (i->part == PART_MARK)
		goal_mark(b, r, i->act);
	else if (i->part == PART_RUN)
		run_button(b, r, i->act);
	else if (i->part == PART_HINT)
		hint_button(b, r);
	else if (i->part == PART_FREE)
		free_button(b, r);
	else if (i->part == PART_AGAIN)
		again_button(b, r, i->act);
	else if (i->part == PART_BEGIN && ui_button(&b->ui, (rect){r.x, r.y, 120 * b->ui.em, r.h}, "begin", ICON_NONE,
	                                          "Begin  ›", LOOK_PRIMARY, command_tip("lesson-next")))
		tutor_turn(b, 1);
}

/* A link that goes over several lines has one place in the order of the keyboard. */
static const doc_run *link_control(bench *b, const layout_item *i, rect r, const doc_run *before)
{
	ui *u = &b->ui;
	char name[40];
	snprintf(name, sizeof name, "link: %.30s", i->link->text);
	ui_rank(u, RANK_LINK);
	rect hit = rect_inset(r, -2 * u->em, -(UI_TARGET * u->em - r.h) / 2);
	ui_touch t = ui_register(u, hit, i->link == before ? UI_OPTION : UI_BUTTON, name, "", NULL);
	bool key = ui_key_for(u, t.id) == UI_KEY_ENTER;
	if (t.hot)
		canvas_box(u->c, rect_inset(r, -2 * u->em, -1), 3 * u->em, INK_HOVER, 1);
	ui_ring(u, rect_inset(r, 1, 1), 3 * u->em, t.id);
	if (key || t.clicked)
		ui_use(u);
	return key || t.clicked ? i->link : NULL;
}

/* ---- the column ---- */

/* Where there is more below or above than is shown, the text pales. */
static void fades(bench *b, rect r, float content, float offset)
{
	float h = FADE * b->ui.em;
	enum { STRIPS = 9 };
	for (int i = 0; i < STRIPS; i++) {
		float alpha = 0.9F * (float)(i + 1) / STRIPS, strip = h / STRIPS;
		if (offset + r.h < content - 1)
			canvas_box(b->ui.c, (rect){r.x, r.y + r.h - h + (float)i * strip, r.w, strip}, 0, INK_PANEL,
			        alpha);
		if (offset > 1)
			canvas_box(b->ui.c, (rect){r.x, r.y + h - (float)(i + 1) * strip, r.w, strip}, 0, INK_PANEL,
			        alpha);
	}
}

/* What came out stands in sight when it comes, and the beginning of what is said about it. */
static void reveal_outcome(tutor *t, float height, float margin, float content)
{
	const layout *l = t->set;
	const tutor_step *y = tutor_state(t);
	float foot = 0;
	bool ended = y && y->ended;
	if (ended && !t->told && t->told_page == t->page && l) {
		for (int i = 0; i < l->n; i++)
			if (l->item[i].kind == LAYOUT_SLOT && l->item[i].part <= PART_AXIS)
				foot = fmaxf(foot, l->item[i].area.y + l->item[i].area.h);
		float wanted = foot + margin + height / 4; /* of the column */
		if (foot > 0 && wanted > t->offset + height)
			t->offset = fminf(wanted, content) - height;
	}
	t->told = ended;
	t->told_page = t->page;
}

static void text_part(bench *b, rect r)
{
	ui *u = &b->ui;
	tutor *t = b->tutor;
	float em = u->em, margin = fminf(MARGIN * em, r.w / 12);
	const layout *l = tutor_page(b, r.w - 2 * margin - (UI_TARGET - 14) * em);
	if (!l)
		return;
	const lesson *shown = t->l;
	const doc_run *followed = NULL, *before = NULL;
	float content = l->height + 2 * margin;
	rect at = ui_scroll(u, r, "lesson scroll bar", content, &t->offset);
	at = (rect){at.x + margin, at.y + margin * 0.8F, l->width, l->height};
	for (int i = 0; i < l->n; i++) { /* behind the text: what is pressed and pointed at */
		const layout_item *k = &l->item[i];
		rect here = {at.x + k->area.x, at.y + k->area.y, k->area.w, k->area.h};
		if (k->kind == LAYOUT_SLOT)
			slot(b, k, here);
		if (t != b->tutor || t->l != shown || t->set != l)
			break; /* that has opened another page */
		if (k->link) {
			const doc_run *hit = link_control(b, k, here, before);
			followed = hit ? hit : followed;
			before = k->link;
		}
	}
	if (t->set == l)
		layout_draw(l, u->c, at.x, at.y, r);
	ui_rank(u, 0);
	reveal_outcome(t, r.h, margin, content);
	ui_scroll_end(u, r, content, &t->offset);
	fades(b, (rect){r.x, r.y, r.w - UI_TARGET * em, r.h}, content, t->offset);
	if (followed)
		tutor_follow(b, followed);
}

/* Pressing a segment goes there; the keyboard has PgUp and PgDn. */
static bool segment(bench *b, rect r, int step)
{
	char name[40];
	snprintf(name, sizeof name, "step %d", step + 1);
	ui_touch t = ui_register(&b->ui, r, UI_OPTION, name, "", "to this step");
	if (t.hot)
		canvas_box(b->ui.c, (rect){r.x + 1, r.y + r.h - 14 * b->ui.em, r.w - 2, 10 * b->ui.em}, 4 * b->ui.em,
		        INK_HOVER, 1);
	if (t.clicked)
		ui_use(&b->ui);
	return t.clicked;
}

/* A segment for each page: done, here, ahead. */
static void progress_bar(bench *b, rect r)
{
	tutor *t = b->tutor;
	ui *u = &b->ui;
	char text[48];
	int k = tutor_number(t), n = t->l->steps;
	float em = u->em, gap = 3 * em, w = (r.w - gap * (float)(n - 1)) / (float)(n > 0 ? n : 1);
	if (k < 0)
		snprintf(text, sizeof text, "%d steps", n);
	else
		snprintf(text, sizeof text, "%d of %d", k + 1, n);
	ui_status(u, r, "lesson step", text);
	ui_label(u, (rect){r.x, r.y, r.w, r.h - 12 * em}, text, 13, WEIGHT_BOLD, INK_TEXT, ALIGN_CENTER);
	for (int i = 0; i < n && w > 2; i++)
		if (i != k && segment(b, (rect){r.x + (float)i * (w + gap) - gap / 2, r.y, w + gap, r.h}, i)) {
			tutor_go(b, i + tutor_pages(t) - n);
			return;
		}
	for (int i = 0; i < n && w > 2; i++)
		canvas_box(u->c, (rect){r.x + (float)i * (w + gap), r.y + r.h - 11 * em, w, 4 * em}, 2 * em,
		        i == k  ? INK_ACCENT
		        : i < k ? INK_MUTED
		                : INK_BORDER,
		        1);
}

static void navigation(bench *b, rect r)
{
	tutor *t = b->tutor;
	ui *u = &b->ui;
	float em = u->em, side = BUTTON * em;
	bool last = t->page + 1 >= tutor_pages(t), done = tutor_done(t);
	canvas_line(u->c, r.x, r.y, r.x + r.w, r.y, ui_line(1, INK_BORDER));
	r = rect_inset(r, fminf(MARGIN * em, r.w / 12) - 4 * em, (r.h - side) / 2);
	rect back = rect_cut_left(&r, fminf(76 * em, 0.28F * r.w)),
	     next = rect_cut_right(&r, fminf(76 * em, 0.36F * r.w));
	if (t->free) {
		rect all = {back.x, back.y, next.x + next.w - back.x, back.h};
		if (ui_button(u, all, "back to the lesson", ICON_NONE, "Back to the lesson", LOOK_PRIMARY,
		            command_tip("lesson-free")))
			tutor_free_play(b);
		return;
	}
	if (t->page > 0 &&
	        ui_button(u, back, "previous step", ICON_NONE, "‹  Back", LOOK_PLAIN, command_tip("lesson-before")))
		tutor_turn(b, -1);
	progress_bar(b, rect_inset(r, 12 * em, 0));
	bool cover = tutor_number(t) < 0;
	if (cover && (!t->set || t->set->height + 2 * MARGIN * em <= t->column.h))
		return; /* its own button is in sight */
	ui_rank(u, RANK_NEXT);
	if (!last && ui_button(u, next, "next step", ICON_NONE, cover ? "Begin  ›" : "Next  ›",
	                     done ? LOOK_PRIMARY : LOOK_RAISED, command_tip("lesson-next")))
		tutor_turn(b, 1);
	else if (last && ui_button(u, next, "free play", ICON_NONE, "Play on", done ? LOOK_PRIMARY : LOOK_RAISED,
	                         command_tip("lesson-free")))
		tutor_free_play(b);
	ui_rank(u, 0);
}

rect tutor_split(bench *b, rect *column)
{
	float em = b->ui.em, wanted = panel_height(b);
	const layout *text = b->tutor->set; /* of the last pass */
	float rest = column->h - NAV * em - (text ? text->height + 2 * MARGIN * em : 0);
	float room = fminf(fmaxf(rest, CONTROLS_LEAST * column->h), CONTROLS_MOST * column->h);
	rect controls = rect_cut_bottom(column, fminf(wanted, fmaxf(room, 0)));
	if (controls.h < 60 * em && controls.h < wanted) { /* not even two rows: the text has it all */
		column->h += controls.h;
		controls.h = 0;
	}
	return controls;
}

void tutor_column(bench *b, rect r, const char *surface)
{
	ui *u = &b->ui;
	if (surface)
		ui_surface(u, r, surface, false);
	canvas_box(u->c, r, 0, INK_PANEL, 1);
	canvas_line(u->c, r.x + r.w, r.y, r.x + r.w, r.y + r.h, ui_line(1, INK_BORDER));
	rect nav = rect_cut_bottom(&r, fminf(NAV * u->em, r.h / 2));
	b->tutor->column = r;
	text_part(b, r);
	navigation(b, nav);
	tutor_end(b);
}
