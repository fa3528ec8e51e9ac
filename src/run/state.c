#include "run/state.h"

#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char letters[] = "ABCD";

void state_begin(run_state *s, const config *c, long update)
{
	memset(s, 0, sizeof *s);
	s->arms = 1;
	s->arm[0].start = *c;
	s->update = update;
}

long state_end(const run_state *s)
{
	return s->end > s->update ? s->end : s->update;
}

bool state_shares(knob_id id)
{
	bool function = id == KNOB_function || id == KNOB_condition || id == KNOB_expression || id == KNOB_sparse;
	return (strcmp(knob_get(id)->group, "task") == 0 && id != KNOB_teacher_forcing) || function ||
	       id == KNOB_seed || id == KNOB_updates || id == KNOB_probe_every || knob_get(id)->restart == KNOB_LOOK;
}

bool state_put_edit(state_edit *list, int *n, int most, const state_edit *edit)
{
	int at = *n;
	while (at > 0 &&
	        (list[at - 1].arm > edit->arm || (list[at - 1].arm == edit->arm && list[at - 1].update > edit->update)))
		at--;
	for (int i = at - 1; i >= 0 && list[i].arm == edit->arm && list[i].update == edit->update; i--)
		if (list[i].knob == edit->knob) {
			list[i] = *edit;
			return true;
		}
	if (*n == most)
		return false;
	memmove(list + at + 1, list + at, (size_t)(*n - at) * sizeof *list);
	list[at] = *edit;
	++*n;
	return true;
}

config state_config(const run_state *s, int arm, long update)
{
	config c = s->arm[arm].start;
	for (int i = 0; i < s->edits; i++)
		if (s->edit[i].arm == arm && s->edit[i].update <= update)
			c.v[s->edit[i].knob] = s->edit[i].value;
	return c;
}

bool state_put_example(run_example *x, const example_edit *edit)
{
	int at = 0;
	while (at < x->edits && (x->edit[at].step != edit->step || x->edit[at].feature != edit->feature))
		at++;
	if (at == STATE_EXAMPLE)
		return false;
	x->edit[at] = *edit;
	x->edits += at == x->edits;
	return true;
}

bool state_acts(knob_id id)
{
	return knob_get(id)->restart == KNOB_OPTIMIZER || id == KNOB_rescale;
}

/* ---- names ---- */

static bool names_arm(const run_state *s, int i, const char *name)
{
	char label[STATE_NAME];
	bool letter = name[0] && !name[1] && toupper((unsigned char)name[0]) == letters[i];
	bool number = name[0] == '1' + i && !name[1];
	return strcmp(s->arm[i].name, name) == 0 || letter || number ||
	       strcmp(state_label(s, i, label, sizeof label), name) == 0;
}

int state_find_arm(const run_state *s, const char *name, err *e)
{
	char list[256] = "", label[STATE_NAME];
	for (int i = 0; i < s->arms; i++)
		if (names_arm(s, i, name))
			return i;
	for (int i = 0; i < s->arms; i++) {
		size_t n = strlen(list);
		snprintf(list + n, sizeof list - n, "%s%c (%s)", i ? ", " : "", letters[i],
		        state_label(s, i, label, sizeof label));
	}
	err_input(e, "no arm '%.40s'; allowed: %s", name, list);
	return -1;
}

/* "lstm", "lr 0.05", "no bias": choices speak for themselves where their knob is not needed to understand them. */
static void describe(const config *c, knob_id id, char *buf, size_t size)
{
	const knob *k = knob_get(id);
	char value[CONFIG_TEXT], number[64];
	config_text(c, id, value, sizeof value);
	if (k->type == KNOB_BOOL)
		snprintf(buf, size, "%s%s", c->v[id] != 0 ? "" : "no ", k->name);
	else if (k->type == KNOB_REAL)
		snprintf(buf, size, "%s %s", k->name, text_short(number, sizeof number, c->v[id], 3));
	else if (id == KNOB_cell || id == KNOB_optimizer || id == KNOB_activation || id == KNOB_precision)
		snprintf(buf, size, "%s", value);
	else if (id == KNOB_clip && strcmp(value, "none") == 0)
		snprintf(buf, size, "no clip");
	else if (id == KNOB_clip) /* the threshold says more than the name */
		snprintf(buf, size, "clip%s %s", strcmp(value, "norm") == 0 ? "" : " each",
		        text_short(number, sizeof number, c->v[KNOB_clip_at], 3));
	else
		snprintf(buf, size, "%s %s", k->name, value);
}

