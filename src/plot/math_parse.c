#include "plot/math_parts.h"

#include <string.h>

/* What is being read: a part of the source. Parts are found before they are read, by their brackets, so that nothing is
 * read twice. */
typedef struct reader {
	math_tree *tree;
	const char *at, *end;
	math_face face;
	int depth;
} reader;

static short read_list(reader *r);
static short read_atom(reader *r, bool runs);

/* ---- nodes ---- */

static math_node *node_of(const reader *r, short i)
{
	return &r->tree->node[i];
}

/* 0 when there is no room; lists stop before that happens. */
static short new_node(reader *r, math_kind kind, math_class class)
{
	short i = r->tree->count < MATH_NODES ? r->tree->count++ : 0;
	*node_of(r, i) = (math_node){.kind = kind, .class = class};
	return i;
}

static short new_text(reader *r, const char *text, size_t n, math_class class, math_face face)
{
	short i = new_node(r, KIND_TEXT, class);
	math_node *t = node_of(r, i);
	t->text = text;
	t->n = (int)n;
	t->face = face;
	return i;
}

static short typed(reader *r, const char *from)
{
	return new_text(r, from, (size_t)(r->at - from), CLASS_ORD, FACE_MONO);
}

static short new_space(reader *r, int mu)
{
	short i = new_node(r, KIND_SPACE, CLASS_SPACE);
	node_of(r, i)->value = mu;
	return i;
}

/* ---- characters ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_spaces(reader *r)
{
	while (r->at < r->end && is_space(*r->at))
		r->at++;
}

static bool next_is(reader *r, char c)
{
	skip_spaces(r);
	return r->at < r->end && *r->at == c;
}

/* Length of the command at `at`: a backslash with letters, or with one other character. */
static int command_length(const char *at, const char *end)
{
	const char *p = at + 1;
	while (p < end && is_letter(*p))
		p++;
	if (p == at + 1 && p < end)
		math_next(&p, end);
	return (int)(p - at);
}

static bool is_command(const char *at, const char *end, const char *name)
{
	size_t n = strlen(name);
	return at < end && *at == '\\' && command_length(at, end) == (int)n + 1 && !memcmp(at + 1, name, n);
}

/* The } that closes the { at `at`, or NULL. */
static const char *closing_brace(const char *at, const char *end)
{
	int open = 0;
	for (; at < end; at++) {
		if (*at == '\\' && at + 1 < end)
			at++;
		else if (*at == '{')
			open++;
		else if (*at == '}' && --open == 0)
			return at;
	}
	return NULL;
}

/* The \right that belongs to a \left before `at`, or NULL. */
static const char *matching_right(const char *at, const char *end)
{
	int open = 1, braces = 0;
	while (at < end && braces >= 0) {
		if (*at == '\\') {
			open += is_command(at, end, "left") - is_command(at, end, "right");
			if (open == 0)
				return braces == 0 ? at : NULL;
			at += command_length(at, end);
			continue;
		}
		braces += (*at == '{') - (*at == '}');
		at++;
	}
	return NULL;
}

/* ---- lists ---- */

/* The part from here to `end` as a list of its own. */
static short read_part(reader *r, const char *end, math_face face)
{
	reader part = {r->tree, r->at, end, face, r->depth + 1};
	short list = read_list(&part);
	r->at = end;
	return list;
}

/* The group whose { is next; as typed when it is nested too deep. 0 when it is never closed. */
static short read_group(reader *r, math_face face)
{
	const char *from = r->at, *close = closing_brace(r->at, r->end);
	if (!close)
		return 0;
	if (r->depth >= MATH_DEEPEST) {
		r->at = close + 1;
		return typed(r, from);
	}
	r->at++;
	short list = read_part(r, close, face);
	r->at = close + 1;
	return list;
}

