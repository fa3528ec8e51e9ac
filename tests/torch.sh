#!/bin/sh
# Weights that unroll saves are loaded by PyTorch's own cells, and give the same loss there on the same data. And back:
# the weights of a fixture give the fixture's loss here.
set -u
fixtures=$(cd "$(dirname "$0")/fixtures" && pwd)
python=${PYTHON:-/usr/bin/python3}
[ -x "$python" ] || python=python3
if ! "$python" -c 'import numpy, torch' >/dev/null 2>&1; then
	echo "SKIP torch: no Python with torch (Debian: python3-torch)"
	exit 0
fi
cd "$SCRATCH" || exit 1

# round_trip CELL ACTIVATION LOSS LOSS_AT [LAYERS HIDDEN CLASSES]
round_trip() {
	name=$1-$2-$3-$4${5:+-$5layers}
	data=$fixtures/$name.npz
	set -- --set cell="$1" --set activation="$2" --set loss="$3" --set loss_at="$4" --set task=data \
		--set data="$data" --set layers="${5:-1}" --set hidden="${6:-5}" --set classes="${7:-0}" \
		--set batch=3 --set precision=f64 --set lr=0.05
	rm -f w.npz p.npz q.npz
	if ! "$UNROLL" train "$@" --updates 5 --save w.npz >train.log 2>&1; then
		echo "not ok torch $name: train: $(tail -n 1 train.log)"
	elif ! "$UNROLL" probe "$@" --weights w.npz --out p.npz >probe.log 2>&1; then
		echo "not ok torch $name: probe: $(tail -n 1 probe.log)"
	elif ! check "$data" w.npz p.npz; then
		echo "not ok torch $name: saved weights: $(tail -n 1 check.log)"
	elif ! "$UNROLL" probe "$@" --weights "$data" --out q.npz >probe.log 2>&1; then
		echo "not ok torch $name: probe with PyTorch's weights: $(tail -n 1 probe.log)"
	elif ! check "$data" "$data" q.npz; then
		echo "not ok torch $name: loaded weights: $(tail -n 1 check.log)"
	else
		echo "ok torch $name"
	fi
}

# check DATA WEIGHTS PROBE, with the cell and the loss out of $name
check() {
	IFS=- read -r cell activation loss at _ <<NAME
$name
NAME
	"$python" "$fixtures/check_weights.py" "$2" "$1" --cell "$cell" --activation "$activation" \
		--loss-kind "$loss" --loss-at "$at" --loss "$3" --tol 1e-12 >check.log 2>&1
}

round_trip rnn tanh mse last
round_trip rnn relu xent all
round_trip lstm tanh xent last
round_trip lstm tanh mse all
round_trip gru tanh mse last
round_trip gru tanh xent all
round_trip rnn tanh mse last 2
round_trip rnn tanh xent all 3 4 3
round_trip lstm tanh mse last 2
round_trip lstm tanh xent all 3 4 3
round_trip gru tanh mse last 2
round_trip gru tanh xent all 3 4 3

# ---- one batch as a script: every cell × precision × losses and tasks, and what else changes the numbers ----

scripts=0
# script KNOB=VALUE…: the script of a run after a few updates, to be run below
script() {
	scripts=$((scripts + 1))
	name=$(printf '%s ' "$@")
	options=
	for knob in "$@"; do
		options="$options --set $knob"
	done
	# shellcheck disable=SC2086 # no knob has blanks
	net="hidden=6 "
	case $options in *task=fixed_point* | *task=power* | *task=linear*) net= ;; esac # no net
	if "$UNROLL" probe "unroll/1 ${net}batch=4 T=9 lr=0.05 @4" $options --pytorch "script$scripts.py" >probe.log 2>&1; then
		printf 'script%d.py\t%s\n' $scripts "${name% }" >>scripts.txt
	else
		echo "not ok torch script ${name% }: $(tail -n 1 probe.log)"
	fi
}
refuses() { # PATTERN KNOB=VALUE…
	pattern=$1
	shift
	options=
	for knob in "$@"; do
		options="$options --set $knob"
	done
	rm -f refused.py
	# shellcheck disable=SC2086
	"$UNROLL" probe $options --pytorch refused.py >probe.log 2>&1
	if [ $? -eq 2 ] && grep -q "$pattern" probe.log && [ ! -e refused.py ]; then
		echo "ok torch refuses $*"
	else
		echo "not ok torch refuses $*: $(tail -n 1 probe.log)"
	fi
}

for precision in f32 f64; do
	for cell in $("$UNROLL" list cells | cut -d' ' -f 1); do
		script cell="$cell" precision=$precision
		script cell="$cell" precision=$precision task=echo lag=2 loss=mse layers=2
		script cell="$cell" precision=$precision task=temporal_order T=11 loss=bxent
		script cell="$cell" precision=$precision task=parity loss=xent truncate=3
	done
done
cell_forms='cell=lstm,peephole=1 cell=lstm,cec_only=1 cell=lstm,peephole=1,layers=3 cell=lstm97,cec_only=1 cell=gru,gru_form=writes
	cell=gru,gru_form=cho cell=gru,gru_form=chung,layers=2 cell=scrn,scrn_learn=1 cell=rnn,leak=0.7
	cell=rnn,activation=sigmoid cell=rnn,activation=relu,layers=2 cell=rnn,activation=leaky_relu
	cell=rnn,activation=identity cell=elman_jordan,leak=0.4 cell=tcn,kernel=1 cell=tcn,kernel=4,layers=3 cell=lru,layers=2
	cell=jordan,task=parity,teacher_forcing=1 cell=elman_jordan,task=echo,teacher_forcing=1,layers=2
	cell=rnn,bias=0 cell=lstm,l2=0.01,l1=0.003 cell=untied,l2=0.02,T_jitter=0.5 cell=rnn,T_jitter=0.9
	task=copy,T=14 task=copy,T=14,loss=hinge task=copy,T=14,loss=mse,output=softmax task=text,T=20 task=hello,loss=half_sse
	task=multiplication,loss=mae task=visits task=fixed_point task=power,w=1.02,lr=0.001 task=trajectory,cell=gru
	task=memorization,reduce=sum,loss_at=all task=parity,loss_at=last'
for form in $cell_forms; do
	# shellcheck disable=SC2046 # words
	script $(echo "$form" | tr , ' ') precision=f64
done
refuses 'set dropout=0' dropout=0.2
refuses 'set batch_norm=none' batch_norm=input
refuses 'set omega=0' omega=1
refuses 'lower T or hidden' T=4000 hidden=1000 batch=1 rho=0.5

cat >run_scripts.py <<'PYTHON'
import contextlib, io, runpy, sys
import torch
torch.set_num_threads(1)
for line in open("scripts.txt"):
    path, name = line.rstrip("\n").split("\t")
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            runpy.run_path(path, run_name="__main__")
        why = "no end"
    except SystemExit as end:
        said = out.getvalue().strip().split("\n")
        why = "" if end.code == 0 else said[-1]
        rows = [float(r.split()[-1]) for r in said if r.startswith(("loss", "gradient norm", "  temporal norm"))]
        if not why and not (len(rows) > 2 and max(rows) <= float(said[-1].split()[2])):
            why = "a row of %g, but %s" % (max(rows), said[-1])
    except Exception as error:
        why = repr(error)
    print("ok torch script " + name if not why else "not ok torch script %s: %s" % (name, why))
PYTHON
"$python" run_scripts.py 2>&1
