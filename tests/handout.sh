#!/bin/sh
# Handouts: valid PDF and HTML with everything that a lesson says, and nothing half done. Prints "ok NAME",
# "not ok NAME: why", "SKIP NAME: why".
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
U=${UNROLL:-$root/build/unroll}
work=$(mktemp -d "${SCRATCH:-${TMPDIR:-/tmp}}/handout.XXXXXX") || exit 1
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1

ok() {
	echo "ok $1"
}
bad() {
	echo "not ok $1: $(printf '%s' "$2" | tr '\n' ' ' | cut -c 1-300)"
}
has() { # FILE NAME WORDS…
	file=$1 name=$2
	shift 2
	for words in "$@"; do
		grep -qF -- "$words" "$file" || { bad "$name" "no '$words'" && return; }
	done
	ok "$name"
}
refuses() { # STATUS NAME PATTERN COMMAND…
	wanted=$1 name=$2 pattern=$3
	shift 3
	"$@" >out 2>err
	got=$?
	if [ $got -eq "$wanted" ] && grep -q "^unroll: .*$pattern" err; then ok "$name"; else bad "$name" "exit $got: $(cat err)"; fi
}
there() {
	command -v "$1" >/dev/null 2>&1
}

cat >lesson.md <<'END'
---
title: Paper & <ink>
summary: A lesson that is printed.
---

What stands before: $\frac{\partial L}{\partial h_k}$.

## Ask & run

| one | two |
|---|---:|
| a | $x^2$ |

```unroll
set task=power T=10 w=1.1 target=2 precision=f64
views temporal loss
predict "How *large*, with $w^9$ & `code`?"
  * this <one>
  - that one
predict number "How much?" from 1 to 1000 log is output ± 10 %
run 3
goal master output > 1000 by 7
```

Below, [a link](https://example.org/?a=1&b=2) and [another](unroll:set w=2).

- first
- second

## Go on

```unroll
keep
run until update ≥ 5 by 100
goal see loss < 1e-9
```

$$\sqrt{1 - \rho^2} \le \sum_{k=1}^{T} \left( \hat y_k \right)$$
END

if "$U" handout lesson.md -o a.pdf 2>err && "$U" handout lesson.md -o a.html 2>>err; then
	ok written
else
	bad written "$(cat err)"
fi
"$U" handout lesson.md -o b.pdf && "$U" handout lesson.md -o b.html
if cmp -s a.pdf b.pdf && cmp -s a.html b.html; then ok 'twice the same bytes'; else bad 'twice the same bytes' differ; fi

has a.html 'html: text' 'Paper &amp; &lt;ink&gt;' '<h2>Ask &amp; run</h2>' 'What stands before' '<td class="right">' \
	'<li>' 'this &lt;one&gt;' '<code>code</code>' 'Master:' 'output &gt; 1000' 'href="https://example.org/?a=1&amp;b=2"'
has a.html 'html: formulas' '<mfrac>' '<msqrt>' '<munderover>' 'display="block"' '<mover accent="true">' '<mi>ρ</mi>'
if [ "$(grep -c '<figure>' a.html)" -eq 2 ]; then ok 'html: a figure for each run'; else bad 'html: a figure for each run' "$(grep -c '<figure>' a.html)"; fi
if grep -q 'unroll:set' a.html; then bad 'html: no links that act' found; else ok 'html: no links that act'; fi
if there xmllint; then
	if xmllint --noout a.html 2>err; then ok 'html: well formed'; else bad 'html: well formed' "$(cat err)"; fi
	xmllint --html --noout a.html 2>&1 | grep 'error' | grep -vE 'Tag (math|m[a-z]+|figure|aside) invalid' >err
	if [ -s err ]; then bad 'html: valid' "$(cat err)"; else ok 'html: valid'; fi
else
	echo 'SKIP html: no xmllint'
fi
if there pdftotext; then
	pdfinfo a.pdf >info && has info 'pdf: title' 'Paper & <ink>' 'A4'
	pdftotext -layout a.pdf a.txt
	has a.txt 'pdf: text' 'Paper & <ink>' 'A lesson that is printed.' 'Ask & run' 'this <one>' 'Gradient through time' \
		'output > 1000' 'second' 'Go on'
	if tail -n 3 a.txt | grep -q '[0-9]'; then ok 'pdf: page numbers'; else bad 'pdf: page numbers' none; fi
else
	echo 'SKIP pdf: no pdftotext'
fi

"$U" handout lesson.md --text -o t.html
if grep -q '<figure>' t.html; then bad '--text' 'has figures'; else ok '--text: no figures'; fi
for lesson in "$root"/lessons/0[12]*.md; do
	if "$U" handout "$lesson" -o l.pdf 2>err && "$U" handout "$lesson" -o l.html 2>>err; then
		ok "$(basename "$lesson")"
	else
		bad "$(basename "$lesson")" "$(cat err)"
	fi
done

refuses 2 'no lesson' 'handout: 0 lessons; allowed: one' "$U" handout -o a.pdf
refuses 2 'two lessons' '2 lessons' "$U" handout lesson.md lesson.md -o a.pdf
refuses 2 'nowhere to write' 'allowed: -o F.pdf' "$U" handout lesson.md
refuses 2 'unknown kind' 'allowed: .pdf, .html' "$U" handout lesson.md -o a.docx
refuses 2 'unknown lesson' 'nothing.md' "$U" handout nothing.md -o a.pdf
refuses 3 'no such folder' 'there/a.pdf' "$U" handout lesson.md -o no/there/a.pdf
sed 's/T=10/T=ten/' lesson.md >wrong.md
refuses 2 'mistakes are told' "wrong.md:[0-9]*: .*ten" "$U" handout wrong.md -o w.html
has w.html 'a lesson with mistakes is written all the same' 'Go on'
echo old >kept.pdf
sed 's/run 3/run 10000000/' lesson.md >long.md
"$U" handout long.md -o kept.pdf >out 2>err &
pid=$!
sleep 1
kill -INT $pid
wait $pid
got=$?
if [ $got -eq 1 ] && [ "$(cat kept.pdf)" = old ]; then ok 'interrupted: the old file stays'; else bad 'interrupted' "exit $got: $(cat err)"; fi
if [ -e /dev/full ]; then
	ln -s /dev/full full.html
	refuses 3 "a full device" "full.html" "$U" handout lesson.md --text -o full.html
fi
