/* export: pictures of views as PNG, SVG or PDF; the window and the command line share it. */
#ifndef APP_EXPORT_H
#define APP_EXPORT_H
#include "app/bench.h"

/* Draws n views (one: alone, several: the grid) of w × h points to `path`; its extension (png, svg, pdf) picks the
 * format. `scale`: pixels per point of a PNG. Every format carries the state string of the first arm. */
bool export_view(const snap *s, const view *const *list, int n, theme_id t, float w, float h, float scale,
        const char *path, err *e);
/* Saves what the bench shows into the user's folder for pictures; *message says where, or why not. */
bool export_pictures(const bench *b, bool all_formats, char *message, size_t size);

#endif
