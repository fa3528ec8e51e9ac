/* The layout of lessons: golden traces at three widths, lines within the column, links, pages, hostile widths. */
#include "draw/canvas_null.h"
#include "draw/canvas_trace.h"
#include "golden.h"
#include "lesson/layout.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char source[] =
        "---\ntitle: All that a page can hold\nsummary: For the tests.\n---\n"
        "Before the *first* step.\n\n"
        "## The wall and the $\\lVert g \\rVert$ clip\n"
        "The gradient at the wall is **huge**: near the fold the norm jumps from $10^{-2}$ to $10^4$ within a *single* "
        "step, "
        "and the update throws `w` and `b` far away. See [raise the radius](unroll:set rho=1.2), [the first "
        "step](unroll:step "
        "1) or [a page](https://example.org).\n\n"
        "$$\\frac{\\partial h_t}{\\partial h_k} = \\prod_{i=k+1}^{t} W^\\top \\mathrm{diag}(\\sigma'(a_i))$$\n\n"
        "```unroll\nset task=adding T=20\npredict \"Where does it go?\"\n  * up\n  - down, and then some more words "
        "that need a "
        "second line in a narrow column\npredict number \"How far?\" from 0.1 to 1000 log is loss ± 10 %\n"
        "goal loss < 0.1 by 400\nhint \"Not on paper.\"\nrun 100\n```\n\n"
        "### Smaller\n\n"
        "- one\n- two with `code` in it\n  1. inner\n  2. list\n- three\n\n"
        "> Quoted words, so long that they need more than one line in a narrow column.\n\n"
        "| $w$ | $w^{999}$ | in words |\n|----:|:---------:|---|\n| 0.99 | 0.0000436 | next to nothing at all |\n| "
        "1.01 | "
        "20 752 | very many |\n\n"
        "    for (t = 0; t < T; t++)\n    \th = tanh(W * h + U * x[t] + b); /* a line that is wider than the column "
        "*/\n\n"
        "---\n\n"
        "Averyveryveryveryverylongwordwithoutanyplacetobreakitatallwhichmustbecutsomewhere ends here.\n\n"
        "![What is not there](nothing.png)\n";

static lesson *read_source(void)
{
	err e;
	lesson *l = lesson_parse("tests/page.md", source, sizeof source - 1, &e);
	assert_non_null(l);
	assert_int_equal(l->messages, 0);
	return l;
}

static layout *lay(const lesson *l, float width, const theme *t)
{
	err e;
	layout_options o = {.theme = t, .width = width, .title = true};
	layout *out = layout_step(l, 0, &o, &e);
	assert_non_null(out);
	return out;
}

static void test_golden(void **state)
{
	static const int widths[] = {280, 400, 720};
	(void)state;
	lesson *l = read_source();
	for (int i = 0; i < 3; i++) {
		char path[80];
		layout *p = lay(l, (float)widths[i], &themes[THEME_LIGHT]);
		trace *t = trace_new(&themes[THEME_LIGHT], (float)widths[i], p->height);
		layout_draw(p, trace_canvas(t), 0, 0, (rect){0, 0, (float)widths[i], p->height});
		snprintf(path, sizeof path, "tests/golden/lesson-%d.txt", widths[i]);
		assert_true(golden_same(path, trace_text(t, NULL)));
		trace_free(t);
		layout_free(p);
	}
	lesson_free(l);
}

/* Whatever the width and the theme, nothing leaves the column, and lines do not lie over each other. */
static void test_inside(void **state)
{
	(void)state;
	lesson *l = read_source();
	for (int t = 0; t < THEME_COUNT; t++)
		for (float w = 220; w < 900; w += 37) {
			layout *p = lay(l, w, &themes[t]);
			assert_true(p->excess <= 0.01F);
			assert_true(p->height > 100);
			float baseline = 0, right = 0;
			for (int i = 0; i < p->n; i++) {
				const layout_item *k = &p->item[i];
				assert_true(k->area.x >= 0 && k->area.y >= -4); /* ascents reach above letters */
				assert_true(k->area.y + k->area.h <= p->height + 1);
				if (k->kind != LAYOUT_TEXT)
					continue;
				if (k->baseline == baseline) /* side by side */
					assert_true(k->area.x >= right - 0.5F);
				baseline = k->baseline;
				right = k->area.x + k->area.w;
			}
			layout_free(p);
		}
	lesson_free(l);
}

static void test_links(void **state)
{
	(void)state;
	lesson *l = read_source();
	layout *p = lay(l, 400, &themes[THEME_LIGHT]);
	int kinds[LINK_RUN + 1] = {0};
	for (int i = 0; i < p->n; i++) {
		const layout_item *k = &p->item[i];
		if (!k->link)
			continue;
		assert_ptr_equal(layout_link_at(p, k->area.x + k->area.w / 2, k->area.y + k->area.h / 2), k);
		kinds[k->link->link]++;
	}
	assert_true(kinds[LINK_SET] >= 1 && kinds[LINK_STEP] >= 1 && kinds[LINK_WEB] >= 1);
	assert_null(layout_link_at(p, 1, 1));
	layout_free(p);
	lesson_free(l);
}