/* An argument: a group or one atom. 0 when there is none. */
static short read_argument(reader *r, math_face face)
{
	skip_spaces(r);
	if (r->tree->rest || r->at >= r->end || strchr("}^_&", *r->at) || is_command(r->at, r->end, "right"))
		return 0;
	if (*r->at == '{')
		return read_group(r, face);
	if (r->depth >= MATH_DEEPEST)
		return 0;
	reader one = {r->tree, r->at, r->end, face, r->depth + 1};
	short atom = read_atom(&one, false);
	r->at = one.at;
	return atom;
}

/* A list of two. */
static short in_row(reader *r, short a, short b)
{
	short list = new_node(r, KIND_LIST, CLASS_ORD);
	node_of(r, list)->body = a;
	node_of(r, a)->next = b;
	return list;
}

static bool read_limits(reader *r, math_node *nucleus)
{
	skip_spaces(r);
	bool above = is_command(r->at, r->end, "limits"), beside = is_command(r->at, r->end, "nolimits");
	if (nucleus->class != CLASS_OP || (!above && !beside))
		return false;
	nucleus->limits = above ? LIMITS_ALWAYS : LIMITS_BESIDE;
	r->at += command_length(r->at, r->end);
	return true;
}

/* x' and x'', with the superscript that may follow. */
static short read_primes(reader *r)
{
	static const char primes[] = "′′′′";
	static const size_t bytes = sizeof "′" - 1;
	size_t n = 0;
	while (n < 4 && next_is(r, '\'')) {
		r->at++;
		n++;
	}
	short sign = new_text(r, primes, n * bytes, CLASS_ORD, FACE_UPRIGHT);
	node_of(r, sign)->prime = true;
	const char *from = r->at;
	if (!next_is(r, '^'))
		return sign;
	r->at++;
	short above = read_argument(r, r->face);
	if (!above)
		r->at = from;
	return above ? in_row(r, sign, above) : sign;
}

/* The scripts that follow the atom; a second one of a kind is left for the list. */
static short read_scripts(reader *r, short nucleus)
{
	short above = 0, below = 0;
	while (read_limits(r, node_of(r, nucleus)))
		continue;
	for (;;) {
		const char *from = r->at;
		skip_spaces(r);
		char c = r->at < r->end ? *r->at : '\0';
		short *script = c == '_' ? &below : c == '^' || c == '\'' ? &above : NULL;
		if (script && !*script && c == '\'') {
			*script = read_primes(r);
		} else if (script && !*script) {
			r->at++;
			*script = read_argument(r, r->face);
		}
		if (!script || !*script || r->at == from) {
			r->at = from;
			break;
		}
		if (above && below)
			break;
	}
	if (!above && !below)
		return nucleus;
	short i = new_node(r, KIND_SCRIPTS, node_of(r, nucleus)->class);
	math_node *s = node_of(r, i);
	s->limits = node_of(r, nucleus)->limits;
	s->body = nucleus;
	s->above = above;
	s->below = below;
	return i;
}

/* ^ and _ after nothing belong to an empty nucleus, unless they have no argument themselves. */
static short read_bare_script(reader *r)
{
	const char *from = r->at;
	short empty = new_node(r, KIND_LIST, CLASS_ORD);
	short i = read_scripts(r, empty);
	if (i != empty)
		return i;
	r->at = from + 1;
	return typed(r, from);
}

/* The second superscript of x^a^b is an error, which shows. */
static short read_second_script(reader *r)
{
	const char *from = r->at++;
	return typed(r, from);
}

static short read_list(reader *r)
{
	short list = new_node(r, KIND_LIST, CLASS_ORD), last = 0;
	for (;;) {
		skip_spaces(r);
		if (r->at >= r->end)
			return list;
		if (r->tree->count >= MATH_FULL) {
			if (!r->tree->rest)
				r->tree->rest = r->at;
			return list;
		}
		short i;
		if (!strchr("^_'", *r->at))
			i = read_scripts(r, read_atom(r, true));
		else if (node_of(r, last)->kind != KIND_SCRIPTS)
			i = read_bare_script(r);
		else
			i = read_second_script(r);
		if (!i)
			return list;
		if (last)
			node_of(r, last)->next = i;
		else
			node_of(r, list)->body = i;
		last = i;
	}
}

