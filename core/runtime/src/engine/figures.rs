//! Figures about tasks: counts, rates and latencies for each kind and worker, computed from what is stored, so that they are those of all
//! processes and survive them.

use super::{Engine, adaptive, breakers, permits};
use sealbook_error::Result;
use sealbook_ledger::Time;
use sealbook_store::{TaskFilter, TaskTables, beside_damage};
use sealbook_tasks::{Event, State, TaskId, TaskKind, Transition};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

/// What happened in a window of time, and how things stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// When the window begins: with the first transition that was looked at.
    pub since: Option<Time>,
    /// When it ends.
    pub until: Time,
    /// For each kind.
    pub kinds: BTreeMap<String, KindFigures>,
    /// For each worker that was given something, or is there.
    pub workers: BTreeMap<String, WorkerFigures>,
    /// For each dependency that was ever called.
    pub dependencies: BTreeMap<String, DependencyFigures>,
}

/// How a dependency stands now.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct DependencyFigures {
    /// Where its breaker stands; none if it has not been asked yet.
    pub breaker: Option<&'static str>,
    /// How many calls its adaptive limit lets out at a time; none without one.
    pub limit: Option<u32>,
    /// How many are out; none without an adaptive limit, for which they are counted.
    pub out: Option<u32>,
}

/// The figures of a kind.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct KindFigures {
    /// How many tasks stand in each state now.
    pub states: BTreeMap<&'static str, u64>,
    /// Attempts that began.
    pub started: u64,
    /// Attempts that completed their task.
    pub completed: u64,
    /// Attempts that failed, whatever followed.
    pub failed: u64,
    /// Of these, those that another attempt follows.
    pub retried: u64,
    /// Attempts whose worker was lost.
    pub lost: u64,
    /// Attempts that began, a second.
    pub start_rate: f64,
    /// The share of ended attempts that failed; none if none has ended.
    pub failure_share: Option<f64>,
    /// From the time that a task could run to its start, in milliseconds.
    pub wait_ms: Option<Quantiles>,
    /// From the start of an attempt to its end, in milliseconds.
    pub run_ms: Option<Quantiles>,
}

/// The figures of a worker.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct WorkerFigures {
    /// Attempts that it began.
    pub started: u64,
    /// Attempts that completed their task.
    pub completed: u64,
    /// How many attempts it ran at once, on average over the window.
    pub load: f64,
    /// How many it runs at once at the moment, at most; none if it is not there.
    pub permits: Option<u64>,
    /// The share of these that was in use, on average over the window.
    pub utilisation: Option<f64>,
}

/// Of durations, by nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantiles {
    /// How many there are.
    pub count: u64,
    /// The median.
    pub p50: f64,
    /// 95 of 100 are at most this.
    pub p95: f64,
    /// 99 of 100 are at most this.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Engine {
    /// The figures over the last `most` transitions.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn figures(&self, most: u64) -> Result<Figures> {
        let now = sealbook_store::now()?;
        self.read(|tables| {
            let mut window = Window::default();
            let last = tables.last_number()?;
            beside_damage(tables.feed(last.saturating_sub(most), &mut |_, transition| {
                beside_damage(window.follow(tables, &transition)).map(|()| true)
            }))?;
            let mut figures = window.figures(now);
            for (worker, permits) in permits::all(tables, now)? {
                let worker = figures.workers.entry(worker).or_default();
                worker.permits = Some(permits);
                worker.utilisation = (permits > 0).then(|| worker.load / permits as f64);
            }
            beside_damage(tables.list(&TaskFilter::default(), &mut |row| {
                let kind = row.task.spec.kind.to_string();
                *figures.kinds.entry(kind).or_default().states.entry(row.task.state.as_str()).or_default() +=
                    1;
                Ok(())
            }))?;
            for (key, limit, out) in adaptive::all(tables)? {
                let of = figures.dependencies.entry(key).or_default();
                (of.limit, of.out) = (Some(limit), Some(out));
            }
            for view in breakers::all(tables, now)? {
                figures.dependencies.entry(view.key.to_string()).or_default().breaker =
                    Some(view.state.as_str());
            }
            Ok(figures)
        })
    }
}