static bool differ(const config *a, const config *b, knob_id id)
{
	return !config_same(a, b, id) && (config_uses(a, id) || config_uses(b, id));
}

/* Knobs are named, in the order of the table, until no other arm has the same values in them. */
const char *state_label(const run_state *s, int arm, char *buf, size_t size)
{
	config c[STATE_ARMS];
	bool apart[STATE_ARMS] = {0};
	char one[CONFIG_TEXT + 64];
	size_t at = 0;
	for (int i = 0; i < s->arms; i++)
		c[i] = state_config(s, i, s->update);
	snprintf(buf, size, "%s", s->arm[arm].name);
	for (int id = 0; id < KNOB_COUNT && !s->arm[arm].name[0]; id++) {
		bool needed = false;
		for (int i = 0; i < s->arms; i++) {
			bool now = differ(&c[arm], &c[i], (knob_id)id);
			needed = needed || (now && !apart[i]);
			apart[i] = apart[i] || now;
		}
		if (!needed || !config_uses(&c[arm], (knob_id)id))
			continue;
		if (id == KNOB_clip) /* is said with its threshold */
			for (int i = 0; i < s->arms; i++)
				apart[i] = apart[i] || differ(&c[arm], &c[i], KNOB_clip_at);
		describe(&c[arm], (knob_id)id, one, sizeof one);
		if (at + strlen(one) + 2 >= size)
			break;
		at += (size_t)snprintf(buf + at, size - at, "%s%s", at ? ", " : "", one);
	}
	if (!buf[0])
		snprintf(buf, size, "%c", letters[arm]);
	return buf;
}

/* ---- writing ---- */

typedef struct out {
	char *buf;
	size_t size, at;
} out;

