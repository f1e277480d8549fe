//! Payload texts: canonicalised once and for all, or refused; facets of anything.
#![no_main]
use libfuzzer_sys::fuzz_target;
use sealbook_ledger::{Facets, Genesis, canonicalize};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(canonical) = canonicalize(bytes, 1 << 20) {
        assert_eq!(canonicalize(&canonical, 1 << 20).as_deref().ok(), Some(&canonical[..]));
        let _ = Facets::read(&canonical);
    }
    let _ = Facets::of(bytes);
    let _ = Genesis::parse(bytes);
});
