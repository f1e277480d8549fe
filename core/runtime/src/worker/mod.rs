//! A worker: a pool of threads that runs attempts, a lease that is renewed by a thread of its own, and the loop that hands out permits.

mod held;
mod offering;
mod options;
mod pool;
mod renewal;
mod runner;
mod who;

pub use options::{GRACE, Progress, Summary, WorkerOptions};
pub use pool::Handlers;
pub use runner::Inbox;

use crate::cancel::CancelToken;
use crate::engine::{Claimed, Engine, Standby};
use crate::handler::{Attempt, Outcome};
use held::Held;
use pool::Pool;
use renewal::Renewal;
use runner::Runner;
use sealbook_error::{Code, Error, Result};
use sealbook_tasks::{Lease, Scale, Span, State, TaskId, TaskKind};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use who::{allowed, new_id};

/// How often a worker looks for what other processes have written.
const LOOK: Duration = Duration::from_millis(20);
/// How long it waits for a further attempt to end before it writes those that have.
const GATHER: Duration = Duration::from_micros(50);
/// How often it asks whether what it runs is still to be run.
const CHECK: Duration = Duration::from_millis(100);
/// How long it waits before it tries again to write what could not be written, at first and at most.
const PATIENCE: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(5)];
/// How long an idle worker waits before it looks again whether it is still idle.
const REST: Duration = Duration::from_millis(50);

struct Ended {
    claimed: Claimed,
    outcome: Outcome,
}

/// Runs tasks until `stop` is cancelled, or until there is nothing left to run if the options say so.
///
/// # Errors
/// `INVALID_ARGUMENT` without handlers or permits, for a lease below 100 ms or a `least` that is 0 or above the concurrency; `ACCESS_REFUSED` if the principal may run none of the kinds; those of writing to the store.
pub fn work(
    engine: &Engine,
    handlers: Handlers,
    options: &WorkerOptions,
    stop: &CancelToken,
    tell: &mut dyn FnMut(Progress),
) -> Result<Summary> {
    options.check()?;
    let kinds = handlers.keys().cloned().collect();
    let pool = Pool::new(handlers, options.concurrency.saturating_add(options.spare()))?;
    run(engine, &pool, kinds, options, stop, tell)
}

/// As [`work`], with attempts that a host language fetches from the inbox. It is closed at the end.
///
/// # Errors
/// As [`work`].
pub fn serve(
    engine: &Engine,
    inbox: &Inbox,
    kinds: BTreeSet<TaskKind>,
    options: &WorkerOptions,
    stop: &CancelToken,
    tell: &mut dyn FnMut(Progress),
) -> Result<Summary> {
    let result = run(engine, inbox, kinds, options, stop, tell);
    inbox.close();
    result
}

fn run(
    engine: &Engine,
    runner: &dyn Runner,
    kinds: BTreeSet<TaskKind>,
    options: &WorkerOptions,
    stop: &CancelToken,
    tell: &mut dyn FnMut(Progress),
) -> Result<Summary> {
    let mut worker = Worker::new(engine, runner, kinds, options)?;
    let result = worker.run(stop, tell);
    // What still runs is asked to stop in any case, and what the store still takes is written.
    let ended = worker.shut_down(stop, tell);
    result.and(ended).map(|()| worker.summary)
}

struct Worker<'a> {
    engine: &'a Engine,
    runner: &'a dyn Runner,
    kinds: Arc<BTreeSet<TaskKind>>,
    options: &'a WorkerOptions,
    renewal: Renewal,
    held: Held,
    ended: (Sender<Ended>, Receiver<Ended>),
    /// What has ended and could not be written.
    unwritten: Vec<(Claimed, Outcome)>,
    summary: Summary,
    began_at: Instant,
    checked_at: Instant,
    scale: Scale,
    /// The last claim got as many tasks as it asked for, so that there may be more.
    was_filled: bool,
    /// Free places that are offered to whoever submits; none of them are to be filled otherwise meanwhile.
    standby: Option<Standby>,
    /// The last transition that was known when this worker chose from the queue, which it shares with all workers of the engine.
    seen: Option<u64>,
    /// The agents that there were then.
    present: u64,
}

