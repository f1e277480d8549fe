#!/bin/sh
# All tests of the UniFFI library, after `cargo build --workspace`:  tests/uniffi/run.sh [debug|release]
# Needs python3, git and cc; ruby with the gem ffi too when CI is set (Debian: apt-get install ruby ruby-ffi).
set -eu

profile=${1:-debug}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
library=$target/$profile/libsealbook_uniffi.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
# A check that cannot run here must not pass unnoticed where it is relied on.
skip() {
    [ -z "${CI:-}" ] || fail "$* (and CI is set)"
    printf 'SKIPPED: %s\n' "$*" >&2
}
generate() {
    (cd "$root" && "$target/debug/sealbook-uniffi-bindgen" generate --library "$library" --language "$1" --no-format \
        --out-dir "$work/$1") >/dev/null
}
# has FILE TEXT...: each text is in the file.
has() {
    file=$1
    shift
    [ -f "$file" ] || fail "$file was not generated"
    for text in "$@"; do
        grep -qF "$text" "$file" || fail "$(basename "$file") has no $text"
    done
}

for language in python ruby kotlin swift; do generate $language; done

export SEALBOOK_CACHE="$work/cache"
python3 "$root/tests/vectors/attribution/calls.py" "$work/calls"

say 'Python'
cp "$library" "$work/python/"
PYTHONPATH=$work/python python3 "$root/tests/uniffi/test_sealbook.py" "$root"
PYTHONPATH=$work/python python3 "$root/tests/uniffi/test_calls.py" "$root" "$work/calls"
PYTHONPATH=$work/python python3 "$root/tests/uniffi/test_tasks.py" "$root"

say 'Ruby'
if ruby -e 'require "ffi"' 2>/dev/null; then
    LD_LIBRARY_PATH=$target/$profile ruby -I "$work/ruby" "$root/tests/uniffi/test_sealbook.rb" "$root"
    LD_LIBRARY_PATH=$target/$profile ruby -I "$work/ruby" "$root/tests/uniffi/test_calls.rb" "$root" "$work/calls"
    LD_LIBRARY_PATH=$target/$profile ruby -I "$work/ruby" "$root/tests/uniffi/test_tasks.rb" "$root"
    mkdir "$work/research"
    LD_LIBRARY_PATH=$target/$profile RUBYLIB=$work/ruby ruby "$root/examples/ruby/research_agent.rb" "$work/research" tides >"$work/agent.txt"
    has "$work/agent.txt" '3 pages found; 9 calls; the breaker held back tasks: true' 'publishing is awaiting_approval' \
        'ana approves research.publish: approved' 'published 3 pages' 'intact: '
    has "$work/research/answer.txt" 'a page about history of tides' 'a page about methods of tides' 'a page about criticism of tides'
else
    skip 'ruby with the gem ffi is not installed'
fi

# Generated only: what would break a compiler or a caller is looked for.
say 'Kotlin'
kotlin=$work/kotlin/io/github/sealbook/sealbook.kt
has "$kotlin" 'fun `open`(' 'fun `inMemory`(' 'fun `record`(' 'fun `recordMany`(' 'fun `get`(' 'fun `query`(' 'fun `verify`(' \
    'fun `verifyExport`(' 'fun `reindex`(' 'fun `export`(' 'fun `import`(' 'fun `scan`(' 'fun `why`(' 'fun `stats`(' 'fun `report`(' 'fun `rules`(' 'fun `testRules`(' 'interface ProgressListener' \
    'fun `submit`(' 'fun `submitMany`(' 'fun `cancel`(' 'fun `approve`(' 'fun `events`(' 'fun `work`(' 'interface Handler' \
    'sealed class SealbookException' 'Records one entry, and returns when it is durable.'
# AutoCloseable's own close() and Throwable's own message are the only ones.
if grep -qF 'fun `close`(' "$kotlin"; then fail 'two functions close() in Kotlin'; fi
if grep -qF 'val `message`' "$kotlin"; then fail 'two properties message in Kotlin'; fi

say 'Swift'
has "$work/swift/Sealbook.swift" 'func `open`(' 'func inMemory(' 'func record(' 'func recordMany(' 'func get(' 'func query(' \
    'func verify(' 'func verifyExport(' 'func reindex(' 'func export(' 'func `import`(' 'func scan(' 'func why(' 'func stats(' 'func report(' 'func rules(' 'func testRules(' 'func close(' \
    'func submit(' 'func submitMany(' 'func cancel(' 'func approve(' 'func events(' 'func work(' 'protocol Handler' \
    'protocol ProgressListener' 'enum SealbookError' 'Records one entry, and returns when it is durable.'
echo '#include "SealbookFFI.h"' |
    "${CC:-cc}" -std=c99 -Wall -Werror -D_Nonnull= -D_Nullable= -I"$work/swift" -fsyntax-only -x c -

say 'all good'
