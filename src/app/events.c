#include "app/events.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
	SDL_Keycode from;
	int to;
} keys[] = {
        {SDLK_RETURN, UI_KEY_ENTER},
        {SDLK_KP_ENTER, UI_KEY_ENTER},
        {SDLK_ESCAPE, UI_KEY_ESCAPE},
        {SDLK_TAB, UI_KEY_TAB},
        {SDLK_LEFT, UI_KEY_LEFT},
        {SDLK_RIGHT, UI_KEY_RIGHT},
        {SDLK_UP, UI_KEY_UP},
        {SDLK_DOWN, UI_KEY_DOWN},
        {SDLK_PAGEUP, UI_KEY_PAGE_UP},
        {SDLK_PAGEDOWN, UI_KEY_PAGE_DOWN},
        {SDLK_HOME, UI_KEY_HOME},
        {SDLK_END, UI_KEY_END},
        {SDLK_BACKSPACE, UI_KEY_BACKSPACE},
        {SDLK_DELETE, UI_KEY_DELETE},
        {SDLK_F1, UI_KEY_F1},
        {SDLK_F6, UI_KEY_F6},
        {SDLK_F11, UI_KEY_F11},
        {SDLK_KP_PLUS, '+'},
        {SDLK_KP_MINUS, '-'},
        {SDLK_KP_0, '0'},
};

static int key_of(SDL_Keycode code)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i].from == code)
			return keys[i].to;
	return code >= ' ' && code < 127 ? (int)code : 0;
}

/* A key that is held down repeats where that moves something; it does not play and pause. */
static bool repeats(int key)
{
	return (key >= UI_KEY_TAB && key <= UI_KEY_DELETE) || key == '+' || key == '-';
}

static unsigned mods_of(Uint16 mod)
{
	/* AltGr is how characters are reached on many layouts, not a command */
	unsigned alt = mod & KMOD_LALT ? UI_ALT : 0, ctrl = mod & (KMOD_CTRL | KMOD_GUI) ? UI_CTRL : 0;
	return (mod & KMOD_SHIFT ? UI_SHIFT : 0) | ctrl | alt;
}

static point at(float per_unit, Sint32 x, Sint32 y)
{
	return (point){(float)x * per_unit, (float)y * per_unit};
}

static bool wheel(const SDL_Event *from, float per_unit, ui_event *to)
{
	int x, y;
	SDL_GetMouseState(&x, &y);
	float amount = fminf(fmaxf(from->wheel.preciseY, -100), 100) *
	               (from->wheel.direction == SDL_MOUSEWHEEL_FLIPPED ? -1.0F : 1.0F);
	*to = (ui_event){.kind = UI_WHEEL,
	        .at = at(per_unit, x, y),
	        .wheel = amount,
	        .mods = mods_of((Uint16)SDL_GetModState())};
	return true;
}

bool events_translate(const SDL_Event *from, float per_unit, ui_event *to)
{
	*to = (ui_event){.kind = UI_NOTHING};
	switch (from->type) {
	case SDL_MOUSEMOTION:
		*to = (ui_event){.kind = UI_MOVE, .at = at(per_unit, from->motion.x, from->motion.y)};
		return true;
	case SDL_MOUSEBUTTONDOWN:
	case SDL_MOUSEBUTTONUP:
		to->kind = from->type == SDL_MOUSEBUTTONDOWN ? UI_PRESS : UI_RELEASE;
		to->at = at(per_unit, from->button.x, from->button.y);
		to->clicks = from->button.clicks;
		return from->button.button == SDL_BUTTON_LEFT;
	case SDL_MOUSEWHEEL:
		return wheel(from, per_unit, to);
	case SDL_KEYDOWN:
		*to = (ui_event){
		        .kind = UI_KEY, .key = key_of(from->key.keysym.sym), .mods = mods_of(from->key.keysym.mod)};
		return to->key != 0 && (!from->key.repeat || repeats(to->key));
	case SDL_TEXTINPUT:
		to->kind = UI_TYPE;
		snprintf(to->text, sizeof to->text, "%s", from->text.text);
		/* some input methods send the letter of Ctrl+letter as well; Ctrl and Alt together are AltGr */
		return to->text[0] != 0 && (SDL_GetModState() & (KMOD_CTRL | KMOD_ALT)) != KMOD_LCTRL &&
		       (SDL_GetModState() & (KMOD_CTRL | KMOD_ALT)) != KMOD_RCTRL;
	case SDL_WINDOWEVENT:
		to->kind = UI_LEAVE;
		return from->window.event == SDL_WINDOWEVENT_LEAVE;
	default:
		return false;
	}
}

static bool clipboard_get(void *unused, char *buf, size_t size)
{
	(void)unused;
	char *text = SDL_GetClipboardText();
	bool there = text && *text;
	if (there)
		snprintf(buf, size, "%s", text);
	SDL_free(text);
	return there;
}

static void clipboard_set(void *unused, const char *text)
{
	(void)unused;
	SDL_SetClipboardText(text);
}

ui_clipboard events_clipboard(void)
{
	return (ui_clipboard){clipboard_get, clipboard_set, NULL};
}
