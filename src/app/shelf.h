/* shelf: where lessons are found. */
#ifndef APP_SHELF_H
#define APP_SHELF_H
#include "base/err.h"
#include "io/file.h"

enum { SHELF_LESSONS = 200 };

typedef struct shelf {
	int n;
	char *path[SHELF_LESSONS]; /* in the order of their file names, folder by folder */
} shelf;

/* The lessons of the program (beside it, where it is installed, or in `lessons` here), then the user's own in
 * $XDG_DATA_HOME/unroll/lessons.
 */
bool shelf_open(shelf *s, err *e);
/* Adds a file, the files *.md of a folder, or the lesson on the usual shelf that has this name. */
bool shelf_add(shelf *s, const char *word, err *e);
/* Adds the lesson on the usual shelf with this name ("wall-and-clip"), number ("8", "08") or both. */
bool shelf_add_name(shelf *s, const char *word, err *e);
/* README.md and AUTHORING.md stand beside lessons and are none. */
bool shelf_about_lessons(const char *path);
void shelf_close(shelf *s);

#endif
