#!/bin/sh
# All tests of the C library, after `cargo build -p sealbook-c` (or --workspace):  tests/c/run.sh [debug|release]
# Needs cc, c++, nm, git, pkg-config, python3; valgrind too when CI is set.
set -eu

profile=${1:-debug}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
here=$root/tests/c
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
strict='-std=c99 -Wall -Wextra -Werror -pedantic -g'

say() { printf '== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
# A check that cannot run here must not pass unnoticed where it is relied on.
skip() {
    [ -z "${CI:-}" ] || fail "$* (and CI is set)"
    printf 'SKIPPED: %s\n' "$*" >&2
}

if ! command -v pkg-config >/dev/null; then
    skip 'pkg-config is not installed: the C library is not tested'
    exit 0
fi

say 'install into an empty prefix'
prefix=$work/prefix
"$root/bindings/c/install.sh" "$prefix" "$profile"
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
cflags=$(pkg-config --cflags sealbook)
shared="$(pkg-config --libs sealbook) -Wl,-rpath,$prefix/lib"
static="$prefix/lib/libsealbook.a $(sed -n 's/^Libs.private: //p' "$prefix/lib/pkgconfig/sealbook.pc")"
[ "$(pkg-config --modversion sealbook)" = "$(cargo pkgid --manifest-path "$root/bindings/c/Cargo.toml" | sed 's/.*[#@]//')" ] ||
    fail 'the version of sealbook.pc is not that of the crate'

say 'repositories, and the shared vectors'
git init --quiet "$work/repository"
commit() {
    git -C "$work/repository" -c user.name="$1" -c user.email="$2" commit --quiet --allow-empty -m "$3"
}
commit Ana ana@example.org 'By hand'
commit Ana ana@example.org 'With help

Co-Authored-By: Claude <noreply@anthropic.com>'
export SEALBOOK_CACHE="$work/cache"
python3 "$root/tests/vectors/attribution/calls.py" "$work/calls"
mkdir "$work/vectors"
python3 "$here/vectors.py" prepare "$root" "$work/vectors"

say 'every function is tested for NULL'
functions=$(grep -o '^[a-z][^(]*sealbook_[a-z_]*(' "$prefix/include/sealbook.h" | grep -o 'sealbook_[a-z_]*(')
[ "$(echo "$functions" | wc -l)" -gt 30 ] || fail 'the functions of the header were not found'
for function in $functions; do
    grep -qF "$function" "$here/test_null.c" || fail "test_null.c does not call $function)"
done

tests="$here/runner.c $here/test_ledger.c $here/test_job.c $here/test_null.c $here/test_threads.c $here/test_fork.c $here/test_vectors.c $here/test_attribution.c $here/test_tasks.c $here/test_workers.c $here/test_task_vectors.c"
# compile OUTPUT SOURCES FLAGS: with the strict flags.
compile() {
    output=$1 sources=$2 flags=$3
    # shellcheck disable=SC2086 # lists of words
    $cc $strict $cflags -I"$work/vectors" -o "$output" $sources $flags -lpthread
}
# run_tests NAME: runs the tests in a folder of their own and has the reports judged.
run_tests() {
    mkdir "$work/scratch-$1"
    cp -r "$work/vectors" "$work/scratch-$1/vectors"
    "$work/tests-$1" "$work/scratch-$1" "$root" "$work/repository"
    python3 "$here/vectors.py" judge "$root" "$work/scratch-$1/vectors"
}

python3 "$here/doc_examples.py" "$prefix/include/sealbook.h" >"$work/examples.c"
for how in shared static; do
    say "the examples, those of the header and the tests, $how"
    [ $how = shared ] && libraries=$shared || libraries=$static
    compile "$work/example-$how" "$root/examples/c/record_and_verify.c" "$libraries"
    "$work/example-$how" "$work/project-$how" | grep -q '"verdict":"intact"' || fail 'the example does not verify'
    compile "$work/why-$how" "$root/examples/c/why.c" "$libraries"
    "$work/why-$how" "$work/repository" HEAD "$work/report-$how.html" | grep -q '"verdict":"ai"' || fail 'the example does not explain'
    grep -q '<html' "$work/report-$how.html" || fail 'the example writes no report'
    compile "$work/agent-$how" "$root/examples/c/research_agent.c" "$libraries"
    "$work/agent-$how" "$work/research-$how" 'the question' >"$work/agent.txt"
    for part in 'held back tasks: yes' 'ana approves: the plea is approved' 'published answer.json' '"verdict":"intact"'; do
        grep -qF "$part" "$work/agent.txt" || fail "the agent does not say $part"
    done
    [ "$(grep -o 'of the question' "$work/research-$how/answer.json" | wc -l)" = 3 ] || fail 'the agent has no answer'
    compile "$work/doc-$how" "$work/examples.c" "$libraries"
    (mkdir "$work/doc-folder-$how" && cd "$work/doc-folder-$how" && "$work/doc-$how")
    compile "$work/tests-$how" "$tests" "$libraries"
    run_tests $how
done
readelf -d "$work/tests-shared" | grep -q 'NEEDED.*libsealbook\.so\.' || fail 'the shared library was not linked'
readelf -d "$work/tests-static" | grep -q 'NEEDED.*libsealbook' && fail 'the static library was not linked'

say 'the header in C++'
# shellcheck disable=SC2086
"${CXX:-c++}" -std=c++17 -Wall -Wextra -Werror -pedantic $cflags -o "$work/cpp" "$here/header.cpp" $shared
"$work/cpp"

say 'address and undefined-behaviour sanitizers'
compile "$work/tests-sanitized" "$tests" "$shared -fsanitize=address,undefined -fno-sanitize-recover=all"
nm "$work/tests-sanitized" | grep -q __asan_init || fail 'the address sanitizer is not linked'
run_tests sanitized

say 'valgrind'
if command -v valgrind >/dev/null; then
    for program in "$work/example-shared $work/project-valgrind" "$work/doc-shared" \
        "$work/why-shared $work/repository HEAD $work/report-valgrind.html" "$work/agent-shared $work/research-valgrind question"; do
        # Not "possibly lost": the threads of a pool that was dropped may still be ending when the program does.
        # shellcheck disable=SC2086
        (cd "$work" && valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect \
            --errors-for-leak-kinds=definite,indirect --error-exitcode=1 $program >/dev/null)
    done
else
    skip 'valgrind is not installed: leaks are looked for by the address sanitizer only'
fi
say 'all good'
