//! Recording without blocking the caller: one thread commits whatever has gathered since its last commit, with one sync.

use sealbook::{Code, Entry, Error, Ledger, Record, Result};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Most records in one commit, so that none waits long.
const MOST: usize = 4096;

/// Called once with the outcome, on the recorder's thread.
pub type Settle = Box<dyn FnOnce(Result<Vec<Entry>>) + Send>;

struct Item {
    records: Vec<Record>,
    settle: Settle,
}

/// The thread that records for callers that must not block. It ends when the recorder is dropped, after what was handed in is settled.
#[derive(Debug)]
pub struct Recorder {
    process: u32,
    sender: Sender<Item>,
}

impl Recorder {
    /// Starts the thread.
    ///
    /// # Errors
    /// `IO` if no thread can be started.
    pub fn start(ledger: Arc<Ledger>) -> Result<Self> {
        let (sender, receiver) = channel();
        let spawned = std::thread::Builder::new()
            .name("sealbook-recorder".to_owned())
            .spawn(move || serve(&ledger, &receiver));
        spawned.map_err(|e| Error::new(Code::Io, format!("a thread cannot be started: {e}")))?;
        Ok(Self { process: std::process::id(), sender })
    }

    /// Whether the thread is one of this process: a forked child needs a recorder of its own.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.process == std::process::id()
    }

    /// Hands records in, all or none of which are recorded; `settle` is called once they are durable or refused.
    pub fn submit(&self, records: Vec<Record>, settle: Settle) {
        if let Err(refused) = self.sender.send(Item { records, settle }) {
            (refused.0.settle)(Err(
                Error::new(Code::Closed, "the recorder has ended").remedy("open the ledger anew")
            ));
        }
    }
}

fn serve(ledger: &Ledger, receiver: &Receiver<Item>) {
    while let Ok(first) = receiver.recv() {
        let mut count = first.records.len();
        let mut items = vec![first];
        while count < MOST
            && let Ok(item) = receiver.try_recv()
        {
            count += item.records.len();
            items.push(item);
        }
        let (groups, settles): (Vec<_>, Vec<_>) =
            items.into_iter().map(|item| (item.records, item.settle)).unzip();
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ledger.record_groups(&groups)));
        let outcomes = caught.unwrap_or_else(|_| {
            groups
                .iter()
                .map(|_| Err(Error::new(Code::Panic, "recording panicked").remedy("report this as a defect")))
                .collect()
        });
        settles.into_iter().zip(outcomes).for_each(|(settle, outcome)| settle(outcome));
    }
}
