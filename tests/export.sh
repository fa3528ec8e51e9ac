#!/bin/sh
# What comes out of `unroll render`: numbers of every view, slides, letters as text and as outlines, movies; and that an
# old file is intact when something goes wrong. Prints "ok NAME", "not ok NAME: why", "SKIP NAME: why".
#   UNROLL=$PWD/build/unroll SCRATCH=/tmp/empty tests/export.sh
set -u
tools=$(cd "$(dirname "$0")" && pwd)/cli_tools.py
UNROLL=${UNROLL:-$PWD/build/unroll}
case $UNROLL in /*) ;; *) UNROLL=$PWD/$UNROLL ;; esac
work=$(mktemp -d "${SCRATCH:-${TMPDIR:-/tmp}}/export.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 1
LC_ALL=C
export LC_ALL
unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER

python=${PYTHON:-/usr/bin/python3}
[ -x "$python" ] || python=python3
"$python" -c 'import numpy' 2>/dev/null || python=

good() { # NAME COMMAND…
	name=$1
	shift
	if "$@" >case.out 2>&1; then echo "ok $name"; else echo "not ok $name: exit $?, $* [$(tail -n 1 case.out)]"; fi
}
refused() { # STATUS NAME PATTERN COMMAND…
	wanted=$1 name=$2 pattern=$3
	shift 3
	"$@" >case.out 2>&1
	got=$?
	if [ $got -eq "$wanted" ] && grep -q "^unroll: .*$pattern" case.out; then
		echo "ok $name"
	else
		echo "not ok $name: exit $got, not $wanted: $* [$(tail -n 1 case.out)]"
	fi
}
render() {
	"$UNROLL" render "$@"
}
state='unroll/1 hidden=7 T=9 batch=4 cell=lstm task=copy symbols=4 T=12 clip=norm arm="a b" arm=c lr=0.5 @12'

# ---- numbers ----

for view in $("$UNROLL" list views | cut -d' ' -f 1); do
	good "numbers: $view, csv" render "$state" --view "$view" -o n.csv
	good "numbers: $view, npz" render "$state" --view "$view" -o n.npz
	[ -z "$python" ] || good "numbers: $view, csv and npz agree" "$python" "$tools" same_numbers n.csv n.npz "$view"
done
[ -n "$python" ] || echo "SKIP numbers: no Python with numpy"
good 'numbers: several views' render "$state" --view temporal,loss,surface -o n.csv
good 'numbers: the state comes first' sh -c "head -n 1 n.csv | grep -q '^# unroll/1 .*views=temporal,loss,surface.* @12$'"
render "$state" --view loss -o one.csv 2>log
good 'numbers: from the state of the numbers' render "$(sed -n '1s/^# //p' one.csv)" -o two.csv
good 'numbers: … the same bytes' cmp one.csv two.csv
good 'numbers: a run that stops' render 'unroll/1 lr=50 activation=relu @30' -o n.npz
good 'numbers: a table for every frame' render "$state" --frames 0:4:2 --view norms -o 'n%d.csv'
good 'numbers: … all of them' test -s n0.csv -a -s n1.csv -a -s n2.csv

# ---- slides and letters ----

if [ -n "$python" ]; then
	render "$state" --slide 16:9 -o s.png 2>log
	good 'slide: 16:9' "$python" "$tools" png s.png 1920 1080
	render "$state" --slide 4:3 -o s.png 2>log
	good 'slide: 4:3' "$python" "$tools" png s.png 1440 1080
	render "$state" --slide 4:3 --scale 1 -o s.png 2>log
	good 'slide: --scale over it' "$python" "$tools" png s.png 720 540
fi
refused 2 'slide: unknown' 'allowed: 16:9, 4:3' render "$state" --slide 3:2 -o s.png
refused 2 'text: unknown' 'allowed: text, paths' render "$state" --text x -o s.svg
refused 2 'fps: out of range' 'allowed: 1 to 50' render "$state" --fps 51 --frames 0:1 -o s.gif
render "$state" -o t.svg 2>log
render "$state" --text paths -o p.svg 2>log
good 'text: letters stay letters' grep -q '<text' t.svg
good 'text: letters become outlines' sh -c "! grep -q '<text' p.svg && grep -q 'aria-label=\"Loss\"' p.svg"
good 'text: … with caption and state' sh -c "grep -q '<desc>..*</desc>' p.svg && grep -q 'urn:unroll' p.svg"
! command -v xmllint >/dev/null || good 'text: valid XML' xmllint --noout t.svg p.svg
if command -v pdffonts >/dev/null; then
	render "$state" --slide 16:9 -o t.pdf 2>log
	render "$state" --text paths -o p.pdf 2>log
	good 'text: the pdf has fonts' sh -c "pdffonts t.pdf | grep -q DejaVu"
	good 'text: … or none' sh -c "! pdffonts p.pdf | grep -q DejaVu"
	good 'slide: 13.33 × 7.5 inches' sh -c "pdfinfo t.pdf | grep -q 'Page size: *960 x 540 pts'"
fi

# ---- movies ----

good 'gif' render "$state" --frames 0:12:3 --view loss --size 320x200 -o m.gif
render "$state" --frames 0:12:3 --view loss --size 320x200 -o again.gif 2>log
good 'gif: the same bytes' cmp m.gif again.gif
good 'gif: the state' grep -qaF 'views=loss' m.gif
refused 2 'gif: without frames' 'needs --frames' render "$state" -o m.gif
refused 2 'gif: no update of the run' 'no update' render 'unroll/1 lr=50 activation=relu' --frames 900:903 --size 320x200 -o x.gif
good 'gif: … leaves nothing' test ! -e x.gif

# A program in the place of ffmpeg, which keeps what it is given.
mkdir tools
cat >tools/ffmpeg <<'PROGRAM'
#!/bin/sh
printf '%s\n' "$@" >arguments
for last; do :; done
case ${FAKE:-} in
dies) head -c 1000 >/dev/null; echo 'no room on the moon' >&2; exit 1 ;;
*) cat >"${last#file:}" ;;
esac
PROGRAM
chmod +x tools/ffmpeg
with_fake() {
	PATH="$work/tools:$PATH" "$@"
}
echo old >old.mp4
cp old.mp4 keep.mp4
odd='odd; touch "gone" $(touch gone) é.mp4'
good 'mp4: pixels through a pipe' with_fake render "$state" --frames 0:12:4 --size 60x40 --fps 10 -o "$odd"
good 'mp4: every frame, and the last for 1.5 s' test "$(wc -c <"$odd")" -eq $((60 * 40 * 4 * (4 + 15)))
good 'mp4: no shell reads the name' test ! -e gone
good 'mp4: the size' grep -qx 60x40 arguments
FAKE=dies
export FAKE
refused 3 'mp4: ffmpeg fails' 'no room on the moon' with_fake render "$state" --frames 0:12 --size 320x200 -o old.mp4
unset FAKE
good 'mp4: … and the old file is intact' cmp old.mp4 keep.mp4
mkdir none
refused 3 'mp4: without ffmpeg' 'ffmpeg is needed' env PATH="$work/none" "$UNROLL" render "$state" --frames 0:2 -o old.mp4
good 'mp4: … and the old file is intact, too' cmp old.mp4 keep.mp4
refused 2 'mp4: standard output' 'unknown kind' render "$state" --frames 0:2 -o -
if command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null; then
	for kind in gif mp4 webm; do
		render "$state" --frames 0:12:3 --view loss --size 321x201 -o real.$kind 2>log
		good "$kind: plays" sh -c "ffprobe -v error -count_frames -show_entries stream=nb_read_frames,width \
			-of csv=p=0 real.$kind | grep -Eq '^32[12],([5-9]|[12][0-9])'"
	done
else
	echo "SKIP movies that play: ffmpeg is not installed"
fi

# ---- what goes wrong ----

small_files() { # as if the disk were full
	(ulimit -f 2 && trap '' XFSZ && "$@")
}
for kind in csv npz gif; do
	echo old >old.$kind
	cp old.$kind keep
	refused 3 "disk full: $kind" 'cannot .*written\|cannot write' small_files "$UNROLL" render "$state" --frames 0:12 \
		--view temporal -o "old$([ $kind = gif ] || echo %d).$kind"
	good "disk full: the old $kind is intact" cmp old.$kind keep
done
rm -f old[0-9]*
echo old >old.gif
"$UNROLL" render 'unroll/1 T=50' --frames 0:100000:1 -o old.gif >log 2>&1 &
running=$!
sleep 0.5
kill -INT $running
wait $running
good 'interrupted: exit status' test $? -eq 1
good 'interrupted: the old movie is intact' cmp old.gif keep
good 'nothing is left behind' sh -c '! ls -A | grep "\.tmp$"'