static void put(out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(out *o, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(o->buf + o->at, o->size - o->at, fmt, args);
	va_end(args);
	o->at = n < 0 || o->at + (size_t)n >= o->size ? o->size - 1 : o->at + (size_t)n;
}

/* A text with blanks or quotes stands in double quotes, with \" and \\ escaped. */
static void put_text(out *o, const char *text)
{
	if (text[0] && !strpbrk(text, " \t\"\\")) {
		put(o, "%s", text);
		return;
	}
	put(o, "\"");
	for (; *text; text++)
		put(o, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
	put(o, "\"");
}

static void put_knob(out *o, const config *c, knob_id id)
{
	char value[CONFIG_TEXT];
	put(o, " %s=", knob_get(id)->name);
	config_text(c, id, value, sizeof value);
	if (value[0])
		put_text(o, value);
}

static bool same_in_all(const run_state *s, knob_id id)
{
	for (int i = 1; i < s->arms; i++)
		if (!config_same(&s->arm[0].start, &s->arm[i].start, id))
			return false;
	return true;
}

static bool has_edit(const run_state *s, int arm, const state_edit *like)
{
	for (int i = 0; i < s->edits; i++) {
		const state_edit *k = &s->edit[i];
		if (k->arm == arm && k->update == like->update && k->knob == like->knob && k->value == like->value)
			return true;
	}
	return false;
}

static bool edit_in_all(const run_state *s, const state_edit *edit)
{
	for (int i = 0; i < s->arms; i++)
		if (!has_edit(s, i, edit))
			return false;
	return true;
}

/* The edits of one arm up to the end of the state: those that all arms share, or the others. */
static void put_edits(out *o, const run_state *s, int arm, bool common, long *last)
{
	long at = 0;
	for (int i = 0; i < s->edits; i++) {
		const state_edit *k = &s->edit[i];
		if (k->arm != arm || k->update > state_end(s) || edit_in_all(s, k) != common)
			continue;
		config c = s->arm[arm].start;
		c.v[k->knob] = k->value;
		if (k->update != at)
			put(o, " @%ld", k->update);
		at = k->update;
		put_knob(o, &c, k->knob);
		*last = at > *last ? at : *last;
	}
}

/* "example=431:12.2=0.5,40.1=1": batch, then step.feature=value. */
static void put_example(out *o, const run_example *x)
{
	char value[64];
	if (x->batch > 0)
		put(o, " example=%ld", x->batch);
	for (int i = 0; i < x->edits && x->batch > 0; i++)
		put(o, "%s%d.%d=%s", i ? "," : ":", x->edit[i].step, x->edit[i].feature,
		        text_exact(value, sizeof value, x->edit[i].value));
}

const char *state_write(const run_state *s, char *buf, size_t size)
{
	out o = {buf, size, 0};
	config d;
	long last = 0;
	bool several = s->arms > 1 || s->arm[0].name[0] || s->arm[0].hidden;
	config_default(&d);
	put(&o, "unroll/1");
	for (int id = 0; id < KNOB_COUNT; id++)
		if (same_in_all(s, (knob_id)id) && !config_same(&s->arm[0].start, &d, (knob_id)id))
			put_knob(&o, &s->arm[0].start, (knob_id)id);
	for (int i = 0; i < s->views; i++)
		put(&o, "%s%s", i ? "," : " views=", s->view[i]);
	put_example(&o, &s->example);
	if (state_end(s) > s->update)
		put(&o, " at=%ld", s->update);
	put_edits(&o, s, 0, true, &last);
	for (int a = 0; several && a < s->arms; a++) {
		put(&o, " arm=");
		put_text(&o, s->arm[a].name);
		if (s->arm[a].hidden)
			put(&o, " shown=0");
		if (s->arm[a].colour > 0 && s->arm[a].colour != a + 1)
			put(&o, " colour=%d", s->arm[a].colour);
		for (int id = 0; id < KNOB_COUNT; id++)
			if (!same_in_all(s, (knob_id)id))
				put_knob(&o, &s->arm[a].start, (knob_id)id);
		put_edits(&o, s, a, false, &last);
	}
	if (state_end(s) > last)
		put(&o, " @%ld", state_end(s));
	return buf;
}

const char *config_state(const config *c, long update, char *buf, size_t size)
{
	run_state *s = malloc(sizeof *s);
	snprintf(buf, size, "unroll/1");
	if (s) {
		state_begin(s, c, update);
		state_write(s, buf, size);
	}
	free(s);
	return buf;
}

/* ---- reading ---- */

enum { WORD = CONFIG_TEXT + 64 };

/* Copies the next word of *p (blanks separate words, double quotes protect them) and advances *p. False at the end of
 * the text; *bad when a quote is not closed or the word is too long. */
static bool next_word(const char **p, char *word, size_t size, bool *bad)
{
	*p += strspn(*p, " \t\r\n");
	if (!**p)
		return false;
	size_t n = 0;
	bool quoted = false;
	for (; **p && (quoted || !strchr(" \t\r\n", **p)); (*p)++) {
		if (**p == '"') {
			quoted = !quoted;
			continue;
		}
		if (quoted && **p == '\\' && (*p)[1])
			(*p)++;
		if (n + 1 >= size) {
			*bad = true;
			return true;
		}
		word[n++] = **p;
	}
	word[n] = '\0';
	*bad = quoted;
	return true;
}

/* What is being read. `arm` is the section: −1 before the first arm. */
typedef struct reader {
	run_state *s;
	config base;
	int arm;
	long at;      /* the last "@" of the section */
	long present; /* where the run stands; −1: at the largest "@" */
} reader;

static bool read_update(reader *r, const char *word, err *e)
{
	double v;
	if (!text_read_number(word + 1, false, &v) || v != floor(v) || v < 0 || v > 1e9)
		return err_input(e, "state: '%.40s' is not an update; allowed: @0 to @1000000000", word);
	if ((long)v < r->at)
		return err_input(
		        e, "state: '%.40s' comes after @%ld; allowed: updates that do not go back", word, r->at);
	r->at = (long)v;
	if (r->at > r->s->update)
		r->s->update = r->at;
	return true;
}

static bool read_present(reader *r, const char *value, err *e)
{
	double v;
	if (!text_read_number(value, false, &v) || v != floor(v) || v < 0 || v > 1e9)
		return err_input(e, "state: at=%.40s is not an update; allowed: 0 to 1000000000", value);
	r->present = (long)v;
	return true;
}

/* Rewound: what the largest "@" says is the end. */
static bool go_back(const reader *r, err *e)
{
	run_state *s = r->s;
	if (r->present < 0)
		return true;
	if (r->present > s->update)
		return err_input(
		        e, "state: at=%ld lies behind @%ld; allowed: an update before it", r->present, s->update);
	s->end = s->update;
	s->update = r->present;
	return true;
}

static bool read_arm(reader *r, const char *name, err *e)
{
	run_state *s = r->s;
	if (r->arm + 1 == STATE_ARMS)
		return err_input(e, "state: arm=%.40s: one arm too many; allowed: %d", name, STATE_ARMS);
	if (strlen(name) >= STATE_NAME)
		return err_input(e, "state: arm=%.40s…: the name has %zu bytes; allowed: %d", name, strlen(name),
		        STATE_NAME - 1);
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_input(
			        e, "state: the name of an arm contains a control character; allowed: printable text");
	r->arm++;
	r->at = 0;
	s->arms = r->arm + 1;
	s->arm[r->arm] = (state_arm){.start = r->base};
	snprintf(s->arm[r->arm].name, STATE_NAME, "%.*s", STATE_NAME - 1, name);
	return true;
}

static bool read_shown(reader *r, const char *value, err *e)
{
	if (r->arm < 0)
		return err_input(e, "state: shown=%.20s belongs to an arm; put it behind an arm=NAME", value);
	if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
		return err_input(e, "state: shown=%.20s: unknown value; allowed: 0, 1", value);
	r->s->arm[r->arm].hidden = value[0] == '0';
	return true;
}

static bool read_colour(reader *r, const char *value, err *e)
{
	bool good = value[0] >= '1' && value[0] < '1' + STATE_ARMS && !value[1];
	if (r->arm < 0)
		return err_input(e, "state: colour=%.20s belongs to an arm; put it behind an arm=NAME", value);
	if (!good)
		return err_input(e, "state: colour=%.20s: unknown value; allowed: 1 to %d", value, STATE_ARMS);
	r->s->arm[r->arm].colour = value[0] - '0';
	return true;
}

/* A number up to one of `ends`; NAN when it is none. Advances *p to its end. */
static double read_part(const char **p, const char *ends)
{
	char word[64];
	size_t n = strcspn(*p, ends);
	double v = NAN;
	snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : 0), *p);
	*p += n;
	return text_read_number(word, false, &v) ? v : (double)NAN;
}

