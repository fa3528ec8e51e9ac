#!/bin/sh
# The command line from outside: what it writes, what it refuses, and that it can be broken nowhere. Prints "ok NAME",
# "not ok NAME: why", "SKIP NAME: why".
#   UNROLL=$PWD/build/unroll SCRATCH=/tmp/empty tests/cli.sh
set -u
tools=$(cd "$(dirname "$0")" && pwd)/cli_tools.py
UNROLL=${UNROLL:-$PWD/build/unroll}
case $UNROLL in /*) ;; *) UNROLL=$PWD/$UNROLL ;; esac
U=$UNROLL
work=$(mktemp -d "${SCRATCH:-${TMPDIR:-/tmp}}/cli.XXXXXX") || exit 1
running=
finish() {
	[ -z "$running" ] || kill -9 "$running" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 1
LC_ALL=${LC_ALL:-C}
export LC_ALL
unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER UNROLL_WIDTH UNROLL_BENCH_FRAMES

python=${PYTHON:-/usr/bin/python3}
[ -x "$python" ] || python=python3
"$python" -c 'import json' 2>/dev/null || python=
numpy=$python
[ -n "$numpy" ] && ! "$numpy" -c 'import numpy' 2>/dev/null && numpy=

# ---- how a case is judged ----

ok() {
	echo "ok $1"
}
bad() { # NAME WHY
	echo "not ok $1: $(printf '%s' "$2" | tr '\n' ' ' | cut -c 1-300)"
}
holds() { # NAME COMMAND…: something about the case before, whose output stays where it is
	name=$1
	shift
	if "$@" >check.out 2>&1; then ok "$name"; else bad "$name" "exit $?, $* [$(tail -n 2 check.out)]"; fi
}
# gives STATUS NAME COMMAND…
gives() {
	wanted=$1 name=$2
	shift 2
	"$@" >case.out 2>case.err
	got=$?
	if [ $got -eq "$wanted" ]; then ok "$name"; else bad "$name" "exit $got, not $wanted: $* [$(tail -n 2 case.err)]"; fi
}
# refuses STATUS NAME PATTERN COMMAND…: that exit status, and on standard error one line "unroll: …PATTERN…"
refuses() {
	wanted=$1 name=$2 pattern=$3
	shift 3
	"$@" >case.out 2>case.err
	got=$?
	grep -v '^[a-z]* [0-9]* % (' case.err >case.lines
	if [ $got -ne "$wanted" ]; then
		bad "$name" "exit $got, not $wanted: $* [$(tail -n 2 case.err)]"
	elif [ "$(wc -l <case.lines)" -ne 1 ]; then
		bad "$name" "not one line: $(cat case.lines)"
	elif ! grep -q "^unroll: .*$pattern" case.lines; then
		bad "$name" "no '$pattern' in: $(cat case.lines)"
	else
		ok "$name"
	fi
}
# same NAME FILE FILE
same() {
	if cmp -s "$2" "$3"; then ok "$1"; else bad "$1" "$2 and $3 differ: $(cmp "$2" "$3" 2>&1)"; fi
}
# No temporaries left in the folder.
clean() {
	left=$(ls -A "${2:-.}" | grep '\.tmp$')
	if [ -z "$left" ]; then ok "$1"; else bad "$1" "left behind: $left"; fi
}
# The value of column $2 in row $3 of a CSV file.
field() {
	sed -n "$(($3 + 1))p" "$1" | cut -d, -f "$2"
}
quick='--set hidden=7 --set T=9 --set batch=4'

# ---- train ----

train_csv() {
	gives 0 train "$U" train $quick --updates 20 --csv a.csv
	head -n 1 a.csv >header
	echo 'update,loss,metric,grad_norm,clipped_norm,update_norm,rho,sigma_max' >expected
	same 'train: the columns of the table' header expected
	holds 'train: one complete row for each update' awk -F, 'NF != 8 || (NR > 1 && $1 != NR - 1) { bad = 1 }
		END { exit bad || NR != 21 }' a.csv
	gives 0 'train: the table on standard output' "$U" train $quick --updates 20 --csv -
	same 'train: nothing but the table on standard output' case.out a.csv
	gives 0 'train --temporal' "$U" train $quick --updates 3 --temporal --csv t.csv
	holds 'train --temporal: a column for each step' awk -F, 'NF != 17 || (NR == 1 && ($9 != "temporal_1" ||
		$17 != "temporal_9")) || (NR > 1 && !($17 > 0)) { bad = 1 } END { exit bad || NR != 4 }' t.csv
	gives 0 'train: not measured is nan' "$U" train $quick --updates 4 --set probe_every=2 --temporal --csv n.csv
	holds 'train: probe_every' awk -F, 'NR == 4 && ($7 != "nan" || $9 != "nan") { bad = 1 }
		NR == 5 && ($7 == "nan" || $9 == "nan") { bad = 1 } END { exit bad }' n.csv
	gives 0 'train: a state string' "$U" train 'unroll/1 hidden=7 T=9 batch=4 @20' --csv b.csv
	same 'train: a state string is as good as settings' a.csv b.csv
	gives 0 'train: settings over a state string, in any order' "$U" train --set hidden=7 --csv b.csv \
		'unroll/1 hidden=3 T=9 batch=4 @20'
	same 'train: settings win over the state string' a.csv b.csv
	gives 0 'train: lengths that vary' "$U" train $quick --set T_jitter=0.5 --updates 9 --temporal --csv j.csv
}

train_goals() {
	gives 0 'train --until: reached' "$U" train $quick --until 'loss < 1e9'
	gives 1 'train --until: not reached' "$U" train $quick --updates 3 --until 'loss < 0'
	gives 0 'train --until: and binds tighter than or' "$U" train $quick --updates 9 \
		--until 'update = 5 and loss > 0 or loss < 0' --csv g.csv
	holds 'train --until: stops where it holds' test "$(wc -l <g.csv)" -eq 6
	gives 0 'train --until: not equal' "$U" train $quick --until 'update != 0 and rho>0 and sigma_max >= 0'
	gives 1 'train --until: what was not measured does not hold' "$U" train $quick --set probe_every=99 --updates 9 \
		--until 'temporal_ratio < 1e30 and update > 1'
	refuses 2 'goal: unknown metric' "did you mean 'loss'" "$U" train --until 'los < 1'
	refuses 2 'goal: no comparison' "no comparison after 'loss'" "$U" train --until loss
	refuses 2 'goal: no number' "column 8: unknown metric 'x'" "$U" train --until 'loss < x'
	refuses 2 'goal: a wrong operator' 'no comparison' "$U" train --until 'loss <> 1'
	refuses 2 'goal: a wrong conjunction' "'xor'" "$U" train --until 'loss < 1 xor rho < 1'
	refuses 2 'goal: ends with and' 'a comparison is missing' "$U" train --until 'loss < 1 and'
	refuses 2 'goal: empty' 'a comparison is missing' "$U" train --until ''
	refuses 2 'goal: too long' 'more than' "$U" train \
		--until "loss < 1$(printf ' or loss < 1%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17)"
}

train_weights() {
	for cell in rnn lstm gru; do
		gives 0 "train --save: $cell" "$U" train $quick --set cell=$cell --updates 5 --save $cell.npz
		# an update of length 0 after loading: what was saved must come out again
		gives 0 "train --load: $cell" "$U" train $quick --set cell=$cell --set lr=0 --load $cell.npz --updates 1 \
			--save again.npz --csv l.csv
		"$U" probe $quick --set cell=$cell --weights $cell.npz --csv p.csv >probe.out 2>&1
		if [ "$(sed -n 's/^loss \([^,]*\),.*/\1/p' probe.out)" = "$(field l.csv 2 1)" ]; then
			ok "train and probe agree on loaded weights: $cell"
		else
			bad "train and probe agree on loaded weights: $cell" "$(cat probe.out)"
		fi
		[ -z "$numpy" ] || holds "weights are the same numbers after loading: $cell" "$numpy" "$tools" equal $cell.npz \
			again.npz
	done
	[ -n "$numpy" ] || echo 'SKIP weights through numpy: no Python with numpy'
	[ -z "$numpy" ] || holds 'weights written by numpy come out again' "$numpy" "$tools" make_weights gru.npz numpy.npz
	[ -z "$numpy" ] || gives 0 'weights written by numpy are taken' "$U" train $quick --set cell=gru --set lr=0 \
		--load numpy.npz --updates 1 --save again.npz
	[ -z "$numpy" ] || holds 'weights written by numpy are kept' "$numpy" "$tools" equal numpy.npz again.npz
	refuses 2 'weights: of another cell' 'set the knobs' "$U" train $quick --set cell=rnn --load gru.npz --updates 1
	refuses 2 'weights: of another size' 'set the knobs' "$U" train --set hidden=8 --load rnn.npz --updates 1
	refuses 2 'weights: no file' 'cannot read' "$U" train --load none.npz --updates 1
	refuses 2 'weights: a folder' 'is a folder' "$U" train --load / --updates 1
	refuses 2 'weights: a text' 'is no .npz' "$U" train --load a.csv --updates 1
	"$U" probe $quick --out p.npz >log 2>&1
	refuses 2 'weights: no weights' 'rnn.weight_ih_l0' "$U" train --load p.npz --updates 1
}