static void one_slot(void *data, layout_pen *p, int act)
{
	int *asked = data;
	asked[act]++;
	assert_true(layout_room(p, 0) > 100);
	if (act != 0)
		return;
	layout_card(p, INK_ACCENT);
	float top = layout_here(p);
	layout_words(p, "Is $w^n$ in `code`, or a word?", 10, 1, WEIGHT_REGULAR, INK_TEXT);
	layout_slot_since(p, act, 7, top);
	layout_slot(p, act, 8, 0, 120);
	layout_card_end(p);
}

static void test_slots(void **state)
{
	(void)state;
	err e;
	int asked[LESSON_ACTS] = {0}, slots = 0, formulas = 0;
	lesson *l = read_source();
	layout_options o = {.theme = &themes[THEME_DARK], .width = 380, .act = one_slot, .data = asked};
	layout *p = layout_step(l, 0, &o, &e);
	assert_non_null(p);
	for (int i = 0; i < p->n; i++) {
		const layout_item *k = &p->item[i];
		formulas += k->kind == LAYOUT_MATH && strcmp(k->text, "w^n") == 0;
		if (k->kind != LAYOUT_SLOT)
			continue;
		slots++;
		assert_int_equal(k->act, 0);
		assert_true(k->part == 8 ? k->area.h == 120 : k->part == 7 && k->area.h > 14);
	}
	assert_int_equal(slots, 2);
	assert_int_equal(formulas, 1);
	for (int a = 0; a < l->step[0].acts; a++)
		assert_int_equal(asked[a], 1);
	layout_free(p);
	lesson_free(l);
}

/* Formulas that are too wide go on in a new line where wide spaces part them, and nowhere else. */
static void test_wide_formulas(void **state)
{
	static const struct {
		const char *tex;
		int lines;
	} cases[] = {{"a = b \\qquad c = d", 1},
	        {"v \\leftarrow \\mu v - \\varepsilon \\nabla E(\\theta), \\quad \\theta \\leftarrow \\theta + v "
	         "\\qquad\\text{and}\\qquad v \\leftarrow \\mu v - \\varepsilon \\nabla E(\\theta + \\mu v)",
	                2},
	        {"\\left( aaaaaaaaaaaaa \\quad bbbbbbbbbbbbbbbb \\quad ccccccccccccc \\right)", 1},
	        {"\\frac{aaaaaaaaaaaaa \\quad bbbbbbbbbbbbbbbb \\quad ccccccccccccc}{d} \\{", 1}};
	(void)state;
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		char text[600];
		err e;
		snprintf(text, sizeof text, "---\ntitle: t\nsummary: s\n---\n## One\n\n$$%s$$\n", cases[c].tex);
		lesson *l = lesson_parse("t.md", text, strlen(text), &e);
		assert_non_null(l);
		layout *p = lay(l, 320, &themes[THEME_LIGHT]);
		int lines = 0;
		for (int i = 0; i < p->n; i++)
			lines += p->item[i].kind == LAYOUT_MATH;
		assert_int_equal(lines, cases[c].lines);
		assert_true(p->excess <= 0.01F);
		layout_free(p);
		lesson_free(l);
	}
}

static void test_pages(void **state)
{
	(void)state;
	lesson *l = read_source();
	layout *p = lay(l, 300, &themes[THEME_PRINT]);
	int pages = 0;
	for (float top = 0; top < p->height - 0.01F; pages++) {
		float end = layout_page_end(p, top, 200);
		assert_true(end > top && end <= top + 200.01F);
		for (int i = 0; i < p->n; i++) {
			const layout_item *k = &p->item[i];
			bool across = k->area.y < end - 0.1F && k->area.y + k->area.h > end + 0.1F;
			assert_false(across && k->kind != LAYOUT_BOX);
		}
		top = end;
	}
	assert_true(pages >= 4);
	layout_free(p);
	lesson_free(l);
}

static void test_intro(void **state)
{
	(void)state;
	err e;
	lesson *l = read_source();
	layout_options o = {.theme = &themes[THEME_LIGHT], .width = 380, .title = true};
	layout *p = layout_intro(l, &o, &e);
	assert_non_null(p);
	assert_true(p->n >= 3);
	assert_string_equal(p->item[0].text, "All that a page can hold");
	layout_free(p);
	lesson_free(l);
}

/* Powers of ten as readers know them; names and whole numbers stay. */
static void test_readable(void **state)
{
	static const char *const rows[][2] = {{"loss < 1e-3", "loss < 10⁻³"}, {"output > 1e6", "output > 10⁶"},
	        {"x in [2.5e-7, 1E+2]", "x in [2.5·10⁻⁷, 10²]"}, {"a1e5 = 12 and 1e = 3", "a1e5 = 12 and 1e = 3"}};
	char buf[80];
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(layout_readable(rows[i][0], buf, sizeof buf), rows[i][1]);
	char small[50];
	assert_true(strlen(layout_readable("loss < 1e-3 and loss > 1e-4 and output > 1e-5 or rho = 1", small,
	                    sizeof small)) < sizeof small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_readable),
	        cmocka_unit_test(test_golden),
	        cmocka_unit_test(test_inside),
	        cmocka_unit_test(test_links),
	        cmocka_unit_test(test_slots),
	        cmocka_unit_test(test_wide_formulas),
	        cmocka_unit_test(test_pages),
	        cmocka_unit_test(test_intro),
	};
	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