impl<'a> Worker<'a> {
    fn new(
        engine: &'a Engine,
        runner: &'a dyn Runner,
        kinds: BTreeSet<TaskKind>,
        options: &'a WorkerOptions,
    ) -> Result<Self> {
        options.check()?;
        if kinds.is_empty() {
            return Err(Error::new(Code::InvalidArgument, "the worker has no handlers")
                .remedy("name at least one kind that it runs"));
        }
        let kinds = Arc::new(allowed(engine, kinds, options.principal.as_ref())?);
        let id = options.id.clone().map_or_else(new_id, Ok)?;
        let agent = options.agent.clone().map(|mut profile| {
            profile.kinds.retain(|kind| kinds.contains(kind));
            profile
        });
        Ok(Self {
            engine,
            runner,
            kinds,
            options,
            renewal: Renewal::begin(engine.clone(), id, options.lease, agent)?,
            held: Held::default(),
            ended: channel(),
            unwritten: Vec::new(),
            summary: Summary::default(),
            began_at: Instant::now(),
            checked_at: Instant::now(),
            scale: options.scale()?,
            was_filled: false,
            standby: None,
            seen: None,
            present: 0,
        })
    }

    fn run(&mut self, stop: &CancelToken, tell: &mut dyn FnMut(Progress)) -> Result<()> {
        self.engine.set_permits(&self.renewal.lease(), self.scale.permits())?;
        let (mut rested, mut pause) = (false, PATIENCE[0]);
        while !stop.is_cancelled() {
            let rings = self.engine.rings();
            let has_moved = match self.look_around(tell) {
                // A full disk is no fault of what runs, whose outcomes are kept.
                Err(error) if error.is_retryable() => {
                    tracing::warn!(%error, ?pause, "nothing can be written; the worker tries again");
                    let _stopped = stop.wait(pause);
                    pause = (pause * 2).min(PATIENCE[1]);
                    continue;
                }
                has_moved => has_moved?,
            };
            pause = PATIENCE[0];
            if has_moved {
                rested = false;
            } else if self.held.is_done() && self.options.until_idle {
                if !self.is_idle()? {
                    rested = false;
                } else if rested {
                    return Ok(());
                } else {
                    // Once more after a moment: a task may be between two states of another process's making.
                    rested = true;
                }
                self.engine.wait_beyond(rings, REST);
            } else {
                self.engine.wait_beyond(rings, LOOK);
            }
        }
        Ok(())
    }

    /// One round of all that a worker does. Returns whether there was anything.
    fn look_around(&mut self, tell: &mut dyn FnMut(Progress)) -> Result<bool> {
        self.check_lease(tell)?;
        self.check_held(tell)?;
        let mut news = Vec::new();
        let turn = self.turn(&mut |progress| news.push(progress));
        // Before anybody hears of anything, and submits what follows on it.
        self.stand_by(&mut |progress| news.push(progress));
        news.into_iter().for_each(&mut *tell);
        let has_moved = turn?;
        self.follow_load(tell)?;
        Ok(has_moved)
    }

    /// Writes what has ended and takes as many tasks as permits are free, all in one transaction. Returns whether there was anything.
    fn turn(&mut self, tell: &mut dyn FnMut(Progress)) -> Result<bool> {
        let was_given = self.take_given(tell);
        let ended = self.take_ended();
        if ended.is_empty() && !self.is_worth_a_turn()? {
            return Ok(was_given);
        }
        let was_given = self.end_standby(tell) || was_given;
        let free = self.free(&ended);
        if free == 0 && ended.is_empty() {
            return Ok(was_given);
        }
        let ended: Arc<[_]> = ended.into();
        let turn = self.engine.turn(ended.clone(), &self.renewal.lease(), free, &self.kinds);
        let turn = self.kept(&ended, turn)?;
        let places = places(&ended);
        (self.seen, self.present) = (turn.seen, turn.present);
        let wrote = self.tell_ended(places, turn.states, tell);
        // Without a lease there is nothing to take until the renewal has begun a new life.
        let claimed = turn.claimed.unwrap_or_default();
        let began = !claimed.is_empty();
        self.was_filled = claimed.len() == free;
        self.begin_all(claimed, tell);
        Ok(wrote || began || was_given)
    }

    fn begin_all(&mut self, claimed: Vec<Claimed>, tell: &mut dyn FnMut(Progress)) {
        for claimed in claimed {
            self.summary.attempts += 1;
            tell(Progress::Started(Box::new(claimed.clone())));
            self.begin(claimed);
        }
    }

    /// Whether nothing is left that would run without anybody acting: somebody must take an agent back in that was taken out.
    fn is_idle(&self) -> Result<bool> {
        let activity = self.engine.activity(&self.kinds)?;
        let nothing_moves = activity.running == 0 && activity.delayed == 0;
        Ok(activity.is_idle() || nothing_moves && self.engine.is_down(&self.renewal.lease())?)
    }