# ---- the same bits ----

# bits NAME SETTINGS…: the table of a short run is the same whatever UNROLL_WIDTH and threads are; the temporal norms
# whatever UNROLL_WIDTH is
bits() {
	name=$1
	shift
	for way in 1: 1:base 1:v3 1:v4 2: 3:v3 5:base; do
		UNROLL_WIDTH=${way#*:} "$U" train --set backend=native --set hidden=19 --set T=23 --set batch=5 "$@" --updates 12 \
			--temporal --csv all.csv --set threads="${way%:*}" >log 2>&1 || bad "$name" "$way: $(tail -n 1 log)"
		cut -d, -f 1-8 all.csv >other.csv
		[ $way != 1: ] || cp all.csv one-all.csv
		[ $way != 1: ] || cp other.csv one.csv
		case $way in 1:*) cmp -s one-all.csv all.csv ;; *) cmp -s one.csv other.csv ;; esac || {
			bad "$name" "threads=${way%:*} width=${way#*:}: $(cmp one-all.csv all.csv 2>&1)"
			return
		}
	done
	ok "$name"
}

same_bits() {
	"$U" train --updates 30 --set T=20 --temporal --csv one.csv >log 2>&1
	"$U" train --updates 30 --set T=20 --temporal --csv other.csv >log 2>&1
	same 'the same run twice, the same bits' one.csv other.csv
	for cell in rnn lstm gru; do
		for precision in f32 f64; do
			bits "the same bits from every width and number of threads: $cell $precision" --set cell=$cell \
				--set precision=$precision --set optimizer=adam
		done
	done
	bits 'the same bits: temporal_order, clipped, sigmoid' --set task=temporal_order --set activation=sigmoid \
		--set clip=norm --set clip_at=0.1 --set init=orthogonal --set rho=1.1
	locale=$(locale -a 2>/dev/null | grep -i -m 1 -e '^de_DE.utf' -e '^fr_FR.utf')
	"$U" train --updates 30 --set T=20 --set lr=0.05 --temporal --csv one.csv >log 2>&1
	LC_ALL=${locale:-C.UTF-8} "$U" train --updates 30 --set T=20 --set lr=0.05 --temporal --csv other.csv >log 2>&1
	same "the same bits in the locale ${locale:-C.UTF-8}" one.csv other.csv
}

# ---- probe ----

# What a state string holds besides the settings of the start: changes under way, arms, views.
states_with_a_past() {
	past='unroll/1 hidden=7 T=9 batch=4 @10 lr=0.05 clip=norm clip_at=0.01 @15 optimizer=adam @20'
	gives 0 'train: settings that change under way' "$U" train "$past" --csv past.csv
	head -n 11 a.csv >expected
	head -n 11 past.csv >seen
	same 'train: as before until the change' seen expected
	holds 'train: clipped from the change on' awk -F, 'NR > 12 && NR <= 21 && !($5 <= 0.0100001) { bad = 1 }
		NR > 1 && NR < 12 && $4 != $5 { bad = 1 } END { exit bad || NR != 21 }' past.csv
	"$U" train "$past" --updates 24 --csv t.csv >log 2>&1
	gives 0 'probe: settings that change under way' "$U" probe "$past" --csv p.csv
	sed -n 's/^loss \([^,]*\), gradient norm \([^,]*\),.*/\1 \2/p' case.out >seen
	echo "$(field t.csv 2 21) $(field t.csv 4 21)" >expected
	same 'probe: the state that the table reaches' seen expected
	arms='unroll/1 hidden=7 T=9 batch=4 views=loss,norms arm=slow lr=0.001 arm="" lr=0.05 @20'
	"$U" train $quick --set lr=0.05 --updates 20 --csv expected >log 2>&1
	gives 0 'train --arm' "$U" train "$arms" --arm B --csv seen
	same 'train --arm: the same as alone' seen expected
	gives 0 'train: the first of several arms' "$U" train "$arms" --csv seen
	holds 'train: says which arm' grep -q "^unroll: the state has 2 arms; this is the first, 'slow'" case.err
	refuses 2 'train: no such arm' 'A (slow), B (lr 0.05)' "$U" train "$arms" --arm fast
	refuses 2 'train: a start setting under way' 'rho=1.2 after update 9' "$U" train 'unroll/1 @9 rho=1.2'
	refuses 2 'render: no such view' "did you mean 'loss'" "$U" render 'unroll/1 views=lss' -o r.png
	for state in "$past" "$arms"; do
		gives 0 'render: a state with a past' "$U" render "$state" -o one.png
		gives 0 'render: … from the picture' "$U" render one.png -o other.png
		same 'render: … the same bytes' one.png other.png
		"$U" render "$state" -o one.svg >log 2>&1
		holds 'render: the svg carries it' grep -qF "$(echo "$state" | sed 's/"/\&quot;/g')" one.svg
		! command -v pdfinfo >/dev/null || holds 'render: the pdf carries it' sh -c \
			"'$U' render '$state' -o one.pdf && pdfinfo one.pdf | grep -qF 'Keywords:' && pdfinfo one.pdf | grep -qF '$state'"
	done
	holds 'render: the views of the state' sh -c "grep -q 'series:loss:1' one.svg && ! grep -q 'waterfall' one.svg"
}