#[derive(Default)]
struct Window {
    since: Option<Time>,
    kinds: HashMap<TaskId, TaskKind>,
    open: HashMap<TaskId, Open>,
    found: BTreeMap<String, KindFigures>,
    waits: BTreeMap<String, Vec<i64>>,
    runs: BTreeMap<String, Vec<i64>>,
    workers: BTreeMap<String, (WorkerFigures, i64)>,
}

/// What is going on with a task, in microseconds.
#[derive(Default)]
struct Open {
    queued: Option<i64>,
    started: Option<(i64, String)>,
}

impl Window {
    fn follow(&mut self, tables: &dyn TaskTables, transition: &Transition) -> Result<()> {
        self.since = self.since.or(Some(transition.at));
        let id = transition.task;
        let kind = match self.kinds.get(&id) {
            Some(kind) => kind.to_string(),
            None => {
                let Some(row) = tables.task(id)? else { return Ok(()) };
                let kind = row.task.spec.kind.to_string();
                self.kinds.insert(id, row.task.spec.kind);
                kind
            }
        };
        let (at, open) = (transition.at.as_micros(), self.open.entry(id).or_default());
        let figures = self.found.entry(kind.clone()).or_default();
        if transition.to == State::Queued {
            open.queued = Some(at);
        }
        if transition.event == Event::Start {
            let worker = transition.lease.as_ref().map_or_else(String::new, |lease| lease.worker.to_string());
            figures.started += 1;
            self.workers.entry(worker.clone()).or_default().0.started += 1;
            if let Some(queued) = open.queued.take() {
                self.waits.entry(kind).or_default().push(at - queued);
            }
            open.started = Some((at, worker));
            return Ok(());
        }
        if transition.from != State::Running || transition.to == State::Running {
            return Ok(());
        }
        match transition.event {
            Event::Complete => figures.completed += 1,
            Event::Retry => {
                figures.failed += 1;
                figures.retried += 1;
            }
            Event::Fail | Event::Exhaust | Event::Escalate => figures.failed += 1,
            Event::LoseLease | Event::Poison => figures.lost += 1,
            _ => {}
        }
        if let Some((started, worker)) = open.started.take() {
            self.runs.entry(kind).or_default().push(at - started);
            let (figures, busy) = self.workers.entry(worker).or_default();
            figures.completed += u64::from(transition.event == Event::Complete);
            *busy += (at - started).max(0);
        }
        Ok(())
    }

    fn figures(mut self, until: Time) -> Figures {
        let micros = self.since.map_or(1, |since| (until.as_micros() - since.as_micros()).max(1));
        for (kind, figures) in &mut self.found {
            figures.start_rate = figures.started as f64 * 1e6 / micros as f64;
            let ended = figures.completed + figures.failed;
            figures.failure_share = (ended > 0).then(|| figures.failed as f64 / ended as f64);
            figures.wait_ms = self.waits.remove(kind).and_then(quantiles);
            figures.run_ms = self.runs.remove(kind).and_then(quantiles);
        }
        // What still runs has been busy until now.
        for (started, worker) in self.open.into_values().filter_map(|open| open.started) {
            self.workers.entry(worker).or_default().1 += (until.as_micros() - started).max(0);
        }
        let load = |(figures, busy): (WorkerFigures, i64)| WorkerFigures {
            load: busy as f64 / micros as f64,
            ..figures
        };
        let workers = self.workers.into_iter().map(|(worker, found)| (worker, load(found))).collect();
        Figures { since: self.since, until, kinds: self.found, workers, dependencies: BTreeMap::new() }
    }
}

fn quantiles(mut micros: Vec<i64>) -> Option<Quantiles> {
    micros.sort_unstable();
    let rank = |percent: usize| {
        let place = (micros.len() * percent).div_ceil(100).max(1) - 1;
        micros.get(place).map(|micros| *micros as f64 / 1e3)
    };
    Some(Quantiles {
        count: micros.len() as u64,
        p50: rank(50)?,
        p95: rank(95)?,
        p99: rank(99)?,
        max: rank(100)?,
    })
}

