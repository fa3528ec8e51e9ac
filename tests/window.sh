#!/bin/sh
# A real window on a virtual screen, driven by mouse and keyboard through the real server. Prints "ok NAME",
# "not ok NAME: why", "SKIP NAME: why".
#   UNROLL=build/unroll SCRATCH=/tmp/empty tests/window.sh
# The window tells where its controls are in the file that UNROLL_CONTROLS names, one a line:
# role, name, x, y, width, height, value, separated by tabs.
set -u
cd "$(dirname "$0")/.." || exit 1
UNROLL=${UNROLL:-$PWD/build/unroll}
SCRATCH=${SCRATCH:-$(mktemp -d)}
export HOME="$SCRATCH/home" XDG_CONFIG_HOME="$SCRATCH/config" XDG_DATA_HOME="$SCRATCH/data" LC_ALL=C
export XDG_STATE_HOME="$SCRATCH/state" XDG_CACHE_HOME="$SCRATCH/cache"
mkdir -p "$HOME"
controls=$SCRATCH/controls errors=$SCRATCH/errors
export UNROLL_CONTROLS="$controls"
tab=$(printf '\t')

for tool in Xvfb xdotool; do
	if ! command -v $tool >/dev/null; then
		echo "SKIP window: $tool is not installed"
		exit 0
	fi
done

check() { # NAME COMMAND…: the command says whether it holds
	name=$1
	shift
	if "$@"; then echo "ok $name"; else echo "not ok $name: $* (see $errors)"; fi
}

