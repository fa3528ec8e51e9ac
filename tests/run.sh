#!/bin/sh
# Runs everything that `make test` has built and adds it up. Builds nothing.
#   BUILD=build tests/run.sh [NAME…]      all, or only the named ones: floors, test_nn, cli …
# The programs $BUILD/tests/test_* are cmocka's; the scenarios tests/*.sh print lines "ok NAME", "not ok NAME: why" and
# "SKIP NAME: why", and find the program in $UNROLL and an empty folder in $SCRATCH. The output of each is kept in
# $BUILD/tests/NAME.log. The last line is "N passed, N failed"; exit status 1 when anything failed or crashed.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
UNROLL=$PWD/$BUILD/unroll
case $BUILD in /*) UNROLL=$BUILD/unroll ;; esac
LIMIT=${LIMIT:-900} # seconds for one program or scenario: what takes longer hangs
export BUILD UNROLL LC_ALL=C TZ=UTC

# No test may depend on, or write to, the settings and the screen of the person who runs it.
if [ "${1-}" != --one ]; then
	home=$(mktemp -d "${TMPDIR:-/tmp}/unroll-tests.XXXXXX") || exit 1
	trap 'rm -rf "$home"' EXIT
	trap 'exit 1' HUP INT TERM
fi
export home HOME="$home" XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" XDG_CACHE_HOME="$home/cache" \
	XDG_STATE_HOME="$home/state"
unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER OPENBLAS_CORETYPE UNROLL_RENDER UNROLL_CONTROLS UNROLL_WIDTH \
	UNROLL_BENCH_FRAMES UNROLL_STARTED

# What the sanitizers of `make test-deep` should stop for, and the libraries whose leaks are not ours.
export UBSAN_OPTIONS="print_stacktrace=1"
export ASAN_OPTIONS="${ASAN_OPTIONS-}${ASAN_OPTIONS:+:}allocator_may_return_null=1"
export LSAN_OPTIONS="suppressions=$PWD/tests/lsan.supp:print_suppressions=0"
export TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp"

# add NAME PASSED FAILED SKIPPED: the line of a program, and its numbers for the sum
add() {
	echo "$2 $3 $4" >"$home/$1.sum"
	printf '%-16s %4d passed, %d failed%s\n' "$1" "$2" "$3" "$([ "$4" -eq 0 ] || echo ", $4 skipped")"
}

# run NAME COMMAND…: output to the log, exit status to NAME.status
run() {
	log=$BUILD/tests/$1.log
	name=$1
	shift
	SCRATCH=$home/$name
	mkdir -p "$SCRATCH"
	export SCRATCH
	if command -v timeout >/dev/null; then
		timeout -k 10 "$LIMIT" "$@" >"$log" 2>&1 </dev/null
	else
		"$@" >"$log" 2>&1 </dev/null
	fi
	echo $? >"$home/$name.status"
}

ending() {
	case $1 in
	124 | 137) echo "stopped after $LIMIT s, or killed" ;;
	12[89] | 1[3-9]?) echo "killed by signal $(($1 - 128))" ;;
	*) echo "exit status $1" ;;
	esac
}

# One failure that no line of the log accounts for.
crashed() {
	{
		echo "$1: $2; the log ends with"
		tail -n 15 "$BUILD/tests/$1.log" | sed 's/^/    /'
	} >>"$home/$1.failures"
}

# Sums of the numbers in "[  PASSED  ] 12 test(s)." over all groups of a program.
cmocka_count() {
	sed -n "s/^\[ *$2 *\] \(tests: \)\{0,1\}\([0-9][0-9]*\) test(s).*/\2/p" "$BUILD/tests/$1.log" |
		awk '{ n += $1 } END { print n + 0 }'
}

