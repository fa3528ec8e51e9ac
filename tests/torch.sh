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
