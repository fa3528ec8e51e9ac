/* canvas_cairo: SVG and PDF files. Everything is drawn into memory; vector_commit saves the file atomically, so that a
 * failed export leaves the old file alone. The same drawing gives the same bytes.
 * SVG: our own writer (canvas_svg): groups become <g id>, text stays text. PDF: Cairo. Both carry title,
 * caption and the state string in their metadata. Main thread only (text).
 *
 *     vector_file *v = vector_open("figure.svg", false, &themes[THEME_PRINT], 640, 360, title, caption, state, e);
 *     if (!v) return false;
 *     view_panel(…, vector_canvas(v), …);
 *     return vector_commit(v, e);
 */
#ifndef DRAW_CANVAS_CAIRO_H
#define DRAW_CANVAS_CAIRO_H
#include "base/err.h"
#include "draw/canvas.h"

#include <stddef.h>

typedef struct vector_file vector_file;

/* NULL with a message when there is no memory or the size is out of range. The three texts may be NULL. */
vector_file *vector_open(const char *path, bool pdf, const theme *t, float width, float height, const char *title,
        const char *caption, const char *state, err *e);
canvas *vector_canvas(vector_file *v);
/* Before anything is drawn: letters become outlines, for programs that do not have the font. */
void vector_outline_text(vector_file *v);
/* PDF: what follows goes to a new page of the same size; outside of every clip. SVG: nothing. */
void vector_page(vector_file *v);
/* Instead of a commit: the bytes of the file, which hold until vector_abort. NULL and a message without memory. */
const char *vector_bytes(vector_file *v, size_t *n, err *e);
/* Both free v. */
bool vector_commit(vector_file *v, err *e);
void vector_abort(vector_file *v);

#endif