probe() {
	for cell in rnn lstm gru; do
		gives 0 "probe: $cell" "$U" probe $quick --set cell=$cell --set precision=f64 --out p.npz --csv p.csv --check
		holds "probe --check: $cell" grep -q 'agrees with central differences' case.out
		[ -z "$numpy" ] || holds "probe: every array, of the right shape: $cell" "$numpy" "$tools" probe p.npz p.csv $cell
	done
	gives 0 'probe of one step' "$U" probe --set T=1 --set task=data --set hidden=3 --data one.csv --out p.npz
	# update n + 1 of the table is measured on the state after n updates
	"$U" train $quick --updates 8 --temporal --csv t.csv >log 2>&1
	gives 0 'probe of a state' "$U" probe 'unroll/1 hidden=7 T=9 batch=4 @7' --csv p.csv --out p.npz
	sed -n 's/^loss \([^,]*\), gradient norm \([^,]*\),.*/\1 \2/p' case.out >seen
	echo "$(field t.csv 2 8) $(field t.csv 4 8)" >expected
	same 'probe of a state: loss and gradient as in the table' seen expected
	total=$(($(head -n 1 p.csv | tr ',' '\n' | grep -n '^temporal_total$' | cut -d: -f 1)))
	sed 1d p.csv | cut -d, -f $total | tr '\n' , | sed 's/,$//' >seen
	echo >>seen
	sed -n 9p t.csv | cut -d, -f 9- >expected
	same 'probe of a state: temporal norms as in the table' seen expected
	gives 0 'probe --csv -' "$U" probe $quick --csv -
	grep '^step,\|^[0-9]' case.out | cut -d, -f 1 | tr '\n' ' ' >seen
	echo 'step 1 2 3 4 5 6 7 8 9 ' | tr -d '\n' >expected
	same 'probe --csv -: the table' seen expected
	if [ -n "$numpy" ]; then
		for cell in rnn lstm gru; do
			"$numpy" "$tools" state_dict $cell w.npz d.npz
			gives 0 "probe: a state_dict and data from numpy: $cell" "$U" probe --set cell=$cell --set precision=f64 \
				--weights w.npz --data d.npz --out p.npz
			holds "probe: the loss that numpy computes: $cell" "$numpy" "$tools" forward $cell w.npz d.npz p.npz
		done
	else
		echo 'SKIP probe against numpy: no Python with numpy'
	fi
	refuses 2 'probe: nowhere to write' 'nowhere to write' "$U" probe
	refuses 1 'probe: not finite' 'no longer finite\|is not finite' "$U" probe $quick --set sigma=10 \
		--set activation=relu --set T=300 --out n.npz
	holds 'probe: not finite writes nothing' test ! -e n.npz
}

# ---- render ----

drawn() { # NAME KIND FILE: valid?
	case $2 in
	png)
		if command -v file >/dev/null; then
			holds "$1" sh -c "file -b '$3' | grep -q '^PNG image data'"
		else
			holds "$1" sh -c "head -c 4 '$3' | grep -q PNG"
		fi
		;;
	svg)
		if command -v xmllint >/dev/null; then holds "$1" xmllint --noout "$3"; else holds "$1" grep -q '</svg>' "$3"; fi
		;;
	pdf)
		if command -v pdftotext >/dev/null; then
			holds "$1" sh -c "pdftotext '$3' - | grep -q '[[:alpha:]]'"
		else
			holds "$1" sh -c "head -c 5 '$3' | grep -q %PDF- && tail -c 8 '$3' | grep -q EOF"
		fi
		;;
	esac
}

render() {
	state='unroll/1 hidden=7 T=9 batch=4 optimizer=momentum lr=0.05 @12'
	for view in $("$U" list views | cut -d' ' -f 1); do
		for theme in light dark projector print; do
			for kind in png svg pdf; do
				if "$U" render "$state" --view $view --theme $theme --size 640x360 -o r.$kind >log 2>&1; then
					drawn "render: $view, $theme, $kind" $kind r.$kind
				else
					bad "render: $view, $theme, $kind" "$(cat log)"
				fi
			done
		done
	done
	for kind in png svg pdf; do
		"$U" render "$state" -o one.$kind >log 2>&1
		"$U" render "$state" -o other.$kind >log 2>&1
		same "render: the same $kind twice" one.$kind other.$kind
	done
	holds 'render: the svg carries the state' grep -q "<state[^>]*>$state</state>" one.svg
	! command -v pdfinfo >/dev/null || holds 'render: the pdf carries the state' sh -c \
		"pdfinfo one.pdf | grep -q 'Keywords: *$state'"
	gives 0 'render: from a picture' "$U" render one.png -o other.png
	same 'render: from a picture, the same bytes' one.png other.png
	if [ -n "$python" ]; then
		"$python" "$tools" png one.png 1280 720 >seen
		printf '%s' "$state" >expected
		same 'render: the png carries the state' seen expected
		"$U" render "$(cat seen)" -o other.png >log 2>&1
		same 'render: the state from the png, the same bytes' one.png other.png
		"$U" render "$state" --size 641x359 --scale 2 -o r.png >log 2>&1
		holds 'render: --size and --scale' "$python" "$tools" png r.png 1282 718
		"$U" render "$state" --size 641x359 --scale 0.5 -o r.png >log 2>&1
		holds 'render: a small --scale' "$python" "$tools" png r.png 321 180
	fi
	for size in 40x30 40x14400 14400x40; do
		for kind in png svg pdf; do
			gives 0 "render: $size, $kind" "$U" render "$state" --size $size -o r.$kind
		done
	done
	"$U" render "$state" --updates 3 --view loss -o other.png >log 2>&1
	"$U" render "${state% @12} @3" --view loss -o one.png >log 2>&1
	same 'render: --updates over the state' one.png other.png
	mkdir frames
	gives 0 'render --frames' "$U" render "$state" --frames 0:6:3 --size 320x200 -o 'frames/f%03d.png'
	ls frames | tr '\n' ' ' >seen
	printf 'f000.png f001.png f002.png ' >expected
	same 'render --frames: the names' seen expected
	"$U" render "${state% @12} @6" --size 320x200 --view spectrum -o one.png >log 2>&1
	"$U" render "$state" --frames 6:6 --size 320x200 --view spectrum -o 'frames/last%d.png' >log 2>&1
	drawn 'render --frames: one frame' png frames/last0.png
	gives 0 'render: a name with blanks and signs' "$U" render "$state" -o 'frames/ä b"c.png'
	gives 0 'render: an upper-case ending' "$U" render "$state" -o frames/R.SVG
	gives 0 'render: a run that diverges is drawn' "$U" render 'unroll/1 lr=50 activation=relu @30' -o r.png
	holds 'render: a run that diverges is explained' grep -q '^unroll: Stopped at update' case.err
	for kind in png svg pdf; do
		gives 0 "render: a lesson, $kind" "$U" render 08#2 --theme dark --size 1000x600 -o lesson.$kind
		drawn "render: a lesson is drawn, $kind" $kind lesson.$kind
	done
	gives 0 'render: a lesson after its runs' "$U" render wall-and-clip#1 --played -o played.png
	"$U" render 08#1 -o before.png >log 2>&1
	holds 'render: … is another picture' sh -c '! cmp -s played.png before.png'
	refuses 2 'render: a step that is not there' 'there is no step 99; allowed: 1 to' "$U" render 08#99 -o r.png
	refuses 2 'render: no lesson file' 'nothing.md' "$U" render nothing.md -o r.png
	refuses 2 'render: --view with a lesson' 'allowed with a lesson: --played' "$U" render 08 --view loss -o r.png
	refuses 2 'render: --played without a lesson' '\--played is for' "$U" render "$state" --played -o r.png
	refuses 2 'render: nowhere' 'nowhere to draw' "$U" render "$state"
	refuses 2 'render: unknown kind' 'unknown kind of file' "$U" render "$state @999999999" -o r.bmp
	refuses 2 'render: no kind' 'unknown kind of file' "$U" render "$state" -o picture
	refuses 2 'render: unknown theme' 'allowed: light, dark' "$U" render "$state" --theme lihgt -o r.png
	refuses 2 'render: unknown view' "did you mean 'temporal'" "$U" render "$state" --view temproal -o r.png
	refuses 2 'render: a view without a name' 'unknown view' "$U" render "$state" --view , -o r.png
	refuses 2 'render: no view' '--view' "$U" render "$state" --view '' -o r.png
	for size in 0x0 39x30 40x29 14401x30 axb 640 x 640x 1e400x50 nanxnan -640x-480; do
		refuses 2 "render: --size $size" "--size $size.*allowed" "$U" render "$state" --size=$size -o r.png
	done
	for scale in 0 0.2 8.1 -1 nan inf two; do
		refuses 2 "render: --scale $scale" "--scale $scale.*allowed" "$U" render "$state" --scale=$scale -o r.png
	done
	for frames in 3 a:b 1:2:0 1:2:-1 0.5:2 1:2:3:4 : 1:9999999999; do
		refuses 2 "render: --frames $frames" "--frames $frames.*allowed" "$U" render "$state" --frames=$frames -o f%d.png
	done
	refuses 2 'render: --frames backwards' 'ends before it begins' "$U" render "$state" --frames 5:1 -o f%d.png
	for name in f.png f%s.png f%d%d.png f%n.png f%999d.png f%; do
		refuses 2 "render: --frames to $name" "needs a place\|unknown kind" "$U" render "$state" --frames 1:2 -o $name
	done
	refuses 3 'render: a picture that is too large' 'lower the scale or the size' "$U" render "$state" --size 14400x14400 \
		--scale 8 -o r.png
	refuses 3 'render: no such folder, said before the training' 'cannot write' "$U" render "$state @999999999" \
		-o none/r.png
	clean 'render leaves nothing behind'
	clean 'render --frames leaves nothing behind' frames
}

