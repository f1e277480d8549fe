//! Several processes at one ledger: one chain, nothing lost, and readers that never see it in pieces.

use crate::support::{Child, assert_intact, making, reading, role, verify};
use sealbook::{Expected, Ledger, Progress, Query, Record};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const WRITERS: usize = 4;
const EACH: usize = 500;

#[test]
fn processes_that_write_at_once_make_one_chain_and_lose_nothing() {
    role("writer", write);
    let folder = tempfile::tempdir().unwrap();
    Ledger::open(folder.path(), &making()).unwrap().close();
    let test = processes_that_write_at_once_make_one_chain_and_lose_nothing;
    let mut writers = start(test, folder.path());
    writers.iter_mut().for_each(Child::release);
    report_waits(writers);
    check(folder.path());
}

#[test]
fn a_reader_finds_the_ledger_intact_at_every_moment_while_others_write() {
    role("writer", write);
    role("reader", read);
    let folder = tempfile::tempdir().unwrap();
    Ledger::open(folder.path(), &making()).unwrap().close();
    let test = a_reader_finds_the_ledger_intact_at_every_moment_while_others_write;
    let mut reader = Child::play(test, "reader", folder.path().display());
    let mut writers = start(test, folder.path());
    reader.next("entries").unwrap();
    writers.iter_mut().for_each(Child::release);
    report_waits(writers);
    reader.release();
    let rest = reader.finish();
    let sizes: Vec<u64> =
        rest.lines().filter_map(|line| line.strip_prefix("entries ")?.parse().ok()).collect();
    println!("verifications while others wrote: {}, of {:?} entries", sizes.len(), sizes);
    assert!(sizes.is_sorted());
    let whole = (WRITERS * EACH) as u64 + 1;
    assert!(sizes.iter().any(|size| (2..whole).contains(size)), "no verification fell between the writes");
    check(folder.path());
}

fn start<T: Fn() + Copy>(test: T, folder: &Path) -> Vec<Child> {
    let argument = |n: usize| format!("{n} {}", folder.display());
    let mut writers: Vec<Child> = (0..WRITERS).map(|n| Child::play(test, "writer", argument(n))).collect();
    writers.iter_mut().for_each(|writer| drop(writer.next("ready").unwrap()));
    writers
}

fn report_waits(writers: Vec<Child>) {
    for (n, mut writer) in writers.into_iter().enumerate() {
        println!("process {n}: longest wait {}", writer.next("longest").unwrap());
        writer.finish();
    }
}

/// Single records and batches in turn.
fn write(argument: String) {
    let (process, folder) = argument.split_once(' ').unwrap();
    let process: usize = process.parse().unwrap();
    let ledger = Ledger::open(Path::new(folder), &making()).unwrap();
    println!("ready ");
    std::io::stdin().read_line(&mut String::new()).unwrap(); // ends when all are ready
    let (mut done, mut longest) = (0, Duration::ZERO);
    while done < EACH {
        let size = [1, 1, 1, 5, 1, 17][done % 6].min(EACH - done);
        let record = |n: usize| {
            Record::new("custom.fault", json!({"metadata": {"process": process, "n": n}}).to_string())
        };
        let records: Vec<Record> = (done..done + size).map(record).collect();
        let begun = Instant::now();
        let entries = match size {
            1 => vec![ledger.record(records[0].clone()).unwrap()],
            _ => ledger.record_many(&records).unwrap(),
        };
        longest = longest.max(begun.elapsed());
        assert!(entries.windows(2).all(|pair| pair[0].header.seq + 1 == pair[1].header.seq));
        done += size;
    }
    println!("longest {longest:?}");
}

/// Verifies until the input ends, and once more.
fn read(folder: String) {
    let ledger = Ledger::open(Path::new(&folder), &reading()).unwrap();
    let ended = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::io::stdin().read_line(&mut String::new()).unwrap();
            ended.store(true, std::sync::atomic::Ordering::SeqCst);
        });
        loop {
            let last = ended.load(std::sync::atomic::Ordering::SeqCst);
            let report = ledger.verify(&Expected::default(), &Progress::default()).unwrap();
            assert!(report.is_intact(), "{:#?}", report.faults);
            println!("entries {}", report.entries);
            if last {
                break;
            }
        }
    });
}

/// One chain with every entry of every process, each process's in its own order.
fn check(folder: &Path) {
    assert_intact(&verify(folder).unwrap(), (WRITERS * EACH) as u64 + 1);
    let ledger = Ledger::open(folder, &reading()).unwrap();
    let oldest = Query { order: sealbook::Order::Oldest, limit: 1000, ..Query::default() };
    let mut seen = [0; WRITERS];
    for entry in ledger.entries(oldest).skip(1) {
        let payload: Value = serde_json::from_slice(&entry.unwrap().payload.unwrap()).unwrap();
        let process = payload["metadata"]["process"].as_u64().unwrap() as usize;
        assert_eq!(payload["metadata"]["n"], seen[process], "process {process}");
        seen[process] += 1;
    }
    assert_eq!(seen, [EACH; WRITERS]);
}
