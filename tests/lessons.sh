#!/bin/sh
# The lessons of this program and the template for new ones: no mistake in them, and every claim holds. Claims that need
# many updates or seeds are skipped unless LESSONS=whole (`make test-deep`). Prints "ok NAME", "not ok NAME: why",
# "SKIP NAME: why".
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$root/$BUILD ;; esac
U=${UNROLL:-$BUILD/unroll}
work=$(mktemp -d "${SCRATCH:-${TMPDIR:-/tmp}}/lessons.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
quick=--quick
[ "${LESSONS:-}" = whole ] && quick=

# check NAME FILE…
check() {
	name=$1
	shift
	"$U" check $quick "$@" >"$work/out" 2>"$work/err"
	status=$?
	sed -n "s|$root/lessons/||; s|$work/||; s/^ok  */ok /p; s/^NOT ok  */not ok /p" "$work/out"
	if [ $status -eq 0 ]; then
		echo "ok $name: no mistakes"
	else
		echo "not ok $name: exit $status [$(head -n 1 "$work/err")]"
	fi
}

for lesson in "$root"/lessons/[0-9]*.md; do
	check "$(basename "$lesson")" "$lesson"
done
awk '/^## A template/ { on = 1 } on' "$root/lessons/AUTHORING.md" | sed -n 's/^    //p; s/^$//p' |
	awk '/^---$/ { on = 1 } on' >"$work/template.md"
check template "$work/template.md"
[ "$(grep -c '^ok ' "$work/out")" -eq 2 ] && echo "ok template: two claims" || echo "not ok template: not two claims"
# as a shell spells out lessons/*.md: the guide for authors stands among them
if "$U" check --quick "$root/lessons/01-one-weight.md" "$root/lessons/AUTHORING.md" >"$work/out" 2>"$work/err" &&
	grep -q 'AUTHORING.md is about lessons: passed over' "$work/err"; then
	echo "ok a folder's files: what is about lessons is passed over"
else
	echo "not ok a folder's files: $(head -n 1 "$work/err")"
fi