    /// Whether a worker for which nothing has ended would find something for its free places.
    fn is_worth_a_turn(&mut self) -> Result<bool> {
        if self.standby.is_none() && self.free(&[]) == 0 {
            return Ok(false);
        }
        let news = self.engine.has_news()?;
        if news.to_tend {
            self.engine.tend()?;
        }
        let same_agents = news.present == self.present;
        if !news.to_claim && !news.to_tend && news.seen == self.seen && same_agents && !self.was_filled {
            return Ok(false);
        }
        // A look costs less than a transaction, and keeps nobody from writing.
        if same_agents && self.engine.has_waiting(&self.renewal.lease(), &self.kinds)? == Some(false) {
            (self.seen, self.was_filled) = (news.seen, false);
            return Ok(false);
        }
        Ok(true)
    }

    /// How many attempts may begin, once these have ended. A stuck handler is replaced, up to the number of spare places, where whoever runs
    /// attempts has room for one more.
    fn room(&self, ended: &[(Claimed, Outcome)]) -> usize {
        let stuck = self.held.stuck_besides(ended.iter().map(|(claimed, _)| claimed));
        let permits = self.scale.permits();
        let mut places = permits.saturating_add(stuck.min(self.options.spare()));
        if !self.runner.has_room() {
            places = places.min(self.held.len().max(permits));
        }
        (places + ended.len()).saturating_sub(self.held.len())
    }

    /// How many of these places are not offered already.
    fn free(&self, ended: &[(Claimed, Outcome)]) -> usize {
        if self.standby.is_some() { 0 } else { self.room(ended) }
    }

    /// Lets the number of permits follow the load.
    fn follow_load(&mut self, tell: &mut dyn FnMut(Progress)) -> Result<()> {
        let replaced = self.held.stuck().min(self.options.spare());
        self.scale.note(self.held.len() - replaced);
        let now = Span::from_millis(u64::try_from(self.began_at.elapsed().as_millis()).unwrap_or(u64::MAX));
        let Some(asks) = self.scale.asks(now) else { return Ok(()) };
        let is_more_waiting =
            asks && self.engine.has_waiting(&self.renewal.lease(), &self.kinds)? == Some(true);
        if self.scale.decide(now, is_more_waiting) {
            tracing::debug!(permits = self.scale.permits(), "the worker follows its load");
            // Before anybody hears of it, for the same reason as after a turn.
            self.stand_by(tell);
            tell(Progress::Scaled(self.scale.permits()));
            self.engine.set_permits(&self.renewal.lease(), self.scale.permits())?;
        }
        Ok(())
    }

    fn begin(&mut self, claimed: Claimed) {
        let cancel = self.held.add(claimed.clone());
        let attempt = attempt(self.engine, &claimed, cancel);
        let (sender, engine) = (self.ended.0.clone(), self.engine.clone());
        let done = move |outcome| {
            // Nobody listens once the worker has given up on it.
            let _ = sender.send(Ended { claimed, outcome });
            engine.ring();
        };
        self.runner.begin(attempt, Box::new(done));
    }

    /// What has ended. Where more run, those that are about to end are waited for: one transaction for many costs each of them less.
    fn take_ended(&mut self) -> Vec<(Claimed, Outcome)> {
        let mut ended: Vec<_> = self.ended.1.try_iter().collect();
        let mut seen_at = Instant::now();
        while !ended.is_empty() && ended.len() < self.held.len() && seen_at.elapsed() < GATHER {
            let before = ended.len();
            ended.extend(self.ended.1.try_iter());
            if ended.len() > before {
                seen_at = Instant::now();
            } else {
                std::thread::yield_now();
            }
        }
        let mut all = std::mem::take(&mut self.unwritten);
        all.extend(ended.into_iter().map(|ended| (ended.claimed, ended.outcome)));
        all
    }

    /// Writes the outcomes that have come in, and takes nothing new.
    fn write_ended(&mut self, tell: &mut dyn FnMut(Progress)) -> Result<()> {
        let ended = self.take_ended();
        if !ended.is_empty() {
            let ended: Arc<[_]> = ended.into();
            let states = self.engine.finish(ended.clone());
            let states = self.kept(&ended, states)?;
            self.tell_ended(places(&ended), states, tell);
        }
        Ok(())
    }

    /// Keeps what has ended for the next time, if it could not be written.
    fn kept<T>(&mut self, ended: &[(Claimed, Outcome)], written: Result<T>) -> Result<T> {
        if written.is_err() {
            self.unwritten = ended.to_vec();
        }
        written
    }

