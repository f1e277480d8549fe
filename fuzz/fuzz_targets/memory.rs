//! What a scan remembers, with and without its checksums.
#![no_main]
use libfuzzer_sys::fuzz_target;
use sealbook_attribution::{Catalogue, Memory};
use std::sync::LazyLock;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::built_in().unwrap());

fuzz_target!(|bytes: &[u8]| {
    assert!(Memory::from_bytes(bytes).is_empty(), "no fuzzer finds a checksum");
    let _ = Memory::reads_body(bytes, &CATALOGUE);
});
