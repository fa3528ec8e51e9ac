#include "plot/math_parts.h"

#include <math.h>
#include <string.h>

/* The styles of TeX and the size of letters in each. */
enum { DISPLAY, TEXT, SCRIPT, SCRIPT_SCRIPT };
static const float scale[] = {1, 1, 0.72F, 0.58F};

/* Lengths in em of the style, from the measures of DejaVu Sans; what they are for in Knuth 1986, appendix G. */
static const float X_HEIGHT = 0.547F, RULE = 0.065F;
static const float SUP_DISPLAY = 0.43F, SUP_TEXT = 0.4F, SUP_CRAMPED = 0.33F, SUP_DROP = 0.42F;
static const float SUB_ALONE = 0.17F, SUB_BELOW_SUP = 0.24F, SUB_DROP = 0.06F, SCRIPT_SPACE = 0.07F;
static const float NUMERATOR_DISPLAY = 0.7F, NUMERATOR_TEXT = 0.47F, DENOMINATOR_DISPLAY = 0.72F,
                   DENOMINATOR_TEXT = 0.4F;
static const float LARGE_DISPLAY = 1.5F, LARGE_TEXT = 1.1F;
static const float LIMIT_GAP = 0.14F, LIMIT_ABOVE = 0.2F, LIMIT_BELOW = 0.62F;
static const float BESIDE = 0.08F; /* on both sides of a fraction */

typedef struct style {
	int level;
	bool cramped; /* superscripts lie lower, as under a line */
} style;

static void lay(math_tree *t, short i, style s);

static math_node *at(math_tree *t, short i)
{
	return &t->node[i];
}

static style lower(style s, bool cramped)
{
	return (style){s.level < SCRIPT ? SCRIPT : SCRIPT_SCRIPT, s.cramped || cramped};
}

static style cramp(style s)
{
	s.cramped = true;
	return s;
}

/* ---- text ---- */

weight math_weight(const math_node *n)
{
	static const weight weights[] = {WEIGHT_SLANTED, WEIGHT_REGULAR, WEIGHT_BOLD, WEIGHT_MONO};
	return (unsigned)n->face <= FACE_MONO ? weights[n->face] : WEIGHT_REGULAR;
}

float math_pieces(const char *text, int n, weight w, math_piece *take, void *with)
{
	char piece[128];
	const char *end = text + n;
	float x = 0;
	while (text < end) {
		const char *next = text;
		while (next < end) {
			const char *one = next;
			math_next(&next, end);
			if (next - text >= (ptrdiff_t)sizeof piece) {
				next = one;
				break;
			}
		}
		memcpy(piece, text, (size_t)(next - text));
		piece[next - text] = '\0';
		if (take)
			take(with, piece, x);
		x += canvas_measure(piece, 1, w).width;
		text = next;
	}
	return x;
}

static void measure_text(math_node *n)
{
	const char *p = n->text, *first = p, *end = p + n->n;
	bool slanted = n->face == FACE_LETTER && n->n > 0;
	uint32_t last = 0;
	n->inset = slanted ? n->em * math_inset(math_next(&first, end)) : 0;
	n->w = n->inset + n->em * math_pieces(n->text, n->n, math_weight(n), NULL, NULL);
	n->a = n->d = n->up = 0;
	while (p < end) {
		float a, d;
		last = math_next(&p, end);
		math_heights(last, &a, &d);
		n->a = fmaxf(n->a, n->em * a);
		n->d = fmaxf(n->d, n->em * d);
	}
	n->lean = slanted ? n->em * math_overhang(last) : 0;
}

static void raise(math_node *n, float up)
{
	n->up = up;
	n->a += up;
	n->d -= up;
}