/* ---- commands; each is behind its name when called, which began at `from` ---- */

static short read_fraction(reader *r, const char *from, int style)
{
	short name = typed(r, from);
	short over = read_argument(r, r->face), under = over ? read_argument(r, r->face) : 0;
	if (!under)
		return over ? in_row(r, name, over) : name;
	math_node *f = node_of(r, name); /* the node of the name becomes the fraction */
	*f = (math_node){.kind = KIND_FRACTION, .class = CLASS_INNER, .above = over, .below = under};
	f->style_shift = (signed char)style;
	return name;
}

/* [n] after \sqrt. */
static short read_degree(reader *r)
{
	if (!next_is(r, '['))
		return 0;
	const char *close = memchr(r->at, ']', (size_t)(r->end - r->at));
	if (!close || r->depth >= MATH_DEEPEST)
		return 0;
	r->at++;
	short degree = read_part(r, close, r->face);
	r->at = close + 1;
	return degree;
}

static short read_root(reader *r, const char *from)
{
	short name = typed(r, from), degree = read_degree(r), body = read_argument(r, r->face);
	if (!body)
		return degree ? in_row(r, name, degree) : name;
	*node_of(r, name) = (math_node){.kind = KIND_ROOT, .class = CLASS_ORD, .body = body, .above = degree};
	return name;
}

static short read_accent(reader *r, const char *from, const math_command *c)
{
	short name = typed(r, from), body = read_argument(r, r->face);
	if (!body)
		return name;
	math_node *a = node_of(r, name);
	*a = (math_node){.kind = KIND_ACCENT, .class = CLASS_ORD, .body = body, .value = c->value};
	if (c->shown) {
		a->text = c->shown;
		a->n = (int)strlen(c->shown);
	}
	if (c->value == MARK_UNDERBRACE || c->value == MARK_OVERBRACE)
		a->limits = LIMITS_ALWAYS;
	return name;
}

static short read_face(reader *r, const char *from, math_face face)
{
	short body = read_argument(r, face);
	return body ? body : typed(r, from);
}

/* Words letter for letter, but for \_ and the like, which stand for the character behind the backslash. */
static short words_between(reader *r, const char *from, const char *end, math_class class, math_face face)
{
	short list = 0, last = 0;
	for (const char *p = from;; p++) {
		bool escape = p + 1 < end && *p == '\\' && strchr("_%&#${} ", p[1]);
		if (p < end && !escape)
			continue;
		bool room = r->tree->count < MATH_FULL;
		short part = new_text(r, from, (size_t)((room ? p : end) - from), class, face);
		if (p == end && !list)
			return part;
		if (!list) {
			list = new_node(r, KIND_LIST, class);
			node_of(r, list)->body = part;
		} else {
			node_of(r, last)->next = part;
		}
		node_of(r, part)->class = CLASS_ORD;
		if (p >= end || !room)
			return list;
		last = part;
		from = ++p; /* behind the backslash */
	}
}

/* The argument of \text and \operatorname. */
static short read_words(reader *r, const char *from, math_class class, math_face face)
{
	const char *close = next_is(r, '{') ? closing_brace(r->at, r->end) : NULL;
	if (!close) {
		r->at = from + command_length(from, r->end);
		return typed(r, from);
	}
	const char *words = r->at + 1;
	r->at = close + 1;
	return words_between(r, words, close, class, face);
}

static bool is_bracket(const math_command *c)
{
	return c->act == ACT_SYMBOL &&
	       (c->value == CLASS_OPEN || c->value == CLASS_CLOSE || !strcmp(c->shown, "|") || !strcmp(c->shown, "‖"));
}

