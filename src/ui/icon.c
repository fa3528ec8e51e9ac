/* Icons as polygons on a grid of 16 × 16, centred on 8, 8. */
#include "ui/ui.h"

typedef struct shape {
	int n;
	float xy[8][2];
} shape;

static const shape play = {3, {{4.5f, 2.5f}, {13.5f, 8}, {4.5f, 13.5f}}};
static const shape pause_bars[] = {{4, {{4, 3}, {7, 3}, {7, 13}, {4, 13}}}, {4, {{9, 3}, {12, 3}, {12, 13}, {9, 13}}}};
static const shape reset[] = {{4, {{3, 3}, {5, 3}, {5, 13}, {3, 13}}}, {3, {{13.5f, 3}, {13.5f, 13}, {5.5f, 8}}}};
static const shape step[] = {{4, {{11, 3}, {13, 3}, {13, 13}, {11, 13}}}, {3, {{2.5f, 3}, {10.5f, 8}, {2.5f, 13}}}};
static const shape minus[] = {{4, {{3.5f, 7.2f}, {12.5f, 7.2f}, {12.5f, 8.8f}, {3.5f, 8.8f}}}};
static const shape plus[] = {
        {4, {{3.5f, 7.2f}, {12.5f, 7.2f}, {12.5f, 8.8f}, {3.5f, 8.8f}}},
        {4, {{7.2f, 3.5f}, {8.8f, 3.5f}, {8.8f, 7.2f}, {7.2f, 7.2f}}},
        {4, {{7.2f, 8.8f}, {8.8f, 8.8f}, {8.8f, 12.5f}, {7.2f, 12.5f}}},
};
static const shape menu[] = {
        {4, {{2.5f, 3.5f}, {13.5f, 3.5f}, {13.5f, 5}, {2.5f, 5}}},
        {4, {{2.5f, 7.25f}, {13.5f, 7.25f}, {13.5f, 8.75f}, {2.5f, 8.75f}}},
        {4, {{2.5f, 11}, {13.5f, 11}, {13.5f, 12.5f}, {2.5f, 12.5f}}},
};
static const shape right[] = {{6, {{5.5f, 3.5f}, {10.5f, 8}, {5.5f, 12.5f}, {4.5f, 11.4f}, {8.3f, 8}, {4.5f, 4.6f}}}};
static const shape left[] = {{6, {{10.5f, 3.5f}, {5.5f, 8}, {10.5f, 12.5f}, {11.5f, 11.4f}, {7.7f, 8}, {11.5f, 4.6f}}}};
static const shape down[] = {{6, {{3.5f, 5.5f}, {8, 10.5f}, {12.5f, 5.5f}, {11.4f, 4.5f}, {8, 8.3f}, {4.6f, 4.5f}}}};
static const shape up[] = {{6, {{3.5f, 10.5f}, {8, 5.5f}, {12.5f, 10.5f}, {11.4f, 11.5f}, {8, 7.7f}, {4.6f, 11.5f}}}};
static const shape close_cross[] = {
        {4, {{3.4f, 4.6f}, {4.6f, 3.4f}, {12.6f, 11.4f}, {11.4f, 12.6f}}},
        {4, {{11.4f, 3.4f}, {12.6f, 4.6f}, {4.6f, 12.6f}, {3.4f, 11.4f}}},
};
static const shape text_lines[] = {
        {4, {{2.5f, 2.6f}, {10.5f, 2.6f}, {10.5f, 4.8f}, {2.5f, 4.8f}}},
        {4, {{2.5f, 7}, {13.5f, 7}, {13.5f, 8.2f}, {2.5f, 8.2f}}},
        {4, {{2.5f, 9.8f}, {13.5f, 9.8f}, {13.5f, 11}, {2.5f, 11}}},
        {4, {{2.5f, 12.6f}, {9.5f, 12.6f}, {9.5f, 13.8f}, {2.5f, 13.8f}}},
};
static const shape sliders[] = {
        {4, {{2.5f, 4.3f}, {13.5f, 4.3f}, {13.5f, 5.7f}, {2.5f, 5.7f}}},
        {4, {{2.5f, 10.3f}, {13.5f, 10.3f}, {13.5f, 11.7f}, {2.5f, 11.7f}}},
        {8, {{9.2f, 3.4f}, {10.1f, 2.7f}, {11.1f, 2.7f}, {12, 3.4f}, {12, 6.6f}, {11.1f, 7.3f}, {10.1f, 7.3f},
                    {9.2f, 6.6f}}},
        {8, {{4, 9.4f}, {4.9f, 8.7f}, {5.9f, 8.7f}, {6.8f, 9.4f}, {6.8f, 12.6f}, {5.9f, 13.3f}, {4.9f, 13.3f},
                    {4, 12.6f}}},
};
static const shape grid[] = {
        {4, {{2.5f, 2.5f}, {7.2f, 2.5f}, {7.2f, 7.2f}, {2.5f, 7.2f}}},
        {4, {{8.8f, 2.5f}, {13.5f, 2.5f}, {13.5f, 7.2f}, {8.8f, 7.2f}}},
        {4, {{2.5f, 8.8f}, {7.2f, 8.8f}, {7.2f, 13.5f}, {2.5f, 13.5f}}},
        {4, {{8.8f, 8.8f}, {13.5f, 8.8f}, {13.5f, 13.5f}, {8.8f, 13.5f}}},
};
static const shape stop = {4, {{4, 4}, {12, 4}, {12, 12}, {4, 12}}};
static const shape mountain[] = {{5, {{2.5f, 12}, {6, 7.5f}, {8.5f, 10}, {10, 8.5f}, {13.5f, 12}}}};