# ---- check ----

check() {
	printf '%s\n' --- 'title: A' 'summary: B' --- '## S' '' '```unroll' 'set T=5 hidden=4 batch=2' 'expect loss > 0' \
		'run 2' 'expect update = 2' '```' >good.md
	sed 's/update = 2/update = 3/' good.md >claims.md
	sed 's/expect loss/expect los/; s/set T/sett T/' good.md >wrong.md
	sed 's/^summary: B/summary: B\nneeds: nothing-known/' good.md >needs.md
	sed 's/run 2/run 1000000000000/' good.md >long.md
	gives 0 'check: what holds' "$U" check good.md
	holds 'check: a line for each claim' test "$(grep -c '^ok .*good.md:[0-9]*: expect' case.out)" -eq 2
	holds 'check: the measured value' grep -q 'expect loss > 0: loss [0-9]' case.out
	gives 1 'check: what does not hold' "$U" check claims.md
	holds 'check: says which' grep -q '^NOT ok .*claims.md:11: expect update = 3: update 2' case.out
	gives 2 'check: mistakes' "$U" check good.md wrong.md
	holds 'check: mistakes have lines' grep -q "^unroll: wrong.md:8: .*did you mean 'set'" case.err
	holds 'check: all mistakes' grep -q "^unroll: wrong.md:9: .*did you mean 'loss'" case.err
	holds 'check: the good lesson beside it' grep -q '^ok .*good.md' case.out
	gives 2 'check: an unknown need' "$U" check needs.md
	holds 'check: names the need' grep -q "needs 'nothing-known'" case.err
	gives 2 'check: an endless run' "$U" check long.md
	refuses 2 'check: no such lesson' "did you mean 'one-weight'" "$U" check one-wait
	refuses 2 'check: nothing of that name' 'allowed: a file, a folder, a name' "$U" check /nonexistent.md
	mkdir -p empty own/unroll/lessons
	refuses 2 'check: an empty folder' 'a folder without lessons' "$U" check empty
	printf 'a\000b' >nul.md
	refuses 2 'check: no text' 'NUL byte' "$U" check nul.md
	gives 0 'check: a name' "$U" check one-weight
	gives 0 'check: a folder' "$U" check --quick "$(dirname "$tools")/../lessons"
	cp good.md own/unroll/lessons/90-mine.md
	gives 0 "check: the user's own" env XDG_DATA_HOME="$PWD/own" "$U" check mine
	gives 0 "list lessons: the user's own" env XDG_DATA_HOME="$PWD/own" "$U" list lessons
	holds 'list lessons: all of them' awk '$1 == "mine" || $1 == "one-weight" { n++ } END { exit n != 2 }' case.out
	refuses 2 'check: an unknown option' "did you mean '--quick'" "$U" check --quik good.md
	"$U" check good.md >/dev/full 2>case.err
	holds 'check: a full disk' test $? -eq 3
	rm -r empty own ./*.md
}

# ---- list ----

list() {
	for kind in knobs cells tasks optimizers losses inits views probes goals keys lessons reproductions; do
		gives 0 "list $kind" "$U" list $kind
		gives 0 "list $kind --json" "$U" list $kind --json
		if [ -n "$python" ]; then
			cp case.out list.json
			holds "list $kind: names and summaries" "$python" "$tools" names list.json $kind
		fi
	done
	gives 0 'train: hello' "$U" train --set task=hello --set optimizer=adam --set lr=0.01 --set batch=1 --updates 400 --sample 4 --prompt h
	holds 'train: hello is said' grep -qx hello case.out
	gives 0 'train: a test' "$U" train --set T=5 --updates 2 --test 50
	holds 'train: the test is told' grep -q '^test on 50 sequences: loss ' case.out
	gives 0 'train: patience' "$U" train --set T=5 --set train_size=4 --set batch=4 --set hidden=20 --set optimizer=adam --set lr=0.02 --set patience=2 --set validate_every=5 --set validation=50 --updates 5000
	refuses 2 'train: nothing to continue' 'its answers are no inputs' "$U" train --updates 1 --sample 3
	refuses 2 'train: a foreign prompt' 'begins with no symbol' "$U" train --set task=hello --updates 1 --sample 3 --prompt hx
	refuses 2 'train: temperature' 'not a temperature' "$U" train --set task=hello --updates 1 --sample 3 --temperature -1
	for preset in $("$U" list presets | sed 's/ .*//'); do
		gives 0 "preset: $preset" "$U" train --set preset="$preset" --updates 1
	done
	refuses 2 'preset: unknown' "did you mean 'irnn'" "$U" train --set preset=irn --updates 1
	refuses 2 'list: nothing' 'allowed: knobs' "$U" list
	refuses 2 'list: unknown' "did you mean 'views'" "$U" list veiws
	refuses 2 'list: two' 'one list at a time' "$U" list knobs views
	gives 0 'help' "$U" --help
	holds 'help names every command' sh -c 'for c in train probe render list bench; do grep -q "unroll $c" case.out || exit 1
		done'
	gives 0 'version' "$U" --version
}

# ---- state strings ----

