/* Cards: large buttons whose inside the caller draws. */
#include "ui/ui.h"

bool ui_card(ui *u, rect r, const char *name, const char *value, const char *tip)
{
	ui_touch t = ui_register(u, r, UI_BUTTON, name, value, tip);
	float radius = 8 * u->em;
	bool pressed = t.clicked || ui_key_for(u, t.id) == UI_KEY_ENTER;
	canvas_box(u->c, r, radius, INK_PANEL, 1);
	canvas_frame(u->c, r, radius, ui_line(t.hot ? 2 : 1, t.hot ? INK_ACCENT : INK_BORDER));
	if (t.held && t.hot)
		canvas_box(u->c, r, radius, INK_TEXT, 0.06F);
	ui_ring(u, r, radius, t.id);
	if (pressed)
		ui_use(u);
	return pressed;
}

void ui_focus(ui *u, const char *name)
{
	const ui_control *k = ui_find(u, name);
	if (!k || !k->focusable)
		return;
	u->focus = k->id;
	u->ring = u->reveal = true;
}