static const struct {
	const shape *shape;
	int n;
} icons[] = {
        [ICON_NONE] = {0, 0},
        [ICON_PLAY] = {&play, 1},
        [ICON_PAUSE] = {pause_bars, 2},
        [ICON_RESET] = {reset, 2},
        [ICON_STEP] = {step, 2},
        [ICON_PLUS] = {plus, 3},
        [ICON_MINUS] = {minus, 1},
        [ICON_MENU] = {menu, 3},
        [ICON_THEME] = {0, 0},
        [ICON_PICTURE] = {mountain, 1},
        [ICON_CLOSE] = {close_cross, 2},
        [ICON_RIGHT] = {right, 1},
        [ICON_LEFT] = {left, 1},
        [ICON_DOWN] = {down, 1},
        [ICON_UP] = {up, 1},
        [ICON_SHOWN] = {0, 0},
        [ICON_HIDDEN] = {0, 0},
        [ICON_TEXT] = {text_lines, 4},
        [ICON_SLIDERS] = {sliders, 4},
        [ICON_GRID] = {grid, 4},
        [ICON_MORE] = {0, 0},
        [ICON_RECORD] = {0, 0},
        [ICON_STOP] = {&stop, 1},
};

/* A disc whose right half is filled. */
static void half_disc(canvas *c, float x, float y, float r, ink colour)
{
	static const float arc[9][2] = {{0, -1}, {0.3827f, -0.9239f}, {0.7071f, -0.7071f}, {0.9239f, -0.3827f}, {1, 0},
	        {0.9239f, 0.3827f}, {0.7071f, 0.7071f}, {0.3827f, 0.9239f}, {0, 1}};
	point p[9];
	for (int i = 0; i < 9; i++)
		p[i] = (point){x + r * arc[i][0], y + r * arc[i][1]};
	canvas_ring(c, x, y, r, (stroke){.width = r / 4, .ink = colour, .alpha = 1});
	canvas_polygon(c, p, 9, colour, 1);
}

static void eye(canvas *c, float x, float y, float s, bool closed, ink colour)
{
	static const float lid[8][2] = {
	        {-6.5f, 0}, {-3.5f, -3}, {0, -4}, {3.5f, -3}, {6.5f, 0}, {3.5f, 3}, {0, 4}, {-3.5f, 3}};
	point p[8];
	stroke line = {.width = 1.4f * s, .ink = colour, .alpha = 1};
	for (int i = 0; i < 8; i++)
		p[i] = (point){x + s * lid[i][0], y + s * lid[i][1]};
	canvas_outline(c, p, 8, line);
	canvas_disc(c, x, y, 1.9f * s, colour, 1);
	if (closed)
		canvas_line(c, x - 6 * s, y + 5 * s, x + 6 * s, y - 5 * s, line);
}

void ui_icon_draw(canvas *c, ui_icon icon, float x, float y, float size, ink colour)
{
	float s = size / 16;
	if (icon == ICON_THEME)
		half_disc(c, x, y, 6 * s, colour);
	if (icon == ICON_PICTURE) {
		canvas_frame(c, (rect){x - 6.5f * s, y - 5.5f * s, 13 * s, 11 * s}, 2 * s,
		        (stroke){.width = 1.4f * s, .ink = colour, .alpha = 1});
		canvas_disc(c, x + 2.8f * s, y - 2.2f * s, 1.3f * s, colour, 1);
	}
	for (int i = -1; icon == ICON_MORE && i <= 1; i++)
		canvas_disc(c, x, y + 4.5f * s * (float)i, 1.6f * s, colour, 1);
	if (icon == ICON_RECORD)
		canvas_disc(c, x, y, 5 * s, colour, 1);
	if (icon == ICON_SHOWN || icon == ICON_HIDDEN)
		eye(c, x, y, s, icon == ICON_HIDDEN, colour);
	for (int i = 0; i < icons[icon].n; i++) {
		const shape *form = &icons[icon].shape[i];
		point p[8];
		for (int k = 0; k < form->n; k++)
			p[k] = (point){x + (form->xy[k][0] - 8) * s, y + (form->xy[k][1] - 8) * s};
		canvas_polygon(c, p, form->n, colour, 1);
	}
}