# Every knob that has a value other than its default in "NAME VALUE", through a picture and back.
state_strings() {
	[ -n "$python" ] || {
		echo 'SKIP state strings: no Python'
		return
	}
	cp one.csv 'a "b" c\d.csv'
	cp one.csv "it's.csv"
	cp one.csv 'tab@1=2.csv'
	for file in 'a "b" c\d.csv' "it's.csv" 'tab@1=2.csv'; do
		gives 0 "state: the file $file" "$U" render --set task=data --set data="$file" --updates 2 -o s.png
		"$python" "$tools" png s.png 1280 720 >seen
		gives 0 "state: the file $file again" "$U" render "$(cat seen)" -o other.png
		same "state: the file $file, the same bytes" s.png other.png
	done
	"$U" list knobs --json >knobs.json
	"$python" "$tools" settings knobs.json >settings
	while read -r knob value cell task; do
		net='--set hidden=3'
		case "$task $value" in *power* | *fixed_point* | *linear* | *function*) net= ;; esac # the task is all there is
		"$U" render --set task="$task" $net --set T=4 --set cell="$cell" --set "$knob=$value" --updates 1 --size 64x48 --view loss -o s.png >log 2>&1 || {
			bad "state: $knob=$value" "$(tail -n 1 log)"
			continue
		}
		case " $("$python" "$tools" png s.png 64 48) " in
		*" $knob=$value "*) ok "state: $knob=$value" ;;
		*) bad "state: $knob=$value" "$("$python" "$tools" png s.png 64 48)" ;;
		esac
	done <settings
	# the knobs of every cell, and those that do not exclude each other
	sets=$(grep ' rnn adding$' settings | sed 's/ rnn adding$//; s/ /=/; s/^/--set /' |
		grep -v -e reduce= -e loss= -e '=data$' -e threads= -e variant= -e cell= -e task= -e direction= -e leak= | tr '\n' ' ')
	gives 0 'state: everything at once' "$U" render $sets --updates 2 -o s.png
	state=$("$python" "$tools" png s.png 1280 720)
	gives 0 'state: everything at once, back again' "$U" render "$state" -o other.png
	same 'state: everything at once, the same bytes' s.png other.png
	gives 0 'state: blanks do not matter' "$U" train "$(printf 'unroll/1 \t hidden=7\n  T=9   batch=4 @20 ')" --csv b.csv
	same 'state: blanks do not matter, the same numbers' a.csv b.csv
	refuses 2 'state: unknown version' "version 'unroll/2' is not known" "$U" render 'unroll/2 lr=1' -o s.png
	refuses 2 'state: no version' "is not known" "$U" render 'unroll/ lr=1' -o s.png
	refuses 2 'state: a quote is not closed' 'a quote is not closed' "$U" render 'unroll/1 data="a' -o s.png
	refuses 2 'state: unknown knob' "did you mean 'lr'" "$U" render 'unroll/1 rl=1' -o s.png
	refuses 2 'state: out of range' 'hidden=0: out of range' "$U" render 'unroll/1 hidden=0' -o s.png
	refuses 2 'state: no value' 'not a setting' "$U" render 'unroll/1 hidden' -o s.png
	refuses 2 'state: no update' 'is not an update' "$U" render 'unroll/1 @x' -o s.png
	refuses 2 'state: an update below 0' 'is not an update' "$U" render 'unroll/1 @-5' -o s.png
	refuses 2 'state: too long a word' 'longer than' "$U" render "unroll/1 data=$(printf '%0600d' 0).csv" -o s.png
	refuses 2 'state: two' 'more than one state string' "$U" render unroll/1 unroll/1 -o s.png
	refuses 2 'state: no state' 'is no state' "$U" render hello -o s.png
	refuses 2 'state: a picture that is none' 'is no PNG' "$U" render fake.png -o s.png
	head -c 100 s.png >cut.png
	refuses 2 'state: a picture that is cut short' 'cut short\|damaged' "$U" render cut.png -o t.png
}

# ---- bench ----

bench() {
	"$U" bench --rounds 1 --ms 1 >bench.text 2>&1 &
	text=$!
	gives 0 bench "$U" bench --rounds 1 --ms 5 --json
	holds 'bench as text' wait $text
	holds 'bench as text: a row for each net and engine' test "$(grep -c '%' bench.text)" -ge 12
	holds 'bench as text: the time of a step' grep -q '^time of a step of A: .* at T = 400; last to first' bench.text
	cp case.out bench.json
	cells=$("$U" list cells --json | sed -n 's/.*"name": "\([a-z0-9_]*\)".*/\1/p')
	for cell in $cells; do # three of them have the rows A, LSTM and GRU
		case $cell in rnn) row=A ;; lstm) row=LSTM ;; gru) row=GRU ;; *) row=$cell ;; esac
		holds "bench: a row for the cell $cell" test "$(grep -c "\"name\": \"$row\"" bench.json)" -eq 8
	done
	holds 'bench: cells' test "$(echo "$cells" | wc -l)" -ge 11
	[ -z "$python" ] || holds 'bench: the JSON' "$python" -m json.tool bench.json
	refuses 2 'bench: not a number' '--rounds' "$U" bench --rounds x
	refuses 2 'bench: out of range' '--ms' "$U" bench --ms 0
	refuses 2 'bench: a word' 'takes options only' "$U" bench fast
}

# ---- what is refused ----

usage_errors() {
	refuses 2 'list: nothing of that name' "list: unknown 'zzzzzzzz'; allowed: knobs" "$U" list zzzzzzzz
	refuses 2 'train: what cannot be continued is said before the training' 'answers are no inputs' \
		"$U" train --updates 100000000 --sample 10
	gives 0 'help of a command' "$U" help train
	holds 'help of a command: its options alone' sh -c \
		"grep -q '^usage: unroll train' case.out && ! grep -q 'unroll probe' case.out"
	refuses 2 'help of no command' "did you mean 'train'" "$U" help trian
	refuses 2 'no such command' "did you mean 'train'" "$U" trian
	refuses 2 'no such thing' 'is no command' "$U" qwertyuiop
	refuses 2 'an empty word' 'is no command' "$U" ''
	refuses 2 'two things to open' 'more than one' "$U" unroll/1 lr=1
	refuses 2 'no such option' "unknown option '--foo'" "$U" --foo
	refuses 2 'no such option of a command' "did you mean '--updates'" "$U" train --update 3
	refuses 2 'an option without its value' 'needs a value' "$U" train --updates
	refuses 2 'a flag with a value' 'takes no value' "$U" train --temporal=1 --updates 1
	refuses 2 'one file for two things' 'name one file' "$U" train --updates 1 --csv x.npz --save x.npz
	refuses 2 'how long?' 'how long' "$U" train
	refuses 2 'no updates' 'nothing to do' "$U" train --updates 0
	for n in -1 1.5 x 1e10 '' nan; do
		refuses 2 "train: --updates '$n'" 'allowed' "$U" train --updates "$n"
	done
	refuses 2 'knob: unknown' "unknown knob 'hiden'; did you mean 'hidden'" "$U" train --set hiden=3 --updates 1
	refuses 2 'knob: like no other' 'unroll list knobs' "$U" train --set qwertyuiop=3 --updates 1
	refuses 2 'knob: out of range' 'hidden=0: out of range; allowed: 1 to 1024' "$U" train --set hidden=0 --updates 1
	refuses 2 'knob: no number' 'lr=fast: not a number; allowed: 0 to 100' "$U" train --set lr=fast --updates 1
	refuses 2 'knob: no whole number' 'T=2.5: not a whole number; allowed: 1 to 4000' "$U" train --set T=2.5 --updates 1
	refuses 2 'knob: a comma for a point' 'not a number' "$U" train --set lr=0,5 --updates 1
	refuses 2 'knob: nan' 'not a number' "$U" train --set lr=nan --updates 1
	refuses 2 'knob: infinite' 'allowed: 0 to 100' "$U" train --set lr=1e999 --updates 1
	refuses 2 'knob: empty' 'not a number' "$U" train --set lr= --updates 1
	refuses 2 'knob: unknown choice' "cell=ltsm: .*did you mean 'lstm'.*allowed: rnn, lstm, gru" "$U" train \
		--set cell=ltsm --updates 1
	refuses 2 'knob: no yes or no' 'bias=maybe.*allowed: 0, 1' "$U" train --set bias=maybe --updates 1
	refuses 2 'knob: no value' 'not a setting' "$U" train --set hidden --updates 1
	refuses 2 'knob: no name' 'not a setting' "$U" train --set =3 --updates 1
	refuses 2 'knob: a loss that does not fit' 'loss=xent needs classes' "$U" train --set loss=xent --updates 1
	refuses 2 'a message stays on one line' 'unknown knob' "$U" train --set "$(printf 'a\nb\033[31m=1')" --updates 1
	refuses 2 'a long message stays on one line' 'unknown knob' "$U" train --set "$(printf '%05000d' 0)=1" --updates 1
	refuses 3 'more memory than there is' 'MiB.*lower T, batch or hidden' "$U" train --set cell=lstm --set hidden=1024 \
		--set T=4000 --set batch=4096 --set precision=f64 --updates 1
	refuses 2 'data: none' 'allowed: .npz, .csv' "$U" train --set task=data --updates 1
	printf 'a\nb\377' >bad.txt
	refuses 2 'data: no text' 'bad.txt:2: bytes that are no UTF-8 at column 2' "$U" train --set task=text \
		--set data=bad.txt --updates 1
	printf '# synthetic\nid,time,age,finding_a,level_a,score,label\n1,0,40,1,1,1,2\n' >visits.csv
	refuses 2 'data: a label that is none' 'visits.csv:3: label is 2; allowed: 0 or 1' "$U" train --set task=visits \
		--set data=visits.csv --updates 1
	refuses 2 'data: more than the file has' 'train_size=201: the file has 200' "$U" train --set task=visits \
		--set train_size=201 --updates 1
	refuses 2 'data: no such file' 'cannot read none.csv' "$U" train --set task=data --set data=none.csv --updates 1
	refuses 2 'data: a path that is too long' 'allowed: 255' "$U" probe --data "$(printf '%0300d' 0).csv" --check
}

