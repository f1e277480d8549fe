use super::*;
use sealbook_store::sync::Mutex;
use sealbook_tasks::{BreakerPolicy, BreakerState, Fault, Jitter, Key, Priority, RetryPolicy, Span};
use std::sync::atomic::AtomicU32;
use std::sync::mpsc::channel;

fn executor(threads: usize) -> Executor {
    Executor::new(ExecutorOptions { threads, ..ExecutorOptions::default() }).unwrap()
}

fn policy() -> CallPolicy {
    CallPolicy::default()
}

fn patient(max_attempts: u32) -> CallPolicy {
    let initial = Span::from_millis(1);
    CallPolicy {
        retry: RetryPolicy { max_attempts, initial, jitter: Jitter::None, ..RetryPolicy::default() },
        ..policy()
    }
}

fn broken(fault: Fault) -> Failure {
    Failure { fault, class: "Broken".into(), message: "on purpose".into(), retry_after: None, detail: None }
}

/// Holds the only thread of an executor until the sender is dropped.
fn hold(executor: &Executor) -> std::sync::mpsc::Sender<()> {
    let (free, held) = channel::<()>();
    let (began, begins) = channel();
    let held = Mutex::new(held);
    let work = move |_: &Run<'_>| {
        let _ = began.send(());
        let _ = held.lock().recv();
        Ok(())
    };
    executor.submit(&Arc::new(CallPolicy { priority: Priority(255), ..policy() }), work).unwrap();
    begins.recv().unwrap();
    free
}

#[test]
fn each_call_gets_its_own_outcome() {
    let (executor, policy) = (executor(2), Arc::new(policy()));
    let tickets: Vec<_> = (0..10_000).map(|n| executor.submit(&policy, move |_| Ok(n)).unwrap()).collect();
    for (n, ticket) in tickets.into_iter().enumerate() {
        assert_eq!(ticket.wait(), Ok(n));
    }
    assert!(executor.wait_idle(Duration::MAX) && executor.open() == 0);
}

#[test]
fn the_urgent_overtake() {
    let executor = executor(1);
    let order = Arc::new(Mutex::new(Vec::new()));
    let free = hold(&executor);
    for (name, priority) in [("b", 10), ("c", 10), ("a", 200)] {
        let order = order.clone();
        let work = move |_: &Run<'_>| {
            order.lock().push(name);
            Ok(())
        };
        executor.submit(&Arc::new(CallPolicy { priority: Priority(priority), ..policy() }), work).unwrap();
    }
    drop(free);
    assert!(executor.wait_idle(Duration::from_secs(60)));
    assert_eq!(*order.lock(), ["a", "b", "c"]);
}

#[test]
fn a_failure_is_tried_again_and_a_permanent_one_is_not() {
    let executor = executor(2);
    let ticket = executor.submit(&Arc::new(patient(3)), |run| {
        if run.attempt < 3 { Err(broken(Fault::Transient)) } else { Ok(run.attempt) }
    });
    assert_eq!(ticket.unwrap().wait(), Ok(3));
    for (fault, times) in [(Fault::Transient, 3), (Fault::Permanent, 1)] {
        let calls = Arc::new(AtomicU32::new(0));
        let counted = calls.clone();
        let work = move |_: &Run<'_>| -> std::result::Result<(), _> {
            counted.fetch_add(1, Ordering::SeqCst);
            Err(broken(fault))
        };
        assert_eq!(executor.submit(&Arc::new(patient(3)), work).unwrap().wait(), Err(broken(fault)));
        assert_eq!(calls.load(Ordering::SeqCst), times);
    }
}

#[test]
fn a_panic_is_a_failure_and_costs_no_thread() {
    let executor = executor(1);
    for _ in 0..3 {
        let ticket = executor.submit::<(), _>(&Arc::new(policy()), |_| panic!("on purpose")).unwrap();
        let failure = ticket.wait().unwrap_err();
        assert_eq!((&*failure.class, &*failure.message), ("Panic", "on purpose"));
    }
    let bad = executor.submit(&Arc::new(policy()), |_| Ok(1)).unwrap();
    bad.then(|_| panic!("in the caller's own code"));
    assert_eq!(executor.submit(&Arc::new(policy()), |_| Ok(2)).unwrap().wait(), Ok(2));
}

#[test]
fn what_is_cancelled_does_not_begin_and_what_runs_is_told() {
    let executor = executor(1);
    let free = hold(&executor);
    let waiting = executor.submit(&Arc::new(policy()), |_| Ok(1)).unwrap();
    waiting.cancel();
    drop(free);
    assert_eq!(waiting.wait().unwrap_err().class, "Cancelled");

    let (began, begins) = channel();
    let work = move |run: &Run<'_>| {
        began.send(()).unwrap();
        while !run.is_cancelled() {
            std::thread::yield_now();
        }
        Ok("stopped")
    };
    let running = executor.submit(&Arc::new(policy()), work).unwrap();
    begins.recv().unwrap();
    running.cancel();
    assert_eq!(running.wait(), Ok("stopped"));
}