static void lay_text(math_node *n, style s)
{
	n->em = scale[s.level];
	if (n->large)
		n->em *= s.level == DISPLAY ? LARGE_DISPLAY : LARGE_TEXT;
	/* The sign ′ of the font stands as high as in a superscript already: it is drawn large and put back down. */
	if (n->prime)
		n->em /= scale[SCRIPT];
	measure_text(n);
	if (n->prime) {
		raise(n, -SUP_CRAMPED * n->em);
		n->d = 0;
	}
	if (n->large)
		raise(n, MATH_AXIS * scale[s.level] - (n->a - n->d) / 2);
}

/* A letter, be it in braces or under a hat, whose scripts stand as those of all letters do; or NULL. */
static const math_node *letter_in(math_tree *t, short i)
{
	const math_node *n = at(t, i);
	bool hat = n->kind == KIND_ACCENT && (n->value == MARK_NONE || n->value == MARK_BAR || n->value == MARK_ARROW);
	while ((hat || n->kind == KIND_LIST) && n->body && !at(t, n->body)->next) {
		n = at(t, n->body);
		hat = false;
	}
	return n->kind == KIND_TEXT && !n->large ? n : NULL;
}

/* ---- lists ---- */

/* Space between two classes: 1 thin, 2 medium, 3 thick; negative: not in scripts. (Knuth 1986, page 170) */
static const signed char between[8][8] = {
        /*            ord op bin rel open close punct inner */
        [CLASS_ORD] = {0, 1, -2, -3, 0, 0, 0, -1},
        [CLASS_OP] = {1, 1, 0, -3, 0, 0, 0, -1},
        [CLASS_BIN] = {-2, -2, 0, 0, -2, 0, 0, -2},
        [CLASS_REL] = {-3, -3, 0, 0, -3, 0, 0, -3},
        [CLASS_OPEN] = {0, 0, 0, 0, 0, 0, 0, 0},
        [CLASS_CLOSE] = {0, 1, -2, -3, 0, 0, 0, -1},
        [CLASS_PUNCT] = {-1, -1, 0, -1, -1, -1, -1, -1},
        [CLASS_INNER] = {-1, 1, -2, -3, -1, 0, 0, -1},
};

static float space(math_class left, math_class right, style s)
{
	/* Smaller than TeX's 3, 4 and 5 mu: the signs of DejaVu Sans bring room of their own. */
	static const float width[] = {0, 0.15F, 0.16F, 0.2F};
	int k = between[left][right];
	return k < 0 ? s.level < SCRIPT ? width[-k] * scale[s.level] : 0 : width[k] * scale[s.level];
}

static math_class next_class(math_tree *t, short i)
{
	for (i = at(t, i)->next; i; i = at(t, i)->next)
		if (at(t, i)->class != CLASS_SPACE)
			return at(t, i)->class;
	return CLASS_CLOSE;
}

/* A binary operation that lacks an operand, as the minus of −1, is ordinary. */
static math_class class_here(math_tree *t, short i, int before)
{
	math_class own = at(t, i)->class, after = own == CLASS_BIN ? next_class(t, i) : own;
	bool operand = before == CLASS_ORD || before == CLASS_CLOSE || before == CLASS_INNER;
	if (own != CLASS_BIN)
		return own;
	return operand && after != CLASS_REL && after != CLASS_CLOSE && after != CLASS_PUNCT ? CLASS_BIN : CLASS_ORD;
}

static void lay_list(math_tree *t, math_node *list, style s)
{
	int before = -1;
	float x = 0;
	list->em = scale[s.level];
	list->w = list->a = list->d = list->lean = 0;
	for (short i = list->body; i; i = at(t, i)->next) {
		math_node *n = at(t, i);
		lay(t, i, s);
		if (n->class != CLASS_SPACE) {
			math_class c = class_here(t, i, before);
			x += before < 0 ? 0 : space((math_class)before, c, s);
			before = (int)c;
		}
		n->x = x;
		n->y = 0;
		x += n->w + (n->next ? n->lean : 0);
		list->lean = n->lean;
		list->a = fmaxf(list->a, n->a);
		list->d = fmaxf(list->d, n->d);
	}
	list->w = x;
}

