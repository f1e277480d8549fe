#!/usr/bin/env bash
# Tasks and calls beside other pools and queues; the output, with its commands, goes to benches/results/tasks.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
scratch=$(mktemp -d "$root/target/bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

cargo build --release --locked -p sealbook-python -p sealbook-node
cargo build --release --locked -p sealbook-runtime --example throughput
cargo build --release --manifest-path benches/peers/Cargo.toml --target-dir target/peers
cp -r python/sealbook "$scratch/sealbook"
cp --remove-destination target/release/libsealbook_python.so "$scratch/sealbook/_native.abi3.so"
cp target/release/libsealbook_node.so "$scratch/native.node"
[ -x target/peers-venv/bin/dbos ] || { python3 -m venv target/peers-venv; target/peers-venv/bin/pip install --quiet -r benches/peers/python/requirements.txt; }
[ -d benches/peers/node/node_modules ] || (cd benches/peers/node && npm ci --no-audit --no-fund)

{
    echo "# $(nproc) processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(rustc --version), $(python3 --version), Node $(node --version), load $(cut -d' ' -f1-3 /proc/loadavg)"
    echo '$ cargo run --release --manifest-path benches/peers/Cargo.toml pools'
    target/peers/release/sealbook-peers pools
    echo
    echo '# the engine: tasks with a history, in memory without audit, and durable with every transition in the ledger'
    for place in memory 16.db 128.db; do
        permits=$(basename "$place" .db)
        [ "$permits" = memory ] && permits=16
        echo "\$ throughput $place 10000 $permits"
        (cd "$scratch" && "$root/target/release/examples/throughput" "$place" 10000 "$permits")
    done
    echo
    echo '$ python benches/peers/python/pools.py'
    PYTHONPATH=$scratch target/peers-venv/bin/python benches/peers/python/pools.py
    echo
    echo '$ node benches/peers/node/pools.mjs'
    NAPI_RS_NATIVE_LIBRARY_PATH=$scratch/native.node node benches/peers/node/pools.mjs
    echo
    echo '# 100,000 durable tasks, and the memory that they and a tenth of them take'
    echo '$ throughput 100000.db 100000 16'
    (cd "$scratch" && "$root/target/release/examples/throughput" 100000.db 100000 16)
    for tasks in 10000 100000; do
        echo "\$ python benches/peak.py throughput memory-$tasks.db $tasks 16"
        python3 benches/peak.py target/release/examples/throughput "$scratch/memory-$tasks.db" "$tasks" 16
    done
    echo
    echo '$ python benches/peers/python/durable.py'
    PYTHONPATH=$scratch target/peers-venv/bin/python benches/peers/python/durable.py "$scratch"
} | tee benches/results/tasks.txt