#[test]
fn what_takes_too_long_has_failed() {
    let executor = executor(1);
    let policy = Arc::new(CallPolicy { timeout: Some(Duration::from_millis(5)), ..policy() });
    let ticket = executor.submit(&policy, |run| {
        while !run.is_cancelled() {
            std::thread::yield_now();
        }
        Ok(())
    });
    let failure = ticket.unwrap().wait().unwrap_err();
    assert_eq!((failure.fault, &*failure.class), (Fault::Timeout, "Timeout"));
}

#[test]
fn an_open_breaker_holds_calls_back_without_an_attempt() {
    let executor = executor(1);
    let breaker =
        BreakerPolicy { consecutive: 1, recovery: Span::from_millis(30), ..BreakerPolicy::default() };
    let breaker = SharedBreaker::new(Key::parse("api").unwrap(), breaker).unwrap();
    let policy = Arc::new(CallPolicy { breaker: Some(breaker.clone()), ..policy() });
    let fails = executor.submit::<(), _>(&policy, |_| Err(broken(Fault::Transient))).unwrap();
    assert!(fails.wait().is_err());
    assert_eq!(breaker.state(), BreakerState::Open);
    let later = executor.submit(&policy, |run| Ok(run.attempt)).unwrap();
    assert_eq!(later.wait(), Ok(1));
}

#[test]
fn a_full_executor_refuses_and_has_room_again_later() {
    let options = ExecutorOptions { threads: 1, capacity: 2, around: None };
    let executor = Executor::new(options).unwrap();
    let free = hold(&executor);
    let policy = Arc::new(policy());
    executor.submit(&policy, |_| Ok(())).unwrap();
    assert_eq!(executor.submit(&policy, |_| Ok(())).unwrap_err().code(), Code::QueueFull);
    drop(free);
    assert!(executor.wait_idle(Duration::from_secs(60)));
    assert!(executor.submit(&policy, |_| Ok(())).is_ok());
}

#[test]
fn a_closed_executor_takes_nothing_and_cancels_or_finishes_the_rest() {
    for (cancel, expected) in [(true, Err("Cancelled")), (false, Ok(2))] {
        let executor = executor(1);
        let free = hold(&executor);
        let policy = Arc::new(patient(2));
        let fails = executor.submit(&policy, |run| {
            if run.attempt == 1 { Err(broken(Fault::Transient)) } else { Ok(run.attempt) }
        });
        let fails = fails.unwrap();
        executor.close(cancel);
        assert_eq!(executor.submit(&policy, |_| Ok(())).unwrap_err().code(), Code::Closed);
        drop(free);
        let result = fails.wait().map_err(|failure| failure.class);
        assert_eq!(result.as_ref().map_err(String::as_str), expected.as_ref().map_err(|class| *class));
    }
}

#[test]
fn what_waits_for_its_next_attempt_is_cancelled_at_once() {
    let executor = executor(1);
    let slow = RetryPolicy {
        max_attempts: 2,
        initial: Span::from_secs(60),
        jitter: Jitter::None,
        ..RetryPolicy::default()
    };
    let (failed, fails) = channel();
    let ticket = executor.submit::<(), _>(&Arc::new(CallPolicy { retry: slow, ..policy() }), move |_| {
        let _ = failed.send(());
        Err(broken(Fault::Transient))
    });
    fails.recv().unwrap();
    // The call is on its way to the timer, or there.
    std::thread::sleep(Duration::from_millis(20));
    executor.close(true);
    assert_eq!(ticket.unwrap().wait().unwrap_err().class, "Cancelled");
}

#[test]
fn what_was_submitted_outlives_the_executor() {
    let executor = executor(1);
    let policy = Arc::new(patient(3));
    let tickets: Vec<_> = (0..100)
        .map(|_| {
            executor.submit(&policy, |run| {
                if run.attempt < 3 { Err(broken(Fault::Transient)) } else { Ok(run.attempt) }
            })
        })
        .collect();
    drop(executor);
    assert!(tickets.into_iter().all(|ticket| ticket.unwrap().wait() == Ok(3)));
}

#[test]
fn batches_run_within_what_was_asked_for() {
    thread_local!(static INSIDE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });
    let around: Around = Arc::new(|batch| {
        INSIDE.set(true);
        batch();
        INSIDE.set(false);
    });
    let executor =
        Executor::new(ExecutorOptions { around: Some(around), ..ExecutorOptions::default() }).unwrap();
    let policy = Arc::new(policy());
    let tickets: Vec<_> =
        (0..1000).map(|_| executor.submit(&policy, |_| Ok(INSIDE.get())).unwrap()).collect();
    assert!(tickets.into_iter().all(|ticket| ticket.wait() == Ok(true)));
}
