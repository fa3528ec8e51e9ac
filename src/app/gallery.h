/* gallery: the start screen: cards for a free bench, the lessons, the runs that were left and saved pictures. The run
 * on the bench stays as it is while the gallery is open. */
#ifndef APP_GALLERY_H
#define APP_GALLERY_H
#include "app/cards.h"
#include "app/thumbs.h"
#include "ui/ui.h"

enum { GALLERY_SEARCH = 64 };

typedef struct gallery {
	bool open;
	bool keeps;      /* runs that are left are kept */
	bool bench_seen; /* there is something to go back to */
	cards all;
	thumbs *thumbs; /* NULL: cards without pictures */
	char search[GALLERY_SEARCH];
	bool deaf; /* the letter of the key that opened it is still to come as a text */
	float offset;
	int columns;                  /* of the last pass */
	int order[CARDS_MOST], shown; /* cards of the last pass, as they stand, and where: */
	int row[CARDS_MOST], column[CARDS_MOST];
	rect back;     /* the card of the present run; w = 0: not in sight */
	char *aside;   /* … as it stands in the file of recent runs for the case of a sudden end; NULL = not there */
	char *present; /* state string of the run on the bench when it was left last; NULL = none */
} gallery;

struct bench;

/* Opens it, with everything read anew. */
void gallery_open(struct bench *b);
/* Back to the bench as it is. */
void gallery_close(struct bench *b);
void gallery_done(gallery *g);
/* Esc: one step out; false when there is nothing to go back to. */
bool gallery_back(struct bench *b);
void gallery_draw(struct bench *b);
/* Whether a command means something while the gallery is open. */
bool gallery_allows(const char *name);
/* Keeps the present run among the recent ones, when it has done anything. */
void gallery_keep(struct bench *b);
/* The same from time to time, while it goes on: a killed program loses seconds, not the run. */
void gallery_aside(struct bench *b);

#endif