screen= program= window=0
start_screen() { # sets DISPLAY
	rm -f "$SCRATCH/display"
	Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp 3>"$SCRATCH/display" >/dev/null 2>&1 &
	screen=$!
	for _ in $(seq 100); do
		[ -s "$SCRATCH/display" ] && break
		sleep 0.1
	done
	DISPLAY=:$(cat "$SCRATCH/display")
	export DISPLAY
}
start_program() {
	rm -f "$controls"
	"$UNROLL" "$@" 2>>"$errors" &
	program=$!
	for _ in $(seq 200); do
		[ -s "$controls" ] && break
		sleep 0.05
	done
	sleep 0.3
	window=$(xdotool search --onlyvisible --name unroll 2>/dev/null | head -n 1)
	window=${window:-0}
}
finish() {
	[ -z "$program" ] || kill -9 "$program" 2>/dev/null
	[ -z "$screen" ] || kill "$screen" 2>/dev/null
	wait 2>/dev/null
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# field NAME N: field N of the control
field() {
	awk -F "$tab" -v name="$1" -v n="$2" '$2 == name { print $n; exit }' "$controls" 2>/dev/null
}
value() {
	field "$1" 7
}
digits() { # the number of a reading, without the thin spaces between groups
	value "$1" | tr -cd '0-9'
}
# spot NAME SHARE: a point at that share of the control's width, half its height
spot() {
	awk -F "$tab" -v name="$1" -v share="$2" \
		'$2 == name { printf "%d %d", $3 + share * $5, $4 + $6 / 2; exit }' "$controls" 2>/dev/null
}
settle() {
	sleep 0.25
}
click() { # NAME [SHARE]
	at=$(spot "$1" "${2:-0.5}")
	[ -n "$at" ] || return 1
	# shellcheck disable=SC2086 # two numbers
	xdotool mousemove --window "$window" $at click 1
	settle
}
key() {
	xdotool key "$@"
	settle
}
eventually() { # COMMAND…: holds within eight seconds
	for _ in $(seq 80); do
		"$@" && return 0
		sleep 0.1
	done
	return 1
}

is() { # NAME VALUE
	[ "$(value "$1")" = "$2" ]
}
there() {
	grep -q "$tab$1$tab" "$controls" 2>/dev/null
}
gone() {
	! there "$1"
}
more_than() { # NAME NUMBER
	now=$(digits "$1")
	[ "${now:-0}" -gt "${2:-0}" ]
}
less_than() { # NAME NUMBER
	now=$(digits "$1")
	[ "${now:-999999999}" -lt "$2" ]
}
is_number() { # NAME NUMBER
	[ "$(digits "$1")" = "$2" ]
}
value_has() { # NAME TEXT
	case $(value "$1") in *"$2"*) ;; *) return 1 ;; esac
}
speed_max() {
	click speed 0.9
	xdotool key ctrl+a type max
	key Return
	leave
}
leave() { # no control has the keyboard: the arrows are commands again
	xdotool mousemove --window "$window" 800 400 click 1
	settle
}
picture_has() { # TEXT: in the newest PNG
	grep -aqF "$1" "$(newest png)"
}
same_for_a_while() { # NAME
	before=$(value "$1")
	sleep 0.7
	[ "$(value "$1")" = "$before" ]
}
title_has() {
	xdotool getwindowname "$window" 2>/dev/null | grep -q "$1"
}
drag_slider() { # NAME FROM TO, shares of the control's width
	# shellcheck disable=SC2046
	xdotool mousemove --window "$window" $(spot "$1" "$2") mousedown 1
	settle
	for step in 1 2 3 4; do
		share=$(awk -v a="$2" -v b="$3" -v s="$step" 'BEGIN { print a + (b - a) * s / 4 }')
		# shellcheck disable=SC2046
		xdotool mousemove --window "$window" $(spot "$1" "$share")
		sleep 0.05
	done
	xdotool mouseup 1
	settle
}
type_into_slider() { # NAME TEXT: a click on the number opens the field
	click "$1" 0.9
	xdotool key ctrl+a type "$2"
	key Return
}
resize() {
	xdotool windowsize "$window" "$1" "$2"
	settle
}
fits() { # every control lies inside W × H
	awk -F "$tab" -v w="$1" -v h="$2" '$5 > 0 && $6 > 0 && ($3 < -1 || $4 < -1 || $3 + $5 > w + 1 || $4 + $6 > h + 1) \
		{ bad = 1 } END { exit bad }' "$controls"
}
newest() { # EXTENSION
	find "$HOME/Pictures/unroll" -name "*.$1" 2>/dev/null | sort | tail -n 1
}
saved() {
	[ "$(find "$HOME/Pictures/unroll" -name "*.$1" 2>/dev/null | wc -l)" -ge "$2" ]
}
starts_with() { # FILE BYTES
	[ "$(head -c ${#2} "$1" | tr -d '\0')" = "$2" ]
}
good_png() {
	file=$(newest png)
	head -c 8 "$file" | od -An -tx1 | grep -q '89 50 4e 47 0d 0a 1a 0a' && grep -aq 'unroll/1' "$file" &&
		tail -c 8 "$file" | grep -aq 'IEND'
}
good_svg() {
	file=$(newest svg)
	grep -q 'unroll/1' "$file" && grep -q '</svg>' "$file" || return 1
	! command -v xmllint >/dev/null || xmllint --noout "$file"
}
good_pdf() {
	file=$(newest pdf)
	starts_with "$file" '%PDF' || return 1
	! command -v pdfinfo >/dev/null || pdfinfo "$file" | grep -q 'unroll/1'
}
ended_with() { # STATUS: the program is over, within ten seconds
	( sleep 10 && kill -9 "$program" ) 2>/dev/null &
	guard=$!
	wait "$program"
	status=$?
	kill "$guard" 2>/dev/null
	program=
	[ "$status" -eq "$1" ]
}
idle() { # less than 2 % of a core over two seconds; a virtual screen may need a moment after the last event
	sleep 1
	before=$(awk '{ print $14 + $15 }' "/proc/$program/stat")
	sleep 2
	after=$(awk '{ print $14 + $15 }' "/proc/$program/stat")
	[ $((after - before)) -le 4 ]
}
clean_errors() {
	! grep -E 'Sanitizer|runtime error|Assertion|Segmentation' "$errors"
}