/* ---- fractions ---- */

static style part_of_fraction(style s, bool under)
{
	style part = s.level == DISPLAY ? (style){TEXT, s.cramped} : lower(s, false);
	return under ? cramp(part) : part;
}

static void lay_fraction(math_tree *t, math_node *f, style s)
{
	if (f->style_shift && s.level < SCRIPT)
		s.level = f->style_shift > 0 ? DISPLAY : TEXT;
	bool display = s.level == DISPLAY;
	float em = f->em = scale[s.level], axis = MATH_AXIS * em, half = RULE * em / 2;
	float gap = em * (display ? 0.14F : 0.09F) + half;
	math_node *over = at(t, f->above), *under = at(t, f->below);
	lay(t, f->above, part_of_fraction(s, false));
	lay(t, f->below, part_of_fraction(s, true));
	float up = fmaxf(axis + gap + over->d, em * (display ? NUMERATOR_DISPLAY : NUMERATOR_TEXT));
	float down = fmaxf(gap - axis + under->a, em * (display ? DENOMINATOR_DISPLAY : DENOMINATOR_TEXT));
	float over_w = over->w + over->lean, under_w = under->w + under->lean;
	float bar = fmaxf(over_w, under_w) + 0.08F * em;
	f->w = bar + 2 * BESIDE * em;
	over->x = (f->w - over_w) / 2;
	over->y = -up;
	under->x = (f->w - under_w) / 2;
	under->y = down;
	f->a = up + over->a;
	f->d = down + under->d;
	f->rule = 2 * half;
	f->gap = BESIDE * em; /* left of the bar, which lies on the axis */
}

/* ---- roots ---- */

static void lay_root(math_tree *t, math_node *r, style s)
{
	float em = r->em = scale[s.level];
	math_node *body = at(t, r->body), *degree = at(t, r->above);
	lay(t, r->body, cramp(s));
	r->rule = RULE * em;
	/* Low letters get the room of high ones, so that roots in a row are alike. */
	float top = fmaxf(body->a, 0.6F * em) + em * (s.level == DISPLAY ? 0.15F : 0.11F);
	r->a = top + r->rule;
	r->d = fmaxf(body->d, 0) + 0.07F * em;
	float height = r->a + r->d, wide = em * fminf(0.52F + 0.05F * (height / em - 1), 0.7F), before = 0;
	if (r->above) {
		lay(t, r->above, (style){SCRIPT_SCRIPT, true});
		before = fmaxf(0, degree->w - 0.24F * em);
		degree->x = before + 0.24F * em - degree->w;
		degree->y = r->d - fminf(0.62F * height, 0.75F * em) - degree->d;
		r->a = fmaxf(r->a, degree->a - degree->y);
	}
	r->gap = top + r->rule; /* the upper edge of the line over the baseline */
	r->sign = before + wide;
	body->x = r->sign + 0.06F * em;
	body->y = 0;
	r->w = body->x + body->w + body->lean + 0.06F * em;
}

/* ---- scripts ---- */

static void lay_limits(math_tree *t, math_node *n, style s)
{
	float em = n->em = scale[s.level];
	math_node *body = at(t, n->body), *over = at(t, n->above), *under = at(t, n->below);
	n->w = body->w;
	n->a = body->a;
	n->d = body->d;
	if (n->above) {
		lay(t, n->above, lower(s, false));
		over->y = -(body->a + fmaxf(LIMIT_GAP * em, LIMIT_ABOVE * em - over->d) + over->d);
		n->a = over->a - over->y;
		n->w = fmaxf(n->w, over->w);
	}
	if (n->below) {
		lay(t, n->below, lower(s, true));
		under->y = body->d + fmaxf(LIMIT_GAP * em + under->a, LIMIT_BELOW * em);
		n->d = under->y + under->d;
		n->w = fmaxf(n->w, under->w);
	}
	body->x = (n->w - body->w) / 2;
	body->y = 0;
	over->x = (n->w - over->w) / 2;
	under->x = (n->w - under->w) / 2;
}

