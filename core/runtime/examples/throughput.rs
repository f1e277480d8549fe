//! How many no-op tasks a second go through an engine, from submission to completion: `throughput [memory|FILE] [TASKS] [CONCURRENCY]`.

use sealbook_error::Result;
use sealbook_ledger::Genesis;
use sealbook_runtime::{Attempt, CancelToken, Engine, EngineOptions, Handlers, Outcome, WorkerOptions, work};
use sealbook_store::{MemoryStore, SqliteOptions, SqliteStore, Store, new_ledger_id};
use sealbook_tasks::{Arguments, Audit, Principal, Spec, TaskKind};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

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
    Ok(())
}
