/* access: the screen for those who do not see it. The controls of the last pass as a flat tree, each with a role, a
 * name, a value and what it is about; a plot is about its summary. Where ATK and its bridge were installed when the
 * program was built (access_atk.c), screen readers and other assistive programs get this tree. */
#ifndef APP_ACCESS_H
#define APP_ACCESS_H
#include "app/bench.h"

enum { ACCESS_ABOUT = 1024 };

typedef struct access_node {
	uint32_t id;
	ui_role role;
	char name[40], value[64];
	char about[ACCESS_ABOUT]; /* help, or the summary of a plot */
	rect shown;               /* points */
	bool focusable, focused;
} access_node;

/* At most `most` nodes, in reading order; what is covered or decoration is left out. Returns how many. */
int access_tree(const bench *b, access_node *list, int most);

/* ---- the bridge; without ATK these do nothing ---- */
/* False when there is nobody to talk to. Takes some milliseconds: after the first frame. */
bool access_start(void);
/* The tree has changed, perhaps. `per_unit`: points per unit of the window's coordinates. */
void access_show(const bench *b, const char *title, float per_unit);
/* Answers what assistive programs have asked. True when a control shall be pressed: where, in points. */
bool access_pump(point *press);
void access_stop(void);

#endif
