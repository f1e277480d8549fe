//! The hot paths: canonicalise, record (memory; SQLite one by one; batched), verify, export. `cargo bench -p sealbook-benches --bench hot_paths`.

#![expect(clippy::unwrap_used, reason = "benches")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sealbook::{Expected, Ledger, OpenOptions, Progress, Record};
use sealbook_benches::{EVENT, events};
use sealbook_ledger::Canonicalizer;
use std::hint::black_box;

fn canonicalize(c: &mut Criterion) {
    let mut group = c.benchmark_group("canonicalize");
    let mut canon = Canonicalizer::new(1 << 20);
    let sorted = canon.canonicalize(EVENT.as_bytes()).unwrap().to_vec();
    group.throughput(Throughput::Bytes(sorted.len() as u64));
    group.bench_function("any order", |b| {
        b.iter(|| black_box(canon.canonicalize(black_box(EVENT.as_bytes())).unwrap().len()))
    });
    group.bench_function("canonical order", |b| {
        b.iter(|| black_box(canon.canonicalize(black_box(&sorted)).unwrap().len()))
    });
}

fn record(c: &mut Criterion) {
    let batch = events(1000);
    let mut group = c.benchmark_group("record");
    group.throughput(Throughput::Elements(1000));
    let memory = || Ledger::in_memory(&OpenOptions::default()).unwrap();
    group.bench_function("memory, 1000 at once", |b| {
        b.iter_batched(memory, |l| drop(l.record_many(&batch).unwrap()), BatchSize::LargeInput)
    });
    let folder = tempfile::tempdir_in(".").unwrap();
    let ledger =
        Ledger::open(folder.path(), &OpenOptions { create: true, ..OpenOptions::default() }).unwrap();
    group.bench_function("sqlite, 1000 at once", |b| b.iter(|| drop(ledger.record_many(&batch).unwrap())));
    group.throughput(Throughput::Elements(1));
    group.bench_function("sqlite, one by one", |b| {
        b.iter(|| drop(ledger.record(Record::new("ai_assistance", EVENT)).unwrap()))
    });
}

fn verify(c: &mut Criterion) {
    let folder = tempfile::tempdir_in(".").unwrap();
    let ledger =
        Ledger::open(folder.path(), &OpenOptions { create: true, ..OpenOptions::default() }).unwrap();
    (0..10).for_each(|_| drop(ledger.record_many(&events(10_000)).unwrap()));
    let mut group = c.benchmark_group("100,000 entries");
    group.throughput(Throughput::Elements(100_000)).sample_size(20);
    group.bench_function("verify", |b| {
        b.iter(|| assert!(ledger.verify(&Expected::default(), &Progress::default()).unwrap().is_intact()))
    });
    group.bench_function("export", |b| {
        b.iter(|| ledger.export(&mut std::io::sink(), &Progress::default()).unwrap())
    });
}

criterion_group!(benches, canonicalize, record, verify);
criterion_main!(benches);
