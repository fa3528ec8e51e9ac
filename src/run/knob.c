#include "run/knob.h"

#include "base/expr.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CHOICES = 48 };

static const char *const cells[] = {
#define CELL(name) #name,
#include "nn/cells.def"
#undef CELL
        NULL};
static const char *const inits[] = {
#define INIT(name) #name,
#include "nn/inits.def"
#undef INIT
        NULL};
static const char *const optims[] = {
#define OPTIM(name) #name,
#include "nn/optims.def"
#undef OPTIM
        NULL};
static const char *const tasks[] = {
#define TASK(name) #name,
#include "task/tasks.def"
#undef TASK
        NULL};

static const struct {
	const char *key;
	const char *const *names;
} registries[] = {{"@cells", cells}, {"@inits", inits}, {"@optims", optims}, {"@tasks", tasks}};

static const char *const choice_text[KNOB_COUNT] = {
#define KNOB(name, group, type, fallback, low, high, slow, shigh, scale, restart, unit, label, choices, help)          \
	[KNOB_##name] = choices,
#include "run/knobs.def"
#undef KNOB
};

static knob table[KNOB_COUNT] = {
#define KNOB(name, group, type, fallback, low, high, slow, shigh, scale, restart, unit, label, choices, help)          \
	[KNOB_##name] = {#name, #group, KNOB_##type, fallback, low, high, slow, shigh, KNOB_##scale, KNOB_##restart,   \
	        unit, label, help, 0, NULL},
#include "run/knobs.def"
#undef KNOB
};

static const char *choice_names[KNOB_COUNT][MAX_CHOICES];

/* Splits "a|b|c" in place of a list; the texts live as long as the program. */
static int split_choices(const char *text, const char **names)
{
	static char pool[4096];
	static size_t used;
	char *p = pool + used;
	size_t size = strlen(text) + 1;
	if (used + size > sizeof pool)
		abort(); /* the table has outgrown the pool: a programming error */
	memcpy(p, text, size);
	used += size;
	int n = 0;
	for (char *name = strtok(p, "|"); name && n < MAX_CHOICES; name = strtok(NULL, "|"))
		names[n++] = name;
	return n;
}

static void fill_choices(void)
{
	for (int id = 0; id < KNOB_COUNT; id++) {
		if (table[id].type != KNOB_CHOICE)
			continue;
		if (choice_text[id][0] == '@') {
			for (size_t r = 0; r < sizeof registries / sizeof *registries; r++) {
				if (strcmp(registries[r].key, choice_text[id]) != 0)
					continue;
				table[id].choice = registries[r].names;
				while (registries[r].names[table[id].choices])
					table[id].choices++;
			}
		} else {
			table[id].choices = split_choices(choice_text[id], choice_names[id]);
			table[id].choice = choice_names[id];
		}
	}
}

/* Runs before main, so that the table is constant for every thread. */
__attribute__((constructor)) static void knob_table_init(void)
{
	fill_choices();
}

const knob *knob_get(knob_id id)
{
	return &table[id];
}

int knob_find(const char *name)
{
	for (int id = 0; id < KNOB_COUNT; id++)
		if (strcmp(table[id].name, name) == 0)
			return id;
	return -1;
}

static bool unknown_knob(const char *name, err *e)
{
	const char *names[KNOB_COUNT];
	for (int id = 0; id < KNOB_COUNT; id++)
		names[id] = table[id].name;
	int near = text_closest(name, names, KNOB_COUNT);
	if (near >= 0)
		return err_input(e, "unknown knob '%.60s'; did you mean '%s'?", name, names[near]);
	return err_input(e, "unknown knob '%.60s'; `unroll list knobs` shows them all", name);
}

static bool set_choice(config *c, const knob *k, knob_id id, const char *value, err *e)
{
	for (int i = 0; i < k->choices; i++) {
		if (strcmp(k->choice[i], value) == 0) {
			c->v[id] = i;
			return true;
		}
	}
	char list[256] = "";
	for (int i = 0; i < k->choices && strlen(list) < 200; i++) {
		strncat(list, i ? ", " : "", sizeof list - strlen(list) - 1);
		strncat(list, k->choice[i], sizeof list - strlen(list) - 1);
	}
	int near = text_closest(value, k->choice, k->choices);
	if (near >= 0)
		return err_input(e, "%s=%.60s: unknown value, did you mean '%s'? allowed: %s", k->name, value,
		        k->choice[near], list);
	return err_input(e, "%s=%.60s: unknown value; allowed: %s", k->name, value, list);
}

static bool set_bool(config *c, const knob *k, knob_id id, const char *value, err *e)
{
	static const char *const yes[] = {"1", "on", "true", "yes"}, *const no[] = {"0", "off", "false", "no"};
	for (int i = 0; i < 4; i++) {
		if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
			c->v[id] = strcmp(value, yes[i]) == 0;
			return true;
		}
	}
	return err_input(e, "%s=%.60s: not a yes or no; allowed: 0, 1", k->name, value);
}

