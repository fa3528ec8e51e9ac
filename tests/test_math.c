/* Formulas: golden traces, measures against ink, limits, what is not in the subset, and hostile input.
 * UNROLL_FORMULAS=DIR build/tests/test_math also writes sheets of all formulas to DIR, to be looked at. */
#include "draw/canvas_cairo.h"
#include "draw/canvas_null.h"
#include "draw/canvas_raster.h"
#include "draw/canvas_trace.h"
#include "golden.h"
#include "io/png.h"
#include "plot/math.h"
#include "plot/math_parts.h"
#include "plot/mathml.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- what a course on gradients through time writes ---- */

static const struct {
	const char *name, *text;
} formulas[] = {
        {"state", "h_t = \\tanh(W h_{t-1} + U x_t + b)"},
        {"output", "z_t = V h_t + c, \\quad \\hat y_t = \\mathrm{softmax}(z_t)"},
        {"chain", "\\frac{\\partial h_t}{\\partial h_k} = \\prod_{i=k+1}^{t} W^\\top \\mathrm{diag}"
                  "\\left(\\sigma'(x_{i-1})\\right)"},
        {"factors", "\\frac{\\partial h_t}{\\partial h_k} = \\underbrace{J_t J_{t-1} \\cdots J_{k+1}}_{t-k"
                    "\\text{ factors}}"},
        {"bptt", "\\frac{\\partial E_t}{\\partial \\theta} = \\sum_{1 \\le k \\le t} \\frac{\\partial E_t}"
                 "{\\partial x_t} \\frac{\\partial x_t}{\\partial x_k} \\frac{\\partial^+ x_k}{\\partial \\theta}"},
        {"bound", "\\left\\| \\frac{\\partial h_t}{\\partial h_k} \\right\\| \\le (\\sigma_{\\max} \\gamma)^{t-k}"},
        {"decay", "\\lVert \\delta_k \\rVert \\le \\eta^{t-k} \\lVert \\delta_t \\rVert \\to 0"},
        {"vanish", "\\lambda_1 < \\frac{1}{\\gamma}, \\quad \\gamma = \\max_a |\\sigma'(a)|"},
        {"temporal", "g_k = \\frac{\\partial L}{\\partial \\theta^{(k)}}, \\quad \\nabla L = \\sum_{k=1}^{T} g_k"},
        {"clip", "g \\leftarrow \\frac{\\tau}{\\|g\\|}\\, g \\quad \\text{if } \\|g\\| \\ge \\tau"},
        {"omega", "\\Omega = \\sum_k \\left( \\frac{\\left\\| \\frac{\\partial E}{\\partial x_{k+1}} "
                  "\\frac{\\partial x_{k+1}}{\\partial x_k} \\right\\|}{\\left\\| \\frac{\\partial E}"
                  "{\\partial x_{k+1}} \\right\\|} - 1 \\right)^2"},
        {"softmax", "p_i = \\frac{e^{z_i}}{\\sum_{j=1}^{n} e^{z_j}}"},
        {"entropy", "\\ell = -\\sum_i y_i \\ln p_i, \\quad \\frac{\\partial \\ell}{\\partial z} = p - y"},
        {"square", "E = \\frac{1}{2} \\sum_{i=1}^{n} (\\hat y_i - y_i)^2"},
        {"minibatch", "L = \\frac{1}{B} \\sum_{i=1}^{B} L^{(i)}"},
        {"forget", "f_t = \\sigma(W_f x_t + U_f h_{t-1} + b_f)"},
        {"cell", "c_t = f_t \\odot c_{t-1} + i_t \\odot g_t, \\quad h_t = o_t \\odot \\tanh(c_t)"},
        {"carousel", "\\frac{\\partial c_t}{\\partial c_{t-1}} = \\mathrm{diag}(f_t) + \\ldots"},
        {"gru", "h_t = (1 - z_t) \\odot n_t + z_t \\odot h_{t-1}"},
        {"radius", "\\rho(W) = \\max_i |\\lambda_i| \\le \\sigma_{\\max}(W) = \\|W\\|_2"},
        {"power", "\\lim_{k \\to \\infty} \\|W^k\\|^{1/k} = \\rho(W)"},
        {"quadratic", "x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}"},
        {"folds", "\\sigma_{1,2} = \\frac{1 \\pm \\sqrt{1 - 4/w}}{2}, \\quad b = \\ln\\frac{\\sigma}{1-\\sigma} - "
                  "w\\sigma"},
        {"adam", "\\theta_{t+1} = \\theta_t - \\eta \\frac{\\hat m_t}{\\sqrt{\\hat v_t} + \\varepsilon}"},
        {"moments", "m_t = \\beta_1 m_{t-1} + (1 - \\beta_1) g_t, \\quad \\hat m_t = \\frac{m_t}{1 - \\beta_1^t}"},
        {"adagrad", "\\Delta w = -\\frac{\\eta}{\\sqrt{\\sum_{i=0}^{t} g_i^2}}\\, g_t"},
        {"simplex", "\\beta_k = \\frac{\\exp(1 - u_k)}{\\sum_j \\exp(1 - u_j)}, \\quad d = -\\|\\nabla\\| "
                    "\\frac{s}{\\|s\\|}"},
        {"glorot", "W_{ij} \\sim \\mathcal{U}\\left(-\\sqrt{\\frac{6}{n+m}}, \\sqrt{\\frac{6}{n+m}}\\right)"},
        {"space", "W \\in \\mathbb{R}^{n \\times n}, \\; \\mathbf{x} \\in \\mathbb{R}^n, \\; \\mathbb{E}[w] = 0"},
        {"logistic", "\\sigma(x) = \\frac{1}{1 + e^{-x}}, \\quad \\sigma' = \\sigma(1-\\sigma) \\le \\tfrac14"},
        {"nested", "\\sqrt{1 + \\sqrt{1 + \\sqrt{1 + \\sqrt[3]{x}}}} \\ne \\frac{1}{1 + \\frac{1}{1 + \\frac{1}{x}}}"},
        {"brackets", "\\left[ \\sum_k a_k \\right] \\left\\{ \\frac{a}{b} \\right\\} \\left\\langle \\frac{a}{b} "
                     "\\right\\rangle \\left\\lfloor \\frac{a}{b} \\right\\rfloor \\left\\lceil \\frac{a}{b} "
                     "\\right\\rceil \\left. \\frac{dy}{dx} \\right|_{x=0} \\Bigg( \\bigg( \\Big( \\big( ("},
        {"accents", "\\hat x \\tilde h \\bar W \\dot s \\ddot s \\vec v \\overline{ab} \\underline{ab} \\hat W "
                    "\\overbrace{a+b+c}^n f'' g'_k"},
        {"greek", "\\alpha\\beta\\gamma\\delta\\varepsilon\\zeta\\eta\\theta\\kappa\\lambda\\mu\\nu\\xi\\pi\\rho\\sigma"
                  "\\tau\\phi\\chi\\psi\\omega\\;\\Gamma\\Delta\\Theta\\Lambda\\Xi\\Pi\\Sigma\\Phi\\Psi\\Omega"},
        {"typed", "W\\unknown_k \\frac{a} x^"},
};
enum { FORMULAS = sizeof formulas / sizeof *formulas };

