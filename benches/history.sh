#!/usr/bin/env bash
# The history of a repository beside `git log`; the output, with its commands, goes to benches/results/history.txt.
#   benches/history.sh REPOSITORY
set -euo pipefail
repository=$(realpath "$1")
cd "$(dirname "$0")/.."
root=$PWD
scratch=$(mktemp -d "$root/target/bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

cargo build --release -p sealbook-cli
fields='%H%x00%an%x00%ae%x00%cn%x00%ce%x00%B%x00%(trailers:unfold,only)%x01'
{
    echo "# $(nproc) processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(rustc --version), load $(cut -d' ' -f1-3 /proc/loadavg)"
    export SEALBOOK_CACHE=$scratch/cache
    sealbook=$root/target/release/sealbook
    echo "# $(git -C "$repository" rev-list --count HEAD) commits; seconds of both, in turn"
    echo '$ sealbook scan REPO --history --no-cache --json'
    echo "\$ git -C REPO log --format='$fields'"
    python3 benches/pairs.py 9 -- "$sealbook" scan "$repository" --history --no-cache --json -- git -C "$repository" log "--format=$fields"
    "$sealbook" scan "$repository" --history --json >/dev/null
    echo
    echo '# the second scan, with what the first one remembered, beside git counting the commits'
    echo '$ sealbook scan REPO --history --json'
    echo '$ git -C REPO rev-list --count HEAD'
    python3 benches/pairs.py 9 -- "$sealbook" scan "$repository" --history --json -- git -C "$repository" rev-list --count HEAD
    echo
    echo '# peak memory of the first scan and of the second'
    python3 benches/peak.py "$sealbook" scan "$repository" --history --no-cache --json
    python3 benches/peak.py "$sealbook" scan "$repository" --history --json
} | tee benches/results/history.txt
