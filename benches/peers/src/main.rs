//! Sealbook beside what it is measured against, in turn within each round, so that a machine that changes its speed changes it for both.
//! Prints medians and the ratio of each pair. `cargo run --release [NAME]` in this folder.

mod pools;

use sealbook::{Expected, Ledger, OpenOptions, Progress, Record};
use std::fs::{File, OpenOptions as FileOptions};
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

const ROUNDS: usize = 9;

/// A typical event of an agent framework, its members in the order in which a program writes them.
const EVENT: &str = include_str!("../../event.json");

type Run<'a> = Box<dyn FnMut() -> Duration + 'a>;

fn main() {
    let only = std::env::args().nth(1);
    let benches: [(&str, fn()); 7] = [
        ("canonicalize", canonicalize),
        ("memory", memory),
        ("durable", durable),
        ("batch", batch),
        ("group", group),
        ("verify", verify),
        ("pools", pools::pools),
    ];
    for (name, bench) in benches {
        if only.as_deref().is_none_or(|only| only == name) {
            bench();
        }
    }
}

/// Runs the contestants in turn and prints the median of each per unit, and its ratio to the first.
fn compare(title: &str, units: f64, contestants: &mut [(&str, Run<'_>)]) {
    let mut times = vec![Vec::new(); contestants.len()];
    for round in 0..=ROUNDS {
        for ((_, run), times) in contestants.iter_mut().zip(&mut times) {
            let time = run();
            if round > 0 {
                times.push(time.as_secs_f64());
            }
        }
    }
    println!("\n{title}");
    let base = times[0].clone();
    for ((name, _), times) in contestants.iter().zip(&times) {
        let mut ratios: Vec<f64> = times.iter().zip(&base).map(|(a, b)| a / b).collect();
        let mut sorted = times.clone();
        sorted.sort_by(f64::total_cmp);
        ratios.sort_by(f64::total_cmp);
        let median = sorted[ROUNDS / 2] / units;
        println!(
            "  {name:<44} {:>12.1} ns  {:>12.0} /s   {:>7.3} x  ({:.3}-{:.3})",
            median * 1e9,
            1.0 / median,
            ratios[ROUNDS / 2],
            ratios[0],
            ratios[ROUNDS - 1]
        );
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn canonicalize() {
    let value: serde_json::Value = serde_json::from_str(EVENT).unwrap();
    let typed: Event = serde_json::from_str(EVENT).unwrap();
    let sorted = sealbook_ledger::canonicalize(EVENT.as_bytes(), 1 << 20).unwrap();
    assert_eq!(sorted, serde_jcs::to_vec(&value).unwrap());
    assert_eq!(sorted, serde_json_canonicalizer::to_vec(&value).unwrap());
    let n = 20_000;
    let mut canon = sealbook_ledger::Canonicalizer::new(1 << 20);
    let mut again = sealbook_ledger::Canonicalizer::new(1 << 20);
    compare(
        &format!("canonicalise one event of {} bytes", EVENT.len()),
        f64::from(n),
        &mut [
            (
                "serde_json::to_vec (struct)",
                Box::new(|| {
                    timed(|| (0..n).for_each(|_| drop(black_box(serde_json::to_vec(black_box(&typed))))))
                }),
            ),
            (
                "serde_json::to_vec (Value)",
                Box::new(|| {
                    timed(|| (0..n).for_each(|_| drop(black_box(serde_json::to_vec(black_box(&value))))))
                }),
            ),
            (
                "sealbook, text in any order",
                Box::new(|| {
                    timed(|| {
                        (0..n).for_each(|_| {
                            black_box(canon.canonicalize(black_box(EVENT.as_bytes())).unwrap());
                        })
                    })
                }),
            ),
            (
                "sealbook, text in canonical order",
                Box::new(|| {
                    timed(|| {
                        (0..n).for_each(|_| {
                            black_box(again.canonicalize(black_box(&sorted)).unwrap());
                        })
                    })
                }),
            ),
            (
                "serde_jcs (Value)",
                Box::new(|| {
                    timed(|| (0..n).for_each(|_| drop(black_box(serde_jcs::to_vec(black_box(&value))))))
                }),
            ),
            (
                "serde_json_canonicalizer (Value)",
                Box::new(|| {
                    timed(|| {
                        (0..n).for_each(|_| {
                            drop(black_box(serde_json_canonicalizer::to_vec(black_box(&value))))
                        })
                    })
                }),
            ),
        ],
    );
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Event {
    actor: Actor,
    action: Action,
    spec: String,
    commit: String,
    files: Vec<Changed>,
    metrics: Metrics,
    metadata: Metadata,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Actor {
    r#type: String,
    id: String,
    name: String,
    model: String,
    run: String,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Action {
    r#type: String,
    description: String,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Changed {
    path: String,
    change: String,
    lines: u32,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Metrics {
    tokens: u32,
    seconds: f64,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Metadata {
    retry: bool,
}

fn events(n: usize) -> Vec<Record> {
    vec![Record::new("ai_assistance", EVENT); n]
}

fn memory() {
    let batch = events(1000);
    let ledger = Ledger::in_memory(&OpenOptions::default()).unwrap();
    compare(
        "record in memory, 1000 at a time and one by one",
        1000.0,
        &mut [
            ("record_many of 1000", Box::new(|| timed(|| drop(ledger.record_many(&batch).unwrap())))),
            (
                "record",
                Box::new(|| timed(|| batch.iter().for_each(|r| drop(ledger.record(r.clone()).unwrap())))),
            ),
        ],
    );
}

/// 400 bytes appended to a file and synced, which is the least that durability costs.
fn raw(file: &mut File) {
    file.write_all(&[7; 400]).unwrap();
    file.sync_data().unwrap();
}

fn project() -> (tempfile::TempDir, Ledger) {
    let folder = tempfile::tempdir_in(".").unwrap();
    let ledger =
        Ledger::open(folder.path(), &OpenOptions { create: true, ..OpenOptions::default() }).unwrap();
    (folder, ledger)
}

fn raw_file(folder: &tempfile::TempDir) -> File {
    FileOptions::new().append(true).create(true).open(folder.path().join("raw")).unwrap()
}

fn durable() {
    let (folder, ledger) = project();
    let mut file = raw_file(&folder);
    let record = Record::new("ai_assistance", EVENT);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..2000 {
        theirs.push(timed(|| raw(&mut file)));
        ours.push(timed(|| drop(ledger.record(record.clone()).unwrap())));
    }
    ours.sort();
    theirs.sort();
    println!("\none durable record, beside 400 bytes appended to a file with fdatasync (2000 pairs)");
    for (name, at) in [("p50", 1000), ("p90", 1800), ("p99", 1980)] {
        let ratio = ours[at].as_secs_f64() / theirs[at].as_secs_f64();
        println!("  {name}: record {:>9.1?}   raw {:>9.1?}   {ratio:.3} x", ours[at], theirs[at]);
    }
}

fn batch() {
    let (folder, ledger) = project();
    let mut file = raw_file(&folder);
    for n in [100, 1000] {
        let batch = events(n);
        compare(
            &format!("record_many of {n}, per entry, beside one raw sync per entry"),
            1.0,
            &mut [
                (
                    "raw append + fdatasync, one entry",
                    Box::new(|| timed(|| (0..20).for_each(|_| raw(&mut file))) / 20),
                ),
                (
                    "record_many, durable, one entry",
                    Box::new(|| timed(|| drop(ledger.record_many(&batch).unwrap())) / n as u32),
                ),
            ],
        );
    }
}

fn group() {
    let (folder, ledger) = project();
    let mut file = raw_file(&folder);
    let many = |threads: usize| {
        timed(|| {
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        (0..50)
                            .for_each(|_| drop(ledger.record(Record::new("ai_assistance", EVENT)).unwrap()))
                    });
                }
            });
        }) / (50 * threads as u32)
    };
    compare(
        "threads that record at once, each waiting for durability, per entry",
        1.0,
        &mut [
            (
                "raw append + fdatasync, one writer",
                Box::new(|| timed(|| (0..50).for_each(|_| raw(&mut file))) / 50),
            ),
            ("1 thread", Box::new(|| many(1))),
            ("8 threads", Box::new(|| many(8))),
            ("64 threads", Box::new(|| many(64))),
        ],
    );
}

fn verify() {
    let (_folder, ledger) = project();
    let (batch, total) = (events(10_000), 500_000);
    while ledger.size().unwrap() < total {
        ledger.record_many(&batch).unwrap();
    }
    let size = ledger.size().unwrap() as f64;
    let run = |title: &str| {
        compare(
            title,
            size,
            &mut [(
                "verify",
                Box::new(|| {
                    timed(|| {
                        assert!(
                            ledger.verify(&Expected::default(), &Progress::default()).unwrap().is_intact()
                        )
                    })
                }),
            )],
        );
    };
    run("verify, per entry (query index not built)");
    ledger.reindex(&Progress::default()).unwrap();
    run("verify, per entry (query index built)");
    let export = tempfile::NamedTempFile::new_in(".").unwrap();
    let mut out = std::io::BufWriter::new(export.as_file());
    compare(
        "export, per entry",
        size,
        &mut [(
            "export",
            Box::new(|| {
                timed(|| {
                    ledger.export(&mut out, &Progress::default()).unwrap();
                })
            }),
        )],
    );
}
