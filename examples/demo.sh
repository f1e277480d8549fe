#!/usr/bin/env bash
# The main job: the history of a real repository in a tamper-evident ledger, and what happens when somebody touches it.
#   examples/demo.sh [REPOSITORY]
set -euo pipefail
repo=$(cd "${1:-.}" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
sealbook=$here/target/debug/sealbook
place=$here/target/demo
rm -rf "$place"
mkdir -p "$place"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ %s\n' "$*"; "$@"; }
export PATH="$here/target/debug:$PATH" SEALBOOK_CACHE="$place/cache"

say "1. A ledger, and the history of $(basename "$repo") in it: each commit with what it says about AI"
run sealbook init "$place"
run sealbook -C "$place" scan "$repo" --history --record

say "2. What is known about it, and what is not"
run sealbook stats "$repo" --people none | sed -n '1,16p'
run sealbook why --repository "$repo" HEAD
run sealbook -C "$place" report "$repo" --html "$place/report.html"

say "3. Is it what it was?"
run sealbook -C "$place" verify

say "4. Somebody changes one byte in a copy"
cp -r "$place" "$place-copy.tmp" && mv "$place-copy.tmp" "$place/copy"
python3 - "$place/copy/.sealbook/ledger.db" <<'PY'
import sqlite3, sys
# The copy is open nowhere else: only SQLite may open a ledger that is in use.
db = sqlite3.connect(sys.argv[1])
(seq, payload), = db.execute("SELECT seq, payload FROM entries ORDER BY seq DESC LIMIT 1")
at = payload.rindex(b'"subject":"') + 11
changed = payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1:]
with db:
    db.execute("UPDATE entries SET payload = ? WHERE seq = ?", (changed, seq))
print(f"(byte {at} of the payload of entry {seq}: {payload[at:at+1]!r} is now {changed[at:at+1]!r})")
PY
if run sealbook -C "$place/copy" verify; then
    echo "the change went unnoticed" >&2
    exit 1
fi

say "5. A verifier that shares no code with the ledger: 300 lines of plain Python"
run sealbook -C "$place" export "$place/export.jsonl"
run python3 -I docs/verify.py "$place/export.jsonl"

say "6. The same from Python"
cat examples/python/five_lines.py
PYTHONPATH=python .venv/bin/python examples/python/five_lines.py "$place"

say "7. The same from Node"
cat examples/node/five_lines.mjs
node examples/node/five_lines.mjs "$place"

say "What to type next"
cat <<TXT
  export PATH="$here/target/debug:\$PATH"
  cd YOUR_PROJECT && sealbook init && sealbook scan --history --record
  sealbook record --kind human_review --actor-type human --actor you --action approve --spec FEAT-1
  sealbook report --html report.html
  sealbook log
  sealbook help
TXT