/* The bracket of \left, \right and \big; "." stands for none. False when it is no bracket. */
static bool read_bracket(reader *r, const char **shown, int *n)
{
	static const char brackets[] = "()[]|<>⟨⟩⌈⌉⌊⌋‖";
	skip_spaces(r);
	const char *from = r->at;
	if (r->at >= r->end)
		return false;
	if (*from == '\\') {
		int length = command_length(from, r->end);
		const math_command *c = math_find(from + 1, length - 1);
		if (!c || !is_bracket(c))
			return false;
		*shown = c->shown;
		*n = (int)strlen(c->shown);
		r->at += length;
		return true;
	}
	uint32_t code = math_next(&r->at, r->end);
	const char *p = brackets, *end = brackets + sizeof brackets - 1;
	while (p < end) {
		const char *one = p;
		if (math_next(&p, end) == code) {
			*shown = code == '<' ? "⟨" : code == '>' ? "⟩" : one;
			*n = code == '<' || code == '>' ? (int)sizeof "⟨" - 1 : (int)(p - one);
			return true;
		}
	}
	*n = 0;
	if (code == '.')
		return true;
	r->at = from;
	return false;
}

static short new_bracket(reader *r, math_class class, const char *shown, int n, int height)
{
	short i = new_text(r, shown, (size_t)n, class, FACE_UPRIGHT);
	node_of(r, i)->kind = KIND_DELIMITER;
	node_of(r, i)->value = height;
	return i;
}

static short read_big(reader *r, const char *from, int height)
{
	char side = r->at[-1];
	const char *shown = "";
	int n;
	math_class class = side == 'l' ? CLASS_OPEN : side == 'r' ? CLASS_CLOSE : side == 'm' ? CLASS_REL : CLASS_ORD;
	const char *behind = r->at;
	if (read_bracket(r, &shown, &n))
		return new_bracket(r, class, shown, n, height);
	r->at = behind;
	return typed(r, from);
}

static short read_fence(reader *r, const char *from)
{
	const char *behind = r->at, *left = "", *right = "";
	int left_n, right_n;
	bool good = r->depth < MATH_DEEPEST && read_bracket(r, &left, &left_n);
	const char *inside = r->at, *end = good ? matching_right(r->at, r->end) : NULL;
	if (end) {
		r->at = end + command_length(end, r->end);
		good = read_bracket(r, &right, &right_n);
	}
	if (!end || !good) {
		r->at = behind;
		return typed(r, from);
	}
	const char *after = r->at;
	short fence = new_node(r, KIND_FENCE, CLASS_INNER);
	short l = new_bracket(r, CLASS_OPEN, left, left_n, 0), g = new_bracket(r, CLASS_CLOSE, right, right_n, 0);
	r->at = inside;
	short body = read_part(r, end, r->face);
	r->at = after;
	math_node *f = node_of(r, fence);
	f->body = body;
	f->above = l;
	f->below = g;
	return fence;
}

static short read_symbol(reader *r, const math_command *c)
{
	bool letter = c->act == ACT_LETTER && r->face != FACE_BOLD;
	math_face face = letter ? FACE_LETTER : r->face == FACE_BOLD ? FACE_BOLD : FACE_UPRIGHT;
	short i = new_text(r, c->shown, strlen(c->shown), CLASS_ORD, face);
	math_node *t = node_of(r, i);
	if (c->act == ACT_SYMBOL) {
		t->class = (math_class)c->value;
	} else if (!letter && c->act != ACT_LETTER) {
		t->class = CLASS_OP;
		t->limits = (math_limits)c->value;
		t->large = c->act == ACT_LARGE;
		t->face = FACE_UPRIGHT;
	}
	return i;
}

static short read_command(reader *r)
{
	const char *from = r->at;
	int n = command_length(from, r->end);
	const math_command *c = math_find(from + 1, n - 1);
	r->at += n;
	if (!c)
		return typed(r, from);
	switch (c->act) {
	case ACT_SYMBOL:
	case ACT_LETTER:
	case ACT_LARGE:
	case ACT_WORD:
		return read_symbol(r, c);
	case ACT_SPACE:
		return new_space(r, c->value);
	case ACT_ACCENT:
		return read_accent(r, from, c);
	case ACT_FACE:
		return read_face(r, from, (math_face)c->value);
	case ACT_TEXT:
		return read_words(r, from, CLASS_ORD, (math_face)c->value);
	case ACT_OPERATOR:
		return read_words(r, from, CLASS_OP, FACE_UPRIGHT);
	case ACT_FRACTION:
		return read_fraction(r, from, c->value);
	case ACT_ROOT:
		return read_root(r, from);
	case ACT_LEFT:
		return read_fence(r, from);
	case ACT_BIG:
		return read_big(r, from, c->value);
	}
	return typed(r, from);
}

