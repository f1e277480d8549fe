//! How many no-op tasks a second go through an engine, from submission to completion, and how soon one that comes alone is started:
//! `throughput [memory|FILE] [TASKS] [CONCURRENCY]`.

use sealbook_error::Result;
use sealbook_ledger::Genesis;
use sealbook_runtime::{
    Attempt, CancelToken, Engine, EngineOptions, Handlers, Outcome, Progress, WorkerOptions, work,
};
use sealbook_store::{MemoryStore, SqliteOptions, SqliteStore, Store, new_ledger_id};
use sealbook_tasks::{Arguments, Audit, Principal, Spec, TaskKind};
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let place = arguments.next().unwrap_or_else(|| "memory".to_owned());
    let mut number = |default| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (tasks, concurrency): (usize, usize) = (number(10_000), number(16));
    let genesis = Genesis::new(new_ledger_id()?, "example.com/throughput")?;
    let (store, audit): (Arc<dyn Store>, Audit) = if place == "memory" {
        (Arc::new(MemoryStore::new(genesis)?), Audit::Off)
    } else {
        (Arc::new(SqliteStore::create(Path::new(&place), &genesis, SqliteOptions::default())?), Audit::Full)
    };
    let engine = Engine::new(store, EngineOptions::default())?;
    let kind = TaskKind::parse("noop")?;
    let spec = Spec { audit, ..Spec::new(kind.clone(), Arguments::parse("null")?, Principal::parse("ann")?) };

    let began = Instant::now();
    for _ in 0..tasks / 1000 {
        engine.submit_many(vec![spec.clone(); 1000])?;
    }
    let submitted = began.elapsed();
    let handler = |_: &Attempt| Outcome::Complete("null".to_owned());
    let handlers = Handlers::from([(kind, Arc::new(handler) as _)]);
    let options = WorkerOptions { concurrency, until_idle: true, ..WorkerOptions::default() };
    let summary = work(&engine, handlers, &options, &CancelToken::new(), &mut |_| {})?;
    let rate = |count: u64, seconds: f64| count as f64 / seconds;
    let all = began.elapsed().as_secs_f64();
    writeln!(
        std::io::stdout(),
        "{place}, audit {audit}, {concurrency} permits: {} submitted at {:.0}/s, {} completed at {:.0}/s, {:.0}/s from end to end",
        tasks / 1000 * 1000,
        rate((tasks / 1000 * 1000) as u64, submitted.as_secs_f64()),
        summary.completed,
        rate(summary.completed, all - submitted.as_secs_f64()),
        rate(summary.completed, all),
    )?;
    let delays = delays(&engine, &spec)?;
    let at = |share: usize| delays.get(delays.len() * share / 100).copied().unwrap_or_default();
    writeln!(std::io::stdout(), "from submission to start, one at a time: p50 {:?}, p99 {:?}", at(50), at(99))
        .map_err(Into::into)
}

/// From before a submission to the start of its handler, for tasks that come one at a time to an idle worker, in order of length.
fn delays(engine: &Engine, spec: &Spec) -> Result<Vec<Duration>> {
    let ((started, starts), (ended, ends)) = (channel(), channel());
    let started = Mutex::new(started);
    let handler = move |_: &Attempt| {
        let _ = started.lock().map(|started| started.send(Instant::now()));
        Outcome::Complete("null".to_owned())
    };
    let handlers = Handlers::from([(spec.kind.clone(), Arc::new(handler) as _)]);
    let stop = CancelToken::new();
    let (other, token) = (engine.clone(), stop.clone());
    let options = WorkerOptions { concurrency: 2, ..WorkerOptions::default() };
    let mut tell = move |progress| {
        if let Progress::Ended(..) = progress {
            let _ = ended.send(());
        }
    };
    let worker = std::thread::spawn(move || work(&other, handlers, &options, &token, &mut tell));
    let mut delays = Vec::new();
    for _ in 0..500 {
        let began = Instant::now();
        engine.submit(spec.clone())?;
        delays.extend(starts.recv().ok().map(|start| start - began));
        // It is written that the task has ended, and the worker has nothing to do.
        let _ = ends.recv();
        std::thread::sleep(Duration::from_millis(2));
    }
    stop.cancel("enough");
    let _summary = worker.join();
    delays.sort();
    Ok(delays)
}
