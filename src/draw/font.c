#include "draw/font.h"

#include <fontconfig/fontconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const file_name[] = {
        [WEIGHT_REGULAR] = "DejaVuSans.ttf",
        [WEIGHT_BOLD] = "DejaVuSans-Bold.ttf",
        [WEIGHT_MONO] = "DejaVuSansMono.ttf",
};

/* Tried before fontconfig, which takes tens of milliseconds to read its configuration. */
static const char *const folder[] = {
        "/usr/share/fonts/truetype/dejavu",   /* Debian, Ubuntu */
        "/usr/share/fonts/dejavu-sans-fonts", /* Fedora; the mono face lies elsewhere */
        "/usr/share/fonts/TTF",               /* Arch */
        "/usr/share/fonts/dejavu",
        "/usr/local/share/fonts/dejavu", /* BSD */
        "/opt/homebrew/share/fonts",
        "/Library/Fonts",
};

static bool readable(const char *path)
{
	return access(path, R_OK) == 0;
}

static bool join(char *buf, size_t size, const char *start, int length, const char *end)
{
	int n = snprintf(buf, size, "%.*s%s", length, start, end);
	return n > 0 && (size_t)n < size;
}

/* "Name.ttf" or "Name-Regular.ttf" → "Name-Bold.ttf", "NameMono.ttf", "NameMono-Regular.ttf" beside it. */
static bool sibling(weight w, const char *regular, char *buf, size_t size)
{
	static const char *const tail[][2] = {
	        [WEIGHT_REGULAR] = {"", ""},
	        [WEIGHT_BOLD] = {"-Bold", "Bold"},
	        [WEIGHT_MONO] = {"Mono", "Mono-Regular"},
	};
	const char *dot = strrchr(regular, '.'), *slash = strrchr(regular, '/');
	if (!dot || (slash && dot < slash))
		return false;
	int stem = (int)(dot - regular);
	static const char plain[] = "-Regular";
	int cut = (int)sizeof plain - 1;
	if (stem > cut && !strncmp(dot - cut, plain, (size_t)cut))
		stem -= cut;
	for (int i = 0; i < 2; i++) {
		char end[64];
		snprintf(end, sizeof end, "%s%s", tail[w][i], dot);
		if (join(buf, size, regular, stem, end) && readable(buf))
			return true;
	}
	return false;
}

static bool from_fontconfig(weight w, char *buf, size_t size)
{
	FcPattern *want = FcPatternCreate(), *found = NULL;
	FcResult result;
	FcChar8 *file = NULL;
	bool ok = false;
	if (want) {
		FcPatternAddString(
		        want, FC_FAMILY, (const FcChar8 *)(w == WEIGHT_MONO ? "DejaVu Sans Mono" : "DejaVu Sans"));
		FcPatternAddInteger(want, FC_WEIGHT, w == WEIGHT_BOLD ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
		FcPatternAddBool(want, FC_SCALABLE, FcTrue);
		if (FcConfigSubstitute(NULL, want, FcMatchPattern)) {
			FcDefaultSubstitute(want);
			found = FcFontMatch(NULL, want, &result);
		}
		if (found && FcPatternGetString(found, FC_FILE, 0, &file) == FcResultMatch) {
			int n = snprintf(buf, size, "%s", (const char *)file);
			ok = n > 0 && (size_t)n < size && readable(buf);
		}
	}
	if (found)
		FcPatternDestroy(found);
	if (want)
		FcPatternDestroy(want);
	return ok;
}

bool font_path(weight w, char *buf, size_t size, err *e)
{
	if (w == WEIGHT_SLANTED)
		w = WEIGHT_REGULAR;
	const char *chosen = getenv("UNROLL_FONT");
	if (chosen && *chosen) {
		if (!readable(chosen))
			return err_input(
			        e, "UNROLL_FONT: cannot read %.300s; it must be the path of a .ttf file", chosen);
		if (w != WEIGHT_REGULAR && sibling(w, chosen, buf, size))
			return true;
		if (!join(buf, size, chosen, (int)strlen(chosen), ""))
			return err_input(e, "UNROLL_FONT: the path is too long");
		return true;
	}
	for (size_t i = 0; i < sizeof folder / sizeof *folder; i++) {
		char name[64];
		snprintf(name, sizeof name, "/%s", file_name[w]);
		if (join(buf, size, folder[i], (int)strlen(folder[i]), name) && readable(buf))
			return true;
	}
	if (from_fontconfig(w, buf, size))
		return true;
	return err_machine(
	        e, "no font; install DejaVu Sans (fonts-dejavu-core) or set UNROLL_FONT to the path of a .ttf file");
}

FcPattern *font_pattern(weight w, err *e)
{
	char path[4096];
	if (!font_path(w, path, sizeof path, e))
		return NULL;
	FcPattern *pattern = FcPatternCreate();
	if (!pattern) {
		err_machine(e, "no memory for a font");
		return NULL;
	}
	FcPatternAddString(pattern, FC_FILE, (const FcChar8 *)path);
	FcPatternAddInteger(pattern, FC_INDEX, 0);
	return pattern;
}
