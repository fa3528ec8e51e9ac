/* exporter: what the export dialog has been set to, and the movie that is being recorded. Fields of a bench. */
#ifndef APP_EXPORTER_H
#define APP_EXPORTER_H
#include <stdbool.h>

struct bench;
struct film;

typedef struct exporter {
	bool open;
	float offset; /* of what is scrolled in a low window */
	int what;     /* 0: all plots; else the plot with this number */
	int format;   /* places in the lists of exporter.c */
	int size, scale, movie_scale, theme, letters;
	double updates, rate; /* of a movie: how many updates back it begins; pictures per second */

	struct film *film; /* NULL: nothing is recorded */
	bool follows;      /* takes what comes, until it is stopped … */
	double due;        /* … when there is time for the next picture */
	long next, end, every, last;
	char path[4096];

	long script; /* the message that asks for a script to copy; 0: none */
} exporter;

void exporter_init(exporter *x);
void exporter_draw(struct bench *b);
/* Begins a movie from here, or ends the one that is being recorded. */
void exporter_record(struct bench *b);
/* A new snap has come: another picture, perhaps the last. */
void exporter_take(struct bench *b);
/* The batch as a script for PyTorch to the clipboard, once the worker has written it. */
void exporter_copy_pytorch(struct bench *b);
/* Pictures of the movie that is being recorded; −1 = none is. */
long exporter_frames(const struct bench *b);
/* Ends what is being recorded. */
void exporter_end(struct bench *b);

#endif
