#include "plot/mathml.h"

#include "plot/math_parts.h"

#include <string.h>

typedef struct writer {
	buffer *out;
	const math_tree *tree;
	bool display;
} writer;

static void write_node(const writer *w, short i);

static const math_node *at(const writer *w, short i)
{
	return &w->tree->node[i];
}

static void put(const writer *w, const char *text)
{
	buffer_text(w->out, text);
}

static void put_escaped(const writer *w, const char *text, int n)
{
	char piece[MATH_LONGEST + 1];
	size_t size = n < 0 ? strlen(text) : (size_t)n;
	size = size < sizeof piece ? size : sizeof piece - 1;
	memcpy(piece, text, size);
	piece[size] = '\0';
	buffer_xml(w->out, piece);
}

static void element(const writer *w, const char *open, const char *text, int n, const char *close)
{
	put(w, open);
	put_escaped(w, text, n);
	put(w, close);
}

/* ---- text ---- */

/* Letters one by one, each a variable. */
static void write_letters(const writer *w, const math_node *n, const char *open)
{
	const char *p = n->text, *end = p + n->n;
	while (p < end) {
		const char *from = p;
		uint32_t code = math_next(&p, end);
		const char *shown = math_in_face(n->face, code);
		element(w, open, shown ? shown : from, shown ? -1 : (int)(p - from), "</mi>");
	}
}

static bool is_number(const math_node *n)
{
	for (int i = 0; i < n->n; i++)
		if (!strchr("0123456789.,", n->text[i]))
			return false;
	return n->n > 0;
}

static void write_text(const writer *w, const math_node *n)
{
	bool sign = n->class != CLASS_ORD && n->class != CLASS_INNER;
	bool word = n->face == FACE_UPRIGHT && n->class == CLASS_OP && !n->large;
	if (n->face == FACE_MONO)
		element(w, "<mtext mathvariant=\"monospace\">", n->text, n->n, "</mtext>");
	else if (n->prime || (sign && !word))
		element(w, "<mo>", n->text, n->n, "</mo>");
	else if (word)
		element(w, "<mi mathvariant=\"normal\">", n->text, n->n, "</mi>");
	else if (is_number(n))
		element(w, "<mn>", n->text, n->n, "</mn>");
	else if (n->face == FACE_UPRIGHT && n->n > 4)
		element(w, "<mtext>", n->text, n->n, "</mtext>");
	else if (n->face == FACE_UPRIGHT)
		element(w, "<mi mathvariant=\"normal\">", n->text, n->n, "</mi>");
	else if (n->face == FACE_BOLD)
		element(w, "<mi mathvariant=\"bold\">", n->text, n->n, "</mi>");
	else
		write_letters(w, n, "<mi>");
}

/* ---- structures ---- */

static void write_list(const writer *w, const math_node *n)
{
	put(w, "<mrow>");
	for (short i = n->body; i; i = at(w, i)->next)
		write_node(w, i);
	put(w, "</mrow>");
}

static void write_pair(const writer *w, const char *open, short a, short b, const char *close)
{
	put(w, open);
	write_node(w, a);
	write_node(w, b);
	put(w, close);
}

static void write_scripts(const writer *w, const math_node *n)
{
	bool over = n->limits == LIMITS_ALWAYS || (n->limits == LIMITS_DISPLAY && w->display);
	if (n->above && n->below) {
		put(w, over ? "<munderover>" : "<msubsup>");
		write_node(w, n->body);
		write_node(w, n->below);
		write_node(w, n->above);
		put(w, over ? "</munderover>" : "</msubsup>");
	} else if (n->below) {
		write_pair(w, over ? "<munder>" : "<msub>", n->body, n->below, over ? "</munder>" : "</msub>");
	} else {
		write_pair(w, over ? "<mover>" : "<msup>", n->body, n->above, over ? "</mover>" : "</msup>");
	}
}

static void write_fence(const writer *w, const math_node *n)
{
	put(w, "<mrow>");
	write_node(w, n->above);
	write_node(w, n->body);
	write_node(w, n->below);
	put(w, "</mrow>");
}

static void write_delimiter(const writer *w, const math_node *n)
{
	if (n->n == 0)
		return;
	if (n->value > 0) {
		put(w, "<mo stretchy=\"true\" minsize=\"");
		buffer_number(w->out, n->value / 10.0);
		element(w, "em\">", n->text, n->n, "</mo>");
	} else {
		element(w, "<mo fence=\"true\" stretchy=\"true\">", n->text, n->n, "</mo>");
	}
}

static void write_accent(const writer *w, const math_node *n)
{
	static const char *const marks[] = {"", "¯", "¯", "_", "⏞", "⏟", "→"};
	bool under = n->value == MARK_UNDERLINE || n->value == MARK_UNDERBRACE;
	put(w, under ? "<munder>" : "<mover accent=\"true\">");
	write_node(w, n->body);
	if (n->n > 0)
		element(w, "<mo>", n->text, n->n, "</mo>");
	else
		element(w, "<mo stretchy=\"true\">", marks[n->value], -1, "</mo>");
	put(w, under ? "</munder>" : "</mover>");
}

static void write_space(const writer *w, const math_node *n)
{
	put(w, "<mspace width=\"");
	buffer_number(w->out, n->value / 18.0);
	put(w, "em\"/>");
}

static void write_node(const writer *w, short i)
{
	const math_node *n = at(w, i);
	if (!i) {
		put(w, "<mrow></mrow>");
		return;
	}
	switch (n->kind) {
	case KIND_LIST:
		write_list(w, n);
		break;
	case KIND_TEXT:
		write_text(w, n);
		break;
	case KIND_SPACE:
		write_space(w, n);
		break;
	case KIND_FRACTION:
		write_pair(w, "<mfrac>", n->above, n->below, "</mfrac>");
		break;
	case KIND_ROOT:
		if (n->above) {
			write_pair(w, "<mroot>", n->body, n->above, "</mroot>");
		} else {
			put(w, "<msqrt>");
			write_node(w, n->body);
			put(w, "</msqrt>");
		}
		break;
	case KIND_SCRIPTS:
		write_scripts(w, n);
		break;
	case KIND_FENCE:
		write_fence(w, n);
		break;
	case KIND_DELIMITER:
		write_delimiter(w, n);
		break;
	case KIND_ACCENT:
		write_accent(w, n);
		break;
	}
}

void mathml_write(buffer *out, const char *text, math_style style)
{
	static math_tree tree;
	writer w = {out, &tree, style == MATH_DISPLAY};
	math_parse(&tree, text, strlen(text));
	put(&w, "<math xmlns=\"http://www.w3.org/1998/Math/MathML\"");
	put(&w, w.display ? " display=\"block\">" : ">");
	write_node(&w, tree.root);
	if (tree.rest)
		element(&w, "<mtext>", tree.rest, -1, "</mtext>");
	put(&w, "</math>");
}