: >"$errors"
start_screen
start_program "unroll/1 T=20 hidden=16 seed=3"
check "the window opens" there play
if gone play; then
	tail -n 5 "$errors"
	exit 1
fi
check "its title names the run" eventually title_has 'rnn, adding, T = 20'
check "it waits for the user" is "update reading" 0
[ ! -r "/proc/$program/stat" ] || check "an idle window sleeps" idle

xdotool mousemove --window "$window" 800 400
key space
check "Space plays" eventually more_than "update reading" 20
key space
check "Space pauses" same_for_a_while "update reading"
made=$(digits "update reading")
key Right
check "the right arrow makes one update" eventually more_than "update reading" "$made"
check "… and no more" [ "$(digits "update reading")" -eq $((made + 1)) ]

drag_slider rho 0.05 0.4
check "the slider of rho can be dragged" [ "$(value rho)" != 0 ]
check "a new rho starts the run again" eventually is "update reading" 0
click cell
eventually there "option: lstm" && click "option: lstm"
check "the cell can be changed" eventually is cell lstm
check "the title follows" eventually title_has 'lstm'
type_into_slider lr 0.05
check "a number can be typed" is lr 0.05
type_into_slider lr 1e9
check "a wrong number is refused" is lr 0.05
key Escape
click task
check "a list opens" there "option: adding"
key Escape
check "Escape closes it" gone "option: adding"

choose() { # from the menu
	click menu
	eventually there "option: $1" && click "option: $1"
}
choose "Choose and arrange the plots"
check "the menu opens the list of plots" eventually there "close views"
click "words: metric"
check "a plot is shown by a click on its words" eventually there "metric plot"
click "words: metric"
click "close views"
choose "Export: slides, numbers, movie"
check "… and the export" eventually there "close export"
check "… whose rows fit" gone "export scroll bar"
click "close export"
choose "Record a movie from here"
check "what is recorded is said in the window" eventually value_has recording "frame"
click "end recording"
check "… and ended there" eventually gone "end recording"
check "… with a file" eventually saved gif 1
choose "Presenter mode: plots for a ha"
check "presenter mode is left with the pointer" eventually there "leave presenter mode"
click "leave presenter mode"
eventually there "to gallery" && click "to gallery"
check "the gallery is reached with the pointer" eventually gone play
key Escape
eventually there play

click "temporal plot"
check "a title fills the window with its plot" gone "loss plot"
key Escape
key question
check "? shows the help" there "close help"
key Escape
check "Escape closes the help" gone "close help"
key Tab Tab Tab
key ctrl+c
key r
key ctrl+v
check "the state comes back from the clipboard" is lr 0.05

for size in "480 360" "300 200" "1500 900" "1280 800"; do
	# shellcheck disable=SC2086
	resize $size
	# shellcheck disable=SC2086
	check "resized to $size" eventually fits $size
done

key s
check "S saves a picture" eventually saved png 1
key shift+s
check "Shift+S saves all formats" eventually saved pdf 1
check "the PNG is whole and carries the state" good_png
check "the SVG is well-formed and carries the state" good_svg
check "the PDF is whole and carries the state" good_pdf
for theme in 1 2 3 4; do
	key t
done
key ctrl+plus ctrl+minus ctrl+0 p Escape
check "the settings are kept" eventually [ -s "$XDG_CONFIG_HOME/unroll/settings" ]
key space
sleep 0.5
key q
check "Q closes with status 0" ended_with 0

# ---- a run that stops: replayed, then rescued ----
start_program "unroll/1 activation=relu init=identity sigma_in=0.1 T=60 batch=4 lr=0.02 seed=2"
xdotool mousemove --window "$window" 800 400
speed_max
key space
check "a run that diverges says so" eventually there "again with clipping"
failed=$(digits "update reading")
key space
check "Space goes back before the end" eventually less_than "update reading" $((failed - 5))
check "… and plays into it again" eventually is_number "update reading" "$failed"
key x
key space
made=$(digits "update reading")
key Right
check "the replay can be stepped through" eventually is_number "update reading" $((made + 1))
click "again with clipping"
check "it is rescued by clipping" eventually is clip norm
check "… ten updates before the end, and says so" eventually value_has message "Again from update $((failed + 1 - 10))"
check "… and goes on" eventually more_than "update reading" $((failed + 50))
kill -TERM "$program"
check "SIGTERM closes with status 0" ended_with 0

