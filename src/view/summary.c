/* Plots in words. */
#include "view/parts.h"

#include <stdio.h>
#include <string.h>

static void append_stopped(char *buf, int size, const snap *s)
{
	char update[32];
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *m = &s->arm[a];
		if (m->diverged)
			part_append(buf, size, "; %s%sstopped at update %s",
			        part_arms(s) > 1 ? part_arm_name(s, a) : "", part_arms(s) > 1 ? " " : "",
			        axis_count_text(update, sizeof update, (double)m->diverged_update));
	}
}

/* The sentences of a caption as parts of one. */
static void append_joined(char *buf, int size, const char *caption)
{
	for (const char *end; (end = strstr(caption, ". ")); caption = end + 2)
		part_append(buf, size, "; %.*s", (int)(end - caption), caption);
	size_t n = strlen(caption);
	if (n > 0)
		part_append(buf, size, "; %.*s", (int)(caption[n - 1] == '.' ? n - 1 : n), caption);
}

const char *view_summary(const view *v, const snap *s, char *buf, int size)
{
	char key[256], caption[768];
	snprintf(buf, (size_t)size, "%s", v->title);
	v->key(s, key, sizeof key);
	if (key[0])
		part_append(buf, size, ": %s", key);
	append_stopped(buf, size, s);
	append_joined(buf, size, v->caption(s, true, caption, sizeof caption));
	part_append(buf, size, ".");
	return buf;
}