/* ---- sheets to look at ---- */

static float sheet(canvas *c, float size)
{
	float y = 8, left = 8, em = size * c->theme->type;
	for (int i = 0; i < FORMULAS; i++) {
		text_extent d = math_measure(formulas[i].text, -1, em, MATH_DISPLAY);
		text_extent t = math_measure(formulas[i].text, -1, em, MATH_TEXT);
		float up = fmaxf(d.ascent, t.ascent), down = fmaxf(d.descent, t.descent);
		math_draw(c, left, y + up, formulas[i].text, -1, em, MATH_DISPLAY, INK_TEXT);
		math_draw(c, c->width / 2, y + up, formulas[i].text, -1, em, MATH_TEXT, INK_TEXT);
		y += up + down + 0.6F * em;
	}
	return y;
}

static void write_vector_sheet(const char *folder, bool pdf)
{
	char path[512];
	err e = {0};
	canvas none = canvas_null(&themes[THEME_PRINT], 960, 1);
	snprintf(path, sizeof path, "%s/sheet.%s", folder, pdf ? "pdf" : "svg");
	vector_file *v = vector_open(path, pdf, none.theme, none.width, sheet(&none, 15), "formulas", NULL, NULL, &e);
	assert_non_null(v);
	sheet(vector_canvas(v), 15);
	assert_true(vector_commit(v, &e));
}