/* ---- atoms ---- */

/* 12.5 in one piece. */
static short read_number(reader *r, bool runs)
{
	const char *from = r->at++;
	while (runs && r->at < r->end &&
	        (is_digit(*r->at) || (*r->at == '.' && r->at + 1 < r->end && is_digit(r->at[1]))))
		r->at++;
	return new_text(r, from, (size_t)(r->at - from), CLASS_ORD, r->face == FACE_LETTER ? FACE_UPRIGHT : r->face);
}

static short read_letter(reader *r, bool runs)
{
	const char *from = r->at++, *other = math_in_face(r->face, (uint32_t)(unsigned char)*from);
	if (other)
		return new_text(r, other, strlen(other), CLASS_ORD, FACE_UPRIGHT);
	bool words = r->face == FACE_UPRIGHT || r->face == FACE_MONO;
	while (words && runs && r->at < r->end && is_letter(*r->at))
		r->at++;
	bool plain = r->face == FACE_DOUBLE || r->face == FACE_SCRIPT;
	return new_text(r, from, (size_t)(r->at - from), CLASS_ORD, plain ? FACE_LETTER : r->face);
}

static short read_character(reader *r)
{
	const char *from = r->at;
	uint32_t code = math_next(&r->at, r->end);
	const math_command *c = math_typed(code);
	if (c)
		return read_symbol(r, c);
	math_class class = math_class_of(code);
	math_face face = r->face == FACE_BOLD ? FACE_BOLD : FACE_UPRIGHT;
	if (code == '-')
		return new_text(r, "−", sizeof "−" - 1, class, face);
	if (code == '*')
		return new_text(r, "∗", sizeof "∗" - 1, class, face);
	const char *other = math_in_face(r->face, code);
	if (other)
		return new_text(r, other, strlen(other), class, FACE_UPRIGHT);
	return new_text(r, from, (size_t)(r->at - from), class, face);
}

/* One atom without scripts; at least one byte is used up. `runs`: digits go together. */
static short read_atom(reader *r, bool runs)
{
	const char *from = r->at;
	char c = *from;
	if (c == '\\')
		return read_command(r);
	if (c == '{') {
		short group = read_group(r, r->face);
		if (group)
			return group;
	}
	if (strchr("{}^_&%$#", c)) {
		r->at++;
		return typed(r, from);
	}
	if (c == '~') {
		r->at++;
		return new_space(r, 6);
	}
	if (is_digit(c) && r->face != FACE_DOUBLE)
		return read_number(r, runs);
	return is_letter(c) ? read_letter(r, runs) : read_character(r);
}

void math_parse(math_tree *t, const char *text, size_t n)
{
	const char *end = text + n;
	t->count = 1;
	t->rest = NULL;
	t->node[0] = (math_node){.kind = KIND_LIST, .class = CLASS_SPACE};
	reader r = {t, text, n > MATH_LONGEST ? text + MATH_LONGEST : end, FACE_LETTER, 0};
	while (r.end < end && r.end > text && (*r.end & 0xC0) == 0x80)
		r.end--; /* not in the middle of a character */
	t->root = read_list(&r);
	const char *rest = t->rest ? t->rest : r.end;
	if (rest == end)
		return;
	/* Everything after the last part that found room. */
	r.at = end;
	short row = new_node(&r, KIND_LIST, CLASS_ORD);
	node_of(&r, row)->body = t->root;
	node_of(&r, t->root)->next = typed(&r, rest);
	t->root = row;
}
