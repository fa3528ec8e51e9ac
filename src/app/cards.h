/* cards: what the gallery offers: a free bench, the lessons, the runs that were left, the pictures that were saved. */
#ifndef APP_CARDS_H
#define APP_CARDS_H
#include "app/shelf.h"
#include "lesson/lesson.h"
#include "run/state.h"

enum { CARDS_PICTURES = 12, CARDS_MOST = SHELF_LESSONS + 32 };

/* What the bench opens on: it begins to learn within seconds, and its radius can be turned either way. */
extern const char cards_first_state[];

typedef enum card_kind { CARD_BACK, CARD_FREE, CARD_LESSON, CARD_RECENT, CARD_PICTURE, CARD_KINDS } card_kind;

typedef struct card_info {
	card_kind kind;
	char name[40]; /* of the control */
	char title[96];
	char line[240]; /* below the title */
	char note[48];  /* at the foot: minutes, a date */
	bool done;      /* a lesson whose goals are met */
	char *state;    /* state string: what its picture shows, and what it opens; NULL for pictures */
	char *path;     /* of a lesson or picture; NULL for runs */
} card_info;

typedef struct cards {
	int n;
	card_info *card[CARDS_MOST];
} cards;

/* Reads lessons, runs and pictures anew. Of what cannot be read there is no card, but for lessons with mistakes. */
void cards_load(cards *all);
void cards_free(cards *all);
/* Every word of `search` stands somewhere in the card, whatever the case. */
bool card_matches(const card_info *k, const char *search);
/* The runs of a step as a state at an update. */
void cards_lesson_state(const lesson *l, int step, long update, run_state *s);
/* "rnn, adding, T = 40" */
const char *cards_run_title(const config *c, char *buf, size_t size);

#endif
