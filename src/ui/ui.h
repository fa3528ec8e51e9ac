/* ui: immediate-mode controls drawn on a canvas. Every control registers once per pass: from that one list come the
 * focus order, hit testing, tooltips, the accessibility names, and the tests that find a control by its name.
 * A pass handles at most one event; several passes on a canvas_null may precede the one that is seen.
 * Knows nothing of SDL, trials or views. May be included by app. Units are points. */
#ifndef UI_UI_H
#define UI_UI_H
#include "draw/canvas.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UI_CONTROLS = 256, UI_TEXT = 256, UI_CLIPS = 8 };
enum { UI_TARGET = 24 }; /* smallest side of anything that can be clicked, points at type scale 1 */

/* ---- events ---- */
enum { UI_SHIFT = 1, UI_CTRL = 2, UI_ALT = 4 };
enum { /* keys without a character; the others are their lower-case ASCII code */
	UI_KEY_ENTER = 256,
	UI_KEY_ESCAPE,
	UI_KEY_TAB,
	UI_KEY_LEFT,
	UI_KEY_RIGHT,
	UI_KEY_UP,
	UI_KEY_DOWN,
	UI_KEY_PAGE_UP,
	UI_KEY_PAGE_DOWN,
	UI_KEY_HOME,
	UI_KEY_END,
	UI_KEY_BACKSPACE,
	UI_KEY_DELETE,
	UI_KEY_F1,
	UI_KEY_F6,
	UI_KEY_F11
};

typedef enum ui_event_kind {
	UI_NOTHING,
	UI_MOVE,
	UI_LEAVE,
	UI_PRESS,
	UI_RELEASE,
	UI_WHEEL,
	UI_KEY,
	UI_TYPE
} ui_event_kind;

typedef struct ui_event {
	ui_event_kind kind;
	point at;      /* MOVE, PRESS, RELEASE, WHEEL */
	int clicks;    /* PRESS: 1, 2 for a double click … */
	float wheel;   /* WHEEL: notches, positive is away from the user */
	int key;       /* KEY */
	unsigned mods; /* UI_SHIFT … */
	char text[32]; /* TYPE: UTF-8 */
} ui_event;

/* ---- controls ---- */
typedef enum ui_role {
	UI_BUTTON,
	UI_TOGGLE,
	UI_SLIDER,
	UI_ENTRY,
	UI_CHOICE,
	UI_OPTION, /* an alternative of a CHOICE: can be clicked, the keyboard reaches it through the choice */
	UI_SECTION,
	UI_SCROLL,
	UI_PLOT,
	UI_SURFACE, /* covers what lies on the layers below */
	UI_STATUS,  /* text that is announced: toast, message */
	UI_ROLES
} ui_role;
const char *ui_role_name(ui_role role);

typedef struct ui_control {
	uint32_t id;
	ui_role role;
	int layer, part;
	int rank; /* Tab goes to lower ones first */
	bool focusable;
	bool modal; /* SURFACE: nothing below it can be reached */
	rect area;  /* where it is */
	rect shown; /* the part that is not clipped away; empty when scrolled out */
	char name[40], value[192];
	const char *tip; /* static text, or NULL */
} ui_control;

/* What a control answers. TYPED: a text was entered (ui_typed); the caller checks it and may ui_reject it. */
typedef enum ui_result { UI_SAME, UI_CHANGED, UI_TYPED } ui_result;

typedef struct ui_clipboard {
	bool (*get)(void *data, char *buf, size_t size); /* false: nothing there */
	void (*set)(void *data, const char *text);
	void *data;
} ui_clipboard;

typedef struct ui_edit { /* the one text field that is being edited */
	uint32_t id, last;
	char text[UI_TEXT];
	int caret, anchor;                   /* byte positions; the selection lies between them */
	char first[UI_TEXT], typed[UI_TEXT]; /* as it was opened; what was taken back with Ctrl+Z */
	bool taken_back;                     /* … and that it was */
	bool commit;                         /* the focus moved away: commit in this pass */
	char error[480];
	rect area;
} ui_edit;

typedef struct ui_popup { /* the one list that is open */
	uint32_t id;
	rect anchor, area;
	const char *const *option;
	int n, marked, first, rows, result; /* result: chosen option, −1 = none yet */
} ui_popup;

