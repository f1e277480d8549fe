#!/bin/sh
# Writes reports about 0, 1, 30 and 80,000 invented commits, and one full of hostile text, and looks at them in Chromium.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
out=$root/target/report-screenshots
rm -rf "$out"
mkdir -p "$out"
cd "$root"
report() { cargo run --quiet --locked -p sealbook-report --example report -- "$1" html ${3+"$3"} >"$out/$2.html" 2>/dev/null; }
for commits in 0 1 30 80000; do report $commits $commits; done
report 5000 hostile hostile
node --test tests/report/*.test.mjs
