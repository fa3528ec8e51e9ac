/* font: where the files of DejaVu Sans (regular, bold) and DejaVu Sans Mono are on this machine.
 * Private to draw. */
#ifndef DRAW_FONT_H
#define DRAW_FONT_H
#include "base/err.h"
#include "draw/canvas.h"

#include <stddef.h>

/* The path of the font file for a weight. The order: UNROLL_FONT (a .ttf for regular; its -Bold and Mono siblings are
 * taken when they exist, else the same file), the usual folders, fontconfig. False with one message when there is none.
 * Slanted is drawn from the file of regular. */
bool font_path(weight w, char *buf, size_t size, err *e);
/* The same as an FcPattern, which is how Cairo takes a file; the caller destroys it. NULL with a message. */
struct _FcPattern *font_pattern(weight w, err *e);

#endif