# diverges NAME PATTERN SETTINGS…
diverges() {
	name=$1 pattern=$2
	shift 2
	"$U" train "$@" --updates 300 --csv d.csv --save d.npz >case.out 2>case.err
	got=$?
	if [ $got -ne 1 ]; then
		bad "$name" "exit $got"
	elif ! grep -q "^unroll: Stopped at update [0-9]*: .* is no longer finite.*$pattern" case.err; then
		bad "$name" "$(cat case.err)"
	else
		ok "$name"
	fi
}

divergence() {
	diverges 'divergence: at once' 'at time step [0-9]* of 50' --set sigma=5 --set activation=relu
	diverges 'divergence: update, place and time step' 'at time step [0-9]* of 50' --set lr=50
	[ -z "$numpy" ] || holds 'divergence: the saved weights are finite' "$numpy" "$tools" finite d.npz
	diverges 'divergence: f64 too' 'at time step [0-9]* of 50' --set lr=50 --set precision=f64 --set activation=relu
	gives 0 'clipping helps' "$U" train --set lr=50 --set clip=norm --set clip_at=0.001 --updates 100
}

# ---- hostile files ----

# csv NAME PATTERN TEXT
csv() {
	printf "$3" >bad.csv
	refuses 2 "csv: $1" "$2" "$U" probe --data bad.csv --check
}

csv_files() {
	header='sequence,step,a,target\n'
	csv letters "bad.csv:3: column a holds 'x'" "${header}1,1,0.5,1\n1,2,x,0\n"
	csv 'a comma for a point' 'bad.csv:2: ' "${header}1,1,0,5,1\n"
	csv semicolons 'semicolons' 'sequence;step;a;target\n1;1;2;3\n'
	csv 'no features' 'allowed: sequence,step,' 'sequence,step,target\n1,1,1\n'
	csv 'no target' 'allowed: sequence,step,' 'sequence,step,a,b\n1,1,0.5,1\n'
	csv 'no step' 'allowed: sequence,step,' 'sequence,a,b,target\n1,1,0.5,1\n'
	csv 'a short row' 'bad.csv:2: 3 fields; allowed are 4' "${header}1,1,0.5\n"
	csv 'a long row' 'bad.csv:3: 5 fields; allowed are 4' "${header}1,1,0.5,1\n1,2,0.5,1,1\n"
	csv 'a column twice' 'two columns are named a' 'sequence,step,a,a,target\n1,1,0.5,1,1\n'
	csv 'a sequence in two places' 'bad.csv:4: sequence 1 stands in two places' "${header}1,1,0,1\n2,1,0,1\n1,2,0,1\n"
	csv 'a step twice' 'bad.csv:3: step does not increase' "${header}1,1,0,1\n1,1,0,1\n"
	csv 'no step number' 'must not be empty' "${header}1,,0,1\n"
	csv 'no target at all' 'no row has a target' "${header}1,1,0,\n"
	csv 'a sequence without a target' 'sequence 2 has no target' "${header}1,1,0,1\n2,1,0,\n"
	csv infinite 'not finite' "${header}1,1,inf,1\n"
	csv 'an open quote' 'quote is not closed' "${header}1,1,\"0,1\n"
	csv 'zero bytes' 'zero bytes' "${header}1,1,0\\000,1\n"
	csv 'no rows' 'no rows' "$header"
	csv empty 'is empty' ''
	csv 'no header' 'has to name the columns' '1,1,0.5,1\n'
	printf '\357\273\277sequence,step,a,target\r\n1,1,0.5,1\r\n1,2,,0\r\n\r\n2,1,"1",\r\n2,2,1,1' >good.csv
	gives 0 'csv: marks, blanks, missing values, other line ends' "$U" probe --data good.csv --check
	awk 'BEGIN { print "sequence,step,a,target"; for (i = 0; i < 4000; i++) print "0," i ",0,0"
		for (i = 1; i < 200000; i++) print i ",0,0,1" }' >bad.csv
	refuses 2 'csv: a small file that needs a lot of memory' 'MiB; allowed' "$U" probe --data bad.csv --check
	rm bad.csv
	mkfifo pipe.csv
	printf 'sequence,step,a,target\n1,1,0.5,1\n' >pipe.csv &
	gives 0 'csv: from a pipe' "$U" probe --data pipe.csv --check
	wait
}

npz_files() {
	[ -n "$numpy" ] || {
		echo 'SKIP hostile npz files: no Python with numpy'
		return
	}
	mkdir npz
	"$numpy" "$tools" hostile npz >npz.list || bad 'npz: the bad files' "$(cat npz.list)"
	while IFS=: read -r file option pattern; do
		case $option in
		data) refuses 2 "npz: $file" "$pattern" "$U" probe --data "npz/$file" --out x.npz ;;
		weights) refuses 2 "npz: $file" "$pattern" "$U" probe --set hidden=3 --weights "npz/$file" --out x.npz ;;
		good) gives 0 "npz: $file" "$U" probe --data "npz/$file" --out x.npz ;;
		esac
	done <npz.list
	# cut anywhere, a byte changed anywhere: a message or a result, never a crash
	size=$(wc -c <npz/whole.npz) wrong=
	for i in $(seq 1 40); do
		head -c $((size * i / 41)) npz/whole.npz >npz/cut.npz
		"$U" probe --data npz/cut.npz --out x.npz >case.out 2>case.err
		[ $? -eq 2 ] && grep -q '^unroll: ' case.err || wrong="$wrong $i"
	done
	if [ -z "$wrong" ]; then ok 'npz: cut short anywhere'; else bad 'npz: cut short anywhere' "at$wrong of 41"; fi
	"$numpy" "$tools" garble npz/whole.npz npz 40
	wrong=
	for file in npz/garbled-*; do
		"$U" probe --data "$file" --out x.npz >case.out 2>case.err
		[ $? -le 3 ] || wrong="$wrong $file"
	done
	if [ -z "$wrong" ]; then ok 'npz: bytes changed'; else bad 'npz: bytes changed' "$wrong"; fi
}

# ---- faults ----

# Starts a run without end that replaces old.csv, and waits until something of it is on the disk.
start_endless() {
	cp keep.csv old.csv
	"$U" train $quick --until 'loss < 0' --csv old.csv --save w.npz >case.out 2>case.err &
	running=$!
	for _ in $(seq 200); do
		ls -s .unroll-$running-*.tmp 2>/dev/null | grep -qv '^ *0 ' && return
		sleep 0.05
	done
}
# stopped_by SIGNAL: its exit status in $status
stopped_by() {
	kill -"$1" $running
	wait $running 2>/dev/null
	status=$?
	running=
}