static bool is_whole(double v, double low, double high)
{
	return v >= low && v <= high && v == floor(v);
}

static bool read_example(reader *r, const char *text, err *e)
{
	run_example x = {0};
	const char *p = text;
	double batch = read_part(&p, ":");
	if (!is_whole(batch, 1, 1e9))
		return err_input(
		        e, "state: example=%.40s does not begin with a batch; allowed: example=1 to 1000000000", text);
	x.batch = (long)batch;
	while (*p) {
		p++;
		double step = read_part(&p, ".=,"), feature = *p == '.' ? (p++, read_part(&p, "=,")) : NAN,
		       value = *p == '=' ? (p++, read_part(&p, ",")) : NAN;
		if (!is_whole(step, 1, 1e6) || !is_whole(feature, 0, 1e6) || !isfinite(value))
			return err_input(e,
			        "state: example=%.60s: not a list of inputs; allowed: BATCH:STEP.FEATURE=VALUE,… with "
			        "feature 0 for a symbol",
			        text);
		if (!state_put_example(&x, &(example_edit){.step = (int)step, .feature = (int)feature, .value = value}))
			return err_input(e, "state: example=%.40s…: more than %d inputs", text, STATE_EXAMPLE);
	}
	r->s->example = x;
	return true;
}

static bool read_views(reader *r, const char *list, err *e)
{
	run_state *s = r->s;
	s->views = 0;
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, ",");
		bool name = n > 0 && n < STATE_VIEW && strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_") >= n;
		if (!name || (p[n] && !p[n + 1]))
			return err_input(e,
			        "state: views=%.60s: not a list of views; allowed: names with commas between them",
			        list);
		if (s->views == STATE_VIEWS)
			return err_input(e, "state: views=%.60s: more than %d views", list, STATE_VIEWS);
		snprintf(s->view[s->views++], STATE_VIEW, "%.*s", (int)n, p);
		p += n + (p[n] == ',');
	}
	return s->views > 0 || err_input(e, "state: views= is empty; allowed: 1 to %d names", STATE_VIEWS);
}