typedef struct ui {
	canvas *c;
	float em;   /* type scale of the theme: every length is multiplied by it */
	double now; /* seconds */
	ui_event event;
	bool used; /* the event has been taken */
	point pointer, press;
	bool inside, down;
	int clicks;
	uint32_t hot, active, focus;
	bool ring;   /* the focus came from the keyboard: show it */
	bool reveal; /* … and has to be scrolled into view */
	rect reveal_area;
	bool reveal_found;
	uint32_t anchor; /* without a focus: Tab goes on behind this control */
	int part;
	uint32_t focus_below; /* what had the keyboard before a modal surface took it, and gets it back */
	bool ring_below;
	bool modal;  /* the last pass showed a modal surface */
	bool moved;  /* a scroll area went there after it was drawn: the next pass shows it */
	bool paging; /* PgUp and PgDn turn pages, and no control has them */
	int layer, rank;
	rect clip[UI_CLIPS];
	int clips;
	bool scrolls; /* inside a scroll area with more than fits */
	float drag_offset;
	float wheel;        /* fractions of a notch that have not moved a slider yet */
	double press_value; /* of a slider, when it was pressed */
	uint32_t tip_id;
	double tip_since;
	bool still; /* nothing goes away by itself while it may be read */
	char toast[480];
	double toast_until;
	rect toast_area; /* where toasts go; w = 0: over the foot of the canvas */
	bool overlay;    /* something lies over the layout in this pass: popup, tip, toast, error */
	ui_edit edit;
	ui_popup popup;
	ui_clipboard clipboard;
	ui_control list[2][UI_CONTROLS]; /* this pass and the last one */
	int count[2], side;
} ui;

void ui_init(ui *u, const ui_clipboard *clipboard); /* clipboard may be NULL */
/* One pass. `event` may be NULL; `now` in seconds, never decreasing. */
void ui_begin(ui *u, canvas *c, const ui_event *event, double now);
void ui_end(ui *u);
/* The event of the pass when no control took it, NULL otherwise. After ui_end. */
const ui_event *ui_unused(const ui *u);
/* When the picture changes by itself next (a tooltip, the end of a toast); INFINITY: never. */
double ui_due(const ui *u);

/* The controls of the last complete pass. */
const ui_control *ui_controls(const ui *u, int *count);
const ui_control *ui_find(const ui *u, const char *name); /* NULL when it is not there */
void ui_focus_clear(ui *u);
void ui_focus_first(ui *u); /* to what Tab comes to first */
/* Gives the keyboard to a control of the last pass, visibly; it is scrolled into sight in the next. */
void ui_focus(ui *u, const char *name);

/* ---- layout ---- */
void ui_layer(ui *u, int layer);
/* Of the controls that follow; 0 in every pass at first. Tab goes through controls by rank, those of one rank in the
 * order in which they stand. */
void ui_rank(ui *u, int rank);
void ui_part(ui *u); /* another part of the screen begins: F6 goes from one to the next */
void ui_surface(ui *u, rect r, const char *name, bool modal); /* covers what lies below on lower layers */
bool ui_reachable(const ui *u);                               /* the present layer: no dialog lies over it */
void ui_clip(ui *u, rect r);
void ui_clip_end(ui *u);
/* A vertical scroll area. `content` is the height of what it holds; *offset is kept within bounds. Returns where the
 * content starts and how wide it is; the bar has a strip of its own on the right. */
rect ui_scroll(ui *u, rect r, const char *name, float content, float *offset);
void ui_scroll_end(ui *u, rect r, float content, float *offset);

/* A box over everything else, in the middle, with a title and a button that closes it. It has the keyboard for itself:
 * Esc closes it, the arrows and pages that no control takes scroll what scrolls in it. */
typedef struct ui_dialog {
	rect box, inside; /* below the title */
	rect close;
	const char *close_name;
} ui_dialog;
ui_dialog ui_dialog_begin(ui *u, float width, float height, const char *title, const char *close_name);
bool ui_dialog_end(ui *u, const ui_dialog *d); /* true: to be closed, by its button, Esc or a press beside it */

/* ---- controls: `r` is where it goes, `name` is unique on the screen, `tip` is static text ---- */
typedef enum ui_icon {
	ICON_NONE,
	ICON_PLAY,
	ICON_PAUSE,
	ICON_RESET,
	ICON_STEP,
	ICON_PLUS,
	ICON_MINUS,
	ICON_MENU,
	ICON_THEME,
	ICON_PICTURE,
	ICON_CLOSE,
	ICON_RIGHT,
	ICON_DOWN,
	ICON_UP,
	ICON_SHOWN,
	ICON_HIDDEN,
	ICON_TEXT,
	ICON_LEFT,
	ICON_SLIDERS,
	ICON_GRID,
	ICON_MORE,
	ICON_RECORD,
	ICON_STOP
} ui_icon;
void ui_icon_draw(canvas *c, ui_icon icon, float x, float y, float size, ink colour); /* centred on x, y */