static int write_sheets(void **state)
{
	(void)state;
	static const struct {
		float size, scale;
	} at[] = {{13, 1}, {15, 1}, {15, 2}, {24, 1}, {30, 2}};
	const char *folder = getenv("UNROLL_FORMULAS");
	if (!folder)
		return 0;
	write_vector_sheet(folder, false);
	write_vector_sheet(folder, true);
	for (int th = 0; th < THEME_COUNT; th++)
		for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
			canvas none = canvas_null(&themes[th], 64 * at[k].size * themes[th].type, 1);
			float high = sheet(&none, at[k].size);
			raster *r = raster_new(&themes[th], none.width, high, at[k].scale);
			assert_non_null(r);
			raster_begin(r, &themes[th], none.width, high, at[k].scale);
			sheet(&r->canvas, at[k].size);
			int w, h, stride;
			uint32_t *p = raster_pixels(r, &w, &h, &stride);
			char path[512];
			err e = {0};
			snprintf(path, sizeof path, "%s/%s-%.0f-%.0f.png", folder, themes[th].name, (double)at[k].size,
			        (double)at[k].scale);
			assert_true(png_write(path, p, w, h, stride, 0, NULL, NULL, &e));
			raster_free(r);
		}
	return 0;
}

/* ---- golden traces ---- */

static const char *traced(trace *t, const char *text, math_style style)
{
	trace_clear(t);
	math_draw(trace_canvas(t), 0, 0, text, -1, 20, style, INK_TEXT);
	return trace_text(t, NULL);
}

static void golden_traces(void **state)
{
	(void)state;
	static const char *const style_name[] = {"text", "display"};
	static char all[1 << 18];
	size_t n = 0;
	trace *t = trace_new(&themes[THEME_LIGHT], 1, 1);
	assert_non_null(t);
	for (int i = 0; i < FORMULAS; i++)
		for (int style = MATH_TEXT; style <= MATH_DISPLAY; style++) {
			text_extent e = math_measure(formulas[i].text, -1, 20, (math_style)style);
			n += (size_t)snprintf(all + n, sizeof all - n,
			        "%s, %s style: %s\nwidth %.2f ascent %.2f descent %.2f\n%s\n", formulas[i].name,
			        style_name[style], formulas[i].text, (double)e.width, (double)e.ascent,
			        (double)e.descent, traced(t, formulas[i].text, (math_style)style));
			assert_in_range(n, 1, sizeof all - 1);
		}
	trace_free(t);
	assert_true(golden_same("tests/golden/math.txt", all));
}

/* ---- measures ---- */

typedef struct ink_box {
	int x0, y0, x1, y1; /* pixels, x1 and y1 not included */
} ink_box;

static ink_box find_ink(raster *r)
{
	int w, h, stride;
	const uint32_t *p = raster_pixels(r, &w, &h, &stride);
	ink_box b = {w, h, 0, 0};
	assert_non_null(p);
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++)
			if (p[(ptrdiff_t)y * stride + x] != p[0]) {
				b.x0 = x < b.x0 ? x : b.x0;
				b.x1 = x + 1 > b.x1 ? x + 1 : b.x1;
				b.y0 = y < b.y0 ? y : b.y0;
				b.y1 = y + 1;
			}
	return b;
}

