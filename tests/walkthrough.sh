#!/bin/sh
# Adds the optimizer of the README to a copy of the tree, as the README says: one file and one line. Then it must be
# everywhere where optimizers are listed, shown and tested.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
copy=$SCRATCH/tree
unset MAKEFLAGS MFLAGS MAKELEVEL

skip() {
	echo "SKIP walkthrough: $1"
	exit 0
}

# check NAME COMMAND…: the command's status says whether it is so
check() {
	name=$1
	shift
	if "$@" >"$SCRATCH/log" 2>&1; then
		echo "ok walkthrough: $name"
	else
		echo "not ok walkthrough: $name: $(tail -n 1 "$SCRATCH/log")"
	fi
}

case $BUILD in
/* | *..*) skip "the objects to begin with stand outside the tree" ;;
esac
command -v "${MAKE:-make}" >/dev/null || skip "no make"
grep -q -e -fsanitize "$root/$BUILD/flags" 2>/dev/null && skip "not with sanitizers"

# The objects come along, so that only what the new line touches is compiled.
mkdir -p "$copy" && cp -Rp "$root/src" "$root/tests" "$root/Makefile" "$root/$BUILD" "$copy" || exit 1
[ "$BUILD" = build ] || mv "$copy/$(basename "$BUILD")" "$copy/build"
cd "$copy" || exit 1

awk '/^```c$/ { getline; on = /optims\// } /^```$/ { on = 0 } on' "$root/README.md" >"$SCRATCH/example.c"
file=$(sed -n '1s|^/\* \(src/nn/optims/[a-z_]*\.c\) \*/$|\1|p' "$SCRATCH/example.c")
line=$(grep -o 'OPTIM([a-z_]*)' "$root/README.md" | head -n 1)
new=$(basename "$file" .c)
if [ -z "$file" ] || [ "$line" != "OPTIM($new)" ] || [ -e "$file" ]; then
	echo "not ok walkthrough: the README has no optimizer to add: '$file', '$line'"
	exit 0
fi
cp "$SCRATCH/example.c" "$file"
echo "$line" >>src/nn/optims.def

check 'it builds' "${MAKE:-make}" -s BUILD=build build/unroll build/tests/test_descent
build/unroll list optimizers >"$SCRATCH/optimizers"
build/unroll list knobs >"$SCRATCH/knobs"
check 'unroll list optimizers' grep -q "^$new  *[^ ]" "$SCRATCH/optimizers"
for knob in $(sed -n 's/.*FORM_pytorch, {\(.*\)}}}.*/\1/p' "$file" | tr -d '",'); do
	[ "$knob" = lr ] && continue # everybody's: its help names nobody
	check "the help of $knob names it" sh -c \
		"sed -n '/^$knob /{n;p;}' '$SCRATCH/knobs' | grep -q '[(, ]$new[,)]'"
done
check 'it trains' build/unroll train --set optimizer="$new" --set T=6 --set hidden=8 --updates 50 --csv "$SCRATCH/run.csv"
check 'the weights move' awk -F, 'NR > 1 && !($6 > 0) { bad = 1 } END { exit bad || NR != 51 }' "$SCRATCH/run.csv"
check 'the tests of the list pass' build/tests/test_descent
build/tests/test_descent >"$SCRATCH/descent" 2>&1
check 'and go over it' grep -q "^$new, pytorch: quadratic to" "$SCRATCH/descent"
rm -rf "$copy"
