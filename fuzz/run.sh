#!/usr/bin/env bash
# Fuzzes every parser of outside bytes: fuzz/run.sh SECONDS [TARGET...]
# Coverage needs an unstable flag, which the stable compiler takes with RUSTC_BOOTSTRAP.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || for file in fuzz/fuzz_targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
export RUSTC_BOOTSTRAP=1
for target in "${targets[@]}"; do
    corpus=target/fuzz-corpus/$target
    mkdir -p "$corpus"
    case $target in
        export) find tests/vectors/ledger -maxdepth 1 -name '*.jsonl' -size -8k -exec cp {} "$corpus" \; ;;
        canonical) cp tests/vectors/ledger/rfc8785/testdata/input/*.json "$corpus" ;;
    esac
    .ci/cargo-tool cargo-fuzz 0.13.1 fuzz run --fuzz-dir fuzz --target-dir target/fuzz "$target" "$corpus" -- -max_total_time="$seconds" -max_len=4096 -print_final_stats=1
done
