//! Header bytes: one header has one text.
#![no_main]
use libfuzzer_sys::fuzz_target;
use sealbook_ledger::Header;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(header) = Header::parse(bytes) {
        assert_eq!(header.to_bytes(), bytes);
    }
});
