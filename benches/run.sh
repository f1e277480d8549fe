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
    benches/history.sh "$1"
fi
