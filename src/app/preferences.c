#include "app/preferences.h"

#include "app/bench.h"
#include "app/command.h"
#include "app/pictures.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* points at type scale 1 */
static const float ROW = 54, PAD = 24, LABEL = 150, CONTROL = 28, WIDTH = 640;

static void changed(bench *b)
{
	b->settings_changed = true;
	preferences_apply(b);
}

void preferences_apply(bench *b)
{
	b->ui.still = b->settings.motion == MOTION_REDUCED;
	text_numbers((text_decimal)b->settings.decimal, (text_groups)b->settings.thousands);
	pictures_use(b->settings.pictures);
}

/* Name and control side by side, the help below the control. Returns where the control goes. */
static rect row(bench *b, rect *at, const char *label, const char *help)
{
	ui *u = &b->ui;
	float em = u->em;
	rect r = rect_cut_top(at, ROW * em), left = rect_cut_left(&r, fminf(LABEL * em, 0.36F * r.w));
	left.h = CONTROL * em;
	ui_label(u, left, label, 13, WEIGHT_BOLD, INK_TEXT, ALIGN_LEFT);
	rect control = rect_cut_top(&r, CONTROL * em), note = rect_cut_top(&r, 18 * em);
	ui_label(u, note, help, 12, WEIGHT_REGULAR, INK_MUTED, ALIGN_LEFT);
	return control;
}

static void theme_row(bench *b, rect *at)
{
	static const char *names[THEME_COUNT]; /* an open list goes on pointing at them */
	int chosen = (int)b->settings.theme;
	for (int i = 0; i < THEME_COUNT; i++)
		names[i] = themes[i].name;
	if (ui_choice(&b->ui,
	            row(b, at, "Theme", "projector: larger type, thicker lines; print: white, without colour"),
	            "setting theme", names, THEME_COUNT, &chosen, command_tip("theme"))) {
		b->settings.theme = (theme_id)chosen;
		changed(b);
	}
}

static void scale_row(bench *b, rect *at)
{
	static const ui_range range = {.name = "setting scale",
	        .tip = "of type and everything else, in percent",
	        .low = 100 * SCALE_MIN,
	        .high = 100 * SCALE_MAX,
	        .safe_low = 100 * SCALE_MIN,
	        .safe_high = 100 * SCALE_MAX,
	        .fallback = 100,
	        .whole = true};
	ui *u = &b->ui;
	double v = round(100 * (double)b->settings.scale), typed = v;
	/* while it is dragged nothing moves under the pointer: the scale changes when it is let go */
	double *dragged = &b->preferences.dragged, shown = *dragged > 0 ? *dragged : v;
	rect r = row(b, at, "Scale", "percent, on top of the display's own; Ctrl++ and Ctrl+−");
	ui_result got = ui_slider(u, r, &range, &shown);
	bool held = u->down && u->event.kind != UI_RELEASE;
	if (got == UI_TYPED) {
		if (!text_read_number(ui_typed(u), false, &typed) || typed < range.low || typed > range.high) {
			ui_reject(u, "scale: a percentage; allowed: 80 to 300");
			return;
		}
		shown = typed;
	} else if (got == UI_CHANGED && held) {
		*dragged = 5 * round(shown / 5); /* what is typed can be finer */
		return;
	} else if (*dragged > 0 && held) {
		return;
	}
	*dragged = 0;
	if (round(shown) != v) {
		b->settings.scale = fminf(fmaxf((float)round(shown) / 100, SCALE_MIN), SCALE_MAX);
		changed(b);
	}
}

static void history_row(bench *b, rect *at)
{
	char text[32];
	double typed;
	ui *u = &b->ui;
	rect r = row(b, at, "History", "MiB for going back to past updates; from the next start on");
	r.w = fminf(r.w, 120 * u->em);
	snprintf(text, sizeof text, "%d", b->settings.history);
	if (ui_entry(u, r, "setting history", text, true, "memory for the checkpoints of all arms, MiB") != UI_TYPED)
		return;
	if (!text_read_number(ui_typed(u), false, &typed) || typed < 0 || typed > HISTORY_MAX ||
	        typed != floor(typed)) {
		ui_reject(u, "history: MiB; allowed: whole numbers from 0 to 65536");
		return;
	}
	b->settings.history = (int)typed;
	changed(b);
}

static void pictures_row(bench *b, rect *at)
{
	char folder[SETTINGS_PATH];
	err e = {0};
	ui *u = &b->ui;
	bool usual = !b->settings.pictures[0];
	char usual_folder[FILE_PATH];
	rect r = row(b, at, "Pictures", usual ? "the usual folder; type another" : "empty: the usual folder again");
	const char *shown = b->settings.pictures;
	if (usual)
		shown = pictures_find_folder(usual_folder, sizeof usual_folder) ? usual_folder : "";
	if (ui_entry(u, r, "setting pictures", shown, false, "where S puts pictures") != UI_TYPED)
		return;
	bool same = usual && strcmp(ui_typed(u), shown) == 0;
	if (same)
		return;
	if (!settings_check_folder(ui_typed(u), folder, sizeof folder, &e)) {
		ui_reject(u, e.text);
		return;
	}
	snprintf(b->settings.pictures, sizeof b->settings.pictures, "%s", folder);
	changed(b);
}

static void choice_row(bench *b, rect *at, const settings_row *s)
{
	char name[40];
	int n = 0, *chosen = settings_choice(&b->settings, s);
	while (n < SETTINGS_WORDS && s->shown[n])
		n++;
	snprintf(name, sizeof name, "setting %s", s->key);
	if (ui_choice(&b->ui, row(b, at, s->label, s->help), name, s->shown, n, chosen, s->help))
		changed(b);
}

static void rows(bench *b, rect at)
{
	theme_row(b, &at);
	scale_row(b, &at);
	for (int i = 0; i < settings_rows_count; i++)
		choice_row(b, &at, &settings_rows[i]);
	history_row(b, &at);
	pictures_row(b, &at);
}

void preferences_draw(bench *b)
{
	ui *u = &b->ui;
	preferences *p = &b->preferences;
	float em = u->em, pad = PAD * em, content = (float)(settings_rows_count + 4) * ROW * em;
	float width = fminf(WIDTH * em, u->c->width), height = fminf(content + 4 * pad, u->c->height);
	ui_dialog d = ui_dialog_begin(u, width, height, "Settings", "close settings");
	rect inner = d.inside;
	rect_cut_top(&inner, 16 * em);
	rect at = ui_scroll(u, inner, "settings scroll bar", content, &p->offset);
	at.w -= UI_TARGET * em;
	at.x += 4 * em;
	at.w -= 4 * em;
	rows(b, at);
	ui_scroll_end(u, inner, content, &p->offset);
	if (ui_dialog_end(u, &d))
		p->open = false;
}
