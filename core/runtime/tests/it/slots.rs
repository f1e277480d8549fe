//! Places of a worker: handlers that do not stop are replaced, and their number follows the load. Over both stores, with handlers that wait
//! for the test and no sleeps that decide anything.

use crate::support::{self, kind, principal, task};
use sealbook_runtime::{Attempt, CancelToken, Handlers, Outcome, Progress, Summary, WorkerOptions, work};
use sealbook_tasks::{Jitter, RetryPolicy, Span, Spec, State, TaskId, Timeouts};
use std::ops::Deref;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);
const GRACE: Duration = Duration::from_millis(30);

/// Shut until it is opened for good.
#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    changed: Condvar,
}

impl Gate {
    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.changed.notify_all();
    }

    fn wait(&self) {
        let is_open = self.is_open.lock().unwrap();
        let (is_open, _) = self.changed.wait_timeout_while(is_open, LONG, |is_open| !*is_open).unwrap();
        assert!(*is_open, "nobody opened the gate");
    }
}

struct House {
    base: support::House,
    gate: Arc<Gate>,
}

impl Deref for House {
    type Target = support::House;

    fn deref(&self) -> &Self::Target {
        &self.base
    }
}

struct Working {
    told: Receiver<Progress>,
    stop: CancelToken,
    thread: JoinHandle<sealbook_error::Result<Summary>>,
}

fn houses() -> [House; 2] {
    support::houses().map(|base| House { base, gate: Arc::default() })
}

fn spec(name: &str) -> Spec {
    let retry = RetryPolicy { initial: Span::from_millis(1), jitter: Jitter::None, ..RetryPolicy::default() };
    Spec { retry, ..task(name, "1") }
}

fn done() -> Outcome {
    Outcome::Complete("1".to_owned())
}

fn options(concurrency: usize) -> WorkerOptions {
    WorkerOptions { concurrency, grace: GRACE, ..WorkerOptions::default() }
}

impl House {
    fn submit(&self, name: &str) -> TaskId {
        self.engine.submit(spec(name)).unwrap().id
    }

    /// The handlers: `deaf` waits for the gate whatever it is asked, `late` does so in the first attempt only, and `work` returns at once.
    fn handlers(&self) -> Handlers {
        let gate = self.gate.clone();
        let deaf = move |_: &Attempt| {
            gate.wait();
            done()
        };
        let first = self.gate.clone();
        let late = move |attempt: &Attempt| {
            if attempt.attempt == 1 {
                first.wait();
            }
            done()
        };
        let work = |_: &Attempt| done();
        Handlers::from([
            (kind("deaf"), Arc::new(deaf) as _),
            (kind("late"), Arc::new(late) as _),
            (kind("work"), Arc::new(work) as _),
        ])
    }

    fn work(&self, options: WorkerOptions) -> Working {
        self.serve(self.handlers(), options)
    }

    fn serve(&self, handlers: Handlers, options: WorkerOptions) -> Working {
        let (tell, told) = channel();
        let (engine, stop) = (self.engine.clone(), CancelToken::new());
        let stopped = stop.clone();
        let run = move || {
            work(&engine, handlers, &options, &stopped, &mut |progress| {
                let _ = tell.send(progress);
            })
        };
        Working { told, stop, thread: std::thread::spawn(run) }
    }

    fn cancel(&self, task: TaskId) {
        self.engine.cancel(task, principal("ann"), "enough").unwrap();
    }

    fn state(&self, task: TaskId) -> State {
        self.engine.get(task).unwrap().task.state
    }

    /// The entries about handlers that are stuck.
    fn stuck(&self) -> Vec<serde_json::Value> {
        let payload = |seq| {
            let entry = self.store.get(seq).unwrap().unwrap();
            serde_json::from_slice::<serde_json::Value>(&entry.payload.unwrap()).unwrap()
        };
        let all = (0..self.store.size().unwrap()).map(payload);
        all.filter(|payload| payload["action"]["type"] == "handler_stuck").collect()
    }
}

impl Working {
    /// Waits until the worker tells this.
    fn until(&self, what: impl Fn(&Progress) -> bool) -> Vec<Progress> {
        let mut told = Vec::new();
        loop {
            told.push(self.told.recv_timeout(LONG).expect("the worker does not tell it"));
            if told.last().is_some_and(&what) {
                return told;
            }
        }
    }