faults() {
	echo 'the old table' >keep.csv
	for signal in INT TERM HUP; do
		start_endless
		stopped_by $signal
		if [ $status -eq 1 ]; then ok "$signal: exit status"; else bad "$signal: exit status" "$status"; fi
		holds "$signal: says so" grep -q '^unroll: interrupted after update' case.err
		holds "$signal: every row is complete" awk -F, 'NF != 8 || (NR > 1 && $1 != NR - 1) { bad = 1 }
			END { exit bad || NR < 2 }' old.csv
		gives 0 "$signal: the weights are complete" "$U" train $quick --load w.npz --updates 1
		clean "$signal: nothing else is left"
	done
	start_endless
	stopped_by KILL
	same 'kill -9: the old file is intact' keep.csv old.csv
	rm -f .unroll-*.tmp
	mkdir stop
	"$U" render 'unroll/1 hidden=7 T=9' --frames 1:1000000000 --size 64x48 --view loss -o stop/%d.png >case.out 2>case.err &
	running=$!
	for _ in $(seq 200); do
		[ -e stop/2.png ] && break
		sleep 0.05
	done
	stopped_by INT
	if [ $status -eq 1 ]; then ok 'INT: frames'; else bad 'INT: frames' "exit $status: $(tail -n 1 case.err)"; fi
	clean 'INT: only whole frames are left' stop
	last=$(ls stop | sort -n | tail -n 1)
	drawn 'INT: the last frame is whole' png "stop/$last"

	cp keep.csv old.csv
	refuses 3 'disk full: a table' 'cannot write .*old.csv' small_files "$U" train $quick --updates 2000 --csv old.csv
	same 'disk full: the old table is intact' keep.csv old.csv
	cp keep.csv old.npz
	refuses 3 'disk full: weights' 'cannot write .*old.npz' small_files "$U" train --set hidden=60 --updates 1 --save old.npz
	same 'disk full: the old weights are intact' keep.csv old.npz
	refuses 3 'disk full: a probe' 'cannot write .*old.npz' small_files "$U" probe --out old.npz
	for kind in png svg pdf; do
		cp keep.csv old.$kind
		refuses 3 "disk full: $kind" "cannot write .*old.$kind" small_files "$U" render 'unroll/1 @3' -o old.$kind
		same "disk full: the old $kind is intact" keep.csv old.$kind
	done
	clean 'disk full: nothing is left behind'
	if [ -c /dev/full ]; then
		refuses 3 'a full device: a table ends an endless run' 'cannot write /dev/full' "$U" train $quick \
			--until 'loss < 0' --csv /dev/full
		refuses 3 'a full device: weights' 'cannot write /dev/full' "$U" train $quick --updates 1 --save /dev/full
		refuses 3 'a full device: a probe' 'cannot write /dev/full' "$U" probe $quick --out /dev/full
		refuses 3 'a full device: standard output' 'cannot write standard output' full "$U" list knobs
		refuses 3 'a full device: help' 'cannot write standard output' full "$U" --help
		gives 3 'a full device: a table on standard output' full "$U" train $quick --updates 3 --csv -
	fi
	"$U" train $quick --updates 20 --csv closed.csv >&- 2>&- <&-
	same 'closed descriptors: nothing else gets into the table' closed.csv a.csv
	for file in none/x.csv /proc/x.csv; do
		refuses 3 "cannot write $file: said before the training" "cannot write $file" "$U" train --until 'loss < 0' --csv $file
		refuses 3 "cannot save $file: said before the training" "cannot write $file" "$U" train --until 'loss < 0' --save $file
		refuses 3 "probe: cannot write $file" "cannot write $file" "$U" probe $quick --out $file
	done
	refuses 2 'a folder for a file' 'is a folder' "$U" train --until 'loss < 0' --csv stop
	refuses 2 'a file name that is empty' 'is empty' "$U" train --until 'loss < 0' --csv ''
	cp keep.csv real.csv && ln -s real.csv link.csv
	gives 0 'a link' "$U" train $quick --updates 20 --csv link.csv
	holds 'a link: stays one' test -L link.csv
	same 'a link: the file behind it is replaced' real.csv a.csv
	chmod 600 real.csv
	"$U" train $quick --updates 20 --csv real.csv >log 2>&1
	holds 'a file keeps its mode' test "$(ls -l real.csv | cut -c 1-10)" = -rw-------
	if [ "$(id -u)" -ne 0 ]; then
		chmod 400 real.csv
		refuses 3 'a file that must not be written' 'cannot write' "$U" train $quick --updates 1 --csv real.csv
		chmod 500 stop
		refuses 3 'a folder that must not be written' 'cannot write' "$U" train $quick --updates 1 --csv stop/x.csv
		chmod 700 stop
	fi
}
small_files() { # COMMAND…: no file grows beyond 4 KiB
	(ulimit -f 8 && exec "$@")
}
full() {
	"$@" >/dev/full
}

no_display() {
	mkdir blind
	gives 0 'no display' sh -c "cd blind && '$U'"
	holds 'no display: says so' grep -q '^unroll: no display; drawing out/unroll.png' case.err
	drawn 'no display: a picture' png blind/out/unroll.png
	gives 0 'no display: a state' sh -c "cd blind && '$U' 'unroll/1 hidden=7 T=9 @5'"
	[ -z "$python" ] || holds 'no display: the state is drawn as it is' sh -c \
		"'$python' '$tools' png blind/out/unroll.png 1280 720 | grep -q '^unroll/1 hidden=7 T=9 @5\$'"
	cp blind/out/unroll.png blind/in2.png
	gives 0 'no display: a picture is opened' sh -c "cd blind && cp out/unroll.png in.png && '$U' in.png"
	same 'no display: a picture is opened, the same bytes' blind/in.png blind/out/unroll.png
	refuses 2 'no display: a picture that is none' 'is no PNG' "$U" fake.png
	printf 'noted\nunroll/1 hidden=7 T=9 @5\n' >blind/run.txt
	gives 0 'opening: a text with a state' sh -c "cd blind && '$U' run.txt"
	same 'opening: a text with a state, the same bytes' blind/in2.png blind/out/unroll.png
	gives 0 'opening: a table of a run' sh -c "cd blind && '$U' render in2.png -o run.csv && '$U' run.csv"
	same 'opening: a table of a run, the same bytes' blind/in2.png blind/out/unroll.png
	gives 0 'opening: numbers of a run' sh -c "cd blind && '$U' render in2.png -o run.npz && '$U' run.npz"
	same 'opening: numbers of a run, the same bytes' blind/in2.png blind/out/unroll.png
	gives 0 'opening: data' sh -c "cd blind && '$U' ../one.csv"
	[ -z "$python" ] || holds 'opening: data is the task' sh -c \
		"'$python' '$tools' png blind/out/unroll.png 1280 720 | grep -q 'task=data.*data=[^ ]*one.csv'"
	gives 0 'opening: a state file is drawn' "$U" render blind/run.txt -o blind/again.png
	refuses 2 'opening: a text without a state' 'blind/in.txt: holds no state; allowed: a line' \
		sh -c "echo nothing >blind/in.txt; '$U' blind/in.txt"
	refuses 2 'opening: a file that is missing' 'cannot read gone.npz: No such file' "$U" gone.npz
	refuses 2 'opening: a table that is no data' 'the columns do not fit' \
		sh -c "printf 'a,b\\n1,2\\n' >blind/no.csv; '$U' blind/no.csv"
	refuses 2 'opening: a file of another kind' 'case.err: cannot be opened; allowed: .png' "$U" case.err
	refuses 2 'opening: a folder' 'blind: cannot be opened; allowed: .png' "$U" blind
	refuses 2 'opening: nothing of that name' 'no command, lesson, state string or file' "$U" nowhere
	mkdir blocked && echo >blocked/out
	gives 3 'no display: no room for out/' sh -c "cd blocked && '$U'"
}

