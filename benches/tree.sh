#!/usr/bin/env bash
# The scan of a folder beside ripgrep with the same literals, in turn; the output goes to benches/results/tree.txt.
#   benches/tree.sh [CORPUS [CHECKOUT...]]
# CORPUS: a folder of over 500 MB, made from npm packages if absent. CHECKOUT: folders where many comments hit.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
corpus=${1:-$root/target/tree-corpus}
shift || true
scratch=$(mktemp -d "$root/target/bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

if [ ! -d "$corpus" ]; then
    mkdir -p "$corpus"
    (cd "$corpus" && npm init -y >/dev/null && npm install --ignore-scripts --no-audit --no-fund next typescript webpack \
        @babel/core eslint prettier rxjs lodash date-fns @mui/material @mui/icons-material antd three aws-sdk googleapis)
fi
cargo build --release --locked -p sealbook-cli
sealbook=$root/target/release/sealbook
python3 - core/attribution/catalogue/*.json >"$scratch/literals" <<'PYTHON'
import json, sys
rules = [rule for path in sys.argv[1:] for rule in json.load(open(path))["rules"] if rule["signal"] == "comment"]
print(*sorted({literal for rule in rules for literal in rule["literals"]}), sep="\n")
PYTHON

size() { find "$1" -type f -printf '%s\n' | awk '{bytes += $1} END {printf "%d files, %d MB", NR, bytes / 1e6}'; }
pair() { # TITLE FOLDER ROUNDS
    echo
    echo "# $1: $(size "$2")"
    echo '$ sealbook scan FOLDER --tree --json --no-ignore'
    echo '$ rg -l -i -uu -j2 -F -f LITERALS FOLDER'
    python3 benches/pairs.py "$3" -- "$sealbook" scan "$2" --tree --json --no-ignore -- rg -l -i -uu -j2 -F -f "$scratch/literals" "$2"
    echo "$("$sealbook" scan "$2" --tree --json --no-ignore | python3 -c 'import json, sys; print(json.load(sys.stdin)["files"])'); rg lists $(rg -l -i -uu -j2 -F -f "$scratch/literals" "$2" | wc -l) files"
    echo "peak memory of the scan: $(python3 benches/peak.py "$sealbook" scan "$2" --tree --json --no-ignore)"
}

{
    echo "# $(nproc) processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(rustc --version), $(rg --version | head -n 1), load $(cut -d' ' -f1-3 /proc/loadavg)"
    echo "# $(wc -l <"$scratch/literals") literals; seconds of scan and rg, in turn, and the ratio"
    pair 'npm packages' "$corpus" 15
    # Only files that both must read to their ends: of languages that have comments.
    cp -al "$corpus" "$scratch/sources" 2>/dev/null || cp -a "$corpus" "$scratch/sources"
    find "$scratch/sources" -type f -regextype posix-extended ! -regex '.*\.([cm]?[jt]sx?|css|scss|py|c|h|cc|cpp|sh)' -delete
    pair 'only their source files' "$scratch/sources" 15
    for checkout in "$@"; do
        pair 'a checkout with many hits' "$checkout" 9
    done
} | tee "$root/benches/results/tree.txt"
