//! Ledger files that share a folder.

use sealbook::{Expected, Ledger, OpenOptions, Progress, Record, Result};

#[test]
fn two_ledgers_in_one_folder_do_not_accuse_each_other() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let options = OpenOptions { create: true, ..OpenOptions::default() };
    let a = Ledger::open(folder.path().join("a.db"), &options)?;
    let b = Ledger::open(folder.path().join("b.db"), &options)?;
    for _ in 0..3 {
        a.record(Record::new("custom.x", "{}"))?;
    }
    b.record(Record::new("custom.x", "{}"))?;
    for (ledger, entries) in [(a, 4), (b, 2)] {
        let report = ledger.verify(&Expected::default(), &Progress::default())?;
        assert!(report.is_intact(), "{:?}", report.faults);
        assert_eq!(report.entries, entries);
    }
    Ok(())
}
