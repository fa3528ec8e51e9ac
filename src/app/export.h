/* export: what views show, as files: pictures (PNG, SVG, PDF), numbers (CSV, npz) and movies (GIF, MP4, WebM); the
 * window and the command line share it. Everything carries the state string of what it shows. */
#ifndef APP_EXPORT_H
#define APP_EXPORT_H
#include "app/bench.h"

typedef struct export_how {
	theme_id theme;
	float w, h;  /* points */
	float scale; /* pixels per point of a PNG and of movies */
	bool paths;  /* SVG and PDF: letters as outlines, for programs without the font */
} export_how;

/* A whole slide: 960 × 540 points (13.33 × 7.5 inches) or 720 × 540, as slide programs have them, at two pixels per
 * point: 1920 × 1080 or 1440 × 1080. False for anything but "16:9" and "4:3". */
bool export_slide(const char *name, export_how *how);
/* "png", "svg", "pdf", "csv", "npz" */
bool export_is_kind(const char *extension);
/* n views (one: alone, several: the grid) to `path`; its extension picks the format. */
bool export_file(const snap *s, const view *const *list, int n, const export_how *how, const char *path, err *e);
/* The same with letters that stay letters. */
bool export_view(const snap *s, const view *const *list, int n, theme_id t, float w, float h, float scale,
        const char *path, err *e);
/* Saves what the bench shows into the user's folder for pictures; *message says where, or why not. */
bool export_pictures(const bench *b, bool all_formats, char *message, size_t size);

/* ---- movies ---- */

typedef struct film film;

/* Can a movie be made there? Asked before long work. */
bool film_check(const char *path, err *e);
/* `rate`: pictures per second. NULL and a message. */
film *film_open(const run_state *s, const export_how *how, double rate, const char *path, err *e);
bool film_add(film *f, const snap *s, const view *const *list, int n, err *e);
long film_frames(const film *f);
/* Both free f; NULL is allowed for the second. */
bool film_commit(film *f, err *e);
void film_abort(film *f);

/* ---- shared by the files of export ---- */
void export_paint(const snap *s, const view *const *list, int n, canvas *c);
/* "~/Pictures/…" reads better than the whole path. Returns buf. */
const char *export_short_path(const char *path, char *buf, size_t size);

#endif