bool state_may_edit(const char *word, knob_id id, long update, err *e)
{
	if (knob_get(id)->restart != KNOB_WEIGHTS)
		return true;
	return err_input(e,
	        "%.60s after update %ld would start the run again; allowed under way: lr, clip, optimizer and other "
	        "knobs of the descent",
	        word, update);
}

static bool read_setting(reader *r, const char *word, err *e)
{
	run_state *s = r->s;
	config *start = r->arm < 0 ? &r->base : &s->arm[r->arm].start, scratch = *start;
	char name[64];
	size_t n = strcspn(word, "=");
	if (!config_assign(&scratch, word, e))
		return err_prefix(e, "state");
	snprintf(name, sizeof name, "%.*s", (int)n, word);
	knob_id id = (knob_id)knob_find(name);
	/* what can change under way may have reached an arm at another update: it had stopped, or begun again */
	if (r->arm >= 0 && state_shares(id) && knob_get(id)->restart == KNOB_WEIGHTS)
		return err_input(e, "state: %.60s belongs to all arms; put it before the first arm", word);
	if (knob_get(id)->restart == KNOB_LOOK) { /* wherever it stands, it holds for all */
		config_copy(&r->base, &scratch, id);
		for (int i = 0; i <= r->arm; i++)
			config_copy(&s->arm[i].start, &scratch, id);
		return true;
	}
	if (r->at == 0) {
		*start = scratch;
		return true;
	}
	if (!state_may_edit(word, id, r->at, e))
		return err_prefix(e, "state");
	state_edit edit = {.update = r->at, .value = scratch.v[id], .arm = r->arm, .knob = id};
	return state_put_edit(s->edit, &s->edits, STATE_EDITS, &edit) ||
	       err_input(e, "state: %.60s after @%ld: one change too many; allowed: %d", word, r->at, STATE_EDITS);
}

static bool read_word(reader *r, const char *word, err *e)
{
	if (word[0] == '@')
		return read_update(r, word, e);
	if (strncmp(word, "arm=", 4) == 0)
		return read_arm(r, word + 4, e);
	if (strncmp(word, "shown=", 6) == 0)
		return read_shown(r, word + 6, e);
	if (strncmp(word, "views=", 6) == 0)
		return read_views(r, word + 6, e);
	if (strncmp(word, "colour=", 7) == 0)
		return read_colour(r, word + 7, e);
	if (strncmp(word, "example=", 8) == 0)
		return read_example(r, word + 8, e);
	if (strncmp(word, "at=", 3) == 0)
		return read_present(r, word + 3, e);
	return read_setting(r, word, e);
}

