/* Lessons: the tree that Markdown becomes, what the lines that act do, messages with their lines, hostile files. */
#include "lesson/lesson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#define FRONT "---\ntitle: A\nsummary: B\n---\n"                /* 4 lines */
#define ACTS(lines) FRONT "## One\n\n```unroll\n" lines "```\n" /* the first of the lines is line 8 */

static lesson *parse(const char *text)
{
	err e;
	lesson *l = lesson_parse("lessons/07-test.md", text, strlen(text), &e);
	if (!l)
		fail_msg("%s", e.text);
	return l;
}

/* No message, or the test ends with the first. */
static lesson *parse_well(const char *text)
{
	lesson *l = parse(text);
	if (l->messages)
		fail_msg("line %d: %s", l->message[0].line, l->message[0].text);
	return l;
}

/* ---- a tree as text ---- */

typedef struct page {
	char text[8192];
} page;

static void put(page *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(page *p, const char *fmt, ...)
{
	size_t n = strlen(p->text);
	va_list args;
	va_start(args, fmt);
	vsnprintf(p->text + n, sizeof p->text - n, fmt, args);
	va_end(args);
}

static void put_runs(page *p, const doc_run *r)
{
	static const char *const kinds[] = {"", "code:", "math:", "image:", "break"};
	for (; r; r = r->next) {
		put(p, "[%s%s%s%s%s", r->bold ? "b:" : "", r->italic ? "i:" : "", r->display ? "display-" : "",
		        kinds[r->kind], r->text);
		if (r->source)
			put(p, " <%s>", r->source);
		if (r->link == LINK_WEB || r->link == LINK_SET)
			put(p, " →%s", r->target);
		if (r->link == LINK_STEP || r->link == LINK_RUN)
			put(p, " →%s %ld", r->link == LINK_STEP ? "step" : "run", r->number);
		put(p, "]");
	}
}

static void put_blocks(page *p, const doc_block *b, int depth)
{
	static const char *const kinds[] = {"paragraph", "heading", "list", "item", "table", "row", "cell", "image",
	        "formula", "code", "quote", "rule", "actions"};
	for (; b; b = b->next) {
		put(p, "%*s%d %s", 2 * depth, "", b->line, kinds[b->kind]);
		if (b->kind == DOC_HEADING)
			put(p, " %d", b->level);
		if (b->kind == DOC_LIST && b->ordered)
			put(p, " from %d", b->number);
		if (b->kind == DOC_CELL && b->align == DOC_RIGHT)
			put(p, " right");
		if (b->header)
			put(p, " header");
		if (b->kind == DOC_CODE)
			put(p, " %s{%s}", b->language, b->text);
		if (b->kind == DOC_ACTIONS)
			put(p, " %d+%d", b->first_act, b->acts);
		put(p, " ");
		put_runs(p, b->run);
		put(p, "\n");
		put_blocks(p, b->first, depth + 1);
	}
}

static void expect_tree(const char *body, const char *tree)
{
	static page p;
	char text[4096];
	snprintf(text, sizeof text, FRONT "## S\n%s", body); /* the body begins on line 6 */
	lesson *l = parse_well(text);
	p.text[0] = '\0';
	put_blocks(&p, l->step[0].blocks, 0);
	assert_string_equal(p.text, tree);
	lesson_free(l);
}

static void markdown_becomes_a_tree(void **unused)
{
	(void)unused;
	expect_tree("Plain *it* and **bo `x*y` ld**,\nnext &lt;line&gt;.\n",
	        "6 paragraph [Plain ][i:it][ and ][b:bo ][b:code:x*y][b: ld][, next <line>.]\n");
	expect_tree("With $a_1 < b$ inside.\n\n$$\\frac{a}{b}$$\n",
	        "6 paragraph [With ][math:a_1 < b][ inside.]\n8 formula [display-math:\\frac{a}{b}]\n");
	expect_tree("- one\n- two\n  - deeper\n\n3. three\n",
	        "6 list \n  6 item \n    6 paragraph [one]\n  7 item \n    7 paragraph [two]\n    8 list \n      8 "
	        "item \n"
	        "        8 paragraph [deeper]\n10 list from 3 \n  10 item \n    10 paragraph [three]\n");
	expect_tree("- loose\n\n- list\n",
	        "6 list \n  6 item \n    6 paragraph [loose]\n  8 item \n    8 paragraph [list]\n");
	expect_tree("| a | b |\n|---|--:|\n| 1 | $x$ |\n", "6 table \n  6 row header \n    6 cell header [a]\n    6 "
	                                                   "cell right header [b]\n  8 row \n    8 cell [1]\n"
	                                                   "    8 cell right [math:x]\n");
	expect_tree("> quoted\n\n### Deeper\n", "6 quote \n  6 paragraph [quoted]\n8 heading 3 [Deeper]\n");
	expect_tree("![a wall](wall.png)\n", "6 image [image:a wall <wall.png>]\n");
	expect_tree("```c\nint x;\n\n  y\n```\n", "7 code c{int x;\n\n  y\n} \n");
	expect_tree("one  \ntwo <!-- not this --> three\n", "6 paragraph [one][break][two  three]\n");
	expect_tree("<!-- a comment\n<b>of lines</b> -->\n\ntext\n", "9 paragraph [text]\n");
	expect_tree("[w](http://x.y) [up](unroll:set rho=1.2 clip=norm) [b](unroll:step 1) [g](<unroll:run 20>)\n",
	        "6 paragraph [w →http://x.y][ ][up →rho=1.2 clip=norm][ ][b →step 1][ ][g →run 20]\n");
	expect_tree("`](unroll:set a b)` stays\n", "6 paragraph [code:](unroll:set a b)][ stays]\n");
}

static void front_matter_is_strict(void **unused)
{
	(void)unused;
	lesson *l = parse_well(
	        "---\ntitle: \"The wall: and more\"\nsummary: One step.\n# a comment\nminutes: 10\nneeds: one-weight, "
	        "unrolling\n---\n\nIntro.\n\n## First *step*\n");
	assert_string_equal(l->title, "The wall: and more");
	assert_string_equal(l->summary, "One step.");
	assert_string_equal(l->name, "test");
	assert_int_equal(l->minutes, 10);
	assert_int_equal(l->needs, 2);
	assert_string_equal(l->need[1], "unrolling");
	assert_string_equal(l->intro->run->text, "Intro.");
	assert_int_equal(l->steps, 1);
	assert_string_equal(l->step[0].title, "First step");
	assert_true(l->step[0].styled->next->italic);
	assert_int_equal(l->step[0].line, 11);
	assert_null(l->picture);
	lesson_free(l);
	l = parse_well("---\ntitle: t\nsummary: s\npicture: unroll/1 T=20 views=loss @5\n---\n\n## First\n");
	assert_string_equal(l->picture, "unroll/1 T=20 views=loss @5");
	lesson_free(l);
}

static const char all_acts[] =
        FRONT "## One\n\n"
              "```unroll\n"
              "# knobs of task=power\n"
              "set task=fixed_point w=6.5 b=-2.9 lr=0.5 precision=f64\n"
              "arm \"no clip\"  clip=none\n"
              "arm \"clip 0.1\" clip=norm clip_at=0.1\n"
              "views loss temporal\n"
              "controls lr clip_at\n"
              "lock start\n"
              "hide seed\n"
              "predict \"Where?\"\n"
              "  * far away\n"
              "  - in the valley\n"
              "  - it stops\n"
              "predict number \"How far?\" from 0.01 to 100 log is max_step for \"no clip\" ± 20 %\n"
              "run until max_step > 1 for \"no clip\" or update = 300 by 2000\n"
              "goal master \"clip 0.1\" loss < 0.001 by 1000\n"
              "hint \"patience\"\n"
              "solution lr=0.4\n"
              "expect majority of 3 seeds \"no clip\" max_step > 1\n"
              "note \"wait for it\"\n"
              "spotlight clip_at\n"
              "predict curve \"Draw it\" view temporal\n"
              "```\n"
              "## Two\n\n```unroll\nkeep\nset lr=0.1\nrun 10\n```\n"
              "## Three\n\nonly text\n\n"
              "## Four\n\n```unroll\nset T=20\nrun 5\n```\n"
              "## Five\n\n```unroll\nfresh\nset w=1\nrun 5\n```\n";

static void lines_act(void **unused)
{
	(void)unused;
	lesson *l = parse_well(all_acts);
	const lesson_step *s = &l->step[0];
	assert_true(s->arms == 2 && s->views == 2 && s->view[1] == view_find("temporal") && !s->keep);
	assert_string_equal(s->arm[1].name, "clip 0.1");
	assert_true(s->arm[0].c.v[KNOB_w] == 6.5 && s->arm[1].c.v[KNOB_clip_at] == 0.1);
	assert_string_equal(config_choice(&s->arm[0].c, KNOB_clip), "none");
	assert_true(lesson_shows(s, KNOB_lr) == CONTROL_SHOWN && lesson_shows(s, KNOB_rho) == CONTROL_LOCKED);
	assert_true(lesson_shows(s, KNOB_seed) == CONTROL_HIDDEN && lesson_shows(s, KNOB_cell) == CONTROL_HIDDEN);
	static const act_kind kinds[] = {ACT_PREDICT, ACT_PREDICT_NUMBER, ACT_RUN, ACT_GOAL, ACT_HINT, ACT_EXPECT,
	        ACT_NOTE, ACT_SPOTLIGHT, ACT_PREDICT_CURVE};
	assert_int_equal(s->acts, sizeof kinds / sizeof *kinds);
	for (int i = 0; i < s->acts; i++)
		assert_int_equal(s->act[i].kind, kinds[i]);
	const lesson_act *a = s->act;
	assert_true(a[0].options == 3 && a[0].right[0] && !a[0].right[2] && a[0].line == 16);
	assert_string_equal(a[0].option[1], "in the valley");
	assert_true(a[1].log && a[1].percent && a[1].tolerance == 20 && a[1].to == 100 && a[1].goal->op[0].arm == 0);
	assert_true(a[2].goal && a[2].updates == 2000);
	assert_true(a[3].level == LEVEL_MASTER && a[3].arm == 1 && a[3].updates == 1000);
	assert_string_equal(a[3].solution, "lr=0.4");
	assert_string_equal(a[3].text, "\"clip 0.1\" loss < 0.001 by 1000");
	assert_true(a[5].seeds == 3 && a[5].majority && a[5].arm == 0);
	assert_string_equal(a[7].text, "clip_at");
	assert_true(s->blocks->kind == DOC_ACTIONS && s->blocks->acts == 9);
	lesson_free(l);
}

static void steps_inherit(void **unused)
{
	(void)unused;
	lesson *l = parse_well(all_acts);
	const lesson_step *s = l->step;
	assert_int_equal(l->steps, 5);
	assert_true(s[1].keep && s[1].arms == 2 && s[1].arm[0].c.v[KNOB_lr] == 0.1 && s[1].arm[1].c.v[KNOB_lr] == 0.1);
	assert_true(s[1].arm[1].c.v[KNOB_clip_at] == 0.1 && s[1].views == 2 &&
	            lesson_shows(&s[1], KNOB_seed) == CONTROL_HIDDEN);
	assert_true(s[2].keep && s[2].acts == 0);
	assert_true(!s[3].keep && s[3].arms == 2 && s[3].arm[1].c.v[KNOB_T] == 20);
	assert_true(!s[4].keep && s[4].arms == 1 && !*s[4].arm[0].name && s[4].arm[0].c.v[KNOB_T] == 50);
	assert_true(s[4].views == 0 && !s[4].choosy && s[4].arm[0].c.v[KNOB_lr] == 0.01);
	lesson_free(l);
}

/* ---- mistakes ---- */

typedef struct mistake {
	const char *text;
	int line;
	const char *message;
} mistake;

static void expect_message(const mistake *m)
{
	lesson *l = parse(m->text);
	for (int i = 0; i < l->messages; i++)
		if (l->message[i].line == m->line && strstr(l->message[i].text, m->message)) {
			lesson_free(l);
			return;
		}
	fail_msg("no '%s' in line %d, but %d messages, the first in line %d: %s", m->message, m->line, l->messages,
	        l->messages ? l->message[0].line : 0, l->messages ? l->message[0].text : "");
}

static void mistakes_have_their_line(void **unused)
{
	(void)unused;
	static const mistake cases[] = {{"## A\n", 1, "no title"}, {"---\ntitle: a\n", 1, "not closed"},
	        {"---\ntitel: a\n---\n", 2, "did you mean 'title'"},
	        {"---\nauthor: a\n---\n", 2, "allowed: title, summary"},
	        {"---\ntitle: a\ntitle: b\n---\n", 3, "second time"}, {"---\nminutes: long\n---\n", 2, "1 to 600"},
	        {"---\nnonsense\n---\n", 2, "no `key: value`"}, {FRONT "text\n", 6, "no step"},
	        {FRONT "##\n\ntext\n", 5, "without a title"},
	        {FRONT "```unroll\nset T=3\n```\n## A\n", 5, "before the first step"},
	        {FRONT "## A\n- x\n\n  ```unroll\n  set T=3\n  ```\n", 8, "inside a list"},
	        {FRONT "## A\n[x](unroll:st 3)\n", 6, "did you mean 'set'"},
	        {FRONT "## A\n[x](unroll:step 2)\n", 6, "allowed: 1 to 1"},
	        {FRONT "## A\nab\n[x](unroll:set rh=2)\n", 7, "did you mean 'rho'"},
	        {FRONT "## A\n[x](unroll:run x)\n", 6, "10000000"}, {FRONT "## A\n<b>x</b>\n", 6, "HTML is not shown"},
	        {ACTS("sett T=3\n"), 8, "did you mean 'set'"}, {ACTS("frobnicate\n"), 8, "allowed: set, fresh"},
	        {ACTS("\n\nset T=0\n"), 10, "T=0"}, {ACTS("set rh=1\n"), 8, "did you mean 'rho'"},
	        {ACTS("set\n"), 8, "set: nothing"}, {ACTS("run 5\nset T=3\n"), 9, "set behind run"},
	        {ACTS("keep\n"), 8, "in the first step"}, {ACTS("set T=3\nfresh\n"), 9, "fresh behind"},
	        {ACTS("arm x\n"), 8, "arm: no text"}, {ACTS("arm \"a\"\narm \"a\"\n"), 9, "second time"},
	        {ACTS("arm \"a\"\narm \"b\"\narm \"c\"\narm \"d\"\narm \"e\"\n"), 12, "more than 4"},
	        {ACTS("arm \"a\" lr=x\n"), 8, "lr=x"}, {ACTS("arm \"a\" cell=gru peephole=1\n"), 8, "peephole"},
	        {ACTS("views temporl\n"), 8, "did you mean 'temporal'"}, {ACTS("views\n"), 8, "views: none"},
	        {ACTS("controls momentun\n"), 8, "did you mean 'momentum'"}, {ACTS("lock\n"), 8, "lock: nothing"},
	        {ACTS("spotlight clip_ad\n"), 8, "did you mean 'clip_at'"}, {ACTS("spotlight\n"), 8, "on what"},
	        {ACTS("predict Where\n"), 8, "no text"}, {ACTS("predict \"Where?\"\n* a\n"), 8, "1 right and 0 wrong"},
	        {ACTS("* a\n"), 8, "without a question"},
	        {ACTS("predict number \"a\" from 1 to 2 is 1.5\n"), 8, "no tolerance"},
	        {ACTS("predict number \"a\" from 2 to 1 is 1.5 ± 1\n"), 8, "rising"},
	        {ACTS("predict number \"a\" from 0 to 1 log is 1 ± 1\n"), 8, "above 0"},
	        {ACTS("predict number \"a\" from 0 to 1 is los ± 1\n"), 8, "did you mean 'loss'"},
	        {ACTS("predict number \"a\" to 1 is 1 ± 1\n"), 8, "from A to B"},
	        {ACTS("predict curve \"a\" view x\n"), 8, "unknown view"}, {ACTS("run\n"), 8, "run N"},
	        {ACTS("run 1.5\n"), 8, "run N"},
	        {ACTS("run until los < 1\n"), 8, "goal: column 11: unknown metric 'los'"},
	        {ACTS("  run until loss < x\n"), 8, "column 20: unknown metric 'x'"},
	        {ACTS("goal loss < 1 by never\n"), 8, "by 'never'"},
	        {ACTS("arm \"aaaa\"\ngoal \"aaab\" loss < 1\n"), 9, "did you mean \"aaaa\""},
	        {ACTS("expect most of 3 seeds loss < 1\n"), 8, "unknown metric 'most'"},
	        {ACTS("expect majority of 1 seeds loss < 1\n"), 8, "2 to 20"},
	        {ACTS("solution lr=1\n"), 8, "below a goal"},
	        {ACTS("goal loss < 1\nsolution hiden=1\n"), 9, "did you mean 'hidden'"},
	        {ACTS("hint x\n"), 8, "no text"}, {ACTS("hint \"x\" y\n"), 8, "'y' is too much"},
	        {ACTS("run 5\n") "## Two\n```unroll\nkeep\nset T=3\n```\n", 13, "begins the run anew"},
	        {ACTS("run 5\n") "## Two\n```unroll\nkeep\narm \"x\"\n```\n", 13, "arm beside keep"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_message(&cases[i]);
}

static void twenty_mistakes_are_twenty_messages(void **unused)
{
	(void)unused;
	char text[4096] = FRONT;
	for (int i = 0; i < 20; i++)
		strcat(text, "## S\n\n```unroll\nset lr=0.3\nset nonsense=1\nrun 7\n```\n");
	strcat(text, "## Good\n\n```unroll\nset lr=0.2\nrun 3\n```\n");
	lesson *l = parse(text);
	assert_int_equal(l->messages, 20);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(l->message[i].line, 4 + 7 * i + 5);
		assert_true(l->step[i].mistakes == 1 && l->step[i].acts == 1 && l->step[i].arm[0].c.v[KNOB_lr] == 0.3);
	}
	assert_true(l->steps == 21 && l->step[20].mistakes == 0 && l->step[20].act[0].updates == 3);
	lesson_free(l);
}

/* ---- bounds ---- */

static lesson *parse_many(const char *head, const char *part, int n)
{
	size_t size = strlen(head) + strlen(part) * (size_t)n;
	char *text = malloc(size + 1);
	strcpy(text, head);
	char *p = text + strlen(head);
	for (int i = 0; i < n; i++, p += strlen(part))
		strcpy(p, part);
	err e;
	lesson *l = lesson_parse("x.md", text, size, &e);
	free(text);
	return l;
}

static void too_much_is_said_and_left_out(void **unused)
{
	(void)unused;
	static const struct {
		const char *head, *part;
		int n;
		const char *message;
	} cases[] = {{FRONT, "## S\n", 200, "more than 64 steps"}, {FRONT "## S\n", "> ", 3000, "nested more than 32"},
	        {FRONT "## S\n```unroll\n", "run 1\n", 300, "more than 256 lines"},
	        {FRONT "## S\n```unroll\n", "hint \"a\"\n", 60, "more than 48 acts"},
	        {FRONT "## S\n", "*a*b", 60000, NULL}, {FRONT "## S\n|a|\n|-|\n", "|a|\n", 50000, NULL},
	        {FRONT "## S\n```unroll\nset data=", "x", 5000, "longer than"}, {FRONT "## S\n", "[", 100000, NULL},
	        {FRONT "## S\n", "](unroll:", 20000, NULL}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		lesson *l = parse_many(cases[i].head, cases[i].part, cases[i].n);
		assert_non_null(l);
		bool said = cases[i].message == NULL;
		for (int k = 0; k < l->messages && !said; k++)
			said = strstr(l->message[k].text, cases[i].message) != NULL;
		if (!said)
			fail_msg("nothing says '%s'", cases[i].message);
		lesson_free(l);
	}
	lesson *l = parse_many(FRONT "## S\n```unroll\n", "what\n", 250);
	assert_true(l->messages == LESSON_MESSAGES && l->more == 250 - LESSON_MESSAGES);
	lesson_free(l);
}

static void what_is_no_text_is_refused(void **unused)
{
	(void)unused;
	err e;
	assert_null(lesson_parse("a.md", "## A\n\0\n", 7, &e));
	assert_string_equal(e.text, "a.md: line 2: a NUL byte; allowed: UTF-8 text");
	assert_null(lesson_parse("a.md", "\n\n\xFF\n", 4, &e));
	assert_non_null(strstr(e.text, "line 3: not UTF-8"));
	assert_null(parse_many("", "x", LESSON_SIZE + 1));
	assert_null(lesson_read("/nonexistent.md", &e));
	lesson *l = parse("\xEF\xBB\xBF" FRONT "## A\r\n\r\n```unroll\r\nset T=30\r\nrun 3\r\n```\r\n");
	assert_true(l->messages == 0 && l->step[0].arm[0].c.v[KNOB_T] == 30);
	lesson_free(l);
}

/* Parts of good lessons in any order, with bytes changed: whatever comes out can be walked through and freed. */
static void damaged_files_are_survived(void **unused)
{
	(void)unused;
	rng r = rng_make(1, RNG_TEST, 0);
	static page p;
	size_t n = strlen(all_acts);
	for (int i = 0; i < 3000; i++) {
		char text[sizeof all_acts];
		memcpy(text, all_acts, n + 1);
		for (int k = 0; k < 6; k++) {
			size_t from = rng_below(&r, (uint32_t)n), to = rng_below(&r, (uint32_t)n),
			       size = rng_below(&r, 40);
			if (from + size < n && to + size < n)
				memmove(text + to, text + from, size);
			text[rng_below(&r, (uint32_t)n)] = (char)(1 + rng_below(&r, 126));
		}
		err e;
		lesson *l = lesson_parse("x.md", text, n, &e);
		if (!l)
			continue;
		p.text[0] = '\0';
		put_blocks(&p, l->intro, 0);
		for (int s = 0; s < l->steps; s++)
			put_blocks(&p, l->step[s].blocks, 0);
		lesson_free(l);
	}
}

static void settings_are_all_or_nothing(void **unused)
{
	(void)unused;
	config c;
	err e;
	config_default(&c);
	assert_true(lesson_apply(&c, "  lr=0.5   data=\"my file.csv\" ", &e));
	assert_true(c.v[KNOB_lr] == 0.5);
	assert_string_equal(c.data, "my file.csv");
	assert_false(lesson_apply(&c, "lr=0.1 rho=x", &e));
	assert_true(c.v[KNOB_lr] == 0.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(markdown_becomes_a_tree),
	        cmocka_unit_test(front_matter_is_strict), cmocka_unit_test(lines_act), cmocka_unit_test(steps_inherit),
	        cmocka_unit_test(mistakes_have_their_line), cmocka_unit_test(twenty_mistakes_are_twenty_messages),
	        cmocka_unit_test(too_much_is_said_and_left_out), cmocka_unit_test(what_is_no_text_is_refused),
	        cmocka_unit_test(damaged_files_are_survived), cmocka_unit_test(settings_are_all_or_nothing)};
	return cmocka_run_group_tests_name("lesson", tests, NULL, NULL);
}