# ---- a run that stops under the hand ----
start_program "unroll/1 T=40 rho=1 sigma_in=0.3 optimizer=nesterov lr=0.01 @200"
xdotool mousemove --window "$window" 800 400
key space
eventually more_than "update reading" 210
# shellcheck disable=SC2046 # two numbers
xdotool mousemove --window "$window" $(spot lr 0.3) mousedown 1
for share in 0.4 0.45 0.5; do
	# shellcheck disable=SC2046
	xdotool mousemove --window "$window" $(spot lr $share)
	sleep 0.1
done
check "a run that stops while a control is held says so" eventually there "again with clipping"
# shellcheck disable=SC2046
xdotool mousemove --window "$window" $(spot lr 0.52)
settle
check "… and goes on saying so" there "again with clipping"
xdotool mouseup 1
sleep 1
check "… and, let go, stops again by itself" eventually there "again with clipping"
check "… with what was chosen last" [ "$(value lr)" != 0.01 ]
click "again with clipping"
check "it is rescued from before that" eventually value_has message "Again from update"
kill -TERM "$program"
check "SIGTERM closes it" ended_with 0
check "… and is named" grep -q 'closed by signal 15' "$errors"

# ---- two cells compared ----
start_program "unroll/1 T=20 hidden=12 batch=5"
xdotool mousemove --window "$window" 800 400
key c
check "C makes a second arm" eventually there "arm 2"
click cell
eventually there "option: lstm" && click "option: lstm"
leave
check "it takes a cell of its own" eventually is "arm 2" lstm
check "… and the first one keeps its own" is "arm 1" rnn
key space
check "both are trained" eventually more_than "update reading" 60
key space
click "arm 1"
check "a click selects an arm" eventually is cell rnn
key a
check "A selects the next" eventually is cell lstm
key n
xdotool type "my own"
key Return
check "an arm can be named" eventually is "arm 2" "my own"
key h
key s
check "a comparison is saved" eventually saved png 2
check "… with both arms in its state" eventually picture_has 'arm="my own" shown=0 cell=lstm'
key h
leave

# ---- back, and on another way ----
made=$(digits "update reading")
key Left
check "the left arrow goes back one update" eventually is_number "update reading" $((made - 1))
key Home
check "Home goes to the beginning" eventually is_number "update reading" 0
key End
check "End goes to the furthest update" eventually is_number "update reading" "$made"
drag_slider timeline 0.9 0.2
check "the timeline can be dragged" eventually less_than "update reading" $((made / 2))
leave
past=$(digits "update reading")
key b
key shift+c
type_into_slider lr 0.05
check "a change after Shift+C makes a third arm" eventually there "arm 3"
leave
key Left comma
key period
check "a mark is found again" eventually is_number "update reading" "$past"
key End
eventually is_number "update reading" "$made"
check "the fork has its own learning rate" is lr 0.05
key s
eventually saved png 3
"$UNROLL" train "$(newest png)" --arm C 2>>"$errors" >"$SCRATCH/trained"
check "the command line makes the same numbers" eventually grep -q "^update $made: loss $(value "loss reading")," "$SCRATCH/trained"
key ctrl+c
key shift+x
check "Shift+X removes an arm" eventually gone "arm 3"
key r
key ctrl+v
check "the state brings all arms back" eventually there "arm 3"
check "… at their update" eventually is_number "update reading" "$made"
check "… and their settings" eventually is "arm 3" "lstm, lr 0.05"
key v
check "V lists the plots" there "view: loss"
click "view: loss" 0.1
click "view: norms" 0.1
key Escape
check "plots can be taken away" gone "loss plot"
key ctrl+c ctrl+v
check "… and the state knows it" eventually gone "norms plot"
key ctrl+e
check "Ctrl+E opens the export" there "export: as"
click "export: size: 4:3 slide"
click "export"
check "a slide is saved" eventually saved png 4
check "… and the dialog is closed" eventually gone "export: as"
key ctrl+e
click "export: as"
click "option: npz arrays"
click "export"
check "the numbers are saved" eventually saved npz 1
key ctrl+e
click "export: as"
click "option: GIF movie"
type_into_slider "export: updates" 12
click "export"
check "the last updates are saved as a movie" eventually saved gif 1
check "… and the run stands where it was" eventually is_number "update reading" "$made"
key ctrl+r
key Right Right
key ctrl+r
check "what happens is recorded" eventually saved gif 2
key ctrl+shift+c
check "a script for PyTorch is copied" eventually value_has toast "script for PyTorch"
key q
check "Q closes with status 0 again" ended_with 0