/* How far up and down; u and v start from the nucleus when it is more than a letter. */
static void shift_scripts(math_tree *t, const math_node *n, style s, float *u, float *v)
{
	float em = scale[s.level], x = X_HEIGHT * em;
	const math_node *body = at(t, n->body), *sup = at(t, n->above), *sub = at(t, n->below);
	bool letter = letter_in(t, n->body) != NULL;
	float least = s.cramped ? SUP_CRAMPED : s.level == DISPLAY ? SUP_DISPLAY : SUP_TEXT;
	*u = letter ? 0 : body->a - SUP_DROP * em;
	*v = letter ? 0 : body->d + SUB_DROP * em;
	*u = fmaxf(fmaxf(*u, least * em), sup->d + x / 4);
	*v = fmaxf(*v, (n->above ? SUB_BELOW_SUP : SUB_ALONE) * em);
	if (!n->above) {
		*v = fmaxf(*v, sub->a - 0.8F * x);
		return;
	}
	if (!n->below)
		return;
	float gap = *u - sup->d - (sub->a - *v), room = 2.2F * RULE * em;
	if (gap >= room)
		return;
	*v += room - gap;
	float more = 0.75F * x - (*u - sup->d);
	if (more > 0) {
		more = fminf(more, room - gap);
		*u += more;
		*v -= more;
	}
}

static void lay_scripts(math_tree *t, math_node *n, style s)
{
	float u, v, em = n->em = scale[s.level];
	math_node *body = at(t, n->body), *sup = at(t, n->above), *sub = at(t, n->below);
	lay(t, n->body, s);
	if (n->limits == LIMITS_ALWAYS || (n->limits == LIMITS_DISPLAY && s.level == DISPLAY)) {
		lay_limits(t, n, s);
		return;
	}
	if (n->above)
		lay(t, n->above, lower(s, false));
	if (n->below)
		lay(t, n->below, lower(s, true));
	shift_scripts(t, n, s, &u, &v);
	body->x = body->y = n->lean = 0;
	n->w = body->w;
	n->a = body->a;
	n->d = body->d;
	if (n->above) {
		sup->x = body->w + body->lean + 0.03F * em;
		sup->y = -u;
		n->a = fmaxf(n->a, u + sup->a);
		n->d = fmaxf(n->d, sup->d - u);
		n->w = fmaxf(n->w, sup->x + sup->w + (SCRIPT_SPACE * em));
	}
	if (n->below) {
		sub->x = body->w + 0.01F * em;
		sub->y = v;
		n->d = fmaxf(n->d, v + sub->d);
		n->a = fmaxf(n->a, sub->a - v);
		n->w = fmaxf(n->w, sub->x + sub->w + SCRIPT_SPACE * em);
	}
}

/* ---- brackets ---- */

static bool is_text(const math_node *n, const char *what)
{
	return n->n == (int)strlen(what) && !memcmp(n->text, what, (size_t)n->n);
}

/* Its width when drawn `height` em high. */
static float bracket_width(const math_node *n, float height)
{
	float more = fminf(fmaxf(height - 0.9F, 0), 3);
	if (is_text(n, "|"))
		return 0.337F;
	if (is_text(n, "‖"))
		return 0.5F;
	if (is_text(n, "{") || is_text(n, "}"))
		return 0.56F + 0.03F * more;
	if (is_text(n, "(") || is_text(n, ")"))
		return 0.42F + 0.06F * more;
	return 0.4F + 0.04F * more;
}

