#!/usr/bin/env bash
# Runs everything that is measured and writes the output, with its commands, to benches/results/.
#   benches/run.sh [REPOSITORY]     REPOSITORY: a git repository with a long history, beside `git log`
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
results=$root/benches/results
scratch=$(mktemp -d "$root/target/bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
machine() { echo "# $(nproc) processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(rustc --version), load $(cut -d' ' -f1-3 /proc/loadavg)"; }

cargo build --release --manifest-path benches/peers/Cargo.toml --target-dir target/peers
{
    machine
    echo '$ cargo run --release --manifest-path benches/peers/Cargo.toml'
    (cd "$scratch" && "$root/target/peers/release/sealbook-peers")
} | tee "$results/peers.txt"

{
    machine
    echo '$ cargo bench -p sealbook-benches'
    cargo bench -p sealbook-benches 2>/dev/null | grep -vE '^(Benchmarking|Gnuplot|running|test )'
} | tee "$results/criterion.txt"

if [ -n "${1:-}" ]; then
    cargo build --release -p sealbook-cli
    fields='%H%x00%an%x00%ae%x00%cn%x00%ce%x00%B%x00%(trailers:unfold,only)%x01'
    {
        machine
        export SEALBOOK_CACHE=$scratch/cache
        sealbook=$root/target/release/sealbook
        echo "# $(git -C "$1" rev-list --count HEAD) commits; seconds of both, in turn"
        echo '$ sealbook scan REPO --history --no-cache --json'
        echo "\$ git -C REPO log --format='$fields'"
        python3 benches/pairs.py 9 -- "$sealbook" scan "$1" --history --no-cache --json -- git -C "$1" log "--format=$fields"
        "$sealbook" scan "$1" --history --json >/dev/null
        echo
        echo '# the second scan, with what the first one remembered, beside git counting the commits'
        echo '$ sealbook scan REPO --history --json'
        echo '$ git -C REPO rev-list --count HEAD'
        python3 benches/pairs.py 9 -- "$sealbook" scan "$1" --history --json -- git -C "$1" rev-list --count HEAD
        echo
        echo '# peak memory of the first scan and of the second'
        python3 benches/peak.py "$sealbook" scan "$1" --history --no-cache --json
        python3 benches/peak.py "$sealbook" scan "$1" --history --json
    } | tee "$results/history.txt"
fi