# ---- plots taken in hand; small steps; run until ----
drag() { # NAME DX DY: from the middle of the control
	at=$(spot "$1" 0.5)
	[ -n "$at" ] || return 1
	x=${at% *} y=${at#* }
	xdotool mousemove --window "$window" "$x" "$y"
	settle
	xdotool mousedown 1
	settle
	for step in 1 2 3 4; do
		xdotool mousemove --window "$window" $((x + $2 * step / 4)) $((y + $3 * step / 4))
		sleep 0.08
	done
	xdotool mouseup 1
	settle
}
start_program "unroll/1 T=20 hidden=16 seed=3 views=spectrum,norms,unrolled,sequence @80"
xdotool mousemove --window "$window" 800 4
eventually is_number "update reading" 80
before=$(value "spectrum radius")
drag "spectrum radius" 30 -21
check "the circle of radius rho can be dragged" [ "$(value "spectrum radius")" != "$before" ]
check "… and the run stays where it is" is_number "update reading" 80
key s
eventually picture_has 'rescale='
check "… the picture's state has it" picture_has ' @80 rescale='
drag "norms clip" 0 60
check "the threshold can be dragged" eventually is clip norm
before=$(value "sequence input")
drag "sequence input" 0 30
check "an input can be dragged" [ "$(value "sequence input")" != "$before" ]
xdotool mousemove --window "$window" 800 4
key w
check "W goes through the update in small steps" eventually value_has "sweep sentence" "Forward, t = 1:"
key Right Right
check "the right arrow makes a small step" eventually value_has "sweep sentence" "Forward, t = 3:"
key End
check "End is the optimizer's step" eventually value_has "sweep sentence" "learning rate"
key Left
check "the left arrow goes back through time" eventually value_has "sweep sentence" "Back, t = 1:"
key Escape
check "Escape leaves the small steps" eventually gone "sweep sentence"
check "… and the run has not moved" is_number "update reading" 80
key u
xdotool key ctrl+a type "update >= 123"
key Return
check "a run goes on until a condition holds" eventually is_number "update reading" 123
check "… and says so" eventually value_has message "Update 123"
key g
check "G shows the check block by block" eventually value_has "checked: rnn.weight_hh_l0" "right"
key Escape
check "… which leaves the run where it was" is_number "update reading" 123
kill -TERM "$program"
check "SIGTERM closes with status 0" ended_with 0

# ---- a state with a past, on the command line ----
start_program "unroll/1 T=20 hidden=12 batch=5 @40 lr=0.05 @60000"
check "a long way shows how far it has got" eventually value_has timeline "to 60"
key space
check "Space ends it" same_for_a_while "update reading"
kill -TERM "$program"
check "SIGTERM closes with status 0" ended_with 0

# ---- a lesson, by keyboard ----
tab_to_prediction() { # until the arrows move it
	before=$(value prediction)
	for _ in $(seq 20); do
		key Tab Right
		[ "$(value prediction)" = "$before" ] || return 0
	done
	return 1
}
cat >"$SCRATCH/07-weights.md" <<'END'
---
title: A lesson on one weight
summary: For the keyboard.
---
A number, multiplied by itself.

## Exactly one
```unroll
set task=power T=1000 w=1 target=0 precision=f64
views temporal
controls w
```
## One per cent more
```unroll
set w=1.01
predict number "How large is the output?" from 1 to 1e6 log is output ± 50 %
```
That large.
## One per cent less
```unroll
set w=0.99
```
## Hit a hundred
```unroll
set w=1 target=100
hint "Take logarithms."
goal output in [99, 101]
```
## The last
END
start_program 01
check "a lesson opens by its number" eventually there "lesson text"
kill -TERM "$program"
check "… and closes with status 0" ended_with 0
start_program "$SCRATCH/07-weights.md"
check "a lesson opens on its cover" eventually there begin
check "… and names the window" eventually title_has 'on one weight'
key Next
check "PgDn turns to the first step" eventually is "lesson step" "1 of 5"
key Next
check "… and to the second" eventually is "lesson step" "2 of 5"
check "a question waits there" there prediction
key space
check "nothing runs before it is answered" eventually value_has toast "Predict first"
check "the prediction is made with the arrows" tab_to_prediction
key Tab Return
check "Tab and Enter give it" eventually gone prediction
key Next Next
check "a step has its controls" eventually is w 1
check "… and a goal" is "goal: output in [99, 101]" open
key i
check "I shows the hint" eventually gone hint
type_into_slider w 1.0046204
leave
check "the goal is reached" eventually is "goal: output in [99, 101]" reached
check "… and kept" eventually grep -q 'weights.*output' "$XDG_CONFIG_HOME/unroll/progress"
key j
check "J plays freely" eventually there "back to the lesson"
check "… with all controls" eventually there task
key j
check "… and back" eventually is "lesson step" "4 of 5"
check "… to what was set" eventually is w 1.00462
key p
key l
check "P and L show the text alone" eventually gone w
key Prior
check "PgUp turns back" eventually is "lesson step" "3 of 5"
key p
for size in "640 480" "300 200" "1280 800"; do
	# shellcheck disable=SC2086
	resize $size
	# shellcheck disable=SC2086
	check "a lesson at $size" eventually fits $size
done
key q
check "Q closes the lesson with status 0" ended_with 0
# ---- with the keyboard alone: from the gallery to a picture and back to the run ----
mkdir -p "$XDG_DATA_HOME/unroll/lessons"
printf -- '---\ntitle: A lesson of tests\nsummary: Short.\nminutes: 3\n---\n## One\n```unroll\nset T=7\n```\n' \
	>"$XDG_DATA_HOME/unroll/lessons/01-tests.md"
rm -f "$HOME"/Pictures/unroll/*
start_program
check "without an argument the gallery opens" eventually there "free bench"
check "it has the lessons" there "lesson: tests"
check "… and the runs that were left" there "recent 1"
key Down
key Return
check "Enter opens the free bench" eventually there play
key space
check "Space plays it" eventually more_than "update reading" 20
key space
same_for_a_while "update reading"
made=$(digits "update reading")
key s
check "S saves a picture of it" eventually saved png 1
key Escape
check "Escape goes to the gallery" eventually there "back to the bench"
check "… which shows the picture" eventually there "picture 1"
key Escape
check "Escape again goes back to the run" eventually is_number "update reading" "$made"
key r
check "R starts it again" eventually is "update reading" 0
key o
eventually there "picture 1"
xdotool type "$(basename "$(newest png)" .png)"
settle
check "what is typed searches" gone "free bench"
key Return
check "Enter opens what was found: the run is back" eventually is_number "update reading" "$made"
# what a file manager does: the picture of the run is dropped on another one
if ${CC:-cc} -o "$SCRATCH/drop" tests/tools/drop.c $(pkg-config --cflags --libs x11) 2>>"$errors"; then
	saved=$(newest png)
	cp "$saved" "$SCRATCH/a run (1).png"
	key shift+r
	check "another run" less_than "update reading" "$made"
	check "a picture is dropped on the window" "$SCRATCH/drop" "$window" "$SCRATCH/a run (1).png"
	check "… and the run that it shows is back" eventually is_number "update reading" "$made"
	check "… with its seed" eventually is_number seed 1
	check "a file that is nothing is dropped" "$SCRATCH/drop" "$window" tests/tools/drop.c
	check "… and changes nothing" is_number "update reading" "$made"
else
	echo "SKIP window drop: no X11 headers"
fi
key ctrl+comma
check "Ctrl+, opens the settings" eventually there "setting decimal"
key Tab Tab Tab
key Right
key Escape
check "they can be changed with the keyboard" eventually grep -q '^decimal=comma' "$XDG_CONFIG_HOME/unroll/settings"
check "numbers have a comma now" eventually value_has lr ','
key p
check "presenter mode keeps the readings" eventually is_number "update reading" "$made"
check "… and hides the controls" gone rho
key p
key q
check "Q closes with status 0 once more" ended_with 0
check "the run is among the recent ones" grep -q "@$made\$" "$XDG_STATE_HOME/unroll/recent"
rm -f "$XDG_CONFIG_HOME/unroll/settings"

start_program "unroll/1 T=20"
kill "$screen"
check "a lost display ends with status 3" ended_with 3
check "… and says so" grep -q 'display' "$errors"

# ---- the same pixels from every driver ----
# The frame as the program holds it, with a driver that shows nothing and with an X server, and what the server shows.
last_frame() { # NAME COMMAND…: into NAME.png, once the run is there
	frame=$SCRATCH/$1
	shift
	rm -f "$controls"
	UNROLL_PIXELS="$frame.png" "$UNROLL" "unroll/1 T=20 hidden=12 batch=5 @40" 2>>"$errors" &
	program=$!
	eventually is "update reading" 40
	"$@"
	sleep 1
	[ -z "${DISPLAY:-}" ] || import -window root "$frame-shown.png"
	kill -TERM "$program"
	wait "$program"
	program=
}
plots_of() { # FILE X Y: the plots of the window at this place, as bytes
	convert "$1" -crop 576x590+$(($2 + 345))+$(($3 + 44)) +repage -depth 8 rgb:-
}
if command -v import >/dev/null && command -v convert >/dev/null; then
	unset DISPLAY
	SDL_VIDEODRIVER=dummy last_frame dummy true
	Xvfb -displayfd 3 -screen 0 1024x768x24 -nolisten tcp 3>"$SCRATCH/display" >/dev/null 2>&1 &
	screen=$!
	eventually test -s "$SCRATCH/display"
	DISPLAY=:$(cat "$SCRATCH/display")
	export DISPLAY
	last_frame server xdotool mousemove 1 1
	size=$(identify -format '%wx%h' "$SCRATCH/server.png")
	check "the frame has the usual size" test "$size" = 921x691
	plots_of "$SCRATCH/dummy.png" 0 0 >"$SCRATCH/dummy.rgb"
	plots_of "$SCRATCH/server.png" 0 0 >"$SCRATCH/server.rgb"
	plots_of "$SCRATCH/server-shown.png" $(((1024 - 921) / 2)) $(((768 - 691) / 2)) >"$SCRATCH/shown.rgb"
	check "a frame is not empty" test "$(wc -c <"$SCRATCH/server.rgb")" -eq $((576 * 590 * 3))
	check "the same pixels with the dummy driver" cmp "$SCRATCH/dummy.rgb" "$SCRATCH/server.rgb"
	check "… and on the server's screen" cmp "$SCRATCH/shown.rgb" "$SCRATCH/server.rgb"
	kill "$screen"
	screen=
else
	echo "SKIP window pixels: ImageMagick is not installed"
fi
check "no sanitizer and no crash spoke" clean_errors