/* The ink lies inside what was measured, and fills it but for the room beside letters and for flat signs. */
static void measure_is_what_is_drawn(void **state)
{
	(void)state;
	enum { LEFT = 40, BASE = 200, W = 1400, H = 420 };
	static const float size = 40, slack = 3;
	raster *r = raster_new(&themes[THEME_PRINT], W, H, 1);
	assert_non_null(r);
	for (int i = 0; i < 2 * FORMULAS; i++) {
		const char *text = formulas[i / 2].text;
		text_extent e = math_measure(text, -1, size, (math_style)(i % 2));
		raster_begin(r, &themes[THEME_PRINT], W, H, 1);
		math_draw(&r->canvas, LEFT, BASE, text, -1, size, (math_style)(i % 2), INK_TEXT);
		ink_box b = find_ink(r);
		float left = (float)(b.x0 - LEFT), right = e.width - (float)(b.x1 - LEFT);
		float above = e.ascent - (float)(BASE - b.y0), below = e.descent - (float)(b.y1 - BASE);
		if (left < -slack || left > 0.2F * size || right < -slack || right > 0.2F * size || above < -slack ||
		        above > 0.1F * size || below < -slack || below > 0.1F * size)
			fail_msg("%s, style %d: room left %.1f, right %.1f, above %.1f, below %.1f",
			        formulas[i / 2].name, i % 2, (double)left, (double)right, (double)above, (double)below);
	}
	raster_free(r);
}

static float width(const char *text)
{
	return math_measure(text, -1, 1000, MATH_TEXT).width;
}

static void measures_scale(void **state)
{
	(void)state;
	for (int i = 0; i < FORMULAS; i++) {
		text_extent a = math_measure(formulas[i].text, -1, 15, MATH_DISPLAY);
		text_extent b = math_measure(formulas[i].text, -1, 30, MATH_DISPLAY);
		assert_float_equal(2 * a.width, b.width, 1e-4F);
		assert_float_equal(2 * a.ascent, b.ascent, 1e-4F);
		assert_float_equal(2 * a.descent, b.descent, 1e-4F);
		assert_true(a.width > 0 && a.ascent > 0 && a.descent >= 0);
	}
	static const float odd[] = {0, -1, NAN, INFINITY};
	canvas none = canvas_null(&themes[THEME_LIGHT], 100, 100);
	for (int i = 0; i < 4; i++) {
		assert_true(math_measure("x", -1, odd[i], MATH_TEXT).width == 0);
		math_draw(&none, 0, 0, "x", -1, odd[i], MATH_TEXT, INK_TEXT);
	}
	assert_true(math_measure(NULL, 3, 10, MATH_TEXT).width == 0);
	assert_true(math_measure("", -1, 10, MATH_TEXT).width == 0);
	/* A piece of a longer text, which may end early. */
	assert_float_equal(math_measure("x_t$ and", 3, 1000, MATH_TEXT).width, width("x_t"), 0);
	assert_float_equal(math_measure("x_t", 100, 1000, MATH_TEXT).width, width("x_t"), 0);
}

/* ---- rules of layout ---- */

static void spaces_by_class(void **state)
{
	(void)state;
	float a = width("{a}"), rel = width("{=}"), bin = width("{+}"), minus = width("{-}");
	assert_float_equal(width("a=a"), 2 * a + rel + 2 * 200, 1);
	assert_float_equal(width("a+a"), 2 * a + bin + 2 * 160, 1);
	assert_float_equal(width("-a"), minus + a, 1); /* a sign, not an operation */
	assert_float_equal(width("a=-a"), 2 * a + rel + minus + 2 * 200, 1);
	assert_float_equal(width("(-a)"), width("(") + minus + a + width(")"), 1);
	assert_float_equal(width("a,a"), 2 * a + width("{,}") + 150, 1);
	assert_float_equal(width("\\ln a"), width("{\\ln}") + a + 150, 1);
	assert_float_equal(width("\\ln(a)"), width("{\\ln}") + width("(a)"), 1);
	assert_float_equal(width("a\\quad a"), 2 * a + 1000, 1);
	assert_float_equal(width("a\\!a"), 2 * a - 1000.0F * 3 / 18, 1);
	assert_float_equal(width("a \n\t a"), 2 * a, 1);
	/* Not in scripts. */
	assert_float_equal(width("x^{a=a}"), width("x^a") + 0.72F * (a + rel), 1);
	/* A symbol is the same as a command and as a character. */
	assert_float_equal(width("a \\le \\theta"), width("a ≤ θ"), 0);
	assert_float_equal(width("a - \\sigma'"), width("a − σ'"), 0);
}

