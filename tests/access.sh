#!/bin/sh
# The window through the eyes of an assistive program: AT-SPI on a bus of its own, under Xvfb. Prints "ok NAME",
# "not ok NAME: why", "SKIP NAME: why".
set -u
cd "$(dirname "$0")/.." || exit 1
UNROLL=${UNROLL:-$PWD/build/unroll}
SCRATCH=${SCRATCH:-$(mktemp -d)}
export HOME="$SCRATCH/home" XDG_CONFIG_HOME="$SCRATCH/config" XDG_STATE_HOME="$SCRATCH/state" LC_ALL=C.UTF-8
mkdir -p "$HOME"

if [ "${1:-}" != on-a-bus ]; then
	launcher=
	for place in /usr/libexec /usr/lib/at-spi2-core /usr/lib/at-spi2; do
		[ ! -x "$place/at-spi-bus-launcher" ] || launcher=$place/at-spi-bus-launcher
	done
	why=
	for tool in Xvfb dbus-run-session; do
		command -v $tool >/dev/null || why="$tool is not installed"
	done
	[ -n "$launcher" ] || why="at-spi2-core is not installed"
	/usr/bin/python3 -c 'import pyatspi' 2>/dev/null || why="python3-pyatspi is not installed"
	grep -aq 'atk_bridge_adaptor_init' "$UNROLL" || why="built without ATK"
	if [ -n "$why" ]; then
		echo "SKIP access: $why"
		exit 0
	fi
	export launcher SCRATCH UNROLL
	exec dbus-run-session -- sh "$0" on-a-bus 2>"$SCRATCH/bus"
fi

check() { # NAME COMMAND…: the command says whether it holds
	name=$1
	shift
	if "$@"; then echo "ok $name"; else echo "not ok $name: $* (see $SCRATCH)"; fi
}
has() { # TEXT: in what was seen
	grep -qF "$1" "$SCRATCH/seen"
}
look() {
	timeout 30 /usr/bin/python3 tests/atspi.py "$@" >"$SCRATCH/seen" 2>"$SCRATCH/problems"
}
eventually_has() { # TEXT: the window may still be on its way to the state
	for _ in 1 2 3 4 5; do
		look && has "$1" && return 0
		sleep 0.5
	done
	return 1
}
plays() {
	for _ in $(seq 80); do
		made=$(awk -F "$(printf '\t')" '$2 == "update reading" { print $7 }' "$UNROLL_CONTROLS" | tr -cd '0-9')
		[ "${made:-0}" -le 30 ] || return 0
		sleep 0.1
	done
	return 1
}

Xvfb -displayfd 3 -screen 0 1400x900x24 -nolisten tcp 3>"$SCRATCH/display" >/dev/null 2>&1 &
screen=$!
"$launcher" --launch-immediately >/dev/null 2>&1 &
bus=$!
program=
trap 'kill $screen $bus $program 2>/dev/null' EXIT
for _ in $(seq 100); do
	[ ! -s "$SCRATCH/display" ] || break
	sleep 0.1
done
DISPLAY=:$(cat "$SCRATCH/display")
export DISPLAY UNROLL_CONTROLS="$SCRATCH/controls"
"$UNROLL" 'unroll/1 T=9 hidden=5 @30' 2>"$SCRATCH/errors" &
program=$!
tab=$(printf '\t')

check "the window is on the bus" look
check "its title is its name" has 'window unroll — rnn, adding, T = 9'
check "a button has its help" has "push button${tab}play${tab}play or pause (Space)"
check "a slider has its value" has "slider${tab}hidden${tab}5; number of hidden units"
check "a plot is described" has "image${tab}loss plot${tab}Loss: "
check "… with its run" eventually_has ' on adding, T'
check "play can be pressed" look play
check "… and the run plays" plays
