#include "app/access.h"

#include <stdio.h>
#include <string.h>

/* "loss plot" → the view */
static const view *view_of(const bench *b, const char *name)
{
	const view *list[BENCH_VIEWS];
	int n = bench_views(b, list);
	for (int i = 0; i < n; i++) {
		size_t length = strlen(list[i]->name);
		if (strncmp(list[i]->name, name, length) == 0 && strcmp(name + length, " plot") == 0)
			return list[i];
	}
	return NULL;
}

static int lowest_layer(const ui_control *k, int n)
{
	int layer = 0;
	for (int i = 0; i < n; i++)
		if (k[i].modal && k[i].layer > layer)
			layer = k[i].layer;
	return layer;
}

static void fill(const bench *b, access_node *to, const ui_control *k)
{
	const view *v = k->role == UI_PLOT ? view_of(b, k->name) : NULL;
	*to = (access_node){.id = k->id,
	        .role = k->role,
	        .shown = k->shown,
	        .focusable = k->focusable,
	        .focused = k->id == b->ui.focus};
	memcpy(to->name, k->name, sizeof to->name);
	memcpy(to->value, k->value, sizeof to->value);
	if (v)
		view_summary(v, b->snap, to->about, sizeof to->about);
	else
		snprintf(to->about, sizeof to->about, "%s", k->tip ? k->tip : "");
}

int access_tree(const bench *b, access_node *list, int most)
{
	int n, made = 0;
	const ui_control *k = ui_controls(&b->ui, &n);
	int lowest = lowest_layer(k, n);
	for (int i = 0; i < n && made < most; i++)
		if (k[i].role != UI_SURFACE && k[i].role != UI_SCROLL && k[i].layer >= lowest)
			fill(b, &list[made++], &k[i]);
	return made;
}