/* Number of boxes of the trace, and the y and height of the last. */
static int boxes(const char *lines, float *y, float *h)
{
	int n = 0;
	for (const char *at = lines; (at = strstr(at, "box ")); at++, n++)
		assert_int_equal(sscanf(at, "box %*s %*f,%f %*fx%f", y, h), 2);
	return n;
}

static void bars_lie_on_the_axis(void **state)
{
	(void)state;
	static const char *const fractions[] = {"\\frac{1}{2}", "\\frac{\\frac{a}{b}}{g}", "\\tfrac{x}{y}"};
	trace *t = trace_new(&themes[THEME_LIGHT], 1, 1);
	assert_non_null(t);
	for (int i = 0; i < 6; i++) {
		float y, h;
		trace_clear(t);
		math_draw(trace_canvas(t), 0, 0, fractions[i / 2], -1, 100, (math_style)(i % 2), INK_TEXT);
		assert_true(boxes(trace_text(t, NULL), &y, &h) >= 1);
		const char *first = strstr(trace_text(t, NULL), "box ");
		assert_int_equal(sscanf(first, "box %*s %*f,%f %*fx%f", &y, &h), 2);
		assert_float_equal(y + h / 2, -31.4F, 0.6F); /* the middle of + and = */
	}
	trace_free(t);
}

static void limits_and_scripts(void **state)
{
	(void)state;
	text_extent text = math_measure("\\sum_{k=1}^n", -1, 100, MATH_TEXT);
	text_extent display = math_measure("\\sum_{k=1}^n", -1, 100, MATH_DISPLAY);
	text_extent forced = math_measure("\\sum\\limits_{k=1}^n", -1, 100, MATH_TEXT);
	text_extent beside = math_measure("\\sum\\nolimits_{k=1}^n", -1, 100, MATH_DISPLAY);
	assert_true(display.ascent > text.ascent + 40 && display.descent > text.descent + 40);
	assert_true(forced.descent > text.descent + 30 && forced.width < text.width);
	assert_true(beside.width > display.width && beside.descent < display.descent);
	/* Scripts do not touch one another, wherever they come from. */
	text_extent both = math_measure("x_{g}^{g}", -1, 100, MATH_TEXT);
	assert_float_equal(width("x_a^b"), width("x^b_a"), 0);
	assert_true(both.ascent + both.descent > 2 * 0.72F * 76.8F);
	/* High ones rise, the second of a kind is shown as typed. */
	assert_true(math_measure("\\left(\\frac{a}{b}\\right)^2", -1, 100, MATH_DISPLAY).ascent >
	            math_measure("\\left(\\frac{a}{b}\\right)", -1, 100, MATH_DISPLAY).ascent + 10);
	assert_true(width("x^a^b") > width("x^ab"));
	assert_float_equal(width("f''"), width("f^{\\prime\\prime}") + 0.28F * width("\\prime\\prime"), 1);
}

static void brackets_grow(void **state)
{
	(void)state;
	static const char *const pair[] = {"()", "[]", "||", "\\{\\}", "\\|\\|", "<>", "\\lceil\\rceil",
	        "\\lfloor\\rfloor", "\\langle\\rangle", "\\lvert\\rvert", "\\lVert\\rVert", ".)", "(."};
	for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
		char low[128], high[128], left[32];
		const char *middle = pair[i][0] == '\\' ? pair[i] + 1 + strcspn(pair[i] + 1, "\\") : pair[i] + 1;
		snprintf(left, sizeof left, "%.*s", (int)(middle - pair[i]), pair[i]);
		snprintf(low, sizeof low, "\\left%s x \\right%s", left, middle);
		snprintf(high, sizeof high, "\\left%s \\frac{\\frac{a}{b}}{\\frac{a}{b}} \\right%s", left, middle);
		text_extent a = math_measure(low, -1, 100, MATH_DISPLAY), b = math_measure(high, -1, 100, MATH_DISPLAY);
		text_extent inner = math_measure("\\frac{\\frac{a}{b}}{\\frac{a}{b}}", -1, 100, MATH_DISPLAY);
		assert_true(a.ascent < 80 && b.ascent >= inner.ascent && b.width > inner.width);
		trace *t = trace_new(&themes[THEME_LIGHT], 1, 1);
		assert_non_null(t);
		assert_null(strchr(traced(t, high, MATH_DISPLAY), '\\'));
		trace_free(t);
	}
}