/* Every arm gets the edits that stood before the first one; its own at the same update have the last word. */
static bool share_edits(run_state *s, err *e)
{
	int common = 0;
	while (common < s->edits && s->edit[common].arm < 0)
		common++;
	if (s->edits - common + common * s->arms > STATE_EDITS)
		return err_input(e, "state: %d changes for %d arms; allowed: %d in all", common, s->arms, STATE_EDITS);
	state_edit *shared = malloc((size_t)(common + 1) * sizeof *shared);
	if (!shared)
		return err_machine(e, "no memory for the changes of a state");
	memcpy(shared, s->edit, (size_t)common * sizeof *shared);
	s->edits -= common;
	memmove(s->edit, s->edit + common, (size_t)s->edits * sizeof *s->edit);
	for (int a = 0; a < s->arms; a++)
		for (int i = 0; i < common; i++) {
			shared[i].arm = a;
			bool own = false;
			for (int k = 0; k < s->edits; k++)
				own = own || (s->edit[k].arm == a && s->edit[k].update == shared[i].update &&
				                     s->edit[k].knob == shared[i].knob);
			if (!own)
				state_put_edit(s->edit, &s->edits, STATE_EDITS, &shared[i]);
		}
	free(shared);
	return true;
}

static bool read_all(run_state *s, const char *text, err *e)
{
	char word[WORD];
	bool bad = false;
	reader r = {.s = s, .arm = -1, .present = -1};
	config_default(&r.base);
	if (!next_word(&text, word, sizeof word, &bad) || bad || strncmp(word, "unroll/", 7) != 0)
		return err_input(e, "state: does not begin with 'unroll/1'; copy one with Ctrl+C in the window");
	if (strcmp(word, "unroll/1") != 0)
		return err_input(e, "state: version '%.20s' is not known; allowed: unroll/1", word);
	while (next_word(&text, word, sizeof word, &bad)) {
		if (bad)
			return err_input(
			        e, "state: a quote is not closed or a value is longer than %d bytes", CONFIG_TEXT - 1);
		if (!read_word(&r, word, e))
			return false;
	}
	if (s->arms == 0) {
		s->arms = 1;
		s->arm[0].start = r.base;
	}
	return go_back(&r, e) && share_edits(s, e);
}

/* What is changed under way must go with the rest. (Whether the beginning does is found out when it begins.) */
static bool changes_fit(const run_state *s, err *e)
{
	for (int i = 0; i < s->edits; i++) {
		config c = state_config(s, s->edit[i].arm, s->edit[i].update);
		if (!config_fits(&c, e))
			return err_prefix(e, "state: after @%ld", s->edit[i].update);
	}
	return true;
}

bool state_read(run_state *s, const char *text, err *e)
{
	run_state *next = calloc(1, sizeof *next);
	if (!next)
		return err_machine(e, "no memory for a state");
	bool ok = read_all(next, text, e) && changes_fit(next, e);
	if (ok)
		*s = *next;
	free(next);
	return ok;
}

bool config_read_state(config *c, long *update, const char *text, err *e)
{
	run_state *s = malloc(sizeof *s);
	if (!s)
		return err_machine(e, "no memory for a state");
	bool ok = state_read(s, text, e);
	if (ok && (s->arms > 1 || s->edits > 0))
		ok = err_input(e, "state: %s; allowed here: one arm, unchanged from its start",
		        s->arms > 1 ? "several arms" : "settings change under way");
	if (ok) {
		*c = s->arm[0].start;
		*update = s->update;
	}
	free(s);
	return ok;
}

bool state_assign(run_state *s, const char *pair, err *e)
{
	config first = s->arm[0].start;
	if (!config_assign(&first, pair, e))
		return false;
	for (int i = 0; i < s->arms; i++)
		config_assign(&s->arm[i].start, pair, e);
	return true;
}