# Arrays of an .npz: names, shapes, and that loss is finite; path begins where the knobs say.
surface_shapes() { # FILE NA NB STEPS
	"$numpy" -c '
import sys, numpy as np
z = np.load(sys.argv[1])
a, b, n = map(int, sys.argv[2:5])
assert sorted(z.files) == ["a", "b", "grad_norm", "loss", "path", "state"], z.files
assert str(z["state"]).startswith("unroll/1 ") and "views=surface" in str(z["state"]), z["state"]
assert z["a"].shape == (a,) and z["b"].shape == (b,) and z["path"].shape == (n, 2)
assert z["loss"].shape == z["grad_norm"].shape == (b, a) and np.isfinite(z["loss"]).all()
' "$@"
}
# The error of the one-unit net by itself, and the wall at w = 5.
surface_values() {
	"$numpy" -c '
import sys, numpy as np
z = np.load(sys.argv[1])
W, B = np.meshgrid(z["a"], z["b"])
s = lambda x: 1 / (1 + np.exp(-x))
x = np.full_like(W, 0.5)
for t in range(50):
    x = W * s(x) + B
away = np.abs(B - (0.5 - 0.62245933 * W)) > 0.01
assert away.sum() > 1000 and np.allclose(((s(x) - 0.7) ** 2)[away], z["loss"][away], atol=1e-9)
assert tuple(z["path"][0]) == (6.5, -2.9)
' "$1"
}
surface() {
	gives 0 'surface: one unit' "$U" surface --axes w,b --size 41x31 --range 4:7,-3.2:-1.6 --set lr=0.5 --updates 30 -o u.npz
	gives 0 'surface: random' "$U" surface --axes random $quick --size 7x5 --updates 4 -o r.npz
	gives 0 'surface: pca' "$U" surface --axes pca $quick --size 3x4 --updates 20 -o p.npz
	gives 0 'surface: grad' "$U" surface --axes grad $quick --size 3x3 --updates 4 -o g.npz
	gives 0 'surface: two parameters' "$U" surface --axes 'W_hh[0,1],rnn.bias_ih_l0[2]' $quick --size 3x3 -o n.npz
	gives 0 'surface: the same again' "$U" surface --axes random $quick --size 7x5 --updates 4 -o r2.npz
	same 'surface: the same bytes' r.npz r2.npz
	if [ -n "$numpy" ]; then
		holds 'surface: one unit, arrays' surface_shapes u.npz 41 31 31
		holds 'surface: one unit, values' surface_values u.npz
		holds 'surface: random, arrays' surface_shapes r.npz 7 5 5
		holds 'surface: pca, arrays' surface_shapes p.npz 3 4 21
		holds 'surface: two parameters, arrays' surface_shapes n.npz 3 3 1
	else
		echo 'SKIP surface: arrays: no numpy'
	fi
	gives 0 'surface: arms' "$U" surface "unroll/1 task=fixed_point lr=0.5 precision=f64 arm=a arm=b clip=norm clip_at=0.1 @20 lr=0.1 @30" -o arms.npz
	gives 0 'surface: the second arm alone' "$U" surface "unroll/1 task=fixed_point lr=0.5 precision=f64 clip=norm clip_at=0.1 @20 lr=0.1 @30" -o arm.npz
	gives 0 'surface: arms of a net' "$U" surface "unroll/1 hidden=7 T=9 axes=pca arm=a arm=b lr=0.001 arm=c cell=lstm @12" --size 3x4 -o nets.npz
	gives 0 'surface: a function' "$U" surface "unroll/1 task=function function=rosenbrock lr=0.001 arm=a arm=b lr=0.0005 @9" --size 5x3 --range 0:2,-1:1 -o f.npz
	if [ -n "$numpy" ]; then
		holds 'surface: arms, paths' "$numpy" -c '
import numpy as np
both, one, nets, f = (np.load(n + ".npz") for n in ("arms", "arm", "nets", "f"))
assert both["path"].shape == both["path_2"].shape == (31, 2) and (both["path_2"] == one["path"]).all()
assert (both["path"][30] != both["path_2"][30]).all() and (both["loss"] == one["loss"]).all()
assert nets["path"].shape == nets["path_2"].shape == (13, 2) and nets["path_3"].shape == (0, 2)
A, B = np.meshgrid(f["a"], f["b"])
assert np.allclose(f["loss"], (1 - A) ** 2 + 100 * (B - A * A) ** 2, rtol=1e-13)
g = np.hypot(-2 * (1 - A) - 400 * A * (B - A * A), 200 * (B - A * A))
assert np.allclose(f["grad_norm"], g, rtol=1e-12) and tuple(f["path"][0]) == (np.float32(-1.2), 1)
'
	fi
	gives 0 'surface: csv' "$U" surface --axes w,b --size 3x2 -o s.csv
	holds 'surface: csv, rows' test "$(wc -l <s.csv)" -eq 7
	for kind in png svg pdf; do
		gives 0 "surface: $kind" "$U" surface --axes random $quick --size 5x5 --updates 2 -o "s.$kind"
		holds "surface: $kind, not empty" test -s "s.$kind"
	done
	holds 'surface: a picture opens at its surface' grep -aq 'axes=random views=surface @2' s.png
	refuses 2 'surface: one weight' 'a single weight has no surface' "$U" surface --set task=power -o x.npz
	refuses 2 'surface: axes of a function' 'two parameters; allowed: a,b' "$U" surface --axes pca --set task=function -o x.npz
	refuses 2 'surface: wrong axes' 'not axes; allowed' "$U" surface --axes wb -o x.npz
	refuses 2 'surface: unknown parameter' 'did you mean' "$U" surface --axes 'W_hx[0,1],b[2]' $quick -o x.npz
	refuses 2 'surface: no such element' 'allowed: W_hh\[0,0\] to W_hh\[6,6\]' "$U" surface --axes 'W_hh[7,1],b[2]' $quick -o x.npz
	refuses 2 'surface: wrong range' 'not two ranges; allowed' "$U" surface --axes w,b --range 1:0,0:1 -o x.npz
	refuses 2 'surface: wrong size' 'not a size; allowed: NxM' "$U" surface --axes w,b --size 5000x2 -o x.npz
	refuses 2 'surface: nowhere' 'nowhere to write; allowed' "$U" surface --axes w,b
	refuses 2 'surface: unknown kind' 'unknown kind of file; allowed' "$U" surface --axes w,b -o x.txt
	refuses 2 'surface: grad before a step' 'allowed: --updates 1' "$U" surface --axes grad $quick -o x.npz
	refuses 1 'surface: pca without a way' 'too few updates' "$U" surface --axes pca $quick --updates 1 -o x.npz
	refuses 2 'surface: a formula with a mistake' 'column 3: expected' "$U" surface --axes w,b --set expression=a+*b -o x.npz
	gives 3 'surface: unwritable' "$U" surface --axes w,b -o /proc/x.npz
	holds 'surface: nothing written by mistakes' test ! -e x.npz
	clean 'surface: no temporaries'
}

echo 'no picture at all' >fake.png
train_csv
train_goals
check
train_weights
states_with_a_past
same_bits
printf 'sequence,step,a,target\n1,1,0.5,0\n2,1,0.25,1\n3,1,1,1\n' >one.csv
probe
render
surface
list
printf 'sequence,step,a,target\n1,1,0.5,0\n1,2,0.5,1\n2,1,0.25,1\n3,1,1,1\n' >one.csv
state_strings
bench
usage_errors
divergence
csv_files
npz_files
faults
no_display
