//! A call that was submitted: its function, and the place where its outcome appears.

use super::Shared;
use super::call::CallPolicy;
use crate::handler::message_of;
use sealbook_store::sync::{Condvar, Mutex};
use sealbook_tasks::{Failure, Fault, Span};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What a function knows about the attempt that it is called for.
#[derive(Debug)]
pub struct Run<'a> {
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// When it has to end.
    pub deadline: Option<Instant>,
    cancelled: &'a AtomicBool,
}

impl Run<'_> {
    /// Whether it is to stop, because nobody wants the outcome any more or the time is over.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
            || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// Something that threads of an executor run.
pub(super) trait Runnable: Send + Sync {
    fn run(self: Arc<Self>, executor: &Arc<Shared>);
    fn give_up(&self, executor: &Shared);
    fn policy(&self) -> &CallPolicy;
}

type Then<T> = Box<dyn FnOnce(Result<T, Failure>) + Send>;

enum Slot<T> {
    Open(Option<Then<T>>),
    Ended(Result<T, Failure>),
    Taken,
}

/// The part of a job that its ticket sees.
pub(super) struct Place<T> {
    slot: Mutex<Slot<T>>,
    changed: Condvar,
    cancelled: AtomicBool,
}

pub(super) struct Job<T, F> {
    work: F,
    policy: Arc<CallPolicy>,
    /// Attempts so far and the delay before the last one. Only one thread at a time runs the job.
    past: Mutex<(u32, Span)>,
    place: Place<T>,
}

impl<T, F> Job<T, F> {
    pub(super) fn new(policy: Arc<CallPolicy>, work: F) -> Self {
        let place = Place {
            slot: Mutex::new(Slot::Open(None)),
            changed: Condvar::default(),
            cancelled: AtomicBool::new(false),
        };
        Self { work, policy, past: Mutex::new((0, Span::ZERO)), place }
    }
}

impl<T: Send + 'static, F> Runnable for Job<T, F>
where
    F: Fn(&Run<'_>) -> Result<T, Failure> + Send + Sync + 'static,
{
    fn run(self: Arc<Self>, executor: &Arc<Shared>) {
        if self.place.cancelled.load(Ordering::Relaxed) {
            return self.give_up(executor);
        }
        let pass = match self.policy.pass() {
            Ok(pass) => pass,
            Err(wait) => return executor.later(wait, self),
        };
        let (attempt, previous) = {
            let mut past = self.past.lock();
            past.0 = past.0.saturating_add(1);
            *past
        };
        // The clock is read only where somebody asks for it.
        let began = (pass.is_some() || self.policy.timeout.is_some()).then(Instant::now);
        let deadline = began.zip(self.policy.timeout).and_then(|(began, timeout)| began.checked_add(timeout));
        let run = Run { attempt, deadline, cancelled: &self.place.cancelled };
        let mut result = catch_unwind(AssertUnwindSafe(|| (self.work)(&run)))
            .unwrap_or_else(|panic| Err(panicked(&*panic)));
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            result = Err(failure(Fault::Timeout, "Timeout", "the attempt took too long"));
        }
        if let Some(began) = began {
            self.policy.report(pass, result.as_ref().err(), began);
        }
        if let Err(failure) = &result
            && !self.place.cancelled.load(Ordering::Relaxed)
            && let Some(delay) = self.policy.again(failure, attempt, previous)
        {
            self.past.lock().1 = delay;
            return executor.later(Duration::from_millis(delay.as_millis()), self);
        }
        self.place.end(result);
        executor.ended();
    }

    fn give_up(&self, executor: &Shared) {
        self.place.end(Err(failure(Fault::Permanent, "Cancelled", "the call was cancelled before it began")));
        executor.ended();
    }

    fn policy(&self) -> &CallPolicy {
        &self.policy
    }
}

impl<T> Place<T> {
    fn end(&self, result: Result<T, Failure>) {
        let mut slot = self.slot.lock();
        let Slot::Open(then) = &mut *slot else { return };
        if let Some(then) = then.take() {
            *slot = Slot::Taken;
            drop(slot);
            // What the caller hung on must not take the thread with it.
            let _ = catch_unwind(AssertUnwindSafe(|| then(result)));
        } else {
            *slot = Slot::Ended(result);
            drop(slot);
            self.changed.notify_all();
        }
    }
}

/// Gives access to the outcome of a call; dropping it does not stop the call.
pub struct Ticket<T> {
    job: Arc<dyn Placed<T>>,
}

pub(super) trait Placed<T>: Send + Sync {
    fn place(&self) -> &Place<T>;
}

impl<T: Send, F: Send + Sync> Placed<T> for Job<T, F> {
    fn place(&self) -> &Place<T> {
        &self.place
    }
}

impl<T> std::fmt::Debug for Ticket<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket").field("ended", &self.is_ended()).finish_non_exhaustive()
    }
}

impl<T> Ticket<T> {
    pub(super) fn new(job: Arc<dyn Placed<T>>) -> Self {
        Self { job }
    }

    /// Waits for the outcome.
    ///
    /// # Errors
    /// The failure of the last attempt; class `Cancelled` if there was none, `Panic` for a panic, `Timeout` for one that took too long.
    pub fn wait(self) -> Result<T, Failure> {
        let place = self.job.place();
        let mut slot = place.slot.lock();
        loop {
            match std::mem::replace(&mut *slot, Slot::Taken) {
                Slot::Ended(result) => return result,
                Slot::Open(then) => *slot = Slot::Open(then),
                // A ticket is waited for by value, and gives its outcome to nobody else.
                Slot::Taken => {
                    return Err(failure(Fault::Permanent, "Taken", "the outcome was taken already"));
                }
            }
            slot = place.changed.wait(slot);
        }
    }

    /// Whether there is an outcome.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        !matches!(*self.job.place().slot.lock(), Slot::Open(_))
    }

    /// Asks the call to stop, or not to begin.
    pub fn cancel(&self) {
        self.job.place().cancelled.store(true, Ordering::Relaxed);
    }

    /// Has the outcome handed on where it appears: on the thread of the call, or here if there is one already.
    pub fn then(self, then: impl FnOnce(Result<T, Failure>) + Send + 'static) {
        let mut slot = self.job.place().slot.lock();
        match std::mem::replace(&mut *slot, Slot::Taken) {
            Slot::Open(_) => *slot = Slot::Open(Some(Box::new(then))),
            Slot::Ended(result) => {
                drop(slot);
                then(result);
            }
            Slot::Taken => {}
        }
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Failure {
    failure(Fault::Transient, "Panic", message_of(panic))
}

fn failure(fault: Fault, class: &str, message: impl Into<String>) -> Failure {
    Failure { fault, class: class.to_owned(), message: message.into(), retry_after: None, detail: None }
}