/* ---- what is shown as typed ---- */

static void shows(trace *t, const char *text, const char *typed)
{
	char quoted[256];
	size_t n = 0;
	quoted[n++] = '"';
	for (; *typed; typed++) {
		if (*typed == '\\')
			quoted[n++] = '\\';
		quoted[n++] = *typed;
	}
	quoted[n++] = '"';
	quoted[n] = '\0';
	if (!strstr(traced(t, text, MATH_TEXT), quoted))
		fail_msg("%s does not show %s but\n%s", text, quoted, traced(t, text, MATH_TEXT));
}

static void shown_as_typed(void **state)
{
	(void)state;
	trace *t = trace_new(&themes[THEME_LIGHT], 1, 1);
	assert_non_null(t);
	shows(t, "a\\unknown b", "\\unknown");
	shows(t, "\\", "\\");
	shows(t, "x}", "}");
	shows(t, "{x", "{");
	shows(t, "x^", "^");
	shows(t, "_", "_");
	shows(t, "\\frac", "\\frac");
	shows(t, "\\frac{a}", "\\frac");
	shows(t, "\\sqrt", "\\sqrt");
	shows(t, "{\\hat}", "\\hat");
	shows(t, "\\left(x", "\\left");
	shows(t, "\\left x\\right)", "\\left");
	shows(t, "x\\right)", "\\right");
	shows(t, "\\text x", "\\text");
	shows(t, "\\big x", "\\big");
	shows(t, "x^2^3", "^");
	shows(t, "a & b", "&");
	shows(t, "\\text{a\\_b c}", "_b c");
	shows(t, "\\text{ if }", " if ");
	trace_free(t);
}

/* Every command of the list draws something, and not its name. */
static void every_command(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		math_act act;
	} command[] = {
#define COMMAND(name, act, shown, value) {name, act},
#include "plot/math.def"
#undef COMMAND
	};
	trace *t = trace_new(&themes[THEME_LIGHT], 1, 1);
	assert_non_null(t);
	for (size_t i = 0; i < sizeof command / sizeof *command; i++) {
		const char *name = command[i].name;
		char text[128];
		snprintf(text, sizeof text,
		        command[i].act == ACT_LEFT  ? "\\%s[ a \\right]"
		        : command[i].act == ACT_BIG ? "\\%s[ a"
		                                    : "\\%s {a}{b}",
		        name);
		const char *lines = traced(t, text, MATH_DISPLAY);
		if (!strstr(lines, "text ") || (strchr(lines, '\\') && strcmp(name, "backslash") != 0))
			fail_msg("\\%s gives\n%s", name, lines);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(command[k].name, name);
	}
	trace_free(t);
}

/* ---- limits ---- */

/* `open` n times, x, `close` n times. */
static char *nest(int n, const char *open, const char *close)
{
	size_t o = strlen(open), c = strlen(close);
	char *text = malloc((size_t)n * (o + c) + 2), *at = text;
	assert_non_null(text);
	for (int i = 0; i < n; i++, at += o)
		memcpy(at, open, o);
	*at++ = 'x';
	for (int i = 0; i < n; i++, at += c)
		memcpy(at, close, c);
	*at = '\0';
	return text;
}