    fn until_started(&self, task: TaskId) {
        self.until(|progress| matches!(progress, Progress::Started(claimed) if claimed.task.id == task));
    }

    fn end(self) -> Summary {
        self.stop.cancel("the test ends");
        self.thread.join().unwrap().unwrap()
    }
}

#[test]
fn a_handler_that_does_not_stop_is_replaced_told_once_and_on_record() {
    for house in houses() {
        let worker = house.work(options(1));
        let deaf = house.submit("deaf");
        worker.until_started(deaf);
        let next = house.submit("work");
        house.cancel(deaf);
        let told = worker.until(|progress| *progress == Progress::Ended(next, State::Completed));
        assert_eq!(told.iter().filter(|told| **told == Progress::Stuck(deaf)).count(), 1);
        assert!(told.iter().position(|told| *told == Progress::Stuck(deaf)).unwrap() < told.len() - 1);
        let entries = house.stuck();
        assert_eq!(entries.len(), 1);
        let [entry] = &entries[..] else { unreachable!() };
        assert_eq!(entry["metadata"]["task"], deaf.to_string());
        assert_eq!(entry["action"]["details"]["reason"], "asked to stop");
        assert_eq!(
            (&entry["action"]["details"]["attempt"], &entry["action"]["details"]["grace_ms"]),
            (&1.into(), &30.into())
        );
        // Until it returns its task runs: the record says what is so.
        assert_eq!(house.state(deaf), State::Running);
        house.gate.open();
        worker.until(|progress| matches!(progress, Progress::Ended(task, _) if *task == deaf));
        let summary = worker.end();
        assert_eq!((summary.attempts, summary.stuck, summary.abandoned), (2, 1, 0));
    }
}

#[test]
fn no_more_than_the_spare_ones_are_replaced_at_once() {
    for house in houses() {
        let worker = house.work(WorkerOptions { spare: Some(1), ..options(2) });
        let deaf = [house.submit("deaf"), house.submit("deaf")];
        deaf.iter().for_each(|task| worker.until_started(*task));
        deaf.iter().for_each(|task| house.cancel(*task));
        deaf.iter().for_each(|_| drop(worker.until(|progress| matches!(progress, Progress::Stuck(_)))));
        let specs = (0..30).map(|_| spec("work")).collect();
        let last = house.engine.submit_many(specs).unwrap().pop().unwrap().id;
        let told = worker.until(|progress| matches!(progress, Progress::Ended(task, _) if *task == last));
        // Begun and not ended, as the worker counts it: its threads are not more than these anyhow.
        let (mut out, mut most) = (0_i32, 0);
        for progress in told {
            out += i32::from(matches!(progress, Progress::Started(_)));
            out -= i32::from(matches!(progress, Progress::Ended(..)));
            most = most.max(out);
        }
        assert_eq!(most, 1);
        house.gate.open();
        assert_eq!(worker.end().stuck, 2);
    }
}

#[test]
fn without_spare_places_a_handler_that_does_not_stop_keeps_its_own() {
    for house in houses() {
        let worker = house.work(WorkerOptions { spare: Some(0), ..options(1) });
        let (deaf, next) = (house.submit("deaf"), house.submit("work"));
        worker.until_started(deaf);
        house.cancel(deaf);
        worker.until(|progress| *progress == Progress::Stuck(deaf));
        // Only the worker lets a delayed task in: once it has, it has looked around, and still begins nothing.
        let soon = Span::from_millis(1).after(sealbook_store::now().unwrap());
        let delayed = house.engine.submit(Spec { not_before: Some(soon), ..spec("work") }).unwrap().id;
        while house.state(delayed) != State::Queued {
            std::thread::yield_now();
        }
        house.gate.open();
        let told = worker.until(|progress| *progress == Progress::Ended(next, State::Completed));
        assert!(matches!(told[0], Progress::Ended(task, _) if task == deaf), "{told:?}");
        worker.end();
    }
}

