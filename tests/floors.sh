#!/bin/sh
# Keeps the folders of src/ on their floors: a file includes its own folder and lower floors only, and each library is
# seen only by the files that stand between it and the rest. Prints FILE:LINE: why for every violation and exits with 1.
#   tests/floors.sh [FOLDER]      FOLDER holds the sources (src)
set -eu
LC_ALL=C
export LC_ALL
src=${1:-$(dirname "$0")/../src}
cd "$src"
# Exit status 1, whatever status xargs gives a failed command.
find . -type f \( -name '*.c' -o -name '*.h' -o -name '*.def' \) | sort | sed 's|^\./||' | xargs awk -v root="${1:-src}" '
# Headers whose name matches `header` may be included by files whose path matches `path`; `text` names those files.
function only(header, path, text) {
	rules++
	rule_header[rules] = header
	rule_path[rules] = path
	rule_text[rules] = text
}
function violation(why) {
	printf "%s/%s:%d: %s\n", root, FILENAME, FNR, why
	violations++
}
function folder(path) {
	return index(path, "/") ? substr(path, 1, index(path, "/") - 1) : ""
}
function check_own(name,   to) {
	to = folder(name)
	if (!(to in floor))
		violation("\"" name "\" is not written from src/, or its folder has no floor")
	else if (to != from && floor[to] >= floor[from])
		violation(from "/ (floor " floor[from] ") includes \"" name "\" (floor " floor[to] ")")
}
function check_library(name,   i) {
	for (i = 1; i <= rules; i++)
		if (name ~ rule_header[i]) {
			if (FILENAME !~ rule_path[i])
				violation("<" name "> belongs to " rule_text[i] " alone")
			return
		}
}
BEGIN {
	n = split("base 0 num 1 io 1 nn 2 task 2 run 3 draw 3 plot 4 ui 4 view 5 lesson 6 app 7", word, " ")
	for (i = 1; i < n; i += 2)
		floor[word[i]] = word[i + 1]
	only("cblas", "^num/(both_)?mat_blas[^/]*$", "num/both_mat_blas")
	only("lapack", "^num/eig[^/]*$", "num/eig")
	only("SDL_ttf", "^draw/glyphs[.]c$", "draw/glyphs.c")
	only("SDL", "^app/(window|events)[^/]*$", "app/window and app/events")
	only("cairo", "^draw/canvas_cairo[.]c$", "draw/canvas_cairo.c")
	only("fontconfig", "^draw/font[.]c$", "draw/font.c")
	only("^(.*/)?png[.]h$", "^io/png[.]c$", "io/png.c")
	only("^atk", "^app/access_atk[.]c$", "app/access_atk.c")
	only("md4c", "^lesson/markdown[.]c$", "lesson/markdown.c")
	only("^(.*/)?zip[.]h$", "^io/npz[.]c$", "io/npz.c")
	# A Fortran symbol of LAPACK: precision, kind of matrix, operation, underscore.
	lapack = "(^|[^A-Za-z0-9_])[sdcz](ge|gg|sy|he|hs|or|un|tr|po)[a-z0-9][a-z0-9][a-z0-9]?[a-z0-9]?_[ \t]*[(]"
	blas = "(^|[^A-Za-z0-9_])(cblas_|openblas_)[a-z0-9_]+[ \t]*[(]"
}
FNR == 1 {
	files++
	from = folder(FILENAME)
	if (!(from in floor))
		violation("the folder " from "/ has no floor")
}
!(from in floor) { next }
/^[ \t]*#[ \t]*include[ \t]*["<]/ {
	quote = match($0, /["<]/)
	name = substr($0, quote + 1)
	sub(/[">].*/, "", name)
	if (substr($0, quote, 1) == "\"" && !(folder(name) == "" && name ~ /^(SDL|cairo|cblas|lapack|png[.]|zip[.])/))
		check_own(name)
	else
		check_library(name)
	next
}
$0 ~ lapack && FILENAME !~ /^num\/eig[^\/]*$/ { violation("LAPACK is called in num/eig alone") }
$0 ~ blas && FILENAME !~ /^num\/((both_)?mat_blas|eig)[^\/]*$/ { violation("BLAS is called in num/both_mat_blas and num/eig alone") }
END {
	if (violations) {
		printf "floors: %d violations in %d files\n", violations, files
		exit 1
	}
	printf "floors: %d files keep to their floors\n", files
}' || exit 1
