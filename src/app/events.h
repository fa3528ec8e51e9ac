/* events: SDL's events as events of the controls. */
#ifndef APP_EVENTS_H
#define APP_EVENTS_H
#include "ui/ui.h"

#include <SDL.h>

/* False when the event means nothing to the controls. `per_unit`: points per unit of SDL's window coordinates. */
bool events_translate(const SDL_Event *from, float per_unit, ui_event *to);
/* Text in and out of the system's clipboard. */
ui_clipboard events_clipboard(void);

#endif