    fn tell_ended(
        &mut self,
        places: Vec<(TaskId, Lease)>,
        states: Vec<Result<State>>,
        tell: &mut dyn FnMut(Progress),
    ) -> bool {
        let any = !places.is_empty();
        for ((id, lease), state) in places.into_iter().zip(states) {
            self.held.remove(id, &lease);
            match state {
                Ok(state) => {
                    let completed = state == State::Completed;
                    self.summary.completed += u64::from(completed);
                    self.summary.other += u64::from(!completed);
                    tell(Progress::Ended(id, state));
                }
                Err(error) => {
                    tracing::warn!(task = %id, %error, "an outcome was not accepted");
                    self.summary.fenced += 1;
                    tell(Progress::Fenced(id));
                }
            }
        }
        any
    }

    /// After a lost lease everything that runs is stopped: it may be running somewhere else by now.
    fn check_lease(&mut self, tell: &mut dyn FnMut(Progress)) -> Result<()> {
        if let Some(why) = self.renewal.lost()? {
            self.held.cancel_all(&why);
            tell(Progress::LeaseLost(why));
        }
        Ok(())
    }

    /// Stops what was cancelled or taken away meanwhile, and sees what does not stop.
    fn check_held(&mut self, tell: &mut dyn FnMut(Progress)) -> Result<()> {
        if self.held.is_empty() || self.checked_at.elapsed() < CHECK {
            return Ok(());
        }
        self.checked_at = Instant::now();
        let held = self.held.claims();
        for (claimed, why) in held.iter().zip(self.engine.stopped(&held)?) {
            if let Some(why) = why {
                self.held.cancel(claimed, &why);
            }
        }
        self.see_stuck(tell)?;
        // A full worker does not claim, so this is its turn to see to what is due.
        if self.engine.has_news()?.to_tend {
            self.engine.tend()?;
        }
        Ok(())
    }

    /// Puts on record which handlers have not returned although they were asked to stop.
    fn see_stuck(&mut self, tell: &mut dyn FnMut(Progress)) -> Result<()> {
        self.runner.give_back_unbegun();
        let stuck = self.held.newly_stuck(self.options.grace);
        for (claimed, why) in &stuck {
            tracing::warn!(task = %claimed.task.id, %why, "a handler was asked to stop and has not returned");
            self.summary.stuck += 1;
            tell(Progress::Stuck(claimed.task.id));
        }
        if stuck.is_empty() { Ok(()) } else { self.engine.record_stuck(stuck, self.options.grace) }
    }

    fn shut_down(&mut self, stop: &CancelToken, tell: &mut dyn FnMut(Progress)) -> Result<()> {
        let unbegun = self.recall();
        let back: Vec<_> = unbegun.iter().map(|claimed| claimed.task.id).collect();
        let released: Vec<_> = unbegun.into_iter().map(|claimed| (claimed, Outcome::Cancelled)).collect();
        if !back.is_empty()
            && let Err(error) = self.engine.finish(released)
        {
            // It is tried once more when the worker's life ends.
            tracing::warn!(%error, "what was not begun could not be given back");
        }
        let deadline = Instant::now().checked_add(self.options.drain);
        while !self.held.is_done() && deadline.is_none_or(|deadline| Instant::now() < deadline) {
            let rings = self.engine.rings();
            match self.write_ended(tell) {
                Err(error) if error.is_retryable() => std::thread::sleep(PATIENCE[0]),
                written => written?,
            }
            self.engine.wait_beyond(rings, LOOK);
        }
        let why = stop.reason().unwrap_or_else(|| "the worker stops".to_owned());
        self.held.cancel_all(&why);
        // Each of them returns, or is stuck in time.
        while !self.held.is_done() {
            let rings = self.engine.rings();
            self.write_ended(tell)?;
            self.see_stuck(tell)?;
            self.engine.wait_beyond(rings, LOOK);
        }
        self.write_ended(tell)?;
        let left = self.held.claims();
        self.summary.abandoned += left.len() as u64;
        let ids = left.into_iter().map(|claimed| claimed.task.id).chain(back).collect();
        self.renewal.end(ids)
    }
}

fn places(ended: &[(Claimed, Outcome)]) -> Vec<(TaskId, Lease)> {
    ended.iter().map(|(claimed, _)| (claimed.task.id, claimed.lease.clone())).collect()
}

fn attempt(engine: &Engine, claimed: &Claimed, cancel: CancelToken) -> Attempt {
    let (engine, beaten, token) = (engine.clone(), claimed.clone(), cancel.clone());
    let beat = move |progress: Option<String>| match engine.beat(&beaten, progress.map(Into::into)) {
        Ok(false) => {}
        Ok(true) => token.cancel("asked to stop"),
        Err(error) if error.code() == Code::LeaseLost => token.cancel(error.message()),
        Err(error) => tracing::warn!(%error, "a heartbeat could not be written"),
    };
    Attempt::new(&claimed.task, claimed.lease.epoch, cancel, Arc::new(beat))
}
