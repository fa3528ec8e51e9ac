#include "run/knob.h"

#include "base/expr.h"
#include "base/text.h"
#include "nn/model.h"
#include "task/task.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const cells[] = {
#define CELL(name, knobs) #name,
#include "nn/cells.def"
#undef CELL
        NULL};
/* The knobs that belong to some cells only. */
static const char *const cell_knobs[] = {
#define CELL(name, knobs) knobs,
#include "nn/cells.def"
#undef CELL
};
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
static const char *const losses[] = {
#define LOSS(name) #name,
#include "nn/losses.def"
#undef LOSS
        NULL};
static const char *const forms[] = {
#define FORM(name) #name,
#include "nn/forms.def"
#undef FORM
        NULL};
static const char *const tasks[] = {
#define TASK(name) #name,
#include "task/tasks.def"
#undef TASK
        NULL};

static const struct {
	const char *key;
	const char *const *names;
} registries[] = {{"@cells", cells}, {"@inits", inits}, {"@optims", optims}, {"@losses", losses}, {"@forms", forms},
        {"@tasks", tasks}};

static const char *const choice_text[KNOB_COUNT] = {
#define KNOB(name, group, shown, type, fallback, low, high, slow, shigh, scale, restart, unit, label, choices, help)   \
	[KNOB_##name] = choices,
#include "run/knobs.def"
#undef KNOB
};

static knob table[KNOB_COUNT] = {
#define KNOB(name, group, shown, type, fallback, low, high, slow, shigh, scale, restart, unit, label, choices, help)   \
	[KNOB_##name] = {#name, #group, KNOB_##shown == KNOB_RARE, KNOB_##type, fallback, low, high, slow, shigh,      \
	        KNOB_##scale, KNOB_##restart, unit, label, help, 0, NULL},
#include "run/knobs.def"
#undef KNOB
};

static const char *choice_names[KNOB_COUNT][KNOB_CHOICES];

/* The names of a registry, or the word itself. */
static int add_choice(const char **names, int n, const char *word)
{
	for (size_t r = 0; r < sizeof registries / sizeof *registries; r++)
		if (strcmp(registries[r].key, word) == 0) {
			for (const char *const *name = registries[r].names; *name && n < KNOB_CHOICES; name++)
				names[n++] = *name;
			return n;
		}
	if (n < KNOB_CHOICES)
		names[n++] = word;
	return n;
}

/* Splits "a|b|@cells" in place of a list; the texts live as long as the program. */
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
	for (char *word = strtok(p, "|"); word; word = strtok(NULL, "|"))
		n = add_choice(names, n, word);
	return n;
}

static void fill_choices(void)
{
	for (int id = 0; id < KNOB_COUNT; id++) {
		if (table[id].type != KNOB_CHOICE)
			continue;
		table[id].choices = split_choices(choice_text[id], choice_names[id]);
		table[id].choice = choice_names[id];
	}
}

/* ---- which optimizers and initializers read a knob: they say it themselves ---- */

static bool lists(const char *const *uses, int n, knob_id id)
{
	for (int i = 0; i < n && uses[i]; i++)
		if (strcmp(uses[i], table[id].name) == 0)
			return true;
	return false;
}

static bool optimizer_reads(int optimizer, knob_id id)
{
	const optim_form *form;
	int n = model_f64.forms(optimizer, &form);
	for (int i = 0; i < n; i++)
		if (lists(form[i].uses, FORM_USES, id))
			return true;
	return false;
}

static bool init_reads(int init, knob_id id)
{
	return lists(model_f64.init_uses(init), INT_MAX, id);
}

/* Knobs that somebody reads; the others are everybody's. Filled in before main. */
static bool of_optimizers[KNOB_COUNT], of_inits[KNOB_COUNT];

/* How many of the rows of knob `of` read knob id. */
static int readers(knob_id of, bool (*reads)(int, knob_id), knob_id id)
{
	int n = 0;
	for (int i = 0; i < table[of].choices; i++)
		n += reads(i, id);
	return n;
}

/* Adds to the help of a knob who reads it, unless that is everybody. True when anybody does. */
static bool name_readers(knob_id of, bool (*reads)(int, knob_id), knob_id id)
{
	static char text[KNOB_COUNT][320];
	int n = readers(of, reads, id);
	if (n == 0 || n == table[of].choices)
		return n > 0;
	size_t used = (size_t)snprintf(text[id], sizeof text[id], "%s", table[id].help);
	const char *before = " (";
	for (int i = 0; i < table[of].choices && used < sizeof text[id]; i++)
		if (reads(i, id)) {
			used += (size_t)snprintf(
			        text[id] + used, sizeof text[id] - used, "%s%s", before, table[of].choice[i]);
			before = ", ";
		}
	if (used < sizeof text[id])
		snprintf(text[id] + used, sizeof text[id] - used, ")");
	table[id].help = text[id];
	return true;
}

static void fill_readers(void)
{
	for (int id = 0; id < KNOB_COUNT; id++) {
		of_optimizers[id] = name_readers(KNOB_optimizer, optimizer_reads, (knob_id)id);
		of_inits[id] = name_readers(KNOB_init, init_reads, (knob_id)id);
	}
}

/* Runs before main, so that the table is constant for every thread. */
__attribute__((constructor)) static void knob_table_init(void)
{
	fill_choices();
	fill_readers();
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

/* Names that older state strings have. */
static const char *current_name(knob_id id, const char *value)
{
	static const struct {
		knob_id id;
		const char *old, *now;
	} renamed[] = {{KNOB_init, "xavier", "xavier_normal"}, {KNOB_init, "he", "he_normal"}};
	for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
		if (renamed[i].id == id && strcmp(renamed[i].old, value) == 0)
			return renamed[i].now;
	return value;
}

static bool set_choice(config *c, const knob *k, knob_id id, const char *value, err *e)
{
	value = current_name(id, value);
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
	const char *kind = k->type == KNOB_INT ? "whole number" : "number";
	double v;
	bool number = read_trimmed(value, &v) && (k->type != KNOB_INT || v == floor(v));
	if (number && v >= k->low && v <= k->high) {
		c->v[id] = v + 0.0; /* −0 becomes 0 */
		return true;
	}
	text_exact(low, sizeof low, k->low);
	text_exact(high, sizeof high, k->high);
	if (!number)
		return err_input(e, "%s=%.60s: not a %s%s; allowed: %s to %s", k->name, value, kind,
		        strchr(value, ',') ? " (write a point, not a comma)" : "", low, high);
	return err_input(e, "%s=%.60s: out of range; allowed: %s to %s", k->name, value, low, high);
}

static char *text_in(config *c, knob_id id)
{
	switch (id) {
	case KNOB_expression:
		return c->expression;
	case KNOB_axes_named:
		return c->axes_named;
	case KNOB_start_along:
		return c->start_along;
	default:
		return c->data;
	}
}

static const char *text_of(const config *c, knob_id id)
{
	return text_in((config *)(uintptr_t)c, id); /* not changed */
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
	snprintf(text_in(c, id), CONFIG_TEXT, "%s", value);
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

static const struct {
	const char *name, *settings, *summary;
} presets[] = {
#define PRESET(name, settings, summary) {#name, settings, summary},
#include "run/presets.def"
#undef PRESET
};

enum { PRESETS = sizeof presets / sizeof *presets };

bool preset_list(int row, const char **name, const char **summary)
{
	if (row < 0 || row >= PRESETS)
		return false;
	*name = presets[row].name;
	*summary = presets[row].summary;
	return true;
}

static bool set_preset(config *c, const char *value, err *e)
{
	const char *names[PRESETS];
	char list[256] = "";
	for (int i = 0; i < PRESETS; i++) {
		names[i] = presets[i].name;
		size_t n = strlen(list);
		snprintf(list + n, sizeof list - n, "%s%s", n ? ", " : "", names[i]);
		if (strcmp(presets[i].name, value) != 0)
			continue;
		char words[512], *rest;
		config next = *c;
		snprintf(words, sizeof words, "%s", presets[i].settings);
		for (char *w = strtok_r(words, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
			if (!config_assign(&next, w, e))
				return err_prefix(e, "preset=%s", value);
		*c = next;
		return true;
	}
	int near = text_closest(value, names, PRESETS);
	if (near >= 0)
		return err_input(
		        e, "preset=%.60s: unknown preset, did you mean '%s'? allowed: %s", value, names[near], list);
	return err_input(e, "preset=%.60s: unknown preset; allowed: %s", value, list);
}

bool config_set(config *c, const char *name, const char *value, err *e)
{
	if (strcmp(name, "preset") == 0)
		return set_preset(c, value, e);
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

bool config_same(const config *a, const config *b, knob_id id)
{
	return table[id].type == KNOB_FILE ? strcmp(text_of(a, id), text_of(b, id)) == 0 : a->v[id] == b->v[id];
}

bool config_is_default(const config *c, knob_id id)
{
	config d = {0};
	err e;
	return set_known(&d, id, table[id].fallback, &e) && config_same(c, &d, id);
}

void config_copy(config *to, const config *from, knob_id id)
{
	to->v[id] = from->v[id];
	if (table[id].type == KNOB_FILE)
		memcpy(text_in(to, id), text_of(from, id), CONFIG_TEXT);
}

void config_look(config *to, const config *from)
{
	for (int id = 0; id < KNOB_COUNT; id++)
		if (table[id].restart == KNOB_LOOK)
			config_copy(to, from, (knob_id)id);
}

knob_restart config_restart(const config *a, const config *b)
{
	knob_restart strongest = KNOB_NOTHING;
	for (int id = 0; id < KNOB_COUNT; id++)
		if (!config_same(a, b, (knob_id)id) && table[id].restart > strongest)
			strongest = table[id].restart;
	return strongest;
}

static bool choice_is(const config *c, knob_id id, const char *name)
{
	return strcmp(config_choice(c, id), name) == 0;
}

static bool is_unit(const config *c)
{
	return tasks_f64[(int)c->v[KNOB_task]]->uses & TASK_USES_UNIT;
}

static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = strstr(list, word); p; p = strstr(p + 1, word))
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

const char *knob_cells(knob_id id, char *buf, size_t size)
{
	buf[0] = '\0';
	for (int i = 0; cells[i]; i++) {
		size_t n = strlen(buf);
		if (has_word(cell_knobs[i], table[id].name))
			snprintf(buf + n, size - n, "%s%s", n ? ", " : "", cells[i]);
	}
	return buf;
}

static bool cell_lacks(const config *c, knob_id id)
{
	char with[256];
	return knob_cells(id, with, sizeof with)[0] && !has_word(cell_knobs[(int)c->v[KNOB_cell]], table[id].name);
}

const optim_form *config_form(const config *c)
{
	const optim_form *form;
	int n = model_f64.forms((int)c->v[KNOB_optimizer], &form), wanted = (int)c->v[KNOB_form];
	for (int i = 0; i < n; i++)
		if ((int)form[i].form == wanted)
			return &form[i];
	return wanted == FORM_lecture ? &form[0] : NULL;
}

descent config_descent(const config *c)
{
	const optim_form *form = config_form(c);
	return (descent){.optimizer = (int)c->v[KNOB_optimizer],
	        .form = form ? form->form : FORM_pytorch,
	        .lr = c->v[KNOB_lr],
	        .lr_decay = c->v[KNOB_lr_decay],
	        .momentum = c->v[KNOB_momentum],
	        .decay = c->v[KNOB_decay],
	        .beta1 = c->v[KNOB_beta1],
	        .beta2 = c->v[KNOB_beta2],
	        .eps = c->v[KNOB_eps],
	        .momentum_schedule = (schedule_id)c->v[KNOB_momentum_schedule],
	        .grad_sum = c->v[KNOB_grad_sum] != 0,
	        .clip = (clip_id)c->v[KNOB_clip],
	        .clip_at = c->v[KNOB_clip_at],
	        .nan_rule = (nan_rule_id)c->v[KNOB_nan_rule],
	        .direction = (direction_id)c->v[KNOB_direction],
	        .psi = c->v[KNOB_psi],
	        .seed = (uint64_t)c->v[KNOB_seed]};
}

static bool form_lacks(const config *c, err *e)
{
	const optim_form *form;
	int n = model_f64.forms((int)c->v[KNOB_optimizer], &form);
	char list[160] = "pytorch, lecture"; /* lecture is everybody's, whether it differs or not */
	for (int i = 0; i < n; i++)
		if (form[i].form != FORM_pytorch && form[i].form != FORM_lecture) {
			size_t used = strlen(list);
			snprintf(list + used, sizeof list - used, ", %s", forms[form[i].form]);
		}
	return err_input(e, "form=%s: optimizer=%s has no such form; allowed: %s", config_choice(c, KNOB_form),
	        config_choice(c, KNOB_optimizer), list);
}

/* What may be changed under way must fit together by itself, since nothing begins again then. */
static bool terms_fit(const config *c, err *e)
{
	if (!choice_is(c, KNOB_direction, "gradient") &&
	        (c->v[KNOB_l1] > 0 || c->v[KNOB_l2] > 0 || c->v[KNOB_omega] > 0))
		return err_input(e,
		        "direction=%s mixes the temporal gradients of the data and knows no penalties; set l1, l2 and "
		        "omega to 0",
		        config_choice(c, KNOB_direction));
	if (c->v[KNOB_omega] > 0 && c->v[KNOB_leak] > 0)
		return err_input(e, "omega is defined for the plain recurrence; set leak=0");
	return true;
}

/* Knobs that mean something to some tasks only. */
static bool is_tasks(knob_id id)
{
	return id == KNOB_lag || id == KNOB_symbols || id == KNOB_noise || id == KNOB_classes ||
	       id == KNOB_input_scale || id == KNOB_data;
}

static bool task_lacks(const config *c, knob_id id)
{
	config with = *c;
	if (!is_tasks(id))
		return false;
	if (id == KNOB_input_scale && with.data[0] == '\0')
		snprintf(with.data, sizeof with.data, "x"); /* shown where there is a file; set before it is */
	return !config_uses(&with, id);
}

/* Where the task is the whole system there is no net for these to describe. */
static bool unit_lacks(const config *c, knob_id id)
{
	const char *group = table[id].group;
	bool of_a_net = id == KNOB_dropout || id == KNOB_batch_norm || id == KNOB_l1 || id == KNOB_l2 ||
	                id == KNOB_omega || id == KNOB_direction;
	return is_unit(c) && id != KNOB_seed &&
	       (strcmp(group, "model") == 0 || strcmp(group, "start") == 0 || of_a_net) && !config_uses(c, id);
}

static const char *tasks_with(const config *c, knob_id id, char *buf, size_t size)
{
	config with = *c;
	snprintf(with.data, sizeof with.data, "x");
	buf[0] = '\0';
	for (int i = 0; tasks[i]; i++) {
		size_t n = strlen(buf);
		with.v[KNOB_task] = i;
		if (config_uses(&with, id))
			snprintf(buf + n, size - n, "%s%s", n ? ", " : "", tasks[i]);
	}
	return buf;
}

static bool knob_fits(const config *c, knob_id id, err *e)
{
	char with[256], value[CONFIG_TEXT];
	if (id == KNOB_activation || config_is_default(c, id))
		return true;
	config_text(c, id, value, sizeof value);
	if (task_lacks(c, id))
		return err_input(e, "%s=%s does nothing with task=%s; it belongs to %s", table[id].name, value,
		        config_choice(c, KNOB_task), tasks_with(c, id, with, sizeof with));
	if (unit_lacks(c, id))
		return err_input(e, "%s=%s does nothing with task=%s, which is the whole system; leave it out",
		        table[id].name, value, config_choice(c, KNOB_task));
	if (cell_lacks(c, id))
		return err_input(e, "%s=%s does nothing with cell=%s; it belongs to %s", table[id].name, value,
		        config_choice(c, KNOB_cell), knob_cells(id, with, sizeof with));
	return true;
}

bool config_fits(const config *c, err *e)
{
	if (!config_form(c))
		return form_lacks(c, e);
	for (int id = 0; id < KNOB_COUNT; id++)
		if (!knob_fits(c, (knob_id)id, e))
			return false;
	return terms_fit(c, e);
}

void config_relax(config *c)
{
	err e;
	for (int id = 0; id < KNOB_COUNT; id++)
		if ((id != KNOB_activation && (cell_lacks(c, (knob_id)id) || task_lacks(c, (knob_id)id))) ||
		        unit_lacks(c, (knob_id)id))
			set_known(c, (knob_id)id, table[id].fallback, &e);
	if (!config_form(c))
		set_known(c, KNOB_form, table[KNOB_form].fallback, &e);
}

bool config_offers(const config *c, knob_id id, int choice)
{
	config with = *c;
	int loss = (int)c->v[KNOB_loss];
	if (choice == (int)c->v[id])
		return true;
	if (id == KNOB_output && loss > 0 && choice != OUTPUT_AUTO)
		return model_f64.loss((loss_id)(loss - 1))->outputs >> choice & 1;
	with.v[id] = choice;
	return (id != KNOB_form || config_form(&with)) && (id != KNOB_batch_norm || config_fits(&with, &(err){0}));
}

static bool optimizer_uses(const config *c, knob_id id)
{
	if (!of_optimizers[id])
		return true;
	const optim_form *form = config_form(c), *all;
	model_f64.forms((int)c->v[KNOB_optimizer], &all);
	return lists(form ? form->uses : all->uses, FORM_USES, id);
}

static bool init_uses(const config *c, knob_id id)
{
	return !of_inits[id] || init_reads((int)c->v[KNOB_init], id);
}

bool config_uses(const config *c, knob_id id)
{
	const task *t = tasks_f64[(int)c->v[KNOB_task]];
	const optim_form *forms_of;
	bool unit = is_unit(c);
	if (cell_lacks(c, id))
		return false;
	if (unit && (strcmp(table[id].group, "model") == 0 || strcmp(table[id].group, "start") == 0))
		return false;
	switch (id) {
	case KNOB_function:
	case KNOB_sparse:
		return t->uses & TASK_USES_FUNCTION;
	case KNOB_condition:
		return t->uses & TASK_USES_FUNCTION && choice_is(c, KNOB_function, "quadratic");
	case KNOB_expression:
		return t->uses & TASK_USES_FUNCTION && choice_is(c, KNOB_function, "expression");
	case KNOB_optimizers:
		return t->uses & TASK_USES_FUNCTION || strcmp(t->name, "fixed_point") == 0;
	case KNOB_axes_named:
		return choice_is(c, KNOB_axes, "named");
	case KNOB_start_along:
		return !unit;
	case KNOB_start_a:
	case KNOB_start_b:
		return !unit || t->uses & TASK_USES_FUNCTION;
	case KNOB_truncate: /* the function has no steps */
	case KNOB_l1:
	case KNOB_l2:
	case KNOB_loss:
	case KNOB_output:
		return !(t->uses & TASK_USES_FUNCTION);
	case KNOB_w:
	case KNOB_b:
	case KNOB_x0:
	case KNOB_target:
		return !(t->uses & TASK_USES_FUNCTION) || choice_is(c, KNOB_function, "unit");
	case KNOB_batch:
	case KNOB_dropout:
	case KNOB_batch_norm:
	case KNOB_loss_at:
	case KNOB_reduce:
	case KNOB_omega:
	case KNOB_direction:
		return !unit;
	case KNOB_validate_every:
	case KNOB_validation:
		return c->v[KNOB_patience] > 0;
	case KNOB_omega_form:
		return c->v[KNOB_omega] > 0;
	case KNOB_psi:
		return choice_is(c, KNOB_direction, "simplex_switch");
	case KNOB_variant:
		return t->uses & TASK_USES_VARIANT;
	case KNOB_temperature: /* answers that can be the next inputs */
		return t->reads == TASK_READS_TEXT || strcmp(t->name, "hello") == 0;
	case KNOB_T:
		return t->uses & TASK_USES_T;
	case KNOB_T_jitter:
		return t->uses & TASK_USES_JITTER;
	case KNOB_lag:
		return t->uses & TASK_USES_LAG;
	case KNOB_symbols:
		return t->uses & TASK_USES_SYMBOLS;
	case KNOB_noise:
		return t->uses & TASK_USES_NOISE;
	case KNOB_data:
		return t->reads != TASK_READS_NOTHING;
	case KNOB_input_scale:
		return t->reads == TASK_READS_VISITS ||
		       ((t->reads == TASK_READS_PATH || t->reads == TASK_READS_SEQUENCES) && c->data[0]);
	case KNOB_classes:
		return t->reads == TASK_READS_SEQUENCES;
	case KNOB_form: /* also to get away from one that this optimizer does not have */
		return model_f64.forms((int)c->v[KNOB_optimizer], &forms_of) > 1 || !config_form(c);
	case KNOB_clip_at:
		return !choice_is(c, KNOB_clip, "none");
	default:
		return optimizer_uses(c, id) && init_uses(c, id);
	}
}
