#!/bin/sh
# Installs the header, both libraries and the pkg-config file:  bindings/c/install.sh PREFIX [debug|release]
# The libraries are those of the last `cargo build -p sealbook-c` of that profile. DESTDIR is honoured.
set -eu

prefix=${1:?usage: bindings/c/install.sh PREFIX [debug|release]}
profile=${2:-release}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
built=${CARGO_TARGET_DIR:-$root/target}/$profile
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
into=${DESTDIR:-}$prefix

version=$(sed -n 's/^#define SEALBOOK_VERSION "\(.*\)"$/\1/p' "$root/include/sealbook.h")
abi=${version%.*}
# What a static library needs beside itself; tests/c/run.sh compares it with what rustc says.
private=$(cat "$root/bindings/c/native-static-libs")

for library in libsealbook.so libsealbook.a; do
    if [ ! -f "$built/$library" ]; then
        echo "$built/$library is missing: run cargo build -p sealbook-c first" >&2
        exit 1
    fi
done

mkdir -p "$into/include" "$into/lib/pkgconfig"
install -m 644 "$root/include/sealbook.h" "$into/include/"
install -m 644 "$built/libsealbook.a" "$into/lib/"
install -m 755 "$built/libsealbook.so" "$into/lib/libsealbook.so.$version"
ln -sf "libsealbook.so.$version" "$into/lib/libsealbook.so.$abi"
ln -sf "libsealbook.so.$abi" "$into/lib/libsealbook.so"
sed -e "s|@PREFIX@|$prefix|" -e "s|@VERSION@|$version|" -e "s|@PRIVATE@|$private|" \
    "$root/bindings/c/sealbook.pc.in" >"$into/lib/pkgconfig/sealbook.pc"
