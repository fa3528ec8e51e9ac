/* vector_device: what a vector_file asks of its format. Private to draw. */
#ifndef DRAW_VECTOR_DEVICE_H
#define DRAW_VECTOR_DEVICE_H
#include "base/err.h"
#include "draw/buffer.h"
#include "draw/canvas.h"

typedef struct vector_info {
	const theme *theme;
	float width, height;
	const char *title, *caption, *state; /* never NULL */
} vector_info;

typedef struct vector_device {
	canvas *(*start)(buffer *out, const vector_info *info, err *e); /* NULL with a message */
	bool (*finish)(canvas *c, err *e);                              /* the file is complete in `out` */
	void (*release)(canvas *c);
	void (*outline)(canvas *c); /* text as paths from now on */
	void (*page)(canvas *c); /* ends a page; NULL: there is only one */
} vector_device;

extern const vector_device vector_svg, vector_pdf;

/* Appends the outlines of a text as path data of SVG, in the canvas's points. */
typedef struct outliner outliner;
outliner *outliner_new(void); /* NULL: no memory */
void outliner_free(outliner *o);
void outliner_text(outliner *o, buffer *out, float x, float y, const char *utf8, text_style s);

/* Appends the image as a PNG file. False without memory. */
bool vector_png(buffer *out, const uint32_t *argb, int w, int h);

#endif