/* As high as `half` over and under the axis; the letter itself when it is high enough. */
static void lay_bracket(math_node *n, float half, style s)
{
	float em = scale[s.level], axis = MATH_AXIS * em;
	n->em = em;
	measure_text(n);
	n->stretched = n->n > 0 && half > 0.5F * em;
	if (n->n == 0)
		n->w = 0.06F * em;
	if (!n->stretched)
		return;
	n->a = axis + half;
	n->d = half - axis;
	n->w = em * bracket_width(n, 2 * half / em);
}

static void lay_fence(math_tree *t, math_node *f, style s)
{
	math_node *body = at(t, f->body), *left = at(t, f->above), *right = at(t, f->below);
	f->em = scale[s.level];
	lay(t, f->body, s);
	float axis = MATH_AXIS * f->em, half = fmaxf(body->a - axis, body->d + axis);
	half = fmaxf(0.9F * half, half - 0.25F * f->em); /* the brackets may be a little lower than what they hold */
	lay_bracket(left, half, s);
	lay_bracket(right, half, s);
	body->x = left->w;
	right->x = left->w + body->w + body->lean;
	left->x = left->y = body->y = right->y = 0;
	f->w = right->x + right->w;
	f->a = fmaxf(body->a, fmaxf(left->a, right->a));
	f->d = fmaxf(body->d, fmaxf(left->d, right->d));
}

/* ---- accents ---- */

static void lay_accent(math_tree *t, math_node *n, style s)
{
	float em = n->em = scale[s.level];
	math_node *body = at(t, n->body);
	const math_node *letter = letter_in(t, n->body);
	lay(t, n->body, cramp(s));
	body->x = body->y = 0;
	n->w = body->w;
	n->a = body->a;
	n->d = body->d;
	n->lean = body->lean;
	n->rule = RULE * em;
	switch (n->value) {
	case MARK_NONE:
		/* Over the middle of the letter's top. */
		n->gap = letter && letter->face == FACE_LETTER ? 0.2F * body->a - 0.055F * em : 0;
		n->up = fmaxf(0, body->a - 0.56F * em);
		n->a = fmaxf(n->a, n->up + 0.8F * em);
		break;
	case MARK_BAR:
	case MARK_OVERLINE:
		n->gap = body->a + 0.1F * em; /* the lower edge over the baseline */
		n->a = n->gap + n->rule;
		break;
	case MARK_ARROW:
		n->gap = body->a + 0.16F * em; /* its middle */
		n->a = n->gap + 0.1F * em;
		break;
	case MARK_UNDERLINE:
		n->gap = -body->d - 0.1F * em - n->rule;
		n->d = -n->gap;
		break;
	case MARK_OVERBRACE:
		n->gap = body->a + 0.1F * em;
		n->a = n->gap + 0.32F * em;
		break;
	default:
		n->gap = -body->d - 0.1F * em;
		n->d = 0.32F * em - n->gap;
	}
}

/* ---- all ---- */

static void lay(math_tree *t, short i, style s)
{
	math_node *n = at(t, i);
	switch (n->kind) {
	case KIND_LIST:
		lay_list(t, n, s);
		break;
	case KIND_TEXT:
		lay_text(n, s);
		break;
	case KIND_SPACE:
		n->em = scale[s.level];
		n->w = n->em * (float)n->value / 18;
		break;
	case KIND_FRACTION:
		lay_fraction(t, n, s);
		break;
	case KIND_ROOT:
		lay_root(t, n, s);
		break;
	case KIND_SCRIPTS:
		lay_scripts(t, n, s);
		break;
	case KIND_FENCE:
		lay_fence(t, n, s);
		break;
	case KIND_DELIMITER:
		lay_bracket(n, (float)n->value * scale[s.level] / 20, s);
		break;
	case KIND_ACCENT:
		lay_accent(t, n, s);
		break;
	}
}

void math_layout(math_tree *t, math_style display)
{
	lay(t, t->root, (style){display == MATH_DISPLAY ? DISPLAY : TEXT, false});
}