typedef enum ui_look { LOOK_PLAIN, LOOK_RAISED, LOOK_PRIMARY } ui_look;
/* An icon, or `label` when icon is ICON_NONE. True when it was pressed. */
bool ui_button(ui *u, rect r, const char *name, ui_icon icon, const char *label, ui_look look, const char *tip);
/* A panel that is pressed as a whole; the caller draws into it afterwards. */
bool ui_card(ui *u, rect r, const char *name, const char *value, const char *tip);
/* An invisible control over a plot's title. The arrows that it was given are in move: to the right, and down; ten with
 * Shift. */
bool ui_plot(ui *u, rect r, const char *name, const char *tip, int move[2]);
bool ui_toggle(ui *u, rect r, const char *name, bool *on, const char *tip);
bool ui_section(ui *u, rect r, const char *name, bool *open);

/* A few options that fit side by side become segments, others a list. */
bool ui_choice(ui *u, rect r, const char *name, const char *const *option, int n, int *chosen, const char *tip);

/* A button that opens a list of things to do, `width` wide, below or above it. A tab parts an option from the key that
 * does it; '\v' before one draws a line above it. True when one was chosen: *chosen. */
bool ui_menu(ui *u, rect r, const char *name, ui_icon icon, float width, const char *const *option, int n, int *chosen,
        const char *tip);

typedef struct ui_range {
	const char *name, *tip;
	double low, high;           /* ends of the track */
	double safe_low, safe_high; /* outside is marked */
	double fallback;            /* Delete returns to it */
	bool log, whole;
	const char *top;  /* text in place of the number at the upper end; NULL = the number */
	const char *zero; /* the same for the value 0 */
} ui_range;
ui_result ui_slider(ui *u, rect r, const ui_range *range, double *value);
double ui_range_share(const ui_range *g, double value);                            /* 0 … 1 along the track */
double ui_range_value(const ui_range *g, double share);                            /* rounded to what the eye can set */
double ui_range_step(const ui_range *g, double value, int direction, double size); /* size 1: an arrow key */

/* A text field that shows `text` until it is edited; `numbers` centres it. */
ui_result ui_entry(ui *u, rect r, const char *name, const char *text, bool centred, const char *tip);
const char *ui_typed(const ui *u);
void ui_reject(ui *u, const char *message); /* the text of this pass's TYPED is wrong: edit on, message at the field */
bool ui_editing(const ui *u);

void ui_label(ui *u, rect r, const char *text, float size, weight w, ink colour, align a); /* cut with … to r.w */
/* Text wrapped at spaces to r.w, top at r.y; nothing is drawn when `draw` is false. Returns the height. */
float ui_paragraph(ui *u, rect r, const char *text, float size, ink colour, bool draw);
void ui_toast(ui *u, const char *text);
void ui_status(ui *u, rect r, const char *name, const char *value); /* registers text for readers and tests */

/* ---- for the files of ui/ ---- */
typedef struct ui_touch {
	uint32_t id;
	bool hot, held, pressed, clicked, focused; /* focused: has the keyboard */
} ui_touch;
ui_touch ui_register(ui *u, rect r, ui_role role, const char *name, const char *value, const char *tip);
int ui_key_for(ui *u, uint32_t id); /* the key of this pass when the control has the keyboard, else 0; see ui_use */
void ui_use(ui *u);
void ui_ring(ui *u, rect r, float radius, uint32_t id);
ui_result ui_edit_run(ui *u, uint32_t id, rect r, bool centred);
void ui_edit_start(ui *u, uint32_t id, const char *text);
bool ui_edit_typed(ui *u, uint32_t id); /* a digit or a sign began an entry in place of the value */
text_style ui_text_style(const ui *u, float size, weight w, ink colour, align a);
float ui_baseline(const ui *u, rect r, float size); /* baseline that centres a line of text in r */
stroke ui_line(float width, ink colour);
bool ui_popup_result(ui *u, uint32_t id, rect anchor, int *chosen);
void ui_popup_events(ui *u);
void ui_popup_draw(ui *u);
void ui_popup_open(ui *u, uint32_t id, rect anchor, const char *const *option, int n, int chosen);

#endif
