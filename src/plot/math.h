/* math: formulas in a subset of TeX, laid out by the rules of TeX's appendix G (Knuth 1986) for DejaVu Sans.
 *
 *     text_extent e = math_measure("\\frac{\\partial L}{\\partial h_k}", -1, 15, MATH_TEXT);
 *     math_draw(c, x, baseline, "\\frac{\\partial L}{\\partial h_k}", -1, 15, MATH_TEXT, INK_TEXT);
 *
 * The subset:
 *   structure    ^ _ { } ' and \frac \dfrac \tfrac \sqrt \sqrt[n] \left \right (also with .) \big \Big \bigg \Bigg
 *                (also with l, r, m) \limits \nolimits
 *   accents      \hat \tilde \bar \dot \ddot \vec \overline \underline \underbrace \overbrace
 *   letters      a-z are slanted, as are small Greek ones; \mathrm \mathbf \mathit \mathtt \mathbb \mathcal \boldsymbol
 *   words        \text \textbf \textit \operatorname, and \tanh \exp \max … upright
 *   spaces       \, \: \; \! \quad \qquad, "\ " and ~; other spaces mean nothing
 *   symbols      the list in math.def, or the characters themselves, as UTF-8
 * What is not in the subset, what lacks an argument and what is nested deeper than MATH_DEEPEST is shown as typed, and
 * so is the rest of a formula that is longer than the fixed room for it. Nothing is allocated.
 *
 * Inline formulas are MATH_TEXT, those on a line of their own MATH_DISPLAY (limits above and below, large fractions).
 * May be included by view, lesson and app. Main thread only (text). */
#ifndef PLOT_MATH_H
#define PLOT_MATH_H
#include "draw/canvas.h"

enum { MATH_DEEPEST = 32 };

typedef enum math_style { MATH_TEXT, MATH_DISPLAY } math_style;

/* Of n bytes of text (−1: up to its end) at `size` points per em, the theme's factor included as in text_style.
 * The width is where the text after it goes on; ascent and descent hold the ink. All three are proportional to size. */
text_extent math_measure(const char *text, int n, float size, math_style style);
/* Draws the same from x on the baseline to the right. */
void math_draw(canvas *c, float x, float baseline, const char *text, int n, float size, math_style style, ink i);

#endif
