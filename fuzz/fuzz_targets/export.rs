//! Export files: a report for any bytes.
#![no_main]
use libfuzzer_sys::fuzz_target;
use sealbook_ledger::verify::Expected;
use sealbook_store::{Progress, verify_export};
use std::io::Cursor;
use std::sync::LazyLock;

static POOL: LazyLock<rayon::ThreadPool> = LazyLock::new(|| rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap());

fuzz_target!(|bytes: &[u8]| {
    let expected = Expected { size: Some(3), ..Expected::default() };
    let report = verify_export(Cursor::new(bytes), &expected, &POOL, &Progress::default()).unwrap();
    assert_eq!(report.is_intact(), report.faults.is_empty());
});