/* Blanks around a number that was typed or pasted do no harm. */
static bool read_trimmed(const char *value, double *v)
{
	char text[64];
	value += strspn(value, " \t");
	size_t n = strlen(value);
	while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'))
		n--;
	if (n >= sizeof text)
		return false;
	memcpy(text, value, n);
	text[n] = '\0';
	return text_read_number(text, false, v);
}

static bool set_number(config *c, const knob *k, knob_id id, const char *value, err *e)
{
	char low[32], high[32];
	text_exact(low, sizeof low, k->low);
	text_exact(high, sizeof high, k->high);
	const char *kind = k->type == KNOB_INT ? "whole number" : "number";
	double v;
	if (!read_trimmed(value, &v) || (k->type == KNOB_INT && v != floor(v)))
		return err_input(e, "%s=%.60s: not a %s%s; allowed: %s to %s", k->name, value, kind,
		        strchr(value, ',') ? " (write a point, not a comma)" : "", low, high);
	if (v < k->low || v > k->high)
		return err_input(e, "%s=%.60s: out of range; allowed: %s to %s", k->name, value, low, high);
	c->v[id] = v + 0.0; /* −0 becomes 0 */
	return true;
}

static const char *text_of(const config *c, knob_id id)
{
	return id == KNOB_expression ? c->expression : c->data;
}

/* Control characters cannot stand in a state string. */
static bool set_text(config *c, const knob *k, knob_id id, const char *value, err *e)
{
	expr formula;
	if (strlen(value) >= CONFIG_TEXT)
		return err_input(
		        e, "%s: the text is %zu bytes long; allowed: %d", k->name, strlen(value), CONFIG_TEXT - 1);
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_input(
			        e, "%s: the text contains a control character; allowed: printable text", k->name);
	if (id == KNOB_expression && !expr_read(&formula, value, e))
		return err_prefix(e, "expression=%.60s", value);
	snprintf(id == KNOB_expression ? c->expression : c->data, CONFIG_TEXT, "%s", value);
	return true;
}

static bool set_known(config *c, knob_id id, const char *value, err *e)
{
	const knob *k = &table[id];
	switch (k->type) {
	case KNOB_CHOICE:
		return set_choice(c, k, id, value, e);
	case KNOB_BOOL:
		return set_bool(c, k, id, value, e);
	case KNOB_FILE:
		return set_text(c, k, id, value, e);
	case KNOB_INT:
	case KNOB_REAL:
		break;
	}
	return set_number(c, k, id, value, e);
}

bool config_set(config *c, const char *name, const char *value, err *e)
{
	int id = knob_find(name);
	return id < 0 ? unknown_knob(name, e) : set_known(c, (knob_id)id, value, e);
}

bool config_assign(config *c, const char *pair, err *e)
{
	char name[64];
	const char *equals = strchr(pair, '=');
	if (!equals || equals == pair)
		return err_input(e, "'%.60s': not a setting; allowed: knob=value", pair);
	if ((size_t)(equals - pair) >= sizeof name)
		return err_input(e, "unknown knob '%.60s'; `unroll list knobs` shows them all", pair);
	memcpy(name, pair, (size_t)(equals - pair));
	name[equals - pair] = '\0';
	return config_set(c, name, equals + 1, e);
}

void config_default(config *c)
{
	memset(c, 0, sizeof *c);
	err e;
	for (int id = 0; id < KNOB_COUNT; id++)
		if (!set_known(c, (knob_id)id, table[id].fallback, &e))
			abort(); /* a default outside its own range: a programming error, met by every test */
}

const char *config_choice(const config *c, knob_id id)
{
	return table[id].choice[(int)c->v[id]];
}

const char *config_text(const config *c, knob_id id, char *buf, size_t size)
{
	switch (table[id].type) {
	case KNOB_CHOICE:
		snprintf(buf, size, "%s", config_choice(c, id));
		break;
	case KNOB_FILE:
		snprintf(buf, size, "%s", text_of(c, id));
		break;
	case KNOB_INT:
	case KNOB_BOOL:
		snprintf(buf, size, "%.0f", c->v[id]);
		break;
	case KNOB_REAL:
		text_exact(buf, size, c->v[id]);
		break;
	}
	return buf;
}

static bool same(const config *a, const config *b, knob_id id)
{
	return table[id].type == KNOB_FILE ? strcmp(text_of(a, id), text_of(b, id)) == 0 : a->v[id] == b->v[id];
}

