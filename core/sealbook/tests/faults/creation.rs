//! Two processes that make the ledger of the same project at once get one ledger.

use crate::support::{Child, assert_intact, making, role, scratch, varied, verify};
use sealbook::{Ledger, Progress};
use std::path::Path;

const ROUNDS: usize = 20;

#[test]
fn processes_that_make_the_same_ledger_at_once_share_it() {
    role("maker", make);
    for _ in 0..ROUNDS {
        let folder = scratch();
        let mut makers: Vec<Child> = (0..3)
            .map(|_| {
                Child::play(
                    processes_that_make_the_same_ledger_at_once_share_it,
                    "maker",
                    folder.path().display(),
                )
            })
            .collect();
        makers.iter_mut().for_each(|maker| drop(maker.next("ready").unwrap()));
        makers.iter_mut().for_each(Child::release);
        let origins: Vec<String> = makers.iter_mut().map(|maker| maker.next("origin").unwrap()).collect();
        assert!(origins.iter().all(|origin| *origin == origins[0]), "{origins:?}");
        makers.into_iter().for_each(|maker| drop(maker.finish()));
        assert_intact(&verify(folder.path()).unwrap(), 4);
    }
}

fn make(folder: String) {
    println!("ready ");
    std::io::stdin().read_line(&mut String::new()).unwrap(); // ends when all are ready
    let ledger = Ledger::open(Path::new(&folder), &making()).unwrap();
    println!("origin {}", ledger.origin().unwrap().unwrap());
    ledger.record(varied(1)).unwrap();
    assert!(ledger.verify(&sealbook::Expected::default(), &Progress::default()).unwrap().is_intact());
}

#[test]
fn a_creation_that_was_cut_short_is_taken_up_by_the_next() {
    // What a process leaves that is killed before its first transaction is durable.
    let folder = scratch();
    std::fs::create_dir_all(folder.path().join(".sealbook")).unwrap();
    std::fs::write(crate::support::database(folder.path()), "").unwrap();
    let ledger = Ledger::open(folder.path(), &making()).unwrap();
    ledger.record(varied(1)).unwrap();
    assert_intact(&verify(folder.path()).unwrap(), 2);
}