static void nesting(void **state)
{
	(void)state;
	static const char *const around[][2] = {{"{", "}"}, {"x^{", "}"}, {"x_{a}^{", "}'"}, {"\\frac{1}{", "}"},
	        {"\\frac ", " 2"}, {"\\sqrt", ""}, {"\\sqrt[", "]{x}"}, {"\\left(", "\\right)"}, {"\\hat{", "}"},
	        {"\\mathbf", ""}, {"x^", ""}, {"x'^", ""}, {"\\underbrace{", "}_{x'}"},
	        {"\\left(\\sqrt{", "}\\right)^{a}"}};
	static const int depths[] = {1, 5, 31, 32, 33, 200, 50000};
	canvas none = canvas_null(&themes[THEME_LIGHT], 100, 100);
	for (size_t i = 0; i < sizeof around / sizeof *around; i++)
		for (size_t k = 0; k < sizeof depths / sizeof *depths; k++) {
			char *text = nest(depths[k], around[i][0], around[i][1]);
			text_extent e = math_measure(text, -1, 10, MATH_DISPLAY);
			assert_true(isfinite(e.width) && e.width > 0 && isfinite(e.ascent) && isfinite(e.descent));
			math_draw(&none, 0, 0, text, -1, 10, MATH_DISPLAY, INK_TEXT);
			free(text);
		}
	trace *t = trace_new(&themes[THEME_LIGHT], 1, 1);
	assert_non_null(t);
	char *deep = nest(MATH_DEEPEST, "{", "}"), *deeper = nest(MATH_DEEPEST + 2, "{", "}");
	assert_null(strchr(traced(t, deep, MATH_TEXT), '{'));
	shows(t, deeper, "{{x}}");
	free(deep);
	free(deeper);
	trace_free(t);
}

/* What finds no room is there, as typed, to its last letter; once. */
static void long_formulas(void **state)
{
	(void)state;
	static const char *const unit[] = {"x+", "\\alpha_k^2 ", "{x}", "\\frac{a}{b}", "ü", "\\text{word \\_}"};
	trace *t = trace_new(&themes[THEME_LIGHT], 1, 1);
	assert_non_null(t);
	for (size_t i = 0; i < sizeof unit / sizeof *unit; i++)
		for (int k = 0; k < 40; k++) {
			char text[20000] = "";
			size_t n = 0, one = strlen(unit[i]);
			for (; n + one < (size_t)(300 + 250 * k); n += one)
				memcpy(text + n, unit[i], one);
			memcpy(text + n, "\\Z", sizeof "\\Z");
			const char *lines = traced(t, text, MATH_TEXT), *end = strchr(lines, 'Z');
			assert_non_null(end);
			assert_null(strchr(end + 1, 'Z'));
			assert_null(strstr(lines, "�"));
		}
	/* A group that is cut off: what is behind it is not shown twice. */
	char text[4000];
	int n = snprintf(text, sizeof text, "x_{%.*s}^{Z}", 0, "");
	n = 3;
	while (n < 2000)
		text[n++] = 'a';
	snprintf(text + n, sizeof text - (size_t)n, "}^Z_{Y}");
	const char *z = strchr(traced(t, text, MATH_TEXT), 'Z');
	assert_non_null(z);
	assert_null(strchr(z + 1, 'Z'));
	trace_free(t);
}

/* ---- hostile input ---- */

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	return *state ^= *state << 5;
}

static size_t random_text(uint32_t *seed, char *text, size_t room)
{
	static const char *const word[] = {"\\frac", "\\sqrt", "\\sqrt[", "\\left(", "\\right)", "\\left.", "\\right|",
	        "\\sum", "\\hat", "\\bar", "\\text{", "\\mathrm{", "\\mathbb", "\\underbrace", "\\big", "\\Biggr",
	        "\\limits", "\\,", "\\!", "\\\\", "\\", "{", "}", "{", "}", "^", "_", "'", "[", "]", "x", "12.5", "+",
	        "-", "=", ",", "~", "θ", "∂", "\xE2\x88", "\xFF", " ", "&", "\\quad", "\\lVert", "\\operatorname{",
	        "\\max", "\\not_known"};
	size_t n = 0, most = 1 + next_random(seed) % (next_random(seed) % 64 == 0 ? room - 1 : 60);
	bool bytes = next_random(seed) % 4 == 0;
	while (n < most) {
		const char *w = word[next_random(seed) % (sizeof word / sizeof *word)];
		size_t length = bytes ? 1 : strlen(w);
		if (n + length >= room)
			break;
		if (bytes)
			text[n] = (char)(next_random(seed) & 255);
		else
			memcpy(text + n, w, length);
		n += length;
	}
	return n;
}