#[test]
fn a_stuck_handler_whose_task_ran_again_is_fenced_when_it_returns() {
    for house in houses() {
        let worker = house.work(options(1));
        let timeouts = Timeouts { start_to_close: Some(Span::from_millis(20)), ..Timeouts::default() };
        let late = house.engine.submit(Spec { timeouts, ..spec("late") }).unwrap().id;
        worker.until(|progress| *progress == Progress::Stuck(late));
        worker.until(|progress| *progress == Progress::Ended(late, State::Completed));
        house.gate.open();
        worker.until(|progress| *progress == Progress::Fenced(late));
        let summary = worker.end();
        assert_eq!((summary.completed, summary.fenced, summary.stuck, summary.abandoned), (1, 1, 1, 0));
        assert_eq!(house.state(late), State::Completed);
        assert_eq!(house.stuck()[0]["action"]["details"]["reason"], "the task was taken away");
    }
}

#[test]
fn a_worker_that_ends_when_idle_does_not_wait_for_stuck_handlers_of_tasks_that_have_ended() {
    for house in houses() {
        let timeouts = Timeouts { start_to_close: Some(Span::from_millis(20)), ..Timeouts::default() };
        let retry = RetryPolicy { max_attempts: 1, ..spec("deaf").retry };
        let task = house.engine.submit(Spec { timeouts, retry, ..spec("deaf") }).unwrap().id;
        let worker = house.work(WorkerOptions { until_idle: true, drain: LONG, ..options(1) });
        let summary = worker.thread.join().unwrap().unwrap();
        assert_eq!((summary.stuck, summary.abandoned), (1, 1));
        assert_eq!(house.state(task), State::Dead);
        house.gate.open();
    }
}

#[test]
fn what_does_not_return_at_the_end_is_stuck_and_left_behind_and_its_task_given_back() {
    for house in houses() {
        let worker = house.work(WorkerOptions { drain: Duration::ZERO, ..options(1) });
        let deaf = house.submit("deaf");
        worker.until_started(deaf);
        let summary = worker.end();
        assert_eq!((summary.stuck, summary.abandoned), (1, 1));
        assert_eq!((house.state(deaf), house.stuck().len()), (State::Queued, 1));
        assert_eq!(house.stuck()[0]["action"]["details"]["reason"], "the test ends");
        house.gate.open();
    }
}

#[test]
fn the_number_of_permits_follows_the_load_up_to_the_concurrency_and_down_to_the_least() {
    for house in houses() {
        let met = Arc::new(std::sync::Barrier::new(4));
        let meet = move |_: &Attempt| {
            met.wait();
            done()
        };
        let handlers = Handlers::from([(kind("meet"), Arc::new(meet) as _)]);
        let id = sealbook_tasks::WorkerId::parse("w").ok();
        let options = WorkerOptions { id, least: Some(2), ..options(4) };
        let worker = house.serve(handlers, options);
        // Nobody passes before all four are there.
        house.engine.submit_many(vec![spec("meet"); 4]).unwrap();
        let is_scaled = |progress: &Progress| matches!(progress, Progress::Scaled(_));
        let scaled: Vec<_> = (0..4).filter_map(|_| worker.until(is_scaled).pop()).collect();
        assert_eq!(scaled, [3, 4, 3, 2].map(Progress::Scaled));
        // What is told is written soon after.
        let in_force = || house.engine.figures(100).unwrap().workers["w"].clone();
        while in_force().permits != Some(2) {
            std::thread::yield_now();
        }
        let figures = in_force();
        assert_eq!(figures.utilisation, Some(figures.load / 2.0));
        let text = house.engine.figures(100).unwrap().to_prometheus();
        assert!(text.contains("sealbook_worker_permits{worker=\"w\"} 2\n"), "{text}");
        assert_eq!(worker.end().completed, 4);
        assert_eq!((in_force().started, in_force().permits), (4, None));
    }
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let house = House { base: support::House::in_memory(), gate: Arc::default() };
    for bad in [
        options(0),
        WorkerOptions { least: Some(0), ..options(2) },
        WorkerOptions { least: Some(3), ..options(2) },
    ] {
        let refused = house.work(bad).thread.join().unwrap().unwrap_err();
        assert_eq!(refused.code().name(), "INVALID_ARGUMENT");
    }
}