bool config_is_default(const config *c, knob_id id)
{
	config d = {0};
	err e;
	return set_known(&d, id, table[id].fallback, &e) && same(c, &d, id);
}

knob_restart config_restart(const config *a, const config *b)
{
	knob_restart strongest = KNOB_NOTHING;
	for (int id = 0; id < KNOB_COUNT; id++)
		if (!same(a, b, (knob_id)id) && table[id].restart > strongest)
			strongest = table[id].restart;
	return strongest;
}

static bool choice_is(const config *c, knob_id id, const char *name)
{
	return strcmp(config_choice(c, id), name) == 0;
}

bool config_uses(const config *c, knob_id id)
{
	bool adam = choice_is(c, KNOB_optimizer, "adam"), rmsprop = choice_is(c, KNOB_optimizer, "rmsprop");
	bool data = choice_is(c, KNOB_task, "data");
	switch (id) {
	case KNOB_activation:
		return choice_is(c, KNOB_cell, "rnn");
	case KNOB_variant:
	case KNOB_T:
	case KNOB_T_jitter:
		return !data;
	case KNOB_data:
	case KNOB_classes:
		return data;
	case KNOB_sigma:
		return choice_is(c, KNOB_init, "gaussian") || choice_is(c, KNOB_init, "uniform") ||
		       choice_is(c, KNOB_init, "orthogonal") || choice_is(c, KNOB_init, "identity");
	case KNOB_momentum:
		return choice_is(c, KNOB_optimizer, "momentum") || choice_is(c, KNOB_optimizer, "nesterov");
	case KNOB_decay:
		return rmsprop;
	case KNOB_beta1:
	case KNOB_beta2:
		return adam;
	case KNOB_eps:
		return adam || rmsprop;
	case KNOB_clip_at:
		return !choice_is(c, KNOB_clip, "none");
	case KNOB_w:
	case KNOB_b:
	case KNOB_x0:
	case KNOB_target:
		return choice_is(c, KNOB_task, "fixed_point") || choice_is(c, KNOB_task, "power");
	case KNOB_function:
	case KNOB_condition:
	case KNOB_expression:
		return false; /* of a view, not of the run */
	default:
		return true;
	}
}

/* A file name with spaces or quotes stands in double quotes, with \" and \\ escaped. */
static void append_value(char *out, size_t size, const char *value)
{
	size_t n = strlen(out);
	if (!strpbrk(value, " \"\\")) {
		snprintf(out + n, size - n, "%s", value);
		return;
	}
	if (n + 1 < size)
		out[n++] = '"';
	for (; *value && n + 3 < size; value++) {
		if (*value == '"' || *value == '\\')
			out[n++] = '\\';
		out[n++] = *value;
	}
	if (n + 1 < size)
		out[n++] = '"';
	out[n] = '\0';
}

const char *config_state(const config *c, long update, char *buf, size_t size)
{
	snprintf(buf, size, "unroll/1");
	config d;
	config_default(&d);
	for (int id = 0; id < KNOB_COUNT; id++) {
		if (same(c, &d, (knob_id)id))
			continue;
		char value[CONFIG_TEXT];
		size_t n = strlen(buf);
		snprintf(buf + n, size - n, " %s=", table[id].name);
		append_value(buf, size, config_text(c, (knob_id)id, value, sizeof value));
	}
	if (update > 0) {
		size_t n = strlen(buf);
		snprintf(buf + n, size - n, " @%ld", update);
	}
	return buf;
}

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

static bool read_update(const char *word, long *update, err *e)
{
	double v;
	if (!text_read_number(word + 1, false, &v) || v != floor(v) || v < 0 || v > 1e9)
		return err_input(e, "state: '%.40s' is not an update; allowed: @0 to @1000000000", word);
	*update = (long)v;
	return true;
}

bool config_read_state(config *c, long *update, const char *state, err *e)
{
	config next;
	config_default(&next);
	long at = 0;
	char word[CONFIG_TEXT + 64];
	bool bad = false;
	const char *p = state;
	if (!next_word(&p, word, sizeof word, &bad) || bad || strncmp(word, "unroll/", 7) != 0)
		return err_input(e, "state: does not begin with 'unroll/1'; copy one with Ctrl+C in the window");
	if (strcmp(word, "unroll/1") != 0)
		return err_input(e, "state: version '%.20s' is not known; allowed: unroll/1", word);
	while (next_word(&p, word, sizeof word, &bad)) {
		if (bad)
			return err_input(
			        e, "state: a quote is not closed or a value is longer than %d bytes", CONFIG_TEXT - 1);
		bool ok = word[0] == '@' ? read_update(word, &at, e) : config_assign(&next, word, e);
		if (!ok)
			return false;
	}
	*c = next;
	*update = at;
	return true;
}