/* Texts without an end of their own, on the heap, so that a sanitizer sees a read behind it. */
static void hostile_input(void **state)
{
	(void)state;
	uint32_t seed = 2463534242U;
	raster *r = raster_new(&themes[THEME_LIGHT], 200, 100, 1);
	trace *t = trace_new(&themes[THEME_LIGHT], 200, 100);
	assert_true(r && t);
	canvas none = canvas_null(&themes[THEME_DARK], 200, 100);
	for (int i = 0; i < 100000; i++) {
		char made[6000];
		size_t n = random_text(&seed, made, sizeof made);
		char *text = malloc(n);
		assert_non_null(text);
		memcpy(text, made, n);
		math_style style = (math_style)(i % 2);
		text_extent e = math_measure(text, (int)n, 12, style);
		if (!isfinite(e.width) || !isfinite(e.ascent) || !isfinite(e.descent) || e.ascent < 0 || e.descent < 0)
			fail_msg("input %d: %.*s", i, (int)n, text);
		canvas *c = i % 100 == 0 ? &r->canvas : i % 100 == 1 ? trace_canvas(t) : &none;
		trace_clear(t);
		math_draw(c, 20, 50, text, (int)n, 12, style, INK_TEXT);
		free(text);
	}
	raster_free(r);
	trace_free(t);
}

/* The same tree as MathML; what is not understood stays as typed, and nothing can break out of the page. */
static void formulas_go_to_browsers(void **unused)
{
	(void)unused;
	static const struct {
		const char *tex, *ml;
	} cases[] = {{"\\frac{a}{b_k}", "<mrow><mfrac><mrow><mi>a</mi></mrow><mrow><msub><mi>b</mi><mi>k</mi></msub></"
	                                "mrow></mfrac></mrow>"},
	        {"x < 10^{-3}", "<mrow><mi>x</mi><mo>&lt;</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>3</mn></mrow></"
	                        "msup></mrow>"},
	        {"\\sqrt{w}", "<mrow><msqrt><mrow><mi>w</mi></mrow></msqrt></mrow>"},
	        {"\\tanh h", "<mrow><mi mathvariant=\"normal\">tanh</mi><mi>h</mi></mrow>"},
	        {"\\nonsense", "<mrow><mtext mathvariant=\"monospace\">\\nonsense</mtext></mrow>"},
	        {"\\text{a <b>}", "<mrow><mtext>a &lt;b&gt;</mtext></mrow>"}, {"", "<mrow></mrow>"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		buffer b = {0};
		char want[600];
		snprintf(
		        want, sizeof want, "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">%s</math>", cases[i].ml);
		mathml_write(&b, cases[i].tex, MATH_TEXT);
		assert_string_equal(b.data, want);
		buffer_done(&b);
	}
	buffer b = {0};
	mathml_write(&b, "\\sum_{k=1}^T k", MATH_DISPLAY);
	assert_non_null(strstr(b.data, "display=\"block\""));
	assert_non_null(strstr(b.data, "<munderover><mo>∑</mo>"));
	buffer_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(golden_traces),
	        cmocka_unit_test(measure_is_what_is_drawn),
	        cmocka_unit_test(measures_scale),
	        cmocka_unit_test(spaces_by_class),
	        cmocka_unit_test(bars_lie_on_the_axis),
	        cmocka_unit_test(limits_and_scripts),
	        cmocka_unit_test(brackets_grow),
	        cmocka_unit_test(shown_as_typed),
	        cmocka_unit_test(every_command),
	        cmocka_unit_test(nesting),
	        cmocka_unit_test(long_formulas),
	        cmocka_unit_test(hostile_input),
	        cmocka_unit_test(formulas_go_to_browsers),
	};
	return cmocka_run_group_tests(tests, write_sheets, NULL);
}
