#include "ui/ui.h"

#include <math.h>

/* points at type scale 1 */
static const float PAD = 24, CORNER = 10, CLOSE = 32, HEAD = 24;

ui_dialog ui_dialog_begin(ui *u, float width, float height, const char *title, const char *close_name)
{
	float em = u->em, pad = PAD * em;
	rect all = {0, 0, u->c->width, u->c->height};
	width = fminf(width, all.w);
	height = fminf(height, all.h);
	ui_dialog d = {.box = {(all.w - width) / 2, (all.h - height) / 2, width, height}};
	ui_layer(u, 2);
	canvas_box(u->c, all, 0, INK_SHADE, 0.5F);
	u->overlay = true;
	ui_surface(u, all, "backdrop", true);
	canvas_box(u->c, d.box, CORNER * em, INK_PANEL, 1);
	canvas_frame(u->c, d.box, CORNER * em, ui_line(1, INK_BORDER));
	d.inside = rect_inset(d.box, fminf(pad, d.box.w / 16), fminf(pad, d.box.h / 16));
	rect head = rect_cut_top(&d.inside, fminf(pad, HEAD * em));
	d.close = (rect){head.x + head.w - CLOSE * em, head.y - 4 * em, CLOSE * em, CLOSE * em};
	d.close_name = close_name;
	ui_label(u, (rect){head.x, head.y, head.w - d.close.w, head.h}, title, 16, WEIGHT_BOLD, INK_TEXT, ALIGN_LEFT);
	return d;
}

bool ui_dialog_end(ui *u, const ui_dialog *d)
{
	const ui_event *e = &u->event;
	/* last of all, so that Tab comes to what the box holds first */
	bool closed = ui_button(u, d->close, d->close_name, ICON_CLOSE, NULL, LOOK_PLAIN, NULL);
	if (e->kind == UI_KEY && e->key == UI_KEY_ESCAPE && !u->used && u->modal) {
		closed = true;
		ui_use(u);
	}
	ui_layer(u, 0);
	return closed || (e->kind == UI_PRESS && !u->popup.id && !rect_has(d->box, u->pointer.x, u->pointer.y));
}