count_cmocka() {
	status=$(cat "$home/$1.status")
	good=$(cmocka_count "$1" PASSED) bad=$(cmocka_count "$1" FAILED) left=$(cmocka_count "$1" SKIPPED)
	if [ "$bad" -gt 0 ]; then
		grep -v -e '^\[ *RUN' -e '^\[ *OK' -e '^\[ *PASSED' -e '^\[=' "$BUILD/tests/$1.log" |
			tail -n 60 | sed "s/^/$1: /" >>"$home/$1.failures"
	elif [ "$status" -ne 0 ]; then
		bad=1
		crashed "$1" "$(ending "$status")"
	elif [ "$good" -eq 0 ]; then
		bad=1
		crashed "$1" "no test was run"
	fi
	add "$1" "$good" "$bad" "$left"
}

count_scenario() {
	status=$(cat "$home/$1.status")
	log=$BUILD/tests/$1.log
	good=$(grep -c '^ok ' "$log") bad=$(grep -c '^not ok ' "$log") left=$(grep -c '^SKIP ' "$log")
	grep '^not ok ' "$log" | sed "s/^not ok /$1: /" >>"$home/$1.failures"
	grep '^SKIP ' "$log" | sed "s/^SKIP /    skipped: /"
	if [ "$bad" -eq 0 ] && [ "$status" -ne 0 ]; then
		bad=1
		crashed "$1" "$(ending "$status")"
	elif [ $((good + bad + left)) -eq 0 ]; then
		bad=1
		crashed "$1" "no test was run"
	fi
	add "$1" "$good" "$bad" "$left"
}

count_floors() {
	if [ "$(cat "$home/floors.status")" -eq 0 ]; then
		add floors 1 0 0
	else
		sed 's/^/floors: /' "$BUILD/tests/floors.log" >>"$home/floors.failures"
		add floors 0 1 0
	fi
}

# One program or scenario, from start to count.
one() {
	case $1 in
	floors)
		run floors tests/floors.sh
		count_floors
		;;
	test_*)
		if [ -x "$BUILD/tests/$1" ]; then
			run "$1" "$BUILD/tests/$1"
			count_cmocka "$1"
		else
			echo "$1: not built" >>"$home/$1.failures"
			add "$1" 0 1 0
		fi
		;;
	*)
		run "$1" sh "tests/$1.sh"
		count_scenario "$1"
		;;
	esac
}
if [ "${1-}" = --one ]; then
	[ -z "${2-}" ] || one "$2"
	exit 0
fi

# Is NAME among the arguments (or are there none)?
wanted() {
	[ -n "$only" ] || return 0
	case " $only " in *" $1 "*) return 0 ;; esac
	return 1
}
only=$*
mkdir -p "$BUILD/tests"

# They share nothing: as many at a time as there are cores, those that take longest first. The window has the machine for
# itself, because it waits for what it has done to be seen.
slow="walkthrough lessons test_training test_gradients test_history cli"
names=floors
for name in $slow $(for f in tests/test_*.c tests/*.sh; do basename "${f%.*}"; done); do
	case " $names " in *" $name "*) continue ;; esac
	case $name in run | window | lib*) continue ;; esac
	[ -f "tests/$name.c" ] || [ -f "tests/$name.sh" ] && names="$names $name"
done
for name in $names window; do
	wanted "$name" && echo "$name"
done >"$home/list"
grep -v '^window$' "$home/list" | xargs -P "$(nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 1)" -n 1 sh tests/run.sh --one
wanted window && one window

# One that was killed has left no numbers; nor has one that is not there.
for name in $(cat "$home/list") $only; do
	[ -f "$home/$name.sum" ] && continue
	grep -q "^$name\$" "$home/list" && why="was killed" || why="there is no such test"
	echo "$name: $why" >>"$home/$name.failures"
	add "$name" 0 1 0
done

passed=0 failed=0 skipped=0
for sum in "$home"/*.sum; do
	[ -f "$sum" ] || continue
	read -r good bad left <"$sum"
	passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
done
if [ -n "$(cat "$home"/*.failures 2>/dev/null)" ]; then
	echo
	echo "Failures:"
	cat "$home"/*.failures
	echo
fi
if [ $skipped -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ $failed -eq 0 ]
