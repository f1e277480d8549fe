//! Threads that read ahead of the judging: one that walks, and with a commit-graph some that read objects.

use crate::Unreadable;
use crate::repository::Objects;
use crate::table::Table;
use crate::walk::{Step, Walk};
use gix::{ObjectId, ThreadSafeRepository};
use sealbook_error::{Code, Error, Result};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;

/// Commits per batch: enough that handing over costs nothing, few enough that a cancel is quick.
const BATCH: usize = 256;
/// Batches under way between two threads; bounds the memory.
const AHEAD: usize = 8;
/// Threads that read objects when a commit-graph gives the order; more only wait for the walk.
const MOST_READERS: usize = 4;
/// How often a waiting scan looks whether it was cancelled.
const PATIENCE: Duration = Duration::from_millis(50);

/// Consecutive commits of the walk.
#[derive(Default)]
pub(crate) struct Batch {
    number: usize,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    pub(crate) unreadable: Unreadable,
}

struct Entry {
    id: ObjectId,
    parents: Vec<ObjectId>,
    at: Option<Range<usize>>,
    remembered: Option<u32>,
}

/// What there is of a commit.
pub(crate) enum Payload<'b> {
    /// Its bytes.
    Bytes(&'b [u8]),
    /// Its position in the table of an earlier scan, so that nobody read it.
    Remembered(u32),
}

impl Batch {
    /// The batch's commits: id, parents, and what there is of them.
    pub(crate) fn commits(&self) -> impl Iterator<Item = (&ObjectId, &[ObjectId], Payload<'_>)> {
        self.entries.iter().map(|entry| {
            let payload = match entry.remembered {
                Some(position) => Payload::Remembered(position),
                None => {
                    let bytes = entry.at.clone().and_then(|at| self.bytes.get(at));
                    Payload::Bytes(bytes.unwrap_or_default())
                }
            };
            (&entry.id, entry.parents.as_slice(), payload)
        })
    }

    fn append(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    fn push(&mut self, step: Step) {
        let at = step.bytes.as_ref().map(|bytes| self.append(bytes));
        let Step { id, parents, remembered, .. } = step;
        self.entries.push(Entry { id, parents, at, remembered });
    }
}

/// Hands the batches from `start` on to `take`, in order, and stops at its first error. Commits in `memory` are
/// not read.
pub(crate) fn run(
    repository: &ThreadSafeRepository,
    start: ObjectId,
    memory: Option<Arc<Table>>,
    mut take: impl FnMut(Option<Batch>) -> Result<()>,
) -> Result<()> {
    let walk = Walk::new(&repository.to_thread_local(), start, memory)?;
    std::thread::scope(|scope| {
        let (threads, batches) = spawn(scope, repository, walk);
        let result = receive(&batches, &mut take);
        // A thread that still reads stops when nobody receives any more.
        drop(batches);
        let mut stopped = false;
        for thread in threads {
            stopped |= thread.join().is_err();
        }
        match result {
            Ok(()) if stopped => {
                Err(Error::new(Code::Git, "a thread that reads the repository stopped at a defect"))
            }
            result => result,
        }
    })
}

type Threads<'scope> = Vec<ScopedJoinHandle<'scope, ()>>;

fn spawn<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    repository: &'env ThreadSafeRepository,
    walk: Walk,
) -> (Threads<'scope>, Receiver<Result<Batch>>) {
    let has_graph = walk.has_graph();
    let (walked, steps) = sync_channel(AHEAD);
    let mut threads = vec![scope.spawn(move || walk_all(walk, &walked))];
    if !has_graph {
        return (threads, steps);
    }
    let (read, batches) = sync_channel(AHEAD);
    let steps = Arc::new(Mutex::new(steps));
    let readers = std::thread::available_parallelism().map_or(1, |n| n.get().min(MOST_READERS));
    for _ in 0..readers {
        let (steps, read) = (Arc::clone(&steps), read.clone());
        threads
            .push(scope.spawn(move || read_all(&Objects::new(&repository.to_thread_local()), &steps, &read)));
    }
    (threads, batches)
}

fn walk_all(mut walk: Walk, batches: &SyncSender<Result<Batch>>) {
    for number in 0.. {
        let mut batch = Batch { number, ..Batch::default() };
        while batch.entries.len() < BATCH
            && let Some(step) = walk.next()
        {
            batch.push(step);
        }
        batch.unreadable = walk.take_unreadable();
        let is_last = batch.entries.len() < BATCH;
        if batches.send(Ok(batch)).is_err() {
            return;
        }
        if is_last {
            return;
        }
    }
}

fn read_all(objects: &Objects, steps: &Mutex<Receiver<Result<Batch>>>, batches: &SyncSender<Result<Batch>>) {
    loop {
        let received = steps.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(batch) = received else { return };
        if batches.send(batch.map(|batch| read(objects, batch))).is_err() {
            return;
        }
    }
}

fn read(objects: &Objects, mut batch: Batch) -> Batch {
    let mut buffer = Vec::new();
    let mut entries = std::mem::take(&mut batch.entries);
    entries.retain_mut(|entry| {
        if entry.at.is_none() && entry.remembered.is_none() {
            match objects.commit(&entry.id, &mut buffer) {
                Ok(bytes) => entry.at = Some(batch.append(bytes)),
                Err(error) => batch.unreadable.commit(error.message()),
            }
        }
        entry.at.is_some() || entry.remembered.is_some()
    });
    batch.entries = entries;
    batch
}

/// Calls `take` with each batch in order, and with nothing while there is none to take.
fn receive(
    batches: &Receiver<Result<Batch>>,
    take: &mut impl FnMut(Option<Batch>) -> Result<()>,
) -> Result<()> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    loop {
        match batches.recv_timeout(PATIENCE) {
            Ok(batch) => {
                let batch = batch?;
                early.insert(batch.number, batch);
            }
            Err(RecvTimeoutError::Timeout) => take(None)?,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        while let Some(batch) = early.remove(&next) {
            take(Some(batch))?;
            next += 1;
        }
    }
}
