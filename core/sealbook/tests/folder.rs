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

#[test]
fn an_export_never_replaces_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let ledger =
        Ledger::open(folder.path(), &OpenOptions { create: true, ..OpenOptions::default() }).unwrap();
    for name in ["ledger.db", "head", "export.jsonl"] {
        let error = ledger
            .export_file(&folder.path().join(".sealbook").join(name), &Progress::default())
            .unwrap_err();
        assert_eq!(error.code().name(), "INVALID_ARGUMENT", "{name}");
    }
    assert_eq!(ledger.export_file(&folder.path().join("export.jsonl"), &Progress::default()).unwrap(), 1);
    assert!(ledger.verify(&Expected::default(), &Progress::default()).unwrap().is_intact());
}

#[test]
fn a_lost_head_mark_is_made_anew_by_the_next_record() {
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions { create: true, ..OpenOptions::default() };
    drop(Ledger::open(folder.path(), &options).unwrap());
    let head = folder.path().join(".sealbook/head");
    std::fs::remove_file(&head).unwrap();
    let ledger = Ledger::open(folder.path(), &options).unwrap();
    assert!(!head.exists());
    ledger.record(Record::new("custom.x", "{}")).unwrap();
    assert!(head.exists());
    assert!(ledger.verify(&Expected::default(), &Progress::default()).unwrap().is_intact());
}

#[test]
fn a_root_without_its_size_is_refused() {
    let ledger = Ledger::in_memory(&OpenOptions::default()).unwrap();
    let expected = Expected { root: Some(sealbook::Hash::ZERO), ..Expected::default() };
    assert_eq!(ledger.verify(&expected, &Progress::default()).unwrap_err().code().name(), "INVALID_ARGUMENT");
}

#[test]
fn imported_evidence_is_kept_to_the_letter() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let options = OpenOptions { create: true, redact: false, ..OpenOptions::default() };
    let token = format!("ghp_{}", "a1".repeat(18));
    let source = Ledger::open(a.path(), &options).unwrap();
    source.record(Record::new("custom.x", format!("{{\"t\":\"{token}\"}}"))).unwrap();
    let export = a.path().join("export.jsonl");
    source.export_file(&export, &Progress::default()).unwrap();
    let target = Ledger::open(b.path(), &OpenOptions { create: true, ..OpenOptions::default() }).unwrap();
    assert_eq!(target.import(&export, &Progress::default()).unwrap().recorded, 2);
    assert_eq!(target.import(&export, &Progress::default()).unwrap().recorded, 0);
    let evidence = target.get("2").unwrap().payload.unwrap();
    assert!(String::from_utf8(evidence).unwrap().contains(&token));
}