impl Figures {
    /// In the text format of Prometheus, version 0.0.4.
    #[must_use]
    pub fn to_prometheus(&self) -> String {
        let mut out = String::new();
        let mut family = |name: &str, sort: &str, help: &str, samples: Vec<(String, f64)>| {
            if !samples.is_empty() {
                // Writing to a string cannot fail.
                let _ = write!(out, "# HELP sealbook_{name} {help}\n# TYPE sealbook_{name} {sort}\n");
                for (labels, value) in samples {
                    let _ = writeln!(out, "sealbook_{name}{{{labels}}} {value}");
                }
            }
        };
        let kinds = || self.kinds.iter().map(|(kind, figures)| (label("kind", kind), figures));
        let states = kinds().flat_map(|(kind, figures)| {
            figures
                .states
                .iter()
                .map(move |(state, count)| (format!("{kind},{}", label("state", state)), *count as f64))
        });
        family("tasks", "gauge", "Tasks in each state.", states.collect());
        let attempts = kinds().flat_map(|(kind, of)| {
            let counts = [
                ("started", of.started),
                ("completed", of.completed),
                ("failed", of.failed),
                ("retried", of.retried),
                ("lost", of.lost),
            ];
            counts.map(|(name, count)| (format!("{kind},{}", label("outcome", name)), count as f64))
        });
        family(
            "attempts_window",
            "gauge",
            "Attempts in the window, by what became of them.",
            attempts.collect(),
        );
        let mut latency = |name: &str, help: &str, of: fn(&KindFigures) -> Option<Quantiles>| {
            let quantiles = kinds().filter_map(|(kind, figures)| Some((kind, of(figures)?)));
            let samples = quantiles.flat_map(|(kind, q): (String, Quantiles)| {
                [("0.5", q.p50), ("0.95", q.p95), ("0.99", q.p99)]
                    .map(|(name, value)| (format!("{kind},{}", label("quantile", name)), value))
            });
            family(name, "gauge", help, samples.collect());
        };
        latency("wait_milliseconds", "From the time that a task could run to its start.", |of| of.wait_ms);
        latency("run_milliseconds", "From the start of an attempt to its end.", |of| of.run_ms);
        let loads = self.workers.iter().map(|(worker, figures)| (label("worker", worker), figures.load));
        family(
            "worker_load",
            "gauge",
            "Attempts that a worker ran at once, on average over the window.",
            loads.collect(),
        );
        let workers = || self.workers.iter().map(|(worker, figures)| (label("worker", worker), figures));
        let permits = workers().filter_map(|(worker, figures)| Some((worker, figures.permits? as f64)));
        let help = "Attempts that a worker runs at once at most, at the moment.";
        family("worker_permits", "gauge", help, permits.collect());
        let shares = workers().filter_map(|(worker, figures)| Some((worker, figures.utilisation?)));
        let help = "The share of a worker's permits that was in use, on average over the window.";
        family("worker_utilisation", "gauge", help, shares.collect());
        let dependencies = || self.dependencies.iter().map(|(key, of)| (label("dependency", key), of));
        let breakers = dependencies()
            .filter_map(|(key, of)| Some((format!("{key},{}", label("state", of.breaker?)), 1.0)));
        family("breaker", "gauge", "Where the breaker of a dependency stands.", breakers.collect());
        let mut count = |name: &str, help: &str, of: fn(&DependencyFigures) -> Option<u32>| {
            let counts = dependencies().filter_map(|(key, figures)| Some((key, f64::from(of(figures)?))));
            family(name, "gauge", help, counts.collect());
        };
        count("dependency_limit", "Calls that an adaptive limit lets out at a time.", |of| of.limit);
        count("dependency_out", "Calls of a dependency with an adaptive limit that are out.", |of| of.out);
        out
    }
}

fn label(name: &str, value: &str) -> String {
    format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_by_nearest_rank() {
        let of = |count: i64| quantiles((1..=count).map(|n| n * 1000).collect()).unwrap();
        assert_eq!((of(1).p50, of(1).p99), (1.0, 1.0));
        assert_eq!((of(100).p50, of(100).p95, of(100).p99, of(100).max), (50.0, 95.0, 99.0, 100.0));
        assert_eq!(of(3).p50, 2.0);
        assert!(quantiles(Vec::new()).is_none());
    }

    #[test]
    fn a_label_cannot_break_out_of_its_quotes() {
        assert_eq!(label("worker", "a\"b\\c\nd"), r#"worker="a\"b\\c\nd""#);
    }
}
