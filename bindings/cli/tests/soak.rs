//! Workers that are killed and stopped at random: every task ends once, whatever happens to who runs it.
//!
//! `SEALBOOK_SOAK` is the number of tasks; `make soak` runs 10,000. What was counted is printed.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::Project;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const WORKERS: usize = 4;
const LEASE: Duration = Duration::from_secs(1);
/// Each task writes a line to one file, and makes a folder named after its idempotency key: an effect that is single.
const EFFECT: &str = r#"echo "$SEALBOOK_TASK $SEALBOOK_EPOCH" >> effects; mkdir "single/$SEALBOOK_IDEMPOTENCY_KEY" 2>/dev/null; sleep 0.0$1"#;

#[test]
fn every_task_ends_once_although_workers_are_killed_and_stopped() {
    let tasks: usize = std::env::var("SEALBOOK_SOAK").map_or(300, |count| count.parse().unwrap());
    let project = Project::new();
    std::fs::create_dir(project.path().join("single")).unwrap();
    let lines: String = (0..tasks)
        .map(|n| {
            let arguments = json!(["sh", "-c", EFFECT, "task", (n % 10).to_string()]);
            let retry = json!({"crash_limit": 20});
            format!(
                "{}\n",
                json!({"kind": "process", "requester": "ann", "arguments": arguments, "retry": retry})
            )
        })
        .collect();
    let submitted = project.feed(["task", "submit", "--lines"], lines.as_bytes()).good();
    assert_eq!(submitted.lines().count(), tasks);

    let began = Instant::now();
    let disturbed = disturb(project.path());
    let took = began.elapsed();

    // Each exactly once, by who held it: the last transition ends it, and no other did.
    let listed = project.run(["task", "list", "--json"]).out_lines();
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for task in &listed {
        *states.entry(task["state"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(states, BTreeMap::from([("completed".to_owned(), tasks)]));
    let entries = project.run(["log", "--kind", "task", "--reverse", "--json"]).out_lines();
    assert!(!entries.is_empty());
    let (mut ends, mut holders, mut lost, mut longest) = (BTreeMap::new(), BTreeMap::new(), 0, 0);
    for payload in entries.iter().map(|entry| &entry["payload"]) {
        let (task, details) = (payload["metadata"]["task"].as_str().unwrap(), &payload["action"]["details"]);
        match payload["action"]["type"].as_str().unwrap() {
            "start" => drop(holders.insert(task.to_owned(), details["lease"].clone())),
            "lose_lease" => {
                lost += 1;
                if let Some(killed) = disturbed.killed.get(&process(details["reason"].as_str().unwrap())) {
                    longest = longest.max(time(details["at"].as_str().unwrap()) - killed);
                }
            }
            "complete" => {
                *ends.entry(task.to_owned()).or_insert(0usize) += 1;
                assert_eq!(
                    Some(&details["lease"]),
                    holders.get(task),
                    "{task} was ended by who did not hold it"
                );
            }
            _ => {}
        }
    }
    assert!(ends.len() == tasks && ends.values().all(|count| *count == 1), "{ends:?}");

    // Only the long form runs alone on its machine.
    if std::env::var_os("SEALBOOK_SOAK").is_some() {
        assert!(longest <= 1_000_000 * (LEASE.as_secs() as i64 + 2), "taken over after {longest} µs");
    }

    // Effects: at least one each; those under the idempotency key exactly one each.
    let effects = std::fs::read_to_string(project.path().join("effects")).unwrap();
    let seen: BTreeSet<&str> = effects.lines().filter_map(|line| line.split(' ').next()).collect();
    let single = std::fs::read_dir(project.path().join("single")).unwrap().count();
    assert_eq!((seen.len(), single), (tasks, tasks));
    assert!(project.run(["verify", "-q"]).good().is_empty());
    println!(
        "{tasks} tasks in {:.1} s, {WORKERS} workers; {} killed and {} stopped past their lease of {} s; {lost} attempts lost, taken over at most {:.1} s after the kill; \
         {} effects without a key ({} duplicates), {single} with one (0 duplicates)",
        took.as_secs_f64(),
        disturbed.killed.len(),
        disturbed.stopped,
        LEASE.as_secs(),
        longest as f64 / 1e6,
        effects.lines().count(),
        effects.lines().count() - tasks,
    );
}

/// Runs workers until nothing is left to do; every 200 ms one of them is killed, and every second one is stopped for longer than its lease lasts.
fn disturb(folder: &Path) -> Disturbed {
    let mut workers: Vec<Child> = (0..WORKERS).map(|_| worker(folder)).collect();
    let (mut killed, mut stopped) = (BTreeMap::new(), 0);
    let mut asleep: Option<(u32, Instant)> = None;
    let mut rounds = 0usize;
    let deadline = Instant::now() + Duration::from_secs(1200);
    while !is_done(folder) {
        assert!(Instant::now() < deadline, "the tasks do not end");
        std::thread::sleep(Duration::from_millis(200));
        rounds += 1;
        if let Some((id, _)) = asleep.filter(|(_, until)| Instant::now() >= *until) {
            signal(id, Signal::CONT);
            asleep = None;
        }
        let at = rounds * 7 % WORKERS;
        if rounds.is_multiple_of(5) && asleep.is_none() {
            signal(workers[at].id(), Signal::STOP);
            asleep = Some((workers[at].id(), Instant::now() + LEASE + Duration::from_millis(500)));
            stopped += 1;
        } else if asleep.is_none_or(|(id, _)| id != workers[at].id()) {
            let id = workers[at].id();
            workers[at].kill().unwrap();
            workers[at].wait().unwrap();
            workers[at] = worker(folder);
            killed.insert(id, now());
        }
    }
    if let Some((id, _)) = asleep {
        signal(id, Signal::CONT);
    }
    for mut worker in workers {
        let ended = worker.wait().unwrap();
        assert!(ended.success(), "{ended}");
    }
    Disturbed { killed, stopped }
}

struct Disturbed {
    /// Which processes were killed, and when, in microseconds.
    killed: BTreeMap<u32, i64>,
    /// How many were stopped past their lease.
    stopped: usize,
}

/// The process in a worker's id, `worker-PID-...`, as a reason names it.
fn process(reason: &str) -> u32 {
    reason.split("worker-").nth(1).and_then(|rest| rest.split('-').next()).unwrap().parse().unwrap()
}

fn now() -> i64 {
    sealbook_common::sealbook::now().unwrap().as_micros()
}

fn time(text: &str) -> i64 {
    sealbook_common::sealbook::Time::parse(text).unwrap().as_micros()
}

fn is_done(folder: &Path) -> bool {
    let open = ["pending", "queued", "assigned", "running"].map(|state| format!("--state={state}"));
    let arguments = ["task", "list", "--limit", "1"].map(str::to_owned).into_iter().chain(open);
    common::run(folder, arguments, b"").good().is_empty()
}

fn worker(folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_sealbook"))
        .args(["work", "-q", "--until-idle", "--concurrency", "4", "--lease", "1"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn signal(id: u32, signal: Signal) {
    let id = Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
    kill_process(id, signal).unwrap();
}
